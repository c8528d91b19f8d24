"""What goes on in the background: what others left is taken up, what is ours is kept."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import BotError
from bot.faq.added import Added
from bot.metrics import Metrics
from bot.slack.caretaking import Caretaking
from bot.slack.inbox import Parcel
from bot.slack.message import Standing
from bot.slack.watch import Watch
from bot.slack.work import Work
from tests.slack.test_work import SmallInbox, nothing, waited

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
WATCH = Watch("w1", "sent s1", "en", "U1", "C1", Standing("C1", "2.5"), NOON, NOON)
OURS, LEFT = Parcel("ours", {}), Parcel("left", {}, attempts=2)


class BusyInbox(SmallInbox):
    def __init__(self, *left: Parcel) -> None:
        super().__init__()
        self.left = list(left)
        self.renewed = list[str]()

    async def abandoned(self) -> Sequence[Parcel]:
        return self.left

    async def extend(self, parcels: Sequence[Parcel]) -> None:
        self.renewed += [it.id for it in parcels]


@dataclass
class Shelf:
    """Watches, questions and phrasings, as far as somebody looks after them."""

    due: list[Watch] = field(default_factory=list)
    looked_after: list[str] = field(default_factory=list)
    forgotten: list[datetime] = field(default_factory=list)
    learnt: list[Sequence[Added]] = field(default_factory=list)

    async def take_due(self) -> Sequence[Watch]:
        return self.due

    async def look_after(self, watch: Watch) -> None:
        self.looked_after.append(watch.id)
        raise BotError("slack.out_away")

    async def forget(self, before: datetime) -> None:
        self.forgotten.append(before)

    async def all(self) -> Sequence[Added]:
        return [Added("e", "en", "text", "U1", NOON)]

    def learn(self, phrasings: Sequence[Added]) -> None:
        self.learnt.append(phrasings)


class Scene:
    def __init__(self, *left: Parcel) -> None:
        self.inbox, self.shelf, self.again = BusyInbox(*left), Shelf(), list[str]()
        self.work, self.slept = Work(self.inbox), asyncio.Event()
        self.caretaking = Caretaking(
            self.inbox,
            taken(self.shelf),
            taken(self.shelf),
            taken(self.shelf),
            taken(self.shelf),
            taken(self.shelf),
            self.work,
            Metrics("1"),
            self._again,
            lambda: NOON,
            self._sleep,
        )

    async def _again(self, parcel: Parcel) -> None:
        self.again.append(parcel.id)

    async def _sleep(self, _seconds: float) -> None:
        self.slept.set()
        await asyncio.Event().wait()


def taken(small: Any) -> Any:
    """For what it stands in for."""
    return small


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


def test_what_another_left_is_taken_up_and_what_is_ours_is_kept() -> None:
    async def scene() -> None:
        it, going = Scene(OURS, LEFT), asyncio.Event()
        it.work.start(OURS, waited(going))

        await it.caretaking.take_over()
        going.set()
        await it.work.settled()

        assert it.inbox.renewed == ["ours"]
        assert it.again == ["left"]

    run(scene())


def test_what_is_done_but_could_not_be_told_is_told_and_never_done_again() -> None:
    async def scene() -> None:
        it = Scene(OURS)
        it.inbox.away = True
        it.work.start(OURS, nothing())
        await it.work.settled()

        await it.caretaking.take_over()
        while_away = list(it.again)
        it.inbox.away, it.inbox.left = False, []
        await it.caretaking.take_over()

        assert (while_away, it.again) == ([], [])
        assert it.inbox.closed == ["ours"]

    run(scene())


def test_a_watch_that_fails_harms_nobody() -> None:
    async def scene() -> None:
        it = Scene()
        it.shelf.due = [WATCH]

        await it.caretaking.look_after_watches()
        await it.work.finished()

        assert it.shelf.looked_after == ["w1"]

    run(scene())


def test_everything_is_looked_after_from_the_beginning_until_the_end() -> None:
    async def scene() -> None:
        it = Scene(LEFT)
        it.shelf.due = [WATCH]

        caring = asyncio.create_task(it.caretaking.run())
        await it.slept.wait()
        await asyncio.sleep(0)
        caring.cancel()
        await asyncio.gather(caring, return_exceptions=True)
        await it.work.finished()

        assert it.again == ["left"]
        assert it.shelf.looked_after == ["w1"]
        assert it.shelf.learnt
        assert it.shelf.forgotten == [NOON - timedelta(days=180)]

    run(scene())
