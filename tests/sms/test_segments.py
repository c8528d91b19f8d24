"""How a text is counted and cut: the product's own examples, and what holds for every text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sms.segments import BASIC, EXTENSION, NARROW, WIDE, cut, segments_of, signed, width

NORMAL = st.text(alphabet=[*"abc 字，😀€|^{}\n"], max_size=400)
GSM = st.text(alphabet=sorted(BASIC | EXTENSION), max_size=700)


# FAQ: 多少个字算一条短信？
@pytest.mark.parametrize(
    ("length", "count"), [(0, 0), (1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (150, 3), (201, 3), (202, 4)]
)
def test_a_mainland_text_is_counted_in_70_or_67(length: int, count: int) -> None:
    assert segments_of("字" * length).count == count
    assert segments_of("a" * length).count == count


@pytest.mark.parametrize(
    ("length", "count"),
    [(0, 0), (1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (320, 3), (459, 3), (460, 4)],
)
def test_an_english_text_abroad_is_counted_in_160_or_153(length: int, count: int) -> None:
    assert segments_of("a" * length, abroad=True).count == count


@pytest.mark.parametrize(("length", "count"), [(69, 1), (70, 2), (133, 2), (134, 3)])
def test_one_foreign_character_abroad_makes_it_70_or_67(length: int, count: int) -> None:
    segments = segments_of("a" * length + "ê", abroad=True)

    assert (segments.count, segments.encoding, segments.foreign) == (count, "ucs2", ("ê",))


@pytest.mark.parametrize(
    ("length", "alone", "each", "parts"),
    [(150, *WIDE, [67, 67, 16]), (320, *NARROW, [153, 153, 14]), (134, *WIDE, [67, 67])],
)
def test_the_parts_are_as_long_as_in_the_documents(
    length: int, alone: int, each: int, parts: list[int]
) -> None:
    assert length > alone
    assert list(cut([1] * length, each)) == parts


def test_the_gsm_alphabet_is_whole() -> None:
    assert len(BASIC) == 127
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@pytest.mark.parametrize("character", "|^€{}[]~\\\f")
def test_an_extension_character_counts_two_abroad_and_one_at_home(character: str) -> None:
    assert segments_of(character, abroad=True).units == 2
    assert segments_of(character).units == 1


def test_an_extension_character_is_not_cut_in_two() -> None:
    fits = "a" * 151 + "€" + "a" * 153
    moves = "a" * 152 + "€" + "a" * 152

    assert (segments_of(fits, abroad=True).units, segments_of(fits, abroad=True).count) == (306, 2)
    assert (segments_of(moves, abroad=True).units, segments_of(moves, abroad=True).count) == (306, 3)


def test_an_emoji_counts_two_wherever_it_is_sent() -> None:
    assert segments_of("好" * 68 + "😀").count == 1
    assert segments_of("好" * 69 + "😀").count == 2
    assert segments_of("hi 😀", abroad=True).units == 5


def test_the_signature_and_its_brackets_count() -> None:
    assert segments_of(signed("星河科技", "字" * 64)).count == 1
    assert segments_of(signed("星河科技", "字" * 65)).count == 2
    assert signed("", "hi") == "hi"


@pytest.mark.parametrize(
    ("text", "room"), [("", 70), ("字", 69), ("字" * 70, 0), ("字" * 71, 63), ("字" * 134, 0)]
)
def test_the_room_is_what_still_fits(text: str, room: int) -> None:
    assert segments_of(text).room == room


@given(text=NORMAL, more=NORMAL, abroad=st.booleans())
@settings(max_examples=80)
def test_more_text_never_takes_fewer_segments(text: str, more: str, *, abroad: bool) -> None:
    assert segments_of(text + more, abroad=abroad).count >= segments_of(text, abroad=abroad).count


@given(text=NORMAL | GSM, abroad=st.booleans())
@settings(max_examples=80)
def test_segments_hold_what_they_may_and_nothing_is_lost(text: str, *, abroad: bool) -> None:
    it = segments_of(text, abroad=abroad)
    parts = list(cut([width(character, it.encoding) for character in text], it.each))

    assert (it.count == 0) == (text == "")
    assert sum(parts) == it.units
    assert all(part <= it.each for part in parts)
    assert it.count == len(parts) if it.units > it.alone else it.count <= 1
    # A character of two leaves at most one unit free at each border.
    assert it.units <= max(it.alone, it.count * it.each)
    assert it.count <= 1 or it.units > (it.count - 1) * (it.each - 1)


@given(text=GSM)
@settings(max_examples=40)
def test_the_gsm_alphabet_is_never_worse_than_any_other(text: str) -> None:
    english, foreign = segments_of(text, abroad=True), segments_of(text + "字", abroad=True)

    assert english.encoding == "gsm"
    assert not english.foreign
    assert english.count <= foreign.count


@given(text=NORMAL, abroad=st.booleans())
@settings(max_examples=60)
def test_what_has_room_takes_no_further_segment_and_one_more_does(text: str, *, abroad: bool) -> None:
    it = segments_of(text, abroad=abroad)

    assert segments_of(text + "a" * it.room, abroad=abroad).count == max(it.count, 1)
    assert segments_of(text + "a" * (it.room + 1), abroad=abroad).count > it.count
