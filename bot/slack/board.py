"""The channels as a board: reports that nobody asked for are posted there, once, and looked for again."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BotError
from bot.language import Language
from bot.reports.posting import (
    Absent,
    Bulletin,
    Denied,
    Key,
    Look,
    Outcome,
    Stands,
    Still,
    Unanswered,
    Unclear,
    Unreadable,
    Unsent,
    Withheld,
)
from bot.slack.message import POSTING, Message, Posted, metadata_of
from bot.slack.shown.calls import calling
from bot.slack.shown.cards import Cards
from bot.slack.wire import history, uploads
from bot.slack.wire.client import Accepted, Lost, Observe, Refused, Unreachable, call
from bot.slack.wire.history import find
from bot.slack.wire.outbox import Attempted, Outbox, error_of
from bot.sms.report import Say, Series, say

LOG = structlog.get_logger("smsbot.slack")

PICTURE = "chart.png"
# Slack: ids of people begin with one of these; only they have direct messages.
PEOPLE = ("U", "W")

# A picture of a chart: its title, its points; None where none can be drawn.
Picture = Callable[[str, Sequence[tuple[date, int | None]]], bytes | None]


@dataclass(frozen=True, slots=True)
class SlackBoard:
    """The Board of bot/reports/posting.py. `cards` are those of the moment; `admins` are told what is not posted."""

    client: AsyncWebClient
    outbox: Outbox
    cards: Callable[[], Cards]
    admins: Sequence[str]
    language: Language
    picture: Picture
    observe: Observe

    async def post(self, key: Key, bulletin: Bulletin, still: Still) -> Outcome:
        message = self._message(bulletin)
        done = await self.outbox.post_once(Posted(key.channel), message, metadata_of(str(key)), still)
        if not isinstance(done, Attempted):
            return Withheld()
        return outcome_of(done, key.channel)

    async def look(self, key: Key, since: datetime) -> Look:
        match found := await find(self.client, key.channel, POSTING, str(key), since, self.observe):
            case history.Found(ts=ts):
                return Stands(ts)
            case history.NotFound():
                return Absent()
            case history.Unreadable(code=code):
                return Unreadable(code)
            case history.Unanswered(reason=reason):
                return Unanswered(reason)
            case _:
                assert_never(found)

    async def illustrate(self, key: Key, ts: str, bulletin: Bulletin) -> None:
        """Where Slack refuses its own chart, a picture of it, if one can be drawn."""
        for series in (it for it in bulletin.report.parts if isinstance(it, Series)):
            title = self.cards().words(series.title.phrase, bulletin.language, **series.title.details)
            drawn = await asyncio.to_thread(self.picture, title, series.points)
            if drawn:
                await uploads.upload(self.client, key.channel, ts, PICTURE, drawn, title, self.observe)

    async def tell(self, key: Key, error: BotError) -> None:
        words = self.cards().told_of(what_of(key), key.channel, error, self.language)
        for person in self.admins:
            if person.startswith(PEOPLE):
                await self._whisper(person, words)

    def _message(self, bulletin: Bulletin) -> Message:
        message = self.cards().report(bulletin.report, bulletin.language)
        if not bulletin.people:
            return message
        return calling(bulletin.people, self.cards().words("alert.look", bulletin.language), message)

    async def _whisper(self, person: str, words: Message) -> None:
        try:
            channel = await self.outbox.direct_channel(person)
            await self.outbox.send(Posted(channel), words)
        except BotError as failure:
            LOG.warning("admin_not_told", person=person, reason=failure.phrase)


async def reach(client: AsyncWebClient, channel: str) -> None:
    """Raises:
    BotError: for a channel where we are not, or that is archived. What Slack does not tell stops nobody.
    """
    match await call(client, "conversations.info", {"channel": channel}):
        case Accepted(answer={"channel": {"is_archived": True}}):
            raise BotError("slack.out_archived", channel=channel)
        case Accepted(answer={"channel": {"is_member": False, "is_im": False}}):
            raise BotError("slack.out_invite", channel=channel)
        case Refused(code="channel_not_found"):
            raise BotError("slack.out_invite", channel=channel)
        case _:
            return


def outcome_of(done: Attempted, channel: str) -> Outcome:
    match outcome := done.outcome:
        case Accepted(answer=answer):
            return Stands(str(answer.get("ts") or ""), done.plainly)
        case Refused(code=code, retry_after=after):
            return Denied(error_of(outcome, channel), code, after)
        case Unreachable(reason=reason):
            return Unsent(reason)
        case Lost(reason=reason):
            return Unclear(reason)
        case _:
            assert_never(outcome)


def what_of(key: Key) -> Say:
    if key.kind == "digest":
        return say("posting.a_digest", day=key.what)
    return say("posting.an_alert", name=key.what)
