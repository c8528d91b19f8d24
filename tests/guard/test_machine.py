"""Whatever happens in whatever order, on however many replicas: no confirmation sends twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from bot.errors import BotError
from bot.guard.chain import Intact, verify
from bot.guard.policy import Limits
from bot.guard.sender import GuardedSender
from bot.sms.cloud import Message
from bot.sms.command import Asker
from bot.sms.sending import AllowedNumber, Draft, Send
from bot.store.books import StoredBooks, StoredLedger
from bot.store.database import open_database
from bot.store.tables import gate, metadata
from tests.guard.small_guard import (
    ADMIN,
    ALICE,
    BOB,
    KEYS,
    OTHER_PHONE,
    PHONE,
    POLICY,
    Clock,
    Crash,
    FakeCloud,
    Meanwhile,
    nothing,
    report,
    wish,
)

TIGHT = Limits(number_seconds=30, number_day=2, person_hour=3, channel_hour=4, day=5)
# With tight limits a second send is often refused by them alone.
LOOSE = Limits(number_seconds=0, number_day=10**6, person_hour=10**6, channel_hour=10**6, day=10**6)
FATES = ("accepted", "answer lost", "refused", "unreachable", "crash before", "crash after")
ASKERS = {asker.person: asker for asker in (ALICE, BOB)}


@dataclass
class MortalLedger:
    """Dies at its `death`-th transaction, just before it commits or just after; something may happen `meanwhile`.

    That is just before the `pause`-th.
    """

    ledger: StoredLedger
    death: int = 0
    committed: bool = False
    pause: int = 0
    meanwhile: Meanwhile = nothing

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[StoredBooks]:
        self.death -= 1
        self.pause -= 1
        if self.pause == 0:
            await self.meanwhile()
        async with self.ledger.writing() as books:
            yield books
            if self.death == 0 and not self.committed:
                raise Crash
        if self.death == 0:
            raise Crash


@dataclass
class Replicas:
    """Three of them over one ledger, and one that acts in between; the state of the world beside them."""

    ledger: StoredLedger
    mortal: MortalLedger
    clock: Clock = field(default_factory=Clock)
    cloud: FakeCloud = field(default_factory=FakeCloud)
    tokens: int = 0
    senders: list[GuardedSender] = field(default_factory=list)

    def token(self) -> str:
        self.tokens += 1
        return f"token-{self.tokens}"


class SendMachine(RuleBasedStateMachine):
    drafts = Bundle("drafts")

    def __init__(
        self, ledger: StoredLedger, wipe: Awaitable[None], runner: asyncio.Runner, limits: Limits
    ) -> None:
        super().__init__()
        self.limits, self.pause = limits, timedelta(seconds=limits.number_seconds)
        self.runner = runner
        runner.run(wipe)  # type: ignore[arg-type]
        self.world = Replicas(ledger, MortalLedger(ledger))
        policy = replace(POLICY, limits=limits)
        world = self.world
        world.senders = [
            GuardedSender(policy, world.mortal, {"prod": world.cloud}, KEYS, world.clock, world.token)
            for _ in range(3)
        ]
        self.bystander = GuardedSender(policy, ledger, {"prod": world.cloud}, KEYS, world.clock, world.token)
        self.frozen = False
        self.left = list[tuple[Message, datetime]]()
        self.drafted: dict[str, Draft] = {}

    @rule(target=drafts, person=st.sampled_from(list(ASKERS)), number=st.sampled_from([PHONE, OTHER_PHONE]))
    def draft(self, person: str, number: AllowedNumber) -> Any:
        draft = self.attempt(self.world.senders[0].draft(ASKERS[person], wish(number)))
        if isinstance(draft, Draft):
            self.drafted[draft.token] = draft
            return draft.token
        return multiple()

    @rule(token=drafts, replica=st.integers(0, 2), fate=st.sampled_from(FATES))
    def confirm(self, token: str, replica: int, fate: str) -> None:
        self.world.cloud.fate = fate
        self.attempt(self.world.senders[replica].confirm(self.owner(token), token))

    @rule(token=drafts, fate=st.sampled_from(FATES[:4]))
    def confirm_everywhere_at_once(self, token: str, fate: str) -> None:
        self.world.cloud.fate = fate
        pressed = [sender.confirm(self.owner(token), token) for sender in self.world.senders for _ in "12"]
        self.runner.run(all_of(pressed))

    @rule(token=drafts, death=st.integers(1, 3), committed=st.booleans())
    def confirm_and_die(self, token: str, death: int, *, committed: bool) -> None:
        self.world.cloud.fate = "accepted"
        self.world.mortal.death, self.world.mortal.committed = death, committed
        self.attempt(self.world.senders[0].confirm(self.owner(token), token))
        self.world.mortal.death = 0

    @rule(token=drafts)
    def press_somebody_elses(self, token: str) -> None:
        other = BOB if self.owner(token) == ALICE else ALICE
        self.attempt(self.world.senders[1].confirm(other, token))

    @rule(token=drafts, step=st.integers(1, 3), what=st.sampled_from(["abandoned", "frozen", "pressed"]))
    def something_happens_before_a_step(self, token: str, step: int, what: str) -> None:
        self.world.cloud.fate = "accepted"
        happens = {
            "abandoned": self.is_taken_for_abandoned,
            # Behind the call it would be too late.
            "frozen": self.is_frozen if step < 3 else self.is_taken_for_abandoned,
            "pressed": lambda: self.is_pressed(token),
        }
        self.world.mortal.pause, self.world.mortal.meanwhile = step, happens[what]
        self.attempt(self.world.senders[0].confirm(self.owner(token), token))
        self.world.mortal.pause = 0
        self.nothing_is_sent_twice_or_beyond_a_limit()
        if self.frozen:
            self.attempt(self.bystander.thaw(ADMIN))
            self.frozen = False

    async def is_taken_for_abandoned(self) -> None:
        """By somebody whose clock is ahead: what was sent keeps its time, which the limits are checked by."""
        ahead = Clock(self.world.clock.time + timedelta(seconds=61))
        clouds = {"prod": self.world.cloud}
        await GuardedSender(POLICY, self.world.ledger, clouds, KEYS, ahead, self.world.token).recover()

    async def is_frozen(self) -> None:
        await self.bystander.freeze(ADMIN, "")
        self.frozen = True

    async def is_pressed(self, token: str) -> None:
        await survived(self.bystander.confirm(self.owner(token), token))

    @rule(seconds=st.sampled_from([1, 5, 31, 31, 61, 61, 91, 3601, 86401, -30]))
    def wait(self, seconds: int) -> None:
        self.world.clock.forward(seconds=seconds)

    @rule(replica=st.integers(0, 2))
    def recover(self, replica: int) -> None:
        self.attempt(self.world.senders[replica].recover())

    @rule()
    def follow_up(self) -> None:
        self.attempt(self.world.senders[2].follow_up())

    @rule(token=drafts)
    def freeze_press_and_thaw(self, token: str) -> None:
        self.attempt(self.world.senders[1].freeze(ADMIN, ""))
        calls = self.world.cloud.calls
        self.attempt(self.world.senders[0].confirm(self.owner(token), token))
        assert self.world.cloud.calls == calls
        self.attempt(self.world.senders[2].thaw(ADMIN))

    @rule(place=st.integers(0, 9))
    def a_carrier_reports(self, place: int) -> None:
        if self.left:
            message, at = self.left[place % len(self.left)]
            serial = f"serial-{message.session}"
            self.world.cloud.reports.append(report(message.number, serial, at + timedelta(seconds=2)))

    @invariant()
    def nothing_is_sent_twice_or_beyond_a_limit(self) -> None:
        now = self.world.clock.time
        new = self.world.cloud.sent[len(self.left) :]
        assert not (new and self.frozen)
        self.left += [(message, now) for message in new]

        sessions = [message.session for message, _ in self.left]
        assert len(sessions) == len(set(sessions))
        called = self.world.cloud.called
        assert len(called) == len(set(called)), "nor is it tried twice"
        for message, at in self.left[len(self.left) - len(new) :]:
            before = [it for it in self.left if at - timedelta(days=1) < it[1] <= at]
            assert len(before) <= self.limits.day
            same = [it for it in before if it[0].number == message.number]
            assert len(same) <= self.limits.number_day
            assert not [it for it in same if it[0] != message and at - it[1] < self.pause]

    @invariant()
    def what_is_said_not_to_be_sent_was_not(self) -> None:
        sessions = {message.session for message, _ in self.left}
        for send in self.kept():
            if send.id in sessions:
                assert send.state in {"sending", "accepted", "unknown"}
            else:
                assert send.arrival in {"awaited", "unreported"}, "another's report is not its own"

    def teardown(self) -> None:
        """After the last crash somebody starts again: everything comes to its end, and nothing is sent.

        An hour later, since the clock may have been set back meanwhile.
        """
        calls = self.world.cloud.calls
        self.world.clock.forward(hours=1)
        self.attempt(self.world.senders[0].recover())
        assert not [it for it in self.kept() if it.state in {"confirmed", "sending"}]
        assert self.world.cloud.calls == calls
        assert isinstance(self.runner.run(self.verdict()), Intact)

    def attempt(self, step: Awaitable[Any]) -> Any:
        """What came of it; refusals and deaths are a part of life."""
        (result,) = self.runner.run(all_of([step]))
        return result

    def owner(self, token: str) -> Asker:
        return ASKERS[self.drafted[token].send.person] if token in self.drafted else ALICE

    def kept(self) -> list[Send]:
        return self.runner.run(self.all_kept())

    async def all_kept(self) -> list[Send]:
        async with self.world.ledger.writing() as books:
            found = [await books.by_id(draft.send.id) for draft in self.drafted.values()]
        return [send for send in found if send is not None]

    async def verdict(self) -> object:
        return await verify(KEYS.audit, self.world.ledger.audit())


async def all_of(steps: list[Any]) -> list[Any]:
    results = await asyncio.gather(*(survived(step) for step in steps))
    return list(results)


async def survived(step: Awaitable[Any]) -> Any:
    try:
        return await step
    except (BotError, Crash) as end:
        return end


@pytest.mark.parametrize("limits", [TIGHT, LOOSE], ids=["tight", "loose"])
def test_no_order_of_events_sends_a_confirmation_twice(database_url: str, limits: Limits) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        database = runner.run(stack.enter_async_context(open_database(database_url)))

        async def wipe() -> None:
            async with database.writing() as connection:
                for table in metadata.sorted_tables:
                    if table is not gate:
                        await connection.execute(table.delete())
                await connection.execute(gate.update().values(frozen=False))

        ledger = StoredLedger(database, KEYS.audit)
        run_state_machine_as_test(
            cast("type[SendMachine]", lambda: SendMachine(ledger, wipe(), runner, limits)),
            settings=settings(
                max_examples=20,
                stateful_step_count=25,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        runner.run(stack.aclose())
