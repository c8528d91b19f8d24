"""What is done every minute: what is due is posted, what is over is settled."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from bot.errors import BotError
from bot.language import Language
from bot.reports.digests import KeptDigests
from bot.reports.due import Due, due
from bot.reports.poster import Compose, Poster
from bot.reports.posting import Board, Bulletin, Key, Kind, Postings, digest_key

LOG = structlog.get_logger("smsbot.reports")

# So many are posted at a time: each has a line of its own in front of Slack, but the API behind is one.
AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class Job:
    """Something to post once: `owed` since then, and of use `until` then."""

    key: Key
    compose: Compose
    owed: datetime
    until: datetime | None = None


class Source(Protocol):
    """Where something to post may come from."""

    async def jobs(self, now: datetime) -> Sequence[Job]:
        """All that is owed at this instant, posted or not.

        Raises:
            StoreAway: when the database can't be had.
        """


@dataclass(frozen=True, slots=True)
class DigestJobs:
    """The digests that are due; `rooms` are the only channels, where there are such."""

    digests: KeptDigests
    language: Language
    rooms: AbstractSet[str] | None = None

    async def jobs(self, now: datetime) -> Sequence[Job]:
        pauses = await self.digests.plans.pauses()
        plans = [it for it in await self.digests.planned() if self.rooms is None or it.channel in self.rooms]
        found = [one for it in plans if (one := due(it, now, pauses.get(it.channel)))]
        return [self._job(it) for it in found]

    def _job(self, it: Due) -> Job:
        key = digest_key(it.plan.channel, it.day)
        return Job(key, partial(self._bulletin, it, key), it.at, it.until)

    async def _bulletin(self, it: Due, key: Key) -> Bulletin:
        return Bulletin(await self.digests.written(it, key), it.plan.language or self.language)


@dataclass(frozen=True, slots=True)
class Rounds:
    """Of one kind, so that neither waits for the other. `rooms` are the only channels, where there are such."""

    kind: Kind
    source: Source
    postings: Postings
    poster: Poster
    board: Board
    now: Callable[[], datetime]
    rooms: AbstractSet[str] | None = None

    async def make(self) -> None:
        """Posts what is owed and not settled, each by itself: one that fails keeps none of the others.

        Raises:
            StoreAway: when the database can't be had; the next round finds all of it owed still.
        """
        jobs = await self.source.jobs(self.now())
        keys = [it.key for it in jobs]
        settled = {key for key, it in (await self.postings.fates(keys)).items() if it.fate != "claimed"}
        turns = asyncio.Semaphore(AT_A_TIME)
        waiting = [self._one(it, turns) for it in jobs if it.key not in settled]
        for failure in await asyncio.gather(*waiting, return_exceptions=True):
            tell(failure)
        await self._settle(keys)

    async def _one(self, job: Job, turns: asyncio.Semaphore) -> None:
        async with turns:
            if job.until is None or self.now() < job.until:
                await self.poster.post(job.key, job.compose, job.owed)

    async def _settle(self, keys: Sequence[Key]) -> None:
        for it in await self.postings.give_up(self.kind, keys, self.rooms):
            LOG.error("posting_given_up", key=str(it.key), fate=it.fate, reason=it.reason)
            self.poster.observe(it.key.kind, it.fate)
            await self.board.tell(it.key, BotError("posting.gave_up"))


def tell(failure: BaseException | None) -> None:
    match failure:
        case None:
            return
        case BotError():
            LOG.warning("posting_failed", reason=failure.phrase)
        case Exception():
            LOG.error("posting_failed", exc_info=failure)
        case _:
            raise failure


async def survived(name: str, make: Callable[[], Awaitable[None]], observe: Callable[[str], None]) -> None:
    """A round that fails, for want of a database or as nobody expected, must not be the last.

    `observe` is told of each that went well.
    """
    (failure,) = await asyncio.gather(make(), return_exceptions=True)
    match failure:
        case None:
            observe(name)
        case BotError():
            LOG.warning("round_failed", round=name, reason=failure.phrase)
        case Exception():
            LOG.error("round_failed", round=name, exc_info=failure)
        case _:
            raise failure
