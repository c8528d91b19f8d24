"""The breaker opens when the API is down, and finds out when it is back."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.tencent.breaker import FAILURES, PROBE_EVERY, WITHIN, Breaker

steps = st.lists(
    st.tuples(st.floats(0, 20), st.sampled_from(["failed", "succeeded"])), min_size=1, max_size=60
)


def test_four_failures_change_nothing_and_the_fifth_opens() -> None:
    breaker = Breaker()

    admitted = [failed(breaker, at) for at in (0, 1, 2, 3, 4)]

    assert admitted == [True] * 5
    assert not breaker.admits(5)


def test_failures_that_lie_far_apart_do_not_open() -> None:
    breaker = Breaker()

    admitted = [failed(breaker, at) for at in range(0, 100, 8)]

    assert all(admitted)


def test_a_success_starts_the_count_anew() -> None:
    breaker = Breaker()

    for at in range(4):
        failed(breaker, at)
    breaker.succeeded()
    for at in range(4, 8):
        failed(breaker, at)

    assert breaker.admits(8)


def test_one_probe_is_let_through_each_half_minute() -> None:
    breaker = opened(at=0)

    admitted = [second for second in range(1, 100) if breaker.admits(second)]

    assert admitted == [30, 60, 90]


def test_a_probe_that_fails_leaves_it_open_and_one_that_succeeds_closes_it() -> None:
    breaker = opened(at=0)

    assert failed(breaker, 30)
    assert not breaker.admits(31)
    assert breaker.admits(60)
    breaker.succeeded()
    assert breaker.admits(60.1)
    assert breaker.closed


def test_failures_that_come_in_late_do_not_put_off_the_probe() -> None:
    breaker = opened(at=0)

    for at in (1, 5, 29):
        breaker.failed(at)

    assert breaker.admits(30)


@settings(max_examples=100)
@given(steps)
def test_an_open_breaker_lets_no_two_attempts_through_within_half_a_minute(
    history: list[tuple[float, str]],
) -> None:
    breaker, now, tried_while_open = Breaker(), 0.0, list[float]()

    for pause, outcome in history:
        now += pause
        was_closed = breaker.closed
        if not breaker.admits(now):
            assert not was_closed
            continue
        if not was_closed:
            tried_while_open.append(now)
        if outcome == "failed":
            breaker.failed(now)
        else:
            breaker.succeeded()
            tried_while_open.clear()
            assert breaker.closed

    gaps = [later - earlier for earlier, later in pairwise(tried_while_open)]
    assert all(gap >= PROBE_EVERY for gap in gaps)


def failed(breaker: Breaker, at: float) -> bool:
    admitted = breaker.admits(at)
    if admitted:
        breaker.failed(at)
    return admitted


def opened(at: float) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker.failed(at)
    assert WITHIN == PROBE_EVERY == 30
    return breaker
