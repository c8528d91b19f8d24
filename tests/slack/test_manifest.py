"""The manifest: what Slack has to know of the app."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.faq.assistant import Answered
from bot.language import LANGUAGES, Language, language_of
from bot.slack.manifest import (
    EVENT_SCOPES,
    METHODS,
    OPTIONAL_METHODS,
    PATH,
    manifest,
    optional_scopes,
    prompts,
    scopes,
)
from bot.slack.names import EVENTS, SHORTCUTS
from bot.sms.operations import Called, read_verb
from bot.wiring import Bot, shipped_phrases

PHRASES = shipped_phrases()
# Socket Mode, and HTTP.
URLS = ("", "https://bot.example.org/")
# Slack: families of the Web API.
FAMILIES = "assistant|auth|bookmarks|bots|chat|conversations|files|pins|reactions|team|usergroups|users|views"


def read(language: Language = "en", url: str = "") -> Any:
    """As Slack reads it: through JSON."""
    return json.loads(json.dumps(manifest(PHRASES, language, url)))


def texts(value: object) -> Iterator[str]:
    match value:
        case dict():
            for deeper in value.values():
                yield from texts(deeper)
        case list():
            for deeper in value:
                yield from texts(deeper)
        case str():
            yield value
        case _:
            pass


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("url", URLS)
def test_every_text_is_as_short_as_slack_takes_it(language: Language, url: str) -> None:
    found = read(language, url)
    shown, features = found["display_information"], found["features"]
    (command,) = features["slash_commands"]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch(r"#[0-9A-F]{6}", shown["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", features["bot_user"]["display_name"])
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert 1 <= len(features["agent_view"]["suggested_prompts"]) <= 4
    assert len(features["shortcuts"]) <= 10
    assert all(len(it["name"]) <= 24 and len(it["description"]) <= 150 for it in features["shortcuts"])
    assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000


@pytest.mark.parametrize("url", URLS)
def test_nothing_is_said_by_the_name_of_a_missing_phrase(url: str) -> None:
    for language in LANGUAGES:
        assert [it for it in texts(read(language, url)) if it.startswith("manifest.")] == []


def test_both_languages_are_the_same_app() -> None:
    zh, en = (read(language) for language in LANGUAGES)

    assert zh["oauth_config"] == en["oauth_config"]
    assert zh["settings"] == en["settings"]
    assert language_of(zh["display_information"]["description"]) == "zh"
    assert language_of(en["display_information"]["description"]) == "en"


def test_socket_mode_names_no_address_and_http_names_one_for_each_way_in() -> None:
    socket, http = read(), read(url="https://bot.example.org/")

    assert socket["settings"]["socket_mode_enabled"]
    assert [it for it in texts(socket) if it.startswith("https:")] == []
    assert not http["settings"]["socket_mode_enabled"]
    assert [it for it in texts(http) if it.startswith("https:")] == [f"https://bot.example.org{PATH}"] * 3


def test_the_address_is_the_one_that_we_serve(project: Path) -> None:
    assert PATH in set(strings(project / "bot" / "web.py"))


def test_the_app_stays_in_its_workspace_and_is_told_what_is_said_only_in_direct_messages() -> None:
    found = read()

    assert not found["settings"]["org_deploy_enabled"]
    assert not found["settings"]["token_rotation_enabled"]
    assert {it for it in EVENTS if it.startswith("message")} == {"message.im"}
    assert {it for it in scopes() if it.endswith(":history")} == {"im:history"}
    assert {it for it in scopes() if it.startswith(("channels:", "groups:"))} == {
        "channels:read",
        "groups:read",
    }


def test_shortcuts_and_events_are_those_of_the_listeners() -> None:
    found = read()

    assert [(it["callback_id"], it["type"]) for it in found["features"]["shortcuts"]] == [
        (it.callback, it.type) for it in SHORTCUTS
    ]
    assert set(found["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS) == set(EVENT_SCOPES)


def test_every_scope_has_a_use_and_every_use_its_scope() -> None:
    used = {"commands"}.union(*(EVENT_SCOPES[it] for it in EVENTS), *METHODS.values())

    assert scopes() == sorted(used)


def test_what_may_be_left_out_has_a_use_and_is_not_needed_for_anything_else() -> None:
    used = set[str]().union(*OPTIONAL_METHODS.values())

    assert optional_scopes() == sorted(used)
    assert used.isdisjoint(scopes())
    assert OPTIONAL_METHODS.keys().isdisjoint(METHODS)


def test_slack_is_asked_for_every_scope_and_told_which_may_be_left_out() -> None:
    asked = read()["oauth_config"]["scopes"]

    assert asked == {"bot": sorted({*scopes(), *optional_scopes()}), "bot_optional": optional_scopes()}


def test_the_methods_are_those_that_the_program_calls(project: Path) -> None:
    found = {
        text
        for path in (project / "bot" / "slack").rglob("*.py")
        if path.name != "manifest.py"
        for text in strings(path)
        if re.fullmatch(rf"(?:{FAMILIES})(?:\.[A-Za-z]+)+", text)
    }

    assert found == {*METHODS, *OPTIONAL_METHODS}


def strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_suggested_question_gets_an_answer(bot: Bot, language: Language) -> None:
    messages = [message for _, message in prompts(PHRASES, language)]

    assert [
        it
        for it in messages
        if not isinstance(read_verb(it), Called) and not isinstance(bot.assistant.reply(it), Answered)
    ] == []
    assert isinstance(read_verb(messages[0]), Called)


@pytest.mark.parametrize(
    ("head", "needed"),
    [("| scope | for |", scopes()), ("| optional scope | for | without it |", optional_scopes())],
)
def test_the_guide_tells_what_every_scope_is_for(project: Path, head: str, needed: list[str]) -> None:
    guide = (project / "docs" / "slack.md").read_text("utf-8")

    table = guide.partition(head)[2].partition("\n\n")[0]
    rows = [row.strip("| ").split(" | ") for row in table.splitlines() if "`" in row]
    told = [it for row in rows for it in re.findall(r"`([a-z_:]+)`", row[0])]

    assert sorted(told) == needed
    assert {len(row) for row in rows} == {head.count("|") - 1}
