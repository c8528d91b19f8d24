"""The picture of a chart, drawn for real."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

from bot.reports.chart import DOTS, HEIGHT, MOST_DAYS, WIDTH, labelled, picture

TODAY = date(2026, 11, 22)
# What a label takes below the line, in dots: five figures of 9 points, and air.
LABEL = 45


def days(values: Sequence[int | None]) -> list[tuple[date, int | None]]:
    """The last of them is today's."""
    return [(TODAY - timedelta(len(values) - 1 - place), value) for place, value in enumerate(values)]


def seen(drawn: bytes | None) -> Any:
    """The dots: rows, columns, colours from 0 to 1."""
    assert drawn is not None
    return imread(BytesIO(drawn))


def blue(dots: Any) -> set[int]:
    """The columns in which there is something of the line itself."""
    line = (dots[:, :, 2] - dots[:, :, 0]) > 0.6
    return set(line.any(axis=0).nonzero()[0].tolist())


def title_drawn(drawn: bytes | None) -> bool:
    """Whether there is any writing above the line."""
    return bool((seen(drawn)[:25, :, :3] < 0.9).any())


def test_a_picture_is_a_png_of_its_size() -> None:
    drawn = picture("Daily usage", days([3, 0, 5]))

    assert drawn is not None
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    assert seen(drawn).shape[:2] == (round(HEIGHT * DOTS), round(WIDTH * DOTS))
    assert len(drawn) < 100_000


def test_the_line_is_broken_where_a_day_is_not_known() -> None:
    whole = blue(seen(picture("", days([5, 5, 5, 5, 5]))))
    unknown = blue(seen(picture("", days([5, 5, None, 5, 5]))))
    untold = blue(seen(picture("", [it for it in days([5, 5, 0, 5, 5]) if it[1]])))

    assert whole == set(range(min(whole), max(whole) + 1))
    assert len(whole - unknown) > 200
    assert unknown == untold


def test_a_day_that_stands_alone_is_seen() -> None:
    assert blue(seen(picture("", days([None, 7, None]))))


def test_zero_is_a_value() -> None:
    assert blue(seen(picture("", days([0, 0]))))


def test_the_scale_begins_at_zero() -> None:
    def heights(value: int) -> int:
        """How far down the line is that stands at half of the highest."""
        dots = seen(picture("", days([1000, value, value, value])))
        line = (dots[:, 600, 2] - dots[:, 600, 0]) > 0.6
        return int(line.nonzero()[0].mean())

    top, middle, ground = heights(1000), heights(500), heights(0)

    assert middle == pytest.approx((top + ground) / 2, abs=2)


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_without_any_value_there_is_no_picture(values: list[int | None]) -> None:
    assert picture("Daily usage", days(values)) is None


def test_without_matplotlib_there_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    assert picture("Daily usage", days([1, 2])) is None


@pytest.mark.parametrize("title", ["Daily usage", "Größe – “prod”", "costs $5 and $6", r"$\frac$"])
def test_a_title_in_latin_letters_is_drawn(title: str) -> None:
    assert title_drawn(picture(title, days([1, 2])))


@pytest.mark.parametrize("title", ["每日用量", "prod 每日用量", "Ежедневно", "📈", ""])
def test_a_title_that_the_font_can_not_draw_is_left_to_the_message(title: str) -> None:
    assert not title_drawn(picture(title, days([1, 2])))


def test_the_order_of_the_points_does_not_matter() -> None:
    points = days([1, None, 3, 2])

    assert picture("", points[::-1]) == picture("", points)


def test_many_threads_draw_at_once_and_each_its_own() -> None:
    tasks = [days([number, 3, number]) for number in range(4)]
    alone = [picture("same", it) for it in tasks]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda it: picture("same", it), tasks * 3))

    assert together == alone * 3
    assert len(set(alone)) == len(tasks)


def test_nothing_is_loaded_before_it_is_needed_and_never_what_keeps_every_figure() -> None:
    program = (
        "import sys, datetime, bot.reports.chart as it;"
        "before = 'matplotlib' in sys.modules;"
        "it.picture('', [(datetime.date(2026, 11, 22), 1)]);"
        "print(before, 'matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)

    assert done.stdout.split() == ["False", "True", "False"]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_the_days_that_are_named_are_few_enough_evenly_apart_and_end_with_the_last(
    first: date, more: int
) -> None:
    last = first + timedelta(more)

    named = labelled(first, last)

    steps = {later - earlier for earlier, later in pairwise(named)}
    assert named[-1] == last
    assert named[0] >= first
    assert len(steps) <= 1
    assert len(named) <= MOST_DAYS
    # All of the width but for the scale belongs to the days.
    apart = min((it.days for it in steps), default=more + 1) * (WIDTH * DOTS - 120) / (more + 1)
    assert apart >= LABEL


def test_few_days_are_all_named() -> None:
    assert len(labelled(TODAY - timedelta(6), TODAY)) == 7
