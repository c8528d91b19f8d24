"""How often a person may ask, and how much a channel may hear, in a minute.

Each has a bucket that holds a minute's worth and fills up steadily. It is kept as the moment at which it will
be full again: who has asked nothing for a minute leaves nothing behind.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from bot.errors import BotError

# ("person", id) or ("channel", id).
Bucket = tuple[str, str]

MINUTE = timedelta(minutes=1)
# Below this number of buckets it isn't worth while to look for full ones.
FEW = 1000


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Requests a minute, which may all come at once."""

    person_minute: int = 20
    channel_minute: int = 60


class Rates:
    """The buckets of one process: they protect it, not the account, so a restart may fill them."""

    def __init__(self, limits: RateLimits) -> None:
        # Rounded down, so that a minute's worth is never one less.
        self._steps = {"person": MINUTE // limits.person_minute, "channel": MINUTE // limits.channel_minute}
        self._full_at = dict[Bucket, datetime]()
        self._sweep_beyond = FEW

    def __len__(self) -> int:
        """How many buckets are remembered."""
        return len(self._full_at)

    def check(self, person: str, channel: str, now: datetime) -> None:
        """Counts one request, `now` aware; a refused one doesn't count. `channel` is "" in Home and in forms.

        Raises:
            BotError: when there were too many, with the seconds to wait.
        """
        self._forget_full(now)
        buckets: dict[Bucket, str] = {
            ("person", person): "access.person_minute",
        }
        if channel:
            buckets["channel", channel] = "access.channel_minute"
        for bucket in buckets:
            self._set_clock(bucket, now)
        for bucket, phrase in buckets.items():
            wait = self._full_at[bucket] + self._steps[bucket[0]] - (now + MINUTE)
            if wait > timedelta():
                raise BotError(phrase, seconds=ceil(wait.total_seconds()))
        for bucket in buckets:
            self._full_at[bucket] += self._steps[bucket[0]]

    def _set_clock(self, bucket: Bucket, now: datetime) -> None:
        """A bucket is full in a minute at the latest: what seems later is of a clock that was set back."""
        self._full_at[bucket] = min(max(self._full_at.get(bucket, now), now), now + MINUTE)

    def _forget_full(self, now: datetime) -> None:
        if len(self) > self._sweep_beyond:
            self._full_at = {it: full_at for it, full_at in self._full_at.items() if full_at > now}
            self._sweep_beyond = max(FEW, 2 * len(self))
