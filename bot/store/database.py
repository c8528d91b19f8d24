"""The database: SQLite in a file, or PostgreSQL; opened once, with its tables brought up to date."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import BotError

MIGRATIONS = Path(__file__).parent / "migrations"
# How long a writer waits for another one. Seconds.
PATIENCE = 5
# Any number, the same in every replica: only one of them changes the tables.
UPGRADE_LOCK = 3821
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}


class StoreAway(BotError):
    """The database can't be read or written: what depends on it does not happen."""

    def __init__(self, reason: str) -> None:
        super().__init__("store.away", reason=reason)


class Database:
    """One engine. A transaction of `writing` sees nobody else's writes, and nobody sees half of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that holds the right to write from its beginning, so that what it reads stays true.

        Raises:
            StoreAway: when it can't begin, or its writing can't be kept; then nothing is written.
        """
        try:
            async with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execute(text("SELECT id FROM gate WHERE id = 1 FOR UPDATE"))
                yield connection
        except DBAPIError as error:
            raise StoreAway(kind_of(error)) from error

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Raises:
        StoreAway: when it can't be read.
        """
        try:
            async with self._engine.connect() as connection:
                yield await connection.execution_options(isolation_level="AUTOCOMMIT")
        except DBAPIError as error:
            raise StoreAway(kind_of(error)) from error


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """The database behind `url` (`sqlite:///…` or `postgresql://…`), with today's tables.

    Raises:
        StoreAway: when it can't be opened.
    """
    engine = engine_of(url)
    try:
        await bring_up_to_date(engine)
        yield Database(engine)
    finally:
        await engine.dispose()


async def bring_up_to_date(engine: AsyncEngine) -> None:
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    except DBAPIError as error:
        raise StoreAway(kind_of(error)) from error


def file_of(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(make_url(url).database or "").absolute()


def engine_of(url: str) -> AsyncEngine:
    parsed = make_url(url)
    parsed = parsed.set(drivername=DRIVERS[parsed.get_backend_name()])
    if parsed.get_backend_name() != "sqlite":
        return create_async_engine(parsed, pool_size=5, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_async_engine(parsed, pool_size=5, connect_args={"timeout": PATIENCE})
    event.listen(engine.sync_engine, "connect", prepare_sqlite)
    event.listen(engine.sync_engine, "begin", begin_immediately)
    return engine


def prepare_sqlite(connection: Any, _record: object) -> None:
    """FULL: what is said to be written is on the disk. The driver leaves transactions to us."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={PATIENCE * 1000}",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin_immediately(connection: Connection) -> None:
    """A transaction that reads first and writes later would fail when another one wrote in between."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def kind_of(error: DBAPIError) -> str:
    """What the driver says, in short: neither the statement nor its values."""
    return str(error.orig).strip().partition("\n")[0][:200]


def upgrade(connection: Connection) -> None:
    """Brings the tables up to date, one replica at a time."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
