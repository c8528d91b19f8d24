"""Every minute's round: what is owed is posted once, what fails keeps nothing else, what is over is settled."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.errors import BotError
from bot.reports.poster import Compose, Poster
from bot.reports.posting import Bulletin, Key
from bot.reports.rounds import AT_A_TIME, Job, Rounds, survived
from tests.reports.small_reports import SmallBoard, SmallLedger, Time, bulletin

OPS, DEV = Key("digest", "C0OPS", "2026-11-30"), Key("digest", "C0DEV", "2026-11-30")


@dataclass
class Owed:
    """A source of what a test puts into it."""

    found: list[Job] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)

    async def jobs(self, now: datetime) -> Sequence[Job]:
        self.asked.append(now)
        return self.found


@dataclass
class Scene:
    time: Time = field(default_factory=Time)
    owed: Owed = field(default_factory=Owed)
    seen: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger, self.board = SmallLedger(self.time), SmallBoard(self.time)

    def owe(self, *keys: Key, compose: Compose = bulletin, of_use: timedelta | None = None) -> None:
        now = self.time.at
        until = None if of_use is None else now + of_use
        self.owed.found += [Job(key, compose, now, until) for key in keys]

    def rounds(self, owner: str = "one", rooms: frozenset[str] | None = None) -> Rounds:
        postings = self.ledger.of(owner)
        poster = Poster(
            postings, self.board, self.time.seconds, lambda kind, what: self.seen.append((kind, what))
        )
        return Rounds("digest", self.owed, postings, poster, self.board, self.time.now, rooms)

    def make(self, owner: str = "one", rooms: frozenset[str] | None = None) -> None:
        asyncio.run(self.rounds(owner, rooms).make())


async def broken() -> Bulletin:
    raise BotError("store.away", reason="locked")


async def unexpected() -> Bulletin:
    raise ZeroDivisionError


def test_all_that_is_owed_is_posted_and_the_next_round_posts_nothing() -> None:
    it = Scene()
    it.owe(OPS, DEV)

    it.make()
    it.make("two")

    assert sorted(it.board.stand, key=str) == [DEV, OPS]


def test_what_is_settled_is_not_even_claimed() -> None:
    it = Scene()
    it.owe(OPS)
    it.make()
    attempts = it.ledger.rows[OPS].attempts
    it.time.forward(timedelta(hours=1))

    it.make()

    assert it.ledger.rows[OPS].attempts == attempts


@pytest.mark.parametrize("compose", [broken, unexpected])
def test_one_that_can_not_be_written_keeps_none_of_the_others(compose: Compose) -> None:
    it = Scene()
    it.owe(OPS, compose=compose)
    it.owe(DEV)

    it.make()

    assert it.board.stand == [DEV]


def test_one_that_could_not_be_written_is_tried_again_when_its_lease_is_over() -> None:
    it = Scene()
    it.owe(OPS, compose=broken)
    it.make()
    it.owed.found.clear()
    it.owe(OPS)
    it.time.forward(timedelta(minutes=2))

    it.make("two")

    assert it.board.stand == [OPS]


def test_what_is_no_longer_owed_and_was_not_posted_is_told_to_a_person() -> None:
    it = Scene()
    it.owe(OPS)
    it.board.trouble = ["unsent"]
    it.make()
    it.owed.found.clear()
    it.time.forward(timedelta(hours=2))

    it.make()
    it.make()

    assert it.ledger.rows[OPS].fate == "failed"
    assert it.board.told == [(OPS, "posting.gave_up")]
    assert it.seen == [("digest", "unsent"), ("digest", "failed")]


def test_what_may_stand_there_and_is_no_longer_owed_is_of_unknown_fate() -> None:
    it = Scene()
    it.owe(OPS)
    it.board.trouble = ["lost"]
    it.make()
    it.owed.found.clear()
    it.time.forward(timedelta(hours=2))

    it.make()

    assert it.ledger.rows[OPS].fate == "unknown"


def test_what_is_owed_still_is_not_given_up_however_long_it_takes() -> None:
    it = Scene()
    it.owe(OPS)
    it.board.trouble = ["unsent"]
    it.make()
    it.time.forward(timedelta(hours=2))

    it.make()

    assert it.board.stand == [OPS]


def test_what_belongs_to_other_channels_or_is_of_another_kind_is_somebody_elses_to_give_up() -> None:
    it = Scene()
    alert = Key("alert", "C0OPS", "prod|run_out|1")
    for key in (OPS, alert):
        asyncio.run(it.ledger.of("one").claim(key))
    it.time.forward(timedelta(hours=2))

    it.make("console", frozenset({"console"}))
    assert {row.fate for row in it.ledger.rows.values()} == {"claimed"}

    it.make("two")
    assert (it.ledger.rows[OPS].fate, it.ledger.rows[alert].fate) == ("failed", "claimed")


def test_what_is_of_no_more_use_when_its_turn_comes_is_not_posted() -> None:
    """Nine are due; the machine sleeps for a day while the first eight are written."""
    it = Scene()
    later = it.time.at + timedelta(hours=12)

    async def slept() -> Bulletin:
        it.time.forward(max(later - it.time.at, timedelta()))
        return await bulletin()

    eight = (Key("digest", f"C0{number}", "2026-11-30") for number in range(AT_A_TIME))
    it.owe(*eight, compose=slept, of_use=timedelta(hours=6))
    it.owe(OPS, of_use=timedelta(hours=6))
    it.make()

    assert OPS not in it.ledger.rows


@pytest.mark.parametrize("failure", [BotError("store.away", reason="locked"), ZeroDivisionError()])
def test_a_round_that_fails_is_not_the_last(failure: Exception) -> None:
    made: list[str] = []

    async def make() -> None:
        raise failure

    asyncio.run(survived("post", make, made.append))

    assert made == []


def test_a_round_that_is_cut_off_ends() -> None:
    async def make() -> None:
        await asyncio.Event().wait()

    async def story() -> None:
        task = asyncio.create_task(survived("post", make, lambda _: None))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(story())
