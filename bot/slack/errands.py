"""Verbs carried out for somebody in Slack, and what they found shown where it belongs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.errors import BotError
from bot.language import Language
from bot.slack.addressing import instead, only_one_sees, opened
from bot.slack.following import Following
from bot.slack.incoming import Pressed
from bot.slack.message import Answerable, Place, Posted, metadata_of
from bot.slack.reporting import Reporting
from bot.slack.shown.calls import shared_by
from bot.slack.shown.cards import Cards
from bot.slack.visitor import Visitor
from bot.slack.wire.outbox import Outbox
from bot.slack.work import Work
from bot.sms.command import Command
from bot.sms.operations import Called
from bot.sms.report import Report

LOG = structlog.get_logger("smsbot.slack")

# How long somebody waits for a report without a word. Seconds.
AT_ONCE = 1.5
# The verbs whose words are of a message and not of the asker: they don't tell a language.
QUOTING = frozenset({"check", "send-test"})


@dataclass(frozen=True, slots=True)
class Errands:
    reporting: Reporting
    following: Following
    cards: Cards
    outbox: Outbox
    work: Work
    now: Callable[[], datetime]

    async def run(self, visitor: Visitor, called: Called, place: Place) -> None:
        """Carries a verb out and shows what it found.

        Raises:
            BotError: when the asker may not, or it can't be done.
        """
        command = self.command(visitor, called)
        report = await self._in_time(command, place)
        if report.openly:
            place = opened(place)
        if report.refresh and report.refresh.worth == "each":
            # Nobody can change what only one person sees.
            await self.following.openly(
                command, report, Posted(visitor.origin.channel, visitor.origin.thread)
            )
            if only_one_sees(place):
                await self.outbox.send(place, self.cards.said("slack.told_openly", command.language))
            return
        share = self._share(command, place)
        if report.refresh is None or report.refresh.worth == "first_and_last":
            await self.outbox.send(place, self.cards.report(report, command.language, share=share))
        else:
            await self._one_moment(place, command.language)
        if report.refresh:
            self.work.also(self.following.complete(command, report.refresh, place, share))

    async def renew(self, visitor: Visitor, called: Called, pressed: Pressed) -> None:
        """Shows what a verb finds now in the place of the message that was pressed, in that one's language.

        What names a posting names it still: a renewed one is found again, and not posted a second time.
        """
        command = self.command(visitor, called)
        report = await self.reporting.report(command)
        message = self.cards.report(report, report.language or command.language)
        metadata = metadata_of(command.words[-1]) if command.words else None
        await self.outbox.send(pressed.message or instead(pressed), message, metadata)

    async def share(self, visitor: Visitor, called: Called, place: Place) -> None:
        """Shows everybody what a verb finds now, when it is all there, and who wanted it shown."""
        if not self.reporting.shareable(called.verb, called.rest):
            raise BotError("slack.not_shared")
        command = self.command(visitor, called)
        report = await self.following.whole(command, await self.reporting.report(command))
        message = self.cards.report(report, command.language)
        words = self.cards.words("slack.shared_by", command.language)
        await self.outbox.send(place, shared_by(visitor.asker.person, words, message))

    async def report(self, visitor: Visitor, called: Called) -> Report:
        """For a form, which shows it itself."""
        return await self.reporting.report(self.command(visitor, called))

    def command(self, visitor: Visitor, called: Called) -> Command:
        text = called.word if called.verb in QUOTING else f"{called.word} {called.rest}"
        return Command(called.verb, called.rest, visitor.speaking(text), visitor.asker, self.now())

    def _share(self, command: Command, place: Place) -> str:
        """The command that shows it to everybody; "" when everybody sees it already, or nobody else may."""
        if not only_one_sees(place) or not self.reporting.shareable(command.verb, command.text):
            return ""
        return f"{command.verb} {command.text}".strip()

    async def _in_time(self, command: Command, place: Place) -> Report:
        """The report; when it takes long, a word that it is coming."""
        finding = asyncio.create_task(self.reporting.report(command))
        try:
            done, _ = await asyncio.wait({finding}, timeout=AT_ONCE)
            if not done:
                await self._one_moment(place, command.language)
            return await finding
        finally:
            finding.cancel()

    async def _one_moment(self, place: Place, language: Language) -> None:
        """Not in place of a message with buttons: they may be needed again if nothing comes of it.

        Nothing depends on it, least of all a message that is being sent meanwhile.
        """
        if isinstance(place, Posted):
            await self.outbox.status(place.channel, place.thread, self.cards.words("slack.at_work", language))
        elif not (isinstance(place, Answerable) and place.replace):
            try:
                await self.outbox.send(place, self.cards.said("slack.one_moment", language))
            except BotError as error:
                LOG.info("no_one_moment", reason=error.phrase)
