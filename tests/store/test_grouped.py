"""Writing in groups: one wait for the disk for all, and no harm from one to another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text

from bot.store.database import Database, StoreAway, open_database
from bot.store.grouped import GroupedWriting
from bot.store.tables import EPOCH, inbox_key

BAD = "the same for all"
Story = Callable[[Database, GroupedWriting], Awaitable[None]]


@dataclass
class Noting:
    """Notes keys, and how many came together each time."""

    sizes: list[int] = field(default_factory=list)

    def all(self, connection: Connection, keys: Sequence[str]) -> Sequence[str]:
        """BAD comes twice, which the table refuses."""
        self.sizes.append(len(keys))
        rows = [{"key": it, "parcel": "", "at": EPOCH} for it in keys for _ in range(1 + (it == BAD))]
        connection.execute(insert(inbox_key), rows)
        return [f"noted {it}" for it in keys]


def divided(_connection: Connection, numbers: Sequence[int]) -> Sequence[int]:
    return [100 // it for it in numbers]


async def noted(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set((await connection.execute(select(inbox_key.c.key))).scalars())


def play(url: str, story: Story) -> None:
    async def run() -> None:
        async with open_database(url) as database, GroupedWriting(database) as grouped:
            await story(database, grouped)

    asyncio.run(run())


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/smsbot.sqlite3"


def test_all_that_waits_is_written_at_once_and_each_gets_its_own_result(database_url: str) -> None:
    noting = Noting()
    keys = [f"key {number}" for number in range(250)]

    async def story(database: Database, grouped: GroupedWriting) -> None:
        found = await asyncio.gather(*(grouped.write(noting.all, it) for it in keys))

        assert found == [f"noted {it}" for it in keys]
        assert await noted(database) == set(keys)

    play(database_url, story)
    assert noting.sizes == [100, 100, 50]


def test_different_things_share_one_transaction(sqlite: str) -> None:
    noting = Noting()

    async def story(database: Database, grouped: GroupedWriting) -> None:
        first, second, third = await asyncio.gather(
            grouped.write(noting.all, "a"), grouped.write(divided, 4), grouped.write(noting.all, "b")
        )

        assert (first, second, third) == ("noted a", 25, "noted b")
        assert await noted(database) == {"a", "b"}

    play(sqlite, story)
    assert noting.sizes == [2]


def test_who_has_a_result_finds_it_in_the_database(database_url: str) -> None:
    noting = Noting()

    async def story(database: Database, grouped: GroupedWriting) -> None:
        async def seen(key: str) -> bool:
            await grouped.write(noting.all, key)
            return key in await noted(database)

        assert all(await asyncio.gather(*(seen(f"key {number}") for number in range(20))))

    play(database_url, story)


def test_what_the_database_refuses_harms_nobody_else(database_url: str) -> None:
    noting = Noting()

    async def story(database: Database, grouped: GroupedWriting) -> None:
        keys = ["a", BAD, "b", "c"]
        found = await asyncio.gather(*(grouped.write(noting.all, it) for it in keys), return_exceptions=True)

        assert [it for it in found if isinstance(it, str)] == ["noted a", "noted b", "noted c"]
        assert isinstance(found[1], StoreAway)
        assert BAD not in f"{found[1]} {found[1].details}"
        assert await noted(database) == {"a", "b", "c"}

    play(database_url, story)


def test_a_fault_of_ours_is_told_to_the_one_whose_it_is_and_writing_goes_on(sqlite: str) -> None:
    noting = Noting()

    async def story(database: Database, grouped: GroupedWriting) -> None:
        found = await asyncio.gather(
            grouped.write(noting.all, "a"),
            grouped.write(divided, 0),
            grouped.write(divided, 1),
            return_exceptions=True,
        )

        assert found[0] == "noted a"
        assert isinstance(found[1], ZeroDivisionError)
        assert found[2] == 100
        assert await grouped.write(noting.all, "b") == "noted b"
        assert await noted(database) == {"a", "b"}

    play(sqlite, story)


def test_a_waiter_that_is_cancelled_anywhere_harms_nobody_and_its_own_is_written(database_url: str) -> None:
    noting = Noting()

    async def story(database: Database, grouped: GroupedWriting) -> None:
        for step in range(12):
            others = [asyncio.create_task(grouped.write(noting.all, f"{it} {step}")) for it in "ab"]
            gone = asyncio.create_task(grouped.write(noting.all, f"gone {step}"))
            for _ in range(1 + step * 2):
                await asyncio.sleep(0)
            gone.cancel()

            async with asyncio.timeout(4):
                assert await asyncio.gather(*others) == [f"noted a {step}", f"noted b {step}"]
            with suppress(asyncio.CancelledError):
                await gone
        assert await noted(database) == {f"{it} {step}" for step in range(12) for it in ("a", "b", "gone")}

    play(database_url, story)


def test_a_database_that_is_locked_too_long_is_told_to_all_at_once(database_url: str) -> None:
    noting = Noting()

    async def story(free: Database, _grouped: GroupedWriting) -> None:
        async with (
            open_database(database_url, patience=0.4) as database,
            GroupedWriting(database, one_by_one=0.3) as grouped,
        ):
            async with free.writing() as connection:
                await connection.run_sync(noting.all, ["theirs"])
                async with asyncio.timeout(4):
                    found = await asyncio.gather(
                        *(grouped.write(noting.all, f"{it}") for it in range(50)), return_exceptions=True
                    )

            assert [type(it) for it in found] == [StoreAway] * 50
            assert await grouped.write(noting.all, "later") == "noted later"
        assert await noted(free) == {"theirs", "later"}

    play(database_url, story)


def test_a_database_that_may_only_be_read_is_told_to_all(database_url: str) -> None:
    noting = Noting()

    async def story(database: Database, grouped: GroupedWriting) -> None:
        await forbid_writing(database, database_url)

        found = await asyncio.gather(
            *(grouped.write(noting.all, it) for it in ("a", "b")), return_exceptions=True
        )

        assert [type(it) for it in found] == [StoreAway] * 2
        assert await noted(database) == set()

    play(database_url, story)


async def forbid_writing(database: Database, url: str) -> None:
    """In the one connection that writes in groups."""
    forbidden = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
    statement = text("PRAGMA query_only = ON" if url.startswith("sqlite") else forbidden)
    await database.write(lambda connection: connection.execute(statement).close())


def test_a_table_that_is_gone_is_told_and_one_that_is_back_is_written(database_url: str) -> None:
    noting = Noting()

    async def story(database: Database, grouped: GroupedWriting) -> None:
        await rename(database, "inbox_key", "inbox_gone")
        with pytest.raises(StoreAway):
            await grouped.write(noting.all, "a")
        await rename(database, "inbox_gone", "inbox_key")

        await grouped.write(noting.all, "b")

        assert await noted(database) == {"b"}

    play(database_url, story)


async def rename(database: Database, old: str, new: str) -> None:
    async with database.writing() as connection:
        await connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_breaks_is_made_anew_and_harms_only_who_broke_it(database_url: str) -> None:
    noting = Noting()

    def broken(connection: Connection, values: Sequence[int]) -> Sequence[int]:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return values

    async def story(database: Database, grouped: GroupedWriting) -> None:
        found = await asyncio.gather(
            grouped.write(noting.all, "a"),
            grouped.write(broken, 1),
            grouped.write(noting.all, "b"),
            return_exceptions=True,
        )

        assert list(found[::2]) == ["noted a", "noted b"]
        assert isinstance(found[1], StoreAway)
        assert await noted(database) == {"a", "b"}

    play(database_url, story)


def test_what_was_handed_in_before_the_end_is_written_and_what_comes_later_is_refused(sqlite: str) -> None:
    noting = Noting()

    async def run() -> None:
        async with open_database(sqlite) as database:
            grouped = GroupedWriting(database)
            with pytest.raises(StoreAway):
                await grouped.write(noting.all, "too early")
            async with grouped:
                waiting = [asyncio.create_task(grouped.write(noting.all, f"{it}")) for it in range(150)]
                await asyncio.sleep(0)
            with pytest.raises(StoreAway):
                await grouped.write(noting.all, "too late")
            await grouped.stop()

            assert await asyncio.gather(*waiting) == [f"noted {it}" for it in range(150)]
            assert await noted(database) == {f"{it}" for it in range(150)}

    asyncio.run(run())


def test_an_end_that_is_cut_short_leaves_nobody_waiting(sqlite: str) -> None:
    noting = Noting()

    async def run() -> None:
        async with open_database(sqlite) as database, database.writing():
            grouped = GroupedWriting(database)
            grouped.start()
            waiting = [asyncio.create_task(grouped.write(noting.all, f"{it}")) for it in range(150)]
            await asyncio.sleep(0.05)

            with pytest.raises(TimeoutError):
                await asyncio.wait_for(grouped.stop(), 0.05)

            async with asyncio.timeout(2):
                found = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(it) for it in found] == [StoreAway] * 150

    asyncio.run(run())
