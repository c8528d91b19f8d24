"""The clock that leases run by."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection


async def time_of(connection: AsyncConnection, now: Callable[[], datetime]) -> datetime:
    """PostgreSQL's own: its replicas run on machines whose clocks may differ. On SQLite there is one machine."""
    if connection.dialect.name != "postgresql":
        return now()
    found = await connection.execute(select(func.clock_timestamp()))
    at: datetime = found.scalar_one()
    return at.astimezone(UTC)
