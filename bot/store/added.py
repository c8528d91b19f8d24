"""Ways to ask that were added in Slack, in the database: the AddedPhrasings of bot/faq/added.py."""

from collections.abc import Sequence
from dataclasses import asdict, fields

from sqlalchemy import delete, insert, select

from bot.faq.added import Added
from bot.store.database import Database
from bot.store.tables import added_phrasing

COLUMNS = tuple(added_phrasing.c[it.name] for it in fields(Added))


class StoredPhrasings:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[Added]:
        in_order = select(*COLUMNS).order_by(added_phrasing.c.at, added_phrasing.c.number)
        async with self._database.reading() as connection:
            return [Added(**row._asdict()) for row in await connection.execute(in_order)]

    async def add(self, added: Added) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(added_phrasing).where(added_phrasing.c.text == added.text))
            await connection.execute(insert(added_phrasing).values(asdict(added)))

    async def remove(self, texts: Sequence[str]) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(added_phrasing).where(added_phrasing.c.text.in_(texts)))
