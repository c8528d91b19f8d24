"""The days of an account: asked of the API once, kept for good, and given as far as they are known."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.sms.cloud import ACCOUNT_ZONE, CloudError, ReceiptCounts, Refused, SendCounts, Unreachable
from bot.store.database import Database, StoreAway, open_database
from bot.store.history import KeptHistory
from bot.store.tables import day as days
from tests.guard.small_guard import Clock, FakeCloud

# In the account's zone the 22nd of November is half over.
NOON = datetime(2026, 11, 22, 12, tzinfo=ACCOUNT_ZONE)
FIRST, TODAY = date(2026, 11, 16), date(2026, 11, 22)
LONG = 30.0
RECEIPTS = ReceiptCounts(*range(9))


@dataclass
class CountingCloud(FakeCloud):
    """Every day has as many requests as its number. `asked` are the days, by kind, in their order.

    `fails` are days that the API refuses; before each answer `gate` has to be open.
    """

    asked: list[tuple[str, date]] = field(default_factory=list)
    hours: list[tuple[datetime, datetime]] = field(default_factory=list)
    fails: dict[date, CloudError] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def days(self, kind: str) -> list[date]:
        return [day for it, day in self.asked if it == kind]

    async def send_counts(self, first: datetime, last: datetime) -> SendCounts:
        return SendCounts(await self._day("sent", first, last), accepted=0, billed=0)

    async def receipt_counts(self, first: datetime, last: datetime) -> ReceiptCounts:
        await self._day("receipts", first, last)
        return RECEIPTS

    async def _day(self, kind: str, first: datetime, last: datetime) -> int:
        self.asked.append((kind, first.date()))
        self.hours.append((first, last))
        await self.gate.wait()
        if error := self.fails.get(first.date()):
            raise error
        return first.day


@dataclass
class Scene:
    url: str
    database: Database
    clock: Clock
    cloud: CountingCloud
    history: KeptHistory

    def another(self, account: str = "prod") -> KeptHistory:
        return KeptHistory(account, self.cloud, self.database, self.clock)


@asynccontextmanager
async def scene(url: str) -> AsyncIterator[Scene]:
    async with open_database(url) as database:
        cloud, clock = CountingCloud(), Clock(NOON)
        history = KeptHistory("prod", cloud, database, clock)
        yield Scene(url, database, clock, cloud, history)
        await history.close()


def told(url: str, story: Callable[[Scene], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(20), scene(url) as it:
            await story(it)

    asyncio.run(run())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 -- what is waited for is not an event of ours
        await asyncio.sleep(0)


def test_the_days_come_oldest_first_and_are_asked_newest_first(database_url: str) -> None:
    async def story(it: Scene) -> None:
        found = await it.history.days(FIRST, TODAY, patience=LONG)

        assert [day.day for day in found] == [FIRST + timedelta(days=n) for n in range(7)]
        assert [day.sent and day.sent.requests for day in found] == list(range(16, 23))
        assert {day.receipts for day in found} == {RECEIPTS}
        assert it.cloud.days("sent") == [TODAY - timedelta(days=n) for n in range(7)]
        assert not it.history.loading

    told(database_url, story)


def test_a_day_is_asked_by_its_hours_in_the_accounts_zone_and_not_beyond_now(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.history.days(TODAY - timedelta(days=1), TODAY, patience=LONG)

        assert set(it.cloud.hours) == {
            (NOON.replace(hour=0), NOON),
            (NOON.replace(hour=0, day=21), NOON.replace(hour=23, day=21)),
        }

    told(database_url, story)


def test_past_days_are_asked_once_also_after_opening_again(database_url: str) -> None:
    async def story(it: Scene) -> None:
        before = await it.history.days(FIRST, TODAY, patience=LONG)
        it.cloud.asked.clear()

        async with open_database(database_url) as database:
            again = KeptHistory("prod", it.cloud, database, it.clock)
            assert await again.days(FIRST, TODAY, patience=LONG) == before

        assert it.cloud.asked == [], "what is of today is good for a while"

    told(database_url, story)


def test_what_may_still_change_is_asked_again_after_ten_minutes(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.history.days(FIRST, TODAY, patience=LONG)
        it.cloud.asked.clear()
        it.clock.forward(minutes=10)

        await it.history.days(FIRST, TODAY, patience=LONG)

        assert it.cloud.days("sent") == [TODAY]
        # Receipts come within 72 hours: of the 19th's, some may have come since.
        assert it.cloud.days("receipts") == [TODAY - timedelta(days=n) for n in range(4)]

    told(database_url, story)


def test_what_a_clock_asked_that_was_wrong_is_asked_again(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.clock.forward(days=30)
        await it.history.days(TODAY, TODAY, patience=LONG)
        it.clock.forward(days=-30)
        it.cloud.asked.clear()

        await it.history.days(TODAY, TODAY, patience=LONG)

        assert it.cloud.days("sent") == [TODAY]

    told(database_url, story)


def test_accounts_have_days_of_their_own(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.history.days(TODAY, TODAY, patience=LONG)
        it.cloud.asked.clear()

        await it.another("qa").days(TODAY, TODAY, patience=LONG)

        assert it.cloud.days("sent") == [TODAY]

    told(database_url, story)


def test_who_has_no_patience_gets_what_is_known_and_the_rest_goes_on(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.history.days(FIRST, FIRST, patience=LONG)
        it.cloud.gate.clear()

        found = await it.history.days(FIRST, TODAY, patience=0.05)
        assert [day.sent is not None for day in found] == [True, *[False] * 6]
        assert it.history.loading

        it.cloud.gate.set()
        await until(lambda: not it.history.loading)
        it.cloud.asked.clear()
        found = await it.history.days(FIRST, TODAY, patience=LONG)
        assert all(day.sent and day.receipts for day in found)
        assert it.cloud.asked == []

    told(database_url, story)


def test_who_ask_at_once_ask_nothing_twice(database_url: str) -> None:
    async def story(it: Scene) -> None:
        asked = [it.history.days(FIRST, TODAY, patience=LONG) for _ in range(4)]
        found = await asyncio.gather(*asked, it.history.days(FIRST, TODAY, patience=0))

        assert found[0] == found[1] == found[2] == found[3]
        assert len(it.cloud.asked) == len(set(it.cloud.asked)) == 14

    told(database_url, story)


def test_two_replicas_that_keep_the_same_day_keep_it_once(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await asyncio.gather(
            it.history.days(FIRST, TODAY, patience=LONG), it.another().days(FIRST, TODAY, patience=LONG)
        )

        async with it.database.reading() as connection:
            assert len((await connection.execute(select(days))).all()) == 14

    told(database_url, story)


def test_days_that_are_known_are_given_when_others_fail(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.cloud.fails[TODAY - timedelta(days=2)] = Unreachable("cloud.breaker_open", "SendStatusStatistics")

        found = await it.history.days(FIRST, TODAY, patience=LONG)

        assert [day.sent is not None for day in found] == [*[False] * 5, True, True]
        it.cloud.fails.clear()
        found = await it.history.days(FIRST, TODAY, patience=LONG)
        assert all(day.sent for day in found)

    told(database_url, story)


def test_when_nothing_is_known_the_reason_is_told(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.cloud.fails[TODAY] = Refused("SendStatusStatistics", "UnauthorizedOperation", "…")

        with pytest.raises(Refused):
            await it.history.days(FIRST, TODAY, patience=LONG)
        assert not it.history.loading

    told(database_url, story)


def test_when_nothing_can_be_kept_that_is_told(tmp_path: Path) -> None:
    async def story(it: Scene) -> None:
        async with it.database.writing() as connection:
            await connection.execute(
                text("CREATE TRIGGER full BEFORE INSERT ON day BEGIN SELECT RAISE(ABORT, 'full'); END")
            )

        with pytest.raises(StoreAway):
            await it.history.days(FIRST, TODAY, patience=LONG)

    told(f"sqlite:///{tmp_path}/smsbot.sqlite3", story)


def test_a_failure_behind_somebodys_back_is_forgotten(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.cloud.fails[TODAY] = Unreachable("cloud.breaker_open", "SendStatusStatistics")
        it.cloud.gate.clear()
        await it.history.days(TODAY, TODAY, patience=0)
        it.cloud.gate.set()

        await until(lambda: not it.history.loading)

        it.cloud.fails.clear()
        assert (await it.history.days(TODAY, TODAY, patience=LONG))[0].sent == SendCounts(22, 0, 0)

    told(database_url, story)


def test_who_is_called_away_does_not_leave_it_loading_for_ever(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.cloud.gate.clear()
        asker = asyncio.create_task(it.history.days(FIRST, TODAY, patience=LONG))
        await until(lambda: len(it.cloud.asked) == 2)
        asker.cancel()
        await asyncio.wait([asker])
        assert it.history.loading, "what is asked goes on"

        it.cloud.gate.set()
        await until(lambda: not it.history.loading)

        assert len(it.cloud.asked) == 14

    told(database_url, story)


def test_closing_ends_what_is_asked(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.cloud.gate.clear()
        patient = asyncio.create_task(it.history.days(FIRST, TODAY, patience=LONG))
        await until(lambda: len(it.cloud.asked) == 2)

        await it.history.close()

        assert all(day.sent is None for day in await patient)
        assert not it.history.loading
        assert len(it.cloud.asked) == 2

    told(database_url, story)
