"""What makes a direct message nicer, if Slack has it: no answer depends on it, or waits for it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.wire.client import Lost, Observe, Outcome, Refused, call, result_of
from bot.slack.wire.clock import Clock

LOG = structlog.get_logger("smsbot.slack")

# Seconds that an answer is held up at most.
PATIENCE = 2.0
# Seconds that a method rests which Slack lacks: that is so without a paid plan, or without the scope.
RESTS = 3600.0
# Of one call only, so that the next may go well.
PASSING = frozenset({"channel_not_found", "invalid_thread_ts", "message_not_found", "thread_not_found"})


class Polish:
    def __init__(self, client: AsyncWebClient, clock: Clock, observe: Observe) -> None:
        self._client = client
        self._clock = clock
        self._observe = observe
        self._resting: dict[str, float] = {}

    async def add(self, method: str, arguments: Mapping[str, Any]) -> None:
        """Tries it once. What Slack lacks is not tried again for an hour, nor sooner than it says."""
        now = self._clock.seconds()
        if now < self._resting.get(method, now):
            return
        outcome = await self._tried(method, arguments)
        self._observe(method, result_of(outcome))
        match outcome:
            case Refused(retry_after=float() as seconds):
                self._resting[method] = now + seconds
            case Refused(code=code) if code not in PASSING:
                LOG.info("polish_missing", method=method, code=code)
                self._resting[method] = now + RESTS

    async def _tried(self, method: str, arguments: Mapping[str, Any]) -> Outcome:
        try:
            async with asyncio.timeout(PATIENCE):
                return await call(self._client, method, arguments)
        except TimeoutError:
            return Lost("slow")
