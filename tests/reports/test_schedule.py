"""The tick: at once, every minute, never two at a time, and with an end in order."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, tzinfo

import apscheduler.schedulers.base as scheduling
import pytest

from bot.reports.schedule import Round, ticking


def now() -> datetime:
    return datetime.now(UTC)


def soon() -> int:
    """A second of the minute that comes right away."""
    return (now() + timedelta(seconds=1.2)).second


async def settled() -> None:
    """What was about to be done on the loop is done, so that nothing is under way any more."""
    for _ in range(20):
        await asyncio.sleep(0)


def played(story: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(10):
            await story()

    asyncio.run(run())


def test_a_round_is_made_at_the_start_and_when_its_second_comes() -> None:
    made: list[datetime] = []
    twice = asyncio.Event()

    async def make() -> None:
        made.append(now())
        if len(made) == 2:
            twice.set()

    async def story() -> None:
        second = soon()
        async with ticking({"post": Round(make, second)}, now, lambda _: None):
            await twice.wait()
        assert made[1].second == second

    played(story)


def test_a_round_whose_second_passed_while_the_process_stood_still_is_made_late() -> None:
    made: list[datetime] = []
    first, twice = asyncio.Event(), asyncio.Event()

    async def make() -> None:
        made.append(now())
        (twice if len(made) == 2 else first).set()

    async def story() -> None:
        missed = now() + timedelta(seconds=3)
        async with ticking({"post": Round(make, soon())}, now, lambda _: None):
            await first.wait()
            await settled()
            while now() < missed:  # nothing else runs: the second comes and goes
                pass
            await twice.wait()
        assert missed <= made[1] < missed + timedelta(seconds=2)

    played(story)


def test_a_round_that_is_under_way_is_not_begun_again() -> None:
    begun: list[datetime] = []
    go_on, other = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.append(now())
        await go_on.wait()

    async def quick() -> None:
        if begun and now() - begun[0] > timedelta(seconds=1):
            other.set()

    async def story() -> None:
        rounds = {"slow": Round(slow, soon()), "quick": Round(quick, (soon() + 1) % 60)}
        async with ticking(rounds, now, lambda _: None):
            await other.wait()
            assert len(begun) == 1
            go_on.set()

    played(story)


def test_the_end_lets_a_round_come_to_its_own() -> None:
    done: list[str] = []
    begun = asyncio.Event()

    async def make() -> None:
        begun.set()
        await asyncio.sleep(0.05)

    async def story() -> None:
        async with ticking({"post": Round(make, 0)}, now, done.append):
            await begun.wait()
        assert done == ["post"]

    played(story)


def test_the_end_waits_for_no_round_for_ever() -> None:
    begun = asyncio.Event()

    async def make() -> None:
        begun.set()
        await asyncio.Event().wait()

    async def story() -> None:
        async with ticking({"post": Round(make, 0)}, now, lambda _: None, moment=0.05):
            await begun.wait()

    played(story)


def test_a_round_that_fails_is_made_again() -> None:
    tried: list[int] = []
    again = asyncio.Event()

    async def make() -> None:
        tried.append(1)
        if len(tried) == 2:
            again.set()
        raise ZeroDivisionError

    async def story() -> None:
        async with ticking({"post": Round(make, soon())}, now, lambda _: None):
            await again.wait()

    played(story)


class SetClock(datetime):
    """What the scheduler takes for the time."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.ahead


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=-1000)], ids=["back", "far ahead"])
def test_a_clock_that_is_set_stops_no_round(ahead: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling, "datetime", SetClock)
    made: list[datetime] = []
    first, again, third = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def make() -> None:
        made.append(now())
        (first, again, third)[len(made) - 1].set()

    async def story() -> None:
        monkeypatch.setattr(SetClock, "ahead", ahead)
        second = (now() + timedelta(seconds=3.2)).second
        async with ticking({"post": Round(make, second)}, lambda: SetClock.now(UTC), lambda _: None):
            await first.wait()
            await settled()
            monkeypatch.setattr(SetClock, "ahead", timedelta())
            await again.wait()
            await third.wait()
        assert made[1] - made[0] < timedelta(seconds=2)
        assert made[2].second == second

    played(story)
