"""A file for a thread: three calls to Slack, and what is lost if one of them fails is only the file."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import ClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.loopback import is_loopback
from bot.slack.wire.client import (
    OK,
    Accepted,
    Failure,
    Observe,
    Outcome,
    Refused,
    Unreachable,
    broken,
    call,
    refusal,
    result_of,
)

LOG = structlog.get_logger("smsbot.slack")

# What the middle of the three calls is observed as: it has an address instead of a method.
UPLOAD = "upload_url"
# API: files.getUploadURLExternal. Characters of what is read out to those who don't see the picture.
LONGEST_ALT_TEXT = 1000


async def upload(  # noqa: PLR0913, PLR0917 - a file, and where it belongs
    client: AsyncWebClient,
    channel: str,
    thread: str,
    name: str,
    content: bytes,
    alt_text: str,
    observe: Observe,
) -> bool:
    """Adds a file to a thread, or to the channel where that is ""; whether it is there for certain.

    `channel` is an id: names and people are refused. Nothing is raised for the network, nothing is tried twice
    that may have been done.
    """
    begun = {"filename": name, "length": str(len(content)), "alt_txt": alt_text[:LONGEST_ALT_TEXT]}
    outcome = await told(client, "files.getUploadURLExternal", begun, observe)
    if not isinstance(outcome, Accepted):
        return missed(name, outcome)
    ticket, url = (str(outcome.answer.get(it) or "") for it in ("file_id", "upload_url"))
    outcome = await handed_over(client, url, content)
    observe(UPLOAD, result_of(outcome))
    if not isinstance(outcome, Accepted):
        return missed(name, outcome)
    ended = {
        "files": [{"id": ticket, "title": name}],
        "channel_id": channel,
        **({"thread_ts": thread} if thread else {}),
    }
    outcome = await told(client, "files.completeUploadExternal", ended, observe)
    return isinstance(outcome, Accepted) or missed(name, outcome)


async def told(
    client: AsyncWebClient, method: str, arguments: Mapping[str, Any], observe: Observe
) -> Outcome:
    outcome = await call(client, method, arguments)
    observe(method, result_of(outcome))
    return outcome


async def handed_over(client: AsyncWebClient, url: str, content: bytes) -> Outcome:
    """The bytes themselves, to the address that Slack has given; to no other kind of address."""
    if not trusted(url):
        return Refused("foreign_url")
    if client.session is None:
        return Unreachable("no_session")
    try:
        async with client.session.post(
            url, data=content, proxy=client.proxy, allow_redirects=False
        ) as response:
            return Accepted({}) if response.status == OK else refusal(response.status, response.headers, {})
    except (ClientError, OSError) as error:
        return broken(error)


def trusted(url: str) -> bool:
    """Encrypted, or a stand-in on this very machine."""
    try:
        address = urlsplit(url)
        host = address.hostname or ""
    except ValueError:
        return False
    return bool(host) and (address.scheme == "https" or (address.scheme == "http" and is_loopback(host)))


def missed(name: str, failure: Failure) -> bool:
    """Logs it; False."""
    LOG.warning("file_not_added", name=name, outcome=failure)
    return False
