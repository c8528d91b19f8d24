"""The database: opened by many at once, written by one at a time, and never half."""

import asyncio
import os
import sqlite3
import stat
import sys
import traceback
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, Table, insert, make_url, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.errors import SettingsError
from bot.store.database import (
    Database,
    StoreAway,
    engine_of,
    kind_of,
    newest_step,
    open_database,
    writable,
)
from bot.store.migrations import FOLDER
from bot.store.tables import EPOCH, audit, day, gate, metadata
from bot.store.upgrade import upgrade

# Tells on stderr which steps it takes.
OPENER = """
import asyncio, logging, sys
from bot.store.database import open_database

async def main():
    async with open_database(sys.argv[1]):
        pass

logging.basicConfig()
logging.getLogger("alembic.runtime.migration").setLevel("INFO")
asyncio.run(main())
"""
STEPS_LOG, STEP_TAKEN = "alembic.runtime.migration", "Running upgrade "
Story = Callable[[Database], Awaitable[None]]
# Every step but the last leaves tables that somebody may have.
EARLIER = sorted(it.name[:4] for it in (FOLDER / "versions").glob("[0-9]*.py"))[:-1]
AT_FIRST = {"gate", "audit", "send", "day"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A table as it was found in an old database, with all its rows."""

    table: Table
    rows: list[tuple[object, ...]]


def told(url: str, story: Story) -> None:
    async def run() -> None:
        async with open_database(url) as database:
            await story(database)

    asyncio.run(run())


async def opened(url: str) -> None:
    async with open_database(url):
        pass


async def begun_at(url: str, version: str) -> dict[str, Kept]:
    """A database of that version, with a row in each of its tables."""
    engine = engine_of(url, patience=5)
    async with engine.begin() as connection:
        await connection.run_sync(partial(upgrade, to=version))
        kept = await connection.run_sync(filled)
    await engine.dispose()
    return kept


def filled(connection: Connection) -> dict[str, Kept]:
    found = MetaData()
    found.reflect(connection)
    tables = [it for it in found.sorted_tables if it.name != "alembic_version"]
    for it in tables:
        if it.name == gate.name:
            connection.execute(it.update().values(frozen=True))
        else:
            connection.execute(it.insert().values({column.name: value_for(column) for column in it.columns}))
    return {it.name: Kept(it, rows_of(connection, it)) for it in tables}


def value_for(column: Column[Any]) -> object:
    """As good as any other, and unlike that of its neighbours."""
    values: dict[type, object] = {
        bool: True,
        int: len(column.name),
        str: f"{column.table.name} {column.name} 短信",
        date: date(2026, 11, 22),
    }
    return values[column.type.python_type]


def rows_of(connection: Connection, table: Table) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(select(table))]


async def schema(database: Database) -> list[object]:
    """By what alembic says, the tables of the database differ from those of the code."""

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))

    async with database.writing() as connection:
        return await connection.run_sync(differences)


def test_the_migrations_end_in_the_tables_of_the_code(database_url: str) -> None:
    async def story(database: Database) -> None:
        assert await schema(database) == []

    told(database_url, story)


@pytest.mark.parametrize("version", EARLIER)
def test_a_database_of_any_earlier_version_grows_and_keeps_what_it_has(
    database_url: str, version: str
) -> None:
    async def run() -> None:
        before = await begun_at(database_url, version)

        async with open_database(database_url) as database:
            assert await schema(database) == []
            async with database.reading() as connection:
                after = {it: await connection.run_sync(rows_of, before[it].table) for it in before}
        assert after == {name: it.rows for name, it in before.items()}
        assert set(after) >= AT_FIRST

    asyncio.run(run())


def test_the_earlier_versions_are_all_but_the_newest() -> None:
    assert EARLIER[0] == "0001"
    assert [*EARLIER, newest_step()] == [f"{number:04}" for number in range(1, len(EARLIER) + 2)]


def test_a_second_opening_changes_nothing(database_url: str) -> None:
    async def change(database: Database) -> None:
        async with database.writing() as connection:
            await connection.execute(update(gate).values(frozen=True))

    async def look(database: Database) -> None:
        assert await schema(database) == []
        async with database.reading() as connection:
            assert (await connection.execute(select(gate))).all() == [(1, True)]

    told(database_url, change)
    told(database_url, look)


@pytest.mark.parametrize("version", ["", EARLIER[0]], ids=["empty", "old"])
def test_several_processes_and_tasks_that_open_a_database_at_once_all_succeed_and_each_step_is_taken_once(
    database_url: str, version: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> str:
        before = await begun_at(database_url, version) if version else {}
        words = [sys.executable, "-c", OPENER, database_url]
        processes = [await asyncio.create_subprocess_exec(*words, stderr=PIPE) for _ in range(3)]
        caplog.clear()
        async with asyncio.timeout(60):
            await asyncio.gather(*(opened(database_url) for _ in range(4)))
        told_of = caplog.text
        for process in processes:
            _, errors = await process.communicate()
            assert process.returncode == 0, errors.decode()
            told_of += errors.decode()
        async with open_database(database_url) as database, database.reading() as connection:
            for it in before.values():
                assert await connection.run_sync(rows_of, it.table) == it.rows
            assert (await connection.execute(select(gate))).all() == [(1, bool(version))]
        return told_of

    caplog.set_level("INFO", STEPS_LOG)
    told_of = asyncio.run(run())

    taken = [it.partition(STEP_TAKEN)[2] for it in told_of.splitlines() if STEP_TAKEN in it]
    steps = [version, *(it for it in (*EARLIER, newest_step()) if it > version)]
    assert [it.partition(",")[0].strip() for it in sorted(taken)] == [
        f"{earlier} -> {later}".strip() for earlier, later in pairwise(steps)
    ]


def test_a_database_that_a_later_version_has_changed_is_left_alone(database_url: str) -> None:
    async def change(database: Database) -> None:
        async with database.writing() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    told(database_url, change)

    with pytest.raises(SettingsError) as caught:
        asyncio.run(opened(database_url))
    assert caught.value.phrase == "store.newer"


def test_a_transaction_that_an_error_leaves_writes_nothing(database_url: str) -> None:
    async def story(database: Database) -> None:
        with pytest.raises(ZeroDivisionError):
            await half_written(database)

        async with database.reading() as connection:
            assert (await connection.execute(select(gate.c.frozen))).scalar_one() is False

    told(database_url, story)


@pytest.mark.parametrize("step", range(8))
def test_a_transaction_that_is_cancelled_anywhere_leaves_the_way_free(database_url: str, step: int) -> None:
    async def story(database: Database) -> None:
        written = asyncio.create_task(turned(database, frozen=True))
        for _ in range(step * 3):
            await asyncio.sleep(0)
        written.cancel()
        await asyncio.wait([written])

        async with asyncio.timeout(4):
            await turned(database, frozen=False)
        async with database.reading() as connection:
            assert (await connection.execute(select(gate.c.frozen))).scalar_one() is False

    told(database_url, story)


async def half_written(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(update(gate).values(frozen=True))
        raise ZeroDivisionError


async def grown(database: Database) -> None:
    row = {"number": 1, "at": EPOCH, "person": "", "channel": "", "action": "", "before": "", "seal": ""}
    async with database.writing() as connection:
        await connection.execute(update(gate).values(frozen=True))
        await connection.execute(insert(audit).values(**row, details="sesame" * 10_000))


async def turned(database: Database, *, frozen: bool) -> None:
    async with database.writing() as connection:
        await connection.execute(select(gate))
        await connection.execute(update(gate).values(frozen=frozen))


def test_what_is_read_in_a_transaction_stays_true_until_it_writes(database_url: str) -> None:
    async def story(database: Database) -> None:
        async def count_up() -> None:
            async with database.writing() as connection:
                found = (await connection.execute(select(day.c.counts))).scalar_one()
                await connection.execute(update(day).values(counts=str(int(found) + 1)))

        async with database.writing() as connection:
            await connection.execute(text("INSERT INTO day VALUES ('prod', '2026-11-22', 'sent', '0', 0)"))
        async with AsyncExitStack() as stack:
            others = [await stack.enter_async_context(open_database(database_url)) for _ in range(2)]
            await asyncio.gather(*(count_up() for _ in range(5)), *(count_up_in(it) for it in others * 5))

        async with database.reading() as connection:
            assert (await connection.execute(select(day.c.counts))).scalar_one() == "15"

    async def count_up_in(database: Database) -> None:
        async with database.writing() as connection:
            found = (await connection.execute(select(day.c.counts))).scalar_one()
            await connection.execute(update(day).values(counts=str(int(found) + 1)))

    told(database_url, story)


def test_many_writers_of_one_process_come_in_turn_beside_one_that_never_stops(database_url: str) -> None:
    """The one would have the lock again before another one has looked: SQLite lets them look now and then."""

    async def story(database: Database) -> None:
        order = []

        async def write(who: str, times: int) -> None:
            for _ in range(times):
                await turned(database, frozen=True)
                order.append(who)

        await asyncio.gather(*(write(who, 10) for who in "abc"))

        assert ["".join(sorted(order[at : at + 3])) for at in range(0, 30, 3)] == ["abc"] * 10

    told(database_url, story)


def test_a_look_whether_it_can_be_written_changes_nothing(database_url: str) -> None:
    async def story(database: Database) -> None:
        await turned(database, frozen=True)

        await writable(database)

        async with database.reading() as connection:
            assert (await connection.execute(select(gate))).all() == [(1, True)]
        await turned(database, frozen=False)

    told(database_url, story)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_may_only_be_read_is_not_writable(database_url: str) -> None:
    async def story(database: Database) -> None:
        async with database.reading() as connection:
            await connection.execute(text("PRAGMA query_only = ON"))

        with pytest.raises(StoreAway, match="readonly"):
            await writable(database)

    told(database_url, story)


def test_a_database_that_is_locked_is_not_writable(database_url: str) -> None:
    async def story(database: Database) -> None:
        async with open_database(database_url, patience=0.3) as other, database.writing() as slow:
            await slow.execute(update(gate).values(frozen=True))

            async with asyncio.timeout(4):
                found = await asyncio.gather(*(writable(other) for _ in range(3)), return_exceptions=True)
            assert [type(it) for it in found] == [StoreAway] * 3

        await writable(database)

    told(database_url, story)


def test_a_reader_does_not_wait_for_a_writer(database_url: str) -> None:
    async def story(database: Database) -> None:
        async with database.writing() as writer:
            await writer.execute(update(gate).values(frozen=True))

            async with asyncio.timeout(2), database.reading() as reader:
                assert (await reader.execute(select(gate.c.frozen))).scalar_one() is False

    told(database_url, story)


def test_who_waits_longer_than_the_patience_is_told_that_the_store_is_away(database_url: str) -> None:
    async def story(database: Database) -> None:
        async with open_database(database_url, patience=0.3) as other, database.writing() as slow:
            await slow.execute(update(gate).values(frozen=True))

            with pytest.raises(StoreAway) as caught:
                await asyncio.wait_for(turned(other, frozen=False), 4)

        assert "gate" not in str(caught.value.details["reason"])
        await turned(database, frozen=False)

    told(database_url, story)


def test_a_value_that_can_not_be_kept_is_not_repeated(database_url: str) -> None:
    async def story(database: Database) -> None:
        row = {"account": "sesame", "day": None, "kind": "sent", "counts": "sesame", "asked": None}

        with pytest.raises(StoreAway) as caught:
            async with database.writing() as connection:
                await connection.execute(insert(day).values(row))

        told_of = "".join(traceback.format_exception(caught.value))
        assert "sesame" not in f"{caught.value} {caught.value.details} {told_of}"
        assert "INSERT" not in str(caught.value)

    told(database_url, story)


def test_a_database_without_its_gate_lets_nothing_happen(database_url: str) -> None:
    async def story(database: Database) -> None:
        async with database.writing() as connection:
            await connection.execute(gate.delete())

        with pytest.raises(StoreAway):
            async with database.writing() as connection:
                (await connection.execute(select(gate.c.frozen))).one()

    told(database_url, story)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody:sesame@127.0.0.1:1/none",
        "sqlite:////proc/none/smsbot.sqlite3",
        "sqlite:////dev/null/smsbot.sqlite3",
    ],
)
def test_a_database_that_is_not_there_is_told_without_its_password(url: str) -> None:
    with pytest.raises(StoreAway) as caught:
        asyncio.run(opened(url))

    assert "sesame" not in f"{caught.value} {caught.value.details}"


def test_a_file_that_is_no_database_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "smsbot.sqlite3"
    file.write_text("an important letter, longer than the header of a database would be" * 10)
    before = file.read_bytes()

    with pytest.raises(StoreAway):
        asyncio.run(opened(f"sqlite:///{file}"))

    assert file.read_bytes() == before


def test_a_full_database_is_told_and_keeps_what_it_had(tmp_path: Path) -> None:
    async def story(database: Database) -> None:
        async with database.writing() as connection:
            pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
            await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        with pytest.raises(StoreAway) as caught:
            await grown(database)

        assert "sesame" not in str(caught.value.details)
        async with database.reading() as connection:
            assert (await connection.execute(select(gate.c.frozen))).scalar_one() is False
            assert (await connection.execute(select(audit))).all() == []

    told(f"sqlite:///{tmp_path}/smsbot.sqlite3", story)


def test_a_database_that_may_only_be_read_can_be_read_and_not_written(tmp_path: Path) -> None:
    async def story(database: Database) -> None:
        async with database.reading() as connection:
            assert (await connection.execute(select(gate.c.frozen))).scalar_one() is False
            await connection.execute(text("PRAGMA query_only = ON"))

        with pytest.raises(StoreAway, match="readonly"):
            await turned(database, frozen=True)

    told(f"sqlite:///{tmp_path}/smsbot.sqlite3", story)


def test_more_writers_than_connections_all_come_to_write_or_are_told(tmp_path: Path) -> None:
    async def story(database: Database) -> None:
        writers = [turned(database, frozen=bool(number % 2)) for number in range(40)]
        results = await asyncio.gather(*writers, return_exceptions=True)

        assert all(it is None or isinstance(it, StoreAway) for it in results)
        assert None in results

    told(f"sqlite:///{tmp_path}/smsbot.sqlite3", story)


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "inner" / "smsbot.sqlite3"

    async def story(database: Database) -> None:
        await turned(database, frozen=True)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
        assert set(modes.values()) == {0o600}, modes

    before = os.umask(0o022)
    try:
        told(f"sqlite:///{file}", story)
    finally:
        os.umask(before)


def test_an_error_of_the_driver_is_told_in_one_line() -> None:
    error = DBAPIError("SELECT sesame", {"it": "sesame"}, sqlite3.OperationalError("locked\nHINT: sesame"))

    assert kind_of(error) == "locked"


def test_postgresql_is_read_as_of_now_whatever_the_servers_default(
    database_url: str,
) -> None:
    """In REPEATABLE READ, what was read behind the gate would be as of before the wait for it."""
    name = make_url(database_url).database
    if not database_url.startswith("postgresql"):
        pytest.skip("one of PostgreSQL's settings")

    async def story(database: Database) -> None:
        async with database.writing() as connection:
            await connection.execute(
                text(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'")
            )
        async with open_database(database_url) as other, other.writing() as connection:
            level = await connection.execute(text("SHOW transaction_isolation"))
            assert level.scalar_one() == "read committed"

    told(database_url, story)
