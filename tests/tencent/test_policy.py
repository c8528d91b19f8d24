"""What may be called, how often, and how many times."""

import ast
from pathlib import Path
from typing import get_args

from bot.tencent.policy import POLICIES, Action

TENCENT = Path(__file__).parents[2] / "bot" / "tencent"
QUEUES = ("PullSmsSendStatus", "PullSmsReplyStatus")


def test_every_action_has_a_policy() -> None:
    assert set(POLICIES) == set(get_args(Action))
    assert len(POLICIES) == 9


def test_only_the_send_costs_money_and_it_alone_is_tried_once() -> None:
    assert {action: policy.tries for action, policy in POLICIES.items() if policy.sends} == {"SendSms": 1}
    assert {policy.tries for policy in POLICIES.values() if not policy.sends} == {3}


def test_we_keep_to_half_the_rate_that_is_allowed() -> None:
    assert POLICIES["SmsPackagesStatistics"].pace == 5
    assert POLICIES["PullSmsSendStatusByPhoneNumber"].pace == 10


def test_the_queues_that_lose_what_is_read_are_not_even_named() -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in TENCENT.glob("*.py")]

    words = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}

    assert words.isdisjoint(QUEUES)
    assert "SmsPackagesStatistics" in words
