"""Load: the program as it runs in production, on one core, with Slack's requests coming 50 at a time.

    python -m tests.bench_slack [requests]

The stand-in for Slack here only says ok: what is measured is the program. Exit status 1 when a limit is broken.
"""

import asyncio
import json
import os
import random
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession, TCPConnector, web
from rich.console import Console
from rich.table import Table

from bot.slack.wire.signature import sealed

QUESTIONS = Path(__file__).parent / "questions" / "tuned.jsonl"
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - this benchmark's own
IN_FLIGHT, REQUESTS = 50, 20_000
# So many that none asks more often than the rates allow. Each of them has asked once before anything is measured.
PEOPLE = 1_000
# Seconds that the last answers may take.
PATIENCE = 600.0
# What is to be reached: seconds, requests a second, MiB.
MOST_P99, LEAST_RATE, MOST_IDLE, MOST_GROWTH, MOST_START = 0.100, 200.0, 120.0, 5.0, 2.0


class Slack:
    """Says ok to everything, and counts the answers."""

    def __init__(self) -> None:
        self.answers = 0

    async def method(self, request: web.Request) -> web.Response:
        user = {"id": request.query.get("user"), "team_id": "T1", "locale": "zh-CN"}
        told: dict[str, dict[str, Any]] = {
            "auth.test": {"team_id": "T1", "user_id": "U0BOT", "bot_id": "B0BOT"},
            "users.info": {"user": user},
        }
        return web.json_response({"ok": True, **told.get(request.match_info["method"], {})})

    async def hook(self, request: web.Request) -> web.Response:
        await request.read()
        self.answers += 1
        return web.Response(text="ok")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        application = web.Application()
        application.router.add_route("*", "/api/{method}", self.method)
        application.router.add_post("/hooks/{name}", self.hook)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds, and MiB. `ready`: from the start to the first readiness. `rate`: answered in a second, at most.
    `effort`: of the processor, for one request.

    `paced` and `times` are what acknowledgements took: at the rate to be reached, and at the highest.
    """

    ready: float
    idle: float
    grown: float
    paced: tuple[float, ...]
    times: tuple[float, ...]
    rate: float
    effort: float
    failures: int


async def main(requests: int) -> None:
    slack = Slack()
    with TemporaryDirectory() as folder:
        async with slack.serving() as url:
            # The first start ever makes the tables and, after a change, fits the knowledge; no other one does.
            async with running(url, folder) as program:
                await served(program)
            started = time.perf_counter()
            async with running(url, folder) as program:
                measured = await measure(program, url, slack, requests, started)
    sys.exit(not show(measured))


@asynccontextmanager
async def running(url: str, folder: str) -> AsyncIterator[Process]:
    program = await started_program(url, folder)
    try:
        yield program
    finally:
        program.terminate()
        await program.wait()


async def started_program(url: str, folder: str) -> Process:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "XDG_STATE_HOME": folder,
        "XDG_CACHE_HOME": folder,
        "SLACK_BOT_TOKEN": "xoxb-benchmark",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{url}/api/",
        "SMSBOT_HTTP": "127.0.0.1:0",
    }
    # An editable install is found from any folder.
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", env=environment, cwd=folder, stderr=PIPE
    )
    os.sched_setaffinity(program.pid, sorted(os.sched_getaffinity(0))[:1])
    return program


async def measure(program: Process, url: str, slack: Slack, requests: int, started: float) -> Measured:
    address = await served(program)
    async with ClientSession(connector=TCPConnector(limit=IN_FLIGHT)) as session:
        async with session.get(f"{address}/readyz") as response:
            assert response.status == 200
        ready = time.perf_counter() - started
        # Nobody reads the log on: it must not fill its pipe.
        assert program.stderr is not None
        emptying = asyncio.create_task(program.stderr.read())
        await asyncio.sleep(2)
        idle = resident(program)
        await load(session, address, f"{url}/hooks", PEOPLE, slack)
        before, worked = resident(program), effort(program)
        paced, late = await load(session, address, f"{url}/hooks", requests // 2, slack, LEAST_RATE)
        begun = time.perf_counter()
        times, failures = await load(session, address, f"{url}/hooks", requests - requests // 2, slack)
        rate = len(times) / (time.perf_counter() - begun)
        grown, worked = resident(program) - before, effort(program) - worked
        emptying.cancel()
        await asyncio.wait({emptying})
    return Measured(
        ready,
        idle,
        grown,
        tuple(sorted(paced)),
        tuple(sorted(times)),
        rate,
        worked / requests,
        failures + late,
    )


async def served(program: Process) -> str:
    assert program.stderr is not None
    while line := await program.stderr.readline():
        said: dict[str, str] = json.loads(line)
        if said.get("event") == "serving":
            return said["address"]
    sys.exit("the program did not start")


async def load(  # noqa: PLR0913, PLR0917 - all that a load is
    session: ClientSession, address: str, hooks: str, requests: int, slack: Slack, pace: float = 0.0
) -> tuple[list[float], int]:
    """Sends the requests, `IN_FLIGHT` at a time at most, and waits until each is answered.

    With a `pace`, so many begin in a second; else as many as go. Gives the times, and how many failed. Of a
    request that has to wait for one that is in flight, the time counts from when it should have begun.
    """
    chance, times, failures = random.Random(requests), list[float](), 0  # noqa: S311 - nothing secret
    texts = [json.loads(line)["q"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    texts += ["error 1031", "help", "check 【星河科技】您的验证码为{1}"] * (len(texts) // 9)
    expected, run, numbers = slack.answers + requests, time.monotonic_ns(), iter(range(requests))
    started = time.perf_counter()

    async def send() -> None:
        nonlocal failures
        for number in numbers:
            person = number % PEOPLE
            body = urlencode(slash(f"{run}.{number}", person, chance.choice(texts), f"{hooks}/{number}"))
            begun = time.perf_counter()
            if pace:
                begun = started + number / pace
                await asyncio.sleep(begun - time.perf_counter())
            async with session.post(f"{address}/slack/events", data=body, headers=headers(body)) as response:
                await response.read()
                times.append(time.perf_counter() - begun)
                failures += response.status != 200

    await asyncio.gather(*(send() for _ in range(IN_FLIGHT)))
    async with asyncio.timeout(PATIENCE):
        while slack.answers < expected:  # noqa: ASYNC110 - another process answers
            await asyncio.sleep(0.01)
    return times, failures


def slash(trigger: str, person: int, text: str, hook: str) -> Mapping[str, str]:
    return {
        "command": "/sms",
        "text": text,
        "team_id": "T1",
        "user_id": f"U{person}",
        "channel_id": f"C{person}",
        "response_url": hook,
        "trigger_id": trigger,
    }


def headers(body: str) -> Mapping[str, str]:
    at = str(int(time.time()))
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": sealed(SECRET, at, body.encode()),
    }


def resident(program: Process) -> float:
    pages = int(Path(f"/proc/{program.pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def effort(program: Process) -> float:
    """Seconds of the processor that it has used so far."""
    fields = Path(f"/proc/{program.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def show(measured: Measured) -> bool:
    """Prints the figures beside what is to be reached; whether all of it is."""
    p50, p99 = at(measured.paced, 50), at(measured.paced, 99)
    pace = f"at {LEAST_RATE:g} a second"
    rows = (
        ("ready after", measured.ready, "s", measured.ready <= MOST_START, f"<= {MOST_START:g}"),
        ("resident, idle", measured.idle, "MiB", measured.idle <= MOST_IDLE, f"<= {MOST_IDLE:g}"),
        (f"acknowledged {pace}, p50", p50 * 1000, "ms", True, ""),
        (f"acknowledged {pace}, p99", p99 * 1000, "ms", p99 <= MOST_P99, f"<= {MOST_P99 * 1000:g}"),
        (
            "answered, all in flight",
            measured.rate,
            "a second",
            measured.rate >= LEAST_RATE,
            f">= {LEAST_RATE:g}",
        ),
        ("acknowledged then, p50", at(measured.times, 50) * 1000, "ms", True, ""),
        ("acknowledged then, p99", at(measured.times, 99) * 1000, "ms", True, ""),
        ("processor, a request", measured.effort * 1000, "ms", True, ""),
        ("not acknowledged", measured.failures, "", not measured.failures, "0"),
        ("grown by", measured.grown, "MiB", measured.grown <= MOST_GROWTH, f"<= {MOST_GROWTH:g}"),
    )
    count = len(measured.paced) + len(measured.times)
    table = Table(title=f"{count:,} slash commands, {IN_FLIGHT} in flight, SQLite, one core")
    for column in ("what", "measured", "unit", "to reach", ""):
        table.add_column(column, justify="right" if column == "measured" else "left")
    for name, value, unit, reached, goal in rows:
        table.add_row(name, f"{value:,.1f}", unit, goal, "" if reached else "missed")
    Console(width=110).print(table)
    return all(reached for *_, reached, _ in rows)


def at(times: tuple[float, ...], percent: int) -> float:
    return times[len(times) * percent // 100]


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS))
