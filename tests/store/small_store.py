"""Replicas over one database, each with all that is stored, and time that passes at a word."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import ColumnElement, type_coerce, update

from bot.slack.inbox import Parcel
from bot.store.added import StoredPhrasings
from bot.store.database import Database, open_database
from bot.store.grouped import GroupedWriting
from bot.store.inbox import StoredInbox
from bot.store.questions import StoredQuestions
from bot.store.tables import MICROSECOND, Instant, inbox, inbox_key
from bot.store.watches import StoredWatches
from tests.guard.small_guard import Clock

PAYLOAD: Mapping[str, object] = {
    "type": "event_callback",
    "event": {"text": "余量还有多少？", "odd": "\x00\ud800😀"},
}


@dataclass
class Replica:
    """`given_up` are the ids of parcels that failed for good."""

    database: Database
    grouped: GroupedWriting
    owner: str
    clock: Clock = field(default_factory=Clock)
    given_up: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = count(1)
        self.inbox = StoredInbox(
            self.database,
            self.grouped,
            self.owner,
            self.now,
            lambda: f"{self.owner}-{next(names)}",
            self.given_up.append,
        )
        self.questions = StoredQuestions(self.database, self.grouped, self.now)
        self.phrasings = StoredPhrasings(self.database)
        self.watches = StoredWatches(self.database, self.now)

    def now(self) -> datetime:
        return self.clock()

    async def taken(self, *keys: str) -> Parcel:
        parcel = await self.inbox.take(keys, PAYLOAD)
        assert parcel is not None
        return parcel


@asynccontextmanager
async def replica(url: str, owner: str = "one", patience: float = 5) -> AsyncIterator[Replica]:
    async with open_database(url, patience) as database, GroupedWriting(database) as grouped:
        yield Replica(database, grouped, owner)


def play(url: str, story: Callable[[Replica], Awaitable[None]]) -> None:
    async def run() -> None:
        async with replica(url) as one:
            await story(one)

    asyncio.run(run())


async def pass_time(database: Database, time: timedelta) -> None:
    """What the inbox has kept becomes older: PostgreSQL has a clock of its own, which can't be put forward."""
    async with database.writing() as connection:
        await connection.execute(
            update(inbox).values(
                received=earlier(inbox.c.received, time), lease_until=earlier(inbox.c.lease_until, time)
            )
        )
        await connection.execute(update(inbox_key).values(at=earlier(inbox_key.c.at, time)))


def earlier(column: ColumnElement[datetime], time: timedelta) -> ColumnElement[datetime]:
    return type_coerce(type_coerce(column, Instant.impl) - time // MICROSECOND, Instant)
