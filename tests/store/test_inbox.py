"""What Slack delivered: dealt with once, by one, and never lost."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.slack.inbox import Parcel
from bot.store.database import Database, StoreAway
from bot.store.inbox import KEYS_KEPT, LEASE, Delivery, first_of_their_keys, newly_known
from bot.store.tables import inbox
from tests.store.small_store import PAYLOAD, Replica, pass_time, play, replica

# A process that takes a delivery, says so, and is killed over it.
TAKER = """
import asyncio, sys
from tests.store.small_store import replica

async def main():
    async with replica(sys.argv[1], owner="killed") as it:
        parcel = await it.taken("Ev1")
        print(parcel.id, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
LITTLE = timedelta(seconds=1)


async def payloads(database: Database) -> Sequence[str]:
    async with database.reading() as connection:
        return (await connection.execute(select(inbox.c.payload))).scalars().all()


def test_a_delivery_is_known_by_any_of_its_keys(database_url: str) -> None:
    async def story(one: Replica) -> None:
        parcel = await one.taken("event Ev1", "message C1 17.5")

        assert parcel == Parcel("one-1", PAYLOAD)
        assert await one.inbox.take(["event Ev1"], {}) is None
        assert await one.inbox.take(["event Ev2", "message C1 17.5"], {}) is None
        assert await one.inbox.take(["event Ev2"], {}) is None
        assert await one.inbox.take(["event Ev3"], {}) is not None
        assert await one.inbox.take([], {}) is not None

    play(database_url, story)


def test_of_deliveries_that_come_at_the_same_moment_one_is_taken(database_url: str) -> None:
    async def story(one: Replica) -> None:
        async with replica(database_url, "two") as two:
            deliveries = [
                it.inbox.take([f"event {it.owner} {number}", f"message {number}"], PAYLOAD)
                for number in range(20)
                for it in (one, two, one, two)
            ]
            found = await asyncio.gather(*deliveries)

            taken = [parcel for parcel in found if parcel is not None]
            assert len(taken) == 20
            assert await one.inbox.waiting() == 20
            assert all(sum(it is not None for it in found[at : at + 4]) == 1 for at in range(0, 80, 4))

    play(database_url, story)


def test_what_somebody_hands_back_is_anybodys_at_once_and_counts_as_no_attempt(database_url: str) -> None:
    async def story(one: Replica) -> None:
        async with replica(database_url, "two") as two:
            parcel, theirs = await one.taken("Ev1"), await two.taken("Ev2")

            assert await one.inbox.hand_back() == 1

            assert await two.inbox.abandoned() == [parcel]
            assert await one.inbox.abandoned() == []
            await one.inbox.hand_back()
            assert await one.inbox.abandoned() == []
            assert theirs.attempts == 1

    play(database_url, story)


KEYS = st.lists(st.sampled_from("abcdef"), max_size=3).map(tuple)


@settings(max_examples=200)
@given(st.lists(KEYS, max_size=8), st.frozensets(st.sampled_from("abcdef"), max_size=2))
def test_a_group_is_taken_as_if_one_had_come_after_the_other(
    keys: list[tuple[str, ...]], known: frozenset[str]
) -> None:
    group = [Delivery(f"{number}", it, "") for number, it in enumerate(keys)]
    so_far, taken = known, frozenset[str]()
    for it in group:
        taken |= first_of_their_keys([it], so_far)
        so_far |= newly_known([it], so_far).keys()

    assert first_of_their_keys(group, known) == taken
    assert known | newly_known(group, known).keys() == so_far
    assert not known & newly_known(group, known).keys()


def test_a_key_is_forgotten_after_an_hour_and_no_earlier(database_url: str) -> None:
    async def story(one: Replica) -> None:
        await one.inbox.done(await one.taken("Ev1"))

        await pass_time(one.database, KEYS_KEPT - LITTLE)
        await one.inbox.forget()
        assert await one.inbox.take(["Ev1"], {}) is None

        await pass_time(one.database, 2 * LITTLE)
        await one.inbox.forget()
        assert await one.inbox.take(["Ev1"], {}) is not None

    play(database_url, story)


def test_of_what_is_done_nothing_is_kept_but_its_keys(database_url: str) -> None:
    async def story(one: Replica) -> None:
        first, second = await one.taken("Ev1"), await one.taken("Ev2")

        await one.inbox.done(first)
        await one.inbox.done(first)

        assert len(await payloads(one.database)) == 1
        assert await one.inbox.waiting() == 1
        await pass_time(one.database, LEASE + LITTLE)
        assert [it.id for it in await one.inbox.abandoned()] == [second.id]
        assert await one.inbox.take(["Ev1"], {}) is None

    play(database_url, story)


def test_what_a_replica_left_is_taken_over_by_one_other_as_it_came(database_url: str) -> None:
    async def story(dead: Replica) -> None:
        async with replica(database_url, "two") as two, replica(database_url, "three") as three:
            parcels = [await dead.taken(f"Ev{number}") for number in range(5)]
            await pass_time(dead.database, LEASE - LITTLE)
            assert [await it.inbox.abandoned() for it in (two, three)] == [[], []]

            await pass_time(dead.database, 2 * LITTLE)
            found = await asyncio.gather(*(it.inbox.abandoned() for it in (two, three)))

            assert sorted(map(len, found)) == [0, 5]
            assert [it for theirs in found for it in theirs] == [replace(it, attempts=2) for it in parcels]

    play(database_url, story)


def test_who_is_slow_and_renews_its_lease_keeps_what_it_has(database_url: str) -> None:
    async def story(slow: Replica) -> None:
        async with replica(database_url, "two") as two:
            parcel, left = await slow.taken("Ev1"), await slow.taken("Ev2")
            for _ in range(5):
                await pass_time(slow.database, LEASE - LITTLE)
                await slow.inbox.extend([parcel])

            assert [it.id for it in await two.inbox.abandoned()] == [left.id]

    play(database_url, story)


def test_who_has_lost_its_lease_can_not_renew_it(database_url: str) -> None:
    async def story(late: Replica) -> None:
        async with replica(database_url, "two") as two, replica(database_url, "three") as three:
            parcel = await late.taken("Ev1")
            await pass_time(late.database, LEASE + LITTLE)
            [taken] = await two.inbox.abandoned()

            await pass_time(late.database, LEASE - LITTLE)
            await late.inbox.extend([parcel])
            await pass_time(late.database, 2 * LITTLE)

            assert await three.inbox.abandoned() == [replace(taken, attempts=3)]

    play(database_url, story)


def test_what_is_done_late_is_done_all_the_same(database_url: str) -> None:
    async def story(late: Replica) -> None:
        async with replica(database_url, "two") as two:
            parcel = await late.taken("Ev1")
            await pass_time(late.database, LEASE + LITTLE)
            await two.inbox.abandoned()

            await late.inbox.done(parcel)

            await pass_time(late.database, LEASE + LITTLE)
            assert await two.inbox.abandoned() == []

    play(database_url, story)


def test_what_failed_three_times_is_given_up_told_and_forgotten(database_url: str) -> None:
    async def story(one: Replica) -> None:
        parcel = await one.taken("Ev1")
        attempts = []
        for _ in range(4):
            await pass_time(one.database, LEASE + LITTLE)
            attempts += [it.attempts for it in await one.inbox.abandoned()]

        assert attempts == [2, 3]
        assert one.given_up == [parcel.id]
        assert await payloads(one.database) == [""]
        assert await one.inbox.waiting() == 0
        assert await one.inbox.take(["Ev1"], {}) is None
        await pass_time(one.database, KEYS_KEPT)
        await one.inbox.forget()
        assert await payloads(one.database) == []

    play(database_url, story)


def test_what_a_killed_process_had_taken_is_taken_over(database_url: str) -> None:
    async def story(one: Replica) -> None:
        words = [sys.executable, "-c", TAKER, database_url]
        killed = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
        assert killed.stdout is not None
        name = (await killed.stdout.readline()).decode().strip()
        killed.kill()
        await killed.communicate()
        assert killed.returncode == -signal.SIGKILL

        assert await one.inbox.take(["Ev1"], PAYLOAD) is None
        assert await one.inbox.abandoned() == []
        await pass_time(one.database, LEASE + LITTLE)

        assert await one.inbox.abandoned() == [Parcel(name, PAYLOAD, attempts=2)]

    play(database_url, story)


def test_what_can_not_be_kept_is_not_acknowledged_and_is_taken_when_it_comes_again(database_url: str) -> None:
    async def story(one: Replica) -> None:
        await rename(one.database, "inbox", "inbox_gone")
        for _ in range(2):
            with pytest.raises(StoreAway):
                await one.inbox.take(["Ev1"], PAYLOAD)
        with pytest.raises(StoreAway):
            await one.inbox.abandoned()
        with pytest.raises(StoreAway):
            await one.inbox.waiting()

        await rename(one.database, "inbox_gone", "inbox")

        assert await one.inbox.take(["Ev1"], PAYLOAD) is not None

    play(database_url, story)


async def rename(database: Database, old: str, new: str) -> None:
    async with database.writing() as connection:
        await connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def test_a_delivery_whose_taker_is_cancelled_anywhere_is_dealt_with_later(database_url: str) -> None:
    async def story(one: Replica) -> None:
        for step in range(12):
            taking = asyncio.create_task(one.inbox.take([f"Ev{step}"], PAYLOAD))
            for _ in range(step * 2):
                await asyncio.sleep(0)
            taking.cancel()
            with suppress(asyncio.CancelledError):
                await taking

            again = await one.inbox.take([f"Ev{step}"], PAYLOAD)

            await pass_time(one.database, LEASE + LITTLE)
            [left] = await one.inbox.abandoned()
            assert again is None or again.id == left.id
            await one.inbox.done(left)

    play(database_url, story)


def test_a_payload_shows_in_no_repr() -> None:
    delivery = Delivery("one-1", ("Ev1",), '{"text": "sesame"}')

    assert "sesame" not in f"{delivery} {Parcel('one-1', {'text': 'sesame'})}"


def test_a_replica_whose_clock_is_wrong_takes_over_nothing_that_is_alive(database_url: str) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("on SQLite there is one machine, and one clock")

    async def story(one: Replica) -> None:
        async with replica(database_url, "two") as fast:
            await one.taken("Ev1")
            fast.clock.forward(days=400)

            assert await fast.inbox.abandoned() == []

    play(database_url, story)
