"""The audit chain: each row's seal covers the row and the seal before it."""

import hmac
import json
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

# What the first row is chained to.
START = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was tried or done. `details` hold no phone number, no parameter, no secret."""

    at: datetime
    person: str
    channel: str
    action: str
    details: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event in its place of the chain; `number` counts from 1."""

    number: int
    event: Event
    before: str
    seal: str


@dataclass(frozen=True, slots=True)
class Intact:
    """All `rows` hold; `head` is the last seal: publish it, for what comes after it can be checked against it."""

    rows: int
    head: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The row at `number` is not what was written there: altered, removed or out of order."""

    number: int


@dataclass(frozen=True, slots=True)
class HeadMissing:
    """All rows hold, but a head that was published is not among them: the end was cut off, or rewritten."""

    rows: int


Verdict = Intact | Broken | HeadMissing


def seal(key: bytes, number: int, event: Event, before: str) -> Sealed:
    """The event as the next row of the chain."""
    return Sealed(number, event, before, seal_of(key, number, event, before))


def seal_of(key: bytes, number: int, event: Event, before: str) -> str:
    row = [
        number,
        event.at.astimezone(UTC).isoformat(),
        event.person,
        event.channel,
        event.action,
        dict(sorted(event.details.items())),
    ]
    # JSON without freedom: one event has one text.
    text = json.dumps(row, ensure_ascii=True, separators=(",", ":"))
    return hmac.digest(key, f"{before}\n{text}".encode(), "sha256").hex()


def holds(key: bytes, row: Sealed) -> bool:
    """Whether the row is as it was sealed. Who asks has the key, so that there is nothing to find out by time."""
    return row.seal == seal_of(key, row.number, row.event, row.before)


async def verify(key: bytes, rows: AsyncIterable[Sealed], head: str | None = None) -> Verdict:
    """Whether `rows`, in their order, are a whole chain; and whether it holds a `head` published earlier."""
    before, number, seen = START, 0, head is None
    async for row in rows:
        number += 1
        if (row.number, row.before) != (number, before) or not holds(key, row):
            return Broken(number)
        before, seen = row.seal, seen or row.seal == head
    return Intact(number, before) if seen else HeadMissing(number)
