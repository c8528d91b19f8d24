"""A line in front of one method of Slack in one channel: one call at a time, in order, at a pace."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager, suppress

import structlog

from bot.errors import BotError
from bot.slack.wire.clock import Clock

LOG = structlog.get_logger("smsbot.slack")

# Seconds between two calls for one channel. API: rate limits, chat.postMessage.
PACES = {"chat.postMessage": 1.0}
# How many may wait in one line.
MOST = 100


class Ticket:
    """Somebody's place in the line; `called` tells whether it is their turn, or given up."""

    def __init__(self, about: Hashable) -> None:
        self.about = about
        self.called = asyncio.get_running_loop().create_future()


class Lane:
    """`pace`: seconds from one call to the next, the first at once. `most`: how many may wait."""

    def __init__(self, clock: Clock, pace: float, most: int) -> None:
        self._clock = clock
        self._pace = pace
        self._most = most
        self._line = deque[Ticket]()
        self._busy = False
        self._free_at = clock.seconds()

    @property
    def idle(self) -> bool:
        """Whether it could be made anew, and nobody would notice."""
        return not self._busy and self._clock.seconds() >= self._free_at

    @asynccontextmanager
    async def turn(self, about: Hashable = None) -> AsyncIterator[bool]:
        """Waits for one's turn. False, and nothing is to be done: this news was given up.

        News `about` something are given up for newer ones about the same, and the oldest when too many wait.

        Raises:
            BotError: when too many wait, and none of them is news.
        """
        if not await self._called(about):
            yield False
            return
        try:
            await self._keep_pace()
            yield True
        finally:
            self._pause()
            self._call_next()

    def close(self) -> None:
        """Cuts off everybody who waits."""
        while self._line:
            self._line.popleft().called.cancel()

    async def _called(self, about: Hashable) -> bool:
        if not self._busy:
            self._busy = True
            return True
        self._make_room(about)
        ticket = Ticket(about)
        self._line.append(ticket)
        try:
            return bool(await ticket.called)
        except asyncio.CancelledError:
            self._leave(ticket)
            raise

    def _make_room(self, about: Hashable) -> None:
        news = [it for it in self._line if it.about is not None]
        for ticket in news:
            if ticket.about == about:
                self._give_up(ticket)
        if len(self._line) < self._most:
            return
        if not news:
            raise BotError("slack.out_busy")
        LOG.warning("news_dropped", waiting=len(self._line))
        self._give_up(news[0])

    def _give_up(self, ticket: Ticket) -> None:
        self._line.remove(ticket)
        if not ticket.called.done():
            ticket.called.set_result(False)

    def _leave(self, ticket: Ticket) -> None:
        with suppress(ValueError):
            self._line.remove(ticket)
        # Called and cut off in one moment: the turn goes to the next.
        if not ticket.called.cancelled() and ticket.called.done() and ticket.called.result():
            self._call_next()

    async def _keep_pace(self) -> None:
        pause = self._free_at - self._clock.seconds()
        if pause > 0:
            await self._clock.sleep(pause)
        self._free_at = self._clock.seconds() + self._pace

    def _pause(self) -> None:
        """A turn that lasted long had several calls, or one that arrived late: the pace counts from its end."""
        if self._clock.seconds() > self._free_at:
            self._free_at = self._clock.seconds() + self._pace

    def _call_next(self) -> None:
        while self._line:
            ticket = self._line.popleft()
            if not ticket.called.done():
                ticket.called.set_result(True)
                return
        self._busy = False


class Lanes:
    """All lines. Those that nobody needs are forgotten, whenever another begins."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lanes: dict[tuple[str, str], Lane] = {}

    def of(self, method: str, where: str) -> Lane:
        name = method, where
        if name not in self._lanes:
            self._lanes = {it: lane for it, lane in self._lanes.items() if not lane.idle}
            self._lanes[name] = Lane(self._clock, PACES.get(method, 0.0), MOST)
        return self._lanes[name]

    def close(self) -> None:
        """Cuts off everybody who waits."""
        for lane in self._lanes.values():
            lane.close()
