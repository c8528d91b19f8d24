"""The statistics are believable, and say the same whenever they are asked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.traffic import HOUR, ZONE, Counts, Traffic, day_factor, midnight

TRAFFIC = Traffic(seed=0, weekday=4_000)
NOW = datetime(2026, 6, 17, 8, 30, tzinfo=UTC)
TODAY = NOW.astimezone(ZONE).date()
DAYS = [TODAY - timedelta(days=back) for back in range(60, 0, -1)]

past_hours = st.integers(0, 60 * 24).map(lambda back: NOW - back * HOUR)


def of_day(day: date, at: datetime = NOW) -> Counts:
    return TRAFFIC.between(midnight(day), midnight(day) + 23 * HOUR, at)


def test_the_same_seed_tells_the_same_and_another_one_something_else() -> None:
    assert of_day(DAYS[30]) == Traffic(0, 4_000).between(*day_hours(DAYS[30]), NOW)
    assert of_day(DAYS[30]) != Traffic(1, 4_000).between(*day_hours(DAYS[30]), NOW)


def test_a_day_that_is_long_over_does_not_change_any_more() -> None:
    assert of_day(DAYS[30]) == of_day(DAYS[30], NOW + timedelta(days=20))


def test_weekdays_are_about_four_thousand_segments_and_weekends_half_of_it() -> None:
    billed = {day: of_day(day).billed for day in DAYS}
    usual = {day: count for day, count in billed.items() if count < 8_000}

    assert all(3_600 < count < 4_400 for day, count in usual.items() if day.weekday() < 5)
    assert all(1_800 < count < 2_200 for day, count in usual.items() if day.weekday() >= 5)


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)))
def test_there_is_always_a_campaign_in_the_days_kept(today: date) -> None:
    factors = [day_factor(today - timedelta(days=back)) for back in range(1, 61)]

    assert 1 <= sum(factor > 2 * sum(factors) / len(factors) for factor in factors) <= 2


def test_a_campaign_shows_in_the_statistics() -> None:
    assert sum(of_day(day).billed > 8_000 for day in DAYS) == 1


def test_nights_are_quiet_and_office_hours_busy() -> None:
    start = midnight(DAYS[40])

    night = TRAFFIC.between(start + HOUR, start + 5 * HOUR, NOW).billed
    noon = TRAFFIC.between(start + 9 * HOUR, start + 13 * HOUR, NOW).billed

    assert night * 20 < noon


def test_the_volume_grows_a_little() -> None:
    weeks = [sum((of_day(day) for day in DAYS[at : at + 7]), Counts()).billed for at in (0, 49)]

    assert weeks[0] < TRAFFIC.week(TODAY) < 1.1 * weeks[0]


def test_hours_add_up_to_their_day() -> None:
    start = midnight(DAYS[20])

    hours = [TRAFFIC.between(start + at * HOUR, start + at * HOUR, NOW) for at in range(24)]

    assert sum(hours, Counts()) == of_day(DAYS[20])


@settings(max_examples=50)
@given(past_hours)
def test_nothing_is_counted_that_was_not_there_before(hour: datetime) -> None:
    counts = TRAFFIC.between(hour, hour, NOW)

    assert counts.requests >= counts.accepted >= counts.delivered + counts.failed >= counts.delivered
    assert counts.billed >= counts.accepted


@settings(max_examples=50)
@given(past_hours, st.integers(0, 90), st.integers(0, 90))
def test_no_count_ever_falls(hour: datetime, first: int, later: int) -> None:
    one, other = (
        TRAFFIC.between(hour, hour, NOW + timedelta(hours=at)) for at in sorted((first, first + later))
    )
    kept = hour > NOW + timedelta(hours=first + later) - timedelta(days=60)

    assert not kept or all(mine <= its for mine, its in zip(values(one), values(other), strict=True))


def test_the_receipts_of_today_lag_and_those_of_last_week_are_in() -> None:
    today, older = of_day(TODAY), of_day(DAYS[-7])

    assert (today.delivered + today.failed) / today.accepted < 0.98
    assert (older.delivered + older.failed) / older.accepted > 0.98
    assert 0.01 < older.failed / older.accepted < 0.06


def test_the_hour_that_runs_is_counted_as_far_as_it_has_come() -> None:
    start = midnight(DAYS[-1]) + 14 * HOUR

    half, whole = (
        TRAFFIC.between(start, start, start + timedelta(minutes=minutes)).billed for minutes in (30, 60)
    )

    assert half == whole // 2


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=61), date(2001, 1, 1)])
def test_the_future_and_what_is_older_than_sixty_days_is_empty(day: date) -> None:
    assert of_day(day) == Counts()


def day_hours(day: date) -> tuple[datetime, datetime]:
    return midnight(day), midnight(day) + 23 * HOUR


def values(counts: Counts) -> tuple[int, ...]:
    return (counts.requests, counts.accepted, counts.billed, counts.delivered, counts.failed)
