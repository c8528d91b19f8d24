"""The API's clock, as far as we know it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

# A Date header counts whole seconds.
RESOLUTION = timedelta(seconds=1)


class ServerClock:
    """Our own clock until an answer has told that it is wrong. `ahead`: how far ours is before the API's."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.ahead = timedelta()

    def now(self) -> datetime:
        return self._now() - self.ahead

    def measured(self, date: str) -> timedelta | None:
        """How far our clock is ahead of the one that wrote this Date header; None when it can't be read."""
        try:
            theirs = parsedate_to_datetime(date)
        except (ValueError, OverflowError):
            return None
        return None if theirs.tzinfo is None else self._now() - theirs

    def correct(self, ahead: timedelta, signed_with: timedelta) -> bool:
        """Goes by `ahead` from now on. Whether that is news to a request that was signed with another one.

        It is compared with what the request was signed with, not with `self.ahead`: another request may
        have corrected the clock in the meantime, and both deserve to be asked again.
        """
        self.ahead = ahead
        return abs(ahead - signed_with) > RESOLUTION
