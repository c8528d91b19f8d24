"""The program as it runs in production: a process of its own between Slack and the SMS API, both stand-ins."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import SSLContext
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.configuration.reading import read_configuration
from bot.configuration.values import Configuration
from bot.errors import SettingsError
from bot.opening import way_to_slack
from bot.settings import Settings
from bot.slack.wire.signature import sealed
from bot.sms.operations import rights
from bot.store.database import open_database
from bot.wiring import Bot
from bot.workspace import payloads
from bot.workspace.faults import Fault, Faults
from bot.workspace.server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Workspace
from bot.workspace.team import BOT, Kept
from tests.slack.house import ALICE, OPS, move_in, words
from tests.slack.judge import judged
from tests.store.small_store import pass_time

PATIENCE = 30.0
# A start, and the first look after what others left: far less than a lease. Seconds.
TAKEN_OVER = 15.0
SOCKET = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
HTTP = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}


@pytest.fixture
def surroundings(
    tmp_path: Path,
    settings: Settings,
    bot: Bot,  # noqa: ARG001 - so that what all processes read is made once
) -> dict[str, str]:
    return {
        "XDG_STATE_HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(settings.cache.parent),
        "LANG": "en_GB.UTF-8",
        "SMSBOT_HTTP": "127.0.0.1:0",
        "SMSBOT_DATABASE_URL": f"sqlite:///{tmp_path}/smsbot.sqlite3",
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
    program = await started({**environment, "SLACK_API_URL": workspace.url}, folder)
    try:
        async with asyncio.timeout(PATIENCE):
            address = await told(program, "serving")
        yield Running(program, address["address"])
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()


async def started(environment: Mapping[str, str], folder: Path) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        env={**environment, "PYTHONPATH": str(Path(__file__).parent.parent)},
        cwd=folder,
        stderr=PIPE,
        limit=1024 * 1024,
    )


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
            async with open_database(surroundings["SMSBOT_DATABASE_URL"]) as database:
                # The lease of the dead.
                await pass_time(database, timedelta(minutes=1))
            async with running(workspace, {**surroundings, **SOCKET}, tmp_path):
                await until(lambda: bool(answers(workspace)))

            assert len(answers(workspace)) == 1

    asyncio.run(scene())


def test_at_a_stop_under_load_what_is_left_is_the_next_ones_at_once(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    async def scene() -> None:
        workspace = Workspace(now, judged)
        async with workspace.serving():
            move_in(workspace)
            async with running(workspace, {**surroundings, **SOCKET}, tmp_path) as bot:
                await until(lambda: len(workspace.sockets.links) == 2)
                workspace.faults.add(Fault("rate_limited", "chat.postMessage", seconds=60), 10)
                asked = await mentioned(workspace, 3)

                bot.program.send_signal(signal.SIGTERM)
                bot.program.send_signal(signal.SIGTERM)

                async with asyncio.timeout(10):
                    assert await bot.program.wait() == 0
            assert answers(workspace) == []
            workspace.faults = Faults()
            started = asyncio.get_running_loop().time()
            async with running(workspace, {**surroundings, **SOCKET}, tmp_path):
                await until(lambda: len(answers(workspace)) == len(asked))

            assert asyncio.get_running_loop().time() - started < TAKEN_OVER
            assert {it.thread for it in answers(workspace)} == asked

    asyncio.run(scene())


def test_it_ends_in_order_while_slack_is_away(surroundings: dict[str, str], tmp_path: Path) -> None:
    async def scene() -> None:
        workspace = Workspace(now, judged)
        async with workspace.serving():
            move_in(workspace)
            program = running(workspace, {**surroundings, **SOCKET}, tmp_path)
            bot = await program.__aenter__()
            await until(lambda: len(workspace.sockets.links) == 2)
        await told(bot.program, "socket_not_opened")

        bot.program.send_signal(signal.SIGINT)

        async with asyncio.timeout(10):
            assert await bot.program.wait() == 0
        await program.__aexit__(None, None, None)

    asyncio.run(scene())


def test_an_address_that_is_taken_ends_the_start_with_what_to_do(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    async def scene() -> tuple[int | None, str]:
        workspace = Workspace(now, judged)
        async with workspace.serving() as url:
            move_in(workspace)
            taken = url.removeprefix("http://").removesuffix("/api/")
            return await ended({**surroundings, **SOCKET, "SMSBOT_HTTP": taken}, url, tmp_path)

    status, words = asyncio.run(scene())

    assert status == 2
    assert "SMSBOT_HTTP" in words
    assert "Traceback" not in words


def test_a_token_that_slack_refuses_ends_the_start_with_what_to_do(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    async def scene() -> tuple[int | None, str]:
        workspace = Workspace(now, judged)
        async with workspace.serving() as url:
            return await ended({**surroundings, **SOCKET, "SLACK_BOT_TOKEN": "xoxb-wrong"}, url, tmp_path)

    status, words = asyncio.run(scene())

    assert status == 2
    assert "SLACK_BOT_TOKEN (invalid_auth)" in words
    assert "Traceback" not in words


def test_what_is_no_request_at_all_leaves_none_of_its_words_in_the_log(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    async def scene() -> str:
        workspace = Workspace(now, judged)
        async with workspace.serving(), running(workspace, {**surroundings, **HTTP}, tmp_path) as bot:
            assert bot.program.stderr is not None
            host, port = bot.address.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"POST /slack/events HTTP/1.1\r\nX-Key: of somebody\r\n@\x00: of somebody\r\n\r\n")
            assert b"400" in await reader.read()
            writer.close()
            bot.program.send_signal(signal.SIGTERM)
            return (await bot.program.stderr.read()).decode()

    assert "of somebody" not in asyncio.run(scene())


@pytest.mark.parametrize(
    ("api_url", "proxy"),
    [
        ("https://slack.com/api/", "http://proxy.invalid:3128"),
        ("http://127.0.0.1:9/api/", None),
        ("http://localhost:9/api/", None),
    ],
)
def test_slack_is_reached_through_the_proxy_unless_it_is_on_this_very_machine(
    tmp_path: Path, api_url: str, proxy: str | None
) -> None:
    configuration = configured(tmp_path, api_url, 'proxy = "http://proxy.invalid:3128"')
    assert configuration.slack

    way = way_to_slack(configuration, configuration.slack)

    assert (way.api_url, way.proxy, way.trust) == (api_url, proxy, True)


def test_slack_is_believed_with_the_certificates_of_the_file_or_not_at_all(
    tmp_path: Path, project: Path
) -> None:
    authority = project / "tests" / "tencent" / "loopback.pem"
    (tmp_path / "none.pem").write_text("no certificate", "utf-8")
    good = configured(tmp_path, "https://slack.com/api/", f'ca_file = "{authority}"')
    assert good.slack

    assert isinstance(way_to_slack(good, good.slack).trust, SSLContext)

    bad = configured(tmp_path, "https://slack.com/api/", 'ca_file = "none.pem"')
    assert bad.slack
    with pytest.raises(SettingsError) as caught:
        way_to_slack(bad, bad.slack)
    assert caught.value.phrase == "cloud.ca_file"


def configured(folder: Path, api_url: str, line: str) -> Configuration:
    (folder / "smsbot.toml").write_text(line, "utf-8")
    return read_configuration({**SOCKET, "SLACK_API_URL": api_url}, rights(), folder)


async def mentioned(workspace: Workspace, count: int) -> set[str]:
    """So many questions that are acknowledged; the threads of their answers."""
    asked = set()
    for _ in range(count):
        body = payloads.mention(workspace.team, ALICE, OPS, "what does 1031 mean?")
        asked.add(body["event"]["ts"])
        await workspace.deliver(body)
    return asked


async def ended(environment: Mapping[str, str], api_url: str, folder: Path) -> tuple[int | None, str]:
    """The exit status of a program that can't start, and what it says."""
    program = await started({**environment, "SLACK_API_URL": api_url}, folder)
    async with asyncio.timeout(PATIENCE):
        _, told = await program.communicate()
    return program.returncode, told.decode()


async def posted(session: aiohttp.ClientSession, address: str, body: Mapping[str, str], secret: str) -> int:
    content, at = urlencode(body), str(int(now().timestamp()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": sealed(secret, at, content.encode()),
    }
    async with session.post(f"{address}/slack/events", data=content, headers=headers) as response:
        return response.status
