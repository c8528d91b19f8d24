"""What is worth keeping for a while, by key, and better old than not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# Seconds: how long a value is taken as it is, and how long it will do while there is no newer one.
FRESH_FOR = 600.0
WILL_DO_FOR = 3600.0
# Seconds that somebody waits for a newer value who has an old one to go by.
GLANCE = 1.0
MOST = 5_000


class Away(Exception):
    """There is nobody to ask for a value."""


class Kept(Generic[Key, Value]):
    """Loads a value at most once at a time, whoever asks, and not again for ten minutes.

    `load` raises Away when it can't be had now. A load goes on when the caller that began it is cancelled:
    others may wait for it.
    """

    def __init__(self, load: Callable[[Key], Awaitable[Value]], seconds: Callable[[], float]) -> None:
        self._load = load
        self._seconds = seconds
        self._values: dict[Key, tuple[Value, float]] = {}
        self._flights: dict[Key, asyncio.Task[Value]] = {}

    async def get(self, key: Key) -> Value:
        """The value, up to an hour old while there is no newer one.

        Raises:
            Away: when there is none.
        """
        kept, age = self._values.get(key), self._age(key)
        if kept and age < FRESH_FOR:
            return kept[0]
        old = kept if age < WILL_DO_FOR else None
        flight = self._joined(key)
        await asyncio.wait({flight}, timeout=GLANCE if old else None)
        if old and (not flight.done() or isinstance(flight.exception(), Away)):
            return old[0]
        return flight.result()

    async def close(self) -> None:
        """Ends what is being loaded."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    def _age(self, key: Key) -> float:
        return self._seconds() - self._values[key][1] if key in self._values else WILL_DO_FOR

    def _joined(self, key: Key) -> asyncio.Task[Value]:
        """The load that is under way, or a new one."""
        if key not in self._flights:
            flight = asyncio.create_task(self._land(key))
            self._flights[key] = flight
            flight.add_done_callback(lambda it: self._landed(key, it))
        return self._flights[key]

    async def _land(self, key: Key) -> Value:
        at = self._seconds()
        value = await self._load(key)
        self._values.pop(key, None)
        self._values[key] = value, at
        if len(self._values) > MOST:
            del self._values[next(iter(self._values))]
        return value

    def _landed(self, key: Key, flight: asyncio.Task[Value]) -> None:
        """Nobody may be left to hear of an error: asyncio would complain of it."""
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()
