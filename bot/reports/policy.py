"""When an alert is due: what an operator has set, or the defaults."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """`shares` of the packages not used up, and whole `messages`: so much left. `unusual`: times the median."""

    shares: tuple[float, ...] = (0.3, 0.1, 0.0)
    messages: tuple[int, ...] = ()
    run_out_days: int = 7
    expiry_days: int = 14
    unusual: float = 5.0


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Alerts of `policy` in a channel, where they call the people and groups of `tell`.

    What was told is not told again for the time of `cool_down`, whatever happens meanwhile.
    """

    channel: str
    policy: AlertPolicy
    cool_down: timedelta
    tell: tuple[str, ...] = ()
