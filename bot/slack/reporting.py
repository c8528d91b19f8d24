"""What a verb finds, for those who may know it."""

from dataclasses import dataclass

from bot.errors import BotError
from bot.guard.access import Access
from bot.guard.refusals import Refusals
from bot.metrics import Metrics
from bot.sms.command import Command
from bot.sms.desk import Desk
from bot.sms.operations import VERBS, carry_out, helped, rights
from bot.sms.report import Report


@dataclass(frozen=True, slots=True)
class Reporting:
    desk: Desk
    access: Access
    refusals: Refusals
    metrics: Metrics

    async def report(self, command: Command) -> Report:
        """Raises:
        BotError: when the asker may not, which is on record, or it can't be done.
        """
        try:
            self.access.check(command.asker, command.verb, rights()[command.verb])
        except BotError as refusal:
            self.metrics.refused(refusal.phrase)
            await self.refusals.record(command.asker, command.verb, refusal)
            raise
        if command.verb == "help":
            return helped(command, self.access.allowed_verbs(command.asker, rights()))
        result = "failed"
        try:
            report = await carry_out(command, self.desk)
            result = "done"
        finally:
            self.metrics.carried_out(command.verb, result)
        return report

    def shareable(self, verb: str) -> bool:
        """Not what only admins may read, nor what holds the key to a send."""
        return VERBS[verb].right == "reads"
