"""What the environment says."""

from pathlib import Path

import pytest

from bot.settings import read_settings


def test_the_knowledge_that_came_with_the_program_is_the_default() -> None:
    assert (read_settings({}).knowledge / "phrases.toml").is_file()


def test_another_knowledge_base_can_be_named() -> None:
    assert read_settings({"SMSBOT_KNOWLEDGE": "/srv/answers"}).knowledge == Path("/srv/answers")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_HK"}, "zh"),
    ],
)
def test_the_operator_is_spoken_to_in_the_language_of_the_locale(
    environment: dict[str, str], language: str
) -> None:
    assert read_settings(environment).language == language


def test_a_token_for_slack_is_noticed() -> None:
    assert read_settings({"SLACK_BOT_TOKEN": "xoxb-1"}).slack
    assert not read_settings({"SLACK_BOT_TOKEN": ""}).slack
