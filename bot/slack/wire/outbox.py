"""Everything that goes out to Slack: in order, no faster than Slack takes it, and never twice."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, assert_never

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BotError
from bot.slack.message import Answerable, Message, Place, Posted, Standing, View, Whispered
from bot.slack.wire.client import (
    Accepted,
    Failure,
    Lost,
    Observe,
    Outcome,
    Refused,
    Unreachable,
    call,
    result_of,
    unobserved,
)
from bot.slack.wire.clock import Clock
from bot.slack.wire.guises import Guise, Wardrobe, refuses_blocks
from bot.slack.wire.hook import GONE, Hooks
from bot.slack.wire.lane import Lanes
from bot.slack.wire.polish import Polish

LOG = structlog.get_logger("smsbot.slack")

# Seconds: pauses before what never arrived, or may be repeated, is tried again; and how long in all.
PAUSES = (0.5, 2.0)
PATIENCE = 120.0

NOT_THERE = frozenset({"channel_not_found", "not_in_channel"})
UNHEARD = NOT_THERE | {"is_archived", "user_not_in_channel"}
# A view that has changed or closed meanwhile.
OVERTAKEN = frozenset({"hash_conflict", "not_found", "view_not_found"})
PHRASES = {
    **dict.fromkeys(NOT_THERE, "slack.out_invite"),
    "is_archived": "slack.out_archived",
    "ratelimited": "slack.out_busy",
    "expired_trigger_id": "slack.out_too_late",
    "exchanged_trigger_id": "slack.out_too_late",
    "trigger_expired": "slack.out_too_late",
    "trigger_exchanged": "slack.out_too_late",
    "message_not_found": "slack.out_gone",
    "cant_update_message": "slack.out_gone",
}
# Nobody is called by a name in a text, and no address in one is loaded.
QUIET = {"link_names": False, "unfurl_links": False, "unfurl_media": False}


@dataclass(frozen=True, slots=True)
class Attempted:
    """What became of the one call that counts. `plainly`: accepted, without the blocks that were meant."""

    outcome: Outcome
    plainly: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """It was no longer to be sent when its turn came: it was not."""


PostedOnce = Attempted | Withheld


class Outbox:
    """`observe` is told of each call: the method and what became of it."""

    def __init__(
        self,
        client: AsyncWebClient,
        hooks: Hooks,
        clock: Clock = Clock(),  # noqa: B008 - a frozen value
        observe: Observe = unobserved,
    ) -> None:
        self._client = client
        self._hooks = hooks
        self._clock = clock
        self._observe = observe
        self._wardrobe = Wardrobe(clock)
        self._lanes = Lanes(clock)
        self._polish = Polish(client, clock, observe)
        self._under_way = 0
        self._quiet = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many have something to send that has not gone out."""
        return self._under_way

    async def send(
        self, place: Place, message: Message, metadata: Mapping[str, Any] | None = None
    ) -> Standing | None:
        """Returns when Slack has it: what can be changed later, None for what only one person sees.

        None also when the answer was lost. The message may stand there, Slack has no key to ask for it with,
        and two of them are worse than one that nobody can change: it is not posted again. `metadata` goes
        with what is posted or changed.

        Raises:
            BotError: when it can't be sent, with what to do about it.
        """
        with self._counted():
            match place:
                case Answerable():
                    return await self._answer(place, message)
                case Whispered():
                    return await self._whisper(place, message)
                case Posted():
                    return await self._post(place, message, metadata)
                case Standing():
                    return await self._change(place, message, metadata)
                case _:
                    assert_never(place)

    async def post_once(
        self,
        place: Posted,
        message: Message,
        metadata: Mapping[str, Any],
        still: Callable[[], Awaitable[bool]],
    ) -> PostedOnce:
        """Posts what may stand there at most once, whoever else is about to post it.

        `still` is asked right before each call whether it is still ours to make. Nothing is tried again, not
        even what never left: whoever calls knows what was tried, and decides. Only where Slack refuses blocks,
        and so has posted nothing, a plainer guise is next. Nothing is raised for the network, or where too
        many wait: then it is Unreachable. What `still` raises comes through, and nothing has been posted.
        """
        method = "chat.postMessage"
        arguments = {"channel": place.channel, **in_thread(place.thread), **QUIET, "metadata": metadata}
        async with AsyncExitStack() as stack:
            stack.enter_context(self._counted())
            try:
                await stack.enter_async_context(self._lanes.of(method, place.channel).turn())
            except BotError:
                return Attempted(Unreachable("too_many_wait"))
            return await self._said_once(method, arguments, message, still)

    async def show(self, trigger: str, view: View) -> str:
        """Opens a modal; its id. A trigger is good for 3 seconds, and once.

        Raises:
            BotError: when it is too late, or Slack does not answer.
        """
        with self._counted():
            outcome = await self._insist("views.open", {"trigger_id": trigger, "view": view})
            return str(accepted(outcome).get("view", {}).get("id", ""))

    async def change_view(self, view_id: str, view: View, hash: str = "") -> bool:  # noqa: A002 - Slack's name
        """Shows something else in a view; False when that has closed or changed since `hash`, or will anew.

        Raises:
            BotError: when Slack does not take it.
        """
        arguments = {"view_id": view_id, "view": view, **({"hash": hash} if hash else {})}
        outcome = await self._renew("views.update", view_id, arguments)
        if outcome is None or overtaken(outcome):
            return False
        accepted(outcome)
        return True

    async def publish(self, person: str, view: View) -> None:
        """Shows somebody's Home.

        Raises:
            BotError: when Slack does not take it.
        """
        outcome = await self._renew("views.publish", person, {"user_id": person, "view": view})
        if outcome is not None:
            accepted(outcome)

    async def direct_channel(self, *people: str) -> str:
        """The id of the direct message with one person or several: there is one, or it begins.

        Raises:
            BotError: when there can be none.
        """
        with self._counted():
            return await self._open_direct(*people)

    async def status(self, channel: str, thread: str, words: str) -> None:
        """Says in a direct message what we are at, if Slack can. Posting clears it."""
        arguments = {"channel_id": channel, "thread_ts": thread, "status": words}
        await self._polish.add("assistant.threads.setStatus", arguments)

    async def prompts(self, channel: str, prompts: Sequence[tuple[str, str]]) -> None:
        """Offers up to four things to ask in a direct message, if Slack can: a title, and what it asks."""
        offered = [{"title": title, "message": message} for title, message in prompts[:4]]
        arguments = {"channel_id": channel, "prompts": offered}
        await self._polish.add("assistant.threads.setSuggestedPrompts", arguments)

    async def drain(self, seconds: float) -> int:
        """Waits until everything is out, at most so long; how many are left."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._under_way:
                    self._quiet.clear()
                    await self._quiet.wait()
        return self._under_way

    def close(self) -> None:
        """Cuts off everybody who still waits in a line."""
        self._lanes.close()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._quiet.set()

    async def _answer(self, place: Answerable, message: Message) -> Standing | None:
        """At the response_url; where that is used up, the way that needs none."""
        payload = answer_payload(place)

        async def hand_over(guise: Guise) -> Outcome:
            return await self._until_decided(
                "response_url",
                lambda: self._hooks.answer(place.url, {**payload, **guise}),
                again=place.replace,
            )

        outcome = await self._dressed("response_url", message, hand_over)
        if isinstance(outcome, Refused) and outcome.code in GONE:
            LOG.info("response_url_gone", channel=place.channel, code=outcome.code)
            if place.public:
                return await self._post(Posted(place.channel, place.thread), message, None)
            return await self._whisper(Whispered(place.channel, place.person, place.thread), message)
        sent("response_url", place.channel, outcome)
        return None

    async def _whisper(self, place: Whispered, message: Message) -> Standing | None:
        """To one person in a channel; where we can't be heard there, in a direct message."""
        method = "chat.postEphemeral"
        arguments = {"channel": place.channel, "user": place.person, **in_thread(place.thread), **QUIET}
        async with self._lanes.of(method, f"{place.channel}:{place.person}").turn():
            outcome = await self._said(method, arguments, message)
        if isinstance(outcome, Refused) and outcome.code in UNHEARD:
            channel = await self._open_direct(place.person)
            return await self._post(Posted(channel), message, None)
        sent(method, place.channel, outcome)
        return None

    async def _open_direct(self, *people: str) -> str:
        outcome = await self._insist("conversations.open", {"users": ",".join(people)}, again=True)
        return str(accepted(outcome).get("channel", {}).get("id", ""))

    async def _post(
        self, place: Posted, message: Message, metadata: Mapping[str, Any] | None
    ) -> Standing | None:
        method = "chat.postMessage"
        arguments = {"channel": place.channel, **in_thread(place.thread), **QUIET, **with_metadata(metadata)}
        async with self._lanes.of(method, place.channel).turn():
            outcome = await self._said(method, arguments, message)
        answer = sent(method, place.channel, outcome)
        if not answer or "ts" not in answer:
            return None
        return Standing(str(answer.get("channel") or place.channel), str(answer["ts"]))

    async def _change(
        self, place: Standing, message: Message, metadata: Mapping[str, Any] | None
    ) -> Standing | None:
        """A newer change of the same message makes one that still waits superfluous."""
        method = "chat.update"
        arguments = {
            "channel": place.channel,
            "ts": place.ts,
            "link_names": False,
            **with_metadata(metadata),
        }
        async with self._lanes.of(method, place.channel).turn(about=place.ts) as ours:
            if ours:
                accepted(await self._said(method, arguments, message, again=True), place.channel)
        return place

    async def _said(
        self, method: str, arguments: Mapping[str, Any], message: Message, *, again: bool = False
    ) -> Outcome:
        async def say(guise: Guise) -> Outcome:
            return await self._insist(method, {**arguments, **guise}, again=again)

        return await self._dressed(method, message, say)

    async def _dressed(
        self, method: str, message: Message, say: Callable[[Guise], Awaitable[Outcome]]
    ) -> Outcome:
        """Says a message in the best guise that Slack does not refuse."""
        outcome: Outcome = Refused("no_text")
        for guise in self._wardrobe.guises(message):
            outcome = await say(guise)
            if not self._too_fine(method, guise, outcome):
                return outcome
        return outcome

    async def _said_once(
        self,
        method: str,
        arguments: Mapping[str, Any],
        message: Message,
        still: Callable[[], Awaitable[bool]],
    ) -> PostedOnce:
        """One call a guise. Nothing is waited for between the last word of `still` and the call."""
        outcome: Outcome = Refused("no_text")
        for guise in self._wardrobe.guises(message):
            if not await still():
                return Withheld()
            outcome = await call(self._client, method, {**arguments, **guise})
            self._observe(method, result_of(outcome))
            if not self._too_fine(method, guise, outcome):
                plain = guise["blocks"] != list(message.blocks)
                return Attempted(outcome, plainly=plain and isinstance(outcome, Accepted))
        return Attempted(outcome)

    def _too_fine(self, method: str, guise: Guise, outcome: Outcome) -> bool:
        """Whether a plainer guise is to be tried: Slack has refused the blocks of this one."""
        if not (isinstance(outcome, Refused) and refuses_blocks(outcome) and guise["blocks"]):
            return False
        LOG.error("blocks_refused", method=method, code=outcome.code, reasons=outcome.reasons)
        self._wardrobe.note(guise, outcome)
        return True

    async def _renew(self, method: str, about: str, arguments: Mapping[str, Any]) -> Outcome | None:
        """Shows a view in the place of another; None when a newer one came while this one waited."""
        with self._counted():
            async with self._lanes.of(method, about).turn(about=about) as ours:
                return await self._insist(method, arguments, again=True) if ours else None

    async def _insist(self, method: str, arguments: Mapping[str, Any], *, again: bool = False) -> Outcome:
        return await self._until_decided(method, lambda: call(self._client, method, arguments), again=again)

    async def _until_decided(
        self, method: str, attempt: Callable[[], Awaitable[Outcome]], *, again: bool
    ) -> Outcome:
        """Tries until Slack has taken it or said no. A lost answer is final, unless it may come `again`."""
        deadline = self._clock.seconds() + PATIENCE
        pauses = iter(PAUSES)
        while True:
            outcome = await attempt()
            self._observe(method, result_of(outcome))
            pause = pause_after(outcome, pauses, again=again)
            if pause is None or self._clock.seconds() + pause > deadline:
                return outcome
            await self._clock.sleep(pause)


def answer_payload(place: Answerable) -> Mapping[str, Any]:
    """API: response_url. In place of another message it stays in that one's thread."""
    return {
        "response_type": "in_channel" if place.public else "ephemeral",
        "replace_original": place.replace,
        **(in_thread(place.thread) if not place.replace else {}),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def in_thread(thread: str) -> Mapping[str, str]:
    return {"thread_ts": thread} if thread else {}


def with_metadata(metadata: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return {"metadata": metadata} if metadata else {}


def pause_after(outcome: Outcome, pauses: Iterator[float], *, again: bool) -> float | None:
    """Seconds until the next try; None when there is none."""
    match outcome:
        case Refused(retry_after=float() as seconds):
            return seconds
        case Unreachable():
            return next(pauses, None)
        case Lost() if again:
            return next(pauses, None)
        case _:
            return None


def overtaken(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and outcome.code in OVERTAKEN


def sent(method: str, channel: str, outcome: Outcome) -> Mapping[str, Any] | None:
    """The answer to what must not come twice; None where it was lost."""
    if isinstance(outcome, Lost):
        LOG.error("answer_lost", method=method, channel=channel, reason=outcome.reason)
        return None
    return accepted(outcome, channel)


def accepted(outcome: Outcome, channel: str = "") -> Mapping[str, Any]:
    """Raises:
    BotError: for what Slack has not taken.
    """
    if isinstance(outcome, Accepted):
        return outcome.answer
    LOG.warning("not_sent", channel=channel, outcome=outcome)
    raise error_of(outcome, channel)


def error_of(failure: Failure, channel: str) -> BotError:
    if isinstance(failure, Refused):
        phrase = PHRASES.get(failure.code, "slack.out_refused")
        return BotError(phrase, code=failure.code, channel=channel)
    return BotError("slack.out_away")
