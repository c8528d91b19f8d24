"""Whether anything is new in an account since the digest before, and what is left in it."""

from collections.abc import Sequence
from datetime import timedelta

from bot.reports.morning import Morning
from bot.sms.balance import SOON, day_of, last_day
from bot.sms.cloud import Day, Package
from bot.sms.pace import Pace

DAY = timedelta(days=1)
# What runs out or ends later than that is nothing new.
FAR = timedelta(days=14)


def quiet(it: Morning) -> bool:
    """Whether nothing was sent, rejected or raised, no package came or went, and none of that is near.

    All of it has to be known.
    """
    return known(it) and not (it.rejected or it.holding or sent(it) or moved(it) or low(it) or ends_soon(it))


def known(it: Morning) -> bool:
    stale = it.packages is None or it.packages.stale
    halves = bool(recent := news(it)) and all(day.sent and day.receipts for day in recent)
    return not it.lacking and not stale and halves and isinstance(it.pace, Pace)


def news(it: Morning) -> Sequence[Day]:
    """The days that the digest before could not tell of; yesterday in any case."""
    first = min(day_of(it.since), day_of(it.at) - DAY)
    return [day for day in it.days if day.day >= first]


def sent(it: Morning) -> bool:
    """Or received: receipts may come days later."""
    halves = ((day.sent, day.receipts) for day in news(it))
    return any((sent and sent.requests) or (receipts and receipts.receipts) for sent, receipts in halves)


def moved(it: Morning) -> bool:
    rows = it.packages.rows if it.packages else ()
    return any(it.since < when <= it.at for one in rows for when in (one.created, one.starts, one.ends))


def low(it: Morning) -> bool:
    """Whether nothing is left, or what is runs out soon."""
    if it.packages is None:
        return False
    when = it.runs_out
    soon = when is not None and when.earliest is not None and when.earliest <= day_of(it.at + SOON)
    return soon or not in_all(it)[0]


def ends_soon(it: Morning) -> bool:
    """Whether a package does that has something in it, or all of them are used up by then."""
    first, when = ends_first(it), it.runs_out
    ends = (last_day(first) if first else None, when.earliest if when else None)
    return any(day is not None and day <= day_of(it.at + FAR) for day in ends)


def in_all(it: Morning) -> tuple[int, int]:
    """What is left of what the valid packages held, in messages."""
    valid = [one for one in it.packages.rows if one.valid(it.at)] if it.packages else []
    return sum(one.left for one in valid), sum(one.amount for one in valid)


def ends_first(it: Morning) -> Package | None:
    usable = [one for one in it.packages.rows if one.valid(it.at) and one.left] if it.packages else []
    return min(usable, key=lambda one: one.ends, default=None)
