"""A hand-edited file: its text, its table, and the lines on which mistakes stand."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import Mistake
from bot.places import Places, Steps

HEAD = re.compile(r"\A\+\+\+[ \t]*\n((?:.*?\n)??)\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Stands in steps for every key or position.
ANY = "*"

TOML_PLACE = re.compile(r"(.*?) \(at (?:line (\d+), column \d+|end of document)\)\Z", re.DOTALL)
STATEMENT = re.compile(r"^[ \t]*(?:\[|[\w.-]+[ \t]*=)", re.MULTILINE)

Shaped = TypeVar("Shaped", bound=BaseModel)
Table = TypeVar("Table")

String = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# A TOML array arrives as a list; everything else stays strictly as it was written.
Strings = Annotated[tuple[String, ...], Field(strict=False)]
Rows = Annotated[tuple[Table, ...], Field(strict=False)]


class Shape(BaseModel):
    """A table whose keys are these and no others: an unknown one is a mistake, not a comment."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Source:
    """One file of the knowledge folder; what is wrong with it gathers in `mistakes`.

    `name` is relative to the folder, with forward slashes. With a `head` (see HEAD) only that is TOML,
    and `body` is the offset of what follows it.
    """

    def __init__(
        self, name: str, text: str, mistakes: list[Mistake], head: re.Match[str] | None = None
    ) -> None:
        self.name = name
        self.text = text
        self.body = head.end() if head else len(text)
        self._toml, self._start = (head[1], head.start(1)) if head else (text, 0)
        self._mistakes = mistakes

    def report(self, kind: str, line: int = 1, **details: str) -> None:
        self._mistakes.append(Mistake(self.name, line, kind, details))

    def line_at(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def line_of(self, *steps: str | int) -> int:
        """The line of a key or value; of what isn't there, the line of the table that lacks it."""
        return self.line_at(self._start + self._places.offset(steps))

    @cached_property
    def table(self) -> Mapping[str, Any] | None:
        """What the TOML says, of whatever shape; None when it is broken, which is reported."""
        try:
            return tomllib.loads(self._toml)
        except (ValueError, RecursionError) as error:
            reason, line = broken_at(self._toml, str(error))
            self.report("broken_toml", self.line_at(self._start) + line - 1, reason=reason)
            return None

    @cached_property
    def _places(self) -> Places:
        return Places(self._toml if self.table is not None else "")

    def shaped(self, shape: type[Shaped]) -> Shaped | None:
        """The table as a `shape`; None when it isn't one, with every reason reported."""
        if self.table is None:
            return None
        try:
            return shape.model_validate(self.table)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._report_detail(shape, detail)
            return None

    def _report_detail(self, shape: type[BaseModel], detail: ErrorDetails) -> None:
        # "[key]" is pydantic's way to say that the key itself is wrong, not the value under it.
        steps = tuple(step for step in detail["loc"] if step != "[key]")
        kind, line = KINDS.get(detail["type"], "wrong_type"), self.line_of(*steps)
        if kind == "unknown_key":
            near = get_close_matches(str(steps[-1]), sorted(keys_at(shape, steps[:-1])), n=1)
            self.report("misspelt_key" if near else kind, line, key=dotted(steps), near="".join(near))
        else:
            self.report(kind, line, key=dotted(steps), reason=detail["msg"])

    def values(self, *steps: str | int) -> Iterator[tuple[Steps, Any]]:
        """Every value to which `steps` lead, ANY for all, with the full steps to it.

        What has another shape than expected is passed over: that is for `shaped` to report.
        """
        return values_at(self.table, steps)

    def strings(self, *steps: str | int) -> Iterator[tuple[Steps, str]]:
        """Those of the values that are text, stripped as the shapes strip it, and not empty."""
        for at, value in self.values(*steps):
            if isinstance(value, str) and value.strip():
                yield at, value.strip()


# What pydantic and the shapes call a mistake, and which of our phrases tells it.
KINDS = {
    "extra_forbidden": "unknown_key",
    "missing": "missing_key",
    "string_too_short": "empty",
    "too_short": "empty",
    "blank": "empty",
    "string_pattern_mismatch": "not_https",
    "not_https": "not_https",
    "literal_error": "not_one_of",
    "tuple_type": "no_list",
    "model_type": "no_table",
}


def broken_at(toml: str, words: str) -> tuple[str, int]:
    """The reason and the line in tomllib's `words`.

    Of a value that never ends, and of a key that stands twice, tomllib tells the end; we tell the
    beginning.
    """
    if not (place := TOML_PLACE.match(words)):
        return words, 1
    last = toml.count("\n") + 1
    line = int(place[2] or last)
    if not place[2] or place[1].startswith("Cannot"):
        beginnings = (toml.count("\n", 0, found.start()) + 1 for found in STATEMENT.finditer(toml))
        line = max((it for it in beginnings if it <= line), default=line)
    return place[1], line


def keys_at(shape: type[BaseModel], steps: Steps) -> set[str]:
    """The keys that may stand where `steps` lead; steps that a shape doesn't name are an editor's choice."""
    for step in ("root", *steps):
        field = shape.model_fields.get(str(step))
        shape = next(parts_of(field.annotation), shape) if field else shape
    return set(shape.model_fields)


def parts_of(annotation: Any) -> Iterator[type[BaseModel]]:
    """The shapes within a type: Row for tuple[Row, ...], dict[str, Row], Row | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from parts_of(argument)


def dotted(steps: Steps) -> str:
    """Steps as people count: ("code", 0, "zh") is code.1.zh."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in steps)


def values_at(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    if not steps:
        yield (), value
        return
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, deeper in inside:
        if steps[0] in {ANY, step}:
            yield from (((step, *rest), found) for rest, found in values_at(deeper, steps[1:]))


def read_text(folder: Path, name: str, mistakes: list[Mistake]) -> str | None:
    """The text of a file, with plain line ends; None when it can't be read, which is reported."""
    try:
        content = (folder / name).read_bytes().removeprefix(BYTE_ORDER_MARK)
        return content.decode("utf-8").replace("\r\n", "\n")
    except OSError as error:
        mistakes.append(Mistake(name, 1, "unreadable", {"reason": error.strerror or str(error)}))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        mistakes.append(Mistake(name, line, "not_utf8"))
    return None
