"""How long the packages last."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sms.cloud import ACCOUNT_ZONE, Package
from bot.sms.forecast import Pace, TooLittle, pace, run_out
from tests.sms.small_cloud import DAY, NOW, TODAY, days, package

MIDNIGHT = datetime(2026, 11, 22, tzinfo=ACCOUNT_ZONE)
# 30 days until Saturday, 21 November: weekends take half.
WEEKLY = [500 if (TODAY - back * DAY).weekday() >= 5 else 1000 for back in range(30, 0, -1)]


def known(*billed: int | None) -> Pace:
    found = pace(days(*billed))
    assert isinstance(found, Pace)
    return found


def even(used: float) -> Pace:
    return Pace(30, used, used, used)


def test_a_steady_use_has_no_spread() -> None:
    found = known(*[1000] * 30)

    assert (found.low, found.usual, found.high) == (1000, 1000, 1000)
    assert found.rhythm == (1.0,) * 7


def test_a_weekly_rhythm_is_no_spread_but_a_rhythm() -> None:
    found = known(*WEEKLY)

    assert found.low == found.usual == found.high == pytest.approx(6000 / 7)
    assert found.rhythm[0] == pytest.approx(7 / 6)
    assert found.rhythm[6] == pytest.approx(7 / 12)


def test_a_growing_use_is_judged_by_its_last_weeks() -> None:
    found = known(*[100 * day for day in range(1, 31)])

    assert found.usual == pytest.approx(2350)
    assert found.high == pytest.approx(2700)
    assert found.low == pytest.approx(400)


def test_one_busy_day_long_ago_widens_the_range_and_leaves_the_pace() -> None:
    found = known(*[1000] * 5, 30_000, *[1000] * 24)

    assert (found.low, found.usual) == (1000, 1000)
    assert found.high == pytest.approx(36_000 / 7)


@pytest.mark.parametrize(
    ("billed", "count"), [((), 0), ((1000,) * 6, 6), ((1000, None) * 6, 6), ((0,) * 25 + (1000,) * 5, 5)]
)
def test_less_than_a_week_of_use_gives_no_pace(billed: tuple[int | None, ...], count: int) -> None:
    assert pace(days(*billed)) == TooLittle(count)


def test_days_that_are_not_known_are_not_zero() -> None:
    assert known(*[1000, None] * 10).usual == 1000


def test_a_single_week_spreads_wider_than_many() -> None:
    week = [1000, 1000, 1000, 1000, 1000, 500, 500]

    assert known(*week).low < known(*week * 4).low
    assert known(*week).high > known(*week * 4).high


def test_no_use_at_all_is_a_pace_of_nothing_and_lasts() -> None:
    found = known(*[0] * 30)

    assert found.high == 0
    assert run_out([package()], found, NOW).expected is None


def test_ten_days_of_messages_last_ten_days() -> None:
    when = run_out([package(amount=10_000)], even(1000), MIDNIGHT)

    assert when.expected == TODAY + 10 * DAY


def test_of_today_only_the_rest_is_used() -> None:
    when = run_out([package(amount=1_500)], even(1000), MIDNIGHT + timedelta(hours=12))

    assert when.expected == TODAY + 2 * DAY


def test_a_quiet_weekend_takes_less() -> None:
    # Sunday to Friday: 500 + 5 × 1,000; Saturday is the first day that falls short.
    when = run_out([package(amount=5_500)], known(*WEEKLY), MIDNIGHT)

    assert when.expected == date(2026, 11, 28)


def test_what_a_package_has_left_at_its_end_is_gone() -> None:
    when = run_out([package(amount=10_000, ends=3.0)], even(1000), MIDNIGHT)

    assert when.expected == TODAY + 4 * DAY
    assert when.vanishing == 6_000


def test_gifts_are_used_before_purchases_and_these_by_their_age() -> None:
    gift = package("gift", 2_000, bought=False, ends=50.0)
    young, old = package("young", 3_000, created=-5.0), package("old", 3_000, created=-50.0, ends=2.0)

    when = run_out([young, gift, old], even(1000), MIDNIGHT)

    # Two days of the gift leave the old purchase one day before its end: 2,000 of it vanish.
    assert when.expected == TODAY + 6 * DAY
    assert when.vanishing == 2_000


def test_a_package_that_begins_later_serves_from_then_on() -> None:
    later = package("later", 5_000, starts=2.0)

    assert run_out([package(amount=4_000), later], even(1000), MIDNIGHT).expected == TODAY + 9 * DAY
    assert run_out([package(amount=1_000), later], even(1000), MIDNIGHT).expected == TODAY + DAY


def pace_of(counts: tuple[int, ...]) -> Pace:
    low, usual, high = sorted(counts)
    return Pace(30, low, usual, high)


PACES = st.tuples(*[st.integers(0, 5_000)] * 3).map(pace_of)
PACKAGES = st.lists(
    st.builds(
        package,
        st.text("abc", min_size=1),
        st.integers(0, 50_000),
        st.integers(0, 20_000),
        bought=st.booleans(),
        starts=st.integers(-50, 20).map(float),
        ends=st.integers(21, 80).map(float),
        created=st.integers(-90, -60).map(float),
    ),
    max_size=4,
)
NEVER = date.max


@settings(max_examples=60, deadline=None)
@given(packages=PACKAGES, found=PACES)
def test_the_earliest_is_not_after_the_expected_nor_that_after_the_latest(
    packages: list[Package], found: Pace
) -> None:
    when = run_out(packages, found, NOW)

    assert TODAY <= (when.earliest or NEVER) <= (when.expected or NEVER) <= (when.latest or NEVER)


@settings(max_examples=60, deadline=None)
@given(packages=PACKAGES, found=PACES, more=st.integers(1, 9_000))
def test_more_in_a_package_never_runs_out_earlier(packages: list[Package], found: Pace, more: int) -> None:
    richer = [richer_by(more, it) if place == 0 else it for place, it in enumerate(packages)]

    before, after = run_out(packages, found, NOW), run_out(richer, found, NOW)

    assert (after.expected or NEVER) >= (before.expected or NEVER)
    assert (after.earliest or NEVER) >= (before.earliest or NEVER)


def richer_by(more: int, it: Package) -> Package:
    return Package(it.id, it.bought, it.amount + more, it.used, it.created, it.starts, it.ends)


@settings(max_examples=30, deadline=None)
@given(found=PACES, packages=PACKAGES)
def test_nothing_left_runs_out_today(found: Pace, packages: list[Package]) -> None:
    empty = [
        Package(it.id, it.bought, it.amount, it.amount, it.created, it.starts, it.ends) for it in packages
    ]

    when = run_out(empty, found, NOW)

    assert (when.earliest, when.expected, when.latest) == (TODAY, TODAY, TODAY)


@settings(max_examples=60, deadline=None)
@given(billed=st.lists(st.none() | st.integers(0, 9_000), max_size=31))
def test_the_usual_pace_lies_within_its_range(billed: list[int | None]) -> None:
    found = pace(days(*billed))

    assert isinstance(found, TooLittle) or 0 <= found.low <= found.usual <= found.high
    assert isinstance(found, TooLittle) or sum(found.rhythm) == pytest.approx(7)
