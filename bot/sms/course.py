"""The course of what is used: a level, or a line where a trend is clear, and how far weeks are from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import sqrt
from statistics import fmean, median

from bot.sms.spikes import LONGEST_SPIKE
from bot.sms.use import Use, average, middle_day

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
# The standard deviation of normal noise, of how far values lie from each other.
FROM_EACH_OTHER = 0.8862


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
