"""kill -9 of a real process, over a real client and a real database: no confirmation is sent twice."""

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import BotError
from bot.guard.chain import Intact, verify
from bot.guard.sender import GuardedSender
from bot.sandbox.server import Sandbox
from bot.sms.sending import Send, State
from bot.store.books import StoredLedger
from bot.store.database import open_database
from bot.tencent.call import Surroundings
from bot.tencent.connection import connected
from bot.tencent.signing import Credentials
from tests.guard.small_guard import ALICE, KEYS
from tests.guard.victim import UNLIMITED, now

# What a kill at each step leaves, once it is found abandoned; and whether the message had left.
AFTERMATH: list[tuple[str, State | None, bool]] = [
    ("draft-before", None, False),
    ("draft-after", "drafted", False),
    ("confirm-before", "drafted", False),
    ("confirm-after", "rejected", False),
    ("begin-before", "rejected", False),
    ("begin-after", "unknown", False),
    ("call-before", "unknown", False),
    ("call-after", "unknown", True),
    ("settle-before", "unknown", True),
    ("settle-after", "accepted", True),
]
LATER = timedelta(seconds=61)


@dataclass
class Scene:
    """A stand-in API, a database, and somebody who comes a minute later."""

    sandbox: Sandbox
    url: str
    database_url: str
    ledger: StoredLedger
    survivor: GuardedSender

    async def victim(self, step: str) -> Process:
        keys = self.sandbox.credentials
        words = [self.url, self.database_url, step, keys.secret_id, keys.secret_key]
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.guard.victim", *words, stdout=PIPE
        )

    async def kept(self, name: str) -> Send | None:
        async with self.ledger.writing() as books:
            return await books.by_id(name)


@asynccontextmanager
async def scene(database_url: str) -> AsyncIterator[Scene]:
    sandbox = Sandbox(lambda: datetime.now(UTC))
    sandbox.delivery_seconds = 0
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(sandbox.serving())
        database = await stack.enter_async_context(open_database(database_url))
        connection = await stack.enter_async_context(connected(url, Surroundings(now)))
        keys = Credentials(sandbox.credentials.secret_id, sandbox.credentials.secret_key)
        cloud = connection.cloud(keys, sandbox.sdk_app_id, sandbox.region)
        ledger = StoredLedger(database, KEYS.audit)
        names = iter(f"survivor-{number}" for number in range(10**6))
        survivor = GuardedSender(
            UNLIMITED, ledger, {"prod": cloud}, KEYS, lambda: now() + LATER, names.__next__
        )
        yield Scene(sandbox, url, database_url, ledger, survivor)


def test_a_kill_at_any_step_leaves_a_state_from_which_nothing_is_sent_again(database_url: str) -> None:
    async def story() -> None:
        async with scene(database_url) as it:
            for step, state, left in AFTERMATH:
                before = len(it.sandbox.sent)
                victim = await it.victim(step)
                output, _ = await victim.communicate()
                assert victim.returncode == -9, step
                assert len(it.sandbox.sent) - before == left, step

                await it.survivor.recover()

                for token, name in (line.split() for line in output.decode().splitlines()):
                    await press_again(it, step, token, name, state)
                assert len(it.sandbox.sent) - before == left, step
            assert isinstance(await verify(KEYS.audit, it.ledger.audit()), Intact)

    asyncio.run(story())


async def press_again(it: Scene, step: str, token: str, name: str, state: State | None) -> None:
    """A minute later, so a draft that was never confirmed may still be; then it is cancelled instead."""
    send = await it.kept(name)
    assert (send.state if send else None) == state, step
    if state == "drafted":
        await it.survivor.cancel(ALICE, token)
    with pytest.raises(BotError):
        await it.survivor.confirm(ALICE, token)
    if state in {"unknown", "accepted"}:
        known = await it.survivor.track(ALICE, name)
        assert known.state in {"unknown", "accepted"}


def test_a_kill_while_the_answer_is_awaited_is_settled_by_the_delivery_report(database_url: str) -> None:
    async def story() -> None:
        async with scene(database_url) as it:
            it.sandbox.session_in_receipts = True
            it.sandbox.faults.add("slow", action="SendSms")
            victim = await it.victim("never")
            assert victim.stdout is not None
            token, name = (await victim.stdout.readline()).decode().split()
            await until(lambda: bool(it.sandbox.sent))
            victim.kill()
            await victim.communicate()

            await it.survivor.recover()
            known = await it.survivor.track(ALICE, name)

            assert (known.state, known.arrival) == ("accepted", "delivered")
            with pytest.raises(BotError, match=r"guard\.used"):
                await it.survivor.confirm(ALICE, token)
            assert len(it.sandbox.sent) == 1

    asyncio.run(story())


def test_replicas_that_are_killed_at_any_moment_send_nothing_twice(database_url: str) -> None:
    chance = random.Random(3)  # noqa: S311 -- moments, not secrets

    async def story() -> None:
        async with scene(database_url) as it:
            outputs = []
            for _ in range(3):
                victims = [await it.victim("never") for _ in range(2)]
                started = len(it.sandbox.sent)
                await until(lambda count=started: len(it.sandbox.sent) > count)  # type: ignore[misc]
                await asyncio.sleep(chance.uniform(0, 0.2))
                for victim in victims:
                    victim.kill()
                outputs += [(await victim.communicate())[0].decode() for victim in victims]

            await it.survivor.recover()
            sent = [message.session for message in it.sandbox.sent]
            for line in "".join(outputs).splitlines():
                token, _, name = line.partition(" ")
                send = await it.kept(name)
                if send is not None and send.state != "drafted":
                    with pytest.raises(BotError):
                        await it.survivor.confirm(ALICE, token)
                if name in sent:
                    assert send is not None
                    assert send.state in {"accepted", "unknown"}

            assert len(sent) == len(set(sent)) == len(it.sandbox.sent)
            assert isinstance(await verify(KEYS.audit, it.ledger.audit()), Intact)

    asyncio.run(story())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 -- what is waited for happens in another process
            await asyncio.sleep(0.005)
