"""The bot in a terminal."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bot.console import WATCHED, Console
from bot.errors import BotError
from bot.language import Language
from bot.sms.command import Command
from bot.sms.report import Action, Paragraph, Refresh, Report, say
from bot.wiring import Bot

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


@dataclass
class Answering:
    """Operations that answer with the reports they were given, one after the other."""

    reports: list[Report] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    paused: float = 0.0

    def run(self, command: Command) -> Report:
        self.commands.append(command)
        if not self.reports:
            raise BotError("sms.no_account")
        return self.reports.pop(0)

    def pause(self, seconds: float) -> None:
        self.paused += seconds


def said(bot: Bot, *lines: str, language: Language = "en", operations: Answering | None = None) -> list[str]:
    shown: list[str] = []
    console = Console(
        bot.assistant,
        bot.wording,
        bot.drawing,
        bot.phrases,
        operations or Answering(),
        lambda: NOW,
        language,
        shown.append,
    )
    console.run(lines)
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
    assert said(bot, "/sms error 1o31", number)[1].startswith(f"There is no choice {number}.")


def test_a_number_is_a_question_when_nothing_was_offered(bot: Bot) -> None:
    assert "`1031`" in said(bot, "1031")[0]


def test_a_misspelt_verb_is_met_with_did_you_mean(bot: Bot) -> None:
    assert said(bot, "/sms eror 1031") == ["There is no /sms eror. Did you mean /sms error?"]


def test_an_unknown_verb_names_those_that_there_are(bot: Bot) -> None:
    (words,) = said(bot, "/sms quux")

    assert words.startswith("There is no /sms quux. There are: ask, error, balance, ")
    assert "confirm" not in words


def test_a_question_behind_the_slash_word_is_a_question(bot: Bot) -> None:
    assert said(bot, "/sms 多少个字算一条短信？") == said(bot, "多少个字算一条短信？")


@pytest.mark.parametrize("line", ["/sms", "/sms help", "/help"])
def test_help_is_there(bot: Bot, line: str) -> None:
    assert "/sms error" in said(bot, line)[0]


def test_a_code_is_asked_for_when_it_is_missing(bot: Bot) -> None:
    assert said(bot, "/sms error") == ["Which code? For example /sms error 1031."]


def test_leaving_leaves_what_comes_behind_unread(bot: Bot) -> None:
    assert said(bot, "", "quit", "1031") == []


def test_an_operation_is_drawn_and_its_actions_are_numbered(bot: Bot) -> None:
    preview = Report(
        say("send.preview"),
        actions=(
            Action(say("send.cancel"), "cancel t0ken"),
            Action(say("send.confirm", segments=1, name="qa"), "confirm t0ken", dangerous=True),
        ),
    )
    operations = Answering([preview, Report(say("send.cancelled"))])

    shown, cancelled = said(bot, "/sms send-test qa 1110001 'my words'", "1", operations=operations)

    assert shown.endswith("1. Cancel\n2. Send to qa (about 1 billed)")
    assert "Cancelled" in cancelled
    assert [(it.verb, it.text, it.asker.person) for it in operations.commands] == [
        ("send-test", "qa 1110001 'my words'", "console"),
        ("cancel", "t0ken", "console"),
    ]


def test_an_action_counts_only_until_the_next_answer(bot: Bot) -> None:
    offer = Report(say("send.preview"), actions=(Action(say("send.cancel"), "cancel t0ken"),))
    operations = Answering([offer])

    said(bot, "/sms send-test", "多少个字算一条短信？", "1", operations=operations)

    assert [it.verb for it in operations.commands] == ["send-test"]


def test_a_report_with_news_is_drawn_again_until_there_are_none(bot: Bot) -> None:
    waiting = Report(say("send.state_accepted"), refresh=Refresh("sent 7", 2))
    operations = Answering([waiting, waiting, Report(say("send.arrival_delivered"))])

    shown = said(bot, "/sms sent 7", operations=operations)

    assert [words.strip("*") for words in shown] == [
        "Handed to the carrier; waiting for the delivery receipt",
        "Delivered",
    ]
    assert operations.paused == 4


def test_watching_ends_and_says_how_to_look_again(bot: Bot) -> None:
    waiting = Report(say("send.state_accepted"), (Paragraph("x"),), refresh=Refresh("sent 7", 2))
    operations = Answering([waiting] * 100)

    shown = said(bot, "/sms sent 7", operations=operations)

    assert shown[-1] == "Still waiting. To look again later: /sms sent 7"
    assert operations.paused == WATCHED


def test_a_report_that_is_still_loading_is_drawn_once_when_it_is_whole(bot: Bot) -> None:
    part = Report(say("send.state_accepted"), refresh=Refresh("stats 7d prod", 3, "last"))
    operations = Answering([part, part, Report(say("send.arrival_delivered"))])

    shown = said(bot, "/sms stats 7d", operations=operations)

    assert [words.strip("*") for words in shown] == [
        "Loading the latest statistics, one moment …",
        "Delivered",
    ]
    assert operations.commands[-1].text == "7d prod"


def test_what_answers_already_is_drawn_at_once_and_completed_once(bot: Bot) -> None:
    loading = (say("sms.loading"),)
    first = Report(say("send.preview"), notes=loading, refresh=Refresh("balance prod", 2, "first_and_last"))
    between = Report(say("send.frozen_now"), notes=loading, refresh=first.refresh)
    last = Report(say("send.preview"), (Paragraph(say("send.thawed")),))

    answer, completed = said(bot, "/sms balance", operations=Answering([first, between, last]))

    assert answer.startswith("**Preview")
    assert "Preview" not in completed
    assert completed.startswith("Test sends are possible again")


def test_a_report_that_is_never_whole_is_drawn_as_far_as_it_is(bot: Bot) -> None:
    part = Report(say("send.state_accepted"), refresh=Refresh("stats 7d prod", 3, "last"))

    shown = said(bot, "/sms stats 7d", operations=Answering([part] * 100))

    assert "Handed to the carrier" in shown[1]
    assert shown[2].endswith("/sms stats 7d prod")


def test_of_news_only_what_is_new_is_drawn(bot: Bot) -> None:
    same = Paragraph(say("send.not_reached"))
    waiting = Report(say("send.state_accepted"), (same,), (say("sms.sample"),), refresh=Refresh("sent 7", 2))
    arrived = Report(
        say("send.arrival_delivered"), (same, Paragraph(say("send.thawed"))), (say("sms.sample"), NOW)
    )

    first, second = said(bot, "/sms sent 7", operations=Answering([waiting, arrived]))

    assert "could not be reached" in first
    assert second == (
        "**Delivered**\n\nTest sends are possible again\n\n*2026-11-22 12:00*\\\n*Times are in Asia/Shanghai.*"
    )


PREVIEW = Report(
    say("send.preview"),
    actions=(
        Action(say("send.confirm", segments=1, name="qa"), "confirm t0ken", dangerous=True),
        Action(say("send.cancel"), "cancel t0ken"),
    ),
)


@pytest.mark.parametrize("between", ["/sms blance", "/sms quux", "/sms error", "help", "/sms balance"])
def test_whatever_comes_between_a_preview_and_its_number_nothing_is_sent(bot: Bot, between: str) -> None:
    operations = Answering([PREVIEW, Report(say("balance.title", account="prod"))])

    *_, last = said(bot, "/sms send-test", between, "1", operations=operations)

    assert "confirm" not in [it.verb for it in operations.commands]
    assert last.startswith("There is no choice 1.")


@pytest.mark.parametrize("word", ["yes", "Confirm", "确认", "取消"])
def test_only_its_number_chooses_what_a_preview_offers(bot: Bot, word: str) -> None:
    operations = Answering([PREVIEW, Report(say("send.cancelled"))])

    _, hint, cancelled = said(bot, "/sms send-test", word, "2", operations=operations)

    assert hint == "Please type the number of your choice (1 to 2)."
    assert "Cancelled" in cancelled
    assert [it.verb for it in operations.commands] == ["send-test", "cancel"]


@pytest.mark.parametrize("line", ["help", "？", "帮助", "／sms help", "、sms　help", "／ｓｍｓ"])
def test_help_is_found_with_whatever_a_keyboard_types(bot: Bot, line: str) -> None:
    assert "/sms error" in said(bot, line)[0]


def test_the_words_of_a_test_message_tell_nothing_of_the_askers_language(bot: Bot) -> None:
    operations = Answering([PREVIEW, PREVIEW])

    said(bot, "/sms send-test qa 1110001 您好", "/sms 测试发送 qa", operations=operations)

    assert [it.language for it in operations.commands] == ["en", "zh"]


def test_what_can_not_be_done_is_told_in_the_language_of_the_conversation(bot: Bot) -> None:
    assert "SMS_SDK_APP_ID" in said(bot, "/sms balance")[0]
    assert "没有" in said(bot, "多少个字算一条短信？", "/sms balance")[1]


def test_help_needs_no_account_and_shows_every_verb(bot: Bot) -> None:
    operations = Answering()

    drawn = said(bot, "/sms help", operations=operations)[0]

    assert "/sms send\\-test" in drawn or "/sms send-test" in drawn
    assert operations.commands == []
