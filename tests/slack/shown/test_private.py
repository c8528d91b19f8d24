"""What a view carries along: read back as it was, or not at all."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.slack.shown.private import Adding, Browsing, Confirming, Disliking, Opened, folded, joined, unfolded

texts = st.text(max_size=40)
languages = st.sampled_from(["zh", "en"])
kept = st.one_of(
    st.builds(Opened, languages, texts, texts, texts),
    st.builds(Confirming, languages, texts, texts, texts, texts),
    st.builds(Disliking, languages, texts),
    st.builds(Adding, languages, st.lists(texts, max_size=4).map(tuple)),
    st.builds(Browsing, texts, st.integers(1, 99), texts),
)


@given(kept)
@settings(max_examples=60)
def test_what_a_view_carries_comes_back_as_this_kind_and_no_other(
    value: Opened | Confirming | Disliking | Adding | Browsing,
) -> None:
    text = folded(value)

    found = [
        unfolded(Opened, text),
        unfolded(Confirming, text),
        unfolded(Disliking, text),
        unfolded(Adding, text),
        unfolded(Browsing, text),
    ]

    assert [it for it in found if it is not None] == [value]


@given(
    st.text()
    | st.recursive(st.none() | st.text(), lambda it: st.lists(it) | st.dictionaries(texts, it)).map(
        json.dumps
    )
)
@example("[" * 3_000)
@example('{"language": "zh", "question": "q1"} ')
@example('{"language": "zh", "question": null}')
@settings(max_examples=60)
def test_what_is_no_value_of_ours_is_nothing(text: str) -> None:
    expected = Disliking("zh", "q1") if '"q1"' in text else None

    assert unfolded(Disliking, text) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"language": "fr"},
        {"language": 1},
        {"questions": "q1"},
        {"questions": [1]},
        {"questions": {}},
        {"more": ""},
    ],
)
def test_a_field_that_is_not_as_we_write_it_spoils_the_whole(change: dict[str, object]) -> None:
    row = {"language": "zh", "questions": ["q1"]}

    assert unfolded(Adding, json.dumps(row)) == Adding("zh", ("q1",))
    assert unfolded(Adding, json.dumps(row | change)) is None


@pytest.mark.parametrize("page", [0, -1, True, "1", 1.5, None])
def test_a_page_is_a_number_from_one_on(page: object) -> None:
    assert unfolded(Browsing, json.dumps({"category": "", "page": page, "search": ""})) is None


def test_ids_are_joined_whole_as_many_as_there_is_room_for() -> None:
    assert joined(["abc", "de", "f"], 8) == "abc de f"
    assert joined(["abc", "de", "f"], 7) == "abc de"
    assert joined(["abc", "de", "f"], 2) == ""
