"""Test sends and their audit in the database: the Books of bot/guard/ledger.py."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, delete, func, insert, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BotError
from bot.guard.chain import START, Event, Sealed, holds, seal
from bot.guard.limits import DAY, HOUR, Used
from bot.sms.sending import Send
from bot.store.database import Database
from bot.store.tables import EPOCH, MICROSECOND, audit, gate, keepable
from bot.store.tables import send as sends

NAMES = tuple(it.name for it in fields(Send))
# The audit as it stands there, whatever somebody has made of it.
AUDIT = (*(it for it in audit.c if it.name != "at"), type_coerce(audit.c.at, BigInteger).label("at"))
# Rows that are read at a time when the whole audit is verified.
AT_A_TIME = 1_000


class StoredLedger:
    """The Ledger of bot/guard/ledger.py; `key` seals the audit."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    @asynccontextmanager
    async def writing(self) -> AsyncIterator["StoredBooks"]:
        async with self._database.writing() as connection:
            yield StoredBooks(connection, self._key)

    async def audit(self) -> AsyncIterator[Sealed]:
        """All rows, in their order."""
        last = None
        while rows := await self._rows_after(last):
            for row in rows:
                yield sealed(row)
            last = rows[-1].number

    async def _rows_after(self, number: int | None) -> Sequence[Row[Any]]:
        """Those below 1 too: no row of ours is there, so that one that is there was put there."""
        rows = select(*AUDIT).order_by(audit.c.number).limit(AT_A_TIME)
        async with self._database.reading() as connection:
            found = await connection.execute(rows if number is None else rows.where(audit.c.number > number))
            return found.all()


class StoredBooks:
    """One transaction's view of the sends, the switch and the audit."""

    def __init__(self, connection: AsyncConnection, key: bytes) -> None:
        self._connection = connection
        self._key = key

    async def frozen(self) -> bool:
        return bool((await self._connection.execute(select(gate.c.frozen))).scalar_one())

    async def set_frozen(self, *, frozen: bool) -> None:
        await self._connection.execute(update(gate).values(frozen=frozen))

    async def add(self, send: Send, token_mark: str) -> None:
        await self._connection.execute(insert(sends).values(token_mark=token_mark, **columns_of(send)))

    async def by_token(self, token_mark: str) -> Send | None:
        return await self._one(sends.c.token_mark == token_mark)

    async def by_id(self, name: str) -> Send | None:
        return await self._one(sends.c.id == name)

    async def used(self, send: Send, now: datetime) -> Used:
        """Everything that was confirmed counts; what was rejected did not reach its number."""
        number = (sends.c.number_mark == send.number_mark) & (sends.c.state != "rejected")
        last = await self._connection.execute(select(func.max(sends.c.confirmed)).where(number))
        return Used(
            number_last=last.scalar_one(),
            number_day=await self._confirmed(number, now - DAY),
            person_hour=await self._confirmed(sends.c.person == send.person, now - HOUR),
            channel_hour=await self._confirmed(sends.c.channel == send.channel, now - HOUR),
            day=await self._confirmed(sends.c.id != "", now - DAY),
        )

    async def write(self, send: Send) -> None:
        await self._connection.execute(update(sends).where(sends.c.id == send.id).values(**columns_of(send)))

    async def abandoned(self, before: datetime) -> Sequence[Send]:
        confirmed = (sends.c.state == "confirmed") & (sends.c.confirmed <= before)
        return await self._all(confirmed | (sends.c.state == "sending") & (sends.c.sending <= before))

    async def awaited(self) -> Sequence[Send]:
        return await self._all(sends.c.state.in_(["accepted", "unknown"]) & (sends.c.arrival == "awaited"))

    async def forget_drafts(self, before: datetime) -> None:
        await self._connection.execute(
            delete(sends).where((sends.c.state == "drafted") & (sends.c.drafted < before))
        )

    async def open_to(self, number_mark: str) -> frozenset[str]:
        number = (
            (sends.c.number_mark == number_mark) & (sends.c.arrival == "awaited") & (sends.c.serial == "")
        )
        found = await self._connection.execute(
            select(sends.c.id).where(number & sends.c.state.in_(["sending", "unknown"]))
        )
        return frozenset(found.scalars())

    async def claimed(self, number_mark: str) -> frozenset[str]:
        found = await self._connection.execute(
            select(sends.c.serial).where((sends.c.number_mark == number_mark) & (sends.c.serial != ""))
        )
        return frozenset(found.scalars())

    async def record(self, event: Event) -> None:
        """Raises:
        BotError: when the last row was not sealed with our key: the chain can't go on from there.
        """
        last = next(iter(await self.newest(1)), None)
        if last is not None and not holds(self._key, last):
            raise BotError("store.other_key", number=last.number)
        number, before = (1, START) if last is None else (last.number + 1, last.seal)
        row = seal(self._key, number, as_kept(event), before)
        await self._connection.execute(insert(audit).values(**row_of(row)))

    async def newest(self, most: int) -> Sequence[Sealed]:
        found = await self._connection.execute(select(*AUDIT).order_by(audit.c.number.desc()).limit(most))
        return [sealed(row) for row in found]

    async def _one(self, condition: ColumnElement[bool]) -> Send | None:
        return next(iter(await self._all(condition)), None)

    async def _all(self, condition: ColumnElement[bool]) -> Sequence[Send]:
        found = await self._connection.execute(
            select(*(sends.c[name] for name in NAMES)).where(condition).order_by(sends.c.drafted)
        )
        return [send_of(row) for row in found]

    async def _confirmed(self, condition: ColumnElement[bool], since: datetime) -> int:
        found = await self._connection.execute(
            select(func.count()).select_from(sends).where(condition & (sends.c.confirmed > since))
        )
        return found.scalar_one()


def columns_of(send: Send) -> dict[str, Any]:
    return {**asdict(send), "parameters": json.dumps(send.parameters)}


def send_of(row: Row[Any]) -> Send:
    columns = row._asdict()
    return Send(**{**columns, "parameters": tuple(json.loads(columns["parameters"]))})


def as_kept(event: Event) -> Event:
    """The event with the texts that will be read again, so that its seal holds."""
    return replace(event, person=keepable(event.person), channel=keepable(event.channel))


def row_of(row: Sealed) -> dict[str, Any]:
    event = row.event
    return {
        "number": row.number,
        "at": event.at,
        "person": event.person,
        "channel": event.channel,
        "action": event.action,
        "details": json.dumps(dict(event.details)),
        "before": row.before,
        "seal": row.seal,
    }


def sealed(row: Row[Any]) -> Sealed:
    """The row; without its seal where it can't be read as one of ours, so that it never holds."""
    try:
        at, details = EPOCH + row.at * MICROSECOND, dict(json.loads(row.details).items())
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return Sealed(row.number, Event(EPOCH, row.person, row.channel, row.action, {}), row.before, "")
    return Sealed(row.number, Event(at, row.person, row.channel, row.action, details), row.before, row.seal)
