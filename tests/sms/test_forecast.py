"""How long the packages last."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sms.cloud import ACCOUNT_ZONE, Package
from bot.sms.forecast import Pace, TooLittle, pace, run_out
from tests.sms.small_cloud import DAY, NOW, TODAY, days, package

MIDNIGHT = datetime(2026, 11, 22, tzinfo=ACCOUNT_ZONE)
# 30 days until Saturday, 21 November: weekends take half.
WEEKLY = [500 if (TODAY - back * DAY).weekday() >= 5 else 1000 for back in range(30, 0, -1)]

GROWING = [100 * day for day in range(1, 31)]


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


def test_a_growing_use_is_judged_by_where_its_growth_has_come_to() -> None:
    found = known(*GROWING)

    assert found.low == found.usual == found.high == pytest.approx(3100)
    assert found.trend == found.steepest == pytest.approx(700)
    assert found.rhythm == pytest.approx((1.0,) * 7)


def test_a_shrinking_use_has_a_trend_below_zero() -> None:
    found = known(*reversed(GROWING))

    assert found.usual == 0
    assert known(*[count + 1000 for count in reversed(GROWING)]).trend == pytest.approx(-700)


def test_two_weeks_show_a_trend_and_less_do_not() -> None:
    assert known(*GROWING[:14]).trend == pytest.approx(700, rel=0.02)
    assert known(*GROWING[:13]).trend == 0


def test_days_that_go_up_and_down_have_no_trend() -> None:
    found = known(*[1000, 1200, 900, 1100, 800] * 6)

    assert (found.trend, found.steepest) == (0, 0)
    assert found.usual == pytest.approx(1000, rel=0.01)


def test_two_days_on_which_nothing_could_be_sent_leave_the_trend_as_it_is() -> None:
    used = [2000 + count for count in GROWING]
    used[25] = used[28] = 0

    assert known(*used).trend == pytest.approx(700, rel=0.01)


def test_a_level_that_doubled_is_followed_within_days_and_the_old_one_stays_in_the_range() -> None:
    found = known(*[1000] * 24, *[2000] * 6)

    assert (found.usual, found.trend, found.spikes) == (2000, 0, ())
    assert 800 < found.low < 1000
    assert 2000 < found.high < 2200


def test_a_use_that_stopped_is_a_pace_of_nothing_that_may_come_back() -> None:
    found = known(*[1000] * 20, *[0] * 10)

    assert (found.low, found.usual, found.high) == (0, 0, 1000)
    assert run_out([package()], found, NOW).expected is None
    assert run_out([package()], found, NOW).earliest is not None


def test_a_campaign_of_two_days_is_told_and_raises_neither_the_pace_nor_the_trend() -> None:
    found = known(*[1000] * 22, 9_000, 6_000, *[1000] * 6)

    assert found.spikes == (TODAY - 8 * DAY, TODAY - 7 * DAY)
    assert (found.low, found.usual, found.trend) == (1000, 1000, 0)
    assert found.high == pytest.approx(20_000 / 7)


def test_a_campaign_that_lasts_until_yesterday_is_still_one() -> None:
    found = known(*[1000] * 28, 9_000, 6_000)

    assert found.usual == 1000
    assert found.spikes == (TODAY - 2 * DAY, TODAY - DAY)


def test_a_spike_is_seen_in_a_history_of_a_week() -> None:
    found = known(*[1000] * 4, 9_000, *[1000] * 3)

    assert (found.spikes, found.usual) == ((TODAY - 4 * DAY,), 1000)


def test_three_busy_days_in_a_row_are_a_new_level() -> None:
    found = known(*[1000] * 27, 9_000, 9_000, 9_000)

    assert found.spikes == ()
    assert found.usual == 9_000


@pytest.mark.parametrize("since", range(3, 12))
def test_the_first_days_of_a_new_level_are_no_spikes(since: int) -> None:
    found = known(*[1000] * (30 - since), *[5000] * since)

    assert (found.spikes, found.usual) == ((), 5000)


def test_a_spike_beside_days_that_are_not_known_is_one() -> None:
    found = known(*[1000] * 15, None, 9_000, None, *[1000] * 12)

    assert found.spikes == (TODAY - 14 * DAY,)
    assert found.usual == 1000


def test_a_newsletter_every_tuesday_is_rhythm_and_no_spike() -> None:
    tuesdays = [8000 if (TODAY - back * DAY).weekday() == 1 else 1000 for back in range(28, 0, -1)]

    found = known(*tuesdays)

    assert found.spikes == ()
    assert found.usual == pytest.approx(2000)
    assert found.rhythm[1] == pytest.approx(4)


def test_a_campaign_every_few_days_is_usual() -> None:
    found = known(*[1000, 1000, 1000, 1000, 9_000] * 6)

    assert found.spikes == ()
    assert found.usual == pytest.approx(2600, rel=0.15)


def test_a_few_messages_now_and_then_have_no_spikes() -> None:
    found = known(*[3, 0, 0, 0, 12, 0] * 5)

    assert found.spikes == ()
    assert found.usual == pytest.approx(2.5, rel=0.15)


def test_one_week_tells_workdays_from_the_weekend() -> None:
    found = known(*WEEKLY[-9:])

    assert found.rhythm == pytest.approx((*[7 / 6] * 5, *[7 / 12] * 2))


def test_days_that_are_not_known_leave_the_rhythm_as_it_is() -> None:
    gaps = [None if place % 3 == 0 else count for place, count in enumerate(WEEKLY)]

    assert known(*gaps).rhythm == pytest.approx(known(*WEEKLY).rhythm, abs=0.03)


def test_one_odd_day_leaves_the_rhythm_as_it_is() -> None:
    odd = [*WEEKLY[:15], 2_500, *WEEKLY[16:]]

    assert known(*odd).rhythm == pytest.approx(known(*WEEKLY).rhythm, abs=0.05)


def test_chance_is_no_rhythm() -> None:
    # Eleven days do not fit into weeks: no weekday has a share of its own.
    found = known(*[1000, 400, 1600, 900, 1300, 700, 1100, 500, 1500, 800, 1200] * 3)

    assert found.rhythm == pytest.approx((1.0,) * 7, abs=0.15)


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


def test_growth_brings_the_end_nearer_and_may_stop_today() -> None:
    growing = Pace(30, 1000, 1000, 1000, trend=700, steepest=1400)

    when = run_out([package(amount=14_500)], growing, MIDNIGHT)

    # 1,000 + 1,100 + … + 1,900 are the first ten days; 1,000 + 1,200 + … + 2,600 are nine already.
    assert when.expected == TODAY + 10 * DAY
    assert when.earliest == TODAY + 8 * DAY
    assert when.latest == TODAY + 14 * DAY


def test_decline_puts_the_end_off_and_may_stop_today() -> None:
    shrinking = Pace(30, 1000, 1000, 1000, trend=-70, steepest=-140)

    when = run_out([package(amount=9_950)], shrinking, MIDNIGHT)

    # 1,000 + 990 + … are 9,550 after ten days; 1,000 + 980 + … 9,900 after eleven.
    assert when.earliest == TODAY + 9 * DAY
    assert when.expected == TODAY + 10 * DAY
    assert when.latest == TODAY + 11 * DAY


def test_growth_levels_off_after_six_weeks() -> None:
    growing = Pace(30, 1000, 1000, 1000, trend=7)
    in_six_weeks = sum(1000 + day for day in range(42))

    when = run_out([package(amount=in_six_weeks + 100 * 1042, ends=300.0)], growing, MIDNIGHT)

    assert when.expected == TODAY + 142 * DAY


def test_decline_is_believed_down_to_a_third() -> None:
    shrinking = Pace(30, 900, 900, 900, trend=-700)

    # 900 + 800 + … + 400 are six days, and then 300 on each.
    assert run_out([package(amount=3_900 + 3_000)], shrinking, MIDNIGHT).expected == TODAY + 16 * DAY


def test_a_quiet_weekend_takes_less() -> None:
    # Sunday to Friday: 500 + 5 × 1,000; Saturday is the first day that falls short.
    when = run_out([package(amount=5_500)], known(*WEEKLY), MIDNIGHT)

    assert when.expected == date(2026, 11, 28)


def test_what_a_package_has_left_at_its_end_is_gone() -> None:
    when = run_out([package(amount=10_000, ends=3.0)], even(1000), MIDNIGHT)

    assert when.expected == TODAY + 4 * DAY
    assert when.vanishing == 6_000
    assert when.unused == {"p1": 6_000}


def test_a_package_that_ends_at_midnight_serves_until_then() -> None:
    # Ten hours after two in the afternoon.
    when = run_out([package(amount=10_000, ends=10 / 24)], even(1000), NOW)

    assert when.expected == TODAY + DAY
    assert when.vanishing == round(10_000 - 1000 * 10 / 24)


def test_what_ends_after_three_years_is_not_known_to_be_left() -> None:
    assert run_out([package(amount=9_000_000, ends=1_090.0)], even(1), NOW).vanishing > 0
    assert run_out([package(amount=9_000_000, ends=1_100.0)], even(1), NOW).vanishing == 0


def test_what_is_left_is_told_for_each_package_even_for_one_that_comes_after_the_end() -> None:
    gift, short = package("gift", 3_000, bought=False, ends=1.0), package("short", 9_000, ends=5.0)
    all_used, later = package("used", 500, created=-99.0), package("later", 12_000, starts=20.0, ends=30.0)

    when = run_out([gift, short, all_used, later], even(1000), MIDNIGHT)

    assert when.expected == TODAY + 6 * DAY
    assert when.unused == {"gift": 1_000, "short": 5_000, "later": 1_000}
    assert when.vanishing == 7_000


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


def pace_of(counts: tuple[int, ...], steepest: int, part: float) -> Pace:
    low, usual, high = sorted(counts)
    return Pace(30, low, usual, high, trend=part * steepest, steepest=steepest)


PACES = st.builds(pace_of, st.tuples(*[st.integers(0, 5_000)] * 3), st.integers(-900, 900), st.floats(0, 1))
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
    assert (after.latest or NEVER) >= (before.latest or NEVER)


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
@given(packages=PACKAGES, found=PACES)
def test_no_more_is_left_unused_than_there_was(packages: list[Package], found: Pace) -> None:
    when = run_out(packages, found, NOW)

    assert all(
        0 < count <= max(it.left for it in packages if it.id == id_) for id_, count in when.unused.items()
    )
    assert when.vanishing == sum(when.unused.values())


HISTORIES = st.lists(st.none() | st.integers(0, 9_000) | st.sampled_from((0, 1000, 9000)), max_size=31)


@settings(max_examples=200, deadline=None)
@given(billed=HISTORIES)
def test_the_usual_pace_lies_within_its_range(billed: list[int | None]) -> None:
    found = pace(days(*billed))

    if isinstance(found, Pace):
        assert 0 <= found.low <= found.usual <= found.high
        assert (found.high > 0) == any(billed)
        assert sum(found.rhythm) == pytest.approx(7)
        assert min(found.rhythm) >= 0
        assert abs(found.trend) <= abs(found.steepest)
        assert found.trend * found.steepest >= 0
        assert len(found.spikes) <= 4


@settings(max_examples=100, deadline=None)
@given(billed=HISTORIES, times=st.sampled_from((2, 3, 10, 1000)))
def test_of_so_many_times_the_messages_the_pace_is_so_many_times_as_high(
    billed: list[int | None], times: int
) -> None:
    found = pace(days(*billed))
    more = pace(days(*[None if it is None else it * times for it in billed]))

    if isinstance(found, TooLittle) or isinstance(more, TooLittle):
        assert found == more
        return
    wanted = [times * it for it in (found.low, found.usual, found.high, found.trend, found.steepest)]
    assert [more.low, more.usual, more.high, more.trend, more.steepest] == pytest.approx(wanted, abs=0.01)
    assert more.rhythm == pytest.approx(found.rhythm, abs=1e-6)
    assert more.spikes == found.spikes


@settings(max_examples=60, deadline=None)
@given(billed=HISTORIES, weeks=st.integers(1, 200))
def test_whole_weeks_later_the_same_history_gives_the_same_pace(billed: list[int | None], weeks: int) -> None:
    found, later = pace(days(*billed)), pace(days(*billed, until=TODAY + 7 * weeks * DAY))

    if isinstance(found, Pace) and isinstance(later, Pace):
        assert later == replace(found, spikes=tuple(it + 7 * weeks * DAY for it in found.spikes))
    else:
        assert found == later


def test_a_pace_and_a_run_out_take_no_time_worth_waiting_for() -> None:
    used = days(*[1000 + 37 * day % 400 for day in range(30)])
    packages = [package(str(count), 90_000, ends=365.0) for count in range(5)]

    def both() -> float:
        begun = perf_counter()
        found = pace(used)
        assert isinstance(found, Pace)
        run_out(packages, found, NOW)
        return perf_counter() - begun

    assert min(both() for _ in range(20)) < 0.005
