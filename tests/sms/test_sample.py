"""Every verb through the client and the stand-in API: what is drawn says that nothing of it is real."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.language import LANGUAGES
from bot.settings import Settings
from bot.sms.command import Command
from bot.sms.operations import VERBS
from bot.sms.report import Report
from bot.wiring import Bot
from tests.opened import OPERATOR, Operations

# What has nothing of an account in it.
WITHOUT_DATA = {"check", "freeze", "help"}
EXAMPLES = [it.examples[0] for name, it in VERBS.items() if it.examples and name not in WITHOUT_DATA]


@pytest.fixture(scope="module")
def operations(settings: Settings, bot: Bot) -> Iterator[Operations]:
    opened = Operations(settings, bot)
    yield opened
    opened.close()


def run(operations: Operations, text: str) -> Report:
    verb, _, rest = text.partition(" ")
    return operations.run(Command(verb, rest, "en", OPERATOR, datetime.now(UTC)))


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_verb_with_data_says_that_it_is_a_sample(text: str, operations: Operations, bot: Bot) -> None:
    report = run(operations, text)

    for language in LANGUAGES:
        words = bot.drawing.markdown(report, language)
        assert ("示例数据" if language == "zh" else "sample data") in words
        assert "13800138000" not in words


def test_a_whole_test_send_says_at_every_step_that_it_is_a_sample(operations: Operations, bot: Bot) -> None:
    steps = [run(operations, "send-test qa 1110001")]
    steps.append(run(operations, steps[0].actions[0].command))
    while steps[-1].refresh:
        operations.pause(0.2)
        steps.append(run(operations, steps[-1].refresh.command))
    steps.append(run(operations, "audit"))

    assert steps[-2].title.phrase == "send.arrival_delivered"
    for report in steps:
        words = bot.drawing.markdown(report, "en")
        assert "sample data" in words
        assert "13800138000" not in words
