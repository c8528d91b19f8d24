"""Phrasings that were added in Slack, over the shipped knowledge."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faq.added import Added
from bot.faq.assistant import Answered, Assistant, Unknown
from bot.faq.overlay import overlay_of
from bot.wiring import Bot

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
INVOICE, VOUCHER, SEGMENTS = "other/invoice", "billing/voucher", "billing/segments"


def added(text: str, entry: str = INVOICE, minutes: int = 0) -> Added:
    return Added(entry, "zh", text, "U0OWNER", NOW + timedelta(minutes=minutes))


@pytest.fixture
def assistant(bot: Bot) -> Iterator[Assistant]:
    yield bot.assistant
    bot.assistant.learn(())


def shown(assistant: Assistant, text: str) -> list[str]:
    reply = assistant.reply(text)
    return [hit.id for hit in reply.shown] if isinstance(reply, Answered) else []


@pytest.mark.parametrize("text", ["阿波罗那张纸怎么要", "  阿波罗那张紙怎麼要？？", "阿波罗，那张纸 怎么要!"])
def test_an_added_phrasing_is_answered_at_once_however_it_is_spelt(assistant: Assistant, text: str) -> None:
    assistant.learn([added("阿波罗那张纸怎么要")])

    reply = assistant.reply(text)

    assert isinstance(reply, Answered)
    assert [(hit.id, hit.certainty) for hit in reply.shown] == [(INVOICE, 1.0)]


def test_without_it_the_question_is_not_known(assistant: Assistant) -> None:
    assert isinstance(assistant.reply("阿波罗那张纸怎么要"), Unknown)


def test_what_is_no_longer_added_no_longer_holds(assistant: Assistant) -> None:
    assistant.learn([added("阿波罗那张纸怎么要")])
    assistant.learn([])

    assert isinstance(assistant.reply("阿波罗那张纸怎么要"), Unknown)


@pytest.mark.parametrize(
    "text", ["how do we get the blue papers from apolo", "how do we get the blue paper from apollo, pls"]
)
def test_a_slip_of_the_finger_in_a_long_phrasing_does_no_harm(assistant: Assistant, text: str) -> None:
    assistant.learn([added("how do we get the blue paper from apollo")])

    assert shown(assistant, text) == [INVOICE]


@pytest.mark.parametrize(
    ("phrasing", "asked"),
    [
        ("蓝色阿波罗在国内到底要等多少天才行", "蓝色阿波罗在国际到底要等多少天才行"),
        ("蓝色阿波罗申请之后能不改名字就用吗", "蓝色阿波罗申请之后能改名字就用吗"),
        ("蓝色阿波罗批次 1031 到底要等多久才行", "蓝色阿波罗批次 1032 到底要等多久才行"),
        ("can the blue apollo be sent by us today", "can the blue apollo not be sent by us today"),
    ],
)
def test_one_character_that_asks_something_else_is_no_slip(
    assistant: Assistant, phrasing: str, asked: str
) -> None:
    assistant.learn([added(phrasing)])

    assert shown(assistant, phrasing) == [INVOICE]
    assert INVOICE not in shown(assistant, asked)


def test_a_short_phrasing_holds_to_the_letter_only(assistant: Assistant) -> None:
    assistant.learn([added("阿波罗蓝纸")])

    assert shown(assistant, "阿波罗蓝纸") == [INVOICE]
    assert shown(assistant, "阿波罗绿纸") == []


def test_a_phrasing_of_the_files_is_never_overruled(assistant: Assistant) -> None:
    asked = assistant.entries[SEGMENTS].ask.zh[0]
    assistant.learn([added(asked)])

    assert INVOICE not in shown(assistant, asked)


def test_the_later_of_two_additions_holds(assistant: Assistant) -> None:
    assistant.learn([added("阿波罗蓝纸", VOUCHER, minutes=5), added("阿波罗 蓝纸！", INVOICE)])

    assert shown(assistant, "阿波罗蓝纸") == [VOUCHER]


def test_a_phrasing_of_an_entry_that_is_gone_is_passed_over(assistant: Assistant) -> None:
    assistant.learn([added("阿波罗蓝纸", INVOICE), added("阿波罗蓝纸", "other/gone", minutes=5)])

    assert shown(assistant, "阿波罗蓝纸") == [INVOICE]


def test_an_added_phrasing_may_name_a_code(assistant: Assistant) -> None:
    assistant.learn([added("1031 阿波罗")])

    assert shown(assistant, "1031 阿波罗") == [INVOICE]


def test_phrasings_without_letters_match_nothing(assistant: Assistant) -> None:
    assistant.learn([added("？？"), added("🙂")])

    assert shown(assistant, "？？") == shown(assistant, "🙂") == shown(assistant, "") == []


def test_additions_that_are_nearly_phrasings_of_others_steal_none_of_these(assistant: Assistant) -> None:
    random = Random(4)  # noqa: S311 - the same slips every time
    phrasings = [(entry.id, it) for entry in assistant.entries.values() for it in entry.ask.zh + entry.ask.en]
    sample = random.sample(phrasings, 250)
    assistant.learn(
        [added(slipped(text, random), VOUCHER if entry != VOUCHER else INVOICE) for entry, text in sample]
    )

    rankings = [(entry, assistant.matcher.rank(text)) for entry, text in sample]
    found = [(entry, assistant.overlay.entry(it, assistant.matcher.reader)) for entry, it in rankings]

    assert [pair for pair in found if pair[1] is not None and pair[0] != pair[1]] == []


def slipped(text: str, random: Random) -> str:
    """The text with one character left out."""
    at = random.randrange(len(text))
    return text[:at] + text[at + 1 :]


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(max_size=40), max_size=6))
def test_every_addition_that_holds_letters_finds_its_entry(bot: Bot, texts: list[str]) -> None:
    normaliser = bot.assistant.matcher.reader.normaliser
    overlay = overlay_of([added(f"阿波罗{it}") for it in texts], {INVOICE}, normaliser)

    for text in texts:
        ranking = bot.assistant.matcher.rank(f"阿波罗{text}")
        assert overlay.entry(ranking, bot.assistant.matcher.reader) == INVOICE
