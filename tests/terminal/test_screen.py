"""Slack's blocks in a terminal."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.drawing import visible
from bot.language import Both, Language
from bot.phrases import Phrases
from bot.terminal.markup import Markup
from bot.terminal.screen import Screen
from bot.workspace.layout import Block, with_ids

PHRASES = Phrases(
    {
        "draw.fact": Both("{name}：{value}", "{name}: {value}"),
        "draw.series": Both("", "{title} {line} {first} to {last}, {least} to {most}"),
        "screen.image": Both("", "[image: {words}]"),
    }
)
NAMES = {"U0ALICE": "@alice", "C0OPS": "#ops"}


def screen(language: Language = "en") -> Screen:
    return Screen(PHRASES, language, Markup(lambda name: NAMES.get(name, f"@{name}")))


def drawn(*blocks: Block, first: int = 1) -> str:
    return screen().draw(with_ids(blocks), first)


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def section(text: str, **more: Any) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(label: str, action: str, **more: Any) -> Block:
    return {"type": "button", "text": plain(label), "action_id": action, "value": action, **more}


def actions(*buttons: Block) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def words(text: str, **style: bool) -> Block:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def paragraph(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def test_fields_are_a_list_of_names_and_values() -> None:
    block = {
        "type": "section",
        "fields": [{"type": "mrkdwn", "text": "*Left*\n73,933"}, {"type": "plain_text", "text": "alone"}],
    }

    assert drawn(block) == "- Left: 73,933\n- alone"


def test_rich_text_keeps_its_lists_styles_and_addresses() -> None:
    link = {"type": "link", "url": "https://a.b", "text": "page"}
    bullet = {"type": "rich_text_list", "style": "bullet", "elements": [paragraph(words("one"))]}
    ordered = {
        "type": "rich_text_list",
        "style": "ordered",
        "indent": 1,
        "offset": 2,
        "elements": [paragraph(link)],
    }
    quote = {"type": "rich_text_quote", "elements": [words("said\ntwice")]}
    code = {"type": "rich_text_preformatted", "elements": [words("x = *1*")]}

    block = rich(paragraph(words("Bold:", bold=True), words(" so")), bullet, ordered, bullet, quote, code)

    assert drawn(block) == (
        "**Bold**\\: so\n\n- one\n    3. [page](https://a.b)\n- one\n\n> said\n> twice\n\n````\nx = *1*\n````"
    )


def test_a_table_is_a_table_and_its_numbers_stand_to_the_right() -> None:
    cells = [{"type": "raw_text", "text": "day"}, {"type": "raw_text", "text": "sent"}]
    rows = [cells, [{"type": "raw_text", "text": "a|b"}, {"type": "raw_number", "value": 1200}]]

    assert drawn({"type": "table", "rows": rows}) == "| day | sent |\n| --- | ---: |\n| a\\|b | 1,200 |"


def test_a_chart_is_a_line_of_columns_with_its_ends() -> None:
    data = [{"label": "Mon", "value": 0}, {"label": "Tue", "value": 1400}]
    chart = {"type": "bar", "series": [{"name": "Sent", "data": data}], "axis_config": {"categories": []}}

    assert drawn({"type": "data_visualization", "title": "Sent a day", "chart": chart}) == (
        "Sent a day `▁█` Mon to Tue, 0 to 1,400"
    )


def test_a_chart_that_is_told_in_words_as_well_is_drawn_once() -> None:
    data = [{"label": "Mon", "value": 0}, {"label": "Tue", "value": 1400}]
    chart = {"type": "line", "series": [{"name": "Sent", "data": data}], "axis_config": {"categories": []}}

    blocks = [{"type": "data_visualization", "title": "Sent", "chart": chart}, section("Sent a day: `▃▁█`")]

    assert drawn(*blocks) == "Sent a day\\: `▃▁█`"


def test_a_container_has_its_title_over_its_children() -> None:
    block = {
        "type": "container",
        "title": plain("1031"),
        "subtitle": plain("a receipt"),
        "child_blocks": [section("meaning"), actions(button("Go", "go"))],
    }

    assert drawn(block) == "**1031**\\\n*a receipt*\n\nmeaning\n\n\\[1\\] Go"


def test_small_lines_images_and_rules_are_drawn() -> None:
    image = {"type": "image", "alt_text": "a chart", "image_url": "https://a.b"}
    context = {"type": "context", "elements": [{"type": "mrkdwn", "text": "as of noon"}, image]}

    assert drawn({"type": "header", "text": plain("Title")}, {"type": "divider"}, context, image) == (
        "**Title**\n\n---\n\n*as of noon*\\\n[image: a chart]\n\n[image: a chart]"
    )


def test_what_can_be_pressed_is_numbered_from_top_to_bottom() -> None:
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "verdict",
        "positive_button": {"text": plain("Yes"), "value": "like"},
        "negative_button": {"text": plain("No"), "value": "dislike"},
    }
    blocks = with_ids(
        [
            section("first", accessory=button("Look", "look")),
            {"type": "context_actions", "elements": [thumbs]},
            actions(button("Send", "send", style="danger"), button("Page", "page", url="https://a.b")),
        ]
    )

    assert screen().draw(blocks, 3) == (
        "\\[3\\] first → Look\n\n\\[4\\] Yes   \\[5\\] No   \\[6\\] ⚠ Send   \\[7\\] Page (https\\://a\\.b)"
    )
    assert [(it.control.action_id, it.chosen, it.dangerous) for it in screen().choices(blocks)] == [
        ("look", None, False),
        ("verdict", "like", False),
        ("verdict", "dislike", False),
        ("send", None, True),
        ("page", None, False),
    ]


def test_buttons_that_don_t_fit_in_a_row_stand_below_one_another() -> None:
    long = "多少个字算一条短信，超过了怎么算，要收多少钱"

    assert drawn(actions(button(long, "a"), button("no", "b"))) == f"\\[1\\] {long}\\\n\\[2\\] no"
    assert drawn(actions(*(button("x" * 25, str(it)) for it in range(3)))) == (
        f"\\[1\\] {'x' * 25}   \\[2\\] {'x' * 25}\\\n\\[3\\] {'x' * 25}"
    )


def test_menus_and_searches_are_one_choice_each_and_inputs_of_a_form_none() -> None:
    option = {"text": plain("All"), "value": "all"}
    menu = {"type": "static_select", "action_id": "category", "options": [option], "initial_option": option}
    typed = {"type": "plain_text_input", "action_id": "search"}
    search = {"type": "input", "dispatch_action": True, "label": plain("Search"), "element": typed}
    form = {"type": "input", "label": plain("Name"), "element": typed}

    assert drawn(actions(menu), search, form) == "\\[1\\] All ▾\n\n\\[2\\] Search"


def test_an_unknown_block_shows_its_words() -> None:
    assert drawn({"type": "alert", "level": "warning", "text": plain("careful")}) == "careful"


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.sampled_from(["rich", "mrkdwn", "plain"]))
@settings(max_examples=300)
def test_no_text_does_anything_in_markdown(text: str, kind: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    block = {
        "rich": rich(paragraph(words(text))),
        "mrkdwn": section("".join(f"\u200b{it}\u200b" if it in "*_~`" else it for it in escaped)),
        "plain": {"type": "section", "text": plain(text)},
    }[kind]

    tokens = MarkdownIt().enable(["strikethrough", "table"]).parse(drawn(block))
    parts = [part for token in tokens for part in token.children or ()]

    if kind != "mrkdwn":
        assert {it.type for it in parts} <= {"text", "text_special", "hardbreak", "softbreak"}
        shown = "".join(it.content or " " for it in parts)
        assert "".join(shown.split()) == "".join(visible(text).split())
    assert not {it.type for it in parts} & {"link_open", "image", "html_inline"}
