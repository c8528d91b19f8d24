"""A digest is due once a local date: whatever the clocks do, and whoever slept."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.reports.due import Due, coming, due, exists, instant, skipped
from bot.sms.plans import CATCH_UP, Pause, Plan
from bot.sms.wallclock import EVERY_DAY

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORKDAYS = frozenset(range(5))
SHANGHAI, NEW_YORK, BERLIN = (
    ZoneInfo("Asia/Shanghai"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Europe/Berlin"),
)
LORD_HOWE, APIA, SAINT_JOHNS = (
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Pacific/Apia"),
    ZoneInfo("America/St_Johns"),
)
TORONTO, KIRITIMATI, NIUE = (
    ZoneInfo("America/Toronto"),
    ZoneInfo("Pacific/Kiritimati"),
    ZoneInfo("Pacific/Niue"),
)
# Where a day began twice, ended twice, was left out, or is as far from UTC as can be.
ZONES = (
    SHANGHAI,
    NEW_YORK,
    BERLIN,
    LORD_HOWE,
    APIA,
    SAINT_JOHNS,
    KIRITIMATI,
    NIUE,
    ZoneInfo("Asia/Kathmandu"),
)
# A Sunday.
SUNDAY = date(2026, 11, 22)


def plan(
    at: str = "09:00",
    zone: ZoneInfo = SHANGHAI,
    days: Collection[int] = EVERY_DAY,
    catch_up: timedelta = CATCH_UP,
    since: datetime | None = None,
) -> Plan:
    return Plan("C1", time.fromisoformat(at), zone, frozenset(days), catch_up=catch_up, since=since)


def moment(text: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def at_nine(day: date) -> datetime:
    return moment(f"{day} 09:00")


def day_due(it: Plan, now: datetime, pause: Pause | None = None) -> date | None:
    found = due(it, now, pause)
    return found.day if found else None


def days_due(it: Plan, first: datetime, minutes: int) -> list[tuple[date, datetime]]:
    """Each day that becomes due while a clock ticks every minute, and when it did."""
    found: dict[date, datetime] = {}
    for count in range(minutes):
        now = first + count * MINUTE
        if (day := day_due(it, now)) is not None:
            found.setdefault(day, now)
    return list(found.items())


# ---- One day like the other


def test_a_digest_is_due_from_its_minute_on_until_it_is_of_no_more_use() -> None:
    it, nine = plan(catch_up=6 * HOUR), at_nine(SUNDAY)

    assert day_due(it, nine - timedelta(seconds=1)) is None
    assert due(it, nine) == Due(it, SUNDAY, nine)
    assert day_due(it, nine + 6 * HOUR - timedelta(seconds=1)) == SUNDAY
    assert day_due(it, nine + 6 * HOUR) is None


def test_it_belongs_to_the_date_of_its_own_zone() -> None:
    # The same instant is Sunday evening in the west and Monday in the east.
    assert day_due(plan("18:00", NIUE), moment("2026-11-22 18:00", NIUE)) == SUNDAY
    assert day_due(plan("09:00", KIRITIMATI), moment("2026-11-23 09:00", KIRITIMATI)) == SUNDAY + DAY


@pytest.mark.parametrize("zone", [KIRITIMATI, NIUE])
@pytest.mark.parametrize("at", ["00:00", "00:01", "12:00", "23:59"])
def test_the_farthest_zones_have_one_a_day_at_any_hour(zone: ZoneInfo, at: str) -> None:
    it = plan(at, zone, catch_up=DAY)

    found = days_due(it, moment("2026-11-20 00:00", zone), 3 * 24 * 60)

    assert [day for day, _ in found][-3:] == [date(2026, 11, 20), date(2026, 11, 21), SUNDAY]
    assert all(when == moment(f"{day} {at}", zone) for day, when in found[1:])


def test_only_the_newest_of_several_is_due() -> None:
    it = plan(catch_up=3 * DAY)

    assert day_due(it, at_nine(SUNDAY) + HOUR) == SUNDAY


def test_after_a_long_stall_a_digest_of_fridays_may_still_come_on_sunday() -> None:
    it = plan(days=WORKDAYS, catch_up=3 * DAY)

    assert day_due(it, at_nine(SUNDAY) + HOUR) == date(2026, 11, 20)
    assert day_due(plan(days=WORKDAYS), at_nine(SUNDAY) + HOUR) is None


def test_nothing_is_due_that_was_switched_off() -> None:
    off = Plan("C1", time(9), on=False)

    assert due(off, at_nine(SUNDAY)) is None
    assert coming(off, at_nine(SUNDAY)) is None
    assert skipped(off, SUNDAY - 5 * DAY, SUNDAY) == ()


def test_at_nine_said_at_ten_means_tomorrow_and_said_at_nine_means_now() -> None:
    nine = at_nine(SUNDAY)

    assert day_due(plan(since=nine + HOUR), nine + 2 * HOUR) is None
    assert coming(plan(since=nine + HOUR), nine + HOUR) == nine + DAY
    assert day_due(plan(since=nine), nine) == SUNDAY


def test_what_is_due_in_a_pause_is_not_made_up_for() -> None:
    nine = at_nine(SUNDAY)

    assert due(plan(), nine + HOUR, Pause(nine + MINUTE, "U1")) is None
    assert day_due(plan(), nine, Pause(nine, "U1")) == SUNDAY
    assert coming(plan(), nine, Pause(nine + DAY + MINUTE, "U1")) == nine + 2 * DAY


# ---- Nights in which clocks are set


@pytest.mark.parametrize(
    ("at", "zone", "day", "comes"),
    [
        ("02:30", NEW_YORK, "2026-03-08", "2026-03-08 03:30"),
        ("02:00", NEW_YORK, "2026-03-08", "2026-03-08 03:00"),
        ("02:30", BERLIN, "2026-03-29", "2026-03-29 03:30"),
        ("02:15", LORD_HOWE, "2026-10-04", "2026-10-04 02:45"),
    ],
)
def test_a_time_that_a_night_leaves_out_comes_as_much_later(
    at: str, zone: ZoneInfo, day: str, comes: str
) -> None:
    found = days_due(plan(at, zone), moment(f"{day} 00:00", zone), 20 * 60)

    assert found == [(date.fromisoformat(day), moment(comes, zone))]


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("01:30", NEW_YORK, "2026-11-01"),
        ("01:00", NEW_YORK, "2026-11-01"),
        ("02:30", BERLIN, "2026-10-25"),
        ("01:45", LORD_HOWE, "2026-04-05"),
    ],
)
def test_a_time_that_a_night_has_twice_counts_the_first_time(at: str, zone: ZoneInfo, day: str) -> None:
    first, second = (moment(f"{day} {at}", zone, fold) for fold in (0, 1))

    found = days_due(plan(at, zone), moment(f"{day} 00:00", zone), 20 * 60)

    assert first < second
    assert found == [(date.fromisoformat(day), first)]


@pytest.mark.parametrize(
    ("zone", "night"),
    [(NEW_YORK, "2026-03-08"), (NEW_YORK, "2026-11-01"), (BERLIN, "2026-03-29"), (LORD_HOWE, "2026-04-05")],
)
def test_around_such_a_night_nine_stays_nine(zone: ZoneInfo, night: str) -> None:
    first = date.fromisoformat(night) - DAY

    found = days_due(plan("09:00", zone), moment(f"{first} 00:00", zone) + HOUR, 3 * 24 * 60)

    assert [when for _, when in found] == [moment(f"{first + it * DAY} 09:00", zone) for it in range(3)]


def test_a_clock_that_goes_back_over_midnight_does_not_make_two_of_a_midnight() -> None:
    # At 00:01 of the seventh it was 23:01 of the sixth again.
    it, begins = plan("00:00", SAINT_JOHNS, catch_up=DAY), moment("2010-11-07 00:00", SAINT_JOHNS)

    found = days_due(it, begins - HOUR, 4 * 60)

    assert found[1:] == [(date(2010, 11, 7), begins)]
    assert day_due(it, begins + 30 * MINUTE) == date(2010, 11, 7)


def test_a_clock_that_goes_forward_over_midnight_keeps_the_evening() -> None:
    # At 23:30 of the thirtieth it was 00:30 of the next day.
    it, comes = plan("23:45", TORONTO), moment("1919-03-31 00:45", TORONTO)

    assert due(it, comes) == Due(it, date(1919, 3, 30), comes)
    assert coming(it, comes - MINUTE) == comes


def test_a_day_that_a_zone_leaves_out_is_neither_due_nor_missed() -> None:
    gone, it = date(2011, 12, 30), plan(zone=APIA)

    found = days_due(it, moment("2011-12-28 12:00", APIA), 3 * 24 * 60)

    assert [day for day, _ in found] == [
        date(2011, 12, 28),
        date(2011, 12, 29),
        date(2011, 12, 31),
        date(2012, 1, 1),
    ]
    assert skipped(it, gone - DAY, gone + DAY) == ()
    assert due(plan(zone=APIA, days={4}), moment("2011-12-31 09:00", APIA)) is None
    assert not exists(gone, APIA)
    assert exists(gone, SHANGHAI)
    # A day that begins at one still exists.
    assert exists(date(2018, 11, 4), ZoneInfo("America/Sao_Paulo"))


# ---- Whatever happens


def ats() -> st.SearchStrategy[str]:
    return st.times().map(lambda it: f"{it:%H:%M}")


# Around all that was strange in one of the zones, and an ordinary week.
STARTS = (
    "2011-12-27",
    "2010-11-04",
    "2026-03-06",
    "2026-03-27",
    "2026-04-03",
    "2026-10-02",
    "2026-10-23",
    "2026-10-30",
)
PLANS = st.builds(
    plan,
    ats(),
    st.sampled_from(ZONES),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sampled_from((MINUTE, HOUR, 6 * HOUR, 2 * DAY)),
)
# A tick after so many minutes: mostly the next, now and then a stall, or a clock that was set back.
STEPS = st.lists(st.one_of(st.just(1), st.integers(2, 90), st.integers(-3000, 6000)), max_size=60)


def planned(it: Plan, around: datetime) -> list[Due]:
    """Each planned day near a moment, told by what the rule says and not by how it is looked for."""
    first = around.astimezone(it.zone).date() - 20 * DAY
    days = [first + count * DAY for count in range(40)]
    rows = [Due(it, day, instant(day, it.at, it.zone)) for day in days if day.weekday() in it.days]
    return [row for row in rows if any(local(row.day, hour, it.zone) for hour in range(24))]


def local(day: date, hour: int, zone: ZoneInfo) -> bool:
    """Whether the wall clocks of a zone show that hour of that day."""
    said = datetime.combine(day, time(hour))
    back = said.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) == said


@settings(max_examples=150, deadline=None)
@given(it=PLANS, start=st.sampled_from(STARTS), offset=st.integers(0, 5000), steps=STEPS)
def test_ticks_jumps_and_stalls_find_each_planned_date_at_most_once_and_none_that_was_looked_for_is_lost(
    it: Plan, start: str, offset: int, steps: list[int]
) -> None:
    now = moment(f"{start} 00:00", it.zone) + offset * MINUTE
    found: dict[date, datetime] = {}
    wanted: set[date] = set()

    for step in (0, *steps):
        now += step * MINUTE
        rows = [row for row in planned(it, now) if row.at <= now]
        # The newest makes older ones superfluous.
        wanted |= {row.day for row in rows[-1:] if now < row.until}
        if (one := due(it, now)) is not None:
            # What is found is the same whenever it is found: the ledger knows it by its date.
            assert found.setdefault(one.day, one.at) == one.at
            assert one.at <= now < one.until

    assert set(found) == wanted
    assert all(day.weekday() in it.days for day in found)
    assert len(set(found.values())) == len(found)


@settings(max_examples=150, deadline=None)
@given(
    it=PLANS,
    start=st.sampled_from(STARTS),
    offset=st.integers(0, 5000),
    since=st.none() | st.integers(-5000, 5000),
    until=st.none() | st.integers(-5000, 5000),
)
def test_what_comes_is_after_now_owed_and_due_when_it_comes(
    it: Plan, start: str, offset: int, since: int | None, until: int | None
) -> None:
    now = moment(f"{start} 00:00", it.zone) + offset * MINUTE
    begun = None if since is None else now + since * MINUTE
    it = Plan(it.channel, it.at, it.zone, it.days, catch_up=it.catch_up, since=begun)
    pause = None if until is None else Pause(now + until * MINUTE, "U1")

    comes = coming(it, now, pause)

    assert comes is not None
    assert comes > now
    found = due(it, comes, pause)
    assert found is not None
    assert found.at == comes
    assert begun is None or comes >= begun
    assert pause is None or comes >= pause.until
    between = [row.at for row in planned(it, now) if now < row.at < comes]
    assert all((begun and at < begun) or (pause and at < pause.until) for at in between)


@given(it=PLANS, start=st.sampled_from(STARTS))
def test_a_day_that_had_its_digest_does_not_come_again(it: Plan, start: str) -> None:
    now = moment(f"{start} 00:00", it.zone)
    first = coming(it, now)
    assert first is not None
    day = day_due(it, first)
    assert day is not None

    second = coming(it, now, None, {day})

    assert second == coming(it, first)


def test_nothing_comes_where_a_pause_is_longer_than_a_month() -> None:
    assert coming(plan(), at_nine(SUNDAY), Pause(at_nine(SUNDAY) + 40 * DAY, "U1")) is None


# ---- Days without one


def test_the_planned_days_between_two_digests_were_skipped() -> None:
    it = plan(days=WORKDAYS)

    assert skipped(it, date(2026, 11, 18), date(2026, 11, 24)) == (
        date(2026, 11, 19),
        date(2026, 11, 20),
        date(2026, 11, 23),
    )
    assert skipped(it, date(2026, 11, 20), date(2026, 11, 23)) == ()
    assert skipped(it, date(2026, 11, 23), date(2026, 11, 23)) == ()
    assert skipped(it, date(2026, 11, 24), date(2026, 11, 23)) == ()


def test_what_was_paused_or_not_asked_for_yet_was_not_skipped() -> None:
    last, day = SUNDAY - 5 * DAY, SUNDAY

    assert skipped(plan(since=at_nine(SUNDAY - 2 * DAY)), last, day) == (SUNDAY - 2 * DAY, SUNDAY - DAY)
    assert skipped(plan(), last, day, Pause(at_nine(SUNDAY - DAY), "U1")) == (SUNDAY - DAY,)
    assert skipped(plan(), last, day, Pause(at_nine(SUNDAY), "U1")) == ()


def test_of_a_long_silence_the_last_month_is_told() -> None:
    found = skipped(plan(), SUNDAY - 400 * DAY, SUNDAY)

    assert found[-1] == SUNDAY - DAY
    assert len(found) == 30


@given(it=PLANS, gap=st.integers(0, 40))
def test_only_planned_days_between_are_skipped(it: Plan, gap: int) -> None:
    assume(exists(SUNDAY, it.zone))

    found = skipped(it, SUNDAY - gap * DAY, SUNDAY)

    assert list(found) == sorted(set(found))
    assert all(SUNDAY - gap * DAY < day < SUNDAY and day.weekday() in it.days for day in found)
