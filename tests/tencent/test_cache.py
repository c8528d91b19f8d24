"""A value is loaded once for all who ask, and kept for a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from bot.sms.cloud import CloudError, NoAnswer, Refused, Unreachable
from bot.tencent.cache import GLANCE, Cache

AWAY = Unreachable("cloud.breaker_open", "SmsPackagesStatistics")
LOST = NoAnswer("cloud.no_answer", "SmsPackagesStatistics")
OVERRUN = Refused("SmsPackagesStatistics", "RequestLimitExceeded", "")
NO = Refused("SmsPackagesStatistics", "AuthFailure.SecretIdNotFound", "")


@dataclass(slots=True)
class Source:
    """Counts its loads; each waits for `open` and gives its number, or fails with `error`."""

    loads: int = 0
    error: CloudError | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)
    at: float = 1000.0

    async def load(self) -> int:
        self.loads += 1
        await self.open.wait()
        if self.error:
            raise self.error
        return self.loads


def with_cache(test: Callable[[Source, Cache[int]], Awaitable[None]]) -> None:
    async def run() -> None:
        source = Source()
        source.open.set()
        cache = Cache(source.load, lambda: source.at)
        try:
            await asyncio.wait_for(test(source, cache), 5)
        finally:
            await cache.close()

    asyncio.run(run())


def test_all_who_ask_at_once_share_one_load() -> None:
    async def test(source: Source, cache: Cache[int]) -> None:
        source.open.clear()
        callers = [asyncio.create_task(cache.get()) for _ in range(20)]
        await asyncio.sleep(0)
        source.open.set()

        kept = await asyncio.gather(*callers)

        assert {it.value for it in kept} == {1}
        assert source.loads == 1

    with_cache(test)


def test_a_value_is_fresh_for_a_minute() -> None:
    async def test(source: Source, cache: Cache[int]) -> None:
        values = []
        for later in (0, 59, 1, 59):
            source.at += later
            values.append((await cache.get()).value)

        assert values == [1, 1, 2, 2]

    with_cache(test)


@pytest.mark.parametrize("error", [AWAY, LOST, OVERRUN], ids=["away", "lost", "overrun"])
def test_the_last_value_is_better_than_none_while_the_api_is_away(error: CloudError) -> None:
    async def test(source: Source, cache: Cache[int]) -> None:
        fresh = await cache.get()
        source.at += 600
        source.error = error
        old = await cache.get()
        source.error = None
        new = await cache.get()

        assert (fresh.value, fresh.stale) == (1, False)
        assert (old.value, old.stale) == (1, True)
        assert (new.value, new.stale) == (3, False)

    with_cache(test)


def test_without_a_value_the_error_is_passed_on_to_all_who_wait() -> None:
    async def test(source: Source, cache: Cache[int]) -> None:
        source.error = AWAY

        outcomes = await asyncio.gather(cache.get(), cache.get(), return_exceptions=True)

        assert all(it is AWAY for it in outcomes)
        assert source.loads == 1

    with_cache(test)


def test_a_refusal_is_passed_on_even_where_there_is_an_old_value() -> None:
    async def test(source: Source, cache: Cache[int]) -> None:
        await cache.get()
        source.at += 61
        source.error = NO

        with pytest.raises(Refused):
            await cache.get()

    with_cache(test)


def test_once_the_api_is_known_to_be_away_nobody_waits_long_for_an_old_value() -> None:
    async def test(source: Source, cache: Cache[int]) -> None:
        await cache.get()
        source.at += 61
        source.error = AWAY
        await cache.get()
        source.open.clear()

        async with asyncio.timeout(GLANCE * 4):
            kept = await cache.get()

        assert kept.stale
        assert source.loads == 3

    with_cache(test)


def test_a_caller_that_is_cancelled_does_not_take_the_load_from_the_others() -> None:
    async def test(source: Source, cache: Cache[int]) -> None:
        source.open.clear()
        first = asyncio.create_task(cache.get())
        await asyncio.sleep(0)
        second = asyncio.create_task(cache.get())
        await asyncio.sleep(0)

        first.cancel()
        await asyncio.wait({first})
        source.open.set()
        kept = await second

        assert first.cancelled()
        assert kept.value == 1
        assert source.loads == 1

    with_cache(test)


def test_a_load_that_nobody_waits_for_any_more_still_fills_the_cache() -> None:
    async def test(source: Source, cache: Cache[int]) -> None:
        source.open.clear()
        only = asyncio.create_task(cache.get())
        await asyncio.sleep(0)
        only.cancel()
        await asyncio.wait({only})
        source.open.set()

        assert (await cache.get()).value == 1
        assert source.loads == 1

    with_cache(test)


def test_a_close_ends_the_load_that_is_under_way() -> None:
    async def test(source: Source, cache: Cache[int]) -> None:
        source.open.clear()
        waiting = asyncio.create_task(cache.get())
        await asyncio.sleep(0)

        await cache.close()

        with pytest.raises(asyncio.CancelledError):
            await waiting

    with_cache(test)
