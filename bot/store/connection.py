"""A connection to SQLite that gives its lock back however it ends."""

import sqlite3
from typing import Any

import aiosqlite

# Rows that are fetched at a time: aiosqlite's own number.
CHUNK = 64


class ReleasingConnection(aiosqlite.Connection):
    """Rolls back before it closes.

    When a task is cancelled in the middle of a statement, SQLAlchemy closes the connection. SQLite keeps one
    open, and locked, whose statements are still held by somebody: here by the traceback of the cancelled task.
    """

    async def close(self) -> None:
        if self._connection is not None:
            await self._execute(self.release)  # type: ignore[no-untyped-call] # aiosqlite's
        await super().close()

    def stop(self) -> Any:
        self._tx.put_nowait((None, self.release))
        return super().stop()

    def release(self) -> None:
        """In the thread of the connection, behind the statement that is under way."""
        if self._connection is not None:
            self._connection.rollback()


async def connection_to(file: str, patience: float) -> ReleasingConnection:
    """`patience`: seconds that a writer waits for another one."""
    connection = ReleasingConnection(lambda: sqlite3.connect(file, timeout=patience), CHUNK)
    # As SQLAlchemy does it: a program that ends does not wait for it.
    connection._thread.daemon = True  # noqa: SLF001 -- there is no other way to it
    await connection
    return connection
