"""The newest rows of the audit, for people."""

import asyncio

import pytest

from bot.errors import BotError
from bot.sms.operations import carry_out
from bot.sms.report import Paragraph, Report, say
from bot.sms.sending import Record
from tests.sms.small_cloud import NOW, command, last_table
from tests.sms.test_send_test import FakeSender, desk_with, said

ROWS = [
    Record(place, NOW, "U1", action, f"send {'0123456789abcdef' * 4}, template 1110001")
    for place, action in ((3, "somehow"), (2, "thaw"), (1, "draft"))
]


def asked(text: str = "", *, sample: bool = False) -> Report:
    return said("audit", text, FakeSender(rows=ROWS), sample=sample)


def test_records_are_told_as_they_come_with_their_action_in_words() -> None:
    table = last_table(asked())

    assert [row[0] for row in table.rows] == [3, 2, 1]
    assert [row[3] for row in table.rows] == ["somehow", say("audit.thaw"), say("audit.draft")]


def test_the_id_of_a_send_is_cut_and_nothing_else_is() -> None:
    assert last_table(asked()).rows[0][-1] == "send 01234567…, template 1110001"


@pytest.mark.parametrize(
    ("text", "most"), [("", "10"), ("3", "3"), ("5000", "50"), ("0", "1"), ("many", "10"), (" 7 ", "7")]
)
def test_at_most_as_many_as_are_asked_for_and_never_too_many(text: str, most: str) -> None:
    sender = FakeSender(rows=ROWS)

    said("audit", text, sender)

    assert sender.calls == [("records", most)]


def test_no_records_are_told() -> None:
    assert said("audit").parts == (Paragraph(say("audit.empty")),)


def test_every_audit_says_how_it_is_verified_and_whether_it_is_a_samples() -> None:
    assert asked().notes == (say("audit.verify_how"),)
    assert say("sms.sample") in asked(sample=True).notes


def test_whoever_is_no_admin_is_shown_none() -> None:
    sender = FakeSender(rows=ROWS)

    with pytest.raises(BotError, match=r"guard\.not_admin"):
        asyncio.run(carry_out(command("audit"), desk_with(sender)))

    assert sender.calls == []
