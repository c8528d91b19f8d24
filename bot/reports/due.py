"""What is due, at this instant: a pure function of the plans and the time.

A digest belongs to a local date, so that neither a clock that is set, nor a day with 23 or 25 hours, nor a start
that comes late makes it two or none.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.sms.plans import Pause, Plan

DAY = timedelta(days=1)
# So many days back one that was skipped is worth a word, and so many ahead one that is to come is looked for.
FARTHEST = 31


@dataclass(frozen=True, slots=True)
class Due:
    """A digest of the local date `day`, due `at` (UTC)."""

    plan: Plan
    day: date
    at: datetime

    @property
    def until(self) -> datetime:
        """When it is no longer of use."""
        return self.at + self.plan.catch_up


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When a wall clock shows `at` on that day, in UTC: of two times the first; where it is skipped, as much later.

    02:30 of a night in which 02:00 becomes 03:00 is 03:30; 01:30 of one in which it comes twice is the first.
    """
    return datetime.combine(day, at, zone).replace(fold=0).astimezone(UTC)


def due(plan: Plan, now: datetime, pause: Pause | None = None) -> Due | None:
    """The newest digest that is owed now and still of use. Older ones it makes superfluous."""
    today = local_date(now, plan.zone)
    # From tomorrow back: where a clock goes back over midnight, tomorrow has begun once already.
    back = (today - step * DAY for step in range(-1, FARTHEST))
    newest = next((it for it in planned(plan, back) if it.at <= now), None)
    if newest is None or now >= newest.until or not owed(newest, pause):
        return None
    return newest


def coming(
    plan: Plan, now: datetime, pause: Pause | None = None, settled: Collection[date] = ()
) -> datetime | None:
    """When the next one is due, of those days that have not had theirs; None where none is within a month."""
    today = local_date(now, plan.zone)
    # From yesterday on: where a clock goes forward over midnight, yesterday's may come today.
    ahead = (today + step * DAY for step in range(-1, FARTHEST))
    left = (it for it in planned(plan, ahead) if it.day not in settled)
    return next((it.at for it in left if it.at > now and owed(it, pause)), None)


def skipped(plan: Plan, last: date, day: date, pause: Pause | None = None) -> tuple[date, ...]:
    """The days between two digests on which there should have been one, as far back as a month."""
    between = ((day - step * DAY) for step in range(min((day - last).days, FARTHEST) - 1, 0, -1))
    return tuple(it.day for it in planned(plan, between) if owed(it, pause))


def owed(it: Due, pause: Pause | None) -> bool:
    """Not what was due before somebody asked for it, nor while it is switched off or paused."""
    after = it.plan.since is None or it.at >= it.plan.since
    return it.plan.on and after and (pause is None or it.at >= pause.until)


def planned(plan: Plan, days: Iterable[date]) -> Iterator[Due]:
    """Those of the days that have a digest, in their order."""
    for day in days:
        if day.weekday() in plan.days and exists(day, plan.zone):
            yield Due(plan, day, instant(day, plan.at, plan.zone))


def exists(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone has that day: Samoa had no 30 December 2011, when it went over the date line."""
    return local_date(instant(day, time(), zone), zone) == day


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
