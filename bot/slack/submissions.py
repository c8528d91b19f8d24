"""Forms as they are opened, sent and closed: what each leads to."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from bot.drawing import masked
from bot.errors import BotError
from bot.faq.added import Added, AddedPhrasings
from bot.faq.asked import Asked
from bot.faq.overlay import stands_elsewhere
from bot.guard.access import Access
from bot.language import Language, language_of
from bot.slack.addressing import hushed
from bot.slack.enquiries import Enquiries
from bot.slack.errands import Errands
from bot.slack.incoming import Closed, Incoming, Origin, Pressed, Submitted
from bot.slack.message import Message, View
from bot.slack.shown.cards import Cards
from bot.slack.shown.filled import (
    ENTRY,
    QUESTION,
    WORDINGS,
    Wording,
    begun,
    read_complaint,
    read_question,
    read_trial,
    read_wording,
)
from bot.slack.shown.forms import Modals
from bot.slack.shown.private import Adding, Confirming, Disliking, Opened, unfolded
from bot.slack.visitor import Visitor
from bot.slack.wire.outbox import Outbox
from bot.slack.work import Work
from bot.sms.desk import Desk
from bot.sms.operations import Called
from bot.sms.report import Report

LOG = structlog.get_logger("smsbot.slack")

# Slack takes the answer to a form within three seconds: what takes longer is shown when it is there.
IN_TIME = 2.0
CONFIRM = "confirm "

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Submissions:
    """`learn` makes what was added hold at once."""

    modals: Modals
    enquiries: Enquiries
    errands: Errands
    access: Access
    desk: Desk
    added: AddedPhrasings
    learn: Callable[[], Any]
    cards: Cards
    outbox: Outbox
    work: Work
    now: Callable[[], datetime]

    async def open(self, visitor: Visitor, name: str, rest: str) -> None:
        """Opens the form of this name, begun with `rest`."""
        language = visitor.language
        match name:
            case "ask":
                await self.errands.reporting.admit(visitor.asker, "ask")
                await self._show(visitor, self.modals.ask(opened(visitor, language), rest))
            case "send_test":
                await self.open_send_test(visitor, language, rest)
            case "wording":
                await self._open_wording(visitor, rest.split())
            case _:
                raise BotError("slack.old_button")

    async def ask_reason(self, visitor: Visitor, asked: Asked) -> None:
        """A dislike counts without one: where the form comes too late, there is none."""
        try:
            await self._show(visitor, self.modals.reason(Disliking(asked.language, asked.id)))
        except BotError as error:
            LOG.info("no_reason_asked", reason=error.phrase)

    async def read_entry(self, visitor: Visitor, name: str) -> None:
        """Shows an entry by itself."""
        message = self.enquiries.entry(name, visitor.language)
        title = self.cards.words("form.shown_title", visitor.language)
        await self._show(visitor, self.modals.shown(title, message, visitor.language))

    async def show_report(self, visitor: Visitor, called: Called) -> None:
        """What a verb finds, in a form: at once that it is being looked for, then what it is."""
        language = visitor.language
        view_id = await self._show(visitor, self.modals.loading("shown", language))
        try:
            message = self.cards.report(await self.errands.report(visitor, called), language)
        except BotError as error:
            message = self.cards.error(error, language)
        title = self.cards.words("form.shown_title", language)
        await self.outbox.change_view(view_id, self.modals.shown(title, message, language))

    async def respond(self, visitor: Visitor, submitted: Submitted) -> Answer:
        """What Slack is told to do with the form: close it, show errors, or show something else in it."""
        match submitted.form:
            case "ask":
                return await self._asked(visitor, submitted)
            case "reason":
                return await self._reasoned(visitor, submitted)
            case "send_test":
                return await self._wished(visitor, submitted)
            case "wording":
                return await self._worded(visitor, submitted)
            case _:
                return {"response_action": "clear"}

    async def deal(self, visitor: Visitor, submitted: Submitted) -> None:
        """What a form leads to after it has closed: sending what was previewed."""
        if submitted.form == "confirm":
            await self._decide(visitor, submitted.view.private, "confirm")

    async def closed(self, visitor: Visitor, closed: Closed) -> None:
        """A preview that is closed is not wanted."""
        if closed.form == "confirm":
            await self._decide(visitor, closed.view.private, "cancel")

    async def tell(self, incoming: Incoming, error: BotError, language: Language) -> None:
        """An error, where there is nothing but a view: in a form of its own."""
        message = self.cards.error(error, language)
        view = self.modals.shown(self.cards.words("form.error_title", language), message, language)
        seen = incoming.view if isinstance(incoming, Pressed) else None
        if seen and not seen.home:
            await self.outbox.change_view(seen.id, view)
        elif incoming.origin.trigger:
            await self.outbox.show(incoming.origin.trigger, view)

    async def _asked(self, visitor: Visitor, submitted: Submitted) -> Answer:
        question = read_question(submitted.values)
        if not question:
            return errors({QUESTION: self.cards.words("answer.nothing_asked", visitor.language)})
        opening = unfolded(Opened, submitted.view.private)
        there = where(visitor, opening.channel, opening.thread, opening.url) if opening else visitor
        await self.errands.reporting.admit(there.asker, "ask")
        message = await self.enquiries.message(there, question)
        language = language_of(question) or visitor.language
        return self._instead(self.cards.words("form.shown_title", language), message, language)

    async def _reasoned(self, visitor: Visitor, submitted: Submitted) -> Answer:
        if (disliking := unfolded(Disliking, submitted.view.private)) is None:
            return self.refused(BotError("slack.old_button"), visitor.language)
        complaint = read_complaint(submitted.values)
        if complaint.text:
            await self.enquiries.dislike(visitor, disliking.question, complaint.text)
        thanks = self.cards.said("slack.thanks", disliking.language)
        title = self.cards.words("form.reason_title", disliking.language)
        return self._instead(title, thanks, disliking.language)

    async def _wished(self, visitor: Visitor, submitted: Submitted) -> Answer:
        """The preview, in time or later; or what is wrong with what was filled in."""
        if (private := unfolded(Opened, submitted.view.private)) is None:
            return self.refused(BotError("slack.old_button"), visitor.language)
        trial = read_trial(submitted.values, next(iter(self.desk.accounts), ""))
        called = Called("send-test", trial.text)
        there = where(visitor, private.channel, private.thread, private.url)
        outcome = asyncio.create_task(self._outcome(there, called))
        done, _ = await asyncio.wait({outcome}, timeout=IN_TIME)
        if not done:
            self.work.also(self._previewed_later(outcome, submitted.view.id, private))
            return {"response_action": "update", "view": self.modals.loading("confirm", private.language)}
        if wrong := self.modals.errors(outcome.result(), private.language, tuple(submitted.values)):
            return errors(wrong)
        return {"response_action": "update", "view": self._preview(outcome.result(), private)}

    async def _previewed_later(
        self, outcome: asyncio.Task[Report | BotError], view_id: str, private: Opened
    ) -> None:
        await self.outbox.change_view(view_id, self._preview(await outcome, private))

    def _preview(self, outcome: Report | BotError, private: Opened) -> View:
        """The preview with its key; anything else to read."""
        language = private.language
        title = self.cards.words("form.send_test_title", language)
        if isinstance(outcome, BotError):
            return self.modals.shown(title, self.cards.error(outcome, language), language)
        message = self.cards.report(outcome, language)
        command = next((it.command for it in outcome.actions if it.dangerous), "")
        if not command.startswith(CONFIRM):
            return self.modals.shown(title, message, language)
        token = command.removeprefix(CONFIRM)
        confirming = Confirming(language, token, private.channel, private.thread, private.url)
        return self.modals.confirm(confirming, message)

    async def _outcome(self, visitor: Visitor, called: Called) -> Report | BotError:
        try:
            return await self.errands.report(visitor, called)
        except BotError as error:
            return error

    async def _worded(self, visitor: Visitor, submitted: Submitted) -> Answer:
        """Adds ways to ask to an entry: they hold at once, and settle the questions they come from."""
        await self.errands.reporting.admit_owner(visitor.asker, "wording")
        if (adding := unfolded(Adding, submitted.view.private)) is None:
            return self.refused(BotError("slack.old_button"), visitor.language)
        wording = read_wording(submitted.values)
        if wrong := self._wrong(wording, adding.language):
            return errors(wrong)
        for text in wording.texts:
            language = language_of(text) or adding.language
            await self.added.add(
                Added(wording.entry, language, masked(text), visitor.asker.person, self.now())
            )
        await self.learn()
        await self.enquiries.settle(adding.questions)
        count = len(wording.texts)
        message = self.cards.said("slack.wordings_added", adding.language, count=count)
        title = self.cards.words("form.wording_title", adding.language)
        return self._instead(title, message, adding.language)

    def _wrong(self, wording: Wording, language: Language) -> Mapping[str, str]:
        """What is wrong with added ways to ask, by the field below which it stands."""
        assistant = self.enquiries.assistant
        if wording.entry not in assistant.entries:
            return {ENTRY: self.cards.words("slack.no_entry", language)}
        for text in wording.texts:
            owner = stands_elsewhere(
                assistant.matcher.rank(text), assistant.matcher.reader.normaliser, wording.entry
            )
            if owner:
                title = assistant.entries[owner].title[language]
                return {
                    WORDINGS: self.cards.words("slack.stands_elsewhere", language, text=text, title=title)
                }
        return {}

    async def _decide(self, visitor: Visitor, private: str, verb: str) -> None:
        if (confirming := unfolded(Confirming, private)) is None:
            raise BotError("slack.old_button")
        there = where(visitor, confirming.channel, confirming.thread, confirming.url)
        place = hushed(there.origin, confirming.thread)
        try:
            await self.errands.run(there, Called(verb, confirming.token), place)
        except BotError as error:
            # The form is gone, and its trigger too old to open another: it is told where the form came from.
            await self.outbox.send(place, self.cards.error(error, confirming.language))

    async def open_send_test(self, visitor: Visitor, language: Language, rest: str) -> None:
        await self.errands.reporting.admit(visitor.asker, "send-test")
        self.desk.account(self.errands.command(visitor, Called("send-test", "")))
        options = await self.desk.sender.options(visitor.asker)
        accounts = tuple(self.desk.accounts)
        trial = begun(rest, options, accounts)
        view = self.modals.send_test(opened(visitor, language), options, accounts, trial)
        await self._show(visitor, view)

    async def _open_wording(self, visitor: Visitor, questions: list[str]) -> None:
        await self.errands.reporting.admit_owner(visitor.asker, "wording")
        asked = [await self.enquiries.known(it) for it in questions]
        nearest = tuple(dict.fromkeys(name for it in asked for name in it.offered))
        adding = Adding(visitor.language, tuple(it.id for it in asked))
        await self._show(visitor, self.modals.wording(adding, [it.text for it in asked], nearest))

    async def _show(self, visitor: Visitor, view: View) -> str:
        return await self.outbox.show(visitor.origin.trigger, view)

    def _instead(self, title: str, message: Message, language: Language) -> Answer:
        return {"response_action": "update", "view": self.modals.shown(title, message, language)}

    def refused(self, error: BotError, language: Language) -> Answer:
        title = self.cards.words("form.error_title", language)
        return self._instead(title, self.cards.error(error, language), language)


def opened(visitor: Visitor, language: Language) -> Opened:
    origin = visitor.origin
    return Opened(language, origin.channel, origin.thread, origin.response_url)


def where(visitor: Visitor, channel: str, thread: str, url: str) -> Visitor:
    """The same person, back where the form was opened."""
    origin = Origin(visitor.origin.team, visitor.asker.person, channel, thread, url)
    return replace(visitor, asker=replace(visitor.asker, channel=channel), origin=origin)


def errors(wrong: Mapping[str, str]) -> Answer:
    return {"response_action": "errors", "errors": dict(wrong)}
