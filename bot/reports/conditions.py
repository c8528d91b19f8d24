"""What holds in an account at one look: each alert that the policy knows, raised, clear or neither.

Between raised and clear lies a gap, so that what wavers about a threshold is not told again and again. What is not
known is never taken for zero, nor for a recovery.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import reduce
from operator import add
from statistics import median
from typing import Literal

from bot.reports.policy import AlertPolicy
from bot.sms.balance import day_of, last_day
from bot.sms.cloud import ACCOUNT_ZONE, Day, Hour, Package, Packages, ReceiptCounts, SendCounts
from bot.sms.forecast import RunOut, run_out
from bot.sms.pace import Pace, pace

# raised: it holds. clear: it is over. between: neither, so that nothing changes. unknown: data is missing.
State = Literal["raised", "clear", "between", "unknown"]
Details = Mapping[str, str | int | float]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# A package's rest that is under both is not worth an alert.
TRIFLE, TRIFLING_SHARE = 100, 0.01
# A package will be used in time only if it would be at this part of the usual pace.
SLOWER = 0.9

# How many days the same hours are compared with, and how many of them have to be known.
PAST_DAYS, FEWEST_DAYS = 14, 5
RECENT_HOURS = 3
# So many segments above the median at least; at this multiple of it sending is as usual, whatever the policy.
LEAST_ABOVE, AS_USUAL = 200, 1.2

# Receipts and failures of a day that are enough to speak of a rate; the rate, against the usual one.
FEWEST_RECEIPTS, FEWEST_FAILED = 200, 50
FAR_ABOVE, POINTS_ABOVE = 2.0, 0.05
NEAR, POINTS_NEAR = 1.5, 0.025
# API: CallbackStatusStatistics counts these apart; what failed otherwise is `other`.
KINDS = ("invalid_number", "powered_off", "blacklisted", "frequency", "internal_error")

# Requests of the recent hours that are enough, and which part of them is accepted.
FEWEST_REQUESTS = 100
MOST_REFUSED, ACCEPTED_AGAIN = 0.5, 0.6

# The new API's code, its spelling of 2019, the old API's.
ARREARS = frozenset(
    (
        "UnauthorizedOperation.ServiceSuspendDueToArrears",
        "UnauthorizedOperation.SerivceSuspendDueToArrears",
        "1033",
    )
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of an account at one look, `at`.

    `days`: the last 30 full days. `hours`: each of the last 14 days and of today, with the one that goes on. Both
    oldest first. `today`: the receipts of today so far. `refused`: the code with which the API refused our
    questions; `test_refused`: that of a test send of the last 24 hours; "" where it did not.
    """

    at: datetime
    packages: Packages | None = None
    days: Sequence[Day] = ()
    hours: Sequence[Hour] = ()
    today: ReceiptCounts | None = None
    refused: str = ""
    test_refused: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one alert. A name without what stands behind the colon speaks for all of its kind.

    `details` are figures for the report. Of two alerts of a kind the one of more `weight` is the more severe.
    """

    name: str
    state: State
    details: Details = field(default_factory=dict)
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the packages run out at the usual pace, and what of them if it is a little `slower`."""

    pace: Pace
    when: RunOut
    slower: RunOut


def findings(sight: Sight, policy: AlertPolicy) -> Sequence[Finding]:
    """One for each alert: `balance:<share or messages>`, `run_out`, `expiry:<package>`, `unusual`, `failures` and so on."""
    packages = known_packages(sight)
    outlook = outlook_of(packages, sight)
    return (
        *balances(packages, outlook, sight.at, policy),
        running_out(packages, outlook, sight.at, policy),
        *expiring(packages, outlook, sight.at, policy),
        unusual(sight, policy),
        failures(sight),
        refusals(sight),
        arrears(sight),
    )


def known_packages(sight: Sight) -> Sequence[Package] | None:
    """None where they are not known, or not any more. Nor do we say anything of an account that never had one."""
    if sight.packages is None or sight.packages.stale:
        return None
    return sight.packages.rows or None


def outlook_of(packages: Sequence[Package] | None, sight: Sight) -> Outlook | None:
    found = pace(sight.days)
    if packages is None or not isinstance(found, Pace):
        return None
    slower = replace(found, usual=SLOWER * found.usual)
    return Outlook(found, run_out(packages, found, sight.at), run_out(packages, slower, sight.at))


def state_of(*, raised: bool, clear: bool) -> State:
    return "raised" if raised else "clear" if clear else "between"


# ---- What is left


def balances(
    packages: Sequence[Package] | None, outlook: Outlook | None, at: datetime, policy: AlertPolicy
) -> Iterator[Finding]:
    """One for each threshold: a share of what the packages in use held in all, or messages; 0: nothing left.

    It is over a tenth and a point (of messages: one) above the threshold. The fewer messages a threshold leaves,
    the more it weighs.
    """
    if packages is None:
        yield from (Finding(name_of(it), "unknown") for it in (*policy.shares, *policy.messages))
        return
    serving = in_use(packages, at)
    left, amount = sum(it.left for it in serving), sum(it.amount for it in serving)
    share = left / amount if amount else 0.0
    details: Details = {"left": left, "amount": amount, "share": share, "runs_out": runs_out(outlook)}
    # Where none is valid, a share still has to weigh something.
    held = amount or sum(it.amount for it in packages)
    for limit in policy.shares:
        state = state_of(raised=share <= limit, clear=share >= min(1.1 * limit + 0.01, 1.0))
        yield Finding(name_of(limit), state, {**details, "threshold": round(limit * amount)}, -limit * held)
    for messages in policy.messages:
        state = state_of(raised=left <= messages, clear=left >= 1.1 * messages + 1)
        yield Finding(name_of(messages), state, {**details, "threshold": messages}, -float(messages))


def in_use(packages: Sequence[Package], at: datetime) -> Sequence[Package]:
    """Those that hold something: who buys one a month has two years of used-up ones, still valid. None: all valid."""
    valid = [it for it in packages if it.valid(at)]
    return [it for it in valid if it.left] or valid


def name_of(threshold: float) -> str:
    """`balance:0.3`, or `balance:5000` of a whole number."""
    return f"balance:{threshold}" if isinstance(threshold, int) else f"balance:{threshold:g}"


def runs_out(outlook: Outlook | None) -> str:
    """The day, as in 2026-11-22; "" where there is none, or it is not known."""
    return iso(outlook.when.expected) if outlook else ""


def iso(day: date | None) -> str:
    return str(day) if day else ""


def running_out(
    packages: Sequence[Package] | None, outlook: Outlook | None, at: datetime, policy: AlertPolicy
) -> Finding:
    """Whether all is used within so many days. It is over a quarter of them and a day beyond.

    What is used up already has no day to tell of: that is for the balance alerts, if there are any.
    """
    if packages is None or outlook is None:
        return Finding("run_out", "unknown")
    expected = outlook.when.expected
    if not outlook.pace.usual or expected is None:
        return Finding("run_out", "clear")
    left = sum(it.left for it in packages if it.valid(at))
    if not left and (policy.shares or policy.messages):
        return Finding("run_out", "between")
    days = (expected - day_of(at)).days
    state = state_of(raised=days <= policy.run_out_days, clear=days > 1.25 * policy.run_out_days + 1)
    details: Details = {
        "days": days,
        "left": left,
        "pace": round(outlook.pace.usual),
        "expected": iso(expected),
        "earliest": iso(outlook.when.earliest),
        "latest": iso(outlook.when.latest),
    }
    return Finding("run_out", state, details)


def expiring(
    packages: Sequence[Package] | None, outlook: Outlook | None, at: datetime, policy: AlertPolicy
) -> Iterator[Finding]:
    """One for each package: whether it ends soon with messages that won't be used before."""
    if packages is None:
        yield Finding("expiry", "unknown")
        return
    soon = at + policy.expiry_days * DAY
    for it in packages:
        if not it.valid(at) or not it.left or it.ends > soon:
            yield Finding(f"expiry:{it.id}", "clear")
        elif outlook is None:
            yield Finding(f"expiry:{it.id}", "unknown")
        else:
            yield ending(it, outlook, at)


def ending(package: Package, outlook: Outlook, at: datetime) -> Finding:
    """Raised for more than a trifle; clear once even a slower pace leaves no more than that."""
    unused = outlook.when.unused.get(package.id, 0)
    slower = outlook.slower.unused.get(package.id, 0)
    state = state_of(raised=worth_telling(unused, package), clear=not worth_telling(slower, package))
    ends = last_day(package)
    details: Details = {
        "package": package.id,
        "left": package.left,
        "amount": package.amount,
        "unused": unused,
        "ends": iso(ends),
        "days": (ends - day_of(at)).days,
    }
    return Finding(f"expiry:{package.id}", state, details)


def worth_telling(unused: int, package: Package) -> bool:
    return unused >= TRIFLE or (unused > 0 and unused >= TRIFLING_SHARE * package.amount)


# ---- How much is sent


def unusual(sight: Sight, policy: AlertPolicy) -> Finding:
    """Whether far more is billed than in the same hours of the days before: since midnight, or in the last hours.

    FAQ: SMS bombing, dozens of messages a day become tens of thousands. It is over when neither is so any more.
    """
    now = whole_hour(sight.at)
    midnight = now.replace(hour=0)
    today = [midnight + it * HOUR for it in range(now.hour + 1)]
    windows = (
        against_the_median("today", today, sight.hours, policy),
        against_the_median("hours", recent_hours(sight.at), sight.hours, policy),
    )
    if raised := [it for it in windows if it.state == "raised"]:
        return max(raised, key=lambda it: it.weight)
    states = {it.state for it in windows}
    if states == {"clear"}:
        return Finding("unusual", "clear")
    return Finding("unusual", "unknown" if "unknown" in states else "between")


def against_the_median(
    window: str, hours: Sequence[datetime], all_hours: Sequence[Hour], policy: AlertPolicy
) -> Finding:
    """The past days have their whole hours, though the last of today's goes on: that is cautious.

    What is known of the window is enough to raise it, but not to call it over.
    """
    billed = {it.begins: it.sent.billed for it in all_hours if it.sent is not None}
    past = [total(back(hours, it), billed) for it in range(1, PAST_DAYS + 1)]
    known_past = [it for it in past if it is not None]
    if len(known_past) < FEWEST_DAYS:
        return Finding("unusual", "unknown")
    usual = median(known_past)
    count = sum(billed.get(it, 0) for it in hours)
    details: Details = {
        "window": window,
        "count": count,
        "median": round(usual),
        "times": round(count / usual, 1) if usual else 0.0,
    }
    raised = count >= policy.unusual * usual and count - usual >= LEAST_ABOVE
    if not raised and total(hours, billed) is None:
        return Finding("unusual", "unknown", details)
    few = max(policy.unusual / 2, AS_USUAL) * usual
    state = state_of(raised=raised, clear=count < few or count - usual < LEAST_ABOVE / 2)
    return Finding("unusual", state, details, count / max(usual, 1.0))


def whole_hour(moment: datetime) -> datetime:
    """When the hour of the account began."""
    return moment.astimezone(ACCOUNT_ZONE).replace(minute=0, second=0, microsecond=0)


def recent_hours(at: datetime) -> list[datetime]:
    """The last hours with the one that goes on, oldest first."""
    return [whole_hour(at) - it * HOUR for it in reversed(range(RECENT_HOURS))]


def back(hours: Sequence[datetime], days: int) -> list[datetime]:
    return [it - days * DAY for it in hours]


def total(hours: Sequence[datetime], billed: Mapping[datetime, int]) -> int | None:
    """None where one of the hours is not known."""
    known = [billed[it] for it in hours if it in billed]
    return sum(known) if len(known) == len(hours) else None


# ---- What becomes of it


def failures(sight: Sight) -> Finding:
    """Whether far more of today's receipts are failures than is usual in two weeks, and which kind rose most.

    With few receipts yet it is over only if yesterday had no such rate either.
    """
    usual = usual_receipts(sight.days)
    today = sight.today
    if usual is None or today is None:
        return Finding("failures", "unknown")
    raised = far_above(today, usual)
    clear = calm(today, usual) if today.receipts >= FEWEST_RECEIPTS else quiet_yesterday(sight, usual)
    cause = max((*KINDS, "other"), key=lambda it: share_of(it, today) - share_of(it, usual))
    details: Details = {
        "share": share_of("failed", today),
        "usual": share_of("failed", usual),
        "receipts": today.receipts,
        "failed": today.failed,
        "cause": cause,
        "cause_share": share_of(cause, today),
        "cause_usual": share_of(cause, usual),
    }
    return Finding("failures", state_of(raised=raised, clear=clear), details)


def usual_receipts(days: Sequence[Day]) -> ReceiptCounts | None:
    """All that are known of two weeks; None where they are too few to speak of a rate."""
    known = [it.receipts for it in days[-PAST_DAYS:] if it.receipts is not None]
    pooled = reduce(add, known) if known else None
    return pooled if pooled and pooled.receipts >= FEWEST_RECEIPTS else None


def far_above(day: ReceiptCounts, usual: ReceiptCounts) -> bool:
    if day.receipts < FEWEST_RECEIPTS or day.failed < FEWEST_FAILED:
        return False
    share, normal = share_of("failed", day), share_of("failed", usual)
    return share >= FAR_ABOVE * normal and share - normal >= POINTS_ABOVE


def calm(day: ReceiptCounts, usual: ReceiptCounts) -> bool:
    share, normal = share_of("failed", day), share_of("failed", usual)
    return share <= NEAR * normal or share - normal <= POINTS_NEAR


def quiet_yesterday(sight: Sight, usual: ReceiptCounts) -> bool:
    """Whether a whole day is known to have passed without."""
    yesterday = day_of(sight.at) - DAY
    known = [it.receipts for it in sight.days if it.day == yesterday and it.receipts is not None]
    return bool(known) and not far_above(known[0], usual)


def share_of(kind: str, counts: ReceiptCounts) -> float:
    """Of all receipts."""
    failed_otherwise = counts.failed - sum(getattr(counts, it) for it in KINDS)
    count = max(failed_otherwise, 0) if kind == "other" else getattr(counts, kind)
    return count / counts.receipts if counts.receipts else 0.0


def refusals(sight: Sight) -> Finding:
    """Whether most requests of the last hours were refused. It is over when hardly any are left to be refused."""
    sent = {it.begins: it.sent for it in sight.hours if it.sent is not None}
    known = [sent[it] for it in recent_hours(sight.at) if it in sent]
    if len(known) < RECENT_HOURS:
        return Finding("refusals", "unknown")
    counts = reduce(add, known, SendCounts(0, 0, 0))
    requests, accepted = counts.requests, counts.accepted
    state = state_of(
        raised=requests >= FEWEST_REQUESTS and accepted < MOST_REFUSED * requests,
        clear=requests < FEWEST_REQUESTS / 2 or accepted >= ACCEPTED_AGAIN * requests,
    )
    details: Details = {"requests": requests, "accepted": accepted, "refused": max(requests - accepted, 0)}
    return Finding("refusals", state, details)


def arrears(sight: Sight) -> Finding:
    """Whether the API says that the account owes money. It is over once it answers, and no test send says so."""
    for source, code in (("test", sight.test_refused), ("api", sight.refused)):
        if code in ARREARS:
            return Finding("arrears", "raised", {"code": code, "source": source})
    fresh = sight.packages is not None and not sight.packages.stale
    answered = not sight.refused and (fresh or sight.today is not None)
    return Finding("arrears", "clear" if answered else "unknown")
