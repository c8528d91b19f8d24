"""The breaker: stops asking an API that is down, and finds out when it is back.

Times are seconds of a clock that only goes forward.
"""

from collections import deque

FAILURES = 5
WITHIN = 30.0
PROBE_EVERY = 30.0


class Breaker:
    """Opens after 5 failures within 30 s, then lets one attempt through each 30 s, closes on a success."""

    def __init__(self) -> None:
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._probe_at: float | None = None

    @property
    def closed(self) -> bool:
        return self._probe_at is None

    def resting(self, now: float) -> bool:
        """Whether nothing may be asked, not even the probe."""
        return self._probe_at is not None and now < self._probe_at

    def admits(self, now: float) -> bool:
        """Whether an attempt may be made now; while open, the first one that may is the probe."""
        if self.resting(now):
            return False
        if not self.closed:
            self._probe_at = now + PROBE_EVERY
        return True

    def failed(self, now: float) -> None:
        self._failures.append(now)
        if self.closed and len(self._failures) == FAILURES and now - self._failures[0] <= WITHIN:
            self._probe_at = now + PROBE_EVERY

    def succeeded(self) -> None:
        self._failures.clear()
        self._probe_at = None
