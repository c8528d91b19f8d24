"""The program against a stand-in for Slack that others have written: `local-slack`, where it is installed.

It is looked for under that name, or where LOCAL_SLACK says.
"""

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.settings import Settings
from bot.wiring import Bot
from tests.slack.house import elements
from tests.slack.small_slack import free_port

PROGRAM = os.environ.get("LOCAL_SLACK") or shutil.which("local-slack")
ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0
US, ALICE, OPS = "U0BOT", "U0ALICE", "C0OPS"

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="local-slack is not installed")


class LocalSlack:
    """`url` ends without a slash."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def act(self, what: str, **body: Any) -> None:
        async with self.session.post(f"{self.url}/_control/{what}", json=body) as response:
            assert response.status == 200, await response.text()

    async def seen(self, channel: str) -> list[dict[str, Any]]:
        """What the bot has said there."""
        messages = (await self._read(f"messages/{channel}"))["messages"]
        return [it for it in messages if it.get("user") == US]

    async def called(self, method: str) -> list[dict[str, Any]]:
        entries = (await self._read("log"))["log"]
        return [it for it in entries if method in json.dumps(it)]

    async def direct(self) -> str:
        """The conversation of Alice with the bot, once there is one."""
        channels = (await self._read("state"))["channels"]
        return next(str(it["id"]) for it in channels if it["is_im"] and ALICE in it["members"])

    async def answered(self, channel: str, count: int) -> dict[str, Any]:
        await until(lambda: self._said(channel, count))
        return (await self.seen(channel))[-1]

    async def _said(self, channel: str, count: int) -> bool:
        return len(await self.seen(channel)) >= count

    async def _read(self, path: str) -> dict[str, Any]:
        async with self.session.get(f"{self.url}/_control/{path}") as response:
            read: dict[str, Any] = await response.json()
            return read


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 - it is other processes that bring it about
            await asyncio.sleep(0.05)


@asynccontextmanager
async def started(*words: str, folder: Path, environment: Mapping[str, str]) -> AsyncIterator[Process]:
    with (folder / "said.txt").open("ab") as said:
        program = await asyncio.create_subprocess_exec(
            *words, cwd=folder, env=environment, stdout=DEVNULL, stderr=said
        )
    try:
        yield program
    finally:
        if program.returncode is None:
            program.terminate()
        await program.wait()


async def answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def scene(transport: str, settings: Settings, folder: Path) -> AsyncIterator[LocalSlack]:
    """A workspace with Alice, a channel and the bot, which serves it."""
    slack_port, bot_port = free_port(), free_port()
    url, bot_url = f"http://127.0.0.1:{slack_port}", f"http://127.0.0.1:{bot_port}"
    app = {"botUserId": US, "botName": "smsbot"}
    app |= {"mode": "events", "requestUrl": f"{bot_url}/slack/events"} if transport == "http" else {}
    workspace = {
        "apps": [app],
        "users": [{"id": ALICE, "name": "alice"}],
        "channels": [{"id": OPS, "name": "ops", "members": [ALICE, US]}],
    }
    (folder / "workspace.json").write_text(json.dumps(workspace), "utf-8")
    tokens = {"SLACK_BOT_TOKEN": "xoxb-test-token"}
    tokens |= (
        {"SLACK_SIGNING_SECRET": "test-signing-secret"}
        if transport == "http"
        else {"SLACK_APP_TOKEN": "xapp-test-token"}
    )
    environment = {
        **tokens,
        "SLACK_API_URL": f"{url}/api/",
        "SMSBOT_HTTP": f"127.0.0.1:{bot_port}",
        "XDG_STATE_HOME": str(folder),
        "XDG_CACHE_HOME": str(settings.cache.parent),
        "LANG": "en_GB.UTF-8",
        "PYTHONPATH": str(ROOT),
    }
    slack = (
        str(PROGRAM),
        "--config",
        "workspace.json",
        "--port",
        str(slack_port),
        "--base-host",
        "127.0.0.1",
    )
    async with (
        aiohttp.ClientSession() as session,
        started(*slack, folder=folder, environment={"HOME": str(folder)}),
    ):
        await until(lambda: answers(session, f"{url}/_control/state"))
        async with started(sys.executable, "-m", "bot", folder=folder, environment=environment):
            await until(lambda: answers(session, f"{bot_url}/readyz"))
            yield LocalSlack(session, url)


@pytest.mark.parametrize("transport", ["socket", "http"])
def test_somebody_elses_slack_gets_answers_too(
    transport: str,
    settings: Settings,
    bot: Bot,  # noqa: ARG001 - so that what the process reads is there already
    tmp_path: Path,
) -> None:
    async def play() -> None:
        async with scene(transport, settings, tmp_path) as slack:
            await slack.act("message", channel=OPS, user=ALICE, text=f"<@{US}> what does 1031 mean?")
            mentioned = await slack.answered(OPS, 1)
            await slack.act("command", channel=OPS, user=ALICE, command="/sms", text="error 1033")
            explained = await slack.answered(OPS, 2)
            await slack.act("open-home", user=ALICE)
            direct = await slack.direct()
            await slack.act("message", channel=direct, user=ALICE, text="error 1016")
            told = await slack.answered(direct, 1)
            await slack.act(
                "interact", channel=OPS, messageTs=mentioned["ts"], user=ALICE, action=liking(mentioned)
            )
            pressed = await slack.answered(OPS, 3)

            assert "1031" in json.dumps(mentioned)
            assert mentioned["thread_ts"]
            assert "1033" in json.dumps(explained)
            assert "1016" in json.dumps(told)
            assert "thank you" in pressed["text"]
            await until(lambda: slack.called("views.publish"))

    asyncio.run(play())


def test_a_digest_that_is_due_stands_there_once_and_can_be_renewed(
    settings: Settings,
    bot: Bot,  # noqa: ARG001 - so that what the process reads is there already
    tmp_path: Path,
) -> None:
    due = datetime.now(UTC) - timedelta(minutes=2)
    plan = f'[[digest]]\nchannel = "{OPS}"\nat = "{due:%H:%M}"\nzone = "UTC"\nlanguage = "en"\n'
    (tmp_path / "smsbot.toml").write_text(plan, "utf-8")

    async def play() -> None:
        async with scene("socket", settings, tmp_path) as slack:
            digest = await slack.answered(OPS, 1)
            renewing = next(it for it in elements(digest["blocks"]) if it["action_id"] == "renew:1")
            await slack.act(
                "interact", channel=OPS, messageTs=digest["ts"], user=ALICE, action=pressing(renewing)
            )
            await until(lambda: slack.called("chat.update"))

            assert "SMS digest" in digest["text"]
            assert len(await slack.seen(OPS)) == 1

    asyncio.run(play())


def pressing(button: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: button[name] for name in ("type", "action_id", "value")}, "block_id": "b"}


def liking(message: Mapping[str, Any]) -> dict[str, Any]:
    """The press of a thumb below an answer."""
    feedback = next(it for it in elements(message["blocks"]) if it["type"] == "feedback_buttons")
    value = feedback["positive_button"]["value"]
    return {"type": "feedback_buttons", "action_id": feedback["action_id"], "value": value, "block_id": "b"}
