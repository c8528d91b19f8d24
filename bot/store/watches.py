"""Messages that change by themselves, in the database: the Watches of bot/slack/watch.py."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from bot.slack.message import Standing
from bot.slack.watch import Watch
from bot.store.database import Database
from bot.store.tables import watch as watches

# How long a watch that was taken is nobody else's.
LEASE = timedelta(minutes=1)
# Watches that are taken at a time.
AT_A_TIME = 100


class StoredWatches:
    """`now` is aware."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def add(self, watch: Watch) -> None:
        async with self._database.writing() as connection:
            await connection.execute(insert(watches).values(row_of(watch)))

    async def take_due(self) -> Sequence[Watch]:
        """The longest due first. One that nobody looks again at or ends is due again after its lease."""
        async with self._database.writing() as connection:
            now = self._now()
            due = select(watches).where(watches.c.due <= now).order_by(watches.c.due).limit(AT_A_TIME)
            rows = (await connection.execute(due)).all()
            taken = update(watches).where(watches.c.id.in_([row.id for row in rows]))
            await connection.execute(taken.values(due=now + LEASE))
            return [watch_of(row) for row in rows]

    async def again(self, watch: Watch, due: datetime) -> None:
        async with self._database.writing() as connection:
            await connection.execute(update(watches).where(watches.c.id == watch.id).values(due=due))

    async def end(self, watch: Watch) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(watches).where(watches.c.id == watch.id))


def row_of(watch: Watch) -> dict[str, object]:
    return {
        "id": watch.id,
        "command": watch.command,
        "language": watch.language,
        "person": watch.person,
        "channel": watch.channel,
        "standing": watch.message.channel,
        "ts": watch.message.ts,
        "due": watch.due,
        "until": watch.until,
    }


def watch_of(row: Row[Any]) -> Watch:
    return Watch(
        id=row.id,
        command=row.command,
        language=row.language,
        person=row.person,
        channel=row.channel,
        message=Standing(row.standing, row.ts),
        due=row.due,
        until=row.until,
    )
