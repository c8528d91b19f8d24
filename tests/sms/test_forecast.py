"""How long the packages last."""

from datetime import date, datetime, timedelta
from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sms.cloud import ACCOUNT_ZONE, Package
from bot.sms.forecast import run_out
from bot.sms.pace import Pace, pace
from tests.sms.small_cloud import DAY, NOW, TODAY, days, package
from tests.sms.test_pace import WEEKLY, known

MIDNIGHT = datetime(2026, 11, 22, tzinfo=ACCOUNT_ZONE)


def even(used: float) -> Pace:
    return Pace(30, used, used, used)


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
