"""Markdown as Slack shows it: our formatting stays, and nothing that anybody wrote becomes live."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drawing import escaped as as_markdown
from bot.drawing import quoted
from bot.slack.shown.blocks import Element, section
from bot.slack.shown.markdown import APART, fallback, mrkdwn, plain, rich
from bot.slack.shown.prose import UNMARKED, Lines, Piece, parsed
from tests.slack.judge import judged

HOSTILE = (
    "<@U1> <!channel> <!subteam^S1> <#C1> <https://evil.example|bank> https://evil.example @here &lt;!here&gt;"
    " *b* _i_ ~s~ `c` ```x``` > q [free](https://evil.example) www.evil.example :smile: a|b 1. - # \\"
)
FOREIGN = st.text(
    st.sampled_from("<>@!#&;*_~`|[]()\\-+.:=/ \n\t1aZ用户短信\u202e\u200b\u2028") | st.characters(),
    max_size=60,
)
# What Slack reads in its markup, once entities are set aside.
FORMATTING = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])|`|^[^\S\n]*&gt;", re.MULTILINE)


def texts(elements: Sequence[Element]) -> Iterator[Mapping[str, Any]]:
    for element in elements:
        if "elements" in element:
            yield from texts(element["elements"])
        else:
            yield element


def shown(elements: Sequence[Element]) -> str:
    return "".join(it["text"] for it in texts(elements))


def read_back(markup: str) -> str:
    """The characters that a reader takes markup for: entities and wide forms read as what they stand for."""
    text = markup.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return unicodedata.normalize("NFKC", text)


@given(FOREIGN)
@settings(max_examples=150, deadline=None)
def test_whatever_a_foreign_text_holds_it_is_shown_and_does_nothing(text: str) -> None:
    markdown = as_markdown(text)

    markup, elements = mrkdwn(markdown), rich(markdown)

    assert {it["type"] for it in texts(elements)} <= {"text"}
    assert not any("style" in it for it in texts(elements))
    assert not FORMATTING.search(markup)
    assert judged({"text": fallback(markdown), "blocks": [section(markup)]}) == []
    for form in (plain(markdown), shown(elements)):
        assert form.strip() == plain(markdown).strip()
    assert read_back(markup).split() == unicodedata.normalize("NFKC", plain(markdown)).split()


@given(FOREIGN)
@settings(max_examples=100, deadline=None)
def test_markdown_that_somebody_smuggles_in_becomes_no_mention_and_no_broadcast(text: str) -> None:
    markup = mrkdwn(text)

    assert not re.search(r"<[@!#]", markup)
    assert {it["type"] for it in texts(rich(text))} <= {"text", "link"}


@given(
    st.text(st.sampled_from("aZ1用，。：:/%…-. _*>#+)"), min_size=1, max_size=12).filter(UNMARKED.fullmatch)
)
@settings(max_examples=150, deadline=None)
def test_a_text_that_is_not_parsed_would_have_been_parsed_to_the_same(text: str) -> None:
    assert parsed(text) == (Lines((Piece(text),)),)


@pytest.mark.parametrize("text", [HOSTILE, "a\n> b", "& &amp; <b>", "`<@U1>`", "x*y_z~w"])
def test_a_known_attack_is_plain_characters_in_every_form(text: str) -> None:
    markdown = as_markdown(text)

    assert shown(rich(markdown)) == plain(markdown) == " ".join(text.split())
    assert judged({"text": fallback(markdown), "blocks": [section(mrkdwn(markdown))]}) == []


def test_a_quotation_keeps_its_lines_and_gets_out_of_none() -> None:
    elements = rich(quoted("first <!here>\n> second\n# third"))

    assert [it["type"] for it in elements] == ["rich_text_quote"]
    assert shown(elements) == "first <!here>\n> second\n# third"
    assert mrkdwn(quoted("a\n> b")) == "> a\n> ＞ b"


def test_only_a_link_of_the_markdown_to_an_https_page_is_a_link() -> None:
    markdown = (
        "[page](https://a.example/x?a=1&b=2) [old](http://b.example) [me](mailto:a@b) https://c.example"
    )

    assert [it["url"] for it in texts(rich(markdown)) if it["type"] == "link"] == [
        "https://a.example/x?a=1&b=2"
    ]
    assert mrkdwn(markdown) == "<https://a.example/x?a=1&amp;b=2|page> old me https://c.example"
    assert plain(markdown) == "page old me https://c.example"


def test_a_link_can_not_be_ended_from_within() -> None:
    assert mrkdwn(r"[a|b\>c](https://a.example/x|z)") == "<https://a.example/x%7Cz|a｜b&gt;c>"


def test_bold_stands_out_where_chinese_has_no_blanks_around_it() -> None:
    assert mrkdwn("登录**短信控制台**购买") == f"登录{APART}*短信控制台*{APART}购买"
    assert mrkdwn("a **b** *c* ~~d~~ `e`") == "a *b* _c_ ~d~ `e`"


def test_a_masked_number_and_a_name_with_underscores_stay_as_they_are() -> None:
    assert mrkdwn(as_markdown("+86 138****8000 in_force")) == "+86 138****8000 in_force"


def test_lists_count_on_behind_a_list_within_them() -> None:
    elements = rich("1. one\n   - inner\n2. two\n\nend")

    assert [(it.get("style"), it.get("indent"), it.get("offset")) for it in elements[:3]] == [
        ("ordered", 0, None),
        ("bullet", 1, None),
        ("ordered", 0, 1),
    ]
    assert plain("1. one\n   - inner\n2. two") == "1. one\n  • inner\n2. two"


def test_a_heading_a_rule_and_code_have_a_form_each() -> None:
    markdown = "# Head\n\ntext\n\n---\n\n```\na <b>\n```"

    elements = rich(markdown)

    assert elements[0]["elements"][0] == {"type": "text", "text": "Head", "style": {"bold": True}}
    assert elements[1] == {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a <b>"}]}
    assert mrkdwn(markdown) == "*Head*\n\ntext\n\n———\n\n```\na &lt;b&gt;\n```"


def test_a_table_is_drawn_in_characters_of_one_width() -> None:
    table = "| 名称 | n |\n|---|--:|\n| ab | 1,000 |\n| 短信 | 2 |"

    assert plain(table) == "名称      n\nab    1,000\n短信      2"
    assert rich(table)[0]["type"] == "rich_text_preformatted"


def test_a_long_text_is_cut_before_it_is_escaped() -> None:
    words = fallback(as_markdown("<" * 4000))

    assert words.endswith("&lt;…")
    assert judged({"text": words, "blocks": []}) == []
