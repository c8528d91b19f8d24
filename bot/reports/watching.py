"""Looks at every account now and then: what holds begins an episode, what is over ends it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from bot.errors import BotError
from bot.reports.alarms import Episodes, Looks
from bot.reports.conditions import findings
from bot.reports.episodes import step
from bot.reports.policy import AlertPolicy
from bot.reports.results import ARREARS
from bot.reports.sight import Sight
from bot.reports.volume import PAST_DAYS
from bot.sms.balance import HISTORY, day_of
from bot.sms.cloud import ACCOUNT_ZONE, Hour, Packages, ReceiptCounts, Refused
from bot.sms.desk import Account

LOG = structlog.get_logger("smsbot.reports")

Value = TypeVar("Value")

# Soon enough for an SMS bombing, and some calls an hour: API, 10 a second.
EVERY = timedelta(minutes=10)
DAY = timedelta(days=1)
# How long a look waits for the days, which are asked for once. Seconds.
PATIENCE = 30.0
# Hours of the past that one look asks for: at first there are two weeks of them to catch up with.
MOST_HOURS = 120


class Hours(Protocol):
    async def until_now(self, days: int, most: int) -> Sequence[Hour]:
        """Every hour of today and of so many days before, oldest first; `most` of them are asked for.

        Raises:
            BotError: when the API or the database can't be had.
        """

    async def forget(self, before: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Watched:
    account: Account
    hours: Hours


@dataclass(frozen=True, slots=True)
class Watching:
    """Of several replicas one looks, and none more often than `EVERY`. `observe` is told how a look ended."""

    accounts: Mapping[str, Watched]
    policy: AlertPolicy
    looks: Looks
    episodes: Episodes
    now: Callable[[], datetime]
    observe: Callable[[str], None]

    async def make(self) -> None:
        """Looks at the accounts whose turn it is, one after the other: one that fails keeps none of the others.

        Raises:
            StoreAway: when the database can't be had.
        """
        failures = []
        for name in await self.looks.take_due(list(self.accounts), EVERY):
            (failure,) = await asyncio.gather(self.look(name), return_exceptions=True)
            failures += [failure] if failure else []
        if failures:
            raise failures[0]

    async def look(self, name: str) -> None:
        sight, lacking = await seen(self.accounts[name], self.now())
        refused = await self.episodes.refused(name, sight.at - DAY)
        found = findings(replace(sight, test_refused=refused), self.policy)
        known = await self.episodes.latest(name)
        changed = step(name, known, found, sight.at)
        await self.episodes.change(changed)
        for it in changed:
            LOG.info("alert", account=name, name=it.name, open=it.closed is None, silent=it.silent)
        for what, error in lacking.items():
            LOG.warning("not_seen", account=name, what=what, reason=error.phrase)
        self.observe("partly" if lacking else "whole")
        if not lacking:
            await self.looks.looked(name)


async def seen(watched: Watched, at: datetime) -> tuple[Sight, Mapping[str, BotError]]:
    """What can be known of an account now, and why the rest is not."""
    lacking: dict[str, BotError] = {}

    async def part(what: str, asking: Awaitable[Value], otherwise: Value) -> Value:
        try:
            return await asking
        except BotError as error:
            lacking[what] = error
            return otherwise

    account, today = watched.account, day_of(at)
    packages, days, hours, receipts = await asyncio.gather(
        part("packages", asked_packages(account), None),
        part("days", account.history.days(today - HISTORY * DAY, today - DAY, patience=PATIENCE), ()),
        part("hours", watched.hours.until_now(PAST_DAYS, MOST_HOURS), ()),
        part("receipts", receipts_of_today(account, at), None),
    )
    return Sight(at, packages, days, hours, receipts, refusal(lacking)), lacking


def refusal(lacking: Mapping[str, BotError]) -> str:
    """The code that says most; "" where the API refused nothing."""
    codes = [it.code for it in lacking.values() if isinstance(it, Refused)]
    return next((it for it in codes if it in ARREARS), codes[0] if codes else "")


async def receipts_of_today(account: Account, at: datetime) -> ReceiptCounts | None:
    midnight = at.astimezone(ACCOUNT_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return await account.cloud.receipt_counts(midnight, at)


async def asked_packages(account: Account) -> Packages | None:
    return await account.cloud.packages()
