"""What is used a day: weekday rhythm, trend, campaigns left out, and a range."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sms.forecast import run_out
from bot.sms.pace import Pace, TooLittle, pace
from tests.sms.small_cloud import DAY, NOW, TODAY, days, package

# 30 days until Saturday, 21 November: weekends take half.
WEEKLY = [500 if (TODAY - back * DAY).weekday() >= 5 else 1000 for back in range(30, 0, -1)]

GROWING = [100 * day for day in range(1, 31)]


def known(*billed: int | None) -> Pace:
    found = pace(days(*billed))
    assert isinstance(found, Pace)
    return found


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
