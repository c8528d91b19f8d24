"""Reports that get news: shown again when they are complete, or kept up to date until all is told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.errors import BotError
from bot.slack.cards import Cards
from bot.slack.incoming import Origin
from bot.slack.message import Place, Posted, Standing
from bot.slack.outbox import Outbox
from bot.slack.reporting import Reporting
from bot.slack.visitor import Lobby
from bot.slack.watch import Watch, Watches
from bot.slack.work import Work
from bot.sms.command import Command
from bot.sms.report import Refresh, Report

LOG = structlog.get_logger("smsbot.slack")

# How long news is followed by the process that was asked; another one takes over some time after it. Seconds.
WATCHED = 20.0
OTHERS_AFTER = timedelta(seconds=60)
# FAQ: a receipt comes within 72 hours; one look more tells that none has come.
LONGEST = timedelta(hours=73)


@dataclass(frozen=True, slots=True)
class Following:
    reporting: Reporting
    lobby: Lobby
    cards: Cards
    outbox: Outbox
    watches: Watches
    work: Work
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    new_id: Callable[[], str]

    async def complete(self, command: Command, refresh: Refresh, place: Place, share: str = "") -> None:
        """Shows a report once more, when what it lacked has come."""
        until, report = self._soon(), None
        waiting: Refresh | None = refresh
        while waiting and self.now() < until:
            await self.sleep(waiting.seconds)
            report = await self.reporting.report(asked_again(command, waiting.command, self.now()))
            waiting = report.refresh
        if report is not None:
            whole = replace(report, refresh=None)
            await self.outbox.send(place, self.cards.report(whole, command.language, share=share))

    async def openly(self, command: Command, report: Report, where: Posted) -> None:
        """Shows a message that changes by itself: in the channel, else to the asker directly."""
        standing = await self._stand(command, report, where)
        if standing is None or report.refresh is None:
            return
        watch = Watch(
            self.new_id(),
            report.refresh.command,
            command.language,
            command.asker.person,
            command.asker.channel,
            standing,
            due=self.now() + OTHERS_AFTER,
            until=self.now() + LONGEST,
        )
        await self.watches.add(watch)
        self.work.also(self._watch(watch, report.refresh))

    async def look_after(self, watch: Watch) -> None:
        """Looks once at a watch that nobody else looks after."""
        await self._settle(watch, await self._look(watch))

    async def _stand(self, command: Command, report: Report, where: Posted) -> Standing | None:
        message = self.cards.report(report, command.language)
        try:
            return await self.outbox.send(where, message)
        except BotError as error:
            # We are not in that channel. What was done must not stay untold.
            LOG.info("followed_in_direct_messages", reason=error.phrase)
            direct = await self.outbox.direct_channel(command.asker.person)
            return await self.outbox.send(Posted(direct), message)

    async def _watch(self, watch: Watch, refresh: Refresh) -> None:
        until = self._soon()
        waiting: Refresh | None = refresh
        while waiting and self.now() < until:
            await self.sleep(waiting.seconds)
            waiting = await self._look(watch)
        await self._settle(watch, waiting)

    async def _look(self, watch: Watch) -> Refresh | None:
        """Brings the message up to date; gives when there is more to come."""
        visitor = await self.lobby.meet(Origin("", watch.person, watch.channel))
        verb, _, rest = watch.command.partition(" ")
        report = await self.reporting.report(Command(verb, rest, watch.language, visitor.asker, self.now()))
        await self.outbox.send(watch.message, self.cards.report(report, watch.language))
        return report.refresh if self.now() < watch.until else None

    async def _settle(self, watch: Watch, refresh: Refresh | None) -> None:
        if refresh is None:
            await self.watches.end(watch)
        else:
            await self.watches.again(watch, self.now() + timedelta(seconds=refresh.seconds))

    def _soon(self) -> datetime:
        return self.now() + timedelta(seconds=WATCHED)


def asked_again(command: Command, words: str, at: datetime) -> Command:
    verb, _, rest = words.partition(" ")
    return replace(command, verb=verb, text=rest, at=at)
