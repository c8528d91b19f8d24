"""Reports that get news: shown again when they are complete, or kept up to date until all is told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.errors import BotError
from bot.slack.incoming import Origin
from bot.slack.message import Place, Posted, Standing
from bot.slack.reporting import Reporting
from bot.slack.shown.cards import Cards
from bot.slack.visitor import Lobby
from bot.slack.watch import Watch, Watches
from bot.slack.wire.outbox import Outbox
from bot.slack.work import Work
from bot.sms.command import Command
from bot.sms.report import Refresh, Report, say

LOG = structlog.get_logger("smsbot.slack")

# How long news is followed by the process that was asked; another one takes over some time after it. Seconds.
WATCHED = 20.0
OTHERS_AFTER = timedelta(seconds=60)
# The message that was kept up to date is gone, or who sent it may know no more of it: nobody is left to tell.
OVER = frozenset(
    {"access.guest", "guard.no_send", "slack.out_archived", "slack.out_gone", "slack.out_invite"}
)
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
        whole = await self.whole(command, Report(say(""), refresh=refresh))
        await self.outbox.send(place, self.cards.report(whole, command.language, share=share))

    async def whole(self, command: Command, report: Report) -> Report:
        """The report when what it lacked has come, or as it is when that takes too long."""
        until = self._soon()
        while report.refresh and self.now() < until:
            await self.sleep(report.refresh.seconds)
            report = await self.reporting.report(asked_again(command, report.refresh.command, self.now()))
        return replace(report, refresh=None)

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
        try:
            await self.watches.add(watch)
        except BotError as error:
            # What was begun is followed all the same, by this process alone.
            LOG.warning("watch_not_kept", watch=watch.id, reason=error.phrase)
        self.work.also(self._watch(watch, report.refresh))

    async def look_after(self, watch: Watch) -> None:
        """Looks once at a watch that nobody else looks after. One that can't be looked at is not kept for ever."""
        try:
            refresh = await self._look(watch)
        except BotError as error:
            if error.phrase not in OVER and self.now() < watch.until:
                raise
            LOG.info("watch_over", watch=watch.id, reason=error.phrase)
            refresh = None
        await self._settle(watch, refresh)

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
