"""A small team for the tests, and a client that talks to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace.server import BOT_TOKEN, Workspace
from bot.workspace.team import BOT, Channel, Person

ALICE, GUEST, STRANGER = "U0ALICE", "U0GUEST", "U0STRANGER"
OPS, SECRET, ELSEWHERE = "C0OPS", "C0SECRET", "C0ELSEWHERE"
BUTTON = {
    "type": "button",
    "text": {"type": "plain_text", "text": "Go"},
    "action_id": "run",
    "value": "balance",
}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
MODAL = {
    "type": "modal",
    "callback_id": "ask",
    "title": {"type": "plain_text", "text": "Ask"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "question",
            "label": {"type": "plain_text", "text": "Question"},
            "element": {"type": "plain_text_input", "action_id": "filled"},
        }
    ],
}


@dataclass
class Clock:
    """Stands still until it is moved."""

    at: datetime = datetime(2026, 11, 22, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Town:
    workspace: Workspace
    clock: Clock
    client: AsyncWebClient
    session: ClientSession

    async def refused(self, method: str, **arguments: Any) -> str:
        """The error that a call is answered with."""
        try:
            await self.client.api_call(method, json=arguments)
        except SlackApiError as error:
            return str(error.response["error"])
        return ""

    async def answer(self, url: str, **message: Any) -> tuple[int, str]:
        """Posts to a response_url: the status and what comes back."""
        async with self.session.post(url, json=message) as response:
            return response.status, await response.text()

    async def uploaded(self, url: str, content: bytes) -> int:
        """Posts what a file consists of: the status."""
        async with self.session.post(url, data=content) as response:
            return response.status


def small_workspace(clock: Clock) -> Workspace:
    workspace = Workspace(clock)
    team = workspace.team
    team.add_person(Person(ALICE, "alice", "zh-CN"))
    team.add_person(Person(GUEST, "guest", guest=True))
    team.add_person(Person(STRANGER, "stranger", team="T0OTHER"))
    team.add_channel(Channel(OPS, "ops", frozenset({ALICE, BOT.id})))
    team.add_channel(Channel(SECRET, "secret", frozenset({ALICE}), private=True))
    team.add_channel(Channel(ELSEWHERE, "elsewhere", frozenset({ALICE})))
    team.groups["S0OPS"] = (ALICE,)
    return workspace


def in_town(story: Callable[[Town], Awaitable[None]]) -> None:
    """Runs a story against a served workspace."""

    async def run() -> None:
        clock = Clock()
        workspace = small_workspace(clock)
        async with workspace.serving() as url, ClientSession() as session:
            client = AsyncWebClient(token=BOT_TOKEN, base_url=url, session=session, retry_handlers=[])
            await story(Town(workspace, clock, client, session))

    asyncio.run(run())
