"""A process of its own that posts what is due until it is killed: by itself at a random step, or from outside.

    python -m tests.reports.victim SLACK_URL DATABASE_URL DAY_FILE CHANNELS DEATH SEED

The local date stands in a file, so that many days pass in a minute; leases and time-outs are as much shorter than
in production. At each step it dies by the chance of DEATH, and by another sleeps longer than its lease.
"""

import asyncio
import os
import random
import secrets
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Literal

from aiohttp import ClientTimeout

from bot.language import Language
from bot.reports.poster import Poster
from bot.reports.posting import Bulletin, Claim, Key, Lease, Look, Outcome, Still, digest_key
from bot.reports.rounds import Job, Rounds, survived
from bot.secret import Secret
from bot.slack.board import SlackBoard
from bot.slack.message import Message
from bot.slack.shown.cards import Cards
from bot.slack.wire.client import slack_client, slack_session, unobserved
from bot.slack.wire.hook import Hooks
from bot.slack.wire.outbox import Outbox
from bot.sms.report import Report, say
from bot.store.database import open_database
from bot.store.postings import StoredPostings
from bot.workspace.server import BOT_TOKEN

LEASE = Lease(timedelta(seconds=1.5), timedelta(seconds=0.2), timedelta(seconds=0.5))
TIMEOUT = ClientTimeout(total=0.5, connect=0.2)
# The chance, at each step, to sleep longer than a lease.
SLEEP = 0.005


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Fate:
    chance: random.Random
    death: float

    async def strike(self) -> None:
        """Dies at once, sleeps through its lease, or neither."""
        drawn = self.chance.random()
        if drawn < self.death:
            os.kill(os.getpid(), signal.SIGKILL)
        if drawn < self.death + SLEEP:
            await asyncio.sleep(1.2 * LEASE.length.total_seconds())


class PlainCards(Cards):
    """What is said does not matter here, and to read all the words would take half a second."""

    def __init__(self) -> None:
        pass

    def report(self, report: Report, language: Language, *, share: str = "") -> Message:
        return Message(f"{report.title.phrase} {language}{share}", (), tuple)


class MortalPostings(StoredPostings):
    fate: Fate

    async def claim(self, key: Key) -> Claim | None:
        await self.fate.strike()
        claim = await super().claim(key)
        await self.fate.strike()
        return claim

    async def begin(self, claim: Claim) -> bool:
        await self.fate.strike()
        begun = await super().begin(claim)
        await self.fate.strike()
        return begun

    async def sent(self, key: Key, ts: str, body: str) -> None:
        await self.fate.strike()
        await super().sent(key, ts, body)
        await self.fate.strike()

    async def settle(self, claim: Claim, fate: Literal["failed", "unknown"], reason: str) -> None:
        await self.fate.strike()
        await super().settle(claim, fate, reason)

    async def release(self, claim: Claim, after: timedelta, reason: str) -> bool:
        await self.fate.strike()
        return await super().release(claim, after, reason)


class MortalBoard(SlackBoard):
    fate: Fate

    async def post(self, key: Key, bulletin: Bulletin, still: Still) -> Outcome:
        await self.fate.strike()
        outcome = await super().post(key, bulletin, still)
        await self.fate.strike()
        return outcome

    async def look(self, key: Key, since: datetime) -> Look:
        await self.fate.strike()
        found = await super().look(key, since)
        await self.fate.strike()
        return found


def today(file: Path) -> date:
    return date.fromisoformat(file.read_text("utf-8"))


async def bulletin() -> Bulletin:
    return Bulletin(Report(say("digest.title")), "en")


def nothing_drawn(_title: str, _points: object) -> None:
    """No pictures here."""


@dataclass(frozen=True, slots=True)
class Day:
    """The digests of the day that stands in the file, in any order."""

    file: Path
    channels: int
    chance: random.Random

    async def jobs(self, now: datetime) -> Sequence[Job]:
        day = await asyncio.to_thread(today, self.file)
        keys = [digest_key(f"C{number}", day) for number in range(self.channels)]
        self.chance.shuffle(keys)
        return [Job(key, bulletin, now) for key in keys]


async def main(slack_url: str, database_url: str, day: Day, fate: Fate) -> None:
    MortalPostings.fate = MortalBoard.fate = fate
    async with slack_session(TIMEOUT) as session, open_database(database_url) as database:
        client = slack_client(Secret(BOT_TOKEN), slack_url, session)
        outbox = Outbox(client, Hooks(session, slack_url))
        postings = MortalPostings(database, secrets.token_hex(8), now, LEASE)
        cards = PlainCards()
        board = MortalBoard(client, outbox, lambda: cards, (), "en", nothing_drawn, unobserved)
        poster = Poster(postings, board, monotonic, lambda *_: None, LEASE)
        rounds = Rounds("digest", day, postings, poster, board, now)
        while True:
            await survived("digests", rounds.make, lambda _: None)
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    slack, database_at, day_file, count, deadly, drawn = sys.argv[1:]
    moments = random.Random(int(drawn))  # noqa: S311 -- no secrets
    days = Day(Path(day_file), int(count), moments)
    asyncio.run(main(slack, database_at, days, Fate(moments, float(deadly))))
