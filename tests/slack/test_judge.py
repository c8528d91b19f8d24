"""The judge: what Slack would refuse is found."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.slack.shown.blocks import button, cell, chart, section, table
from tests.slack.judge import judged

GRID = table(["a"], [[cell("b")]], ["left"])
PRESS = button("a", "run:1", "stats")
FIELD = {
    "type": "input",
    "label": {"type": "plain_text", "text": "a"},
    "element": {"type": "plain_text_input"},
}


def message(*blocks: Mapping[str, Any], text: str = "words") -> dict[str, Any]:
    return {"text": text, "blocks": list(blocks)}


def view(*blocks: Mapping[str, Any]) -> dict[str, Any]:
    title = {"type": "plain_text", "text": "a"}
    return {"view": {"type": "modal", "title": title, "submit": title, "blocks": list(blocks)}}


@pytest.mark.parametrize("payload", [message(section("a"), GRID), view(section("a"), FIELD)])
def test_what_slack_takes_passes(payload: dict[str, Any]) -> None:
    assert judged(payload) == []


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (message(section("a"), text=" "), "text"),
        (message(*[section("a")] * 51), "$.blocks"),
        (message({"type": "header", "text": {"type": "plain_text", "text": "a" * 151}}), "$.blocks[0].text.text"),
        (message({"type": "headline"}), "$.blocks[0]"),
        (message(*[section("a" * 2900)] * 4), "11600 characters"),
        (message(GRID, GRID), "more than one table"),
        (message(*[chart("a", [("b", 1)])] * 3), "3 charts"),
        (message({**GRID, "rows": [[cell("a")], [cell("a"), cell("b")]]}), "rows of [1, 2] cells"),
        (message({"type": "actions", "elements": [PRESS, PRESS]}), "run:1 twice"),
        (message({**section("a"), "block_id": "x"}, {**section("b"), "block_id": "x"}), "block_id x twice"),
        (message(section("hi <@U1>")), "live"),
        (message(section("a & b")), "live"),
        (message(section("a"), text="<!here>"), "live"),
        (message(section("<http://a.example|a>")), "live"),
        (view(GRID), "table is for messages"),
        (message({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]}), "empty"),
    ],
)  # fmt: skip
def test_what_slack_refuses_is_found(payload: dict[str, Any], found: str) -> None:
    assert any(found in it for it in judged(payload)), judged(payload)


def test_who_is_meant_to_be_called_may_be() -> None:
    assert judged(message(section("<!subteam^S1> <@U1>")), called=("S1", "U1")) == []
    assert judged(message(section("<!subteam^S2>")), called=("S1",)) != []
