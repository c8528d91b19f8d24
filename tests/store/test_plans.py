"""Digests that were set up in Slack, and what is quiet: kept as they were said, one a channel."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from bot.sms.plans import Pause, Plan
from bot.sms.timetable import zones
from bot.store.database import Database, StoreAway, open_database
from bot.store.plans import StoredPlans
from bot.store.tables import plan as plans
from tests.guard.small_guard import NOON

PLAN = Plan(
    "C0GENERAL",
    time(9, 30),
    ZoneInfo("Europe/Berlin"),
    frozenset({0, 4}),
    "en",
    ("prod", "qa"),
    timedelta(hours=2),
    NOON,
    on=True,
    person="U0ALICE",
)

ZONES = st.sampled_from(sorted(set(zones().values()))).map(ZoneInfo)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda it: timezone(timedelta(minutes=it)))
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
PLANS = st.builds(
    Plan,
    channel=WORDS,
    at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    zone=ZONES,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    language=st.sampled_from(["zh", "en", None]),
    accounts=st.lists(st.text(st.characters(), max_size=20), max_size=4).map(tuple),
    catch_up=st.integers(1, 7 * 24 * 60).map(lambda it: timedelta(minutes=it)),
    since=st.none() | st.datetimes(timezones=OFFSETS, min_value=datetime(1971, 1, 1)),  # noqa: DTZ001 -- Hypothesis adds the zone
    on=st.booleans(),
    person=WORDS,
)
SOME = settings(max_examples=60, deadline=None, phases=[Phase.generate])


def told(url: str, story: Callable[[StoredPlans, Database], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_database(url) as database:
            await story(StoredPlans(database), database)

    asyncio.run(run())


def test_a_plan_comes_back_as_it_was(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        plans = StoredPlans(runner.run(stack.enter_async_context(open_database(database_url))))

        @SOME
        @given(PLANS)
        def promise(plan: Plan) -> None:
            runner.run(plans.put(plan))

            assert plan in runner.run(plans.all())

        promise()
        runner.run(stack.aclose())


def test_a_channel_has_one_plan_the_last_and_others_have_theirs(database_url: str) -> None:
    async def story(plans: StoredPlans, database: Database) -> None:
        other = replace(PLAN, channel="C0ANOTHER", language=None, accounts=())
        changed = replace(PLAN, at=time(18), on=False, since=NOON.astimezone(UTC) + timedelta(days=1))
        for it in (PLAN, changed, other):
            await plans.put(it)

        assert await plans.all() == [other, changed]
        assert await StoredPlans(database).all() == [other, changed]

    told(database_url, story)


def test_a_plan_of_the_settings_can_be_switched_off(database_url: str) -> None:
    """It was there before anybody said so: it has no `since`."""

    async def story(plans: StoredPlans, _database: Database) -> None:
        off = replace(Plan("C0GENERAL", time(9)), on=False, person="U0ALICE")

        await plans.put(off)

        assert await plans.all() == [off]

    told(database_url, story)


def test_two_who_plan_for_a_channel_at_the_same_moment_leave_one_plan(database_url: str) -> None:
    async def story(plans: StoredPlans, _database: Database) -> None:
        wished = [replace(PLAN, at=time(hour)) for hour in range(6)]
        async with open_database(database_url) as other:
            await asyncio.gather(*((plans, StoredPlans(other))[it.at.hour % 2].put(it) for it in wished))

        [plan] = await plans.all()
        assert plan in wished

    told(database_url, story)


def test_pauses_are_kept_by_name_the_last_counts(database_url: str) -> None:
    async def story(plans: StoredPlans, database: Database) -> None:
        first = Pause(NOON, "U0ALICE")
        over, long = Pause(NOON - timedelta(days=9), "U0BOB"), Pause(NOON + timedelta(days=1), "")
        assert await plans.pauses() == {}
        await plans.pause("C0GENERAL", first)
        await plans.pause("alert|prod|unusual", long)
        await plans.pause("C0GENERAL", over)

        assert await plans.pauses() == {"C0GENERAL": over, "alert|prod|unusual": long}
        assert await StoredPlans(database).pauses() == await plans.pauses()
        assert await plans.all() == []

    told(database_url, story)


def test_a_database_that_is_away_is_told(database_url: str) -> None:
    async def story(plans: StoredPlans, database: Database) -> None:
        async with database.writing() as connection:
            await connection.execute(text("ALTER TABLE plan RENAME TO plan_gone"))
            await connection.execute(text("ALTER TABLE pause RENAME TO pause_gone"))

        for asked in (
            plans.all,
            lambda: plans.put(PLAN),
            plans.pauses,
            lambda: plans.pause("C0GENERAL", Pause(NOON, "")),
        ):
            with pytest.raises(StoreAway):
                await asked()

    told(database_url, story)


def test_a_plan_whose_zone_this_machine_does_not_know_keeps_none_of_the_others(database_url: str) -> None:
    async def run() -> None:
        async with open_database(database_url) as database:
            stored = StoredPlans(database)
            for channel in ("C0OPS", "C0DEV"):
                await stored.put(Plan(channel, time(9)))
            async with database.writing() as connection:
                theirs = update(plans).where(plans.c.channel == "C0OPS")
                await connection.execute(theirs.values(zone="Europe/Of_Another_Machine"))

            assert [it.channel for it in await stored.all()] == ["C0DEV"]

    asyncio.run(run())
