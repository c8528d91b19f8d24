"""Line breaks for Chinese and English: between Chinese characters too, and never before what closes.

Rich's own breaks at blanks only, and takes a Chinese sentence for one word.
"""

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

# What must not begin a line, and what must not end one.
CLOSING = r"。，、；：？！）》〉」』】〕％”’…—·,.;:?!)\]}%"
OPENING = r"（《〈「『【〔“‘(\[{"
CHINESE = "\u3040-\u9fff\uf900-\ufaff"
WIDE = f"\u2e80-\u303f{CHINESE}\uff00-\uff60"
# A Chinese character or a word, digits with the character that follows them as their unit, and what clings to it.
PIECE = re.compile(rf"[{OPENING}]*(?:[^\s{WIDE}“‘]+(?:(?<=\d) ?[{CHINESE}])?|[{WIDE}])?[{CLOSING}]*\s*")


def breaks(text: str, width: int) -> list[int]:
    """Where the lines of a text end that has no line ends itself, as indices; `width` in columns."""
    made: list[int] = []
    column = 0
    for place, part in parts(text, width):
        if column and column + cell_len(part.rstrip()) > width:
            made.append(place)
            column = 0
        column += cell_len(part)
    return made


def parts(text: str, width: int) -> Iterator[tuple[int, str]]:
    """What stays on one line, each with where it begins."""
    for found in PIECE.finditer(text):
        place = found.start()
        whole = cell_len(found[0].rstrip()) <= width
        for part in [found[0]] if whole else chop_cells(found[0], width):
            yield place, part
            place += len(part)
