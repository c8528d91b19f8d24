"""Questions: kept with what people thought of the answers, until they are settled or old."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.faq.asked import Asked, HandOff
from bot.store.database import StoreAway
from tests.guard.small_guard import NOON
from tests.store.small_store import Replica, play, replica

ASKED = Asked(
    id="q1",
    at=NOON,
    person="U0ALICE",
    channel="C0GENERAL",
    thread="17.5",
    language="zh",
    text='退款要多久 😀 <!channel> \\ "',
    outcome="answered",
    offered=("billing/refund", "1031"),
    shown="billing/refund",
)
HAND_OFF = HandOff("h1", "q1", "C0ONCALL", "18.5", "U0ALICE", NOON)


def ids(asked: Iterable[Asked]) -> list[str]:
    return [it.id for it in asked]


async def add(one: Replica, *asked: Asked) -> None:
    for it in asked:
        await one.questions.add(it)


def test_a_question_comes_back_as_it_was_asked(database_url: str) -> None:
    async def story(one: Replica) -> None:
        other = replace(
            ASKED, id="q2", outcome="unknown", offered=(), shown="", rejected=("1031",), thread=""
        )
        await add(one, ASKED, other)

        assert await one.questions.get("q1") == ASKED
        assert await one.questions.get("q2") == other
        assert await one.questions.get("q3") is None

    play(database_url, story)


def test_a_thread_goes_on_from_its_newest_question_that_something_is_shown_for(database_url: str) -> None:
    async def story(one: Replica) -> None:
        later = NOON + timedelta(seconds=1)
        await add(
            one,
            replace(ASKED, id="newest", at=later),
            ASKED,
            replace(ASKED, id="nothing shown", at=later + timedelta(seconds=1), shown=""),
            replace(ASKED, id="another thread", at=later + timedelta(days=1), thread="99.5"),
            replace(ASKED, id="another channel", at=later + timedelta(days=1), channel="C0OTHER"),
        )

        found = await one.questions.last_in("C0GENERAL", "17.5")

        assert found is not None
        assert found.id == "newest"
        assert await one.questions.last_in("C0GENERAL", "") is None

    play(database_url, story)


def test_what_was_not_it_is_noted_once_in_its_order(database_url: str) -> None:
    async def story(one: Replica) -> None:
        await add(one, ASKED)

        await one.questions.show("q1", "1031", "billing/refund")
        await one.questions.show("q1", "1031", "billing/refund")
        await one.questions.show("q1", "1031")
        found = await one.questions.show("q1", "", "1031")

        assert found == replace(ASKED, shown="", rejected=("billing/refund", "1031"))
        assert await one.questions.get("q1") == found
        assert await one.questions.show("q2", "1031") is None

    play(database_url, story)


def test_a_person_has_one_verdict_the_last(database_url: str) -> None:
    async def story(one: Replica) -> None:
        await add(one, ASKED)
        judge = one.questions.judge

        await judge("q1", "U0ALICE", "liked")
        await judge("q1", "U0BOB", "disliked", "太旧了")
        one.clock.forward(seconds=1)
        await judge("q1", "U0ALICE", "disliked")
        one.clock.forward(seconds=1)
        await judge("q1", "U0ALICE", "disliked", "not mine")
        await judge("q1", "U0CAROL", "liked", "ignored")
        await judge("q2", "U0ALICE", "liked")

        found = await one.questions.get("q1")
        assert found == replace(ASKED, liked=1, disliked=2, reasons=("太旧了", "not mine"))
        await judge("q1", "U0BOB", "liked")
        assert await one.questions.get("q1") == replace(ASKED, liked=2, disliked=1, reasons=("not mine",))

    play(database_url, story)


def test_gaps_are_what_got_no_answer_or_one_that_was_no_help(database_url: str) -> None:
    async def story(one: Replica) -> None:
        await add(
            one,
            replace(ASKED, id="fine"),
            replace(ASKED, id="liked"),
            replace(ASKED, id="unknown", at=NOON + timedelta(seconds=1), outcome="unknown", shown=""),
            replace(ASKED, id="unsure", at=NOON + timedelta(seconds=2), outcome="unsure", shown=""),
            replace(ASKED, id="chosen", outcome="unsure"),
            replace(ASKED, id="rejected", at=NOON + timedelta(seconds=3), rejected=("1031",)),
            replace(ASKED, id="disliked", at=NOON + timedelta(seconds=4)),
            replace(ASKED, id="old", at=NOON - timedelta(seconds=1), shown=""),
        )
        await one.questions.judge("liked", "U0BOB", "liked")
        await one.questions.judge("disliked", "U0BOB", "disliked", "too long")
        await one.questions.judge("disliked", "U0CAROL", "liked")

        gaps = await one.questions.gaps(NOON)

        assert ids(gaps) == ["disliked", "rejected", "unsure", "unknown"]
        assert (gaps[0].liked, gaps[0].disliked, gaps[0].reasons) == (1, 1, ("too long",))
        assert ids(await one.questions.gaps(NOON, most=2)) == ["disliked", "rejected"]
        await one.questions.settle(["rejected", "unknown", "never asked"])
        assert ids(await one.questions.gaps(NOON)) == ["disliked", "unsure"]

    play(database_url, story)


def test_a_hand_off_is_resolved_by_one_person(database_url: str) -> None:
    async def story(one: Replica) -> None:
        async with replica(database_url, "two") as two:
            await one.questions.hand_off(HAND_OFF)

            resolved = await one.questions.resolve("h1", "U0BOB")

            assert resolved == replace(HAND_OFF, resolved_by="U0BOB")
            assert await two.questions.resolve("h1", "U0BOB") == resolved
            assert await two.questions.resolve("h1", "U0CAROL") is None
            assert await two.questions.resolve("h2", "U0BOB") is None

    play(database_url, story)


def test_people_are_called_once_unless_nobody_was_told_or_who_called_has_died(database_url: str) -> None:
    async def story(one: Replica) -> None:
        calling = replace(HAND_OFF, ts="")
        soon, late = NOON + timedelta(seconds=5), NOON + timedelta(seconds=16)

        first = await one.questions.hand_off(calling)
        meanwhile = await one.questions.hand_off(replace(calling, at=soon))
        after_death = await one.questions.hand_off(replace(calling, at=late))
        await one.questions.withdraw("h1")
        withdrawn = await one.questions.hand_off(replace(calling, at=late))
        await one.questions.called("h1", "18.5")
        told = await one.questions.hand_off(replace(calling, at=late + timedelta(days=1)))

        assert (first, meanwhile, after_death, withdrawn, told) == (True, False, True, True, False)

    play(database_url, story)


def test_old_questions_are_forgotten_with_all_that_hangs_on_them(database_url: str) -> None:
    async def story(one: Replica) -> None:
        young = replace(ASKED, id="q2", at=NOON + timedelta(days=1))
        await add(one, ASKED, young)
        await one.questions.hand_off(HAND_OFF)
        await one.questions.hand_off(replace(HAND_OFF, id="h2", question="q2"))
        await one.questions.judge("q1", "U0BOB", "disliked", "sesame")
        await one.questions.judge("q2", "U0BOB", "liked")

        await one.questions.forget(NOON + timedelta(days=1))

        assert await one.questions.get("q1") is None
        assert await one.questions.get("q2") == replace(young, liked=1)
        assert await one.questions.resolve("h1", "U0BOB") is None
        assert await one.questions.resolve("h2", "U0BOB") is not None
        await add(one, ASKED)
        assert await one.questions.get("q1") == ASKED, "its verdicts are gone too"

    play(database_url, story)


def test_a_question_that_is_asked_again_after_a_crash_stays_as_it_was(database_url: str) -> None:
    async def story(one: Replica) -> None:
        again = replace(ASKED, text="again")

        await asyncio.gather(one.questions.add(ASKED), one.questions.add(again))
        await one.questions.judge("q1", "U0BOB", "liked")
        await one.questions.add(again)

        assert await one.questions.get("q1") == replace(ASKED, liked=1)

    play(database_url, story)


def test_what_a_database_can_not_keep_harms_no_other_question(database_url: str) -> None:
    async def story(one: Replica) -> None:
        spoilt = replace(ASKED, id="spoilt", text=None)  # type: ignore[arg-type] # what the types forbid

        found = await asyncio.gather(
            one.questions.add(ASKED), one.questions.add(spoilt), return_exceptions=True
        )

        assert [type(it) for it in found] == [type(None), StoreAway]
        assert await one.questions.get("q1") == ASKED

    play(database_url, story)
