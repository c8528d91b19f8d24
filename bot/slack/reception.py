"""Everything that comes from Slack, dealt with; and the one place where an error is told to whoever asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

import structlog

from bot.errors import BotError
from bot.language import Language
from bot.metrics import Metrics
from bot.slack.addressing import beside, hushed, private_place
from bot.slack.conversation import Conversation
from bot.slack.homes import Homes
from bot.slack.incoming import Closed, Heard, Incoming, Pressed, Stray, Submitted, Summoned, Visited
from bot.slack.message import Place
from bot.slack.presses import Presses
from bot.slack.shown.cards import Cards
from bot.slack.submissions import Submissions
from bot.slack.visitor import Lobby, Visitor
from bot.slack.wire.outbox import Outbox
from bot.telemetry import reference

LOG = structlog.get_logger("smsbot.slack")


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """The Reception of bot/slack/app.py."""

    lobby: Lobby
    conversation: Conversation
    presses: Presses
    submissions: Submissions
    homes: Homes
    cards: Cards
    outbox: Outbox
    metrics: Metrics
    now: Callable[[], datetime]
    seconds: Callable[[], float]
    random_bits: Callable[[int], int]

    async def handle(self, incoming: Incoming) -> None:
        """Never raises what a person can be told: they are told."""
        language, result, started, known = self.lobby.language, "done", self.seconds(), True
        try:
            visitor = await self.lobby.meet(incoming.origin)
            language, known = language_with(visitor, incoming), visitor.known
            if not counted(incoming):
                self.lobby.let_in(visitor, self.now())
            await self._deal(visitor, incoming)
        except BotError as error:
            result = "refused"
            await self._tell(incoming, explained(error, known=known), language)
        except Exception:
            # The one place where anything is caught: whoever asked gets a reference that finds the log line.
            number, result = reference(self.random_bits), "failed"
            self.metrics.failed()
            LOG.exception("unexpected_error", reference=number, kind=type(incoming).__name__)
            await self._tell(incoming, BotError("sms.unexpected", reference=number), language)
        kind = type(incoming).__name__.lower()
        self.metrics.requested(kind, result)
        self.metrics.handled(kind, self.seconds() - started)

    async def respond(self, submitted: Submitted) -> Mapping[str, Any]:
        """What a form says to its being sent; what goes wrong is told in its place."""
        language, known = self.lobby.language, True
        try:
            visitor = await self.lobby.meet(submitted.origin)
            language, known = visitor.language, visitor.known
            if counted(submitted):
                self.lobby.let_in(visitor, self.now())
            return await self.submissions.respond(visitor, submitted)
        except BotError as error:
            return self.submissions.refused(explained(error, known=known), language)

    async def _deal(self, visitor: Visitor, incoming: Incoming) -> None:
        match incoming:
            case Heard():
                await self.conversation.hear(visitor, incoming)
            case Pressed():
                await self.presses.deal(visitor, incoming)
            case Submitted():
                await self.submissions.deal(visitor, incoming)
            case Closed():
                await self.submissions.closed(visitor, incoming)
            case Visited():
                await self.homes.welcome(visitor, incoming)
            case Summoned():
                await self.submissions.open(visitor, "ask", "")
            case Stray():
                raise BotError("slack.stray")
            case _:
                assert_never(incoming)

    async def _tell(self, incoming: Incoming, error: BotError, language: Language) -> None:
        """Where they asked, to nobody else. If even that fails, the log has it."""
        place = place_to_tell(incoming)
        try:
            if place is None:
                await self.submissions.tell(incoming, error, language)
            else:
                await self.outbox.send(place, self.cards.error(error, language))
        except BotError as failure:
            LOG.warning("error_not_told", error=error.phrase, reason=failure.phrase)


def counted(incoming: Incoming) -> bool:
    """Whether it counts when it is answered, before it is dealt with: a refused send must not go out all the same."""
    return isinstance(incoming, Submitted) and incoming.form != "confirm"


def explained(error: BotError, *, known: bool) -> BotError:
    """Who is no guest, but taken for one because Slack doesn't tell, learns that."""
    return error if known or error.phrase != "access.guest" else BotError("access.not_told")


def language_with(visitor: Visitor, incoming: Incoming) -> Language:
    return visitor.speaking(incoming.text) if isinstance(incoming, Heard) else visitor.language


def place_to_tell(incoming: Incoming) -> Place | None:
    """None where there is no channel: in a view."""
    match incoming:
        case Heard():
            return private_place(incoming)
        case Pressed(view=None):
            return beside(incoming)
        case _ if incoming.origin.channel:
            return hushed(incoming.origin, incoming.origin.thread)
        case _:
            return None
