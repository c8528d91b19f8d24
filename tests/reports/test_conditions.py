"""When an alert is raised, and when it is clear again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.faq.entry import Library
from bot.reports.conditions import findings
from bot.reports.policy import AlertPolicy
from bot.reports.results import ARREARS, KINDS
from bot.reports.sight import Finding, Sight, State
from bot.sms.alerts import ALWAYS
from bot.sms.cloud import ACCOUNT_ZONE, Day, Hour, Package, Packages, ReceiptCounts, SendCounts
from tests.sms.small_cloud import DAY, NOW, RECEIPTS, TODAY, days, package

POLICY = AlertPolicy()
HOUR = timedelta(hours=1)
# Two in the afternoon and a half: the hour of two goes on.
AT = NOW + HOUR / 2
MIDNIGHT = datetime(2026, 11, 22, tzinfo=ACCOUNT_ZONE)
THIS_HOUR = MIDNIGHT + 14 * HOUR


def found(sight: Sight, policy: AlertPolicy = POLICY) -> Mapping[str, Finding]:
    return {it.name: it for it in findings(sight, policy)}


def state(sight: Sight, name: str, policy: AlertPolicy = POLICY) -> State:
    return found(sight, policy)[name].state


def having(*packages: Package, pace: int | None = 1000) -> Sight:
    """An account with these packages that uses as much a day."""
    return Sight(AT, Packages(packages, AT), [] if pace is None else days(*[pace] * 30))


def hours(
    usual: int, now: Mapping[int, int | None] | None = None, past_days: int = 14, at: datetime = THIS_HOUR
) -> list[Hour]:
    """Every hour the usual number of segments; `now` has, by hours ago, what differs."""
    midnight = at.replace(hour=0)
    begin, count = midnight - past_days * DAY, 24 * past_days + at.hour + 1
    differing = {at - ago * HOUR: billed for ago, billed in (now or {}).items()}
    rows = [(begin + it * HOUR, usual) for it in range(count)]
    return [Hour(begins, sent(differing.get(begins, billed))) for begins, billed in rows]


def sent(billed: int | None) -> SendCounts | None:
    return None if billed is None else SendCounts(billed, billed, billed)


def receipts(count: int, **failed: int) -> ReceiptCounts:
    """`other` is what no class has."""
    total = sum(failed.values())
    kinds = {it: failed.get(it, 0) for it in KINDS}
    return ReceiptCounts(count, count, count - total, total, **kinds)


# ---- What is left


@pytest.mark.parametrize(
    ("used", "share", "point"),
    [
        (0, "clear", "clear"),
        (6_599, "clear", "clear"),
        (6_601, "between", "clear"),
        (6_999, "between", "clear"),
        (7_000, "raised", "clear"),
        (8_000, "raised", "between"),
        (8_100, "raised", "raised"),
        (9_000, "raised", "raised"),
    ],
)
def test_a_balance_is_raised_at_its_threshold_and_clear_well_above(
    used: int, share: State, point: State
) -> None:
    sight = having(package(amount=10_000, used=used))
    policy = replace(POLICY, shares=(0.3,), messages=(1900,))

    assert state(sight, "balance:0.3", policy) == share
    assert state(sight, "balance:1900", policy) == point


def test_nothing_left_is_a_threshold_of_its_own() -> None:
    assert state(having(package(used=9_999)), "balance:0") == "between"
    assert state(having(package(used=10_000)), "balance:0") == "raised"


def test_a_share_is_of_what_the_valid_packages_held_in_all() -> None:
    sight = having(
        package("old", 50_000, ends=-1), package("now", 10_000, 7_000), package("later", 90_000, starts=5)
    )

    finding = found(sight)["balance:0.3"]

    assert finding.state == "raised"
    assert (finding.details["left"], finding.details["amount"]) == (3_000, 10_000)
    assert finding.details["threshold"] == 3_000


def test_where_no_package_is_valid_any_more_nothing_is_left() -> None:
    over = found(having(package(ends=-1)))

    assert [over[it].state for it in ("balance:0.3", "balance:0.1", "balance:0")] == ["raised"] * 3
    assert over["balance:0"].weight > over["balance:0.1"].weight > over["balance:0.3"].weight


def test_fewer_messages_weigh_more_whether_a_threshold_is_a_share_or_not() -> None:
    policy = replace(POLICY, shares=(0.3, 0.1), messages=(2_000, 500))

    weighed = found(having(package(amount=10_000)), policy)

    names = sorted((it for it in weighed if it.startswith("balance:")), key=lambda it: weighed[it].weight)
    assert names == ["balance:0.3", "balance:2000", "balance:0.1", "balance:500"]


@pytest.mark.parametrize(
    "packages",
    [None, Packages((), AT), Packages((package(used=10_000),), AT, stale=True)],
    ids=["not known", "never one", "not known any more"],
)
def test_no_packages_are_no_zero(packages: Packages | None) -> None:
    sight = Sight(AT, packages, days(*[1000] * 30))

    seen = found(sight)

    assert {seen[it].state for it in seen if it.startswith(("balance", "run_out", "expiry"))} == {"unknown"}
    assert "expiry" in seen


@settings(max_examples=150)
@given(share=st.floats(0, 1), used=st.integers(0, 10_000))
@example(share=0.95, used=0)
def test_no_share_is_raised_and_clear_at_once_and_a_full_package_is_clear(share: float, used: int) -> None:
    policy = replace(POLICY, shares=(share,))

    def seen(used: int) -> State:
        return findings(having(package(used=used), pace=None), policy)[0].state

    assert (seen(used) == "raised") == ((10_000 - used) / 10_000 <= share)
    assert seen(0) == ("raised" if share >= 1 else "clear")


# ---- How long it lasts


@pytest.mark.parametrize(
    ("left", "expected"), [(2_000, "raised"), (7_000, "raised"), (8_500, "between"), (12_000, "clear")]
)
def test_a_run_out_is_raised_within_a_week_and_clear_clearly_beyond(left: int, expected: State) -> None:
    assert state(having(package(amount=left)), "run_out") == expected


def test_a_run_out_tells_its_dates_and_the_pace() -> None:
    details = found(having(package(amount=5_500)))["run_out"].details

    assert details["pace"] == 1000
    assert details["expected"] == str(TODAY + details["days"] * DAY)  # type: ignore[operator]
    assert details["earliest"] <= details["expected"] <= details["latest"]  # type: ignore[operator]


def test_without_a_pace_nothing_is_said_of_a_run_out() -> None:
    assert state(having(package(amount=10), pace=None), "run_out") == "unknown"
    assert state(Sight(AT, Packages((package(),), AT), days(*[1000] * 6)), "run_out") == "unknown"


def test_where_nothing_is_used_nothing_runs_out() -> None:
    assert state(having(package(amount=1), pace=0), "run_out") == "clear"
    assert state(having(package(used=10_000), pace=0), "run_out", replace(POLICY, shares=())) == "clear"


def test_what_is_used_up_is_told_by_the_balance_and_by_the_run_out_only_in_its_stead() -> None:
    used_up = having(package(used=10_000))

    assert state(used_up, "run_out") == "between"
    assert state(used_up, "run_out", replace(POLICY, shares=())) == "raised"


@pytest.mark.parametrize(
    ("amount", "ends", "expected"),
    [
        (30_000, 10, "raised"),
        (30_000, 15, "clear"),
        (5_000, 10, "clear"),
        (9_800, 10, "between"),
    ],
    ids=["too much", "not soon", "used before", "used before unless the pace falls"],
)
def test_a_package_that_ends_before_it_is_used_is_told(amount: int, ends: float, expected: State) -> None:
    sight = having(package("p1", amount, ends=ends), package("p2", 90_000, ends=300))

    assert state(sight, "expiry:p1") == expected
    assert state(sight, "expiry:p2") == "clear"


@pytest.mark.parametrize(
    ("amount", "left", "expected"),
    [
        (9_900, 99, "raised"),
        (9_901, 99, "clear"),
        (90_000, 100, "raised"),
        (5_000, 50, "raised"),
        (5_001, 50, "clear"),
    ],
)
def test_a_trifle_that_ends_is_not_worth_an_alert(amount: int, left: int, expected: State) -> None:
    """It is under 100 messages, and under a hundredth of the package."""
    sight = having(package("p1", amount, amount - left, ends=3), pace=0)

    assert state(sight, "expiry:p1") == expected


def test_a_package_that_is_over_used_up_or_still_to_come_does_not_end_unused() -> None:
    seen = found(
        having(package("over", ends=-1), package("used", 10, 10, ends=2), package("coming", starts=2, ends=9))
    )

    assert {seen[f"expiry:{it}"].state for it in ("over", "used", "coming")} == {"clear"}


def test_without_a_pace_nobody_knows_what_is_left_unused() -> None:
    sight = having(package("p1", ends=3), package("p2", ends=300), pace=None)

    assert state(sight, "expiry:p1") == "unknown"
    assert state(sight, "expiry:p2") == "clear"


# ---- How much is sent


def sending(rows: Sequence[Hour], at: datetime = AT) -> Sight:
    return Sight(at, hours=rows)


def test_a_burst_is_told_with_its_hours_and_how_far_it_is_above_them() -> None:
    finding = found(sending(hours(100, {0: 1500, 1: 3000})))["unusual"]

    assert finding.state == "raised"
    assert finding.details == {"window": "hours", "count": 4600, "median": 300, "times": 15.3}


def test_of_a_burst_and_its_day_what_is_further_above_is_told() -> None:
    details = found(sending(hours(100, {0: 15_000})))["unusual"].details

    assert details == {"window": "hours", "count": 15_200, "median": 300, "times": 50.7}


def test_a_day_that_adds_up_is_told_though_no_hour_stands_out() -> None:
    busy = dict.fromkeys(range(3, 15), 1000)

    finding = found(sending(hours(100, busy)))["unusual"]

    assert finding.state == "raised"
    assert finding.details["window"] == "today"
    assert finding.details["count"] == 12 * 1000 + 3 * 100


@pytest.mark.parametrize(
    ("billed", "expected"),
    [(1300, "raised"), (1299, "between"), (550, "between"), (549, "clear"), (0, "clear")],
)
def test_what_is_far_above_is_raised_and_what_is_near_is_clear(billed: int, expected: State) -> None:
    """The last three hours are usually 300, five times that is 1500; half of the factor 750."""
    assert state(sending(hours(100, {0: billed})), "unusual") == expected


def test_a_few_messages_are_no_bombing_however_few_are_usual() -> None:
    assert state(sending(hours(1, {0: 180})), "unusual") == "between"
    assert state(sending(hours(1, {0: 205})), "unusual") == "raised"
    assert state(sending(hours(0, {0: 199})), "unusual") == "between"
    assert state(sending(hours(0, {0: 200})), "unusual") == "raised"
    assert state(sending(hours(0, {0: 90})), "unusual") == "clear"


def test_what_has_no_usual_number_has_no_times() -> None:
    assert found(sending(hours(0, {0: 900})))["unusual"].details["times"] == 0.0


def test_a_busy_day_of_the_week_before_does_not_make_today_one() -> None:
    campaign = {24 * 7 + ago: 9_000 for ago in range(15)}

    assert state(sending(hours(100, campaign)), "unusual") == "clear"


@pytest.mark.parametrize(("past", "expected"), [(4, "unknown"), (5, "raised")])
def test_five_days_have_to_be_known(past: int, expected: State) -> None:
    assert state(sending(hours(100, {0: 9_000}, past_days=past)), "unusual") == expected


def test_a_past_day_with_an_hour_that_is_not_known_is_none_to_compare_with() -> None:
    gaps: dict[int, int | None] = {24 * day + 1: None for day in range(1, 11)}

    assert state(sending(hours(100, {0: 9_000, **gaps})), "unusual") == "unknown"


def test_an_hour_that_is_not_known_is_neither_zero_nor_a_recovery() -> None:
    assert state(sending(hours(100, {1: None})), "unusual") == "unknown"
    assert state(sending([]), "unusual") == "unknown"
    assert state(sending(hours(100)[:-1]), "unusual") == "unknown"


def test_what_is_known_is_enough_to_raise() -> None:
    assert state(sending(hours(100, {1: None, 2: 9_000})), "unusual") == "raised"


def test_the_last_hours_reach_over_midnight() -> None:
    at = MIDNIGHT + HOUR / 2
    rows = hours(100, {1: 2_000}, at=MIDNIGHT)

    finding = found(sending(rows, at))["unusual"]

    assert finding.details == {"window": "hours", "count": 2_200, "median": 300, "times": 7.3}


def test_a_low_factor_still_lets_an_ordinary_day_be_clear() -> None:
    policy = replace(POLICY, unusual=1.5)

    assert state(sending(hours(1000, dict.fromkeys(range(15), 1100))), "unusual", policy) == "clear"
    assert state(sending(hours(1000, dict.fromkeys(range(15), 1600))), "unusual", policy) == "raised"


@settings(max_examples=60, deadline=None)
@given(usual=st.integers(0, 3000), now=st.integers(0, 3000), factor=st.floats(1.5, 20))
def test_sending_no_more_than_usual_is_always_clear(usual: int, now: int, factor: float) -> None:
    rows = hours(usual, {0: min(now, usual)})

    assert state(sending(rows), "unusual", replace(POLICY, unusual=factor)) == "clear"


# ---- What becomes of it


def failing(today: ReceiptCounts | None, *past: ReceiptCounts | None) -> Sight:
    """`past` are the days until yesterday; without any, two weeks of which 5 % fail."""
    known = past or [RECEIPTS] * 14
    rows = [Day(TODAY - (len(known) - place) * DAY, None, it) for place, it in enumerate(known)]
    return Sight(AT, days=rows, today=today)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (receipts(1000, invalid_number=100), "raised"),
        (receipts(1000, invalid_number=99), "between"),
        (receipts(1000, invalid_number=75), "clear"),
        (receipts(1000, invalid_number=50), "clear"),
        (receipts(200, invalid_number=50), "raised"),
        (receipts(200, invalid_number=49), "between"),
        (receipts(199, invalid_number=99), "clear"),
        (None, "unknown"),
    ],
)
def test_failures_are_told_when_they_are_far_above_the_usual_rate(
    today: ReceiptCounts | None, expected: State
) -> None:
    assert state(failing(today), "failures") == expected


def test_where_few_fail_usually_five_points_more_are_needed() -> None:
    usual = [receipts(1000, powered_off=5)] * 14

    assert state(failing(receipts(1000, powered_off=54), *usual), "failures") == "between"
    assert state(failing(receipts(1000, powered_off=55), *usual), "failures") == "raised"
    assert state(failing(receipts(1000, powered_off=30), *usual), "failures") == "clear"


@pytest.mark.parametrize("kind", [*KINDS, "other"])
def test_the_kind_that_rose_most_is_the_cause(kind: str) -> None:
    """Not the one that is always the most."""
    usual = {"invalid_number": 100, "powered_off": 10, "blacklisted": 4, "internal_error": 5, "other": 5}
    today = {**usual, kind: usual.get(kind, 0) + 80}

    sight = failing(receipts(1000, **today), *[receipts(1000, **usual)] * 14)
    details = found(sight)["failures"].details

    assert details["cause"] == kind
    assert details["cause_share"] == today[kind] / 1000
    assert (details["share"], details["receipts"]) == (sum(today.values()) / 1000, 1000)


def test_kinds_that_add_up_to_more_than_all_failures_make_no_others() -> None:
    odd = replace(receipts(1000, invalid_number=100), failed=20)

    details = found(failing(receipts(1000, blacklisted=60), *[odd] * 14))["failures"].details

    assert (details["cause"], details["cause_usual"]) == ("blacklisted", 0.0)


def test_where_many_fail_usually_half_as_many_more_are_no_alert() -> None:
    usual = [receipts(1000, powered_off=200)] * 14

    assert state(failing(receipts(1000, powered_off=300), *usual), "failures") == "clear"
    assert state(failing(receipts(1000, powered_off=301), *usual), "failures") == "between"


def test_a_rate_is_not_taken_from_a_few_receipts() -> None:
    bad = receipts(1000, powered_off=300)

    assert state(failing(bad, receipts(199)), "failures") == "unknown"
    assert state(failing(bad, receipts(100), None, receipts(100)), "failures") == "raised"


def test_the_usual_rate_is_of_two_weeks_and_of_all_that_is_known() -> None:
    bad, good = receipts(1000, frequency=300), receipts(1000, frequency=20)
    unknown = [None] * 12

    assert found(failing(bad, bad, *unknown, good, good))["failures"].details["usual"] == 0.02
    assert state(failing(bad, bad, *unknown, None, None), "failures") == "unknown"


def test_few_receipts_yet_are_a_recovery_only_after_a_whole_day_without() -> None:
    bad, few = receipts(1000, invalid_number=300), receipts(20)

    assert state(failing(few, *[RECEIPTS] * 13, bad), "failures") == "between"
    assert state(failing(few, *[RECEIPTS] * 13, RECEIPTS), "failures") == "clear"
    assert state(failing(few, *[RECEIPTS] * 13, None), "failures") == "between"


def asking(*counts: tuple[int, int]) -> Sight:
    """Requests and accepted ones of the last hours, oldest first."""
    rows = [
        Hour(THIS_HOUR - ago * HOUR, SendCounts(requests, accepted, accepted))
        for ago, (requests, accepted) in zip(reversed(range(len(counts))), counts, strict=True)
    ]
    return Sight(AT, hours=rows)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([(40, 20), (40, 20), (20, 9)], "raised"),
        ([(40, 20), (40, 20), (20, 10)], "between"),
        ([(40, 20), (40, 20), (19, 0)], "between"),
        ([(400, 240), (0, 0), (0, 0)], "clear"),
        ([(49, 0), (0, 0), (0, 0)], "clear"),
        ([(50, 0), (0, 0), (0, 0)], "between"),
        ([(900, 0), (0, 0), (49, 49), (0, 0)], "clear"),
        ([(900, 0), (900, 0)], "unknown"),
    ],
)
def test_refusals_are_told_when_they_are_most_of_the_last_hours(
    counts: list[tuple[int, int]], expected: State
) -> None:
    assert state(asking(*counts), "refusals") == expected


def test_refusals_tell_how_many() -> None:
    details = found(asking((100, 0), (100, 50), (100, 10)))["refusals"].details

    assert details == {"requests": 300, "accepted": 60, "refused": 240}


# ---- Arrears

OWES = "UnauthorizedOperation.ServiceSuspendDueToArrears"
ANSWERED = Sight(AT, Packages((), AT))


@pytest.mark.parametrize(
    ("sight", "expected"),
    [
        (Sight(AT, refused=OWES), "raised"),
        (replace(ANSWERED, test_refused="1033"), "raised"),
        (ANSWERED, "clear"),
        (Sight(AT, today=RECEIPTS), "clear"),
        (replace(ANSWERED, test_refused="LimitExceeded.PhoneNumberDailyLimit"), "clear"),
        (Sight(AT), "unknown"),
        (Sight(AT, Packages((), AT, stale=True)), "unknown"),
        (replace(ANSWERED, refused="AuthFailure.SecretIdNotFound"), "unknown"),
    ],
)
def test_arrears_are_over_only_when_the_api_answers(sight: Sight, expected: State) -> None:
    assert state(sight, "arrears") == expected


def test_every_code_of_arrears_is_one_that_the_knowledge_explains_as_such(library: Library) -> None:
    known = {code.name: code.meaning.zh for code in library.codes}

    assert all("欠费" in known[it] for it in ARREARS)


# ---- All of them


def test_of_an_account_of_which_nothing_is_known_nothing_is_said() -> None:
    seen = found(Sight(AT))

    assert {it.state for it in seen.values()} == {"unknown"}
    assert list(seen) == [
        "balance:0.3",
        "balance:0.1",
        "balance:0",
        "run_out",
        "expiry",
        "unusual",
        "failures",
        "refusals",
        "arrears",
    ]


def test_what_can_be_snoozed_beforehand_is_what_is_always_looked_for() -> None:
    seen = {it for it in found(Sight(AT)) if ":" not in it}

    assert seen - {"expiry"} == set(ALWAYS)


def test_no_finding_has_anything_that_json_has_not() -> None:
    sight = Sight(
        AT,
        Packages((package(used=9_000, ends=3),), AT),
        [replace(it, receipts=RECEIPTS) for it in days(*[1000] * 30)],
        hours(100, {0: 9_000}),
        receipts(1000, frequency=200),
        OWES,
    )

    seen = found(sight)

    raised = [it.details for it in seen.values() if it.state == "raised"]
    assert len(raised) > 4
    assert {type(value) for details in raised for value in details.values()} <= {str, int, float}


Drop = Callable[[Sight], Sight]
DROPS: list[Drop] = [
    lambda it: replace(it, packages=None),
    lambda it: replace(it, days=()),
    lambda it: replace(it, hours=()),
    lambda it: replace(it, today=None),
    lambda it: replace(it, days=[replace(day, receipts=None) for day in it.days]),
    lambda it: replace(it, hours=[replace(hour, sent=None) for hour in it.hours[-3:]]),
]


# What is used a day, used up, how many days are left; billed this hour; failed today.
Figures = tuple[int, int, int, int, int]
FIGURES: st.SearchStrategy[Figures] = st.tuples(
    st.integers(0, 3000),
    st.integers(0, 10_000),
    st.integers(1, 30),
    st.integers(0, 3000),
    st.integers(0, 400),
)


def all_known(figures: Figures) -> Sight:
    pace, used, ends, billed, failed = figures
    return Sight(
        AT,
        Packages((package("p1", used=used, ends=ends),), AT),
        [replace(it, receipts=RECEIPTS) for it in days(*[pace] * 30)],
        hours(100, {0: billed}),
        receipts(1000, blacklisted=failed),
    )


@settings(max_examples=60, deadline=None)
@given(figures=FIGURES, drop=st.sampled_from(DROPS))
def test_what_is_missing_makes_no_finding_more_certain(figures: Figures, drop: Drop) -> None:
    whole = all_known(figures)

    before, after = found(whole), found(drop(whole))

    shared = [it for it in after.values() if it.name in before]
    assert all(it.state in {"unknown", "between", before[it.name].state} for it in shared)
