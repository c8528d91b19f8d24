"""Watched messages: each looked at when it is due, by one replica, until it ends."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.slack.message import Standing
from bot.slack.watch import Watch
from bot.store.watches import LEASE
from tests.guard.small_guard import NOON
from tests.store.small_store import Replica, play, replica

WATCH = Watch(
    id="w1",
    command="sent send-1",
    language="zh",
    person="U0ALICE",
    channel="C0GENERAL",
    message=Standing("D0ALICE", "17.5"),
    due=NOON,
    until=NOON + timedelta(hours=72),
)


def test_a_watch_is_taken_as_it_is_once_it_is_due_the_longest_due_first(database_url: str) -> None:
    async def story(one: Replica) -> None:
        later = replace(WATCH, id="later", due=NOON + timedelta(microseconds=1))
        earlier = replace(WATCH, id="earlier", due=NOON - timedelta(days=1))
        for it in (later, WATCH, earlier):
            await one.watches.add(it)

        assert await one.watches.take_due() == [earlier, WATCH]
        one.clock.forward(seconds=1)
        assert await one.watches.take_due() == [later]

    play(database_url, story)


def test_one_replica_gets_it_and_another_one_after_a_minute_if_the_first_is_gone(database_url: str) -> None:
    async def story(one: Replica) -> None:
        async with replica(database_url, "two") as two:
            await one.watches.add(WATCH)

            found = await asyncio.gather(*(it.watches.take_due() for it in (one, two, one, two)))

            assert sorted(map(len, found)) == [0, 0, 0, 1]
            two.clock.time = NOON + LEASE - timedelta(microseconds=1)
            assert await two.watches.take_due() == []
            two.clock.time = NOON + LEASE
            assert [it.id for it in await two.watches.take_due()] == ["w1"]

    play(database_url, story)


def test_a_watch_is_looked_at_again_when_it_was_said_and_never_after_its_end(database_url: str) -> None:
    async def story(one: Replica) -> None:
        await one.watches.add(WATCH)
        [watch] = await one.watches.take_due()

        await one.watches.again(watch, NOON + timedelta(seconds=5))
        assert await one.watches.take_due() == []
        one.clock.forward(seconds=5)
        [watch] = await one.watches.take_due()
        await one.watches.end(watch)
        await one.watches.again(watch, NOON)

        one.clock.forward(days=9)
        assert await one.watches.take_due() == []

    play(database_url, story)
