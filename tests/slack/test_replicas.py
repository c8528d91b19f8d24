"""Several processes over one database, killed and started again while people ask."""

import asyncio
import re
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.request import urlopen

from bot.settings import Settings
from bot.store.database import open_database
from bot.wiring import Bot
from bot.workspace import payloads
from bot.workspace.server import APP_TOKEN, BOT_TOKEN, Workspace
from bot.workspace.team import BOT, Channel, Payload, Person
from tests.slack.judge import judged
from tests.store.small_store import pass_time

ROOT = Path(__file__).parent.parent.parent
SECRET = "the secret of all replicas, long enough"  # noqa: S105 - of this test only
PATIENCE = 120.0
# A kill so soon after a message was posted may have come before that was noted, on a busy machine. Seconds.
WINDOW = 5.0


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Replicas:
    """Programs over one database; `kills` are the times of death."""

    environment: Mapping[str, str]
    folder: Path
    programs: list[Process] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)

    async def start(self) -> None:
        with (self.folder / "log.jsonl").open("ab") as log:
            program = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", env=self.environment, cwd=self.folder, stderr=log
            )
        self.programs.append(program)

    async def kill(self, program: Process) -> None:
        self.programs.remove(program)
        program.kill()
        self.kills.append(now().timestamp())
        await program.wait()

    async def kill_all(self) -> None:
        for program in list(self.programs):
            await self.kill(program)

    @property
    def log(self) -> str:
        return (self.folder / "log.jsonl").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, by the thread in which its answer belongs."""

    channel: str
    thread: str


@asynccontextmanager
async def replicas(
    workspace: Workspace, database_url: str, settings: Settings, folder: Path, count: int
) -> AsyncIterator[Replicas]:
    environment = {
        "XDG_STATE_HOME": str(folder),
        "XDG_CACHE_HOME": str(settings.cache.parent),
        "LANG": "en_GB.UTF-8",
        "SMSBOT_HTTP": "127.0.0.1:0",
        "SMSBOT_DATABASE_URL": database_url,
        "SMSBOT_SECRET_KEY": SECRET,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": workspace.url,
        "PYTHONPATH": str(ROOT),
    }
    running = Replicas(environment, folder)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(running.kill_all)
        for _ in range(count):
            await running.start()
        yield running


def move_in(workspace: Workspace, people: int, channels: int) -> None:
    for number in range(people):
        workspace.team.add_person(Person(f"U{number}", f"person{number}"))
    members = frozenset({BOT.id, *(f"U{number}" for number in range(people))})
    for number in range(channels):
        workspace.team.add_channel(Channel(f"C{number}", f"channel{number}", members))


def question(workspace: Workspace, number: int, channels: int) -> tuple[Payload, Asked]:
    """A mention or a direct message, of somebody who has asked nothing yet."""
    person, text = f"U{number}", "what does 1031 mean?"
    if number % 3:
        body = payloads.mention(workspace.team, person, f"C{number % channels}", text)
    else:
        body = payloads.direct_message(workspace.team, person, text)
    said = body["event"]
    return body, Asked(said["channel"], said["ts"])


async def delivered(workspace: Workspace, body: Payload) -> None:
    """As Slack does it: what nobody acknowledges comes again."""
    for attempt in range(600):
        try:
            await workspace.deliver(body, attempt=attempt, reason="timeout" if attempt else "")
        except (TimeoutError, ConnectionError):
            await asyncio.sleep(0.2)
        else:
            return
    raise AssertionError("never acknowledged")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - it is other processes that bring it about
            await asyncio.sleep(0.05)


def answers(workspace: Workspace, asked: Asked) -> list[float]:
    """When each was posted."""
    found = [it for it in workspace.messages(asked.channel) if it.author == BOT.id]
    return [float(it.ts) for it in found if it.thread == asked.thread]


def unexplained(workspace: Workspace, everything: Sequence[Asked], kills: Sequence[float]) -> list[Asked]:
    """What was answered again though no process died right after it had answered."""
    return [
        it
        for it in everything
        for at in answers(workspace, it)[:-1]
        if not any(0 <= killed - at <= WINDOW for killed in kills)
    ]


def test_what_is_asked_while_processes_die_is_answered_once(
    database_url: str,
    settings: Settings,
    bot: Bot,  # noqa: ARG001 - so that what all processes read is made once
    tmp_path: Path,
) -> None:
    chance = Random(20)  # noqa: S311 - no secret

    async def scene() -> None:
        workspace = Workspace(now, judged)
        async with (
            workspace.serving(),
            replicas(workspace, database_url, settings, tmp_path, 2) as running,
        ):
            move_in(workspace, 40, 20)
            await until(lambda: len(workspace.sockets.links) == 4)
            everything: list[Asked] = []
            async with asyncio.TaskGroup() as group:
                for number in range(40):
                    body, asked = question(workspace, number, 20)
                    everything.append(asked)
                    group.create_task(delivered(workspace, body))
                    await asyncio.sleep(chance.random() * 0.1)
                    if number in {10, 25}:
                        await running.kill(chance.choice(running.programs))
                        await running.start()
            await running.kill_all()
            async with open_database(database_url) as database:
                # The leases of the dead.
                await pass_time(database, timedelta(minutes=1))
            await running.start()
            await until(lambda: all(answers(workspace, it) for it in everything))

            assert unexplained(workspace, everything, running.kills) == []
            assert not any(secret in running.log for secret in (BOT_TOKEN, APP_TOKEN, SECRET))

    asyncio.run(scene())


def test_two_replicas_post_one_digest_and_the_third_that_comes_later_none(
    database_url: str,
    settings: Settings,
    bot: Bot,  # noqa: ARG001 - so that what all processes read is made once
    tmp_path: Path,
) -> None:
    due = now() - timedelta(minutes=2)
    plan = f'[[digest]]\nchannel = "C10"\nat = "{due:%H:%M}"\nzone = "UTC"\nlanguage = "zh"\n'
    (tmp_path / "smsbot.toml").write_text(plan, "utf-8")

    async def scene() -> None:
        workspace = Workspace(now, judged)
        async with (
            workspace.serving(),
            replicas(workspace, database_url, settings, tmp_path, 2) as running,
        ):
            move_in(workspace, 1, 11)
            await until(lambda: rounds_made(running) >= 2)
            await running.start()
            await until(lambda: rounds_made(running) >= 3)

            (digest,) = workspace.messages("C10")
            assert "短信日报" in digest.text
            assert len(workspace.called("chat.postMessage")) == 1

    asyncio.run(scene())


def rounds_made(running: Replicas) -> int:
    """How many of the processes have looked at least once for what is due."""
    addresses = re.findall(r'"address": "(http://[^"]+)"', running.log)
    return sum(any(round_made(it) for it in page(address)) for address in addresses)


def page(address: str) -> list[str]:
    with urlopen(f"{address}/metrics", timeout=5) as answer:  # noqa: S310 - of our own process
        return str(answer.read(), "utf-8").splitlines()


def round_made(line: str) -> bool:
    return line.startswith('smsbot_rounds_total{round="digests"}')
