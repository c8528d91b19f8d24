"""The hours of an account: each asked of the API once it is over, then kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.sms.cloud import ACCOUNT_ZONE, CloudError, Hour, SendCounts, Unreachable
from bot.store.database import Database, StoreAway, open_database
from bot.store.hours import FINAL_AFTER, GOOD_FOR, HOUR, KeptHours
from bot.store.tables import hour as hours
from tests.guard.small_guard import Clock, FakeCloud

# In the account's zone it is half past ten on the 22nd of November, in UTC still half past two.
NOW = datetime(2026, 11, 22, 10, 30, tzinfo=ACCOUNT_ZONE).astimezone(UTC)
BEGUN = NOW - timedelta(minutes=30)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=ACCOUNT_ZONE).astimezone(UTC)
ALL = 10**6
SECOND, MOMENT = timedelta(seconds=1), timedelta(microseconds=1)


@dataclass
class CountingCloud(FakeCloud):
    """Every answer counts one request more. `asked` are the hours in their order, `fails` those it refuses.

    A call takes `pause` of the clock.
    """

    clock: Clock = field(default_factory=lambda: Clock(NOW))
    asked: list[datetime] = field(default_factory=list)
    fails: dict[datetime, CloudError] = field(default_factory=dict)
    pause: timedelta = timedelta()
    answers: int = 0

    async def send_counts(self, first: datetime, last: datetime) -> SendCounts:
        assert first == last, "one hour, both ends included"
        self.asked.append(first)
        await asyncio.sleep(0)
        self.clock.time += self.pause
        if error := self.fails.get(first):
            raise error
        self.answers += 1
        return SendCounts(self.answers, accepted=2, billed=3)


@dataclass
class Scene:
    database: Database
    clock: Clock
    cloud: CountingCloud
    hours: KeptHours

    def another(self, account: str = "prod") -> KeptHours:
        return KeptHours(account, self.cloud, self.database, self.clock)

    async def until_now(self, days: int = 0, most: int = ALL) -> Sequence[Hour]:
        """What is known; of what is `asked`, only that of this look is left."""
        self.cloud.asked.clear()
        return await self.hours.until_now(days, most)

    async def rows(self) -> int:
        async with self.database.reading() as connection:
            return len((await connection.execute(select(hours))).all())


@asynccontextmanager
async def scene(url: str) -> AsyncIterator[Scene]:
    async with open_database(url) as database:
        cloud = CountingCloud()
        yield Scene(database, cloud.clock, cloud, KeptHours("prod", cloud, database, cloud.clock))


def told(url: str, story: Callable[[Scene], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(20), scene(url) as it:
            await story(it)

    asyncio.run(run())


def known(found: Sequence[Hour]) -> list[datetime]:
    return [it.begins for it in found if it.sent is not None]


def test_the_hours_since_the_accounts_midnight_come_oldest_first_and_are_asked_newest_first(
    database_url: str,
) -> None:
    async def story(it: Scene) -> None:
        found = await it.until_now()

        today = [MIDNIGHT + count * HOUR for count in range(11)]
        assert [hour.begins for hour in found] == today
        assert it.cloud.asked == today[::-1]
        assert found[-1] == Hour(BEGUN, SendCounts(1, 2, 3))
        assert found[0] == Hour(MIDNIGHT, SendCounts(11, 2, 3))

    told(database_url, story)


def test_days_before_begin_at_the_accounts_midnight_too(database_url: str) -> None:
    async def story(it: Scene) -> None:
        found = await it.until_now(days=2)

        assert len(found) == 2 * 24 + 11
        assert found[0].begins == MIDNIGHT - timedelta(days=2)
        assert all(hour.sent for hour in found)

    told(database_url, story)


@pytest.mark.parametrize("hour", [0, 23])
def test_a_day_of_the_account_begins_at_its_own_midnight(tmp_path: Path, hour: int) -> None:
    async def story(it: Scene) -> None:
        it.clock.time = datetime(2026, 11, 22, hour, tzinfo=ACCOUNT_ZONE).astimezone(UTC)

        found = await it.until_now()

        assert found[0].begins == MIDNIGHT
        assert len(found) == hour + 1

    told(f"sqlite:///{tmp_path}/smsbot.sqlite3", story)


def test_what_is_over_is_asked_once_also_after_opening_again(database_url: str) -> None:
    async def story(it: Scene) -> None:
        before = await it.until_now()
        async with open_database(database_url) as database:
            it.hours = KeptHours("prod", it.cloud, database, it.clock)

            assert await it.until_now() == before
            assert it.cloud.asked == []
            it.clock.forward(minutes=6)
            await it.until_now()
            assert it.cloud.asked == [BEGUN]

    told(database_url, story)


def test_the_hour_that_goes_on_is_asked_again_after_five_minutes(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.until_now()

        it.clock.time += GOOD_FOR - MOMENT
        before = await it.until_now()
        assert it.cloud.asked == []
        it.clock.time += MOMENT
        after = await it.until_now()

        assert it.cloud.asked == [BEGUN]
        assert after[:-1] == before[:-1]
        assert after[-1] != before[-1]

    told(database_url, story)


@pytest.mark.parametrize(
    ("passed", "again"), [(-MOMENT, True), (FINAL_AFTER - MOMENT, True), (FINAL_AFTER, False)]
)
def test_an_hour_is_final_when_it_was_asked_a_quarter_of_an_hour_past_its_end(
    database_url: str, passed: timedelta, *, again: bool
) -> None:
    async def story(it: Scene) -> None:
        it.clock.time = BEGUN + HOUR + passed
        await it.until_now()
        it.clock.time += GOOD_FOR
        await it.until_now()
        assert (BEGUN in it.cloud.asked) == again

        for _ in range(2):
            it.clock.forward(hours=2)
            await it.until_now()

        assert BEGUN not in it.cloud.asked

    told(database_url, story)


def test_an_hour_that_was_asked_just_before_it_was_final_is_asked_again(database_url: str) -> None:
    """What came while the call was under way may not be in its answer."""

    async def story(it: Scene) -> None:
        it.clock.time, it.cloud.pause = BEGUN + HOUR + FINAL_AFTER - 3 * SECOND, 2 * SECOND
        await it.until_now(most=2)
        assert it.cloud.asked[1] == BEGUN
        it.clock.forward(hours=1)

        await it.until_now()

        assert BEGUN in it.cloud.asked

    told(database_url, story)


def test_a_look_asks_for_so_many_and_the_next_one_for_the_rest(database_url: str) -> None:
    async def story(it: Scene) -> None:
        found = await it.until_now(most=4)
        assert len(found) == 11
        assert known(found) == [hour.begins for hour in found[-4:]]
        assert len(it.cloud.asked) == 4

        it.clock.time += GOOD_FOR
        found = await it.until_now(most=4)
        # The one that goes on again, and three more.
        assert it.cloud.asked == [hour.begins for hour in (found[-1], *found[6:3:-1])]
        assert len(known(found)) == 7

        assert len(known(await it.until_now(most=4))) == 11

    told(database_url, story)


def test_who_may_ask_for_nothing_gets_what_is_known(database_url: str) -> None:
    async def story(it: Scene) -> None:
        assert known(await it.until_now(most=0)) == []
        await it.until_now(most=1)
        assert known(await it.until_now(most=0)) == [BEGUN]
        assert it.cloud.asked == []

    told(database_url, story)


def test_what_a_clock_asked_that_was_ahead_is_asked_again(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.clock.forward(days=1)
        await it.until_now(days=1)
        it.clock.forward(days=-1)

        found = await it.until_now()
        assert len(it.cloud.asked) == len(found) == 11

        # And what it asked of hours that had not been is not taken for true when they have.
        it.clock.forward(days=3)
        found = await it.until_now(days=3)
        assert len(it.cloud.asked) == 72 + 1, "of today all but what was final: ten hours before"

    told(database_url, story)


def test_what_a_clock_asked_that_was_ahead_is_not_shown(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.clock.forward(minutes=20)
        await it.until_now()
        it.clock.forward(minutes=-20)

        assert known(await it.until_now(most=1)) == [BEGUN]

    told(database_url, story)


def test_a_clock_that_was_behind_leaves_hours_that_are_asked_later(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.clock.forward(days=-1)
        await it.until_now()
        it.clock.forward(days=1)

        assert len(known(await it.until_now())) == 11
        assert len(it.cloud.asked) == 11

    told(database_url, story)


def test_who_look_at_once_ask_nothing_twice(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.cloud.pause = SECOND

        first, second = await asyncio.gather(*(it.hours.until_now(0, ALL) for _ in range(2)))

        assert first == second
        assert len(it.cloud.asked) == len(set(it.cloud.asked)) == 11

    told(database_url, story)


def test_two_replicas_that_keep_the_same_hour_keep_it_once(database_url: str) -> None:
    async def story(it: Scene) -> None:
        async with open_database(database_url) as database:
            other = KeptHours("prod", it.cloud, database, it.clock)
            both = await asyncio.gather(it.hours.until_now(0, ALL), other.until_now(0, ALL))

        assert all(len(known(found)) == 11 for found in both)
        assert await it.rows() == 11

    told(database_url, story)


def test_accounts_have_hours_of_their_own(database_url: str) -> None:
    async def story(it: Scene) -> None:
        qa = it.another("qa")
        mine = await it.until_now()

        theirs = await qa.until_now(0, ALL)

        assert len(it.cloud.asked) == 22
        assert {hour.sent for hour in mine}.isdisjoint({hour.sent for hour in theirs})
        await qa.forget(NOW + HOUR)
        assert await it.until_now() == mine
        assert it.cloud.asked == []

    told(database_url, story)


def test_what_was_known_before_a_failure_is_kept(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.cloud.fails[BEGUN - 3 * HOUR] = Unreachable("cloud.no_connection", "SendStatusStatistics")
        await it.until_now()
        it.cloud.fails.clear()

        await it.until_now()

        assert it.cloud.asked[0] == BEGUN - 3 * HOUR
        assert len(it.cloud.asked) == 8

    told(database_url, story)


def test_hours_that_began_before_a_time_are_forgotten(database_url: str) -> None:
    async def story(it: Scene) -> None:
        await it.until_now()

        await it.hours.forget(MIDNIGHT + 3 * HOUR)

        assert known(await it.until_now(most=0)) == [MIDNIGHT + count * HOUR for count in range(3, 11)]

    told(database_url, story)


def test_hours_that_can_not_be_kept_are_told(tmp_path: Path) -> None:
    async def story(it: Scene) -> None:
        async with it.database.writing() as connection:
            await connection.execute(
                text("CREATE TRIGGER full BEFORE INSERT ON hour BEGIN SELECT RAISE(ABORT, 'full'); END")
            )

        with pytest.raises(StoreAway):
            await it.until_now()

    told(f"sqlite:///{tmp_path}/smsbot.sqlite3", story)


def test_an_old_hour_that_can_not_be_had_hides_none_of_the_newer_ones(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.cloud.fails[BEGUN - 3 * HOUR] = Unreachable("cloud.no_connection", "SendStatusStatistics")

        known = [hour for hour in await it.until_now() if hour.sent]

        assert len(known) == 3

    told(database_url, story)


def test_the_reason_why_the_newest_hour_can_not_be_had_is_told(database_url: str) -> None:
    async def story(it: Scene) -> None:
        it.cloud.fails[BEGUN] = Unreachable("cloud.no_connection", "SendStatusStatistics")

        with pytest.raises(Unreachable):
            await it.until_now()

    told(database_url, story)
