"""Digests that were set up in Slack, and what is quiet for a while, in the database."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row, delete, insert, select

from bot.sms import wallclock
from bot.sms.plans import Pause, Plan
from bot.store.database import Database
from bot.store.tables import pause as pauses
from bot.store.tables import plan as plans

LOG = structlog.get_logger("smsbot.store")


class StoredPlans:
    """Every method raises StoreAway when the database can't be had."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[Plan]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(plans).order_by(plans.c.channel))
            return list(readable(rows))

    async def put(self, plan: Plan) -> None:
        """In place of what the channel had."""
        async with self._database.writing() as connection:
            await connection.execute(delete(plans).where(plans.c.channel == plan.channel))
            await connection.execute(insert(plans).values(columns_of(plan)))

    async def pauses(self) -> Mapping[str, Pause]:
        """By name, those that are over too."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(pauses))
            return {row.name: Pause(row.until, row.person) for row in rows}

    async def pause(self, name: str, pause: Pause) -> None:
        """In place of the one before."""
        async with self._database.writing() as connection:
            await connection.execute(delete(pauses).where(pauses.c.name == name))
            row = {"name": name, "until": pause.until, "person": pause.person}
            await connection.execute(insert(pauses).values(row))


def readable(rows: Iterable[Row[Any]]) -> Iterator[Plan]:
    """A row that this machine can't read, for want of its zone, keeps none of the others."""
    for row in rows:
        try:
            yield plan_of(row)
        except ValueError:
            LOG.warning("plan_unreadable", channel=row.channel, at=row.at, zone=row.zone, days=row.days)


def columns_of(plan: Plan) -> dict[str, object]:
    return {
        "channel": plan.channel,
        "at": f"{plan.at:%H:%M}",
        "zone": plan.zone.key,
        "days": wallclock.written(plan.days),
        "language": plan.language or "",
        "accounts": json.dumps(plan.accounts),
        "catch_up": int(plan.catch_up.total_seconds()),
        "since": plan.since,
        "on": plan.on,
        "person": plan.person,
    }


def plan_of(row: Row[Any]) -> Plan:
    return Plan(
        channel=row.channel,
        at=wallclock.clock(row.at),
        zone=wallclock.zone(row.zone),
        days=wallclock.days(row.days),
        language=row.language or None,
        accounts=tuple(json.loads(row.accounts)),
        catch_up=timedelta(seconds=row.catch_up),
        since=row.since,
        on=row.on,
        person=row.person,
    )
