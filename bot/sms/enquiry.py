"""A question about one number: which number, and which of the last days."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.errors import BotError
from bot.sms.cloud import ACCOUNT_ZONE
from bot.sms.phone import PhoneNumber, read_number

DAY = timedelta(days=1)
# API: records of one number go back seven days, on its clock and when the question arrives there.
FARTHEST = 7 * DAY - timedelta(minutes=1)

# What a number may be written in pieces of: "138 0013 8000", "(+86) 138-0013-8000".
# What stands between them, besides blanks.
BETWEEN_WORDS = re.compile(r"[,;:、。\s]+")
PIECE = re.compile(r"[\d+().·-]+")
NAMED_DAYS: Mapping[str, int] = {
    **dict.fromkeys(("today", "今天", "今日"), 0),
    **dict.fromkeys(("yesterday", "昨天", "昨日"), 1),
    "前天": 2,
}
WHOLE_DATE = re.compile(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")
SHORT_DATE = re.compile(r"(\d{1,2})[-/月](\d{1,2})[日号]?")


@dataclass(frozen=True, slots=True)
class Enquiry:
    """`day` is None for all of the days that are kept."""

    number: PhoneNumber
    since: datetime
    until: datetime
    day: date | None


def read_enquiry(words: Sequence[str], at: datetime) -> Enquiry:
    """A number in any usual form, and a day before or behind it: 2026-11-20, 11-20, 昨天, yesterday.

    Raises:
        BotError: without a number, for a day that is none, lies ahead, or is no longer kept.
    """
    plain = BETWEEN_WORDS.sub(" ", unicodedata.normalize("NFKC", " ".join(words))).split()
    day, rest = split_day(plain, at.astimezone(ACCOUNT_ZONE).date())
    if no_day := next(filter(WHOLE_DATE.fullmatch, rest), None):
        raise BotError("enquiry.unknown_day", day=no_day)
    number = read_number(" ".join(word for word in rest if PIECE.fullmatch(word)))
    if strange := [word for word in rest if not PIECE.fullmatch(word)]:
        raise BotError("enquiry.unknown_day", day=without_digits(" ".join(strange)))
    if day is None:
        return Enquiry(number, at - FARTHEST, at, None)
    return of_day(number, day, at)


def split_day(words: Sequence[str], today: date) -> tuple[date | None, Sequence[str]]:
    """The day that the last or the first word names, and the other words."""
    if words and (day := read_day(words[-1], today)):
        return day, words[:-1]
    if words and (day := read_day(words[0], today)):
        return day, words[1:]
    return None, words


def read_day(word: str, today: date) -> date | None:
    """The day that a word names; a month and a day without their year are the last such day."""
    if (back := NAMED_DAYS.get(word.casefold())) is not None:
        return today - back * DAY
    if whole := WHOLE_DATE.fullmatch(word):
        return on(int(whole[1]), int(whole[2]), int(whole[3]))
    if short := SHORT_DATE.fullmatch(word):
        this_year = on(today.year, int(short[1]), int(short[2]))
        last_year = on(today.year - 1, int(short[1]), int(short[2]))
        return this_year if this_year is None or this_year <= today + FARTHEST else last_year
    return None


def on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def of_day(number: PhoneNumber, day: date, at: datetime) -> Enquiry:
    """The part of a day, in the account's zone, that is past and still kept."""
    midnight = datetime.combine(day, time(), ACCOUNT_ZONE)
    since, until = max(midnight, at - FARTHEST), min(midnight + DAY, at)
    if midnight > at:
        raise BotError("enquiry.day_ahead", day=day)
    if since >= until:
        raise BotError("enquiry.day_gone", day=day, first=(at - FARTHEST).astimezone(ACCOUNT_ZONE).date())
    return Enquiry(number, since, until, day)


def without_digits(text: str) -> str:
    """A word that was not understood, fit to be repeated: it may hold a part of a number."""
    return re.sub(r"\d", "*", text)
