"""Slack's markup as Markdown."""

import pytest

from bot.terminal.markup import Markup

NAMES = {"U0ALICE": "@alice", "C0OPS": "#ops"}
MARKUP = Markup(lambda name: NAMES.get(name, f"@{name}"))


@pytest.mark.parametrize(
    ("mrkdwn", "markdown"),
    [
        ("*bold* and _italic_ and ~gone~", "**bold** and *italic* and ~~gone~~"),
        ("`1031` is a code", "`1031` is a code"),
        ("a &lt; b &amp;amp;", r"a \< b \&amp;"),
        ("<https://a.b/c|the page>", "[the page](https://a.b/c)"),
        ("<https://a.b/(c)>", "<https://a.b/%28c%29>"),
        ("<@U0ALICE> in <#C0OPS>", r"\@alice in \#ops"),
        ("<!date^1^{date}|yesterday>", "yesterday"),
        ("one\ntwo", "one\\\ntwo"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("Links:\n• one\n• two\nbelow", "Links\\:\n- one\n- two\n\nbelow"),
        ("> said\nmine", "> said\n\nmine"),
        ("```\na *b*\n```", "````\na *b*\n````"),
        ("*来源：*\u200b文字", "**来源**：文字"),
        ("138****8000 and ***", r"138\*\*\*\*8000 and \*\*\*"),
        ("*_both_* and _*both*_", "***both*** and ***both***"),
        ("in_names_like and 3*4*5", r"in\_names\_like and 3\*4\*5"),
    ],
)
def test_slacks_markup_becomes_markdown(mrkdwn: str, markdown: str) -> None:
    assert MARKUP.mrkdwn(mrkdwn) == markdown


def test_somebody_unknown_is_shown_by_id() -> None:
    assert MARKUP.mrkdwn("<@U0BOB> <!here>") == r"\@U0BOB \@here"


def test_an_emoji_is_shown_as_such_where_it_is_known() -> None:
    emojis = [{"type": "emoji", "name": "tada", "unicode": "1f389"}, {"type": "emoji", "name": "ours"}]

    assert MARKUP.rich([{"type": "rich_text_section", "elements": emojis}]) == "🎉\\:ours\\:"


def test_a_date_is_shown_as_its_fallback() -> None:
    date = {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "today"}

    assert MARKUP.rich([{"type": "rich_text_section", "elements": [date]}]) == "today"
