"""Blocks hold their limits, whatever they are made of."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.message import Block
from bot.slack.shown.blocks import (
    ELLIPSIS,
    MOST_CHARACTERS,
    actions,
    button,
    cell,
    chart,
    confirm,
    container,
    context,
    cut_markup,
    divider,
    feedback,
    fields,
    fitted,
    header,
    mention,
    plain_section,
    rich_cell,
    rich_text,
    section,
    sections,
    size,
    table,
)
from bot.slack.shown.markdown import mrkdwn, rich
from tests.slack.judge import judged, words

NOTICE = "cut off"
LONG = "很长 & <b> *x* `y` [page](https://a.example/x) " * 400


def wrong(blocks: Sequence[Block]) -> list[str]:
    return judged({"text": "words", "blocks": list(blocks)})


def press(place: int = 1, words: str = LONG) -> Block:
    return button(words, f"run:{place}", "stats", style="danger", confirm=confirm(LONG, LONG, LONG, LONG))


def grid(rows: int, columns: int, words: str) -> Block:
    return table([words] * columns, [[cell(words)] * columns] * rows, ["left"] * columns)


BIG: list[Block] = [
    header(LONG),
    section(mrkdwn(LONG)),
    plain_section(LONG, press()),
    *fields([(mrkdwn(LONG), mrkdwn(LONG))] * 13),
    divider(),
    context(*[mrkdwn(LONG)] * 12),
    *actions(*(press(place) for place in range(30))),
    feedback("verdict:1", (LONG, "like 1"), (LONG, "dislike 1")),
    *rich_text(rich(LONG)),
    container(LONG, [plain_section(LONG)] * 12, subtitle=LONG, collapsed=True),
    grid(120, 25, LONG),
    chart(LONG, [(LONG, value) for value in range(30)]),
]
BODY = [it for it in BIG if it["type"] not in {"actions", "context_actions", "context"}]


@pytest.mark.parametrize("block", BIG, ids=lambda block: block["type"])
def test_each_block_of_texts_that_are_too_long_is_one_that_slack_takes(block: Block) -> None:
    assert [it for it in wrong([block]) if "characters in all" not in it] == []


@pytest.mark.parametrize("block", BIG, ids=lambda block: block["type"])
def test_each_block_of_no_text_at_all_is_one_that_slack_takes(block: Block) -> None:
    empty = [
        header(""),
        section(" "),
        plain_section("\n"),
        *fields([("", "")]),
        context(""),
        *actions(button("", "run:1", "")),
        container("", [section("")]),
        grid(1, 1, ""),
        chart("", [("", 0)]),
    ]

    assert wrong([it for it in empty if it["type"] == block["type"]][:1]) == []


def test_a_value_is_never_cut_for_it_would_do_something_else() -> None:
    with pytest.raises(ValueError, match="run:1"):
        button("Send", "run:1", "x" * 2001)


@given(st.text("a<>&`|; \n", max_size=80), st.integers(1, 80))
@settings(max_examples=150, deadline=None)
def test_markup_is_cut_between_its_characters_never_within_one(text: str, most: int) -> None:
    short = cut_markup(mrkdwn(text), most)

    assert len(short) <= most
    assert judged({"text": short, "blocks": []}) == [] or not short.strip()


def test_a_link_is_cut_off_whole() -> None:
    assert cut_markup("go <https://a.example/x|page> now", 20) == "go" + ELLIPSIS


def test_long_markup_is_parted_between_lines_and_code_begins_anew() -> None:
    parts = sections("```\n" + "x" * 80 + ("\n" + "x" * 80) * 60 + "\n```")

    assert len(parts) == 2
    assert all(it["text"]["text"].startswith("```\n") and it["text"]["text"].endswith("```") for it in parts)
    assert wrong(parts) == []


def test_more_buttons_than_a_row_holds_go_into_the_next() -> None:
    assert [len(it["elements"]) for it in actions(*(press(place) for place in range(30)))] == [25, 5]


def test_what_fits_is_left_alone() -> None:
    blocks = (header("a"), *sections("b"), *actions(press(1, "c")))

    assert fitted(blocks, NOTICE) == blocks


@pytest.mark.parametrize("block", BODY, ids=lambda block: block["type"])
def test_what_is_too_much_goes_from_the_end_never_the_buttons_and_is_told(block: Block) -> None:
    buttons = actions(press(1, "press"), press(2, "me"))
    small = context("small")

    made = fitted([header("title"), *([block] * 60), small, *buttons], NOTICE)

    assert made[0] == header("title")
    assert made[-3:] == (context(NOTICE), small, *buttons)
    assert [it for it in wrong(made) if "more than one table" not in it and " charts" not in it] == []


def test_the_first_long_text_is_shortened_rather_than_dropped() -> None:
    made = fitted([header("title"), *rich_text(rich("word " * 4000))], NOTICE)

    assert [it["type"] for it in made] == ["header", "rich_text", "context"]
    assert size(made) > MOST_CHARACTERS - 100
    assert words(made)[-2].endswith(ELLIPSIS)


def test_a_long_table_loses_its_last_rows_and_keeps_its_head() -> None:
    made = fitted([grid(99, 10, "0123456789abcdef")], NOTICE)

    assert wrong(made) == []
    assert 50 < len(made[0]["rows"]) < 100
    assert made[-1] == context(NOTICE)


def test_a_view_may_be_longer_than_a_message() -> None:
    blocks = [section("a" * 200)] * 100

    assert len(fitted(blocks, NOTICE, most=100, characters=50_000)) == 100


@given(st.lists(st.sampled_from(BIG), max_size=70))
@settings(max_examples=25, deadline=None)
def test_whatever_is_put_together_holds_the_limits_of_the_whole(blocks: list[Block]) -> None:
    made = fitted(blocks, NOTICE)

    assert len(made) <= 50
    if not any(it["type"] == "actions" for it in blocks):
        assert sum(map(len, words(made))) <= MOST_CHARACTERS


def test_a_rich_cell_is_cut_like_any_other() -> None:
    made = rich_cell(rich(f"**{'x' * 1000}**"))

    assert size(made) == 300


@pytest.mark.parametrize(
    ("name", "type_"),
    [("U1", "user"), ("W1", "user"), ("S1", "usergroup"), ("C1", "channel"), ("D1", "channel")],
)
def test_who_is_meant_to_be_called_is(name: str, type_: str) -> None:
    made = mention(name)

    assert made["type"] == type_
    assert name in made.values()
