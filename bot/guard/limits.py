"""How many test sends are still allowed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import BotError
from bot.guard.policy import Limits

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Used:
    """What was confirmed before now.

    For a number only what may have reached it counts; for a person, a channel and in all, every confirmed
    send does. What a clock that was set back shows in the future counts as well.
    """

    number_last: datetime | None
    number_day: int
    person_hour: int
    channel_hour: int
    day: int


def check_limits(limits: Limits, used: Used, now: datetime) -> None:
    """Raises:
    BotError: naming the limit that one more send would break.
    """
    pause = timedelta(seconds=limits.number_seconds)
    if used.number_last is not None and now - used.number_last < pause:
        left = (used.number_last + pause - now).total_seconds()
        raise BotError("guard.number_seconds", limit=limits.number_seconds, seconds=max(1, round(left)))
    for phrase, count, limit in (
        ("guard.number_day", used.number_day, limits.number_day),
        ("guard.person_hour", used.person_hour, limits.person_hour),
        ("guard.channel_hour", used.channel_hour, limits.channel_hour),
        ("guard.day", used.day, limits.day),
    ):
        if count >= limit:
            raise BotError(phrase, limit=limit)
