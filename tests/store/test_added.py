"""Added ways to ask: each text belongs to one entry, the last that it was added to."""

from dataclasses import replace
from datetime import timedelta

from bot.faq.added import Added
from tests.guard.small_guard import NOON
from tests.store.small_store import Replica, play, replica

FIRST = Added("billing/refund", "zh", "钱能退吗", "U0ALICE", NOON)
LONG = replace(FIRST, text="长" * 3000, at=NOON + timedelta(seconds=1))


def test_phrasings_come_back_oldest_first_for_every_replica(database_url: str) -> None:
    async def story(one: Replica) -> None:
        async with replica(database_url, "two") as two:
            english = replace(FIRST, language="en", text="Refund?")
            await one.phrasings.add(LONG)
            await two.phrasings.add(FIRST)
            await one.phrasings.add(english)

            assert await one.phrasings.all() == [FIRST, english, LONG]
            assert await two.phrasings.all() == await one.phrasings.all()

    play(database_url, story)


def test_the_same_text_moves_to_the_entry_that_it_was_added_to_last(database_url: str) -> None:
    async def story(one: Replica) -> None:
        moved = replace(FIRST, entry="billing/invoice", person="U0BOB", at=NOON + timedelta(days=1))

        for it in (FIRST, LONG, moved):
            await one.phrasings.add(it)

        assert await one.phrasings.all() == [LONG, moved]

    play(database_url, story)


def test_what_is_removed_is_gone_and_the_rest_stays(database_url: str) -> None:
    async def story(one: Replica) -> None:
        await one.phrasings.add(FIRST)
        await one.phrasings.add(LONG)

        await one.phrasings.remove([FIRST.text, "never added"])
        await one.phrasings.remove([])

        assert await one.phrasings.all() == [LONG]

    play(database_url, story)
