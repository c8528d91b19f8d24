"""The hours of one account: each asked of the API once it is over, then kept."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, delete, insert, select

from bot.sms.cloud import ACCOUNT_ZONE, Cloud, CloudError, Hour, SendCounts
from bot.store.database import Database
from bot.store.tables import hour as hours

LOG = structlog.get_logger("smsbot.store")

HOUR = timedelta(hours=1)
# What is counted a little late still belongs to its hour.
FINAL_AFTER = timedelta(minutes=15)
# How long the count of an hour that goes on is good enough.
GOOD_FOR = timedelta(minutes=5)


class KeptHours:
    """The newest are asked first, at most `most` of them at a time: the rest is for the next time."""

    def __init__(self, account: str, cloud: Cloud, database: Database, now: Callable[[], datetime]) -> None:
        self._account = account
        self._cloud = cloud
        self._database = database
        self._now = now
        self._asking = asyncio.Lock()

    async def until_now(self, days: int, most: int) -> Sequence[Hour]:
        """Every hour of today and of so many days before, oldest first; None where it is not known yet.

        Raises:
            CloudError: when the API refuses the newest, or can't be reached.
            StoreAway: when they can't be kept.
        """
        async with self._asking:
            now = self._now()
            first = whole_day(now) - timedelta(days=days)
            await self._drop_asked_after(now)
            kept = await self._kept(first)
            wanted = [it for it in hours_back(now, first) if not good(it, kept.get(it), now)]
            await self._keep_all(wanted[:most])
            kept = await self._kept(first)
        return [hour_of(it, kept.get(it)) for it in reversed(list(hours_back(now, first)))]

    async def forget(self, before: datetime) -> None:
        old = (hours.c.account == self._account) & (hours.c.begins < before)
        async with self._database.writing() as connection:
            await connection.execute(delete(hours).where(old))

    async def _drop_asked_after(self, now: datetime) -> None:
        """What was asked in the future was asked by a clock that was wrong: later it would pass for final."""
        wrong = (hours.c.account == self._account) & (hours.c.asked > now)
        async with self._database.writing() as connection:
            await connection.execute(delete(hours).where(wrong))

    async def _keep_all(self, wanted: Sequence[datetime]) -> None:
        """The first that can't be had is told; later the API has given something, and the rest has time."""
        for place, begins in enumerate(wanted):
            try:
                await self._keep(begins)
            except CloudError as error:
                if place == 0:
                    raise
                LOG.warning("hour_not_known", account=self._account, begins=str(begins), reason=error.phrase)
                return

    async def _keep(self, begins: datetime) -> None:
        """As of before the call: what is counted while it is under way may not be in it."""
        asked = self._now()
        counts = await self._cloud.send_counts(begins, begins)
        same = (hours.c.account == self._account) & (hours.c.begins == begins)
        row = {"account": self._account, "begins": begins, "counts": json.dumps(asdict(counts))}
        async with self._database.writing() as connection:
            await connection.execute(delete(hours).where(same))
            await connection.execute(insert(hours).values(**row, asked=asked))

    async def _kept(self, first: datetime) -> Mapping[datetime, Row[Any]]:
        ours = (hours.c.account == self._account) & (hours.c.begins >= first)
        async with self._database.reading() as connection:
            return {row.begins: row for row in await connection.execute(select(hours).where(ours))}


def good(begins: datetime, row: Row[Any] | None, now: datetime) -> bool:
    """Whether an hour need not be asked for again."""
    return row is not None and (row.asked >= begins + HOUR + FINAL_AFTER or now - row.asked < GOOD_FOR)


def hours_back(now: datetime, first: datetime) -> Iterator[datetime]:
    """Every whole hour from the one that goes on back to the first."""
    begins = now.replace(minute=0, second=0, microsecond=0)
    while begins >= first:
        yield begins
        begins -= HOUR


def whole_day(now: datetime) -> datetime:
    """The last midnight of the account, in the zone of `now`."""
    midnight = now.astimezone(ACCOUNT_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(now.tzinfo)


def hour_of(begins: datetime, row: Row[Any] | None) -> Hour:
    return Hour(begins, None if row is None else SendCounts(**json.loads(row.counts)))
