"""How long the packages last at a pace. Messages here are billed segments."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice

from bot.sms.cloud import ACCOUNT_ZONE, Package
from bot.sms.course import Course
from bot.sms.pace import Pace

DAY = timedelta(days=1)
# What still lasts after so many days, three years, is not worth a date.
LONGEST = 3 * 366
# Sums of fractions of messages are not exact.
NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class RunOut:
    """The first day on which messages are missing; None beyond three years, or when nothing is used.

    `earliest` is at the high pace and the steepest growth, or none; `latest` at the low pace and the steepest
    decline, or none: a trend may end today. `unused`: what is left of each package, by its id, at its end
    at the usual pace; `vanishing` is all of it.
    """

    expected: date | None
    earliest: date | None
    latest: date | None
    vanishing: int
    unused: Mapping[str, int] = field(default_factory=dict)


def run_out(packages: Sequence[Package], pace: Pace, at: datetime) -> RunOut:
    """When the packages are used up or have ended, if nothing is bought."""
    usual = Course(pace.usual, pace.trend / 7)
    busy = Course(pace.high, max(pace.trend, pace.steepest, 0.0) / 7)
    quiet = Course(pace.low, min(pace.trend, pace.steepest, 0.0) / 7)
    expected, earliest, latest = (
        first_missing(packages, wanted(course, pace.rhythm, at), at) for course in (usual, busy, quiet)
    )
    unused = left_at_end(packages, wanted(usual, pace.rhythm, at), at)
    return RunOut(expected, earliest, latest, sum(unused.values()), unused)


def wanted(course: Course, rhythm: Sequence[float], at: datetime) -> Iterator[float]:
    """What each day takes from `at` on; of today, only the rest."""
    today = day_of(at)
    rest_of_today = (datetime.combine(today + DAY, time(), ACCOUNT_ZONE) - at) / DAY
    for day in range(LONGEST):
        whole = course.at(day) * rhythm[(today.weekday() + day) % 7]
        yield whole if day else whole * rest_of_today


def day_of(moment: datetime) -> date:
    return moment.astimezone(ACCOUNT_ZONE).date()


@dataclass(slots=True)
class Stock:
    """What is left of a package. It serves on every day that its validity touches, counted from today."""

    id: str
    left: float
    first: int
    last: int


def first_missing(packages: Sequence[Package], wanted: Iterable[float], at: datetime) -> date | None:
    held = stock(packages, at)
    missing = enumerate(missed(held, wanted))
    day = next((day for day, count in missing if count > NOTHING), None) if held else 0
    return None if day is None else day_of(at) + day * DAY


def left_at_end(packages: Sequence[Package], wanted: Iterable[float], at: datetime) -> Mapping[str, int]:
    """Of those packages that end within three years."""
    held = stock(packages, at)
    until = max((it.last for it in held), default=0)
    deque(islice(missed(held, wanted), until + 1), maxlen=0)
    return {it.id: round(it.left) for it in held if it.last < LONGEST and round(it.left)}


def stock(packages: Sequence[Package], at: datetime) -> list[Stock]:
    """In the order of use."""
    order = sorted((it for it in packages if it.ends > at and it.left), key=order_of_use)
    today, instant = day_of(at), timedelta(microseconds=1)
    return [
        Stock(it.id, it.left, (day_of(it.starts) - today).days, (day_of(it.ends - instant) - today).days)
        for it in order
    ]


def missed(held: Sequence[Stock], wanted: Iterable[float]) -> Iterator[float]:
    """What is missing on each day, when all that can be served is taken from what is held."""
    for day, need in enumerate(wanted):
        rest = need
        for it in held:
            if it.left and it.first <= day <= it.last:
                taken = min(it.left, rest)
                it.left -= taken
                rest -= taken
        yield rest


def order_of_use(package: Package) -> tuple[bool, datetime, str]:
    """Gifts first, then the oldest purchase. Older official documents, not repeated in today's."""
    return package.bought, package.created, package.id
