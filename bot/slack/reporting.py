"""What a verb finds, for those who may know it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.errors import BotError
from bot.guard.access import Access
from bot.guard.refusals import Refusals
from bot.metrics import Metrics
from bot.sms.command import Asker, Command
from bot.sms.desk import Desk
from bot.sms.operations import VERBS, carry_out, governed, helped, rights
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
        await self.admit(command.asker, governed(command.verb, command.text))
        if command.verb == "help":
            return helped(command, self.allowed(command.asker))
        result = "failed"
        try:
            report = await carry_out(command, self.desk)
            result = "done"
        finally:
            self.metrics.carried_out(command.verb, result)
        return report

    async def admit(self, asker: Asker, verb: str) -> None:
        """Raises:
        BotError: when the asker may not use a verb, here. That is on record.
        """
        try:
            self.access.check(asker, verb, rights()[verb])
        except BotError as refusal:
            await self._noted(asker, verb, refusal)
            raise

    async def admit_member(self, asker: Asker, what: str) -> None:
        """Raises:
        BotError: for guests, and people of other workspaces. That is on record.
        """
        if asker.guest:
            refusal = BotError("access.guest")
            await self._noted(asker, what, refusal)
            raise refusal

    async def admit_owner(self, asker: Asker, what: str) -> None:
        """Raises:
        BotError: for whoever is no knowledge owner. That is on record.
        """
        if not self.access.owner(asker):
            refusal = BotError("slack.not_owner")
            await self._noted(asker, what, refusal)
            raise refusal

    def allowed(self, asker: Asker) -> AbstractSet[str]:
        """The verbs that somebody may use, here."""
        return self.access.allowed_verbs(asker, rights())

    def shareable(self, verb: str, text: str) -> bool:
        """Not what only admins may read, nor what holds the key to a send, nor what would set something again."""
        return VERBS[verb].right == "reads" and governed(verb, text) == verb

    async def _noted(self, asker: Asker, what: str, refusal: BotError) -> None:
        self.metrics.refused(refusal.phrase)
        await self.refusals.record(asker, what, refusal)
