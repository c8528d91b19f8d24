"""What is acknowledged and being dealt with: tasks that are held, begin one by one, and end in order."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog

from bot.errors import BotError
from bot.slack.inbox import Inbox, Parcel

LOG = structlog.get_logger("smsbot.slack")

Doing = Coroutine[Any, Any, None]
# So much may be under way; what comes beyond waits to be acknowledged, and Slack may deliver it again.
MOST_UNDER_WAY = 1_000


class Work:
    """Deals with parcels, each in a task of its own; the inbox learns when one is done.

    Between two beginnings the loop goes round once, so that acknowledging what comes never waits behind all
    that has come.
    """

    def __init__(self, inbox: Inbox, most: int = MOST_UNDER_WAY) -> None:
        self._inbox = inbox
        self._most = most
        self._waiting: deque[tuple[Parcel, Doing]] = deque()
        self._tasks: dict[asyncio.Task[None], Parcel | None] = {}
        self._beginning: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._unclosed = dict[str, Parcel]()

    @property
    def unclosed(self) -> tuple[Parcel, ...]:
        """What is dealt with, which the inbox could not be told."""
        return tuple(self._unclosed.values())

    @property
    def parcels(self) -> tuple[Parcel, ...]:
        """What is to be dealt with, begun or not."""
        begun = (it for it in self._tasks.values() if it is not None)
        return (*begun, *(parcel for parcel, _ in self._waiting))

    def __len__(self) -> int:
        return len(self._tasks) + len(self._waiting)

    async def room(self) -> None:
        """Returns when more may come."""
        while len(self) >= self._most:
            await self._change()

    def start(self, parcel: Parcel, dealing: Doing) -> None:
        self._waiting.append((parcel, dealing))
        if self._beginning is None:
            self._beginning = asyncio.create_task(self._begin())

    def also(self, doing: Doing) -> None:
        """Something that follows from a parcel, and needs not be done again after a crash."""
        self._hold(doing, None)

    async def close(self, parcel: Parcel) -> None:
        """Tells the inbox that a parcel is dealt with; if that can't be told, it is `unclosed`.

        Who dies before it is told leaves it to be done again: once too often is better than never.
        """
        try:
            await self._inbox.done(parcel)
        except BotError as error:
            LOG.warning("parcel_not_closed", parcel=parcel.id, reason=error.phrase)
            self._unclosed[parcel.id] = parcel
        else:
            self._unclosed.pop(parcel.id, None)

    async def settled(self) -> None:
        """Returns when every parcel is dealt with, whatever came of it; what follows from one may go on."""
        while self.parcels:
            await self._change()

    async def finished(self) -> None:
        """Returns when nothing at all is under way."""
        while len(self):
            await self._change()

    async def drain(self, seconds: float) -> None:
        """Lets what is under way come to its end; what takes longer is cut off, and done again later."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.finished()
        for _, dealing in self._waiting:
            dealing.close()
        self._waiting.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _begin(self) -> None:
        while self._waiting:
            parcel, dealing = self._waiting.popleft()
            self._hold(self._deal(parcel, dealing), parcel)
            await asyncio.sleep(0)
        self._beginning = None

    def _hold(self, doing: Doing, parcel: Parcel | None) -> None:
        task = asyncio.create_task(doing)
        self._tasks[task] = parcel
        task.add_done_callback(self._let_go)

    def _let_go(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._changed.set()
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, BotError):
            LOG.warning("work_failed", reason=error.phrase)
        else:
            LOG.error("work_failed", exc_info=error)

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _deal(self, parcel: Parcel, dealing: Doing) -> None:
        await dealing
        await self.close(parcel)
