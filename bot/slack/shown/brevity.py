"""Brevity: a report without what no reader would see, so that drawing it takes no longer than reading it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from bot.drawing import masked, plain
from bot.slack.shown.blocks import (
    ELLIPSIS,
    MOST_CHARACTERS,
    MOST_IN_CELL,
    MOST_IN_CONTEXT,
    MOST_IN_FIELD,
    MOST_IN_SECTION,
    MOST_ROWS,
)
from bot.sms.report import (
    Cell,
    Code,
    Entries,
    Explained,
    Facts,
    Listing,
    Paragraph,
    Part,
    Quoted,
    Report,
    Say,
    Series,
    Table,
    say,
)


def brief(report: Report) -> Report:
    """The same with its foreign texts cut to what the place of each can hold; rows left out are counted."""
    parts = tuple(map(brief_part, report.parts))
    left_out = rows_of(report.parts) - rows_of(parts)
    more = (say("block.rows_left_out", count=left_out),) if left_out else ()
    return replace(
        report,
        title=say_briefly(report.title, MOST_IN_CELL),
        parts=parts,
        notes=(*more, *(brief_cell(it, MOST_IN_CONTEXT) for it in report.notes)),
    )


def rows_of(parts: Sequence[Part]) -> int:
    return sum(len(it.rows) for it in parts if isinstance(it, Table))


def brief_part(part: Part) -> Part:  # noqa: PLR0911 - a line for each kind
    match part:
        case Paragraph():
            return Paragraph(brief_cell(part.text, MOST_IN_SECTION))
        case Facts():
            return Facts(tuple((name, brief_cell(it, MOST_IN_FIELD)) for name, it in part.rows))
        case Table():
            return replace(part, rows=with_room(part.rows))
        case Listing():
            return Listing(tuple(brief_cell(it, MOST_IN_SECTION) for it in part.rows))
        case Quoted():
            return Quoted(shortened(part.text, MOST_IN_SECTION))
        case Explained():
            return Explained(tuple(shortened(it, MOST_IN_CELL) for it in part.codes))
        case Series() | Entries():
            return part
        case _:
            assert_never(part)


def with_room(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    """The first rows: as many as a table has, and as their texts have room in a message."""
    kept: list[tuple[Cell, ...]] = []
    room = MOST_CHARACTERS
    for row in rows[: MOST_ROWS - 1]:
        kept.append(tuple(brief_cell(it, MOST_IN_CELL) for it in row))
        room -= sum(len(it) for it in kept[-1] if isinstance(it, str))
        if room <= 0:
            break
    return tuple(kept)


def brief_cell(cell: Cell, most: int) -> Cell:
    """Numbers are masked before the cut: half a number would not be known for one."""
    match cell:
        case str() if len(cell) > most:
            return shortened(masked(plain(cell)), most)
        case Code() if len(cell.name) > most:
            return Code(shortened(masked(plain(cell.name)), most))
        case Say():
            return say_briefly(cell, most)
        case _:
            return cell


def say_briefly(said: Say, most: int) -> Say:
    return Say(said.phrase, {name: brief_cell(it, most) for name, it in said.details.items()})


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS
