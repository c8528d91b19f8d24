"""Callers and clouds over a sandbox or any other server, with time and chance in the test's hand."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.sandbox.server import Sandbox
from bot.sms.cloud import Message
from bot.sms.phone import PhoneNumber
from bot.tencent.call import Caller, Patience, Surroundings
from bot.tencent.client import TencentCloud
from bot.tencent.connection import connected
from bot.tencent.signing import Credentials

# Long enough for loopback on a busy machine, short enough to wait for.
SHORT = Patience(pool=0.5, connect=1.0, write=1.0, read=0.3, whole=2.0)
KEYS = Credentials("some-secret-id", "some-secret-key")
APP, REGION = "1400006666", "ap-guangzhou"
MESSAGE = Message(PhoneNumber("+8613800138000"), 1110001, "星河科技", ("482913", "5"), "mark-1")


@dataclass(slots=True)
class Hands:
    """`at` is what the monotonic clock shows, `pauses` what was slept; nobody really sleeps."""

    at: float = 1000.0
    pauses: list[float] = field(default_factory=list)
    chance: float = 0.5
    now: datetime | None = None

    def surroundings(self) -> Surroundings:
        return Surroundings(
            now=lambda: self.now or datetime.now(UTC),
            seconds=lambda: self.at,
            random=lambda: self.chance,
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


def sandbox_now() -> Sandbox:
    return Sandbox(lambda: datetime.now(UTC))


def keys_of(sandbox: Sandbox) -> Credentials:
    return Credentials(sandbox.credentials.secret_id, sandbox.credentials.secret_key)


@asynccontextmanager
async def caller_of(
    sandbox: Sandbox, hands: Hands | None = None, patience: Patience = SHORT
) -> AsyncIterator[Caller]:
    surroundings = (hands or Hands()).surroundings()
    async with sandbox.serving() as url, connected(url, surroundings, patience=patience) as connection:
        yield connection.caller(keys_of(sandbox), sandbox.region)


@asynccontextmanager
async def cloud_of(
    sandbox: Sandbox, hands: Hands | None = None, patience: Patience = SHORT
) -> AsyncIterator[TencentCloud]:
    surroundings = (hands or Hands()).surroundings()
    async with sandbox.serving() as url, connected(url, surroundings, patience=patience) as connection:
        yield connection.cloud(keys_of(sandbox), sandbox.sdk_app_id, sandbox.region)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
