"""Writing in groups: what is handed in at the same time shares one transaction, and one wait for the disk."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import Connection

from bot.store.database import Database, StoreAway

Value = TypeVar("Value")
Result = TypeVar("Result")
# Writes many values in one transaction, and gives a result for each, in their order. It may be called again
# with the same values, after a transaction that was not kept.
Together = Callable[[Connection, Sequence[Value]], Sequence[Result]]

# Values in one transaction: a wait for the disk is as long as the writing of some hundred.
MOST = 100
# How long the values of a transaction that failed are tried one by one. Seconds: a bad one shows at once, and
# when it is the database that fails slowly, nobody is to wait for each of them.
ONE_BY_ONE = 2.0


@dataclass(frozen=True, slots=True)
class Handed(Generic[Value, Result]):
    """One value, how to write it with others of its kind, and where its result is waited for."""

    together: Together[Value, Result]
    value: Value = field(repr=False)
    result: asyncio.Future[Result]


class GroupedWriting:
    """Open between `start` and `stop`, or in a `with`. Who hands in waits until the disk has it."""

    def __init__(self, database: Database, most: int = MOST, one_by_one: float = ONE_BY_ONE) -> None:
        self._database = database
        self._most = most
        self._one_by_one = one_by_one
        self._waiting: asyncio.Queue[Handed[Any, Any] | None] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def start(self) -> None:
        self._writer = asyncio.create_task(self._write_on())

    async def stop(self) -> None:
        """Returns when what was handed in is written or refused."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            self._waiting.put_nowait(None)
            await writer

    async def write(self, together: Together[Value, Result], value: Value) -> Result:
        """The result for `value`, once it is on the disk. It is written even if nobody waits for it any more.

        Raises:
            StoreAway: when it can't be written, or writing has stopped.
        """
        if self._writer is None or self._writer.done():
            raise StoreAway("closed")
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(Handed(together, value, result))
        return await result

    async def _write_on(self) -> None:
        group: list[Handed[Any, Any]] = []
        try:
            while group := await self._next():
                await self._write(group)
        finally:
            # When the writer itself is cancelled, those who wait must not wait for ever.
            for it in (*group, *self._left()):
                refuse(it, StoreAway("closed"))

    async def _next(self) -> list[Handed[Any, Any]]:
        """All that waits, at least one; nothing once writing has stopped and nothing is left."""
        first = await self._waiting.get()
        return [] if first is None else [first, *self._left(self._most - 1)]

    def _left(self, most: int | None = None) -> list[Handed[Any, Any]]:
        """What waits right now, up to the end of all writing."""
        left: list[Handed[Any, Any]] = []
        while len(left) != most and not self._waiting.empty():
            handed = self._waiting.get_nowait()
            if handed is None:
                self._waiting.put_nowait(None)
                break
            left.append(handed)
        return left

    async def _write(self, group: Sequence[Handed[Any, Any]]) -> None:
        """All at once; when that fails one by one, so that a bad one harms nobody else."""
        clock = asyncio.get_running_loop().time
        end = clock() + self._one_by_one
        error = await self._attempt(group)
        if error is None:
            return
        for it in group:
            alone = await self._attempt([it]) if len(group) > 1 and clock() < end else error
            if alone is not None:
                refuse(it, alone)

    async def _attempt(self, group: Sequence[Handed[Any, Any]]) -> BaseException | None:
        """What went wrong, whatever it is: the writer outlives it, and those who wait are told."""
        outcome = (
            await asyncio.gather(self._database.write(partial(written, group)), return_exceptions=True)
        )[0]
        if isinstance(outcome, BaseException):
            return outcome
        for it, result in outcome:
            if not it.result.done():
                it.result.set_result(result)
        return None


def written(group: Sequence[Handed[Any, Any]], connection: Connection) -> list[tuple[Handed[Any, Any], Any]]:
    results: list[tuple[Handed[Any, Any], Any]] = []
    for together, alike in by_kind(group).items():
        found = together(connection, [it.value for it in alike])
        results.extend(zip(alike, found, strict=True))
    return results


def by_kind(
    group: Sequence[Handed[Any, Any]],
) -> dict[Together[Any, Any], list[Handed[Any, Any]]]:
    kinds: dict[Together[Any, Any], list[Handed[Any, Any]]] = {}
    for it in group:
        kinds.setdefault(it.together, []).append(it)
    return kinds


def refuse(handed: Handed[Any, Any], error: BaseException) -> None:
    if not handed.result.done():
        handed.result.set_exception(error)
