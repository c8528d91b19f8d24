"""A process of its own that sends tests until it is killed: by itself at a named step, or from outside.

    python -m tests.guard.victim SANDBOX_URL DATABASE_URL STEP

STEP is `draft`, `confirm`, `begin`, `settle` with `-before` or `-after` (its commit), `call-before`,
`call-after`, or `never`: then it goes on, one send after the other. Every draft's token and id are printed.
"""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.guard.sender import GuardedSender
from bot.sms.cloud import Handed, Message
from bot.store.books import StoredBooks, StoredLedger
from bot.store.database import open_database
from bot.tencent.call import Surroundings
from bot.tencent.client import TencentCloud
from bot.tencent.connection import connected
from bot.tencent.signing import Credentials
from tests.guard.small_guard import ALICE, KEYS, NO_LIMITS, PHONE, POLICY, wish

STEPS = ("draft", "confirm", "begin", "settle")
UNLIMITED = replace(POLICY, limits=replace(NO_LIMITS, number_seconds=0))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class DeadlyLedger:
    """Counts its transactions: each of a send's four is a step."""

    ledger: StoredLedger
    step: str
    transactions: int = 0

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[StoredBooks]:
        name = STEPS[self.transactions % 4]
        self.transactions += 1
        async with self.ledger.writing() as books:
            yield books
            if self.step == f"{name}-before":
                die()
        if self.step == f"{name}-after":
            die()


class DeadlyCloud(TencentCloud):
    """The real client; the process may end on either side of its call."""

    step = "never"

    async def send(self, message: Message) -> Handed:
        if self.step == "call-before":
            die()
        handed = await super().send(message)
        if self.step == "call-after":
            die()
        return handed


def now() -> datetime:
    return datetime.now(UTC)


async def main(sandbox: str, database_url: str, step: str, secret_id: str, secret_key: str) -> None:
    async with open_database(database_url) as database, connected(sandbox, Surroundings(now)) as connection:
        caller = connection.caller(Credentials(secret_id, secret_key), "ap-guangzhou")
        cloud = DeadlyCloud(caller, "1400006666", Surroundings(now))
        cloud.step = step
        ledger = DeadlyLedger(StoredLedger(database, KEYS.audit), step)
        sender = GuardedSender(UNLIMITED, ledger, {"prod": cloud}, KEYS, now, secrets.token_hex)
        while True:
            # Other parameters each time: the platform refuses the same content within 30 seconds.
            code = str(secrets.randbelow(10**6))
            draft = await sender.draft(ALICE, wish(PHONE, (code, "5")))
            sys.stdout.write(f"{draft.token} {draft.send.id}\n")
            sys.stdout.flush()
            await sender.confirm(ALICE, draft.token)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
