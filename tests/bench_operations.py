"""The SMS side against the stand-in on loopback: `make bench`."""

import asyncio
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from bot.errors import BotError
from bot.guard.chain import START, Event, Sealed, seal, verify
from bot.guard.sender import GuardedSender
from bot.opening import open_office
from bot.redaction import Redaction
from bot.sandbox.server import Sandbox
from bot.settings import read_settings
from bot.sms.cloud import Cloud
from bot.sms.command import Command
from bot.sms.operations import carry_out
from bot.sms.segments import segments_of
from bot.sms.sending import AllowedTemplate, Wish
from bot.sms.textcheck import check_text
from bot.store.books import StoredLedger
from bot.store.database import open_database
from bot.tencent.call import Surroundings
from bot.tencent.connection import connected
from bot.tencent.signing import Credentials
from bot.wiring import Bot, build_bot
from tests.guard.small_guard import ALICE, KEYS, NO_LIMITS, PHONE, POLICY
from tests.opened import OPERATOR

VERBS = ("balance", "stats", "stats 7d", "trace 13800138000", "templates", "signatures", "doctor")
AUDIT_ROWS = 100_000
CALLS, SENDS = 500, 100
TEXT = "【星河科技】您的验证码为{1}，{2}分钟内有效，如非本人操作请忽略。"
LINE = "send accepted serial=5000:1045710669157053657849499619 number=+8613800138000 took_ms=41 channel=C0OPS"


async def main() -> None:
    out, bot = Console(width=110), build_bot(read_settings({}))
    out.print(await verbs(bot))
    table = Table(title="milliseconds each")
    for column in ("what", "times", "p50", "p99"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for name, times in [*pure(bot), *[row async for row in sending()]]:
        table.add_row(name, str(len(times)), *(f"{value:.3f}" for value in (median(times), late(times))))
    out.print(table)
    out.print(f"audit: {AUDIT_ROWS:,} rows verified in {await audited():.2f} s")


async def verbs(bot: Bot) -> Table:
    """Each verb for the first time, and again: the limits on the API's rates are part of it."""
    table = Table(title="verbs on sample data, milliseconds until drawn")
    for column in ("verb", "first", "again"):
        table.add_column(column, justify="left" if column == "verb" else "right")
    started = time.perf_counter()
    async with open_office(read_settings({}), bot.library, bot.rules) as office:
        table.caption = f"opened in {1000 * (time.perf_counter() - started):.0f} ms"
        for typed in VERBS:
            verb, _, text = typed.partition(" ")
            command = Command(verb, text, "en", OPERATOR, datetime.now(UTC))

            async def drawn(command: Command = command) -> None:
                bot.drawing.markdown(await carry_out(command, office.desk), "en")

            table.add_row(typed, *[f"{await taken(drawn):.1f}" for _ in range(2)])
    return table


def pure(bot: Bot) -> list[tuple[str, list[float]]]:
    redaction = Redaction(["not-a-real-secret-0001"])
    steps: dict[str, Callable[[], object]] = {
        "segments of a text": lambda: segments_of(TEXT),
        "text checked against all rules": lambda: check_text(TEXT, bot.rules, parameters=("483920", "5")),
        "log line redacted": lambda: redaction(LINE),
    }
    rows = []
    for name, step in steps.items():
        step()
        rows.append((name, [timed(step) for _ in range(CALLS)]))
    return rows


async def sending() -> AsyncIterator[tuple[str, list[float]]]:
    sandbox = Sandbox(lambda: datetime.now(UTC))
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(sandbox.serving())
        surroundings = Surroundings(lambda: datetime.now(UTC))
        connection = await stack.enter_async_context(connected(url, surroundings))
        keys = Credentials(sandbox.credentials.secret_id, sandbox.credentials.secret_key)
        cloud = connection.cloud(keys, sandbox.sdk_app_id, sandbox.region)
        yield (
            "call: signed, sent, checked, answered, read",
            [await taken(lambda: cloud.number_info(["+8613800138000"])) for _ in range(CALLS)],
        )
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        database = await stack.enter_async_context(open_database(f"sqlite:///{folder}/bench.sqlite3"))
        yield (
            "test send: drafted, confirmed, sent, kept",
            await sends(cloud, StoredLedger(database, KEYS.audit)),
        )


async def sends(cloud: Cloud, ledger: StoredLedger) -> list[float]:
    policy = replace(POLICY, limits=replace(NO_LIMITS, number_seconds=0))
    sender = GuardedSender(
        policy, ledger, {"prod": cloud}, KEYS, lambda: datetime.now(UTC), secrets.token_hex
    )

    async def whole() -> None:
        code = str(secrets.randbelow(10**6))
        wish = Wish("prod", PHONE, AllowedTemplate(1110001, "星河科技"), (code, "5"), segments=1)
        draft = await sender.draft(ALICE, wish)
        await sender.confirm(ALICE, draft.token)

    return [await taken(whole) for _ in range(SENDS)]


async def audited() -> float:
    rows, before = list[Sealed](), START
    for number in range(1, AUDIT_ROWS + 1):
        event = Event(datetime.now(UTC), "U0ALICE", "C0GENERAL", "confirm", {"send": "x" * 32, "segments": 1})
        rows.append(seal(KEYS.audit, number, event, before))
        before = rows[-1].seal

    async def each() -> AsyncIterator[Sealed]:
        for row in rows:
            yield row

    started = time.perf_counter()
    await verify(KEYS.audit, each())
    return time.perf_counter() - started


async def taken(step: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await step()
    return (time.perf_counter() - started) * 1000


def timed(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return (time.perf_counter() - started) * 1000


def median(times: list[float]) -> float:
    return statistics.median(times)


def late(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except BotError as error:
        sys.exit(str(error))
