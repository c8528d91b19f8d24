"""What was used on a day, and what that is of an average day."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Use:
    """What was billed on a day that is known. `day` is its distance to today: -1 for yesterday."""

    day: int
    weekday: int
    count: int


def average(uses: Sequence[Use], shares: Sequence[float]) -> float:
    """What an average day takes, whichever weekdays these are."""
    days = sum(shares[it.weekday] for it in uses)
    return sum(it.count for it in uses) / days if days else 0.0


def middle_day(uses: Sequence[Use], shares: Sequence[float]) -> float:
    days = sum(shares[it.weekday] for it in uses)
    return sum(it.day * shares[it.weekday] for it in uses) / days if days else 0.0
