"""A report is posted exactly once, whatever dies, stalls or is lost on the way."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.reports.poster import AFTER_NO_CONNECTION, AFTER_REFUSAL, Poster
from bot.reports.posting import Bulletin, Claim, Key, Look, Outcome, Still, Unanswered, Unreadable, Withheld
from tests.reports.small_reports import (
    KEY,
    LEASE,
    NOW,
    SmallBoard,
    SmallLedger,
    SmallPostings,
    Time,
    Trouble,
    bulletin,
)

A_WHILE = timedelta(seconds=1)


@dataclass
class Scene:
    time: Time = field(default_factory=Time)
    seen: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger, self.board = SmallLedger(self.time), SmallBoard(self.time)

    def poster(self, owner: str = "one") -> Poster:
        return Poster(
            self.ledger.of(owner),
            self.board,
            self.time.seconds,
            lambda kind, what: self.seen.append((kind, what)),
        )

    def post(self, owner: str = "one") -> None:
        asyncio.run(self.poster(owner).post(KEY, bulletin, NOW))

    @property
    def row(self) -> object:
        return self.ledger.rows[KEY].fate


def test_what_is_posted_is_not_posted_again_by_anybody() -> None:
    it = Scene()

    it.post("one")
    it.time.forward(timedelta(hours=1))
    it.post("one")
    it.post("two")

    assert it.board.stand == [KEY]
    assert it.row == "sent"
    assert it.seen == [("digest", "sent")]


def test_while_one_is_at_it_others_keep_away() -> None:
    it = Scene()

    async def both() -> None:
        await it.ledger.of("one").claim(KEY)
        await it.poster("two").post(KEY, bulletin, NOW)

    asyncio.run(both())

    assert it.board.stand == []


def test_one_that_died_before_its_call_is_followed_without_a_look() -> None:
    it = Scene()
    asyncio.run(it.ledger.of("one").claim(KEY))
    it.time.forward(LEASE.length)

    it.post("two")

    assert (it.board.stand, it.board.looks) == ([KEY], [])


@pytest.mark.parametrize("hours", [1, 24 * 400], ids=["restored", "forgotten by a clock far ahead"])
def test_what_stands_there_is_not_posted_again_when_its_row_is_gone(hours: int) -> None:
    it = Scene()
    it.post("one")
    it.time.forward(timedelta(hours=hours))
    it.ledger.rows.clear()

    it.post("two")

    assert (it.board.stand, it.row) == ([KEY], "sent")


@pytest.mark.parametrize("look", [Unreadable("missing_scope"), Unanswered("http_500")])
def test_what_nobody_began_is_posted_late_though_nothing_tells_whether_it_stands_there(look: Look) -> None:
    it = Scene()
    it.board.look_as = look
    it.time.forward(timedelta(hours=1))

    it.post()

    assert it.board.stand == [KEY]


@pytest.mark.parametrize("ahead", [timedelta(minutes=50), timedelta(days=365)])
def test_a_look_begins_early_enough_for_a_clock_that_was_ahead(ahead: timedelta) -> None:
    it = Scene()
    it.time.forward(ahead)
    it.board.trouble = ["lost"]
    it.post()
    it.time.at = NOW + LEASE.length

    it.post("two")

    assert it.board.looks[-1] <= NOW


def test_what_stands_there_is_settled_before_its_picture_is_drawn() -> None:
    it = Scene()
    it.board.trouble = ["plainly"]

    with pytest.raises(MemoryError):
        it.post()

    assert it.row == "sent"


def test_a_lost_answer_is_looked_up_and_never_posted_again() -> None:
    it = Scene()
    it.board.trouble = ["lost"]
    it.post()
    assert it.row == "claimed"

    it.time.forward(A_WHILE)
    it.post()
    assert it.board.looks == [], "while the lease lasts nobody needs to know"
    it.time.forward(LEASE.length)
    it.post("two")

    assert (it.board.stand, len(it.board.looks), it.row) == ([KEY], 1, "sent")


def test_what_was_begun_and_does_not_stand_there_is_posted() -> None:
    it = Scene()

    async def died() -> None:
        claim = await it.ledger.of("one").claim(KEY)
        assert claim
        await it.ledger.of("one").begin(claim)

    asyncio.run(died())
    it.time.forward(LEASE.length)

    it.post("two")

    assert (it.board.stand, len(it.board.looks), it.row) == ([KEY], 1, "sent")


def test_where_nobody_may_look_it_is_not_posted_again_and_a_person_is_told() -> None:
    it = Scene()
    it.board.trouble = ["lost"]
    it.post()
    it.board.look_as = Unreadable("missing_scope")
    it.time.forward(LEASE.length)

    it.post()
    it.time.forward(timedelta(hours=1))
    it.post()

    assert (it.board.stand, it.row) == ([KEY], "unknown")
    assert it.board.told == [(KEY, "posting.unknown")]


def test_a_look_that_is_not_answered_is_taken_again_later() -> None:
    it = Scene()
    it.board.trouble = ["lost"]
    it.post()
    it.board.look_as = Unanswered("ratelimited")
    it.time.forward(LEASE.length)
    it.post()
    assert it.row == "claimed"

    it.board.look_as = None
    it.time.forward(LEASE.length)
    it.post()

    assert (it.board.stand, it.row) == ([KEY], "sent")


@pytest.mark.parametrize(
    ("trouble", "pause"),
    [("limited", timedelta(seconds=30)), ("unsent", AFTER_NO_CONNECTION), ("denied", AFTER_REFUSAL)],
)
def test_what_slack_has_certainly_not_taken_is_tried_again_after_a_while(
    trouble: Trouble, pause: timedelta
) -> None:
    it = Scene()
    it.board.trouble = [trouble]
    it.post()
    it.time.forward(pause - A_WHILE)
    it.post()
    assert it.board.stand == []

    it.time.forward(A_WHILE)
    it.post("two")

    assert (it.board.stand, it.board.looks, it.row) == ([KEY], [], "sent")


def test_a_refusal_is_told_to_a_person_once() -> None:
    it = Scene()
    it.board.trouble = ["denied", "denied", "denied"]

    for _ in range(3):
        it.post()
        it.time.forward(AFTER_REFUSAL)

    assert it.board.told == [(KEY, "slack.out_invite")]


@pytest.mark.parametrize("slept", [LEASE.length, timedelta(hours=9)])
def test_one_that_slept_after_its_lease_was_made_whole_posts_nothing(slept: timedelta) -> None:
    it = Scene()
    ours = it.ledger.of("one")

    class Sleepy(SmallPostings):
        async def begin(self, claim: Claim) -> bool:
            begun = await super().begin(claim)
            it.time.forward(slept)
            return begun

    sleepy = Poster(Sleepy(ours.ledger, "one"), it.board, it.time.seconds, lambda *_: None)

    asyncio.run(sleepy.post(KEY, bulletin, NOW))

    assert it.board.stand == []
    it.post("two")
    assert it.board.stand == [KEY]


def test_one_whose_lease_was_taken_over_while_it_wrote_posts_nothing() -> None:
    it = Scene()

    async def slow() -> Bulletin:
        it.time.forward(LEASE.length)
        await it.poster("two").post(KEY, bulletin, NOW)
        return await bulletin()

    asyncio.run(it.poster("one").post(KEY, slow, NOW))

    assert it.board.stand == [KEY]
    assert it.seen == [("digest", "sent"), ("digest", "withheld")]


# Every interleaving


class Dead(BaseException):
    """A process that was killed."""


@dataclass
class Gate:
    """Where a replica waits until the machine lets it go on."""

    waiting: asyncio.Future[bool] | None = None

    async def __call__(self) -> None:
        self.waiting = asyncio.get_running_loop().create_future()
        if not await self.waiting:
            raise Dead


@dataclass
class GatedPostings(SmallPostings):
    """Before and after every write one may die, sleep or be overtaken."""

    gate: Gate = field(default_factory=Gate)

    async def claim(self, key: Key) -> Claim | None:
        await self.gate()
        claim = await super().claim(key)
        await self.gate()
        return claim

    async def begin(self, claim: Claim) -> bool:
        await self.gate()
        begun = await super().begin(claim)
        await self.gate()
        return begun

    async def sent(self, key: Key, ts: str, body: str) -> None:
        await self.gate()
        await super().sent(key, ts, body)

    async def release(self, claim: Claim, after: timedelta, reason: str) -> bool:
        await self.gate()
        return await super().release(claim, after, reason)


@dataclass
class GatedBoard:
    """The same board for all, reached through a gate. Between the last word of `still` and the call is none."""

    board: SmallBoard
    gate: Gate

    async def post(self, key: Key, bulletin: Bulletin, still: Still) -> Outcome:
        await self.gate()
        if not await still():
            return Withheld()
        outcome = self.board.put(key)
        self.board.said.append(bulletin)
        await self.gate()
        return outcome

    async def look(self, key: Key, since: datetime) -> Look:
        await self.gate()
        found = await self.board.look(key, since)
        await self.gate()
        return found

    async def illustrate(self, key: Key, ts: str, bulletin: Bulletin) -> None:
        raise AssertionError(key, ts, bulletin)

    async def tell(self, key: Key, error: object) -> None:
        raise AssertionError(key, error)


@dataclass
class Replica:
    task: "asyncio.Task[None] | None"
    gate: Gate


class Interleaved(RuleBasedStateMachine):
    """Two replicas; at each step one goes on, dies, or time passes; Slack refuses and loses answers."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.time = Time()
        self.ledger, self.board = SmallLedger(self.time), SmallBoard(self.time)
        self.replicas: dict[str, Replica] = {}

    def teardown(self) -> None:
        """In the end, when nothing more goes wrong, it stands there once."""
        for name in list(self.replicas):
            self.die(name)
        self.board.trouble.clear()
        for _ in range(3):
            self.time.forward(LEASE.length + AFTER_REFUSAL)
            poster = Poster(self.ledger.of("last"), self.board, self.time.seconds, lambda *_: None)
            self.loop.run_until_complete(poster.post(KEY, bulletin, NOW))
        self.loop.close()
        assert self.board.stand == [KEY]
        assert self.ledger.rows[KEY].fate == "sent"

    @rule(name=st.sampled_from("ab"))
    def start(self, name: str) -> None:
        if name in self.replicas:
            return
        gate = Gate()
        postings = GatedPostings(self.ledger, name, gate)
        poster = Poster(postings, GatedBoard(self.board, gate), self.time.seconds, lambda *_: None)
        self.replicas[name] = Replica(self.loop.create_task(poster.post(KEY, bulletin, NOW)), gate)
        self.settle()

    @precondition(lambda self: self.replicas)
    @rule(data=st.data(), gates=st.integers(1, 5))
    def go_on(self, data: st.DataObject, gates: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.replicas)))
        for _ in range(gates):
            if name in self.replicas:
                self.pass_gate(name, alive=True)

    @precondition(lambda self: self.replicas)
    @rule()
    def all_sleep_while_another_comes_and_goes(self) -> None:
        self.time.forward(LEASE.length)
        self.start("c")
        while "c" in self.replicas:
            self.pass_gate("c", alive=True)

    @precondition(lambda self: self.replicas)
    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        self.die(data.draw(st.sampled_from(sorted(self.replicas))))

    @rule(seconds=st.sampled_from([1, 20, 100, 110, 121, 700]))
    def wait(self, seconds: int) -> None:
        self.time.forward(timedelta(seconds=seconds))

    @rule(trouble=st.sampled_from(["lost", "limited", "unsent"]))
    def something_goes_wrong(self, trouble: Trouble) -> None:
        self.board.trouble.append(trouble)

    @invariant()
    def it_stands_there_once_at_most(self) -> None:
        assert len(self.board.stand) <= 1

    def die(self, name: str) -> None:
        self.pass_gate(name, alive=False)

    def pass_gate(self, name: str, *, alive: bool) -> None:
        waiting = self.replicas[name].gate.waiting
        if waiting and not waiting.done():
            waiting.set_result(alive)
        self.settle()

    def settle(self) -> None:
        """Until everybody waits at a gate, or has come to the end."""
        for _ in range(10):
            self.loop.run_until_complete(asyncio.sleep(0))
        for name in [name for name, it in self.replicas.items() if it.task and it.task.done()]:
            task = self.replicas.pop(name).task
            assert task
            error = task.exception()
            assert error is None or isinstance(error, Dead), error


Interleaved.TestCase.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
TestInterleaved = Interleaved.TestCase
