"""The times that alerts hold, in the database."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, func, insert, select, update

from bot.sms.alarms import Episode
from bot.store.database import Database
from bot.store.tables import episode as episodes
from bot.store.tables import send as sends


class StoredEpisodes:
    """Every method raises StoreAway when the database can't be had."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, account: str) -> Mapping[str, Episode]:
        """Of each name the last one, open or closed: by its number, as a clock may have been set back."""
        rows = await self._all(episodes.c.account == account)
        return {it.name: it for it in sorted(rows, key=lambda it: it.number)}

    async def standing(self, accounts: Sequence[str]) -> Sequence[Episode]:
        """Those that are open."""
        return await self._all(episodes.c.account.in_(accounts) & episodes.c.closed.is_(None))

    async def untold(self, account: str) -> Sequence[Episode]:
        """Those, open or closed, that are to be told and were not."""
        quiet = episodes.c.silent | episodes.c.told.is_not(None)
        return await self._all((episodes.c.account == account) & ~quiet)

    async def last_told(self, account: str) -> Mapping[str, datetime]:
        """When each name was last told."""
        told = (episodes.c.account == account) & episodes.c.told.is_not(None)
        last = func.max(episodes.c.told).label("last")
        by_name = select(episodes.c.name, last).where(told).group_by(episodes.c.name)
        async with self._database.reading() as connection:
            return {row.name: row.last for row in await connection.execute(by_name)}

    async def change(self, changed: Sequence[Episode]) -> None:
        async with self._database.writing() as connection:
            for it in changed:
                await connection.execute(delete(episodes).where(same(it)))
                await connection.execute(insert(episodes).values(columns_of(it)))

    async def mark_told(self, it: Episode, at: datetime) -> None:
        async with self._database.writing() as connection:
            await connection.execute(update(episodes).where(same(it)).values(told=at))

    async def forget(self, before: datetime) -> None:
        """All but the last of each name: the next one counts on from it."""
        later = episodes.alias()
        of_same = (later.c.account == episodes.c.account) & (later.c.name == episodes.c.name)
        followed = exists().where(of_same & (later.c.number > episodes.c.number))
        async with self._database.writing() as connection:
            await connection.execute(delete(episodes).where((episodes.c.closed < before) & followed))

    async def refused(self, account: str, since: datetime) -> str:
        """The code with which the account's last test send since then was refused; "" where it was not."""
        last = (
            select(sends.c.state, sends.c.reason)
            .where((sends.c.account == account) & (sends.c.settled >= since))
            .where(sends.c.state.in_(["accepted", "rejected"]))
            .order_by(sends.c.settled.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(last)).first()
            return str(found.reason) if found is not None and found.state == "rejected" else ""

    async def _all(self, condition: ColumnElement[bool]) -> list[Episode]:
        """In the order in which they began; those of the same look always in the same one."""
        order = (episodes.c.opened, episodes.c.account, episodes.c.name, episodes.c.number)
        rows = select(episodes).where(condition).order_by(*order)
        async with self._database.reading() as connection:
            return [episode_of(row) for row in await connection.execute(rows)]


def same(it: Episode) -> ColumnElement[bool]:
    return and_(episodes.c.account == it.account, episodes.c.name == it.name, episodes.c.number == it.number)


def columns_of(it: Episode) -> dict[str, object]:
    return {
        "account": it.account,
        "name": it.name,
        "number": it.number,
        "opened": it.opened,
        "closed": it.closed,
        "told": it.told,
        "silent": it.silent,
        "details": json.dumps(dict(it.details)),
    }


def episode_of(row: Row[Any]) -> Episode:
    return Episode(
        row.account,
        row.name,
        row.number,
        row.opened,
        json.loads(row.details),
        row.closed,
        row.told,
        row.silent,
    )
