"""Calling people to a question: whoever is meant is called, and nobody else."""

from datetime import UTC, datetime

import pytest

from bot.faq.asked import Asked, HandOff
from bot.faq.assistant import Hit
from bot.slack.shown.calls import Calls, shared_by
from bot.slack.shown.cards import Cards
from bot.wiring import Bot
from tests.slack.judge import judged_message

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
NASTY = "<!channel> <@U9> *救命* https://example.com/?a=b & `x`\n> 为什么 138****8000 收不到"
ASKED = Asked("q1", NOON, "U1", "C1", "1.5", "zh", NASTY, "answered", shown="billing/mainland-package-refund")


@pytest.fixture(scope="module")
def calls(bot: Bot) -> Calls:
    return Calls(bot.wording)


@pytest.mark.parametrize("who", ["U2", "S2"])
def test_a_call_names_who_is_called_who_asked_and_nobody_whom_the_question_names(
    calls: Calls, bot: Bot, who: str
) -> None:
    tried = [Hit(bot.assistant.entries[ASKED.shown], 1.0)]

    message = calls.call(ASKED, "U1", who, tried)

    assert judged_message(message, called=(who, "U1")) == []
    assert bot.assistant.entries[ASKED.shown].title["zh"] in str(message.blocks)
    assert "'resolve:1'" in str(message.blocks)


def test_a_resolved_call_has_no_button_left(calls: Calls) -> None:
    message = calls.resolved(ASKED, HandOff("q1", "q1", "C1", "2.5", "U1", NOON, resolved_by="U2"))

    assert judged_message(message, called=("U1", "U2")) == []
    assert "'actions'" not in str(message.blocks)


def test_when_nothing_was_it_a_person_can_be_asked_where_there_is_one(calls: Calls) -> None:
    alone, helped = calls.gave_up(ASKED, frozenset()), calls.gave_up(ASKED, {"ask_a_person"})

    assert judged_message(alone) == judged_message(helped) == []
    assert ("ask_a_person" in str(alone.blocks), "ask_a_person" in str(helped.blocks)) == (False, True)


def test_what_is_shared_names_who_shared_it_and_stays_within_slacks_limits(bot: Bot) -> None:
    cards = Cards(bot.wording, bot.drawing, bot.phrases)
    names = sorted({it.name for it in bot.library.codes})[:8]
    long = cards.answer(bot.assistant.explain_codes(" ".join(names), "en"), "q1", offers={"verdict"})

    message = shared_by("U1", "shared this", long)

    assert judged_message(message, called=("U1",)) == []
    assert "'user_id': 'U1'" in str(message.blocks[-1])
