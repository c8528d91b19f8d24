"""The clock that leases run by."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncConnection


async def time_of(connection: AsyncConnection, now: Callable[[], datetime]) -> datetime:
    return await connection.run_sync(moment, now)


def moment(connection: Connection, now: Callable[[], datetime]) -> datetime:
    """PostgreSQL's own: its replicas run on machines whose clocks may differ. On SQLite there is one machine."""
    if connection.dialect.name != "postgresql":
        return now()
    at: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return at.astimezone(UTC)
