"""The kinds of values in the tables: they come back as they went in, on every database."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.store.database import Database, open_database
from bot.store.tables import audit, keepable

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda it: timezone(timedelta(minutes=it)))
EARLIEST, LATEST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 -- Hypothesis adds the zone
MOMENTS = st.lists(st.datetimes(EARLIEST, LATEST, timezones=ZONES), min_size=1, max_size=5)
WORDS = st.text(st.characters(), max_size=300) | st.sampled_from(["\x00", "\ud800", "😀", "长" * 5000])
SOME = settings(max_examples=60, deadline=None, phases=[Phase.generate])
REST = {"channel": "", "action": "", "details": "", "before": "", "seal": ""}


def test_times_and_texts_come_back_as_they_were_and_in_order(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        database = runner.run(stack.enter_async_context(open_database(database_url)))

        @SOME
        @given(moments=MOMENTS, words=WORDS)
        def promise(moments: list[datetime], words: str) -> None:
            found = runner.run(kept(database, moments, words))

            assert [at for at, _ in found] == sorted(moments)
            assert {at.tzinfo for at, _ in found} == {UTC}
            assert {person for _, person in found} == {keepable(words)}

        promise()
        runner.run(stack.aclose())


async def kept(database: Database, moments: list[datetime], words: str) -> list[tuple[datetime, str]]:
    rows = [{**REST, "number": number, "at": at, "person": words} for number, at in enumerate(moments)]
    async with database.writing() as connection:
        await connection.execute(audit.delete())
        await connection.execute(audit.insert(), rows)
    async with database.reading() as connection:
        found = await connection.execute(select(audit.c.at, audit.c.person).order_by(audit.c.at))
        return [(row.at, row.person) for row in found]


def test_only_what_no_database_can_keep_is_replaced() -> None:
    assert keepable("a\x00b\ud83d") == "a�b�"
    assert keepable("短信 😀\n\t'\"\\") == "短信 😀\n\t'\"\\"
