"""The pace: what is used a day, as of tomorrow, from the last days. Messages here are billed segments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import dropwhile

from bot.sms.cloud import Day
from bot.sms.course import bounds, course_of
from bot.sms.rhythm import EVEN, rhythm
from bot.sms.spikes import spikes
from bot.sms.use import Use

DAY = timedelta(days=1)
# Fewer days than a week can't tell a busy Monday from a quiet Sunday.
FEWEST_DAYS = 7
# The course is drawn through four weeks: every weekday four times, and nothing of another season.
RECENT_DAYS = 28


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
