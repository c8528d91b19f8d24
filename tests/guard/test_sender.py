"""A test send: by whom, to whom, how often, and never twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.errors import BotError
from bot.guard.chain import Intact, verify
from bot.guard.keys import Keys
from bot.guard.policy import Limits, SendPolicy
from bot.guard.sender import GuardedSender
from bot.sms.cloud import CloudError, Delivery, Handed, Message, Unreachable
from bot.sms.command import Asker
from bot.sms.phone import PhoneNumber
from bot.sms.sending import AllowedNumber, AllowedTemplate
from bot.store.books import StoredBooks, StoredLedger
from bot.store.database import open_database
from bot.store.tables import metadata
from tests.guard.small_guard import (
    ADMIN,
    ALICE,
    BOB,
    KEYS,
    NO_LIMITS,
    OTHER_PHONE,
    PHONE,
    POLICY,
    Clock,
    Crash,
    FakeCloud,
    Guard,
    Meanwhile,
    guarding,
    report,
    wish,
)

Story = Callable[[Guard], Awaitable[None]]


def told(url: str, story: Story, policy: SendPolicy = POLICY, cloud: FakeCloud | None = None) -> None:
    """Runs a story over an empty database; whatever happened, the audit must hold at its end."""

    async def run() -> None:
        async with guarding(url, policy, cloud=cloud) as guard:
            await story(guard)
            assert isinstance(await verify(KEYS.audit, guard.ledger.audit()), Intact)

    asyncio.run(run())


async def refused(attempt: Awaitable[object]) -> str:
    with pytest.raises(BotError) as caught:
        await attempt
    return caught.value.phrase


async def actions(guard: Guard) -> list[tuple[str, str]]:
    """What the audit says: the action, and the state or the refusal."""
    rows = [row async for row in guard.ledger.audit()]
    return [
        (row.event.action, str(row.event.details.get("refused") or row.event.details.get("state") or ""))
        for row in rows
    ]


def test_a_confirmed_draft_is_sent_once_and_accepted(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        assert guard.cloud.sent == []

        send = await guard.sender.confirm(ALICE, draft.token)

        assert (send.state, send.billed, send.serial) == ("accepted", 1, f"serial-{send.id}")
        (message,) = guard.cloud.sent
        assert (message.number, message.parameters) == (PHONE.number, ("4370", "5"))
        assert await actions(guard) == [
            ("draft", ""),
            ("confirm", ""),
            ("outcome", "sending"),
            ("outcome", "accepted"),
        ]

    told(database_url, story)


def test_a_confirmation_counts_once_however_often_and_wherever_it_is_pressed(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        replicas = [guard.sender, guard.replica(POLICY), guard.replica(POLICY)]
        draft = await guard.sender.draft(ALICE, wish())

        pressed = [replica.confirm(ALICE, draft.token) for replica in replicas * 3]
        results = await asyncio.gather(*pressed, return_exceptions=True)

        assert len(guard.cloud.sent) == 1
        assert sorted(getattr(it, "phrase", "sent") for it in results) == [*["guard.used"] * 8, "sent"]

    told(database_url, story, replace(POLICY, limits=NO_LIMITS))


def test_a_confirmation_ends_after_90_seconds(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        guard.clock.forward(seconds=90)

        assert await refused(guard.sender.confirm(ALICE, draft.token)) == "guard.expired"
        assert guard.cloud.calls == 0

    told(database_url, story)


def test_a_draft_from_the_future_is_not_trusted(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        guard.clock.forward(hours=-1)

        assert await refused(guard.sender.confirm(ALICE, draft.token)) == "guard.expired"

    told(database_url, story)


@pytest.mark.parametrize(
    "presser", [BOB, Asker("U0ALICE", "C0OTHER"), Asker("U0EVE", "C0GENERAL"), ADMIN], ids=str
)
def test_a_confirmation_is_bound_to_its_person_and_channel(database_url: str, presser: Asker) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())

        assert await refused(guard.sender.confirm(presser, draft.token)) == "guard.not_yours"
        assert guard.cloud.calls == 0
        assert (await actions(guard))[-1] == ("confirm", "guard.not_yours")

    told(database_url, story)


@pytest.mark.parametrize(
    ("policy", "phrase"),
    [
        (SendPolicy(), "guard.off"),
        (replace(POLICY, enabled=False), "guard.off"),
        (replace(POLICY, people=frozenset()), "guard.not_person"),
        (replace(POLICY, channels=frozenset({"C0QA"})), "guard.not_channel"),
        (replace(POLICY, numbers=(OTHER_PHONE,)), "guard.not_number"),
        (replace(POLICY, templates=()), "guard.not_template"),
        (replace(POLICY, templates=(AllowedTemplate(1110001, "别的签名"),)), "guard.not_template"),
    ],
)
def test_the_rules_are_asked_for_the_draft_and_again_for_the_confirmation(
    database_url: str, policy: SendPolicy, phrase: str
) -> None:
    async def story(guard: Guard) -> None:
        changed = guard.replica(policy)
        draft = await guard.sender.draft(ALICE, wish())

        assert await refused(changed.draft(ALICE, wish())) == phrase
        assert await refused(changed.confirm(ALICE, draft.token)) == phrase
        assert guard.cloud.calls == 0
        assert [it for it in await actions(guard) if it[1]] == [("draft", phrase), ("confirm", phrase)]

    told(database_url, story)


def test_a_number_that_was_exchanged_under_its_name_needs_a_new_confirmation(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        changed = replace(POLICY, numbers=(AllowedNumber(PHONE.name, PhoneNumber("+8613711112222")),))

        assert await refused(guard.replica(changed).confirm(ALICE, draft.token)) == "guard.not_number"

    told(database_url, story)


def test_guests_never_send_and_a_group_opens_the_door_for_its_members(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        group = guard.replica(replace(POLICY, people=frozenset({"S0QA"})))
        member = Asker("U0EVE", "C0GENERAL", groups=frozenset({"S0QA"}))

        assert await refused(group.draft(replace(member, guest=True), wish())) == "guard.not_person"
        assert (await group.draft(member, wish())).send.state == "drafted"

    told(database_url, story)


@pytest.mark.parametrize("fate", ["answer lost", "accepted", "unreachable", "refused"])
def test_the_api_is_called_once_whatever_it_answers(database_url: str, fate: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())

        send = await guard.sender.confirm(ALICE, draft.token)

        assert guard.cloud.calls == 1
        assert send.state == {"answer lost": "unknown", "accepted": "accepted"}.get(fate, "rejected")
        assert await refused(guard.sender.confirm(ALICE, draft.token)) == "guard.used"
        assert guard.cloud.calls == 1

    told(database_url, story, cloud=FakeCloud(fate))


def test_the_parameters_are_forgotten_once_a_send_is_settled(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish(parameters=("secret-code",)))
        await guard.sender.confirm(ALICE, draft.token)

        async with guard.ledger.writing() as books:
            send = await books.by_id(draft.send.id)

        assert send is not None
        assert send.parameters == ()

    told(database_url, story)


def test_neither_numbers_nor_tokens_nor_parameters_are_in_the_database(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish(parameters=("secret-code",)))
        await guard.sender.confirm(ALICE, draft.token)
        await guard.sender.draft(BOB, wish(OTHER_PHONE, ("another-code",)))

        async with open_database(database_url) as database, database.reading() as connection:
            rows = [await connection.execute(select(table)) for table in metadata.sorted_tables]
            content = " ".join(str(row._asdict()) for found in rows for row in found)

        assert "13800138000" not in content
        assert "13900139000" not in content
        assert draft.token not in content.split("'")
        assert "secret-code" not in content

    told(database_url, story)


def test_an_unknown_outcome_is_settled_by_the_carriers_report_and_never_sent_again(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        send = await guard.sender.confirm(ALICE, draft.token)
        guard.clock.forward(seconds=20)
        assert (await guard.sender.track(ALICE, send.id)).state == "unknown"

        guard.cloud.reports.append(report(PHONE.number, "2028:1", guard.clock.time))
        known = await guard.sender.track(ALICE, send.id)

        assert (known.state, known.arrival, known.serial) == ("accepted", "delivered", "2028:1")
        assert guard.cloud.calls == 1

    told(database_url, story, cloud=FakeCloud("answer lost"))


def test_a_report_that_belongs_to_another_send_settles_nothing(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        first = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)
        guard.clock.forward(seconds=31)
        guard.cloud.fate = "answer lost"
        second = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)

        guard.cloud.reports.append(report(PHONE.number, first.serial, guard.clock.time))

        assert (await guard.sender.track(ALICE, second.id)).state == "unknown"
        assert (await guard.sender.track(ALICE, first.id)).arrival == "delivered"

    told(database_url, story)


def test_a_failed_delivery_keeps_its_receipt_code(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        send = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)
        guard.clock.forward(seconds=5)
        guard.cloud.reports.append(report(PHONE.number, send.serial, guard.clock.time, receipt="MK:0001"))

        known = await guard.sender.track(ALICE, send.id)

        assert (known.state, known.arrival, known.receipt) == ("accepted", "failed", "MK:0001")
        assert known.finished

    told(database_url, story)


def test_what_no_carrier_reports_for_72_hours_stays_open_for_good(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        send = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)
        guard.clock.forward(hours=73)

        known = (await guard.sender.follow_up())[0]

        assert (known.id, known.state, known.arrival) == (send.id, "unknown", "unreported")
        assert await guard.sender.follow_up() == []

    told(database_url, story, cloud=FakeCloud("answer lost"))


def test_others_do_not_see_a_send(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        send = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)

        assert await refused(guard.sender.track(BOB, send.id)) == "guard.no_send"
        assert (await guard.sender.track(ADMIN, send.id)).id == send.id

    told(database_url, story)


@pytest.mark.parametrize(("fate", "state"), [("crash before", "unknown"), ("crash after", "unknown")])
def test_a_crash_in_the_call_leaves_a_send_that_is_never_sent_again(
    database_url: str, fate: str, state: str
) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        with pytest.raises(Crash):
            await guard.sender.confirm(ALICE, draft.token)
        calls = guard.cloud.calls

        survivor = guard.replica(POLICY)
        guard.cloud.fate = "accepted"
        assert await survivor.recover() == [], "it may still be in its call"
        guard.clock.forward(seconds=61)
        (found,) = await survivor.recover()

        assert found.state == state
        assert await refused(survivor.confirm(ALICE, draft.token)) == "guard.used"
        assert guard.cloud.calls == calls

    told(database_url, story, cloud=FakeCloud(fate))


def test_a_late_answer_overrules_those_who_took_the_send_for_abandoned(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        other = guard.replica(POLICY)

        async def it_takes_long() -> None:
            guard.clock.forward(seconds=61)
            (found,) = await other.recover()
            assert found.state == "unknown"

        guard.cloud.before = it_takes_long
        send = await guard.sender.confirm(ALICE, draft.token)

        assert send.state == "accepted"
        assert (await other.track(ALICE, send.id)).state == "accepted"

    told(database_url, story)


@pytest.mark.parametrize(
    ("limits", "sends", "phrase"),
    [
        (replace(NO_LIMITS, number_seconds=30), 1, "guard.number_seconds"),
        (replace(NO_LIMITS, number_day=2), 2, "guard.number_day"),
        (replace(NO_LIMITS, person_hour=3), 3, "guard.person_hour"),
        (replace(NO_LIMITS, channel_hour=4), 4, "guard.channel_hour"),
        (replace(NO_LIMITS, day=5), 5, "guard.day"),
    ],
)
def test_a_limit_that_is_reached_refuses_the_next_one_in_every_replica(
    database_url: str, limits: Limits, sends: int, phrase: str
) -> None:
    async def story(guard: Guard) -> None:
        for _ in range(sends):
            guard.clock.forward(seconds=2)
            await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)
        guard.clock.forward(seconds=2)

        assert await refused(guard.replica(guard_policy).draft(ALICE, wish())) == phrase
        guard.clock.forward(days=1)
        assert (await guard.sender.draft(ALICE, wish())).send.state == "drafted"

    guard_policy = replace(POLICY, limits=limits)
    told(database_url, story, guard_policy)


def test_drafts_made_in_time_do_not_get_past_a_limit(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        drafts = [await guard.sender.draft(ALICE, wish()) for _ in range(6)]

        pressed = [guard.sender.confirm(ALICE, draft.token) for draft in drafts]
        results = await asyncio.gather(*pressed, return_exceptions=True)

        assert len(guard.cloud.sent) == 1
        assert sum(getattr(it, "phrase", "") == "guard.number_seconds" for it in results) == 5

    told(database_url, story)


def test_what_was_rejected_does_not_use_up_the_number_but_the_person(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        for _ in range(3):
            await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)

        assert await refused(guard.sender.draft(ALICE, wish())) == "guard.person_hour"
        guard.cloud.fate = "accepted"
        await guard.sender.confirm(BOB, (await guard.sender.draft(BOB, wish())).token)
        assert len(guard.cloud.sent) == 1

    told(database_url, story, cloud=FakeCloud("refused"))


def test_what_has_an_unknown_outcome_uses_up_the_number(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)

        assert await refused(guard.sender.draft(BOB, wish())) == "guard.number_seconds"

    told(database_url, story, cloud=FakeCloud("answer lost"))


def test_freezing_stops_what_is_drafted_in_every_replica_until_it_is_lifted(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        other = guard.replica(POLICY)
        await other.freeze(ADMIN, "a number complained")

        assert await refused(guard.sender.confirm(ALICE, draft.token)) == "guard.frozen"
        assert await refused(guard.sender.draft(BOB, wish())) == "guard.frozen"

        await other.thaw(ADMIN)
        assert (await guard.sender.confirm(ALICE, draft.token)).state == "accepted"

    told(database_url, story)


def test_only_admins_freeze_thaw_and_read_the_audit(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        assert await refused(guard.sender.freeze(ALICE, "")) == "guard.not_admin"
        assert await refused(guard.sender.thaw(ALICE)) == "guard.not_admin"
        assert await refused(guard.sender.records(ALICE, 5)) == "guard.not_admin"
        assert await refused(guard.sender.freeze(replace(ADMIN, guest=True), "")) == "guard.not_admin"

        rows = await guard.sender.records(ADMIN, 5)

        assert [(row.action, row.person) for row in rows] == [
            ("freeze", "U0ROOT"),
            ("thaw", "U0ALICE"),
            ("freeze", "U0ALICE"),
        ]

    told(database_url, story)


def test_without_an_audit_nothing_is_sent(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        async with open_database(database_url) as database, database.writing() as connection:
            await connection.execute(text("ALTER TABLE audit RENAME TO audit_gone"))

        assert await refused(guard.sender.confirm(ALICE, draft.token)) == "store.away"
        assert guard.cloud.calls == 0

        async with open_database(database_url) as database, database.writing() as connection:
            await connection.execute(text("ALTER TABLE audit_gone RENAME TO audit"))
        assert (await guard.sender.confirm(ALICE, draft.token)).state == "accepted"

    told(database_url, story)


def test_an_outcome_that_can_not_be_kept_is_told_as_such(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())

        async def the_database_goes() -> None:
            async with open_database(database_url) as database, database.writing() as connection:
                await connection.execute(text("ALTER TABLE audit RENAME TO audit_gone"))

        guard.cloud.after = the_database_goes
        assert await refused(guard.sender.confirm(ALICE, draft.token)) == "guard.not_kept"

        async with open_database(database_url) as database, database.writing() as connection:
            await connection.execute(text("ALTER TABLE audit_gone RENAME TO audit"))
        guard.clock.forward(seconds=61)
        assert [it.state for it in await guard.sender.recover()] == ["unknown"]
        assert guard.cloud.calls == 1

    told(database_url, story)


def test_a_cancelled_draft_can_not_be_confirmed(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        assert await refused(guard.sender.cancel(BOB, draft.token)) == "guard.no_draft"

        await guard.sender.cancel(ALICE, draft.token)

        assert await refused(guard.sender.confirm(ALICE, draft.token)) == "guard.used"
        assert await refused(guard.sender.cancel(ALICE, draft.token)) == "guard.used"

    told(database_url, story)


def test_old_drafts_are_dropped_and_nothing_else(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        kept = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)
        old = await guard.sender.draft(BOB, wish(OTHER_PHONE))
        guard.clock.time += timedelta(days=1, seconds=1)

        await guard.sender.recover()

        assert await refused(guard.sender.confirm(BOB, old.token)) == "guard.no_draft"
        assert (await guard.sender.track(ALICE, kept.id)).id == kept.id

    told(database_url, story)


def test_every_refusal_is_on_record(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())

        assert await refused(guard.sender.cancel(BOB, draft.token)) == "guard.no_draft"
        assert await refused(guard.sender.cancel(ALICE, "guessed")) == "guard.no_draft"
        assert await refused(guard.sender.confirm(ALICE, "\ud800\x00")) == "guard.no_draft"

        assert await actions(guard) == [
            ("draft", ""),
            ("cancel", "guard.no_draft"),
            ("cancel", "guard.no_draft"),
            ("confirm", "guard.no_draft"),
        ]

    told(database_url, story)


def test_no_phone_number_gets_into_the_audit_with_a_reason(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        await guard.sender.freeze(
            ADMIN, "投诉：138 0013-8000, +852 6123 4567；１３８００１３８０００ on 2026-11-22"
        )
        (row,) = await guard.sender.records(ADMIN, 5)

        assert row.details == "reason 投诉：****, +****；**** on ****"

    told(database_url, story)


def test_an_error_that_says_nothing_certain_leaves_the_outcome_unknown(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        async def something_else() -> None:
            raise CloudError("cloud.no_answer", "SendSms")

        guard.cloud.after = something_else
        send = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)

        assert send.state == "unknown"

    told(database_url, story)


@pytest.mark.parametrize("field", ["serial", "request_id", "country"])
def test_an_outcome_is_kept_whatever_the_api_calls_it(database_url: str, field: str) -> None:
    class OddCloud(FakeCloud):
        async def send(self, message: Message) -> Handed:
            odd: dict[str, Any] = {field: "\x00\ud800" + "x" * 5000}
            return replace(await super().send(message), **odd)

    async def story(guard: Guard) -> None:
        send = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)

        assert (await guard.sender.track(ALICE, send.id)).state == "accepted"

    told(database_url, story, cloud=OddCloud())


def test_a_person_of_any_name_is_refused_and_on_record(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        odd = Asker("\x00\ud800" + "x" * 5000, "\x00")

        assert await refused(guard.sender.draft(odd, wish())) == "guard.not_person"
        assert await refused(guard.sender.track(odd, "\x00\ud800")) == "guard.no_send"
        assert await actions(guard) == [("draft", "guard.not_person")]

    told(database_url, story)


def test_a_process_that_slept_after_the_confirmation_sends_nothing_when_it_wakes(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        async def an_hour_passes() -> None:
            guard.clock.forward(hours=1)

        asleep = InterruptedLedger(guard.ledger, an_hour_passes)
        sender = GuardedSender(POLICY, asleep, {"prod": guard.cloud}, KEYS, guard.clock, lambda: "token")
        draft = await sender.draft(ALICE, wish())
        asleep.steps = 2

        assert await refused(sender.confirm(ALICE, draft.token)) == "guard.interrupted"

        assert guard.cloud.calls == 0
        assert (await guard.sender.track(ALICE, draft.send.id)).state == "rejected"

    told(database_url, story)


def test_what_a_replica_whose_clock_is_ahead_takes_for_abandoned_is_not_sent(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        ahead = Clock(guard.clock.time + timedelta(minutes=2))
        other = GuardedSender(POLICY, guard.ledger, {"prod": guard.cloud}, KEYS, ahead, lambda: "other")

        async def it_tidies_up() -> None:
            assert [it.state for it in await other.recover()] == ["rejected"]

        ledger = InterruptedLedger(guard.ledger, it_tidies_up)
        sender = GuardedSender(POLICY, ledger, {"prod": guard.cloud}, KEYS, guard.clock, lambda: "token")
        draft = await sender.draft(ALICE, wish())
        ledger.steps = 2

        assert await refused(sender.confirm(ALICE, draft.token)) == "guard.used"

        assert guard.cloud.calls == 0

    told(database_url, story)


@dataclass
class InterruptedLedger:
    """Something happens before its `steps`-th transaction from now."""

    ledger: StoredLedger
    meanwhile: Meanwhile
    steps: int = 0

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[StoredBooks]:
        self.steps -= 1
        if self.steps == 0:
            await self.meanwhile()
        async with self.ledger.writing() as books:
            yield books


@pytest.mark.parametrize("ticks", range(0, 60, 3))
def test_who_is_called_away_while_confirming_sends_once_or_not_at_all(database_url: str, ticks: int) -> None:
    async def story(guard: Guard) -> None:
        async def it_takes_a_moment() -> None:
            for _ in range(10):
                await asyncio.sleep(0)

        guard.cloud.before = guard.cloud.after = it_takes_a_moment
        draft = await guard.sender.draft(ALICE, wish())
        press = asyncio.create_task(guard.sender.confirm(ALICE, draft.token))
        for _ in range(ticks):
            await asyncio.sleep(0.0002)
        press.cancel()
        await asyncio.wait([press])

        guard.clock.forward(seconds=61)
        await guard.sender.recover()
        async with guard.ledger.writing() as books:
            send = await books.by_id(draft.send.id)
        assert send is not None
        if guard.cloud.sent:
            assert send.state in {"accepted", "unknown"}
        with suppress(BotError):
            await guard.sender.confirm(ALICE, draft.token)
        assert guard.cloud.calls <= 1

    told(database_url, story)


def test_what_the_carrier_reports_early_overrules_an_answer_that_never_came(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish())
        other = guard.replica(POLICY)

        async def others_settle_it() -> None:
            guard.clock.forward(seconds=61)
            await other.recover()
            guard.cloud.reports.append(report(PHONE.number, "2028:1", guard.clock.time))
            assert (await other.track(ALICE, draft.send.id)).arrival == "delivered"

        guard.cloud.after = others_settle_it
        send = await guard.sender.confirm(ALICE, draft.token)

        assert (send.state, send.arrival) == ("accepted", "delivered")
        assert (await other.track(ALICE, send.id)).arrival == "delivered"

    told(database_url, story, cloud=FakeCloud("answer lost"))


def test_a_report_from_before_the_call_is_not_of_this_send(database_url: str) -> None:
    """The phone may get messages that are none of ours."""

    async def story(guard: Guard) -> None:
        guard.cloud.reports.append(report(PHONE.number, "2028:0", guard.clock.time - timedelta(seconds=40)))
        send = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)

        assert (await guard.sender.track(ALICE, send.id)).state == "unknown"

        guard.clock.forward(seconds=9)
        guard.cloud.reports.append(report(PHONE.number, "2028:1", guard.clock.time))
        assert (await guard.sender.track(ALICE, send.id)).serial == "2028:1"

    told(database_url, story, cloud=FakeCloud("answer lost"))


def test_of_two_unknown_sends_to_a_number_neither_takes_the_others_report(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        first = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)
        guard.clock.forward(seconds=31)
        second = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)
        guard.clock.forward(seconds=5)
        guard.cloud.reports.append(report(PHONE.number, "2028:1", guard.clock.time))

        assert (await guard.sender.track(ALICE, second.id)).state == "unknown"
        assert (await guard.sender.track(ALICE, first.id)).state == "unknown"

        ours = report(PHONE.number, "2028:2", guard.clock.time)
        guard.cloud.reports.append(replace(ours, session=second.id))
        assert (await guard.sender.track(ALICE, second.id)).serial == "2028:2"
        assert (await guard.sender.track(ALICE, first.id)).serial == "2028:1"

    told(database_url, story, cloud=FakeCloud("answer lost"))


@pytest.mark.parametrize("gone", ["the account", "the number"])
def test_a_send_that_the_settings_no_longer_lead_to_comes_to_its_end(database_url: str, gone: str) -> None:
    async def story(guard: Guard) -> None:
        send = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)
        policy = POLICY if gone == "the account" else replace(POLICY, numbers=())
        clouds = {} if gone == "the account" else {"prod": guard.cloud}
        changed = GuardedSender(policy, guard.ledger, clouds, KEYS, guard.clock, lambda: "token")

        assert (await changed.track(ALICE, send.id)).arrival == "awaited"

        guard.clock.forward(hours=73)
        (known,) = await changed.follow_up()
        assert known.arrival == "unreported"

    told(database_url, story)


def test_an_account_that_can_not_be_asked_holds_up_no_other(database_url: str) -> None:
    class AwayCloud(FakeCloud):
        async def deliveries(
            self, number: PhoneNumber, since: datetime, until: datetime
        ) -> Sequence[Delivery]:
            if number == PHONE.number:
                raise Unreachable("cloud.breaker_open", "PullSmsSendStatusByPhoneNumber")
            return await super().deliveries(number, since, until)

    async def story(guard: Guard) -> None:
        await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)
        second = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish(OTHER_PHONE))).token)
        guard.clock.forward(seconds=5)
        guard.cloud.reports.append(report(OTHER_PHONE.number, second.serial, guard.clock.time))

        assert [it.arrival for it in await guard.sender.follow_up()] == ["delivered"]

    told(database_url, story, cloud=AwayCloud())


def test_what_nobody_confirmed_is_not_kept(database_url: str) -> None:
    """It holds what would have been sent."""

    async def story(guard: Guard) -> None:
        old = await guard.sender.draft(ALICE, wish(parameters=("secret-code", "5")))
        guard.clock.forward(minutes=11)
        await guard.sender.draft(BOB, wish())

        async with guard.ledger.writing() as books:
            assert await books.by_id(old.send.id) is None

    told(database_url, story)


def test_an_admin_of_another_workspace_sees_no_sends(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        send = await guard.sender.confirm(ALICE, (await guard.sender.draft(ALICE, wish())).token)

        assert await refused(guard.sender.track(replace(ADMIN, guest=True), send.id)) == "guard.no_send"

    told(database_url, story)


def test_replicas_with_different_secrets_do_not_send_side_by_side(database_url: str) -> None:
    """Each would count a number's messages by marks of its own."""

    async def story(guard: Guard) -> None:
        await guard.sender.draft(BOB, wish())
        keys = Keys.derived(b"another secret of another replica")
        ledger = StoredLedger(guard.ledger._database, keys.audit)  # noqa: SLF001 -- the same one
        stranger = GuardedSender(POLICY, ledger, {"prod": guard.cloud}, keys, guard.clock, lambda: "token")

        assert await refused(stranger.draft(ALICE, wish())) == "store.other_key"
        assert guard.cloud.calls == 0

    told(database_url, story)


def test_tokens_parameters_and_numbers_are_in_no_repr(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        draft = await guard.sender.draft(ALICE, wish(parameters=("secret-code", "5")))
        shown = f"{draft!r} {draft.send!r} {wish(parameters=('secret-code',))!r} {KEYS!r} {POLICY!r}"

        assert draft.token not in shown.replace(draft.send.id, "")
        assert "secret-code" not in shown
        assert "13800138000" not in shown
        assert KEYS.audit.hex() not in shown

    told(database_url, story)


def test_who_may_not_even_see_the_options_is_on_record(database_url: str) -> None:
    async def story(guard: Guard) -> None:
        eve = Asker("U0EVE", "C0GENERAL")

        assert await refused(guard.sender.options(eve)) == "guard.not_person"
        assert (await guard.sender.options(ALICE)).numbers == POLICY.numbers
        assert await actions(guard) == [("draft", "guard.not_person")]

    told(database_url, story)
