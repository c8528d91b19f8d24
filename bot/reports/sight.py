"""What is known of an account at one look, and what is found in it: raised, clear or neither.

Between raised and clear lies a gap, so that what wavers about a threshold is not told again and again. What is not
known is never taken for zero, nor for a recovery.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.sms.cloud import Day, Hour, Packages, ReceiptCounts

# raised: it holds. clear: it is over. between: neither, so that nothing changes. unknown: data is missing.
State = Literal["raised", "clear", "between", "unknown"]
Details = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of an account at one look, `at`.

    `days`: the last 30 full days. `hours`: each of the last 14 days and of today, with the one that goes on. Both
    oldest first. `today`: the receipts of today so far. `refused`: the code with which the API refused our
    questions; `test_refused`: that of a test send of the last 24 hours; "" where it did not.
    """

    at: datetime
    packages: Packages | None = None
    days: Sequence[Day] = ()
    hours: Sequence[Hour] = ()
    today: ReceiptCounts | None = None
    refused: str = ""
    test_refused: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one alert. A name without what stands behind the colon speaks for all of its kind.

    `details` are figures for the report. Of two alerts of a kind the one of more `weight` is the more severe.
    """

    name: str
    state: State
    details: Details = field(default_factory=dict)
    weight: float = 0.0


def state_of(*, raised: bool, clear: bool) -> State:
    return "raised" if raised else "clear" if clear else "between"
