"""Refusals on record: who tried what, and why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.errors import BotError
from bot.guard.chain import Event
from bot.guard.ledger import Ledger
from bot.sms.command import Asker

LOG = structlog.get_logger("smsbot")


@dataclass(frozen=True, slots=True)
class Refusals:
    """Writes to the audit. Who is refused gets nothing, so that a database that is away holds up nothing."""

    ledger: Ledger
    now: Callable[[], datetime]

    async def record(self, asker: Asker, verb: str, refusal: BotError) -> None:
        details = {"verb": verb, "refused": refusal.phrase}
        try:
            async with self.ledger.writing() as books:
                await books.record(Event(self.now(), asker.person, asker.channel, "refused", details))
        except BotError as error:
            LOG.warning("refusal_not_recorded", verb=verb, reason=error.phrase)
