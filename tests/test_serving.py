"""The program as it runs in production: a process of its own between Slack and the SMS API, both stand-ins."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.settings import Settings
from bot.slack.signature import sealed
from bot.workspace import payloads
from bot.workspace.faults import Fault, Faults
from bot.workspace.server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Workspace
from bot.workspace.team import BOT, Kept
from tests.slack.house import ALICE, OPS, move_in, words
from tests.slack.judge import judged

PATIENCE = 30.0
SOCKET = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
HTTP = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}


@pytest.fixture
def surroundings(tmp_path: Path, settings: Settings) -> dict[str, str]:
    return {
        "XDG_STATE_HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(settings.cache.parent),
        "LANG": "en_GB.UTF-8",
        "SMSBOT_HTTP": "127.0.0.1:0",
    }


def now() -> datetime:
    return datetime.now(UTC)


class Running:
    def __init__(self, program: Process, address: str) -> None:
        self.program = program
        self.address = address


@asynccontextmanager
async def running(
    workspace: Workspace, environment: Mapping[str, str], folder: Path
) -> AsyncIterator[Running]:
    """The program, serving; killed at the end if it has not ended."""
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        env={**environment, "SLACK_API_URL": workspace.url, "PYTHONPATH": str(Path(__file__).parent.parent)},
        cwd=folder,
        stderr=PIPE,
        limit=1024 * 1024,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            address = await told(program, "serving")
        yield Running(program, address["address"])
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()


async def told(program: Process, event: str) -> dict[str, str]:
    """Reads the log until something is told."""
    assert program.stderr is not None
    while line := await program.stderr.readline():
        said: dict[str, str] = json.loads(line)
        if said.get("event") == event:
            return said
    message = f"never told: {event}"
    raise AssertionError(message)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - it is another process that brings it about
            await asyncio.sleep(0.01)


def answers(workspace: Workspace) -> list[Kept]:
    return [it for it in workspace.messages(OPS) if it.author == BOT.id]


def test_over_sockets_it_answers_and_ends_in_order(surroundings: dict[str, str], tmp_path: Path) -> None:
    async def scene() -> None:
        workspace = Workspace(now, judged)
        async with workspace.serving():
            move_in(workspace)
            async with running(workspace, {**surroundings, **SOCKET}, tmp_path) as bot:
                await until(lambda: len(workspace.sockets.links) == 2)
                await workspace.deliver(payloads.slash_command(workspace.team, ALICE, OPS, "error 1031"))
                await until(lambda: bool(answers(workspace)))
                assert "1031" in words(answers(workspace)[0])

                bot.program.send_signal(signal.SIGTERM)

                async with asyncio.timeout(10):
                    assert await bot.program.wait() == 0

    asyncio.run(scene())


def test_over_http_it_answers_what_slack_has_signed_and_nothing_else(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    async def scene() -> None:
        workspace = Workspace(now, judged)
        async with workspace.serving(), aiohttp.ClientSession() as session:
            move_in(workspace)
            async with running(workspace, {**surroundings, **HTTP}, tmp_path) as bot:
                body = payloads.slash_command(workspace.team, ALICE, OPS, "error 1031")
                right = await posted(session, bot.address, body, SIGNING_SECRET)
                wrong = await posted(session, bot.address, body, "somebody else's")
                await until(lambda: bool(answers(workspace)))
                async with session.get(f"{bot.address}/readyz") as ready:
                    state = await ready.json()

            assert (right, wrong) == (200, 401)
            assert state == {
                "ready": True,
                "parts": {"slack": "ok", "database": "ok", "knowledge": "ok"},
            }

    asyncio.run(scene())


def test_what_was_acknowledged_before_a_kill_is_answered_after_the_next_start(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    async def scene() -> None:
        workspace = Workspace(now, judged)
        async with workspace.serving():
            move_in(workspace)
            async with running(workspace, {**surroundings, **SOCKET}, tmp_path) as bot:
                await until(lambda: len(workspace.sockets.links) == 2)
                # Who asks can't be found out, so that the answer is still to come when the process dies.
                workspace.faults.add(Fault("slow", "users.info", seconds=60), 10)
                await workspace.deliver(payloads.slash_command(workspace.team, ALICE, OPS, "error 1031"))
                bot.program.kill()
                await bot.program.wait()
            workspace.faults = Faults()
            async with running(workspace, {**surroundings, **SOCKET}, tmp_path):
                await until(lambda: bool(answers(workspace)))

            assert len(answers(workspace)) == 1

    asyncio.run(scene())


def test_a_token_that_slack_refuses_ends_the_start_with_what_to_do(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    async def scene() -> tuple[int, str]:
        workspace = Workspace(now, judged)
        async with workspace.serving():
            program = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                env={
                    **surroundings,
                    "SLACK_BOT_TOKEN": "xoxb-wrong",
                    "SLACK_APP_TOKEN": APP_TOKEN,
                    "SLACK_API_URL": workspace.url,
                    "PYTHONPATH": str(Path(__file__).parent.parent),
                },
                cwd=tmp_path,
                stderr=PIPE,
            )
            _, told = await program.communicate()
            assert program.returncode is not None
            return program.returncode, told.decode()

    status, words = asyncio.run(scene())

    assert status == 2
    assert "SLACK_BOT_TOKEN (invalid_auth)" in words
    assert "Traceback" not in words


async def posted(session: aiohttp.ClientSession, address: str, body: Mapping[str, str], secret: str) -> int:
    content, at = urlencode(body), str(int(now().timestamp()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": sealed(secret, at, content.encode()),
    }
    async with session.post(f"{address}/slack/events", data=content, headers=headers) as response:
        return response.status
