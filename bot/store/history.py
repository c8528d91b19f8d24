"""The days of one account: asked of the API once, then kept."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import Row, select

from bot.errors import BotError
from bot.sms.cloud import ACCOUNT_ZONE, Cloud, CloudError, Day, ReceiptCounts, SendCounts
from bot.store.database import Database, StoreAway
from bot.store.tables import day as days

Kind = Literal["sent", "receipts"]

# From when after its end a day's numbers don't change any more. FAQ: a receipt comes within 72 hours.
FINAL_AFTER: Mapping[Kind, timedelta] = {"sent": timedelta(hours=1), "receipts": timedelta(hours=72)}
# How long numbers that may still change are good enough.
GOOD_FOR = timedelta(minutes=10)


class KeptHistory:
    """The History of bot/sms/desk.py. What is asked goes on in the background until `close`."""

    def __init__(self, account: str, cloud: Cloud, database: Database, now: Callable[[], datetime]) -> None:
        self._account = account
        self._database = database
        self._now = now
        self._ask: Mapping[Kind, Callable[[datetime, datetime], Awaitable[SendCounts | ReceiptCounts]]] = {
            "sent": cloud.send_counts,
            "receipts": cloud.receipt_counts,
        }
        # One load of a kind at a time: the next one finds what the one before has kept.
        self._locks: Mapping[Kind, asyncio.Lock] = {kind: asyncio.Lock() for kind in FINAL_AFTER}
        self._loads: set[asyncio.Task[BotError | None]] = set()

    @property
    def loading(self) -> bool:
        return bool(self._loads)

    async def days(self, first: date, last: date, *, patience: float) -> Sequence[Day]:
        loads = [asyncio.create_task(self._load(kind, first, last)) for kind in FINAL_AFTER]
        self._loads.update(loads)
        for load in loads:
            load.add_done_callback(self._loads.discard)
        done, _ = await asyncio.wait(loads, timeout=patience)
        failures = [error for load in done if not load.cancelled() and (error := load.result())]
        rows = await self._kept(first, last)
        if failures and not rows:
            raise failures[0]
        return [day_of(it, rows) for it in each_day(first, last)]

    async def close(self) -> None:
        """Ends what is still being asked."""
        loads = list(self._loads)
        for load in loads:
            load.cancel()
        await asyncio.gather(*loads, return_exceptions=True)

    async def _load(self, kind: Kind, first: date, last: date) -> BotError | None:
        """Asks for the days that aren't kept, the newest first, until something fails.

        That is given back, not raised: it is nobody's business once nobody waits for it.
        """
        try:
            async with self._locks[kind]:
                kept = await self._kept(first, last)
                for day in reversed(list(each_day(first, last))):
                    row = kept.get((day, kind))
                    if row is None or not self._good(kind, day, row.asked):
                        await self._keep(kind, day)
        except (CloudError, StoreAway) as error:
            return error
        return None

    def _good(self, kind: Kind, day: date, asked: datetime) -> bool:
        """What was asked in the future was asked by a clock that was wrong."""
        final, now = start_of(day + timedelta(days=1)) + FINAL_AFTER[kind], self._now()
        return asked <= now and (asked >= final or now - asked < GOOD_FOR)

    async def _keep(self, kind: Kind, day: date) -> None:
        now = self._now()
        last = min(start_of(day) + timedelta(hours=23), now)
        counts = await self._ask[kind](start_of(day), last)
        row = {"account": self._account, "day": day, "kind": kind}
        async with self._database.writing() as connection:
            same = (days.c.account == self._account) & (days.c.day == day) & (days.c.kind == kind)
            await connection.execute(days.delete().where(same))
            await connection.execute(
                days.insert().values(**row, counts=json.dumps(asdict(counts)), asked=now)
            )

    async def _kept(self, first: date, last: date) -> dict[tuple[date, Kind], Row[Any]]:
        ours = (days.c.account == self._account) & days.c.day.between(first, last)
        async with self._database.reading() as connection:
            found = await connection.execute(select(days).where(ours))
            return {(row.day, row.kind): row for row in found}


def each_day(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=it) for it in range((last - first).days + 1))


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), ACCOUNT_ZONE)


def day_of(day: date, rows: Mapping[tuple[date, Kind], Row[Any]]) -> Day:
    sent, receipts = rows.get((day, "sent")), rows.get((day, "receipts"))
    return Day(
        day,
        SendCounts(**json.loads(sent.counts)) if sent is not None else None,
        ReceiptCounts(**json.loads(receipts.counts)) if receipts is not None else None,
    )
