"""What is told of what holds: once, not while it is quiet, and to its end once somebody began to tell it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.errors import BotError
from bot.guard.chain import Event
from bot.guard.ledger import Books
from bot.reports.alarms import AlertJobs, KeptAlarms
from bot.reports.policy import AlertPolicy, AlertSettings
from bot.reports.posting import Bulletin, Claim, alert_key
from bot.sms.alarms import Episode
from bot.sms.command import Asker
from bot.sms.plans import Pause, Plan
from tests.reports.small_reports import SmallLedger, Time
from tests.reports.test_watching import SmallEpisodes, SmallLooks
from tests.sms.small_cloud import NOW

ALICE = Asker("U0ALICE", "C0OPS")
SETTINGS = AlertSettings("C0OPS", AlertPolicy(), timedelta(hours=6), ("S0SMS",))
HOUR = timedelta(hours=1)


@dataclass
class SmallPlans:
    quiet: dict[str, Pause] = field(default_factory=dict)

    async def all(self) -> Sequence[Plan]:
        return ()

    async def put(self, plan: Plan) -> None:
        raise AssertionError(plan)

    async def pauses(self) -> Mapping[str, Pause]:
        return self.quiet

    async def pause(self, name: str, pause: Pause) -> None:
        self.quiet[name] = pause


@dataclass
class Noted:
    """A ledger of which only the record is wanted; without paper nothing can be noted."""

    events: list[Event] = field(default_factory=list)
    paper: bool = True

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Books]:
        if not self.paper:
            raise BotError("store.away", reason="full")
        yield self  # type: ignore[misc] # of the books only `record` is used

    async def record(self, event: Event) -> None:
        self.events.append(event)


@dataclass
class Scene:
    time: Time = field(default_factory=lambda: Time(NOW))
    episodes: SmallEpisodes = field(default_factory=SmallEpisodes)
    plans: SmallPlans = field(default_factory=SmallPlans)
    noted: Noted = field(default_factory=Noted)

    def __post_init__(self) -> None:
        self.ledger = SmallLedger(self.time)
        self.alarms = KeptAlarms(
            "C0OPS", self.episodes, self.plans, SmallLooks(set()), self.noted, self.time.now
        )
        self.source = AlertJobs(
            SETTINGS, self.alarms, self.ledger.of("one"), {"prod": False, "test": True}, "en"
        )

    def hold(self, name: str = "arrears", number: int = 1, *, account: str = "prod") -> Episode:
        it = Episode(account, name, number, self.time.at, {"code": "1033", "source": "api"})
        self.episodes.kept[account, name, number] = it
        return it

    def owed(self) -> list[str]:
        return [it.key.what for it in asyncio.run(self.source.jobs(self.time.at))]

    def claim(self, it: Episode) -> Claim | None:
        key = alert_key("C0OPS", it.account, it.name, it.number)
        return asyncio.run(self.ledger.of("one").claim(key))

    def tell(self, it: Episode) -> None:
        self.claim(it)
        key = alert_key("C0OPS", it.account, it.name, it.number)
        asyncio.run(self.ledger.of("one").sent(key, "1.0", ""))

    def end(self, it: Episode) -> None:
        asyncio.run(
            self.episodes.change(
                [Episode(it.account, it.name, it.number, it.opened, it.details, self.time.at)]
            )
        )


def test_what_holds_is_owed_until_the_ledger_says_that_it_was_told() -> None:
    it = Scene()
    episode = it.hold()
    assert it.owed() == ["prod|arrears|1"]

    it.tell(episode)

    assert it.owed() == []
    assert it.episodes.kept["prod", "arrears", 1].told == it.time.at


def test_the_same_alert_keeps_quiet_for_a_while_and_then_comes_if_it_still_holds() -> None:
    it = Scene()
    first = it.hold()
    it.tell(first)
    it.owed()
    it.end(it.episodes.kept["prod", "arrears", 1])
    it.episodes.kept["prod", "arrears", 1] = Episode("prod", "arrears", 1, NOW, {}, closed=NOW, told=NOW)
    it.time.forward(HOUR)
    it.hold(number=2)
    assert it.owed() == []

    it.time.forward(5 * HOUR)

    assert it.owed() == ["prod|arrears|2"]


def test_a_snoozed_alert_comes_when_the_snooze_is_over_however_long_that_was() -> None:
    it = Scene()
    it.hold()
    asyncio.run(it.alarms.snooze(ALICE, "prod", "arrears", it.time.at + timedelta(days=3)))
    assert it.owed() == []

    it.time.forward(timedelta(days=3))

    assert it.owed() == ["prod|arrears|1"]


def test_a_snooze_of_one_account_leaves_the_other() -> None:
    it = Scene()
    it.hold()
    it.hold(account="test")
    asyncio.run(it.alarms.snooze(ALICE, "prod", "arrears", it.time.at + HOUR))

    assert it.owed() == ["test|arrears|1"]


def test_a_snooze_that_was_ended_is_over_at_once() -> None:
    it = Scene()
    it.hold()
    asyncio.run(it.alarms.snooze(ALICE, "prod", "arrears", it.time.at + HOUR))
    asyncio.run(it.alarms.resume(ALICE, "prod", "arrears"))

    assert it.owed() == ["prod|arrears|1"]


def test_what_somebody_began_to_tell_is_told_though_it_is_over_by_now() -> None:
    it = Scene()
    episode = it.hold()
    it.claim(episode)
    it.end(episode)

    assert it.owed() == ["prod|arrears|1"]


def test_what_was_over_before_anybody_began_is_not_told() -> None:
    it = Scene()
    it.end(it.hold())

    assert it.owed() == []


def test_what_is_over_for_a_day_is_no_news() -> None:
    it = Scene()
    episode = it.hold()
    it.claim(episode)
    it.end(episode)
    it.time.forward(timedelta(days=2))

    assert it.owed() == []


def test_those_who_are_to_be_told_are_called() -> None:
    it = Scene()
    it.hold()
    (job,) = asyncio.run(it.source.jobs(it.time.at))

    async def written() -> Bulletin:
        return await job.compose()

    bulletin = asyncio.run(written())

    assert bulletin.people == ("S0SMS",)
    assert bulletin.language == "en"


def test_a_snooze_is_on_record_before_it_holds() -> None:
    it = Scene()
    it.noted.paper = False

    with pytest.raises(BotError):
        asyncio.run(it.alarms.snooze(ALICE, "prod", "arrears", it.time.at + HOUR))

    assert it.plans.quiet == {}
    it.noted.paper = True
    asyncio.run(it.alarms.snooze(ALICE, "prod", "arrears", it.time.at + HOUR))
    (event,) = it.noted.events
    assert (event.action, event.person, event.details["alert"]) == ("alert_snoozed", "U0ALICE", "arrears")


def test_a_pause_of_a_digest_is_no_snooze() -> None:
    it = Scene()
    it.plans.quiet["C0OPS"] = Pause(datetime.max.replace(tzinfo=NOW.tzinfo), "U0ALICE")
    asyncio.run(it.alarms.snooze(ALICE, "prod", "run_out", it.time.at + HOUR))

    (snooze,) = asyncio.run(it.alarms.snoozes(["prod"]))

    assert (snooze.account, snooze.name) == ("prod", "run_out")
