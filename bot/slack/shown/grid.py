"""A table drawn in characters that are all as wide, Chinese ones twice."""

import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

from bot.slack.shown.blocks import cut

GAP = "  "
# A wider cell would push all others out of sight.
WIDEST = 60


def gridded(rows: Sequence[Sequence[str]], right: Sequence[bool] = ()) -> str:
    """One line a row, its columns below each other; those that are `right` end together."""
    lined = [[cut(" ".join(cell.split()), WIDEST) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip_longest(*lined, fillvalue="")]
    sides = [*right, *(False for _ in widths[len(right) :])]
    return "\n".join(GAP.join(map(padded, row, widths, sides)).rstrip() for row in lined)


def padded(cell: str, most: int, to_the_right: bool) -> str:  # noqa: FBT001 - mapped over the columns
    blanks = " " * (most - width(cell))
    return blanks + cell if to_the_right else cell + blanks


def width(words: str) -> int:
    """In columns of a terminal."""
    return sum(columns(it) for it in words)


def columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
