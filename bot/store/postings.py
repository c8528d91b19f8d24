"""What is posted once, in the database: the Postings of bot/reports/posting.py."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, delete, insert, not_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.reports.posting import Claim, Key, Kind, Lease, Posted, read_key
from bot.sms.plans import Fate
from bot.store.clock import time_of
from bot.store.database import Database
from bot.store.tables import posting as postings

# What nobody has had for so long, and nobody wants any more, is over.
LEFT = timedelta(hours=1)
# No lease, and no wait that Slack asks for, is longer.
LONGEST_WAIT = timedelta(hours=1)


class StoredPostings:
    """`owner` names this process among all that share the database, and no earlier one. `now` is aware;
    PostgreSQL's own clock stands above it.
    """

    def __init__(
        self,
        database: Database,
        owner: str,
        now: Callable[[], datetime],
        lease: Lease = Lease(),  # noqa: B008 - a frozen value
    ) -> None:
        self._database = database
        self._owner = owner
        self._now = now
        self._lease = lease

    async def claim(self, key: Key) -> Claim | None:
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            known = (await connection.execute(select(postings).where(postings.c.key == str(key)))).first()
            if known is None:
                await connection.execute(insert(postings).values(self._row(key, at)))
                return Claim(key, 1, at, at, begun=False)
            if known.state != "claimed" or held(known.lease_until, at, self._lease):
                return None
            taken = {"owner": self._owner, "lease_until": at + self._lease.length}
            ours = update(postings).where(postings.c.key == str(key))
            await connection.execute(ours.values(**taken, attempts=known.attempts + 1))
            begun = known.begun is not None
            return Claim(key, known.attempts + 1, known.first_claimed, at, begun=begun)

    async def begin(self, claim: Claim) -> bool:
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            held = self._ours(claim) & (postings.c.lease_until >= at + self._lease.margin)
            whole = {"begun": at, "lease_until": at + self._lease.length}
            return (await connection.execute(update(postings).where(held).values(whole))).rowcount == 1

    async def sent(self, key: Key, ts: str, body: str) -> None:
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            stands = {"state": "sent", "settled": at, "ts": ts, "body": body, "reason": ""}
            await connection.execute(update(postings).where(postings.c.key == str(key)).values(stands))

    async def settle(self, claim: Claim, fate: Literal["failed", "unknown"], reason: str) -> None:
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            over = {"state": fate, "settled": at, "reason": reason}
            await connection.execute(update(postings).where(self._ours(claim)).values(over))

    async def release(self, claim: Claim, after: timedelta, reason: str) -> bool:
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            before = await connection.execute(select(postings.c.reason).where(self._ours(claim)))
            # Nobody's: what is handed back when we stop would be anybody's at once.
            free = {"owner": "", "begun": None, "lease_until": at + after, "reason": reason}
            await connection.execute(update(postings).where(self._ours(claim)).values(free))
            return before.scalar_one_or_none() not in {None, reason}

    async def fates(self, keys: Collection[Key]) -> Mapping[Key, Posted]:
        wanted = select(postings).where(postings.c.key.in_([str(it) for it in keys]))
        async with self._database.reading() as connection:
            return {(row := posted_of(it)).key: row for it in await connection.execute(wanted)}

    async def newest(self, channel: str, until: date, fate: Fate | None = None) -> Posted | None:
        """Those of days to come were posted by a clock that was ahead."""
        of_it = and_(
            postings.c.kind == "digest",
            postings.c.channel == channel,
            postings.c.what <= until.isoformat(),
        )
        rows = select(postings).where(of_it)
        if fate is not None:
            rows = rows.where(postings.c.state == fate)
        async with self._database.reading() as connection:
            found = (await connection.execute(rows.order_by(postings.c.what.desc()).limit(1))).first()
            return None if found is None else posted_of(found)

    async def give_up(
        self, kind: Kind, wanted: Collection[Key], channels: Collection[str] | None = None
    ) -> Sequence[Posted]:
        """What was begun may stand there: its fate is unknown. What was not, has failed."""
        ours = true() if channels is None else postings.c.channel.in_(channels)
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            left = and_(
                postings.c.kind == kind,
                postings.c.state == "claimed",
                postings.c.lease_until <= at - LEFT,
                not_(postings.c.key.in_([str(it) for it in wanted])),
                ours,
            )
            begun = postings.c.begun.is_not(None)
            unknown = await self._over(connection, left & begun, "unknown", at)
            return [*unknown, *await self._over(connection, left & ~begun, "failed", at)]

    async def hand_back(self) -> None:
        ours = (postings.c.owner == self._owner) & (postings.c.state == "claimed")
        async with self._database.writing() as connection:
            at = await time_of(connection, self._now)
            nobodys = update(postings).where(
                ours & postings.c.begun.is_(None) & (postings.c.lease_until > at)
            )
            await connection.execute(nobodys.values(lease_until=at))

    async def forget(self, age: timedelta) -> None:
        async with self._database.writing() as connection:
            before = await time_of(connection, self._now) - age
            await connection.execute(delete(postings).where(postings.c.settled < before))

    def _ours(self, claim: Claim) -> ColumnElement[bool]:
        """Whoever takes a row over counts one attempt more: who had it before has it no longer."""
        return and_(
            postings.c.key == str(claim.key),
            postings.c.state == "claimed",
            postings.c.owner == self._owner,
            postings.c.attempts == claim.attempts,
        )

    def _row(self, key: Key, at: datetime) -> dict[str, object]:
        return {
            "key": str(key),
            "kind": key.kind,
            "channel": key.channel,
            "what": key.what,
            "state": "claimed",
            "owner": self._owner,
            "lease_until": at + self._lease.length,
            "attempts": 1,
            "first_claimed": at,
            "ts": "",
            "body": "",
            "reason": "",
        }

    async def _over(
        self, connection: AsyncConnection, left: ColumnElement[bool], fate: Fate, at: datetime
    ) -> list[Posted]:
        rows = (await connection.execute(select(postings).where(left))).all()
        theirs = update(postings).where(postings.c.key.in_([it.key for it in rows]))
        await connection.execute(theirs.values(state=fate, settled=at))
        return [replace(posted_of(it), fate=fate, settled=at) for it in rows]


def held(until: datetime, at: datetime, lease: Lease) -> bool:
    """Whether a lease, or the wait after a refusal, goes on. One further off than any we give is that of a clock
    which was ahead: its holder, if it lives, has it no longer once the row counts one attempt more.
    """
    return at < until <= at + max(lease.length, LONGEST_WAIT)


def posted_of(row: Row[Any]) -> Posted:
    return Posted(
        read_key(row.key), row.state, row.attempts, row.first_claimed, row.ts, row.reason, row.settled
    )
