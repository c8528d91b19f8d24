"""How often a person may ask, and how much a channel may hear."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BotError
from bot.guard.rates import FEW, MINUTE, RateLimits, Rates
from tests.guard.small_guard import NOON, Clock


def asked(rates: Rates, clock: Clock, person: str = "U0ALICE", channel: str = "C0A") -> bool:
    try:
        rates.check(person, channel, clock())
    except BotError:
        return False
    return True


def told(rates: Rates, clock: Clock, person: str = "U0ALICE", channel: str = "C0A") -> BotError:
    with pytest.raises(BotError) as caught:
        rates.check(person, channel, clock())
    return caught.value


@pytest.mark.parametrize("limit", [3, 7, 11, 13, 20, 59, 600])
def test_a_minutes_worth_may_come_at_once_and_no_more(limit: int) -> None:
    rates, clock = Rates(RateLimits(limit, 10**4)), Clock()

    assert [asked(rates, clock) for _ in range(limit + 1)] == [True] * limit + [False]


def test_a_person_is_told_how_long_to_wait_and_that_is_long_enough() -> None:
    rates, clock = Rates(RateLimits(person_minute=20)), Clock()
    while asked(rates, clock):
        pass

    refused = told(rates, clock)
    clock.time += timedelta(seconds=2)
    early = asked(rates, clock)
    clock.time += timedelta(seconds=1)

    assert (refused.phrase, refused.details) == ("access.person_minute", {"seconds": 3})
    assert not early
    assert asked(rates, clock)


def test_a_channel_has_its_own_share_however_many_people_are_in_it() -> None:
    rates, clock = Rates(RateLimits(20, 5)), Clock()

    let_in = [asked(rates, clock, f"U{number}") for number in range(6)]

    assert let_in == [True] * 5 + [False]
    assert told(rates, clock, "U9").phrase == "access.channel_minute"
    assert asked(rates, clock, "U9", "C0B")


def test_who_is_refused_is_not_made_to_wait_longer_for_asking_again() -> None:
    rates, clock = Rates(RateLimits(3, 3)), Clock()
    for _ in range(50):
        asked(rates, clock)

    clock.time += timedelta(seconds=20)

    assert asked(rates, clock)


def test_what_a_channel_refuses_costs_the_person_nothing() -> None:
    rates, clock = Rates(RateLimits(3, 1)), Clock()
    for _ in range(10):
        asked(rates, clock)

    assert asked(rates, clock, channel="C0B")
    assert asked(rates, clock, channel="C0C")


def test_a_clock_that_is_set_back_locks_nobody_out_for_longer_than_a_minute() -> None:
    rates, clock = Rates(RateLimits(3, 3)), Clock()
    while asked(rates, clock):
        pass
    clock.time -= timedelta(days=1)

    refused = told(rates, clock)
    clock.time += timedelta(seconds=20)

    assert refused.details == {"seconds": 20}
    assert asked(rates, clock)


def test_who_has_not_asked_for_a_minute_is_forgotten() -> None:
    rates, clock = Rates(RateLimits()), Clock()

    for number in range(20 * FEW):
        rates.check(f"U{number}", f"C{number}", clock())
        clock.time += MINUTE / 100

    assert len(rates) <= 2 * FEW


@settings(max_examples=60, deadline=None)
@given(
    limit=st.integers(3, 60),
    pauses=st.lists(st.integers(0, 30_000).map(lambda it: timedelta(milliseconds=it)), max_size=80),
)
def test_no_stretch_of_time_has_more_than_its_share(limit: int, pauses: list[timedelta]) -> None:
    rates, clock, let_in = Rates(RateLimits(limit, 6000)), Clock(), []

    for pause in pauses:
        clock.time += pause
        if asked(rates, clock):
            let_in.append(clock.time - NOON)

    # Each step is rounded down to whole microseconds, hence the small excess.
    assert all(
        last - begin + 1 <= limit + 1e-3 + (let_in[last] - let_in[begin]) / MINUTE * limit
        for begin in range(len(let_in))
        for last in range(begin, len(let_in))
    )


@settings(max_examples=60, deadline=None)
@given(person=st.integers(3, 60), channel=st.integers(3, 60), pauses=st.lists(st.integers(0, 5), max_size=80))
def test_whoever_waits_as_long_as_told_is_let_in(person: int, channel: int, pauses: list[int]) -> None:
    rates, clock = Rates(RateLimits(person, channel)), Clock()

    for pause in pauses:
        clock.time += timedelta(seconds=pause)
        try:
            rates.check("U0ALICE", "C0A", clock())
        except BotError as refused:
            seconds = refused.details["seconds"]
            assert isinstance(seconds, int)
            clock.time += timedelta(seconds=seconds)
            rates.check("U0ALICE", "C0A", clock())
