"""What a view carries along unseen (private_metadata): small values as JSON, read back strictly or not at all."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from bot.language import LANGUAGES, Language

# Slack's limit on private_metadata, in characters.
MOST = 3_000


@dataclass(frozen=True, slots=True)
class Opened:
    """Where a form was opened, and so where its outcome belongs: in `ask` and `send_test`.

    Slack's ids, "" where there is none. `url` is the response_url, good for 30 minutes.
    """

    language: Language
    channel: str = ""
    thread: str = ""
    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Confirming:
    """In `confirm`: which draft is previewed, and where its fate is told."""

    language: Language
    token: str = field(repr=False)
    channel: str = ""
    thread: str = ""
    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Disliking:
    """In `reason`: the id of the question whose answer was no help."""

    language: Language
    question: str


@dataclass(frozen=True, slots=True)
class Adding:
    """In `wording`: ids of the questions that the added ways to ask settle."""

    language: Language
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Browsing:
    """In Home: what of the FAQ is looked at. A search outdoes a category; neither is the beginning.

    `page` counts from 1.
    """

    category: str = ""
    page: int = 1
    search: str = ""


Kept = TypeVar("Kept", Opened, Confirming, Disliking, Adding, Browsing)


def folded(value: Opened | Confirming | Disliking | Adding | Browsing) -> str:
    """As JSON of at most 3,000 characters, for what Slack itself would give along."""
    return json.dumps({it.name: getattr(value, it.name) for it in fields(value)}, ensure_ascii=False)


def unfolded(kind: type[Kept], text: str) -> Kept | None:
    """The value of this kind; None for anything that is not exactly one: an older version's, another form's."""
    found = row_of(text)
    if found is None or found.keys() != {it.name for it in fields(kind)}:
        return None
    read = {name: read_field(name, value) for name, value in found.items()}
    return None if None in read.values() else kind(**read)


def row_of(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text[:MOST])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def read_field(name: str, value: object) -> Any:
    """The value of a field, None when it has the wrong type. Fields of one name have one type."""
    match name, value:
        case "language", str():
            return value if value in LANGUAGES else None
        case "page", int() if not isinstance(value, bool) and value >= 1:
            return value
        case "questions", list() if all(isinstance(it, str) for it in value):
            return tuple(value)
        case (("language" | "page" | "questions"), _):
            return None
        case _, str():
            return value
        case _:
            return None


def joined(names: Iterable[str], most: int) -> str:
    """As many ids as `most` characters take, blanks between."""
    return " ".join(fitting(names, most))


def fitting(names: Iterable[str], most: int) -> Iterator[str]:
    length = -1
    for name in names:
        length += 1 + len(name)
        if length > most:
            return
        yield name
