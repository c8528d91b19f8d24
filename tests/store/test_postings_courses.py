"""The ledger of what is posted over any course of events: held against a small one in a dictionary."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, TypeVar, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Row, delete, select

from bot.reports.posting import Claim, Key, Kind, alert_key, digest_key, read_key
from bot.sms.plans import Fate
from bot.store.postings import LEFT
from bot.store.tables import posting as postings
from tests.store.small_postings import LEASE, Replica, pass_time, replicas

Value = TypeVar("Value")

ALL = (
    digest_key("C0GENERAL", date(2026, 11, 22)),
    alert_key("C0GENERAL", "prod", "arrears", 1),
)
KEYS, OWNERS, PLACES = st.sampled_from(ALL), st.integers(0, 1), st.integers(0, 3)
# What of the times below passes first.
PAUSES = st.sampled_from([None, None, 1, 2, 3])
OTHERS = st.sampled_from([False, False, False, True])
REASONS = st.sampled_from(["not_in_channel", "is_archived", ""])
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["digest", "alert"])
CHANNELS = st.sampled_from([None, ["C0GENERAL"], ["console"], []])
AFTER = st.sampled_from([timedelta(), timedelta(seconds=30), timedelta(minutes=10)])
# A moment more, as PostgreSQL's clock goes on meanwhile.
KEPT = timedelta(days=1, seconds=5)
TEN = timedelta(seconds=10)
# On SQLite time stands still, and the very moments at which something changes can be met.
EXACTLY = (timedelta(microseconds=1), LEASE.margin, LEASE.length - LEASE.margin, LEASE.length, LEFT, KEPT)
# From these none is met: there are ten seconds and more for the course itself.
ROUGHLY = (3 * TEN, LEASE.length - 3 * TEN, LEASE.length - TEN, LEASE.length, LEFT, KEPT + TEN / 2)


@dataclass
class Posting:
    """As the ledger should have it; times are counted from the beginning of the course."""

    owner: int | None
    until: timedelta
    fate: Fate = "claimed"
    attempts: int = 1
    begun: bool = False
    reason: str = ""
    settled: timedelta = timedelta()


@dataclass
class SmallLedger:
    at: timedelta = timedelta()
    rows: dict[Key, Posting] = field(default_factory=dict)

    def claim(self, owner: int, key: Key) -> tuple[int, bool] | None:
        """How often it was claimed, and whether a call has begun."""
        row = self.rows.get(key)
        if row is None:
            self.rows[key] = row = Posting(owner, self.at + LEASE.length)
            return 1, False
        if row.fate != "claimed" or row.until > self.at:
            return None
        row.owner, row.until, row.attempts = owner, self.at + LEASE.length, row.attempts + 1
        return row.attempts, row.begun

    def held(self, owner: int, claim: Claim) -> Posting | None:
        row = self.rows.get(claim.key)
        ours = row is not None and (row.fate, row.owner, row.attempts) == ("claimed", owner, claim.attempts)
        return row if ours else None

    def begin(self, owner: int, claim: Claim) -> bool:
        row = self.held(owner, claim)
        if row is None or row.until - self.at < LEASE.margin:
            return False
        row.begun, row.until = True, self.at + LEASE.length
        return True

    def sent(self, key: Key) -> None:
        if row := self.rows.get(key):
            row.fate, row.reason, row.settled = "sent", "", self.at

    def settle(self, owner: int, claim: Claim, fate: Fate, reason: str) -> None:
        if row := self.held(owner, claim):
            row.fate, row.reason, row.settled = fate, reason, self.at

    def release(self, owner: int, claim: Claim, after: timedelta, reason: str) -> bool:
        row = self.held(owner, claim)
        if row is None:
            return False
        new = row.reason != reason
        row.owner, row.begun, row.until, row.reason = None, False, self.at + after, reason
        return new

    def give_up(self, kind: Kind, wanted: Sequence[Key], channels: Sequence[str] | None) -> dict[Key, Fate]:
        over: dict[Key, Fate] = {}
        for key, row in self.rows.items():
            if key.kind != kind or (channels is not None and key.channel not in channels):
                continue
            if row.fate == "claimed" and row.until <= self.at - LEFT and key not in wanted:
                row.fate = over[key] = "unknown" if row.begun else "failed"
                row.settled = self.at
        return over

    def hand_back(self, owner: int) -> None:
        for row in self.rows.values():
            if (row.fate, row.owner, row.begun) == ("claimed", owner, False):
                row.until = min(row.until, self.at)

    def forget(self) -> set[Key]:
        old = {key for key, it in self.rows.items() if it.fate != "claimed" and it.settled < self.at - KEPT}
        self.rows = {key: it for key, it in self.rows.items() if key not in old}
        return old


class PostingMachine(RuleBasedStateMachine):
    """The same on two replicas and in a small ledger. `claims` are all that were ever given, by their owners."""

    def __init__(
        self, ledgers: Sequence[Replica], times: Sequence[timedelta], runner: asyncio.Runner
    ) -> None:
        super().__init__()
        self.ledgers, self.times, self.runner = ledgers, times, runner
        self.small = SmallLedger()
        self.claims: list[tuple[int, Claim]] = []
        self.stood: set[Key] = set()
        self.attempts: dict[Key, int] = {}
        self.run(wiped(ledgers[0]))

    def run(self, step: Coroutine[Any, Any, Value]) -> Value:
        return self.runner.run(step)

    @rule(owner=OWNERS, key=KEYS, pause=PAUSES)
    def claim(self, owner: int, key: Key, pause: int | None) -> None:
        self.wait(pause)
        self.note(owner, self.run(self.ledgers[owner].postings.claim(key)), self.small.claim(owner, key))

    @rule(key=KEYS)
    def all_claim_at_once(self, key: Key) -> None:
        found = self.run(together([it.postings.claim(key) for it in self.ledgers]))
        assert sum(it is not None for it in found) <= 1
        first = 0 if found[0] else 1
        for owner in (first, 1 - first):
            self.note(owner, found[owner], self.small.claim(owner, key))

    def note(self, owner: int, claim: Claim | None, expected: tuple[int, bool] | None) -> None:
        assert (claim and (claim.attempts, claim.begun)) == expected
        if claim is not None:
            self.claims.append((owner, claim))

    @rule(place=PLACES, others=OTHERS, pause=PAUSES)
    @precondition(lambda self: self.claims)
    def begin(self, place: int, pause: int | None, *, others: bool) -> None:
        self.wait(pause)
        owner, claim = self.chosen(place, others=others)
        begins = self.run(self.ledgers[owner].postings.begin(claim))
        assert begins == self.small.begin(owner, claim)

    @rule(key=KEYS)
    @precondition(lambda self: self.claims)
    def everybody_who_ever_could_wants_to_begin(self, key: Key) -> None:
        theirs = [(owner, it) for owner, it in self.claims if it.key == key]
        begin = self.run(together([self.ledgers[owner].postings.begin(it) for owner, it in theirs]))
        assert sum(begin) <= 1
        assert begin == [self.small.begin(owner, it) for owner, it in theirs]

    @rule(place=PLACES, others=OTHERS, fate=st.sampled_from(["sent", "failed", "unknown"]), reason=REASONS)
    @precondition(lambda self: self.claims)
    def end(
        self, place: int, fate: Literal["sent", "failed", "unknown"], reason: str, *, others: bool
    ) -> None:
        owner, claim = self.chosen(place, others=others)
        one = self.ledgers[owner].postings
        if fate == "sent":
            self.run(one.sent(claim.key, f"{owner}.5", ""))
            self.small.sent(claim.key)
        else:
            self.run(one.settle(claim, fate, reason))
            self.small.settle(owner, claim, fate, reason)

    @rule(place=PLACES, others=OTHERS, after=AFTER, reason=REASONS)
    @precondition(lambda self: self.claims)
    def release(self, place: int, after: timedelta, reason: str, *, others: bool) -> None:
        owner, claim = self.chosen(place, others=others)
        new = self.run(self.ledgers[owner].postings.release(claim, after, reason))
        assert new == self.small.release(owner, claim, after, reason)

    @rule(owner=OWNERS, kind=KINDS, wanted=st.lists(KEYS, max_size=1), channels=CHANNELS)
    def give_up(self, owner: int, kind: Kind, wanted: list[Key], channels: list[str] | None) -> None:
        over = self.run(self.ledgers[owner].postings.give_up(kind, wanted, channels))
        assert {it.key: it.fate for it in over} == self.small.give_up(kind, wanted, channels)

    @rule(owner=OWNERS)
    def hand_back(self, owner: int) -> None:
        self.run(self.ledgers[owner].postings.hand_back())
        self.small.hand_back(owner)

    @rule(step=st.integers(0, len(EXACTLY) - 1))
    def wait(self, step: int | None) -> None:
        if step is not None:
            self.run(pass_time(self.ledgers[0], self.times[step]))
            self.small.at += self.times[step]

    @rule(owner=OWNERS)
    def forget(self, owner: int) -> None:
        one = self.ledgers[owner]
        self.run(one.postings.forget(KEPT))
        gone = self.small.forget()
        self.claims = [(owner, it) for owner, it in self.claims if it.key not in gone]
        self.stood -= gone
        for key in gone:
            del self.attempts[key]

    @invariant()
    def what_was_sent_stays_sent_and_attempts_only_grow(self) -> None:
        found = {read_key(it.key): it for it in self.run(kept(self.ledgers[0]))}
        sent = {key for key, it in found.items() if it.state == "sent"}
        attempts = {key: it.attempts for key, it in found.items()}
        assert sent >= self.stood
        assert all(attempts[key] >= before for key, before in self.attempts.items())
        self.stood, self.attempts = sent, attempts

        assert {key: seen(it) for key, it in found.items()} == {
            key: (it.fate, it.attempts, it.begun, it.reason) for key, it in self.small.rows.items()
        }

    def chosen(self, place: int, *, others: bool) -> tuple[int, Claim]:
        """Rather one of the last, and with its owner, or with somebody to whom it does not belong."""
        owner, claim = self.claims[-1 - place % len(self.claims)]
        return (1 - owner if others else owner), claim


def seen(row: Row[Any]) -> tuple[Fate, int, bool, str]:
    return row.state, row.attempts, row.begun is not None, row.reason


async def kept(one: Replica) -> Sequence[Row[Any]]:
    async with one.database.reading() as connection:
        return (await connection.execute(select(postings))).all()


async def together(steps: Sequence[Coroutine[Any, Any, Value]]) -> list[Value]:
    return list(await asyncio.gather(*steps))


async def wiped(one: Replica) -> None:
    async with one.database.writing() as connection:
        await connection.execute(delete(postings))


def test_whatever_happens_one_may_post_at_a_time_and_what_was_sent_stays_sent(database_url: str) -> None:
    sqlite = database_url.startswith("sqlite")
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        ledgers = runner.run(stack.enter_async_context(replicas(database_url, "one", "two")))
        machine: Callable[[], PostingMachine] = lambda: PostingMachine(  # noqa: E731 -- it takes no words
            ledgers, EXACTLY if sqlite else ROUGHLY, runner
        )
        run_state_machine_as_test(
            cast("type[PostingMachine]", machine),
            settings=settings(
                max_examples=40 if sqlite else 20,
                stateful_step_count=30,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        runner.run(stack.aclose())
