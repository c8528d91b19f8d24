"""The picture of a chart: for a Slack that refuses its own, where matplotlib is installed."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from math import nan
from typing import Any

# Inches, and how many dots each of them has.
WIDTH, HEIGHT, DOTS = 8.0, 3.0, 100
MARGIN = 0.1
LINE, FAINT, WORDS = "#0052D9", "#E3E6EB", "#4B5462"
# Side by side, so many have room: of days below the line, of values beside it.
MOST_DAYS, MOST_VALUES = 11, 4
# What the font that comes with matplotlib can draw; of other scripts there would be empty boxes.
DRAWN = re.compile(r"[ -~\u00a0-\u024f\u2010-\u2027]*")


def picture(title: str, points: Sequence[tuple[date, int | None]]) -> bytes | None:
    """A PNG of 800 by 300 dots, a value a day; None without matplotlib, or without any value.

    The line is broken where a day has none. A title that the font has no letters for is left out: the message
    says it. The first one takes as long as matplotlib to load, so it belongs in a thread; several may draw at
    once.
    """
    if find_spec("matplotlib") is None or all(value is None for _, value in points):
        return None
    figure = import_module("matplotlib.figure").Figure((WIDTH, HEIGHT), dpi=DOTS, layout="constrained")
    figure.get_layout_engine().set(w_pad=MARGIN, h_pad=MARGIN)
    # Not pyplot: that keeps every figure, in a state that threads would share.
    canvas = import_module("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    draw_line(axes, dict(points))
    draw_frame(axes)
    if DRAWN.fullmatch(title):
        axes.set_title(title, loc="left", fontsize=11, color=WORDS, parse_math=False)
    file = BytesIO()
    canvas.print_png(file, metadata={"Software": None})
    return file.getvalue()


def draw_line(axes: Any, values: dict[date, int | None]) -> None:
    """Every day has its place, those that are not told of as well; each value a dot, or it could stand alone."""
    first, last = min(values), max(values)
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    places = [day.toordinal() for day in days]
    heights = [nan if (value := values.get(day)) is None else value for day in days]
    axes.plot(places, heights, color=LINE, linewidth=1.8, marker="o", markersize=3.5, clip_on=False, zorder=3)
    axes.fill_between(places, heights, color=LINE, alpha=0.08, linewidth=0)
    axes.set_xlim(places[0] - 0.5, places[-1] + 0.5)
    # Room above the highest, and a scale even where everything is zero.
    axes.set_ylim(0, max(1, *(value or 0 for value in values.values())) * 1.12)
    named = labelled(first, last)
    axes.set_xticks([day.toordinal() for day in named], [f"{day:%m-%d}" for day in named])


def labelled(first: date, last: date) -> list[date]:
    """The days that are named below the line: evenly apart, never more than have room, and the last one always."""
    step = timedelta((last - first).days // MOST_DAYS + 1)
    return [last - step * number for number in range((last - first) // step + 1)][::-1]


def draw_frame(axes: Any) -> None:
    """Lines across for the values, whole numbers by thousands, and no box around it all."""
    ticker = import_module("matplotlib.ticker")
    axes.yaxis.set_major_locator(ticker.MaxNLocator(MOST_VALUES, integer=True))
    axes.yaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.tick_params(length=0, pad=6, labelsize=9, labelcolor=WORDS)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
