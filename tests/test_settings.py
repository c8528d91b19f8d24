"""What the environment says."""

from pathlib import Path

import pytest

from bot.settings import read_settings, state_folder


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


def test_the_variables_come_along_without_showing() -> None:
    environment = {"TENCENTCLOUD_SECRET_KEY": "geheim"}

    settings = read_settings(environment)

    assert settings.environment == environment
    assert "geheim" not in repr(settings)


def test_what_must_not_vanish_has_a_folder_of_its_own() -> None:
    environment = {"XDG_STATE_HOME": "/state", "XDG_CACHE_HOME": "/cache"}

    assert state_folder(environment) == Path("/state/smsbot")
    assert read_settings(environment).cache == Path("/cache/smsbot")
