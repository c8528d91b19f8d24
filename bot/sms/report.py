"""What an operation found out, for any surface to draw: values and names of phrases, no words.

A text is a `Say` (a phrase of ours, in the reader's language), a `Both` (words of the knowledge base) or a
plain `str`: foreign text, from a person or the API, which every surface escapes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bot.language import Both, Language
from bot.sms.phone import PhoneNumber


@dataclass(frozen=True, slots=True)
class Say:
    """A phrase of knowledge/phrases.toml, by name, and what fills its blanks."""

    phrase: str
    details: Mapping[str, "Cell"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of one, shown in percent."""

    value: float


@dataclass(frozen=True, slots=True)
class Code:
    """The name of an error or receipt code, shown as code."""

    name: str


@dataclass(frozen=True, slots=True)
class EntryTitle:
    """The title of an answer of the knowledge base, by the answer's id."""

    id: str


# A datetime is shown in the reader's zone, an int with its thousands apart, None as "not known".
Cell = Say | Both[str] | Share | Code | EntryTitle | PhoneNumber | str | int | float | date | datetime | None


def say(phrase: str, **details: Cell) -> Say:
    return Say(phrase, details)


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Cell


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and their values: a Slack section's fields."""

    rows: tuple[tuple[Say, Cell], ...]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Say, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    rows: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A value a day, for a chart; None where it is not known, which is not zero."""

    title: Say
    points: tuple[tuple[date, int | None], ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """Foreign text that is shown as a whole: the message as the recipient would read it."""

    text: str


@dataclass(frozen=True, slots=True)
class Explained:
    """Codes that the surface explains from the knowledge base: meaning and what to do."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """Answers of the knowledge base that help here, by id."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """Something the reader can press: a command in full. `dangerous` ones cost money.

    What it finds is shown to who presses; where it `renews`, in the place of what stands there. With `about`
    there is no command: the form for a question opens, begun with these words.
    """

    label: Say
    command: str = ""
    dangerous: bool = False
    renews: bool = False
    about: Say | None = None


@dataclass(frozen=True, slots=True)
class Refresh:
    """More is to come: the command that tells it, to be given again after so many seconds.

    `worth` is which of these reports a reader should be shown: each is news; the first answers and the
    last completes it; or nothing but the last one makes sense.
    """

    command: str
    seconds: float
    worth: Literal["each", "first_and_last", "last"] = "each"


Part = Paragraph | Facts | Table | Listing | Series | Quoted | Explained | Entries


@dataclass(frozen=True, slots=True)
class Report:
    """`notes` stand small below the rest: the age of the data, what was left out, which zone.

    `openly`: it concerns everybody in the channel, and is shown to all. `language` is that of something that
    stands there for all; None: whoever asks is spoken to in theirs.
    """

    title: Say
    parts: tuple[Part, ...] = ()
    notes: tuple[Cell, ...] = ()
    actions: tuple[Action, ...] = ()
    refresh: Refresh | None = None
    openly: bool = False
    language: Language | None = None
