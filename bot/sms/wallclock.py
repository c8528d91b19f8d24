"""Wall clocks: times of day, zones, days of the week and lengths, as the settings write them; and in words.

Each function that reads a text raises ValueError where it is none.
"""

import re
from collections.abc import Set as AbstractSet
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from bot.sms.command import folded
from bot.sms.report import Say, say

CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
DURATION = re.compile(r"([1-9][0-9]{0,3})([mhd])")
NUMERALS = "一二三四五六七八九十"
TWO = str.maketrans("两兩", "二二")
TYPED = re.compile(
    rf"(\d{{1,4}}|[{NUMERALS}两兩])(m|min|mins|minutes?|分钟?|分鐘|h|hours?|个?小时|個?小時|d|days?|天|日)"
)
LETTERS = {"m": "m", "分": "m", "h": "h", "个": "h", "個": "h", "小": "h", "d": "d", "天": "d", "日": "d"}
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
HALF = {
    "半天": timedelta(hours=12),
    **dict.fromkeys(("半小时", "半个小时", "半小時", "半個小時"), timedelta(minutes=30)),
}
LONGEST = timedelta(days=7)
# Days of the week count from 0, Monday.
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
NAMES = (
    "week.monday",
    "week.tuesday",
    "week.wednesday",
    "week.thursday",
    "week.friday",
    "week.saturday",
    "week.sunday",
)


def clock(text: str) -> time:
    """`09:00`, on 24 hours."""
    if not CLOCK.fullmatch(text):
        raise ValueError
    return time.fromisoformat(text)


def zone(text: str) -> ZoneInfo:
    """A zone by its name, as in Asia/Shanghai."""
    try:
        return ZoneInfo(text)
    except (KeyError, OSError) as error:
        raise ValueError from error


def duration(text: str) -> timedelta:
    """`90m`, `6h` or `2d`; at most seven days."""
    found = DURATION.fullmatch(text)
    if found is None or (length := int(found[1]) * UNITS[found[2]]) > LONGEST:
        raise ValueError
    return length


def typed_duration(text: str) -> timedelta | None:
    """What a person types for one: `90m`, `6 hours`, `3天`, 三天, 半天; None for what is no length at all.

    Raises:
        ValueError: for one of nothing, or of more than seven days.
    """
    word = folded("".join(text.split()))
    if word in HALF:
        return HALF[word]
    found = TYPED.fullmatch(word)
    return duration(f"{number(found[1])}{LETTERS[found[2][0]]}") if found else None


def number(text: str) -> int:
    """Of digits, or of one Chinese numeral."""
    return int(text) if text.isdecimal() else NUMERALS.index(text.translate(TWO)) + 1


def days(text: str) -> frozenset[int]:
    """`mon-fri`, `mon,wed,fri` or `sat-mon`."""
    chosen: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        begin = WEEK.index(first)
        length = (WEEK.index(last) - begin) % 7 if dash else 0
        chosen.update((begin + step) % 7 for step in range(length + 1))
    return frozenset(chosen)


def written(days: AbstractSet[int]) -> str:
    """Days of the week as `days` reads them."""
    return ",".join(WEEK[it] for it in sorted(days))


def days_said(days: AbstractSet[int]) -> Say:
    """Days of the week in words: every day, from one to another, or one by one."""
    ordered = sorted(days)
    if len(ordered) == len(NAMES):
        return say("week.every_day")
    names = [say(NAMES[it]) for it in ordered]
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return say("week.range", first=names[0], last=names[-1])
    said = names[0]
    for name in names[1:]:
        said = say("week.and", first=said, last=name)
    return said
