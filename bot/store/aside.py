"""A connection to SQLite in a thread of its own, where a whole transaction is one way there and back.

The other way goes to a thread and back for every step of every statement, 25 times for a group of deliveries,
and each time all else that the loop has to do comes first: under load an acknowledgement took 0.1 s.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine

Result = TypeVar("Result")
Step = Callable[[Connection], Result]


class Aside:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, "store")

    async def run(self, step: Step[Result]) -> Result:
        """`step` in a transaction. Once begun it comes to its end, also when nobody waits for it any more."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._through, step)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()

    def _through(self, step: Step[Result]) -> Result:
        with self._engine.begin() as connection:
            return step(connection)
