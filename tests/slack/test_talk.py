"""Words said to us in a sentence: a command, or a question that begins like one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.faq.assistant import Answered
from bot.slack.talk import understood
from bot.sms.operations import Called, Misspelt, Question
from bot.wiring import Bot

# What is said to the bot in a mention, and the verb that it is ("" for a question, "~" before a verb for a
# suggestion).
SAID: tuple[tuple[str, str], ...] = (
    ("balance", "balance"),
    ("Balance", "balance"),
    ("余量", "balance"),
    ("查余额", "balance"),
    ("套餐包", "balance"),
    ("quota", "balance"),
    ("balance sample", "balance"),
    ("/sms balance", "balance"),
    ("、sms 余量", "balance"),
    ("stats", "stats"),
    ("stats 7d", "stats"),
    ("stats yesterday", "stats"),
    ("统计 昨天", "stats"),
    ("发送统计", "stats"),
    ("trace 13800138000", "trace"),
    ("trace +86 138-0013-8000 yesterday", "trace"),
    ("查号 13800138000 昨天", "trace"),
    ("回复 13800138000", "replies"),
    ("上行 138 0013 8000", "replies"),
    ("templates", "templates"),
    ("templates rejected", "templates"),
    ("模板 1110001", "templates"),
    ("签名 审核中", "signatures"),
    ("check 【星河科技】您的验证码为{1}，5分钟内有效。", "check"),
    ("check Your code is {1}, valid for {2} minutes.", "check"),
    ("检查 【星河科技】您的验证码为1234", "check"),
    ("send-test", "send-test"),
    ("send-test qa 1110001", "send-test"),
    ("测试发送", "send-test"),
    ("自检", "doctor"),
    ("audit 30", "audit"),
    ("freeze somebody complained", "freeze"),
    ("停用 有人投诉收到骚扰短信", "freeze"),
    ("freeze off", "freeze"),
    *(
        (text, "digest")
        for text in (
            "digest",
            "日报",
            "digest snooze 3d",
            "digest snooze",
            "digest resume",
            "digest off",
            "digest on 9am",
            "digest on 9:30 mon-fri",
            "digest on 09:00 Asia/Shanghai",
            "digest details sample",
            "digest snooze 8d",
            "日报 9点",
            "日报 关闭",
            "日报 暂停 3天",
            "日报 暂停三天",
            "日报 现在",
            "digest help",
            "日报 ?",
            "日报 现在看",
            "日报 开启",
            "日报 每天 9点",
        )
    ),
    *(
        (text, "alerts")
        for text in (
            "alerts",
            "告警",
            "alerts sample",
            "alerts snooze",
            "alerts help",
            "alerts status",
            "告警 状态",
            "alerts snooze run_out",
            "alerts snooze run_out 9d",
            "alerts snooze unusal 3h",
            "alerts resume balance:0.3 sample",
            "告警 静默 run_out 3天",
        )
    ),
    *(
        (text, "")
        for text in (
            "report",
            "report 9:30",
            "report 1031",
            "report on 1014",
            "日报 2点有问题",
            "digest 1031",
            "digest on fire today",
            "alert 1031",
            "报警 1031",
            "alerts snooze my phone",
            "告警 暂停 了怎么办",
        )
    ),
    *(
        (text, "help")
        for text in (
            "日报 9点可以吗",
            "digest on 9am?",
            "when does the digest come?",
            "can I turn the digest off?",
            "怎么设置日报",
            "日报什么时候发",
            "日报 几点发",
            "alerts 是什么",
            "what are alerts",
            "why did I get a run_out alert?",
        )
    ),
    *(
        (text, "")
        for text in (
            "日报写好了",
            "日报：1. 登录页改版完成",
            "how is the SHA256 digest of the payload made",
            "怎么设置余量告警",
            "告警联系人最多加几个",
            "set the threshold at which the low package alert fires",
            "how many alert contacts are allowed",
        )
    ),
    ("/sms report 9:30", "digest"),
    ("", "help"),
    ("?", "help"),
    ("帮助", "help"),
    ("help balance", "help"),
    ("error 1031", "error"),
    ("error MK:0001 DB:0141", "error"),
    ("报错 FailedOperation.PhoneNumberInBlacklist", "error"),
    ("ask how do refunds work", "ask"),
    ("问 怎么退款", "ask"),
    ("balanse", "~balance"),
    ("tempaltes", "~templates"),
    ("查一下余量", "~balance"),
    ("1031", ""),
    ("1031 怎么办", ""),
    ("error 1031 but our wallet is not empty, what else is there to buy?", ""),
    ("error when sending", ""),
    ("code for verification not received", ""),
    ("报错了怎么办", ""),
    ("check why my message was rejected", ""),
    ("检查 一下我的模板为什么被拒", ""),
    ("help my messages are not delivered", ""),
    ("帮助 我的短信发不出去", ""),
    ("balance not updated", ""),
    ("余额 不足 怎么办", ""),
    ("套餐包 能退吗", ""),
    ("stats are wrong today", ""),
    ("统计 数据不准", ""),
    ("trace why my message did not arrive", ""),
    ("回复 怎么查", ""),
    ("回复TD能退订吗", ""),
    ("模板 被驳回怎么办", ""),
    ("templates take how long to be approved", ""),
    ("签名 怎么申请", ""),
    ("signatures how many can I have", ""),
    ("freeze my account?", ""),
    ("停用 模板怎么办", ""),
    ("测试短信 收不到", ""),
    ("cancel my package", ""),
    ("confirm my order", ""),
    ("sent two, none came", ""),
    ("没用完的国内套餐能退钱吗", ""),
    ("how many characters make one SMS", ""),
    ("hello", ""),
)


@pytest.mark.parametrize(("text", "verb"), SAID)
def test_what_is_said_is_a_command_or_a_question(text: str, verb: str, bot: Bot) -> None:
    match understood(text, typed=False, answered=answering(bot), accounts={"sample"}):
        case Called(verb=meant):
            found = meant
        case Misspelt(near=near):
            found = f"~{near}"
        case _:
            found = ""

    assert found == verb


@pytest.mark.parametrize("name", ["tuned", "tuned_out_of_scope"])
def test_no_question_is_taken_for_a_command(name: str, bot: Bot, project: Path) -> None:
    rows = (project / "tests" / "questions" / f"{name}.jsonl").read_text("utf-8").splitlines()
    asked = [json.loads(it)["q"] for it in rows]

    taken = [it for it in asked if understood(it, typed=False, answered=answering(bot)) != Question(it)]

    assert taken == []


def test_behind_the_slash_the_first_word_is_the_verb(bot: Bot) -> None:
    text = "check why my message was rejected"

    assert isinstance(understood(text, typed=True, answered=answering(bot)), Called)
    assert isinstance(understood(f"/sms {text}", typed=False, answered=answering(bot)), Called)


def answering(bot: Bot) -> Callable[[str], bool]:
    """Whether the knowledge base has the answer to a text."""
    return lambda text: isinstance(bot.assistant.reply(text), Answered)
