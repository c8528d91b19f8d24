"""The states of templates and signatures as they were last seen, so that a change is known for one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.sms.cloud import Signature, Template
from bot.store.database import Database
from bot.store.tables import review as reviews

Id = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """`since` is when the state was first seen; None: it was so when we first looked."""

    state: str
    since: datetime | None


class SeenReviews:
    def __init__(self, account: str, database: Database, now: Callable[[], datetime]) -> None:
        self._account = account
        self._database = database
        self._now = now

    async def see(self, found: Iterable[Template | Signature]) -> Mapping[Id, datetime | None]:
        """Keeps the states of all there are; since when each has been as it is, by kind and id.

        Raises:
            StoreAway: when the database can't be had.
        """
        states = {id_of(it): it.review for it in found}
        ours = reviews.c.account == self._account
        async with self._database.writing() as connection:
            rows = await connection.execute(select(reviews).where(ours))
            known = {(row.kind, row.id): Seen(row.state, row.since) for row in rows}
            seen = seen_now(known, states, self._now())
            if seen != known:
                await connection.execute(delete(reviews).where(ours))
                values = [
                    {
                        "account": self._account,
                        "kind": kind,
                        "id": number,
                        "state": it.state,
                        "since": it.since,
                    }
                    for (kind, number), it in seen.items()
                ]
                if values:
                    await connection.execute(insert(reviews), values)
        return {name: it.since for name, it in seen.items()}


def seen_now(known: Mapping[Id, Seen], states: Mapping[Id, str], now: datetime) -> Mapping[Id, Seen]:
    """What is there at the first look has no beginning; what comes or changes later has one."""
    new = None if not known else now
    return {
        name: known[name] if name in known and known[name].state == state else Seen(state, new)
        for name, state in states.items()
    }


def id_of(it: Template | Signature) -> Id:
    return ("template" if isinstance(it, Template) else "signature", it.id)
