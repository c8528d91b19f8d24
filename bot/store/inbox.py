"""What Slack delivered, in the database: the Inbox of bot/slack/inbox.py."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.slack.inbox import Parcel, Payload
from bot.store.clock import moment, time_of
from bot.store.database import Database
from bot.store.grouped import GroupedWriting
from bot.store.tables import inbox, inbox_key, keepable

LEASE = timedelta(seconds=60)
KEYS_KEPT = timedelta(hours=1)
# How often a delivery is dealt with before it is given up: it may be what kills those who do.
ATTEMPTS = 3
# Abandoned deliveries that are taken over at a time.
AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is handed in; `id` becomes the parcel's, `payload` is JSON."""

    id: str
    keys: tuple[str, ...]
    payload: str = field(repr=False)


class StoredInbox:
    """`owner` names this process among all that share the database, and no earlier one; `name` gives new ids.

    `given_up` is told the id of each parcel that failed for good. `now` is aware; PostgreSQL's own clock
    stands above it.
    """

    def __init__(  # noqa: PLR0913, PLR0917 -- what it needs from outside, each a part of its own
        self,
        database: Database,
        grouped: GroupedWriting,
        owner: str,
        now: Callable[[], datetime],
        name: Callable[[], str],
        given_up: Callable[[str], None],
        lease: timedelta = LEASE,
    ) -> None:
        self._database = database
        self._grouped = grouped
        self._owner = owner
        self._now = now
        self._name = name
        self._given_up = given_up
        self._lease = lease

    async def take(self, keys: Sequence[str], payload: Payload) -> Parcel | None:
        """Taken or not, all its `keys` are known from now on."""
        kept = tuple(keepable(key) for key in keys)
        delivery = Delivery(self._name(), kept, json.dumps(payload))
        taken = await self._grouped.write(self._take, delivery)
        return Parcel(delivery.id, payload) if taken else None

    async def done(self, parcel: Parcel) -> None:
        await self._grouped.write(remove, parcel.id)

    async def abandoned(self) -> Sequence[Parcel]:
        """The oldest first. One of this process too, when its lease could not be renewed: it may be at work on it."""
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            lapsed = (inbox.c.state == "open") & (inbox.c.lease_until <= at)
            given_up = await give_up(connection, lapsed & (inbox.c.attempts >= ATTEMPTS))
            parcels = await self._take_over(connection, lapsed & (inbox.c.attempts < ATTEMPTS), at)
        for name in given_up:
            self._given_up(name)
        return parcels

    async def extend(self, parcels: Sequence[Parcel]) -> None:
        """Only of what nobody else has taken over meanwhile."""
        ours = (inbox.c.owner == self._owner) & (inbox.c.state == "open")
        async with self._database.writing() as connection:
            until = await time_of(connection, self._now) + self._lease
            theirs = inbox.c.id.in_([it.id for it in parcels])
            await connection.execute(update(inbox).where(ours & theirs).values(lease_until=until))

    async def hand_back(self) -> int:
        """Gives up all that is ours, for others to take over at once; how many that were.

        That we stop is no fault of theirs: it does not count as an attempt.
        """
        ours = (inbox.c.owner == self._owner) & (inbox.c.state == "open")
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            anybodys = update(inbox).where(ours).values(lease_until=at, attempts=inbox.c.attempts - 1)
            return (await connection.execute(anybodys)).rowcount

    async def forget(self) -> None:
        """What was given up goes with its keys."""
        async with self._database.writing() as connection:
            before = await time_of(connection, self._now) - KEYS_KEPT
            await connection.execute(delete(inbox_key).where(inbox_key.c.at < before))
            failed = (inbox.c.state == "failed") & (inbox.c.received < before)
            await connection.execute(delete(inbox).where(failed))

    async def waiting(self) -> int:
        """Deliveries that are not dealt with yet, of all replicas."""
        async with self._database.reading() as connection:
            count = select(func.count()).select_from(inbox).where(inbox.c.state == "open")
            return (await connection.execute(count)).scalar_one()

    def _take(self, connection: Connection, deliveries: Sequence[Delivery]) -> Sequence[bool]:
        at = moment(connection, self._now)
        wanted = {key for it in deliveries for key in it.keys}
        found = connection.execute(select(inbox_key.c.key).where(inbox_key.c.key.in_(wanted)))
        known = frozenset(found.scalars())
        new = first_of_their_keys(deliveries, known)
        if keys := newly_known(deliveries, known):
            connection.execute(
                insert(inbox_key), [{"key": key, "parcel": parcel, "at": at} for key, parcel in keys.items()]
            )
        if rows := [self._row(it, at) for it in deliveries if it.id in new]:
            connection.execute(insert(inbox), rows)
        return [it.id in new for it in deliveries]

    def _row(self, delivery: Delivery, at: datetime) -> dict[str, object]:
        return {
            "id": delivery.id,
            "received": at,
            "payload": delivery.payload,
            "state": "open",
            "owner": self._owner,
            "lease_until": at + self._lease,
            "attempts": 1,
        }

    async def _take_over(
        self, connection: AsyncConnection, lapsed: ColumnElement[bool], at: datetime
    ) -> list[Parcel]:
        oldest = select(inbox.c.id, inbox.c.payload, inbox.c.attempts + 1).where(lapsed)
        found = await connection.execute(oldest.order_by(inbox.c.received).limit(AT_A_TIME))
        parcels = [Parcel(name, json.loads(payload), attempts) for name, payload, attempts in found]
        taken = update(inbox).where(inbox.c.id.in_([it.id for it in parcels]))
        ours = {"owner": self._owner, "lease_until": at + self._lease, "attempts": inbox.c.attempts + 1}
        await connection.execute(taken.values(ours))
        return parcels


async def give_up(connection: AsyncConnection, failed: ColumnElement[bool]) -> Sequence[str]:
    """The ids; the payload is dropped."""
    names = (await connection.execute(select(inbox.c.id).where(failed))).scalars().all()
    lost = update(inbox).where(inbox.c.id.in_(names))
    await connection.execute(lost.values(state="failed", payload=""))
    return names


def remove(connection: Connection, names: Sequence[str]) -> Sequence[None]:
    """The row as a whole: of what is done only its keys are of use."""
    connection.execute(delete(inbox).where(inbox.c.id.in_(names)))
    return [None] * len(names)


def first_of_their_keys(deliveries: Iterable[Delivery], known: frozenset[str]) -> frozenset[str]:
    """The ids of those that share no key with what is known, nor with one before them."""
    seen, new = set(known), set[str]()
    for it in deliveries:
        if seen.isdisjoint(it.keys):
            new.add(it.id)
        seen.update(it.keys)
    return frozenset(new)


def newly_known(deliveries: Iterable[Delivery], known: frozenset[str]) -> dict[str, str]:
    """Each key that was not known, and the delivery that brought it first."""
    keys: dict[str, str] = {}
    for it in deliveries:
        for key in it.keys:
            if key not in known:
                keys.setdefault(key, it.id)
    return keys
