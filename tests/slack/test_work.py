"""What is acknowledged and being dealt with: held until it is done, and told to the inbox."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from bot.errors import BotError
from bot.slack.inbox import Parcel, Payload
from bot.slack.work import Work


class SmallInbox:
    """`away`: it can't be told anything."""

    def __init__(self) -> None:
        self.away = False
        self.closed = list[str]()

    async def take(self, keys: Sequence[str], payload: Payload) -> Parcel | None:
        return Parcel(keys[0], payload)

    async def done(self, parcel: Parcel) -> None:
        if self.away:
            raise BotError("store.away", reason="")
        self.closed.append(parcel.id)

    async def abandoned(self) -> Sequence[Parcel]:
        return ()

    async def extend(self, parcels: Sequence[Parcel]) -> None: ...

    async def forget(self) -> None: ...


def parcel(name: str) -> Parcel:
    return Parcel(name, {})


async def nothing() -> None: ...


async def failing() -> None:
    raise BotError("slack.out_away")


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


def test_what_is_done_is_told_and_what_failed_is_left_to_be_done_again() -> None:
    async def scene() -> None:
        inbox = SmallInbox()
        work = Work(inbox)

        work.start(parcel("good"), nothing())
        work.start(parcel("bad"), failing())
        await work.settled()

        assert inbox.closed == ["good"]
        assert len(work) == 0

    run(scene())


def test_what_is_done_while_the_database_is_away_is_told_later_and_not_done_again() -> None:
    async def scene() -> None:
        inbox = SmallInbox()
        work = Work(inbox)
        inbox.away = True

        work.start(parcel("p1"), nothing())
        await work.settled()
        unclosed = work.unclosed
        await work.close(unclosed[0])
        still = work.unclosed
        inbox.away = False
        await work.close(unclosed[0])

        assert (unclosed, still, work.unclosed) == ((parcel("p1"),), (parcel("p1"),), ())
        assert inbox.closed == ["p1"]

    run(scene())


def test_all_that_is_to_be_dealt_with_is_known_begun_or_not() -> None:
    async def scene() -> None:
        work, going = Work(SmallInbox()), asyncio.Event()
        for name in ("p1", "p2", "p3"):
            work.start(parcel(name), waited(going))

        before = {it.id for it in work.parcels}
        await asyncio.sleep(0)
        meanwhile = {it.id for it in work.parcels}
        going.set()
        await work.settled()

        assert before == meanwhile == {"p1", "p2", "p3"}
        assert work.parcels == ()

    run(scene())


def test_no_more_is_taken_in_than_can_be_dealt_with() -> None:
    async def scene() -> None:
        work, going = Work(SmallInbox(), most=1), asyncio.Event()
        work.start(parcel("p1"), waited(going))

        room = asyncio.create_task(work.room())
        await asyncio.sleep(0)
        full = not room.done()
        going.set()
        await room

        assert full

    run(scene())


def test_what_takes_too_long_at_the_end_is_cut_off_and_not_told_as_done() -> None:
    async def scene() -> None:
        inbox = SmallInbox()
        work = Work(inbox)
        work.start(parcel("slow"), waited(asyncio.Event()))
        work.also(waited(asyncio.Event()))

        await work.drain(0.01)

        assert inbox.closed == []
        assert len(work) == 0

    run(scene())


async def waited(event: asyncio.Event) -> None:
    await event.wait()
