"""How long the packages last at the pace of the last days. Messages here are billed segments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import dropwhile

from bot.sms.cloud import ACCOUNT_ZONE, Day, Package

# Fewer days than a week can't tell a busy Monday from a quiet Sunday.
FEWEST_DAYS = 7
# The pace is the mean of the last two weeks: recent enough to follow growth, whole weeks.
RECENT_DAYS = 14
# What still lasts after this is not worth a date.
LONGEST = timedelta(days=3 * 366)
DAY = timedelta(days=1)
# Sums of fractions of messages are not exact.
NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class TooLittle:
    """`known` days are too few to tell a pace from."""

    known: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a day. `low` and `high`: the quietest and the busiest week of those that are known.

    `rhythm` has the share of an average day that each weekday takes, Monday first.
    """

    known: int
    low: float
    usual: float
    high: float
    rhythm: tuple[float, ...] = (1.0,) * 7


@dataclass(frozen=True, slots=True)
class RunOut:
    """The first day on which messages are missing; None beyond three years, or when nothing is used.

    `earliest` is at the high pace, `latest` at the low one. `vanishing`: messages whose package ends
    before they are used at the usual pace.
    """

    expected: date | None
    earliest: date | None
    latest: date | None
    vanishing: int


def pace(days: Sequence[Day]) -> Pace | TooLittle:
    """What is used a day. Days before the first use tell nothing of the pace, unless there is no use at all."""
    known = [(it.day, it.sent.billed) for it in days if it.sent is not None]
    begun = list(dropwhile(lambda row: row[1] == 0, known)) or known
    if len(begun) < FEWEST_DAYS:
        return TooLittle(len(begun))
    counts = [count for _, count in begun]
    recent = counts[-RECENT_DAYS:]
    usual = sum(recent) / len(recent)
    spread = means(counts, min(7, len(counts) // 2))
    return Pace(len(begun), min(usual, *spread), usual, max(usual, *spread), rhythm(begun))


def means(counts: Sequence[int], width: int) -> list[float]:
    """Of every `width` days in a row: with less than two weeks they are shorter, and spread wider."""
    return [sum(counts[at : at + width]) / width for at in range(len(counts) - width + 1)]


def rhythm(known: Sequence[tuple[date, int]]) -> tuple[float, ...]:
    """The share of an average day that each weekday takes; even when a weekday was seen only once."""
    by_weekday = [[count for day, count in known if day.weekday() == weekday] for weekday in range(7)]
    usual = [sum(counts) / len(counts) if len(counts) > 1 else 0.0 for counts in by_weekday]
    if any(len(counts) < 2 for counts in by_weekday) or not sum(usual):
        return (1.0,) * 7
    return tuple(7 * it / sum(usual) for it in usual)


def run_out(packages: Sequence[Package], pace: Pace, at: datetime) -> RunOut:
    """When the packages are used up or have ended, if nothing is bought."""
    expected, vanishing = simulated(packages, pace.usual, pace.rhythm, at)
    earliest, _ = simulated(packages, pace.high, pace.rhythm, at)
    latest, _ = simulated(packages, pace.low, pace.rhythm, at)
    return RunOut(expected, earliest, latest, vanishing)


def simulated(
    packages: Sequence[Package], usual: float, rhythm: Sequence[float], at: datetime
) -> tuple[date | None, int]:
    """Day by day from `at`: the first day that falls short, and what has vanished until then.

    A package serves on every day that its validity touches.
    """
    order = sorted((it for it in packages if it.ends > at and it.left), key=order_of_use)
    left = [float(it.left) for it in order]
    now, today = at, at.astimezone(ACCOUNT_ZONE).date()
    if not order:
        return today, 0
    if usual <= 0:
        return None, 0
    while now < at + LONGEST:
        midnight = datetime.combine(today + DAY, time(), ACCOUNT_ZONE)
        need = usual * rhythm[today.weekday()] * ((midnight - now) / DAY)
        serving = [place for place, it in enumerate(order) if it.starts < midnight and it.ends > now]
        if need - sum(left[place] for place in serving) > NOTHING or not any(left):
            return today, round(sum(left[place] for place, it in enumerate(order) if it.ends <= now))
        for place in serving:
            taken = min(left[place], need)
            left[place] -= taken
            need -= taken
        now, today = midnight, today + DAY
    return None, round(sum(left[place] for place, it in enumerate(order) if it.ends <= now))


def order_of_use(package: Package) -> tuple[bool, datetime, str]:
    """Gifts first, then the oldest purchase. Older official documents, not repeated in today's."""
    return package.bought, package.created, package.id
