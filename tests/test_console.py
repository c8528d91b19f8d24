"""The bot in a terminal."""

import pytest

from bot.console import Console
from bot.language import Language
from bot.wiring import Bot


def said(bot: Bot, *lines: str, language: Language = "en") -> list[str]:
    shown: list[str] = []
    Console(bot.assistant, bot.wording, bot.phrases, language, shown.append).run(lines)
    return [words for words in shown if words]


def test_a_question_is_answered_in_its_language(bot: Bot) -> None:
    (answer,) = said(bot, "多少个字算一条短信？")

    assert "70" in answer
    assert "来源" in answer


def test_a_command_works_with_and_without_its_slash_word(bot: Bot) -> None:
    assert said(bot, "/sms error 1031") == said(bot, "/error 1031")
    assert said(bot, "/sms ask refund a mainland package") == said(bot, "refund a mainland package")


def test_a_number_chooses_what_was_offered(bot: Bot) -> None:
    offered, chosen = said(bot, "/sms error 1o31", "1")

    assert "1. `1031`" in offered
    assert chosen.startswith("**`1031`**")


@pytest.mark.parametrize("number", ["0", "9"])
def test_a_number_that_was_not_offered_is_told(bot: Bot, number: str) -> None:
    assert said(bot, "/sms error 1o31", number)[1] == f"There is no choice {number}."


def test_a_number_is_a_question_when_nothing_was_offered(bot: Bot) -> None:
    assert "`1031`" in said(bot, "1031")[0]


def test_a_misspelt_verb_is_met_with_did_you_mean(bot: Bot) -> None:
    assert said(bot, "/sms eror 1031") == ["There is no /sms eror. Did you mean /sms error?"]


def test_an_unknown_verb_names_those_that_there_are(bot: Bot) -> None:
    assert said(bot, "/sms quux") == ["There is no /sms quux. There are: ask, error, help."]


def test_a_question_behind_the_slash_word_is_a_question(bot: Bot) -> None:
    assert said(bot, "/sms 多少个字算一条短信？") == said(bot, "多少个字算一条短信？")


@pytest.mark.parametrize("line", ["/sms", "/sms help", "/help"])
def test_help_is_there(bot: Bot, line: str) -> None:
    assert "/sms error" in said(bot, line)[0]


def test_a_code_is_asked_for_when_it_is_missing(bot: Bot) -> None:
    assert said(bot, "/sms error") == ["Which code? For example /sms error 1031."]


def test_leaving_leaves_what_comes_behind_unread(bot: Bot) -> None:
    assert said(bot, "", "quit", "1031") == []
