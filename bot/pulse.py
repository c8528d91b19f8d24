"""The pulse of the loop: how long it has not got round to anything."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

EVERY = 1.0


class Pulse:
    """Beats once a second as long as the loop does. `seconds` only go forward."""

    def __init__(
        self,
        seconds: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._seconds = seconds
        self._sleep = sleep
        self._last = seconds()

    @property
    def lag(self) -> float:
        """By how many seconds the next beat is late."""
        return max(0.0, self._seconds() - self._last - EVERY)

    async def beat(self) -> None:
        """Beats until it is cancelled."""
        while True:
            self._last = self._seconds()
            await self._sleep(EVERY)
