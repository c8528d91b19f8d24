"""When accounts are looked at: by one replica at a time, not too often, and not all at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text, update

from bot.store.clock import time_of
from bot.store.database import Database, StoreAway, open_database
from bot.store.looks import StoredLooks
from bot.store.tables import look as looks
from tests.guard.small_guard import Clock
from tests.store.small_store import earlier

EVERY = timedelta(minutes=10)
# Longer than a test takes on a busy machine: PostgreSQL's clock goes on meanwhile.
LITTLE = timedelta(seconds=4)


@dataclass
class Scene:
    """Two replicas, each with an engine and a clock of its own."""

    database: Database
    other: Database
    clock: Clock = field(default_factory=Clock)
    other_clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.looks = StoredLooks(self.database, self.clock)
        self.others = StoredLooks(self.other, self.other_clock)

    async def due(self, *accounts: str, every: timedelta = EVERY) -> list[str]:
        return list(await self.looks.take_due(accounts, every))

    async def pass_time(self, time: timedelta) -> None:
        """What is kept becomes older: PostgreSQL has a clock of its own."""
        older = {it.name: earlier(it, time) for it in (looks.c.due, looks.c.looked)}
        async with self.database.writing() as connection:
            await connection.execute(update(looks).values(older))

    async def time(self) -> datetime:
        """By the clock that counts."""
        async with self.database.reading() as connection:
            return await time_of(connection, self.clock)


def told(url: str, story: Callable[[Scene], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_database(url) as database, open_database(url) as other:
            await story(Scene(database, other))

    asyncio.run(run())


def test_an_account_is_due_at_once_and_then_every_so_often(database_url: str) -> None:
    async def story(it: Scene) -> None:
        for _ in range(3):
            assert await it.due("prod") == ["prod"]
            await it.pass_time(EVERY - LITTLE)
            assert await it.due("prod") == []
            await it.pass_time(2 * LITTLE)

        # After a long rest once, and not once for each time that it was left out.
        await it.pass_time(timedelta(days=9))
        assert await it.due("prod") == ["prod"]
        assert await it.due("prod") == []

    told(database_url, story)


def test_of_several_replicas_one_takes_it(database_url: str) -> None:
    async def story(it: Scene) -> None:
        for _ in range(5):
            takers = [one.take_due(["prod"], EVERY) for one in (it.looks, it.others, it.others, it.looks)]
            found = await asyncio.gather(*takers)

            assert sorted(map(len, found)) == [0, 0, 0, 1]
            await it.pass_time(EVERY + LITTLE)

    told(database_url, story)


def test_accounts_begin_one_after_the_other(database_url: str) -> None:
    async def story(it: Scene) -> None:
        names = [f"account-{number}" for number in range(5)]
        taken = [await it.due(*names)]
        for _ in range(9):
            await it.pass_time(EVERY / 5)
            taken.append(await it.due(*names))

        assert taken == [[name] for name in names] * 2

    told(database_url, story)


def test_an_account_that_comes_later_does_not_change_the_turns_of_the_others(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.due("prod")
        await it.pass_time(EVERY / 4)

        assert await it.due("prod", "qa") == []
        await it.pass_time(EVERY / 2 + LITTLE)
        assert await it.due("prod", "qa") == ["qa"]
        await it.pass_time(EVERY / 4)
        assert await it.due("prod", "qa") == ["prod"]

    told(database_url, story)


def test_only_what_is_asked_for_is_taken(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.due("gone", "prod")
        await it.pass_time(EVERY + LITTLE)

        assert await it.due() == []
        assert await it.due("prod") == ["prod"]
        assert await it.due("gone") == ["gone"]

    told(database_url, story)


def test_a_time_that_a_wrong_clock_has_set_blocks_nothing(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.due("prod")
        await it.pass_time(timedelta(days=-400))

        assert await it.due("prod") == ["prod"]
        assert await it.due("prod") == [], "it is taken, and due again in its time"
        await it.pass_time(EVERY + LITTLE)
        assert await it.due("prod") == ["prod"]

    told(database_url, story)


def test_looks_that_are_to_come_more_often_do_so_at_once(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.due("prod", every=timedelta(hours=1))

        assert await it.due("prod") == ["prod"]

    told(database_url, story)


def test_when_an_account_was_last_looked_at_is_kept(database_url: str) -> None:
    async def story(it: Scene) -> None:
        assert await it.looks.last("prod") is None
        await it.due("prod", "qa")
        assert await it.looks.last("prod") is None, "it was begun, not done"

        await it.looks.looked("prod")

        last = await it.others.last("prod")
        assert last is not None
        assert abs(last - await it.time()) < LITTLE
        assert await it.others.last("qa") is None
        await it.pass_time(EVERY + LITTLE)
        await it.due("prod")
        assert await it.looks.last("prod") == last - EVERY - LITTLE

    told(database_url, story)


def test_a_replica_whose_clock_is_wrong_does_not_look_too_early(database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("on SQLite there is one machine, and one clock")

    async def story(it: Scene) -> None:
        await it.due("prod")
        it.other_clock.forward(days=400)

        assert await it.others.take_due(["prod"], EVERY) == []
        await it.others.looked("prod")
        last = await it.looks.last("prod")
        assert last is not None
        assert abs(last - await it.time()) < LITTLE

    told(database_url, story)


def test_a_database_that_is_away_is_told(database_url: str) -> None:
    async def story(it: Scene) -> None:
        async with it.database.writing() as connection:
            await connection.execute(text("ALTER TABLE look RENAME TO look_gone"))

        for asked in (lambda: it.due("prod"), lambda: it.looks.looked("prod"), lambda: it.looks.last("prod")):
            with pytest.raises(StoreAway):
                await asked()

    told(database_url, story)
