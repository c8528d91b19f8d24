"""Replicas that share one ledger of what is posted, and time that passes at a word."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update

from bot.reports.posting import Claim, Key, Lease, Posted, digest_key
from bot.store.clock import time_of
from bot.store.database import Database, open_database
from bot.store.postings import StoredPostings
from bot.store.tables import posting as postings
from tests.guard.small_guard import Clock
from tests.store.small_store import earlier

LEASE = Lease()
KEY = digest_key("C0GENERAL", date(2026, 11, 22))


@dataclass
class Replica:
    """`clock` is its own, also where the database has a better one."""

    database: Database
    clock: Clock
    postings: StoredPostings

    async def claimed(self, key: Key = KEY) -> Claim:
        claim = await self.postings.claim(key)
        assert claim is not None
        return claim

    async def posted(self, key: Key = KEY) -> Posted:
        return (await self.postings.fates([key]))[key]

    async def time(self) -> datetime:
        """By the clock that counts."""
        async with self.database.reading() as connection:
            return await time_of(connection, self.clock)


@asynccontextmanager
async def replicas(url: str, *owners: str) -> AsyncIterator[list[Replica]]:
    """Each with an engine of its own."""
    async with AsyncExitStack() as stack:
        found = []
        for owner in owners:
            database, clock = await stack.enter_async_context(open_database(url)), Clock()
            found.append(Replica(database, clock, StoredPostings(database, owner, clock, LEASE)))
        yield found


def play(url: str, story: Callable[[Replica, Replica], Awaitable[None]]) -> None:
    async def run() -> None:
        async with replicas(url, "one", "two") as (one, two):
            await story(one, two)

    asyncio.run(run())


async def pass_time(one: Replica, time: timedelta) -> None:
    """What is kept becomes older: PostgreSQL has a clock of its own, which can't be put forward."""
    names = ("lease_until", "first_claimed", "begun", "settled")
    older = {name: earlier(postings.c[name], time) for name in names}
    async with one.database.writing() as connection:
        await connection.execute(update(postings).values(older))
