"""A value that is worth keeping for a moment, and better old than not at all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from bot.sms.cloud import CloudError, Refused
from bot.tencent.verdict import PASSING

Value = TypeVar("Value")

# Seconds. While the API is known to be away, a caller with an old value to look at waits no longer than that.
FRESH_FOR = 60.0
GLANCE = 0.25


@dataclass(frozen=True, slots=True)
class Kept(Generic[Value]):
    """`stale`: the API could not be asked for a newer one."""

    value: Value
    at: float
    stale: bool = False


class Cache(Generic[Value]):
    """Loads a value at most once at a time, whoever asks, and not again for 60 s.

    A load goes on when the caller that began it is cancelled: others may wait for it. `seconds` only go
    forward.
    """

    def __init__(self, load: Callable[[], Awaitable[Value]], seconds: Callable[[], float]) -> None:
        self._load = load
        self._seconds = seconds
        self._kept: Kept[Value] | None = None
        self._flight: asyncio.Task[Kept[Value]] | None = None
        self._away = False

    async def get(self) -> Kept[Value]:
        """The value.

        Raises:
            CloudError: what `load` raised; but when the API is merely away, the last value is returned.
        """
        if (kept := self._kept) and self._seconds() - kept.at < FRESH_FOR:
            return kept
        flight = self._joined()
        await asyncio.wait({flight}, timeout=GLANCE if kept and self._away else None)
        if kept and not flight.done():
            return replace(kept, stale=True)
        try:
            return flight.result()
        except CloudError as error:
            if kept is None or not away(error):
                raise
            return replace(kept, stale=True)

    async def close(self) -> None:
        """Ends a load that is under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.wait({self._flight})

    def _joined(self) -> asyncio.Task[Kept[Value]]:
        """The load that is under way, or a new one."""
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._land())
            self._flight.add_done_callback(noticed)
        return self._flight

    async def _land(self) -> Kept[Value]:
        at = self._seconds()
        try:
            value = await self._load()
        except CloudError as error:
            self._away = away(error)
            raise
        self._away = False
        self._kept = Kept(value, at)
        return self._kept


def away(error: CloudError) -> bool:
    """Whether the API can't answer for now: it is out of reach, overrun or stumbles, and does not say no."""
    return not isinstance(error, Refused) or error.code.startswith(PASSING)


def noticed(flight: asyncio.Task[Kept[Value]]) -> None:
    """Nobody may be left to hear of the error: asyncio would complain of it."""
    if not flight.cancelled():
        flight.exception()
