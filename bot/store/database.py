"""The database: SQLite in a file, or PostgreSQL; opened once, with its tables brought up to date."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NoResultFound
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from bot.errors import BotError
from bot.store.aside import Aside, Result, Step
from bot.store.connection import connection_to
from bot.store.migrations import FOLDER
from bot.store.tables import gate

# How long a writer waits for another one. Seconds.
PATIENCE = 5
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
# PostgreSQL, unless its URL says otherwise: how long until a server that went silent counts as away. Seconds,
# and milliseconds for the last. It would be hours by default.
ALIVE = {"connect_timeout": str(PATIENCE), "keepalives_idle": "10", "tcp_user_timeout": "10000"}
# For one transaction of PostgreSQL: how long it waits for the one before it, and how long that one may stand
# still in its middle (its replica may be gone) before the server ends it. Milliseconds.
PATIENTLY = text(
    "SELECT set_config('lock_timeout', :lock, true), set_config('idle_in_transaction_session_timeout', :idle, true)"
)


class StoreAway(BotError):
    """The database can't be read or written: what depends on it does not happen."""

    def __init__(self, reason: str) -> None:
        super().__init__("store.away", reason=reason)


class Database:
    """One engine. A transaction of `writing` sees nobody else's writes, and nobody sees half of its own."""

    def __init__(self, engine: AsyncEngine, patience: float, aside: Aside | None = None) -> None:
        self._engine = engine
        self._patience = patience
        self._aside = aside
        # Our own writers in the order in which they came. SQLite lets them try their luck now and then, so that
        # one that writes all the time keeps the others out; PostgreSQL would have each hold a connection meanwhile.
        self._turn = asyncio.Lock()
        self._waits = {"lock": str(int(patience * 1000)), "idle": str(int(2 * patience * 1000))}

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that holds the right to write from its beginning, so that what it reads stays true.

        Raises:
            StoreAway: when it can't begin, or its writing can't be kept; then nothing is written.
        """
        with told():
            async with self._my_turn(), self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execute(PATIENTLY, self._waits)
                    (await connection.execute(text("SELECT id FROM gate WHERE id = 1 FOR UPDATE"))).one()
                yield connection

    async def write(self, step: Step[Result]) -> Result:
        """`step` in a transaction like those of `writing`, for what nobody else's work is to hold up.

        Raises:
            StoreAway: as `writing` does.
        """
        if self._aside is None:
            async with self.writing() as connection:
                return await connection.run_sync(step)
        with told():
            async with self._my_turn():
                return await self._aside.run(step)

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(self._patience):
                await stack.enter_async_context(self._turn)
            yield

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Raises:
        StoreAway: when it can't be read.
        """
        with told():
            async with self._engine.connect() as connection:
                yield await connection.execution_options(isolation_level="AUTOCOMMIT")


@asynccontextmanager
async def open_database(url: str, patience: float = PATIENCE) -> AsyncIterator[Database]:
    """The database behind `url` (`sqlite:///…` or `postgresql://…`), with today's tables.

    A writer waits `patience` seconds for another one.

    Raises:
        StoreAway: when it can't be opened.
        SettingsError: when a newer version of the program has changed its tables.
    """
    with told():
        engine = engine_of(url, patience)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        await bring_up_to_date(engine)
        aside = aside_of(make_url(url), patience)
        if aside is not None:
            stack.push_async_callback(aside.close)
        yield Database(engine, patience, aside)


async def bring_up_to_date(engine: AsyncEngine) -> None:
    with told():
        async with engine.begin() as connection:
            await connection.run_sync(bring_tables_up_to_date)


@contextmanager
def told() -> Iterator[None]:
    """What the database can't do, as an error for people."""
    try:
        yield
    except (DataError, IntegrityError) as error:
        # The words of these repeat values, also where a traceback tells them.
        raise StoreAway(type(error.orig).__name__) from None
    except (DBAPIError, sqlite3.Error, NoConnectionLeft, NoResultFound, OSError, OverflowError) as error:
        raise StoreAway(kind_of(error)) from error


async def writable(database: Database) -> None:
    """Writes what stands there already, and takes it back: nothing goes to the disk.

    Raises:
        StoreAway: when it can't be written.
    """
    async with database.writing() as connection:
        await connection.execute(update(gate).values(frozen=gate.c.frozen))
        await connection.rollback()


def file_of(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(make_url(url).database or "").absolute()


def engine_of(url: str, patience: float) -> AsyncEngine:
    parsed = make_url(url)
    parsed = parsed.set(drivername=DRIVERS[parsed.get_backend_name()])
    sqlite = parsed.get_backend_name() == "sqlite"
    return sqlite_engine(parsed, patience) if sqlite else postgresql_engine(parsed, patience)


def postgresql_engine(url: URL, patience: float) -> AsyncEngine:
    """READ COMMITTED, whatever the server's default: what is read behind the gate has to be of today."""
    return create_async_engine(
        url.set(query=ALIVE | dict(url.query)),
        pool_size=5,
        pool_timeout=patience,
        hide_parameters=True,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
    )


def sqlite_engine(url: URL, patience: float) -> AsyncEngine:
    """The file is its owner's alone: drafts hold what will be sent."""
    if url.database and url.database != ":memory:":
        file = Path(url.database)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            file.touch(mode=0o600)
    engine = create_async_engine(
        url,
        pool_size=5,
        pool_timeout=patience,
        hide_parameters=True,
        async_creator=partial(connection_to, url.database or ":memory:", patience),
    )
    prepare(engine.sync_engine)
    return engine


def aside_of(url: URL, patience: float) -> Aside | None:
    """None where another connection would be to another database, or is one for an async driver."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    connect = partial(sqlite3.connect, url.database, timeout=patience)
    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=1, hide_parameters=True
    )
    prepare(engine)
    return Aside(engine)


def prepare(engine: Engine) -> None:
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_immediately)


def prepare_sqlite(connection: Any, _record: object) -> None:
    """FULL: what is said to be written is on the disk. The driver leaves transactions to us.

    secure_delete: parameters that are forgotten are gone from the file too.
    """
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin_immediately(connection: Connection) -> None:
    """A transaction that reads first and writes later would fail when another one wrote in between.

    Past SQLAlchemy: it would throw the connection away when the task is cancelled here, and with it, unclosed,
    the lock that the driver's thread gets a moment later.
    """
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        cursor = connection.connection.cursor()
        try:
            cursor.execute("BEGIN IMMEDIATE")
        finally:
            cursor.close()


def kind_of(error: Exception) -> str:
    """What the driver says, in short: neither the statement nor its values."""
    match error:
        case DBAPIError():
            return str(error.orig).strip().partition("\n")[0][:200]
        case sqlite3.Error():
            return str(error)
        case OSError():
            return error.strerror or type(error).__name__
        case _:
            return type(error).__name__


def newest_step() -> str:
    """The name of the last of our steps."""
    return max(it.name[:4] for it in (FOLDER / "versions").glob("[0-9]*.py"))


def is_current(connection: Connection) -> bool:
    """Whether the tables are as the last step leaves them."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return False
    taken = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return list(taken) == [newest_step()]


def bring_tables_up_to_date(connection: Connection) -> None:
    """What does it is loaded only when there is something to do: it takes 10 MiB."""
    if not is_current(connection):
        import_module("bot.store.upgrade").upgrade(connection)
