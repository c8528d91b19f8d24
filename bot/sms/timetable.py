"""When somebody wants a digest, as people say it: a time, a zone, days, a language, accounts; in any order."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from bot.language import Language
from bot.sms import wallclock
from bot.sms.plans import Plan
from bot.sms.wallclock import EVERY_DAY

# The time of a digest for which none is named.
DEFAULT = time(9)
ALIKE = 0.75

NUMBERS = "零一二三四五六七八九十"
# The hours of each part of the day to which twelve are added; 晚上 goes on over midnight.
PARTS: Mapping[str, range] = {
    **dict.fromkeys(("上午", "早上", "早晨", "清晨", "凌晨", "半夜", "am"), range(0)),
    "中午": range(1, 4),
    **dict.fromkeys(("下午", "傍晚", "pm"), range(1, 12)),
    **dict.fromkeys(("晚上", "夜里"), range(5, 12)),
}
NOON = ("noon", "midday", "中午", "正午")
# Twelve of these is midnight.
MIDNIGHT = frozenset({"am", "凌晨", "半夜", "晚上", "夜里"})
SPOKEN = re.compile(
    rf"(?<![0-9a-z])(?:(?P<part>{'|'.join(PARTS)})?(?P<hour>\d{{1,2}}|十[一二]?|[{NUMBERS}两])"
    r"(?:(?::(?P<minute>[0-5]\d)|[点點时時](?:(?P<said>[0-5]?\d)分?|(?P<half>半)|[整钟鐘])?)"
    rf"(?P<half_day>am|pm)?|(?P<alone>am|pm))|(?P<noon>{'|'.join(NOON)}))(?![0-9a-z])",
    re.IGNORECASE,
)
# What may be meant for a time of day, but is none: 9, 9.30, 24:00, 25点.
NO_CLOCK = re.compile(r"\d{1,2}(?:[:.点點时時]\d{0,2}分?)?(?:am|pm)?", re.IGNORECASE)
CHANNEL = re.compile(r"(?:<#)?([CGD][A-Z0-9]{2,20})(?:\|[^>]*)?>?")
LANGUAGES: Mapping[str, Language] = {
    **dict.fromkeys(("zh", "中文", "chinese"), "zh"),
    **dict.fromkeys(("en", "英文", "english"), "en"),
}
ALL = frozenset({"all", "全部", "所有"})
# What stands between the others and says nothing: daily at 9am in berlin.
FILLING = frozenset("at in on and every each the from time".split()) | {"在", "的", "每"}
WORKDAYS, WEEKEND = frozenset(range(5)), frozenset((5, 6))
DAYS: Mapping[str, frozenset[int]] = {
    **dict.fromkeys(("daily", "everyday", "day", "days", "天", "日", "天天"), EVERY_DAY),
    **dict.fromkeys(("weekdays", "weekday", "workdays", "workday", "工作日", "个工作日"), WORKDAYS),
    **dict.fromkeys(("weekends", "weekend", "周末", "週末", "个周末"), WEEKEND),
}
# A day of the week in full, and 周一至周五 or 周一三五, are read as wallclock reads mon-fri and mon,wed,fri.
IN_ENGLISH = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|r|rs|rsday|urday)?s?")
OF_A_WEEK = re.compile(r"周|週|星期|礼拜|禮拜")
IN_CHINESE = {**dict(zip("一二三四五六日", wallclock.WEEK, strict=True)), "天": "sun"}
SEPARATORS = ",.;、。"
BETWEEN = str.maketrans({"至": "-", "到": "-", "~": "-", "–": "-", "—": "-", "、": ",", "和": ",", "/": ","})
# Hours from Greenwich keep no summer time, and the short names of clocks are each used in several countries.
NO_ZONE = re.compile(
    r"(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?"
    r"|(?:ak|e|c|m|p|h|n)[sd]t|a[ce][sd]t|aw?st|bst|cest|cet|hkt|ist|jst|kst|nz[sd]t|sgt|west",
    re.IGNORECASE,
)
FIXED = frozenset({"EST", "MST", "HST"})
PLACES: Mapping[str, str] = {
    **dict.fromkeys(
        ("北京", "北京时间", "上海", "中国", "东八区", "beijing", "china", "cst", "utc+8", "gmt+8"),
        "Asia/Shanghai",
    ),
    **dict.fromkeys(("香港",), "Asia/Hong_Kong"),
    **dict.fromkeys(("台北", "台湾"), "Asia/Taipei"),
    **dict.fromkeys(("新加坡",), "Asia/Singapore"),
    **dict.fromkeys(("东京", "日本"), "Asia/Tokyo"),
    **dict.fromkeys(("伦敦",), "Europe/London"),
    **dict.fromkeys(("柏林", "德国"), "Europe/Berlin"),
    **dict.fromkeys(("纽约",), "America/New_York"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was said; None or empty for what was not. No accounts, but not None: all of them.

    `strange` are words that mean nothing, `near` a zone that the first of them may have meant.
    """

    at: time | None = None
    zone: ZoneInfo | None = None
    days: frozenset[int] = frozenset()
    language: Language | None = None
    accounts: tuple[str, ...] | None = None
    channel: str = ""
    strange: tuple[str, ...] = ()
    near: str = ""

    def applied(self, plan: Plan, now: datetime, person: str) -> Plan:
        """The plan with what was said, and otherwise as it was, from now on."""
        return replace(
            plan,
            at=self.at or plan.at,
            zone=self.zone or plan.zone,
            days=self.days or plan.days,
            language=self.language or plan.language,
            accounts=plan.accounts if self.accounts is None else self.accounts,
            since=now,
            on=True,
            person=person,
        )


def read_wish(words: Sequence[str], accounts: Collection[str]) -> Wish:
    """`accounts` are the names that there are. Of two times, zones or languages the last counts."""
    wish = Wish()
    plain = [unicodedata.normalize("NFKC", it).strip(SEPARATORS) for it in words]
    for word in together([it for it in plain if it], accounts):
        wish = taken(wish, word, accounts)
    return replace(wish, near=near_zone(wish.strange[0])) if wish.strange else wish


def together(words: Sequence[str], accounts: Collection[str]) -> Iterator[str]:
    """Words that mean one thing as one (9 am, new york), and what means two (每天9点) apart."""
    rest = list(words)
    while rest:
        length = next((it for it in (4, 3, 2) if one_thing(rest[:it], it)), 1)
        between = "_" if "_".join(rest[:length]).casefold() in zones() else ""
        yield from apart(between.join(rest[:length]), accounts)
        del rest[:length]


def one_thing(words: Sequence[str], length: int) -> bool:
    """Whether so many words are the name of a place, or a time: but 1 9:00 is not 19:00."""
    if len(words) < length:
        return False
    numbers = any(one[-1].isdecimal() and other[0].isdecimal() for one, other in pairwise(words))
    as_time = not numbers and clock_of("".join(words).casefold()) is not None
    return as_time or "_".join(words).casefold() in zones()


def apart(word: str, accounts: Collection[str]) -> list[str]:
    """Chinese has no blanks: 每天早上9点 is two words."""
    if word.casefold() in accounts or NO_ZONE.fullmatch(word):
        return [word]
    pieces, end = list[str](), 0
    for found in SPOKEN.finditer(word):
        pieces += (word[end : found.start()], found[0])
        end = found.end()
    bare = (it.strip(SEPARATORS) for it in (*pieces, word[end:]))
    return [it for it in bare if it]


def taken(wish: Wish, word: str, accounts: Collection[str]) -> Wish:  # noqa: PLR0911 - a line for each kind
    small = word.casefold()
    if small in accounts:
        return replace(wish, accounts=tuple(dict.fromkeys((*(wish.accounts or ()), small))))
    if small in ALL:
        return replace(wish, accounts=())
    if small in FILLING:
        return wish
    if (at := clock_of(small)) is not None:
        return replace(wish, at=at)
    if days := days_of(small):
        return replace(wish, days=wish.days | days)
    if small in LANGUAGES:
        return replace(wish, language=LANGUAGES[small])
    if name := zones().get(small):
        return replace(wish, zone=ZoneInfo(name))
    if found := CHANNEL.fullmatch(word):
        return replace(wish, channel=found[1])
    return replace(wish, strange=(*wish.strange, word))


def clock_of(word: str) -> time | None:
    """`9:00`, `09:30`, `9点半`, `早上九点`, `下午3点`, `9am`, `noon`."""
    found = SPOKEN.fullmatch(word)
    if found is None:
        return None
    if found["noon"]:
        return time(12)
    said = found["hour"]
    hour = int(said) if said.isdecimal() else in_numbers(said)
    hour = of_the_day(hour, found["part"] or found["half_day"] or found["alone"] or "")
    minute = 30 if found["half"] else int(found["minute"] or found["said"] or 0)
    return time(hour, minute) if hour < 24 else None


def in_numbers(said: str) -> int:
    """十二 is 12."""
    return sum(NUMBERS.index(it) for it in said.replace("两", "二"))


def of_the_day(hour: int, part: str) -> int:
    """An hour on 24."""
    if hour == 12 and part in MIDNIGHT:
        return 0
    return hour + 12 if hour in PARTS.get(part, ()) else hour


def days_of(word: str) -> frozenset[int]:
    """`mon-fri`, 周一至周五, 周一三五, 工作日, daily; empty for what names none."""
    bare = word.removeprefix("每")
    if bare in DAYS:
        return DAYS[bare]
    try:
        return wallclock.days(in_short(bare.translate(BETWEEN)))
    except ValueError:
        return frozenset()


def in_short(days: str) -> str:
    """`mon-fri` of `monday-friday` and of 周一-周五."""
    if not OF_A_WEEK.match(days):
        return IN_ENGLISH.sub(r"\1", days)
    names = (IN_CHINESE.get(it, it) for it in OF_A_WEEK.sub("", days))
    return ",".join(names).replace(",-,", "-").replace(",,,", ",")


def length_of(words: Sequence[str]) -> tuple[timedelta | None, Sequence[str]]:
    """The length among some words (`90m`, `6 hours`, `3天`; None for none), and the other words.

    Raises:
        ValueError: for one of nothing, or of more than seven days.
    """
    for place, _ in enumerate(words):
        for width in (2, 1):
            if length := wallclock.typed_duration("".join(words[place : place + width])):
                return length, [*words[:place], *words[place + width :]]
    return None, words


@cache
def zones() -> Mapping[str, str]:
    """Every name of a zone, and of a place that only one zone is called by, in small letters."""
    names = available_timezones() - FIXED
    called: dict[str, str] = {}
    for name, place in sorted(places(names)):
        called.setdefault(place, name)
    return {**called, **{name.casefold(): name for name in names}, **PLACES}


def places(names: Collection[str]) -> Iterator[tuple[str, str]]:
    """`berlin` of Europe/Berlin. Single words are no places: EST, Cuba."""
    for name in names:
        region, slash, place = name.rpartition("/")
        if slash and region not in {"Etc", "SystemV", "US", "Brazil", "Canada", "Chile", "Mexico"}:
            yield name, place.casefold()


def near_zone(word: str) -> str:
    """The zone that a mistyped word is most like; "" when none is. Hours from Greenwich are like no place."""
    if NO_ZONE.fullmatch(word):
        return ""
    near = get_close_matches(word.casefold(), zones(), n=1, cutoff=ALIKE)
    return zones()[near[0]] if near else ""
