"""How long the packages last at the pace of the last days. Messages here are billed segments."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations, dropwhile, islice, pairwise
from math import sqrt
from statistics import fmean, median, median_low

from bot.sms.cloud import ACCOUNT_ZONE, Day, Package

DAY = timedelta(days=1)
# Fewer days than a week can't tell a busy Monday from a quiet Sunday.
FEWEST_DAYS = 7
# The course is drawn through four weeks: every weekday four times, and nothing of another season.
RECENT_DAYS = 28
# What still lasts after so many days, three years, is not worth a date.
LONGEST = 3 * 366
# Sums of fractions of messages are not exact.
NOTHING = 1e-6

# A spike takes at least two average days on top of what its weekday takes: what is less, once in four weeks,
# raises the pace by a fourteenth.
FAR = 2.0
# And it is so many times as far off as the quarter of days that is farthest off. Where any day may take the
# double, a busy one is no spike.
FARTHER = 5.0
# A campaign is over on the third day. What is not, is what is used now.
LONGEST_SPIKE = 2
# A day is compared with those of the week before it and of the week after it.
BESIDE = 7
# What comes oftener than once a week is usual. A short history may still have one campaign of two days.
OFTEN, AT_LEAST = 7, 2

# The means before and after a change of level differ by so many times what chance lets them differ by. It is
# high because the best of some twenty places is looked for.
CLEAR_CHANGE = 4.5
# The mean of four weeks, or their trend, follows a smaller change well enough. As a share.
LEAST_CHANGE = 0.3
# A new level has held for longer than a spike.
FEWEST_SINCE = LONGEST_SPIKE + 1

# Two weeks: within one, growth can't be told from a busy weekend.
TREND_DAYS = 14
# Kendall: rising pairs of days outnumber falling ones by so many standard deviations. By chance, one history
# in a hundred does.
CLEAR_TREND = 2.6
# Sen: nineteen in twenty times, the slope is not steeper than the pair that lies so many of them from the
# middle.
STEEP = 1.64
# Growth that was seen for four weeks is believed for six more, in days. Nothing grows for ever.
REACH = 42
# A decline is believed down to a third of today's use: few services end, and who takes one for ended buys too
# late.
LEAST_LEFT = 1 / 3
# On a weekday that takes less than a quarter of an average day, a few messages look like a change.
TELLING = 0.25

# A week is a quarter of what is known; where less is known, so is the quarter, and quarters differ more.
QUARTERS = 4
# A course through less than two weeks may be wrong itself: so much of it wider for each day that is missing.
ENOUGH_DAYS = 14
MARGIN = 0.15 / ENOUGH_DAYS

EVEN = (1.0,) * 7
WORKDAYS_AND_WEEKEND = (0, 0, 0, 0, 0, 1, 1)
# The standard deviation of normal noise: of how far values lie from their middle, and from each other.
FROM_MIDDLE, FROM_EACH_OTHER = 1.2533, 0.8862


@dataclass(frozen=True, slots=True)
class TooLittle:
    """`known` days are too few to tell a pace from."""

    known: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a day, as of the day after the last that was looked at.

    `low` and `high`: in a week that differs from the usual as much as the quietest and the busiest of those
    that are known. `rhythm` has the share of an average day that each weekday takes, Monday first.

    `trend`: how many messages a day it becomes more with each week, below 0 if less, 0 if there is no clear
    one; `steepest`: as many as it may well be. `spikes` are left out of all that, but widen the range.
    """

    known: int
    low: float
    usual: float
    high: float
    rhythm: tuple[float, ...] = EVEN
    trend: float = 0.0
    steepest: float = 0.0
    spikes: tuple[date, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Use:
    """What was billed on a day that is known. `day` is its distance to today: -1 for yesterday."""

    day: int
    weekday: int
    count: int


@dataclass(frozen=True, slots=True)
class Course:
    """What an average day takes: today, and by `slope` more each day. `days` it was drawn through."""

    level: float
    slope: float = 0.0
    steepest: float = 0.0
    days: int = 0

    def at(self, day: int) -> float:
        least = self.level * LEAST_LEFT if day > 0 else 0.0
        return max(self.level + self.slope * min(day, REACH), least)


def pace(days: Sequence[Day]) -> Pace | TooLittle:
    """What is used a day. Days before the first use tell nothing of it, unless there is no use at all."""
    today = days[-1].day + DAY if days else date.max
    known = [
        Use((it.day - today).days, it.day.weekday(), it.sent.billed) for it in days if it.sent is not None
    ]
    begun = list(dropwhile(lambda it: not it.count, known)) or known
    if len(begun) < FEWEST_DAYS:
        return TooLittle(len(begun))
    apart = spikes(begun)
    rest = [it for it in begun if it not in apart]
    shares = rhythm(rest)
    course = course_of(rest[-RECENT_DAYS:], shares)
    low, high = bounds(course, shares, begun, rest)
    trend, steepest = 7 * course.slope, 7 * course.steepest
    dates = tuple(today + it.day * DAY for it in apart)
    return Pace(len(begun), low, course.level, high, shares, trend, steepest, dates)


def spikes(known: Sequence[Use]) -> list[Use]:
    """One or two days in a row that are far above those beside them; none if they come often."""
    levels = levels_beside(known)
    usual = usual_shares(known, levels)
    excess = [lift(it, level) - share for it, level, share in zip(known, levels, usual, strict=True)]
    scatter = sorted(map(abs, excess))[3 * (len(excess) - 1) // 4]
    far = [place for place, it in enumerate(excess) if it > max(FAR, FARTHER * scatter)]
    found = [
        known[place]
        for run in runs(far)
        if len(run) <= LONGEST_SPIKE and stands_alone(run, known, levels, usual)
        for place in run
    ]
    return found if len(found) <= max(len(known) // OFTEN, AT_LEAST) else []


def levels_beside(known: Sequence[Use]) -> list[float]:
    """What is usual beside each day; 0 where most days have no use, so that there is nothing to rise above."""
    around = [
        [*known[max(place - BESIDE, 0) : place], *known[place + 1 : place + 1 + BESIDE]]
        for place in range(len(known))
    ]
    return [median(it.count for it in beside) for beside in around]


def lift(use: Use, level: float) -> float:
    return use.count / level if level else 0.0


def usual_shares(known: Sequence[Use], levels: Sequence[float]) -> list[float]:
    """What share the weekday of each day takes on its other dates: a newsletter every Tuesday is no spike."""
    lifts = [(it, lift(it, level)) for it, level in zip(known, levels, strict=True)]
    return [
        median_low([share for other, share in lifts if other.weekday == it.weekday and other != it] or [1.0])
        for it in known
    ]


def runs(places: Iterable[int]) -> list[list[int]]:
    """Places that follow each other, together."""
    found = list[list[int]]()
    for place in places:
        if found and found[-1][-1] == place - 1:
            found[-1].append(place)
        else:
            found.append([place])
    return found


def stands_alone(
    run: Sequence[int], known: Sequence[Use], levels: Sequence[float], usual: Sequence[float]
) -> bool:
    """Whether the days before and after are less than half as far off: else a new level begins here."""
    level = levels[run[0]]
    excess = {
        place: lift(known[place], level) - usual[place]
        for place in range(max(run[0] - 1, 0), min(run[-1] + 2, len(known)))
    }
    peak = max(excess[place] for place in run)
    return all(it < peak / 2 for place, it in excess.items() if place not in run)


def rhythm(rest: Sequence[Use]) -> tuple[float, ...]:
    """The share of an average day that each weekday takes.

    Where a weekday was seen only once, workdays and the weekend are told apart, and no more.
    """
    seen = [it.weekday for it in rest]
    kinds = range(7) if all(seen.count(it) > 1 for it in range(7)) else WORKDAYS_AND_WEEKEND
    shares: tuple[float, ...] = EVEN
    # The second time, the mean of a week no longer depends on which of its days are not known.
    for _ in range(2):
        shares = believed(shares_by_kind(rest, shares, kinds), kinds)
    return shares


def shares_by_kind(
    rest: Sequence[Use], shares: Sequence[float], kinds: Sequence[int]
) -> Mapping[int, list[float]]:
    """Each day over the mean of its week, which it is in the middle of: growth has no part in it."""
    width = min(7, len(rest))
    found: dict[int, list[float]] = {}
    for place, it in enumerate(rest):
        first = min(max(place - width // 2, 0), len(rest) - width)
        level = average(rest[first : first + width], shares)
        if level:
            found.setdefault(kinds[it.weekday], []).append(it.count / level)
    return found


def average(uses: Sequence[Use], shares: Sequence[float]) -> float:
    """What an average day takes, whichever weekdays these are."""
    days = sum(shares[it.weekday] for it in uses)
    return sum(it.count for it in uses) / days if days else 0.0


def believed(found: Mapping[int, list[float]], kinds: Sequence[int]) -> tuple[float, ...]:
    """The middle share of each weekday; all the nearer to an even week, the more of it may be chance."""
    middles = {kind: median(shares) for kind, shares in found.items()}
    if not any(middles.values()):
        return EVEN
    each = [middles.get(kind, fmean(middles.values())) for kind in kinds]
    shares = [7 * it / sum(each) for it in each]
    uneven = fmean((it - 1) ** 2 for it in shares)
    chance = uneven_by_chance(found, middles, kinds)
    trust = max(1 - chance / uneven, 0.0) if uneven else 0.0
    return tuple(1 + trust * (it - 1) for it in shares)


def uneven_by_chance(
    found: Mapping[int, list[float]], middles: Mapping[int, float], kinds: Sequence[int]
) -> float:
    """How uneven an even week would look, going by how much days of the same kind differ."""
    apart = [abs(it - middles[kind]) for kind, shares in found.items() for it in shares]
    variance = (FROM_MIDDLE * fmean(apart)) ** 2 * len(apart) / max(len(apart) - len(found), 1)
    return variance * fmean(1 / len(found[kind]) for kind in kinds if kind in found)


def course_of(uses: Sequence[Use], shares: Sequence[float]) -> Course:
    """A line where a trend is clear, else a level, through the days since the level last changed."""
    telling = [it for it in uses if shares[it.weekday] >= TELLING]
    values = [round(it.count / shares[it.weekday], 6) for it in telling]
    slope, steepest = slopes([it.day for it in telling], values)
    change = last_change(values)
    straight = [value - slope * it.day for it, value in zip(telling, values, strict=True)]
    if change and squares(values[:change]) + squares(values[change:]) < squares(straight):
        return course_of([it for it in uses if it.day >= telling[change].day], shares)
    level = average(uses, shares) - slope * middle_day(uses, shares)
    return Course(level, slope, steepest, len(uses)) if level > 0 else Course(0.0, days=len(uses))


def slopes(days: Sequence[int], values: Sequence[float]) -> tuple[float, float]:
    """Of the middle pair of days (Theil and Sen), and as steep as it may well be; 0 where no trend is clear."""
    count = len(days)
    if count < TREND_DAYS:
        return 0.0, 0.0
    points = zip(days, values, strict=True)
    pairs = sorted((last - first) / (to - at) for (at, first), (to, last) in combinations(points, 2))
    rising = sum(it > 0 for it in pairs) - sum(it < 0 for it in pairs)
    # Kendall: of as many values in any order.
    deviation = sqrt(count * (count - 1) * (2 * count + 5) / 18)
    if abs(rising) < CLEAR_TREND * deviation:
        return 0.0, 0.0
    farther = round(STEEP * deviation / 2)
    place = len(pairs) // 2 + (farther if rising > 0 else -farther)
    return median(pairs), pairs[min(max(place, 0), len(pairs) - 1)]


def last_change(values: Sequence[float]) -> int:
    """Where a new level begins, if clearly one does; else 0."""
    count = len(values)
    places = range(FEWEST_SINCE, count - FEWEST_SINCE + 1)
    steps = [(fmean(values[:place]), fmean(values[place:]), place) for place in places]
    clear = [it for it in steps if abs(it[1] - it[0]) > LEAST_CHANGE * it[0]]
    if not clear:
        return 0
    noise = FROM_EACH_OTHER * fmean(abs(after - before) for before, after in pairwise(values))
    gain, place = max((at * (count - at) / count * (after - before) ** 2, at) for before, after, at in clear)
    return place if gain > (CLEAR_CHANGE * noise) ** 2 else 0


def squares(values: Sequence[float]) -> float:
    middle = fmean(values)
    return sum((it - middle) ** 2 for it in values)


def middle_day(uses: Sequence[Use], shares: Sequence[float]) -> float:
    days = sum(shares[it.weekday] for it in uses)
    return sum(it.day * shares[it.weekday] for it in uses) / days if days else 0.0


def bounds(
    course: Course, shares: Sequence[float], begun: Sequence[Use], rest: Sequence[Use]
) -> tuple[float, float]:
    """The pace of a week as far from the course as the quietest and the busiest were.

    Days before the level changed are compared with the new one: what came may go.
    """
    width = min(7, max(len(rest) // QUARTERS, 1))
    far = [0.0, *distances(course, shares, begun, 7), *distances(course, shares, rest, width)]
    margin = course.level * MARGIN * max(ENOUGH_DAYS - course.days, 0)
    return max(course.level + min(far) - margin, 0.0), course.level + max(far) + margin


def distances(course: Course, shares: Sequence[float], uses: Sequence[Use], width: int) -> Iterator[float]:
    """How far an average day is from the course, for every `width` days in a row."""
    for first in range(len(uses) - width + 1):
        some = uses[first : first + width]
        expected = sum(course.at(it.day) * shares[it.weekday] for it in some)
        days = sum(shares[it.weekday] for it in some)
        if days:
            yield round((sum(it.count for it in some) - expected) / days, 6)


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
