"""Files of labelled questions: JSON lines with q, expect and kind."""

import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from bot.errors import BotError
from bot.faq.evaluate import Labelled


def read_labelled(file: Path, titles: AbstractSet[str]) -> Iterator[Labelled]:
    """The questions in `file`, whose labels are among `titles`.

    Raises:
        BotError: for a file that can't be read, a line that isn't a question, a label that is no title.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BotError("command.no_file", file=file, reason=error) from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield read_row(file, number, line, titles)


def read_row(file: Path, number: int, line: str, titles: AbstractSet[str]) -> Labelled:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise BotError("command.bad_row", file=file, line=number) from error
    if not is_question(row):
        raise BotError("command.bad_row", file=file, line=number)
    expect = tuple(row.get("expect", ()))
    for title in expect:
        if title not in titles:
            raise BotError("command.unknown_title", file=file, line=number, title=title)
    return Labelled(row["q"], expect, row.get("kind", "-"))


def is_question(row: Any) -> bool:
    if not isinstance(row, dict) or row.keys() - {"q", "expect", "kind"}:
        return False
    expect = row.get("expect", [])
    strings = [row.get("q"), row.get("kind", "-"), *(expect if isinstance(expect, list) else [None])]
    return all(isinstance(it, str) for it in strings) and bool(row["q"])
