"""Where lines are broken on a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.wrapping import CLOSING, OPENING, breaks

LETTERS = st.sampled_from("短信，。（）“”【】12 0ab-c/👍：、")


def lines(text: str, width: int) -> list[str]:
    ends = breaks(text, width)
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("请联系腾讯云短信小助手。", ["请联系腾讯云短信小", "助手。"]),
        ("请在控制台里面看“短信记录”页", ["请在控制台里面看", "“短信记录”页"]),
        ("所以按最近的那 17 天来算", ["所以按最近的那 ", "17 天来算"]),
        ("pay for a package first", ["pay for a package ", "first"]),
        ("[1] 多少个字算一条短信", ["[1] 多少个字算一条", "短信"]),
        ("https://cloud.tencent.com/", ["https://cloud.tenc", "ent.com/"]),
    ],
)
def test_lines_are_broken_where_readers_of_either_language_expect_it(text: str, broken: list[str]) -> None:
    assert lines(text, 18) == broken


@given(st.text(LETTERS, max_size=60), st.integers(12, 30))
def test_every_line_fits_and_nothing_is_lost(text: str, width: int) -> None:
    made = lines(text, width)

    assert "".join(made) == text
    assert all(cell_len(line.rstrip()) <= width for line in made)


@given(st.text(st.sampled_from("短信，。（）【】"), max_size=40))
def test_no_line_begins_with_what_closes_or_ends_with_what_opens(text: str) -> None:
    made = [line for line in lines(text, 40) if len(line) < 20]

    assert all(line[0] not in CLOSING for line in made[1:])
    assert all(line[-1] not in OPENING for line in made[:-1])
