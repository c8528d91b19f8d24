"""The books: sends as they were written, and an audit in which nothing can be changed unseen."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, ColumnElement, Executable, delete, insert, select, text, update

from bot.errors import BotError
from bot.guard.chain import START, Broken, Event, HeadMissing, Intact, Verdict, seal, verify
from bot.sms.sending import Send
from bot.store.books import StoredLedger
from bot.store.database import Database, open_database
from bot.store.tables import audit

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
SEND = Send(
    id="send-1",
    state="drafted",
    account="prod",
    person="U0ALICE",
    channel="C0GENERAL",
    number_name="QA phone",
    number_mark="mark-1",
    number_masked="+86 138****8000",
    template=1110001,
    signature="星河科技",
    segments=1,
    drafted=NOON,
    expires=NOON + timedelta(seconds=90),
    parameters=("4370", "5"),
)
ODD = "\x00" + "\ud800" + "😀" + "长" * 1000
ROWS = 9


def event(number: int) -> Event:
    return Event(NOON, "U0ALICE", "C0GENERAL", "draft", {"send": f"send-{number}", "segments": 1})


class Story:
    """A database that is open as long as the story lasts."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        self.runner = runner
        self.database = database
        self.ledger = StoredLedger(database, KEY)

    def record(self, *events: Event, key: bytes = KEY) -> None:
        async def run() -> None:
            async with StoredLedger(self.database, key).writing() as books:
                for it in events:
                    await books.record(it)

        self.runner.run(run())

    def verdict(self, head: str | None = None, key: bytes = KEY) -> Verdict:
        return self.runner.run(verify(key, self.ledger.audit(), head))

    def change(self, *statements: Executable) -> None:
        async def run() -> None:
            async with self.database.writing() as connection:
                for it in statements:
                    await connection.execute(it)

        self.runner.run(run())

    def start_again(self, rows: int = ROWS) -> None:
        self.change(delete(audit))
        self.record(*(event(number + 1) for number in range(rows)))

    def seals(self) -> list[str]:
        async def run() -> list[str]:
            return [row.seal async for row in self.ledger.audit()]

        return self.runner.run(run())

    def kept(self, send: Send) -> Send | None:
        async def run() -> Send | None:
            async with self.ledger.writing() as books:
                await books.add(replace(send, state="drafted"), f"mark of {send.id}")
                await books.write(send)
            async with self.ledger.writing() as books:
                return await books.by_id(send.id)

        return self.runner.run(run())


@contextmanager
def telling(url: str) -> Iterator[Story]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        yield Story(runner, runner.run(stack.enter_async_context(open_database(url))))
        runner.run(stack.aclose())


@pytest.fixture
def story(database_url: str) -> Iterator[Story]:
    with telling(database_url) as it:
        yield it


def test_a_send_comes_back_as_it_was_written(story: Story) -> None:
    later = NOON + timedelta(seconds=5, microseconds=1)
    send = replace(
        SEND, state="accepted", confirmed=later, sending=later, settled=later, serial="2028:1", billed=3,
        request_id="r", reason="guard.x", arrival="failed", receipt="MK:0001", received=later,
    )  # fmt: skip

    assert story.kept(SEND) == SEND
    assert story.kept(replace(send, id="send-2")) == replace(send, id="send-2")


@pytest.mark.parametrize(
    "field", ["person", "channel", "serial", "request_id", "reason", "receipt", "signature"]
)
def test_what_others_write_can_be_of_any_length_and_hold_anything(story: Story, field: str) -> None:
    """The outcome of a call that was made has to be kept, whatever the API calls it."""
    odd: dict[str, Any] = {field: ODD}

    found = story.kept(replace(SEND, **odd))

    assert found is not None
    assert getattr(found, field) == "�" * 2 + ODD[2:]


def test_parameters_come_back_to_the_letter(story: Story) -> None:
    found = story.kept(replace(SEND, parameters=(ODD, "", '"\\')))

    assert found is not None
    assert found.parameters == (ODD, "", '"\\')


def test_an_id_that_can_not_be_one_is_nobodys(story: Story) -> None:
    async def ask() -> Send | None:
        async with story.ledger.writing() as books:
            return await books.by_id("\x00\ud800")

    assert story.runner.run(ask()) is None


def test_an_untouched_audit_holds_and_is_the_same_after_opening_it_again(database_url: str) -> None:
    with telling(database_url) as story:
        story.record(event(1), replace(event(2), person=ODD, channel=ODD, details={"reason": ODD}))
        first = story.verdict()
    with telling(database_url) as story:
        assert story.verdict() == first == Intact(2, story.seals()[-1])
        assert story.verdict(head=story.seals()[0]) == first
        story.record(event(3))
        assert story.verdict(head=story.seals()[1]) == Intact(3, story.seals()[-1])


def test_an_empty_audit_holds_but_not_with_a_head(story: Story) -> None:
    assert story.verdict() == Intact(0, START)
    assert story.verdict(head="a" * 64) == HeadMissing(0)


def test_rows_of_many_replicas_make_one_chain(story: Story, database_url: str) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            opened = [await stack.enter_async_context(open_database(database_url)) for _ in range(3)]
            await asyncio.gather(*(added(StoredLedger(it, KEY)) for it in opened * 8))

    async def added(ledger: StoredLedger) -> None:
        async with ledger.writing() as books:
            await books.record(event(1))

    story.runner.run(run())

    assert isinstance(verdict := story.verdict(), Intact)
    assert verdict.rows == 24


CHANGES: list[tuple[str, Callable[[], list[Executable]], int]] = [
    ("altered in its person", lambda: [update(audit).where(at(3)).values(person="U0EVE")], 3),
    ("altered in its channel", lambda: [update(audit).where(at(3)).values(channel="")], 3),
    ("altered in its action", lambda: [update(audit).where(at(3)).values(action="cancel")], 3),
    ("altered in its time", lambda: [update(audit).where(at(3)).values(at=NOON + timedelta(microseconds=1))], 3),
    ("altered in its details", lambda: [update(audit).where(at(3)).values(details='{"send": "x"}')], 3),
    ("altered in what is before", lambda: [update(audit).where(at(3)).values(before=START)], 3),
    ("altered in its seal", lambda: [update(audit).where(at(3)).values(seal="印章")], 3),
    ("made unreadable", lambda: [update(audit).where(at(3)).values(details="{")], 3),
    ("made another kind", lambda: [update(audit).where(at(3)).values(details="[]")], 3),
    ("put beyond the end of time", lambda: [text("UPDATE audit SET at = 9223372036854775807 WHERE number = 3")], 3),
    ("altered at the end", lambda: [update(audit).where(at(ROWS)).values(person="U0EVE")], ROWS),
    ("removed at the beginning", lambda: [delete(audit).where(at(1))], 1),
    ("removed in the middle", lambda: [delete(audit).where(at(4))], 4),
    ("removed and the gap closed", lambda: [delete(audit).where(at(4)), *moved_down(5)], 4),
    ("exchanged", lambda: [moved(2, 100), moved(3, 2), moved(100, 3)], 2),
    ("inserted below the first", lambda: [inserted(0)], 1),
    ("inserted far below the first", lambda: [inserted(-5)], 1),
    ("inserted at the end", lambda: [inserted(ROWS + 1)], ROWS + 1),
    ("inserted with a gap", lambda: [inserted(1000)], ROWS + 1),
]  # fmt: skip


def at(number: int) -> ColumnElement[bool]:
    return audit.c.number == number


def moved(number: int, to: int) -> Executable:
    return update(audit).where(audit.c.number == number).values(number=to)


def moved_down(first: int) -> list[Executable]:
    return [moved(number, number - 1) for number in range(first, ROWS + 1)]


def inserted(number: int) -> Executable:
    """As good as it can be made without the key."""
    row = seal(OTHER_KEY, number, event(number), START)
    return insert(audit).values(
        number=number, at=NOON, person="", channel="", action="", details="{}", before=START, seal=row.seal
    )


def test_a_row_that_was_altered_removed_moved_or_inserted_is_found(story: Story) -> None:
    for what, changes, number in CHANGES:
        story.start_again()

        story.change(*changes())

        assert story.verdict() == Broken(number), what


def test_an_end_that_was_cut_off_is_found_with_the_head_that_was_kept(story: Story) -> None:
    story.start_again()
    head = story.seals()[-1]

    story.change(delete(audit).where(audit.c.number > 6))

    assert isinstance(story.verdict(), Intact), "without the head nothing shows it"
    assert story.verdict(head=head) == HeadMissing(6)


def test_an_audit_that_was_written_anew_with_the_key_is_found_with_the_head_that_was_kept(
    story: Story,
) -> None:
    story.start_again()
    head = story.seals()[4]

    story.change(delete(audit))
    story.record(*(replace(event(number + 1), person="U0EVE") for number in range(ROWS)))

    assert isinstance(story.verdict(), Intact)
    assert story.verdict(head=head) == HeadMissing(ROWS)


def test_with_another_key_nothing_holds_and_nothing_can_be_added(story: Story) -> None:
    """Two replicas with two secrets would count a number's sends apart, and each break the other's chain."""
    story.record(event(1))

    assert story.verdict(key=OTHER_KEY) == Broken(1)
    with pytest.raises(BotError, match=r"store\.other_key"):
        story.record(event(2), key=OTHER_KEY)
    story.record(event(2))
    assert isinstance(story.verdict(), Intact)


TEXTS: list[Column[str]] = [
    audit.c.person,
    audit.c.channel,
    audit.c.action,
    audit.c.details,
    audit.c.seal,
    audit.c.before,
]
LETTERS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=4)


def test_whatever_is_changed_in_a_row_is_found_there(tmp_path: Path) -> None:
    with telling(f"sqlite:///{tmp_path}/smsbot.sqlite3") as story:

        @settings(max_examples=60, deadline=None, phases=[Phase.generate])
        @given(number=st.integers(1, 5), place=st.integers(0, 5), letters=LETTERS, cut=st.integers(0, 5))
        def promise(number: int, place: int, letters: str, cut: int) -> None:
            story.start_again(5)
            column = TEXTS[place]
            old = story.runner.run(value(story.database, column, number))
            new = old[:cut] + letters + old[cut + len(letters) :]

            story.change(update(audit).where(audit.c.number == number).values({column.name: new}))

            assert story.verdict() == (Broken(number) if new != old else Intact(5, story.seals()[-1]))

        promise()


async def value(database: Database, column: Column[str], number: int) -> str:
    async with database.reading() as connection:
        found = await connection.execute(select(column).where(audit.c.number == number))
        return found.scalar_one()
