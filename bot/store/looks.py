"""When each account is looked at, so that of several replicas one looks, and none too often."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from bot.store.clock import time_of
from bot.store.database import Database
from bot.store.tables import look as looks


class StoredLooks:
    """`now` is aware; PostgreSQL's own clock stands above it."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def take_due(self, accounts: Sequence[str], every: timedelta) -> Sequence[str]:
        """The accounts whose turn it is; each is due again after `every`. New ones begin one after the other."""
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            rows = {row.account: row.due for row in await connection.execute(select(looks))}
            for place, account in enumerate(accounts):
                if account not in rows:
                    rows[account] = at + place * every / len(accounts)
                    await connection.execute(insert(looks).values(account=account, due=rows[account]))
            due = [it for it in accounts if rows[it] <= at or rows[it] > at + every]
            await connection.execute(update(looks).where(looks.c.account.in_(due)).values(due=at + every))
            return due

    async def looked(self, account: str) -> None:
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            await connection.execute(update(looks).where(looks.c.account == account).values(looked=at))

    async def last(self, account: str) -> datetime | None:
        async with self._database.reading() as connection:
            found = await connection.execute(select(looks.c.looked).where(looks.c.account == account))
            at: datetime | None = found.scalar_one_or_none()
            return at
