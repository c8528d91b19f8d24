"""Questions and what became of them, in the database: the Questions of bot/faq/asked.py."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.faq.asked import Asked, HandOff, Verdict
from bot.store.database import Database
from bot.store.grouped import GroupedWriting
from bot.store.tables import hand_off as hand_offs
from bot.store.tables import question as questions
from bot.store.tables import verdict as verdicts

# How long somebody may take to call people; less than until a delivery is taken over.
CALLING = timedelta(seconds=15)

COLUMNS = tuple(it for it in questions.c if it.name != "settled")


class StoredQuestions:
    """`now` is aware."""

    def __init__(self, database: Database, grouped: GroupedWriting, now: Callable[[], datetime]) -> None:
        self._database = database
        self._grouped = grouped
        self._now = now

    async def add(self, asked: Asked) -> None:
        """One that is there already stays as it is: what is done again after a crash asks it again."""
        await self._grouped.write(insert_all, asked)

    async def get(self, name: str) -> Asked | None:
        async with self._database.reading() as connection:
            return await one(connection, select(*COLUMNS).where(questions.c.id == name))

    async def last_in(self, channel: str, thread: str) -> Asked | None:
        there = (questions.c.channel == channel) & (questions.c.thread == thread) & (questions.c.shown != "")
        newest = select(*COLUMNS).where(there).order_by(questions.c.at.desc()).limit(1)
        async with self._database.reading() as connection:
            return await one(connection, newest)

    async def show(self, name: str, shown: str, rejected: str = "") -> Asked | None:
        async with self._database.writing() as connection:
            asked = await one(connection, select(*COLUMNS).where(questions.c.id == name))
            if asked is None:
                return None
            past = asked.rejected + ((rejected,) if rejected and rejected not in asked.rejected else ())
            changed = update(questions).where(questions.c.id == name)
            await connection.execute(changed.values(shown=shown, rejected=json.dumps(past)))
            return replace(asked, shown=shown, rejected=past)

    async def judge(self, name: str, person: str, verdict: Verdict, reason: str = "") -> None:
        """Of a question that was forgotten, nothing is kept."""
        row = {"question": name, "person": person, "verdict": verdict, "reason": reason, "at": self._now()}
        async with self._database.writing() as connection:
            asked = await connection.execute(select(questions.c.id).where(questions.c.id == name))
            if asked.first() is not None:
                same = (verdicts.c.question == name) & (verdicts.c.person == person)
                await connection.execute(delete(verdicts).where(same))
                await connection.execute(insert(verdicts).values(row))

    async def gaps(self, since: datetime, most: int = 500) -> Sequence[Asked]:
        disliked = exists().where(
            (verdicts.c.question == questions.c.id) & (verdicts.c.verdict == "disliked")
        )
        gap = (questions.c.shown == "") | (questions.c.rejected != "[]") | disliked
        open_ones = (questions.c.at >= since) & ~questions.c.settled & gap
        newest = select(*COLUMNS).where(open_ones).order_by(questions.c.at.desc()).limit(most)
        async with self._database.reading() as connection:
            return await with_verdicts(connection, newest)

    async def settle(self, names: Sequence[str]) -> None:
        async with self._database.writing() as connection:
            await connection.execute(update(questions).where(questions.c.id.in_(names)).values(settled=True))

    async def hand_off(self, hand_off: HandOff) -> bool:
        async with self._database.writing() as connection:
            same = hand_offs.c.id == hand_off.id
            known = (await connection.execute(select(hand_offs).where(same))).first()
            if known is not None and (known.ts or known.at > hand_off.at - CALLING):
                return False
            await connection.execute(delete(hand_offs).where(same))
            await connection.execute(insert(hand_offs).values(asdict(hand_off)))
            return True

    async def called(self, name: str, ts: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(update(hand_offs).where(hand_offs.c.id == name).values(ts=ts))

    async def withdraw(self, name: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(hand_offs).where(hand_offs.c.id == name))

    async def resolve(self, name: str, person: str) -> HandOff | None:
        async with self._database.writing() as connection:
            found = await connection.execute(select(hand_offs).where(hand_offs.c.id == name))
            row = found.first()
            if row is None or row.resolved_by not in {"", person}:
                return None
            await connection.execute(
                update(hand_offs).where(hand_offs.c.id == name).values(resolved_by=person)
            )
            return replace(HandOff(**row._asdict()), resolved_by=person)

    async def forget(self, before: datetime) -> None:
        old = select(questions.c.id).where(questions.c.at < before)
        async with self._database.writing() as connection:
            await connection.execute(delete(verdicts).where(verdicts.c.question.in_(old)))
            await connection.execute(delete(hand_offs).where(hand_offs.c.question.in_(old)))
            await connection.execute(delete(questions).where(questions.c.at < before))


def insert_all(connection: Connection, asked: Sequence[Asked]) -> Sequence[None]:
    by_id = {it.id: it for it in reversed(asked)}
    found = connection.execute(select(questions.c.id).where(questions.c.id.in_(by_id)))
    for known in found.scalars():
        del by_id[known]
    if by_id:
        connection.execute(insert(questions), [row_of(it) for it in by_id.values()])
    return [None] * len(asked)


def row_of(asked: Asked) -> dict[str, object]:
    """Without its verdicts, which are people's."""
    return {
        "id": asked.id,
        "at": asked.at,
        "person": asked.person,
        "channel": asked.channel,
        "thread": asked.thread,
        "language": asked.language,
        "text": asked.text,
        "outcome": asked.outcome,
        "offered": json.dumps(asked.offered),
        "shown": asked.shown,
        "rejected": json.dumps(asked.rejected),
        "settled": False,
    }


async def one(connection: AsyncConnection, query: Select[Any]) -> Asked | None:
    return next(iter(await with_verdicts(connection, query)), None)


async def with_verdicts(connection: AsyncConnection, query: Select[Any]) -> list[Asked]:
    """The questions of `query`, each with what people thought, in the order in which they said it."""
    rows = (await connection.execute(query)).all()
    theirs: dict[str, list[Row[Any]]] = {row.id: [] for row in rows}
    judged = select(verdicts).where(verdicts.c.question.in_(theirs)).order_by(verdicts.c.at)
    for it in await connection.execute(judged):
        theirs[it.question].append(it)
    return [asked_of(row, theirs[row.id]) for row in rows]


def asked_of(row: Row[Any], judged: Sequence[Row[Any]]) -> Asked:
    columns = row._asdict()
    lists = {name: tuple(json.loads(columns[name])) for name in ("offered", "rejected")}
    disliked = [it for it in judged if it.verdict == "disliked"]
    return Asked(
        **{**columns, **lists},
        liked=len(judged) - len(disliked),
        disliked=len(disliked),
        reasons=tuple(it.reason for it in disliked if it.reason),
    )
