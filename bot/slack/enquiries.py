"""Questions and what becomes of them: answered, judged, answered otherwise, shared, handed to people."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.drawing import masked
from bot.errors import BotError
from bot.faq.asked import Asked, HandOff, Outcome, Questions
from bot.faq.assistant import Answered, Assistant, Hit, Reply, Unknown, Unsure
from bot.faq.followup import Turn, follow_up
from bot.language import Language
from bot.metrics import Metrics
from bot.slack.addressing import only_one_sees
from bot.slack.message import Message, Place, Posted, Standing
from bot.slack.shown.answers import Offer
from bot.slack.shown.calls import Calls, shared_by
from bot.slack.shown.cards import Cards
from bot.slack.visitor import Visitor
from bot.slack.wire.outbox import Outbox

LOG = structlog.get_logger("smsbot.slack")

OUTCOMES: dict[type[Reply], Outcome] = {Answered: "answered", Unsure: "unsure", Unknown: "unknown"}
# How many candidates are kept, to be shown when the first is not it.
MOST_OFFERED = 5
# Slack: ids of user groups begin with it.
GROUP = "S"
# In place of the ts of a message that may stand there: Slack's answer was lost.
UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is called when the bot can't help: a person or a user group, and where ("": where it was asked)."""

    who: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Enquiries:
    assistant: Assistant
    cards: Cards
    calls: Calls
    outbox: Outbox
    questions: Questions
    on_call: OnCall | None
    metrics: Metrics
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    async def ask(self, visitor: Visitor, text: str, place: Place) -> None:
        """Answers a question; in a thread, with what was asked there before in mind."""
        reply = await self._reply(visitor, text)
        await self._answer(visitor, reply, place)

    async def tell_of(self, visitor: Visitor, text: str, place: Place) -> None:
        """Explains what somebody else has written, in the language of who wants to know."""
        await self._answer(visitor, self.assistant.reply(text, visitor.language), place)

    async def explain(self, visitor: Visitor, text: str, place: Place) -> None:
        """Explains codes that somebody asked for as such."""
        if not text:
            raise BotError("console.code_missing")
        reply = self.assistant.explain_codes(text, visitor.speaking(text))
        await self._answer(visitor, reply, place)

    async def message(self, visitor: Visitor, text: str) -> Message:
        """The answer as it stands in a form."""
        reply = await self._reply(visitor, text)
        asked = self._asked(visitor, reply)
        offers = self._offers(visitor, asked) if await self._noted(asked) else frozenset[Offer]()
        return self.cards.answer(reply, asked.id, offers=offers)

    async def show(self, visitor: Visitor, name: str, hit_id: str, place: Place) -> None:
        """Shows what was chosen of several."""
        asked = await self.known(name)
        if theirs(visitor, asked):
            await self.questions.show(asked.id, hit_id)
        await self._show(visitor, asked, hit_id, place)

    async def show_next(self, visitor: Visitor, name: str, rejected: str, place: Place) -> None:
        """Shows the next candidate, since `rejected` was not it. That is on record.

        Done again it shows the same. Where others press, what stands there for who asked is not changed.
        """
        asked = await self.known(name)
        left = [it for it in asked.offered if it != rejected and it not in asked.rejected]
        following = left[0] if left else ""
        shown = following if theirs(visitor, asked) else asked.shown
        after = await self.questions.show(asked.id, shown, rejected)
        if following:
            await self._show(visitor, after or asked, following, place)
        else:
            await self.outbox.send(place, self.calls.gave_up(asked, self._offers(visitor, asked)))

    def entry(self, name: str, language: Language) -> Message:
        """An entry by itself, with nothing to press."""
        hit = self._hit(name)
        return self.cards.answer(Answered(hit.title, language, (hit,), (hit,)), "", offers=frozenset())

    async def settle(self, names: Sequence[str]) -> None:
        await self.questions.settle(names)

    async def share(self, visitor: Visitor, name: str, hit_id: str, place: Place) -> None:
        """Shows an answer to everybody, and who wanted it shown."""
        asked = await self.known(name)
        message = self.cards.answer(self._again(asked, hit_id), asked.id, offers={"verdict"})
        words = self.cards.words("slack.shared_by", asked.language)
        await self.outbox.send(place, shared_by(visitor.asker.person, words, message))

    async def like(self, visitor: Visitor, name: str, place: Place) -> None:
        asked = await self.known(name)
        await self.questions.judge(asked.id, visitor.asker.person, "liked")
        await self.outbox.send(place, self.cards.said("slack.thanks", asked.language))

    async def dislike(self, visitor: Visitor, name: str, reason: str = "") -> Asked:
        asked = await self.known(name)
        await self.questions.judge(asked.id, visitor.asker.person, "disliked", masked(reason))
        return asked

    async def hand_off(self, visitor: Visitor, name: str, place: Place) -> None:
        """Calls the people on call to a question, once, where everybody concerned can read along.

        Raises:
            BotError: when nobody could be called; then it can be tried again.
        """
        if self.on_call is None:
            raise BotError("slack.nobody_on_call")
        asked = await self.known(name)
        where = self._meeting_point(visitor, self.on_call)
        hand_off = HandOff(asked.id, asked.id, where.channel, "", visitor.asker.person, self.now())
        if not await self.questions.hand_off(hand_off):
            raise BotError("slack.handed_off_already")
        try:
            standing = await self._call(visitor, self.on_call, asked, where)
        except BotError:
            await self.questions.withdraw(hand_off.id)
            raise
        await self.questions.called(hand_off.id, standing.ts if standing else UNSEEN)
        await self.outbox.send(place, self.cards.said("slack.handed_off", asked.language))

    async def resolve(self, visitor: Visitor, name: str, place: Place) -> None:
        """Notes who helped, in place of the button."""
        asked = await self.known(name)
        hand_off = await self.questions.resolve(name, visitor.asker.person)
        if hand_off is None:
            raise BotError("slack.resolved_already")
        await self.outbox.send(place, self.calls.resolved(asked, hand_off))

    async def _reply(self, visitor: Visitor, text: str) -> Reply:
        origin = visitor.origin
        previous = None
        if origin.thread:
            previous = await self.questions.last_in(origin.channel, origin.thread)
        if previous is None or not previous.shown:
            return self.assistant.reply(text, otherwise=visitor.language)
        return follow_up(
            self.assistant, text, Turn(previous.text, previous.shown), otherwise=visitor.language
        )

    async def _answer(self, visitor: Visitor, reply: Reply, place: Place) -> None:
        asked = self._asked(visitor, reply)
        offers = set(self._offers(visitor, asked))
        if only_one_sees(place) and isinstance(reply, Answered) and not visitor.asker.guest:
            offers.add("share")
        # Drawn before it waits for the database: what then remains to be done is little.
        message = self.cards.answer(reply, asked.id, offers=offers)
        if not await self._noted(asked):
            message = self.cards.answer(reply, "", offers=frozenset())
        await self.outbox.send(place, message)

    def _asked(self, visitor: Visitor, reply: Reply) -> Asked:
        self.metrics.answered(OUTCOMES[type(reply)], reply.language)
        origin, offered = visitor.origin, tuple(it.id for it in reply.hits[:MOST_OFFERED])
        return Asked(
            self.new_id(),
            self.now(),
            visitor.asker.person,
            origin.channel,
            origin.thread,
            reply.language,
            masked(reply.question),
            OUTCOMES[type(reply)],
            offered,
            reply.shown[0].id if isinstance(reply, Answered) else "",
        )

    async def _noted(self, asked: Asked) -> bool:
        """Keeps the question; without a database there is an answer all the same, but nothing to press."""
        try:
            await self.questions.add(asked)
        except BotError as error:
            LOG.warning("question_not_kept", reason=error.phrase)
            return False
        return True

    def _offers(self, visitor: Visitor, asked: Asked) -> AbstractSet[Offer]:
        if visitor.asker.guest:
            return frozenset()
        offers: set[Offer] = {"verdict"} if asked.shown else set()
        if asked.shown and len(asked.offered) > 1:
            offers.add("not_this")
        if self.on_call:
            offers.add("ask_a_person")
        return offers

    async def _show(self, visitor: Visitor, asked: Asked, hit_id: str, place: Place) -> None:
        hit = self._hit(hit_id)
        left = [it for it in asked.offered if it != hit_id and it not in asked.rejected]
        offers = set(self._offers(visitor, replace(asked, shown=hit_id)))
        if not left:
            offers.discard("not_this")
        if only_one_sees(place) and not visitor.asker.guest:
            offers.add("share")
        reply = Answered(asked.text, asked.language, (hit,), (hit,))
        await self.outbox.send(place, self.cards.answer(reply, asked.id, offers=offers))

    async def known(self, name: str) -> Asked:
        asked = await self.questions.get(name)
        if asked is None:
            raise BotError("slack.question_forgotten")
        return asked

    def _hit(self, name: str) -> Hit:
        """Raises:
        BotError: for an entry that a changed knowledge base lacks.
        """
        hit = self._subject(name)
        if hit is None:
            raise BotError("slack.question_forgotten")
        return hit

    def _subject(self, name: str) -> Hit | None:
        subject = self.assistant.entries.get(name) or self.assistant.codes.named(name)
        return Hit(subject, 1.0) if subject else None

    def _again(self, asked: Asked, hit_id: str) -> Answered:
        """The answer that begins with this hit, with all that stood there: of a log, every code."""
        for reply in (
            self.assistant.reply(asked.text, asked.language),
            self.assistant.explain_codes(asked.text, asked.language),
        ):
            if isinstance(reply, Answered) and reply.shown[0].id == hit_id:
                return reply
        hit = self._hit(hit_id)
        return Answered(asked.text, asked.language, (hit,), (hit,))

    async def _call(self, visitor: Visitor, on_call: OnCall, asked: Asked, where: Posted) -> Standing | None:
        """Calls people there; where we can't, to a conversation of all of them. A group can have none."""
        tried = [it for it in map(self._subject, (asked.shown, *asked.rejected)) if it]
        call = self.calls.call(asked, visitor.asker.person, on_call.who, tried)
        if where.channel:
            try:
                return await self.outbox.send(where, call)
            except BotError as error:
                if on_call.who.startswith(GROUP):
                    raise
                LOG.info("called_in_direct_messages", reason=error.phrase)
        if on_call.who.startswith(GROUP):
            raise BotError("slack.nowhere_to_call")
        direct = await self.outbox.direct_channel(on_call.who, visitor.asker.person)
        return await self.outbox.send(Posted(direct), call)

    def _meeting_point(self, visitor: Visitor, on_call: OnCall) -> Posted:
        """Where people are called to: their channel, else where it was asked; nowhere from a direct message."""
        if on_call.channel:
            return Posted(on_call.channel)
        origin = visitor.origin
        if origin.channel.startswith("D"):
            return Posted("")
        return Posted(origin.channel, origin.thread)


def theirs(visitor: Visitor, asked: Asked) -> bool:
    """Whether it was the visitor who asked."""
    return asked.person == visitor.asker.person
