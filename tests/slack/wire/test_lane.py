"""The line in front of one method: order, pace, and what is given up."""

import asyncio
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BotError
from bot.slack.wire.lane import Lane
from tests.slack.api import Hands


@dataclass(frozen=True, slots=True)
class Comer:
    """Comes after so many rounds of the loop; news `about` something, or not; leaves before it is called."""

    rounds: int
    about: str | None
    leaves: bool


COMERS = st.lists(
    st.builds(Comer, st.integers(0, 3), st.sampled_from([None, "a", "b"]), st.booleans()), max_size=20
)


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


@settings(max_examples=80, deadline=None)
@given(COMERS)
def test_everybody_who_stays_is_called_in_order_and_at_the_pace_or_told_to_give_up(
    comers: list[Comer],
) -> None:
    calls: list[tuple[int, float]] = []
    given_up: list[int] = []
    hands = Hands()

    async def come(lane: Lane, number: int, about: str | None) -> None:
        async with lane.turn(about) as ours:
            if not ours:
                given_up.append(number)
                return
            calls.append((number, hands.at))
            await asyncio.sleep(0)

    async def run() -> Lane:
        lane = Lane(hands.clock(), pace=1.0, most=100)
        tasks = []
        for number, comer in enumerate(comers):
            tasks.append(asyncio.create_task(come(lane, number, comer.about)))
            for _ in range(comer.rounds):
                await asyncio.sleep(0)
            if comer.leaves:
                tasks[-1].cancel()
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks, return_exceptions=True)
        return lane

    lane = asyncio.run(run())
    numbers, times = [number for number, _ in calls], [at for _, at in calls]
    stayed = {number for number, comer in enumerate(comers) if not comer.leaves}

    assert numbers == sorted(numbers)
    assert stayed <= {*numbers, *given_up}
    assert all(comers[number].about for number in given_up)
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(times))
    hands.at += 1.0
    assert lane.idle


def test_the_first_is_called_at_once() -> None:
    async def run() -> None:
        async with Lane(hands.clock(), pace=1.0, most=1).turn() as ours:
            assert ours

    hands = Hands()

    asyncio.run(run())

    assert hands.pauses == []


def test_when_too_many_wait_the_oldest_news_gives_way_and_messages_never_do() -> None:
    async def run() -> None:
        lane = Lane(Hands().clock(), pace=0.0, most=2)
        release = asyncio.Event()

        async def come(name: str, about: str | None) -> str:
            async with lane.turn(about) as ours:
                await release.wait()
                return name if ours else f"{name} gave up"

        tasks = [
            asyncio.create_task(come(name, about))
            for name, about in (
                ("first", None),
                ("news", "a"),
                ("second", None),
                ("third", None),
                ("fourth", None),
            )
        ]
        await settle()
        release.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)

        assert outcomes[:4] == ["first", "news gave up", "second", "third"]
        assert isinstance(outcomes[4], BotError)
        assert outcomes[4].phrase == "slack.out_busy"

    asyncio.run(run())


def test_one_who_fails_does_not_hold_up_the_rest() -> None:
    async def run() -> None:
        lane = Lane(Hands().clock(), pace=0.0, most=5)
        with pytest.raises(ValueError, match="mine"):
            async with lane.turn():
                raise ValueError("mine")
        async with asyncio.timeout(5), lane.turn() as ours:
            assert ours

    asyncio.run(run())


def test_a_line_that_is_closed_cuts_off_whoever_waits() -> None:
    async def run() -> None:
        lane = Lane(Hands().clock(), pace=0.0, most=5)
        async with lane.turn():
            waiting = asyncio.create_task(lane.turn().__aenter__())
            await settle()
            lane.close()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(run())
