"""A response_url: an address to answer at, five times within half an hour, without being in the channel."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession

from bot.slack.wire.client import OK, Accepted, Outcome, Refused, broken, refusal

SLACKS_OWN = "https://hooks.slack.com/"
# Bytes of an answer that are read: there is an error in it at most.
ANSWER = 10_000
FOREIGN = "foreign_url"
# The address is used up, too old, or none of Slack's: another way has to be taken.
GONE = frozenset({FOREIGN, "used_url", "expired_url", "http_404", "http_410"})


def hooks_of(api_url: str) -> str:
    """What every response_url begins with: on Slack's own host, or that of a stand-in on this machine."""
    api = urlsplit(api_url)
    return SLACKS_OWN if api.scheme == "https" else f"{api.scheme}://{api.netloc}/"


class Hooks:
    """Answers at a response_url that begins with `allowed`, which ends behind the host with a slash.

    The SDK has a client for it; that one tells neither a used address nor the rate limit as an error.
    """

    def __init__(
        self, session: ClientSession, allowed: str = SLACKS_OWN, *, proxy: str | None = None
    ) -> None:
        self._session = session
        self._allowed = allowed
        self._proxy = proxy

    async def answer(self, url: str, payload: Mapping[str, Any]) -> Outcome:
        """Nothing is raised for the network; an address that can't be Slack's is refused, and not called."""
        if not url.startswith(self._allowed):
            return Refused(FOREIGN)
        try:
            async with self._session.post(
                url, json=dict(payload), proxy=self._proxy, allow_redirects=False
            ) as response:
                return judged(response.status, response.headers, await response.content.read(ANSWER))
        except (ClientError, OSError) as error:
            return broken(error)


def judged(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Slack says a bare word, ok or what is wrong, or JSON; anything else is not from Slack."""
    told = told_in(body)
    if status == OK and told.get("ok"):
        return Accepted(told)
    return refusal(status, headers, told)


def told_in(body: bytes) -> Mapping[str, Any]:
    word = body.decode(errors="replace").strip()
    if word in {"", "ok"}:
        return {"ok": True}
    if word.isidentifier():
        return {"error": word}
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
