"""Alerts on what is left: too little of it, soon none, a package that ends with messages in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.reports.policy import AlertPolicy
from bot.reports.sight import Details, Finding, Sight, state_of
from bot.sms.balance import day_of, last_day
from bot.sms.cloud import Package
from bot.sms.forecast import RunOut, run_out
from bot.sms.pace import Pace, pace

DAY = timedelta(days=1)
# A package's rest that is under both is not worth an alert.
TRIFLE, TRIFLING_SHARE = 100, 0.01
# A package will be used in time only if it would be at this part of the usual pace.
SLOWER = 0.9


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the packages run out at the usual pace, and what of them if it is a little `slower`."""

    pace: Pace
    when: RunOut
    slower: RunOut


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
