"""A message of ours, looked for in a channel by the metadata that it was posted with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.wire.client import Accepted, Failure, Observe, Refused, call, result_of

METHOD = "conversations.history"
# Messages a page, and pages that are read: what is not found in so many is not known to be missing.
PAGE = 200
MOST_PAGES = 10


@dataclass(frozen=True, slots=True)
class Found:
    """`ts` is the name of the message in its channel."""

    ts: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """Everything was read, and it is not there."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """We may not read the channel: a right is missing, or we are not in it. Asking again won't help."""

    code: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Not told, or not to the end: it may be there or not."""

    reason: str


Sighting = Found | NotFound | Unreadable | Unanswered


async def find(  # noqa: PLR0913, PLR0917 - what is looked for, where and since when
    client: AsyncWebClient, channel: str, event_type: str, key: str, since: datetime, observe: Observe
) -> Sighting:
    """Looks for metadata of this `event_type` with this `key` in its payload, from `since` on.

    Slack has no key to ask for a message by, so all of them are read, the newest first. Those in threads are
    not seen. Nothing is raised for the network. API: conversations.history.
    """
    arguments: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{since.timestamp():.6f}",
        "inclusive": True,
        "include_all_metadata": True,
        "limit": PAGE,
    }
    for _ in range(MOST_PAGES):
        outcome = await call(client, METHOD, arguments)
        observe(METHOD, result_of(outcome))
        if not isinstance(outcome, Accepted):
            return unread(outcome)
        sighting = seen(outcome.answer, event_type, key)
        if sighting is not None:
            return sighting
        arguments["cursor"] = next_cursor(outcome.answer)
    return Unanswered("too_long")


def unread(failure: Failure) -> Unreadable | Unanswered:
    match failure:
        case Refused(code=code, retry_after=None) if not code.startswith("http_"):
            return Unreadable(code)
        case Refused(code=code):
            # For the rate limit; or by something on the way, a proxy: Slack itself says why.
            return Unanswered(code)
        case _:
            return Unanswered(failure.reason)


def seen(answer: Mapping[str, Any], event_type: str, key: str) -> Found | NotFound | Unanswered | None:
    """What one page tells; None where the next one has to be read."""
    messages = answer.get("messages")
    if not isinstance(messages, list):
        return Unanswered("no_messages")
    told = [it for it in (ours(message, event_type, key) for message in messages) if it]
    if told:
        return next((it for it in told if isinstance(it, Found)), told[0])
    if next_cursor(answer):
        return None
    return Unanswered("cut_short") if answer.get("has_more") else NotFound()


def ours(message: object, event_type: str, key: str) -> Found | Unanswered | None:
    """Slack may tell the type of metadata, and keep to itself what is in it: then there is no telling."""
    match message:
        case {"ts": str(ts), "metadata": {"event_type": kind, "event_payload": {"key": value}}}:
            return Found(ts) if (kind, value) == (event_type, key) else None
        case {"metadata": {"event_type": kind}} if kind == event_type:
            return Unanswered("metadata_withheld")
        case _:
            return None


def next_cursor(answer: Mapping[str, Any]) -> str:
    """What the next page is asked for with, "" behind the last."""
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "")
