"""What is known of an account when its digest is written."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from bot.errors import BotError
from bot.sms.alarms import Episode
from bot.sms.balance import HISTORY, day_of
from bot.sms.cloud import Day, Packages, Signature, Template
from bot.sms.desk import Account
from bot.sms.forecast import RunOut, run_out
from bot.sms.pace import Pace, TooLittle, pace

DAY = timedelta(days=1)

Reviewed = Template | Signature


class Reviews(Protocol):
    async def see(self, found: Sequence[Reviewed]) -> Mapping[tuple[str, int], datetime | None]:
        """Notes the states of all; since when each is as it is, by kind and id. None: since before we looked.

        Raises:
            StoreAway: when the database can't be had.
        """


@dataclass(frozen=True)
class Morning:
    """What is new is so from `since`, the digest before, to `at`. What follows from it is worked out once.

    `days` are the last full ones, oldest first, the last is yesterday; none where nothing is known.
    `rejected`: what is new of that. `holding`: alerts. `lacking` has, by name (packages, statistics, reviews),
    why something is not known.
    """

    account: str
    sample: bool
    since: datetime
    at: datetime
    packages: Packages | None = None
    days: Sequence[Day] = ()
    rejected: Sequence[Reviewed] = ()
    holding: Sequence[Episode] = ()
    lacking: Mapping[str, BotError] = field(default_factory=dict)

    @cached_property
    def pace(self) -> Pace | TooLittle:
        return pace(self.days)

    @cached_property
    def runs_out(self) -> RunOut | None:
        """None where nothing is used, or too little is known."""
        if self.packages is None or not isinstance(self.pace, Pace) or not self.pace.high:
            return None
        return run_out(self.packages.rows, self.pace, self.at)


@dataclass(frozen=True, slots=True)
class Window:
    """How an account is looked at: `since` is when the digest before was posted; `patience` in seconds."""

    at: datetime
    since: datetime
    patience: float


async def morning(account: Account, reviews: Reviews, holding: Sequence[Episode], window: Window) -> Morning:
    """Everything at once; what can't be had is told as lacking."""
    lacking: dict[str, BotError] = {}
    packages, days, rejected = await asyncio.gather(
        packages_of(account, lacking),
        days_of(account, window, lacking),
        rejected_of(account, reviews, window, lacking),
    )
    since, at = window.since, window.at
    return Morning(account.name, account.sample, since, at, packages, days, rejected, holding, lacking)


async def packages_of(account: Account, lacking: dict[str, BotError]) -> Packages | None:
    try:
        return await account.cloud.packages()
    except BotError as error:
        lacking["packages"] = error
        return None


async def days_of(account: Account, window: Window, lacking: dict[str, BotError]) -> Sequence[Day]:
    today = day_of(window.at)
    try:
        return await account.history.days(today - HISTORY * DAY, today - DAY, patience=window.patience)
    except BotError as error:
        lacking["statistics"] = error
        return ()


async def rejected_of(
    account: Account, reviews: Reviews, window: Window, lacking: dict[str, BotError]
) -> Sequence[Reviewed]:
    """At the first look nothing is known to be new but what was made since the digest before."""
    try:
        async with asyncio.timeout(window.patience):
            found = await all_reviewed(account)
        since = await reviews.see(found)
    except TimeoutError:
        lacking["reviews"] = BotError("digest.reviews_slow")
        return ()
    except BotError as error:
        lacking["reviews"] = error
        return ()
    moments = ((it, since[id_of(it)] or it.created) for it in found if it.review == "rejected")
    return [it for it, at in moments if window.since < at <= window.at]


async def all_reviewed(account: Account) -> Sequence[Reviewed]:
    """Each once: a template for everywhere is listed on both sides."""
    cloud = account.cloud
    lists = await asyncio.gather(
        cloud.templates(international=False),
        cloud.templates(international=True),
        cloud.signatures(international=False),
        cloud.signatures(international=True),
    )
    return list({id_of(it): it for rows in lists for it in rows}.values())


def id_of(it: Reviewed) -> tuple[str, int]:
    return ("template" if isinstance(it, Template) else "signature", it.id)
