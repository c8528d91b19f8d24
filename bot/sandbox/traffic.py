"""How much the sample account sends: the same for the same hour, day and seed, with a weekly rhythm."""

import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256, shake_256
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
DAYS_KEPT = 60

# Thousandths of a day that fall into each of its hours: quiet nights, peaks before and after noon.
CURVE = (6, 3, 2, 2, 2, 4, 10, 24, 52, 78, 88, 82, 58, 60, 76, 80, 78, 68, 56, 54, 52, 40, 18, 7)
WEEKEND = 0.5
# A campaign every eighth week, so on the same weekday: one, seldom two, in the days kept.
CAMPAIGN = 2.6
CAMPAIGN_DAYS = 56
CAMPAIGN_PHASE = 4
# The volume grows by a twentieth of a percent a day; it is the nominal one on this day.
GROWTH = 0.0005
NOMINAL_DAY = date(2026, 10, 1)

# Receipts: the part that comes at once, the part that ever comes, and how fast (hours). They stop coming
# after 72 hours (API: receipts).
AT_ONCE, EVER, PACE, LAST_RECEIPT = 0.83, 0.994, 4.0, 72.0
# Of 256 failures: internal errors, invalid numbers, phones off, blacklists, frequency limits.
FAILURES = (20, 97, 103, 20, 16)
KIND_BOUNDS = tuple(accumulate(FAILURES, initial=0))


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages, and `billed` segments. A message with a receipt is delivered or one of the five failures."""

    requests: int = 0
    accepted: int = 0
    billed: int = 0
    delivered: int = 0
    internal_error: int = 0
    invalid_number: int = 0
    powered_off: int = 0
    blacklisted: int = 0
    frequency: int = 0

    @property
    def failed(self) -> int:
        return (
            self.internal_error + self.invalid_number + self.powered_off + self.blacklisted + self.frequency
        )

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Traffic:
    """`weekday` is the usual number of billed segments from Monday to Friday; 0: nobody sends."""

    seed: int
    weekday: int

    def between(self, first: datetime, last: datetime, at: datetime) -> Counts:
        """What the statistics say at `at` of the hours from that of `first` to that of `last`, both included.

        Nothing of the future, and nothing older than the days kept.
        """
        kept = midnight(at.astimezone(ZONE).date() - timedelta(days=DAYS_KEPT))
        begin, end = max(whole_hour(first), kept), min(whole_hour(last), whole_hour(at))
        return sum((self._hour(hour, at) for hour in hours(begin, end)), Counts())

    def week(self, day: date) -> float:
        """The segments of a whole week at the volume of `day`, campaigns aside."""
        return self.weekday * (5 + 2 * WEEKEND) * growth(day)

    def _hour(self, hour: datetime, at: datetime) -> Counts:
        passed = min((at - hour) / HOUR, 1.0)
        usual = self.weekday * day_factor(hour.date()) * CURVE[hour.hour] / sum(CURVE)
        billed = round(usual * (0.92 + 0.16 * self._chance(hour, "volume")))
        accepted = round(billed / (1.1 + 0.1 * self._chance(hour, "length")))
        refused = round(accepted * 0.012 * self._chance(hour, "refused"))
        accepted_yet = int(passed * accepted)
        return Counts(
            accepted_yet + int(passed * refused),
            accepted_yet,
            int(passed * billed),
            *self._receipts(hour, accepted_yet, max((at - hour) / HOUR - 1.0, 0.0)),
        )

    def _receipts(self, hour: datetime, accepted: int, age: float) -> tuple[int, ...]:
        """The delivered and the failures by kind, `age` hours after the end of the hour."""
        missing = (EVER - AT_ONCE) * math.exp(-age / PACE) if age < LAST_RECEIPT else 0.0
        receipts = int(accepted * (EVER - missing))
        failed = int(receipts * (0.02 + 0.03 * self._chance(hour, "failed")))
        drawn = shake_256(f"{self.seed} {hour:%Y%m%d%H} kinds".encode()).digest(failed)
        kinds = [sum(low <= it < high for it in drawn) for low, high in pairwise(KIND_BOUNDS)]
        return receipts - failed, *kinds

    def _chance(self, hour: datetime, what: str) -> float:
        """From 0 to 1, always the same for the same hour."""
        digest = sha256(f"{self.seed} {hour:%Y%m%d%H} {what}".encode()).digest()
        return int.from_bytes(digest[:6]) / (1 << 48)


def day_factor(day: date) -> float:
    weekend = WEEKEND if day.weekday() >= 5 else 1.0
    campaign = CAMPAIGN if day.toordinal() % CAMPAIGN_DAYS == CAMPAIGN_PHASE else 1.0
    return weekend * campaign * growth(day)


def growth(day: date) -> float:
    return (1 + GROWTH) ** (day - NOMINAL_DAY).days


def hours(first: datetime, last: datetime) -> Iterator[datetime]:
    while first <= last:
        yield first
        first += HOUR


def whole_hour(moment: datetime) -> datetime:
    return moment.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
