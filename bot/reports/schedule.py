"""The minute's tick: the only place that knows APScheduler, which is a clock here and keeps nothing.

What is due and what was posted is in the database, so that a start, a stall and a clock that is set are the same case.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.reports.rounds import survived

LOG = structlog.get_logger("smsbot.reports")

# The scheduler waits for a time of day: it is told when the clock was set by more than this. Seconds.
SET, LOOKING = 5.0, 1.0
# How long the end waits for what is under way, most of all for an answer of Slack. Seconds.
MOMENT = 2.0


@dataclass(frozen=True, slots=True)
class Round:
    """Made every minute at this `second`; with a `minute`, every hour."""

    make: Callable[[], Awaitable[None]]
    second: int
    minute: int | None = None


@asynccontextmanager
async def ticking(
    rounds: Mapping[str, Round],
    now: Callable[[], datetime],
    observe: Callable[[str], None],
    moment: float = MOMENT,
) -> AsyncIterator[None]:
    """Makes each of the rounds at once, then whenever it is time. `observe` is told of each that went well.

    One that is still under way is not begun again, one that was missed is made once, however late. At the end
    what is under way has a `moment` to come to its own, in seconds.
    """
    scheduler = AsyncIOScheduler(
        jobstores={"default": MemoryJobStore()},
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    under_way: set[asyncio.Task[None]] = set()

    async def hold(name: str, make: Callable[[], Awaitable[None]]) -> None:
        """In a task of ours: what the scheduler holds it cuts off when it ends."""
        task = asyncio.create_task(survived(name, make, observe))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        await asyncio.shield(task)

    for name, it in rounds.items():
        trigger = CronTrigger(minute=it.minute, second=it.second, timezone=UTC)
        scheduler.add_job(partial(hold, name, it.make), trigger, id=name, next_run_time=now())
    scheduler.start()
    watching = asyncio.create_task(made_anew_when_set(scheduler, now))
    try:
        yield
    finally:
        watching.cancel()
        scheduler.shutdown(wait=False)
        await ended(under_way, moment)


async def made_anew_when_set(scheduler: AsyncIOScheduler, now: Callable[[], datetime]) -> None:
    """Has every round made at once, and planned anew, whenever the clock was set or the machine has slept.

    Set back by an hour it would be an hour until the next one; set a year ahead, each minute missed would be listed.
    """
    seconds = asyncio.get_running_loop().time
    apart = now().timestamp() - seconds()
    while True:
        await asyncio.sleep(LOOKING)
        before, apart = apart, now().timestamp() - seconds()
        if abs(apart - before) > SET:
            LOG.warning("clock_was_set", seconds=round(apart - before))
            for job in scheduler.get_jobs():
                job.modify(next_run_time=now())


async def ended(tasks: AbstractSet["asyncio.Task[None]"], moment: float) -> None:
    left = set(tasks)
    if left:
        _, late = await asyncio.wait(left, timeout=moment)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
