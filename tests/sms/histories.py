"""Invented histories of an account, each with the days that follow: when its packages truly run out is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import accumulate
from random import Random

from bot.sms.cloud import ACCOUNT_ZONE, Day, Package
from tests.sms.small_cloud import DAY, TODAY, days, package

KNOWN = 30
# Longer than any package here lasts.
AHEAD = 800
# How long the packages truly last, in days.
SHORTEST, LONGEST = 5, 60

EVEN = (1.0,) * 7
# A week of an office, of a shop, and of a newsletter on Tuesdays; Monday first, seven in all.
RHYTHMS = (
    EVEN,
    (1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5),
    (1.35, 1.3, 1.3, 1.3, 1.45, 0.2, 0.1),
    (0.8, 0.8, 0.85, 0.9, 1.25, 1.3, 1.1),
    (0.75, 2.5, 0.75, 0.75, 0.75, 0.75, 0.75),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the demand follows. A day is told by its distance to today, which is 0.

    `level` is what an average day takes, `noise` the spread of one around it, as a share. `extra`: what a
    campaign multiplies a day with. `unknown`: days of which nothing was recorded.
    """

    level: Callable[[int], float]
    rhythm: tuple[float, ...] = EVEN
    noise: float = 0.0
    extra: Mapping[int, float] = field(default_factory=dict)
    unknown: frozenset[int] = frozenset()
    first: int = -KNOWN
    sporadic: float | None = None


@dataclass(frozen=True, slots=True)
class History:
    """`days` end yesterday, `future` begins today. From its midnight on, `package` truly `lasts` so many days.

    `campaign`: the days that it was on.
    """

    days: list[Day]
    campaign: tuple[date, ...]
    future: tuple[int, ...]
    today: date
    lasts: int
    package: Package

    @property
    def at(self) -> datetime:
        return datetime.combine(self.today, time(), ACCOUNT_ZONE)


def history(kind: str, seed: int) -> History:
    """The same for the same seed; another weekday is today for another seed."""
    chance = Random(f"{kind} {seed}")  # noqa: S311 - the same every time
    shape = KINDS[kind](chance)
    today = TODAY + seed % 7 * DAY
    used = {day: demand(shape, day, today, chance) for day in range(shape.first, AHEAD)}
    past = [None if day in shape.unknown else used[day] for day in range(shape.first, 0)]
    future = tuple(used[day] for day in range(AHEAD))
    whole = chance.randint(SHORTEST, LONGEST)
    amount = sum(future[:whole]) + int(chance.random() * future[whole])
    return History(
        days(*past, until=today),
        tuple(today + day * DAY for day in shape.extra),
        future,
        today,
        next(day for day, total in enumerate(accumulate(future)) if total > amount),
        package(amount=amount, ends=float(AHEAD)),
    )


def demand(shape: Shape, day: int, today: date, chance: Random) -> int:
    if shape.sporadic is not None:
        return round(chance.expovariate(1 / shape.level(day))) if chance.random() < shape.sporadic else 0
    weekday = (today + day * DAY).weekday()
    # The mean of what is drawn is 1.
    noise = chance.lognormvariate(-(shape.noise**2) / 2, shape.noise)
    return round(shape.level(day) * shape.rhythm[weekday] * noise * shape.extra.get(day, 1.0))


def steady(chance: Random) -> Shape:
    return Shape(flat(chance), noise=chance.uniform(0.03, 0.25))


def weekly(chance: Random) -> Shape:
    return Shape(flat(chance), chance.choice(RHYTHMS), chance.uniform(0.03, 0.25))


def growing(chance: Random) -> Shape:
    """By 6 to 20 % of today's level a week, which ends some time in one to three months."""
    return sloping(chance, chance.uniform(0.06, 0.2))


def shrinking(chance: Random) -> Shape:
    """By 5 to 12 % of today's level a week, until some time in one to two months, or a fifth is left."""
    return sloping(chance, -chance.uniform(0.05, 0.12))


def sloping(chance: Random, share: float) -> Shape:
    today, until = size(chance), chance.uniform(30, 90)

    def level(day: int) -> float:
        return max(today * (1 + share / 7 * min(day, until)), today / 5)

    return Shape(level, chance.choice(RHYTHMS), chance.uniform(0.03, 0.15))


def levelling(chance: Random) -> Shape:
    """Growth that ends within days: what no history tells."""
    today, share = size(chance), chance.uniform(0.06, 0.2)
    return Shape(lambda day: today * (1 + share / 7 * min(day, 3)), chance.choice(RHYTHMS), 0.1)


def campaign(first: Callable[[Random], int], length: int) -> Callable[[Random], Shape]:
    """So many days in a row at four to twelve times the usual."""

    def kind(chance: Random) -> Shape:
        begins = first(chance)
        extra = {begins + day: chance.uniform(4, 12) for day in range(length)}
        return Shape(flat(chance), chance.choice(RHYTHMS[:4]), chance.uniform(0.03, 0.2), extra)

    return kind


def changed(chance: Random) -> Shape:
    """Between four days and two weeks ago, to the double or triple, or to the half or less."""
    before, since = size(chance), -chance.randint(4, 14)
    times = chance.choice((chance.uniform(1.7, 3), chance.uniform(0.3, 0.6)))
    return Shape(
        lambda day: before * (times if day >= since else 1),
        chance.choice(RHYTHMS),
        chance.uniform(0.03, 0.15),
    )


def few_days(chance: Random) -> Shape:
    known = chance.randint(7, 12)
    return Shape(flat(chance), chance.choice(RHYTHMS[:4]), chance.uniform(0.03, 0.25), first=-known)


def gaps(chance: Random) -> Shape:
    """Single days that are not known, and a stretch of them."""
    stretch = chance.randint(-KNOWN, -8)
    missing = {day for day in range(-KNOWN, 0) if chance.random() < 0.25} | {*range(stretch, stretch + 6)}
    return Shape(flat(chance), chance.choice(RHYTHMS), chance.uniform(0.03, 0.2), unknown=frozenset(missing))


def sporadic(chance: Random) -> Shape:
    """A few messages on some days, and none on the others."""
    return Shape(lambda _: 8.0, sporadic=chance.uniform(0.2, 0.6))


def bursty(chance: Random) -> Shape:
    """Any day may take the half or the double."""
    return Shape(flat(chance), chance.choice(RHYTHMS), chance.uniform(0.4, 0.7))


def flat(chance: Random) -> Callable[[int], float]:
    usual = size(chance)
    return lambda _: usual


def size(chance: Random) -> float:
    return 10 ** chance.uniform(2, 5)


KINDS: Mapping[str, Callable[[Random], Shape]] = {
    "steady": steady,
    "weekly": weekly,
    "growing": growing,
    "shrinking": shrinking,
    "levelling": levelling,
    "campaign": campaign(lambda chance: chance.randint(-22, -6), 1),
    "campaign of two days": campaign(lambda chance: chance.randint(-22, -6), 2),
    "campaign of five days": campaign(lambda chance: chance.randint(-22, -9), 5),
    "campaign yesterday": campaign(lambda _: -1, 1),
    "campaign until yesterday": campaign(lambda _: -2, 2),
    "changed": changed,
    "few days": few_days,
    "gaps": gaps,
    "sporadic": sporadic,
    "bursty": bursty,
}
