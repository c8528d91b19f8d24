"""The inbox over any course of events: held against a small one that keeps everything in a dictionary."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.slack.inbox import Parcel
from bot.store.inbox import ATTEMPTS, LEASE
from bot.store.tables import inbox, inbox_key
from tests.store.small_store import PAYLOAD, Replica, pass_time, replica

SECOND = timedelta(seconds=1)


@dataclass
class Held:
    """Who has a parcel, for how many more seconds, and how often it was begun."""

    owner: int
    left: timedelta
    attempts: int = 1


@dataclass
class SmallInbox:
    """As the inbox should be; `parcels` are those that are not dealt with."""

    keys: set[str] = field(default_factory=set)
    parcels: dict[str, Held] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)

    def take(self, owner: int, key: str, name: str) -> None:
        self.keys.add(key)
        self.parcels[name] = Held(owner, LEASE)

    def extend(self, owner: int) -> None:
        for held in self.parcels.values():
            held.left = LEASE if held.owner == owner else held.left

    def abandoned(self, owner: int) -> set[tuple[str, int]]:
        lapsed = {name: held for name, held in self.parcels.items() if held.left <= timedelta()}
        for name, held in lapsed.items():
            if held.attempts == ATTEMPTS:
                self.given_up.append(name)
                del self.parcels[name]
            else:
                self.parcels[name] = Held(owner, LEASE, held.attempts + 1)
        return {(name, self.parcels[name].attempts) for name in lapsed if name in self.parcels}

    def pass_time(self, time: timedelta) -> None:
        for held in self.parcels.values():
            held.left -= time


OWNER = st.integers(0, 1)
TAKE = st.tuples(st.just("take"), OWNER, st.sampled_from("abcd"))
DONE = st.tuples(st.just("done"), OWNER, st.sampled_from("abcd"))
EXTEND = st.tuples(st.just("extend"), OWNER, st.just(""))
ABANDONED = st.tuples(st.just("abandoned"), OWNER, st.just(""))
TIME = st.tuples(st.sampled_from(["short", "long"]), OWNER, st.just(""))
COURSES = st.lists(TAKE | DONE | EXTEND | ABANDONED | TIME, max_size=25)


@dataclass
class Course:
    """The same steps on both inboxes; `parcels` by the key that brought them."""

    replicas: Sequence[Replica]
    small: SmallInbox = field(default_factory=SmallInbox)
    parcels: dict[str, Parcel] = field(default_factory=dict)

    async def step(self, action: str, number: int, key: str) -> None:
        one = self.replicas[number]
        match action:
            case "take":
                await self.take(number, key)
            case "done" if key in self.parcels:
                await one.inbox.done(self.parcels[key])
                self.small.parcels.pop(self.parcels[key].id, None)
            case "extend":
                await one.inbox.extend(list(self.parcels.values()))
                self.small.extend(number)
            case "abandoned":
                found = await one.inbox.abandoned()
                assert {(it.id, it.attempts) for it in found} == self.small.abandoned(number)
                assert all(it.payload == PAYLOAD for it in found)
            case "short" | "long":
                time = LEASE / 2 if action == "short" else LEASE + SECOND
                await pass_time(one.database, time)
                self.small.pass_time(time)
            case _:
                pass

    async def take(self, number: int, key: str) -> None:
        parcel = await self.replicas[number].inbox.take([key], PAYLOAD)
        assert (parcel is None) == (key in self.small.keys)
        if parcel is not None:
            self.parcels[key] = parcel
            self.small.take(number, key, parcel.id)


def test_whatever_happens_each_delivery_is_with_one_owner_until_it_is_done_or_given_up(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/smsbot.sqlite3"
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        replicas = [runner.run(stack.enter_async_context(replica(url, owner))) for owner in ("one", "two")]

        @settings(max_examples=30, deadline=None, phases=[Phase.generate])
        @given(COURSES)
        def promise(steps: list[tuple[str, int, str]]) -> None:
            runner.run(run(replicas, steps))

        promise()
        runner.run(stack.aclose())


async def run(replicas: Sequence[Replica], steps: list[tuple[str, int, str]]) -> None:
    await start_again(replicas)
    course = Course(replicas)
    for it in steps:
        await course.step(*it)
    assert await replicas[0].inbox.waiting() == len(course.small.parcels)
    assert sorted(name for it in replicas for name in it.given_up) == sorted(course.small.given_up)


async def start_again(replicas: Sequence[Replica]) -> None:
    async with replicas[0].database.writing() as connection:
        await connection.execute(delete(inbox))
        await connection.execute(delete(inbox_key))
    for it in replicas:
        it.given_up.clear()
