"""The API's clock is learnt from its answers."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.tencent.clock import ServerClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEN_PAST = "Sun, 01 Mar 2026 12:10:00 GMT"


def test_our_own_clock_counts_until_an_answer_tells_otherwise() -> None:
    assert ServerClock(lambda: NOON).now() == NOON


def test_a_clock_that_is_behind_is_measured_below_zero_and_put_right() -> None:
    clock = ServerClock(lambda: NOON)

    ahead = clock.measured(TEN_PAST)

    assert ahead == timedelta(minutes=-10)
    assert clock.correct(ahead, clock.ahead)
    assert clock.now() == NOON + timedelta(minutes=10)


def test_the_same_skew_again_is_no_reason_to_ask_again() -> None:
    clock = ServerClock(lambda: NOON)
    ahead = timedelta(minutes=-10)

    assert clock.correct(ahead, signed_with=timedelta())
    assert not clock.correct(ahead, signed_with=ahead)


def test_two_requests_that_were_signed_with_the_wrong_clock_both_deserve_another_try() -> None:
    clock = ServerClock(lambda: NOON)
    ahead = timedelta(minutes=-10)

    assert clock.correct(ahead, signed_with=timedelta())
    assert clock.correct(ahead, signed_with=timedelta())


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Sun, 01 Mar 2026 12:10:00 -0000",
        "Sun, 99 Mar 2026",
        "Sun, 01 Mar 2026 12:10:00 +99999999999999",
    ],
)
def test_a_date_that_can_not_be_read_measures_nothing(date: str) -> None:
    assert ServerClock(lambda: NOON).measured(date) is None
