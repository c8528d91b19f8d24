"""Accounts are looked at in turn, by one replica at a time; what can't be seen is not taken for nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.reports.policy import AlertPolicy
from bot.reports.watching import EVERY, Watched, Watching
from bot.sms.alarms import Episode
from bot.sms.cloud import Hour, Packages, Refused, SendCounts, Unreachable
from bot.sms.desk import Account
from tests.sms.small_cloud import NOW, FakeCloud, FakeHistory, history, package

LOW = AlertPolicy(shares=(0.3,), messages=())
ARREARS = "UnauthorizedOperation.ServiceSuspendDueToArrears"


@dataclass
class FakeHours:
    known: Sequence[Hour] = ()
    asked: list[tuple[int, int]] = field(default_factory=list)

    async def until_now(self, days: int, most: int) -> Sequence[Hour]:
        self.asked.append((days, most))
        return self.known

    async def forget(self, before: datetime) -> None:
        raise AssertionError(before)


@dataclass
class SmallEpisodes:
    kept: dict[tuple[str, str, int], Episode] = field(default_factory=dict)
    refused_with: str = ""

    async def latest(self, account: str) -> Mapping[str, Episode]:
        return {it.name: it for it in self.kept.values() if it.account == account}

    async def standing(self, accounts: Sequence[str]) -> Sequence[Episode]:
        return [it for it in self.kept.values() if it.account in accounts and it.closed is None]

    async def untold(self, account: str) -> Sequence[Episode]:
        return [
            it for it in self.kept.values() if it.account == account and it.told is None and not it.silent
        ]

    async def last_told(self, account: str) -> Mapping[str, datetime]:
        return {it.name: it.told for it in self.kept.values() if it.account == account and it.told}

    async def change(self, changed: Sequence[Episode]) -> None:
        self.kept |= {(it.account, it.name, it.number): it for it in changed}

    async def mark_told(self, it: Episode, at: datetime) -> None:
        self.kept[it.account, it.name, it.number] = replace(it, told=at)

    async def refused(self, account: str, since: datetime) -> str:
        assert NOW - timedelta(days=2) < since < NOW, account
        return self.refused_with

    async def forget(self, before: datetime) -> None:
        raise AssertionError(before)

    @property
    def names(self) -> list[str]:
        return sorted(it.name for it in self.kept.values() if it.closed is None)


@dataclass
class SmallLooks:
    due: set[str]
    well: list[str] = field(default_factory=list)

    async def take_due(self, accounts: Sequence[str], every: timedelta) -> Sequence[str]:
        assert every == EVERY
        taken = [it for it in accounts if it in self.due]
        self.due -= set(taken)
        return taken

    async def looked(self, account: str) -> None:
        self.well.append(account)

    async def last(self, account: str) -> datetime | None:
        return NOW if account in self.well else None


@dataclass
class Scene:
    cloud: FakeCloud = field(default_factory=FakeCloud)
    past: FakeHistory = field(default_factory=lambda: history(*[1000] * 30))
    hours: FakeHours = field(default_factory=FakeHours)
    episodes: SmallEpisodes = field(default_factory=SmallEpisodes)
    looks: SmallLooks = field(default_factory=lambda: SmallLooks({"prod"}))
    seen: list[str] = field(default_factory=list)

    def make(self) -> None:
        watched = {
            name: Watched(Account(name, self.cloud, self.past), self.hours) for name in ("prod", "test")
        }
        watching = Watching(watched, LOW, self.looks, self.episodes, lambda: NOW, self.seen.append)
        asyncio.run(watching.make())


def test_only_the_accounts_whose_turn_it_is_are_looked_at() -> None:
    it = Scene()

    it.make()
    it.make()

    assert (it.looks.well, it.seen) == (["prod"], ["whole"])


def test_what_holds_begins_an_episode_once_and_what_is_over_ends_it() -> None:
    it = Scene(FakeCloud([package(amount=100_000, used=80_000)]))
    it.make()
    assert it.episodes.names == ["balance:0.3"]

    it.looks.due.add("prod")
    it.make()
    assert len(it.episodes.kept) == 1

    it.cloud.packages_ = [package(amount=100_000)]
    it.looks.due.add("prod")
    it.make()
    assert it.episodes.names == []


def test_an_account_that_can_not_be_seen_raises_nothing_and_ends_nothing() -> None:
    it = Scene(FakeCloud([package(amount=100_000, used=80_000)]))
    it.make()
    it.cloud.failure = Unreachable("cloud.no_connection", "SmsPackagesStatistics", reason="refused")
    it.looks.due.add("prod")

    it.make()

    assert it.episodes.names == ["balance:0.3"]
    assert (it.looks.well, it.seen) == (["prod"], ["whole", "partly"])


def test_an_api_that_refuses_for_arrears_is_an_alert_whatever_else_it_refuses() -> None:
    it = Scene()
    it.past.failure = Refused("SendStatusStatistics", "UnauthorizedOperation", "…")
    it.cloud.failure = Refused("SmsPackagesStatistics", ARREARS, "…")

    it.make()

    assert it.episodes.names == ["arrears"]


def test_a_test_send_that_was_refused_for_arrears_is_one_too() -> None:
    it = Scene(episodes=SmallEpisodes(refused_with=ARREARS))

    it.make()

    assert it.episodes.names == ["arrears"]


def test_the_hours_that_are_compared_with_are_asked_for_in_portions() -> None:
    it = Scene()

    it.make()

    ((days, most),) = it.hours.asked
    assert days == 14
    assert most < 14 * 24


def test_a_flood_in_this_hour_is_seen() -> None:
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    usual = [Hour(hour - timedelta(hours=back), SendCounts(10, 10, 10)) for back in range(1, 15 * 24)]
    it = Scene(hours=FakeHours([*reversed(usual), Hour(hour, SendCounts(9000, 9000, 9000))]))

    it.make()

    assert it.episodes.names == ["unusual"]


class BrokenCloud(FakeCloud):
    async def packages(self) -> Packages:
        raise KeyError("what nobody expected")


def test_an_account_that_fails_keeps_none_of_the_others_and_the_round_tells() -> None:
    past, looks = history(*[1000] * 30), SmallLooks({"prod", "test"})
    watched = {
        "prod": Watched(Account("prod", BrokenCloud(), past), FakeHours()),
        "test": Watched(Account("test", FakeCloud(), past), FakeHours()),
    }
    watching = Watching(watched, LOW, looks, SmallEpisodes(), lambda: NOW, lambda _: None)

    with pytest.raises(KeyError):
        asyncio.run(watching.make())

    assert looks.well == ["test"]
