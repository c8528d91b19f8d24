"""What goes on in the background: what others left is taken up, promises are kept, what is old is forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.errors import BotError
from bot.faq.added import Added, AddedPhrasings
from bot.faq.asked import Questions
from bot.metrics import Metrics
from bot.slack.inbox import Inbox, Parcel
from bot.slack.watch import Watch, Watches
from bot.slack.work import Work

LOG = structlog.get_logger("smsbot.slack")

# How long questions are kept, for the list of gaps.
KEPT = timedelta(days=180)


class Learning(Protocol):
    def learn(self, phrasings: Iterable[Added]) -> None:
        """From now on these, and no others, are what was added in Slack."""


class LookingAfter(Protocol):
    async def look_after(self, watch: Watch) -> None:
        """Looks once at a watch that nobody else looks after."""


@dataclass(frozen=True, slots=True)
class Caretaking:
    """`again` deals with a parcel that somebody left, through the door by which it came."""

    inbox: Inbox
    watches: Watches
    questions: Questions
    added: AddedPhrasings
    assistant: Learning
    following: LookingAfter
    work: Work
    metrics: Metrics
    again: Callable[[Parcel], Awaitable[None]]
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(5, self.take_over))
            group.create_task(self._every(1, self.look_after_watches))
            group.create_task(self._every(60, self.learn))
            group.create_task(self._every(600, self.forget))

    async def take_over(self) -> None:
        """Keeps what is ours, and takes up what another process died over."""
        for parcel in self.work.unclosed:
            await self.work.close(parcel)
        if parcels := self.work.parcels:
            await self.inbox.extend(parcels)
        ours = {it.id for it in (*self.work.parcels, *self.work.unclosed)}
        for parcel in await self.inbox.abandoned():
            if parcel.id in ours:
                continue
            LOG.warning("taken_over", parcel=parcel.id, attempt=parcel.attempts)
            self.metrics.taken_over()
            await self.again(parcel)

    async def look_after_watches(self) -> None:
        for watch in await self.watches.take_due():
            self.work.also(self._look_after(watch))

    async def learn(self) -> None:
        """What knowledge owners have added, on whichever replica."""
        self.assistant.learn(await self.added.all())

    async def forget(self) -> None:
        await self.inbox.forget()
        await self.questions.forget(self.now() - KEPT)

    async def _look_after(self, watch: Watch) -> None:
        try:
            await self.following.look_after(watch)
        except BotError as error:
            LOG.warning("watch_failed", watch=watch.id, reason=error.phrase)

    async def _every(self, seconds: float, doing: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await doing()
            except BotError as error:
                LOG.warning("care_failed", what=doing.__name__, reason=error.phrase)
            await self.sleep(seconds)
