"""Names and listeners: whatever Slack knows of us by name has somebody who deals with it, and the reverse."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.slack.app import ANYTHING, listen
from bot.slack.manifest import manifest
from bot.slack.names import COMMAND, EVENTS, SHORTCUTS, ActionName, FormName
from bot.wiring import shipped_phrases

ACTIONS, FORMS = frozenset(get_args(ActionName)), frozenset(get_args(FormName))
# Events that nobody answers: they are kept and acknowledged, and that is all.
UNANSWERED = {"app_uninstalled", "tokens_revoked"}


class Listeners:
    """Stands where Bolt's app does, and notes what somebody listens for."""

    def __init__(self) -> None:
        self.found: dict[str, list[str | re.Pattern[str]]] = {}

    def __getattr__(self, kind: str) -> Callable[..., Callable[..., None]]:
        def listener(what: str | re.Pattern[str]) -> Callable[..., None]:
            self.found.setdefault(kind, []).append(what)
            return lambda _deal: None

        return listener


@pytest.fixture(scope="module")
def listeners() -> dict[str, list[str | re.Pattern[str]]]:
    async def deal() -> None: ...

    noted: Any = Listeners()
    listen(noted, deal)
    found: dict[str, list[str | re.Pattern[str]]] = noted.found
    return found


def named(found: list[str | re.Pattern[str]]) -> set[str]:
    return {it for it in found if isinstance(it, str)}


def test_every_command_shortcut_and_event_of_the_manifest_has_a_listener_and_the_reverse(
    listeners: dict[str, list[str | re.Pattern[str]]],
) -> None:
    told: Any = manifest(shipped_phrases(), "en")
    features, settings = told["features"], told["settings"]

    assert named(listeners["command"]) == {it["command"] for it in features["slash_commands"]} == {COMMAND}
    assert named(listeners["shortcut"]) == {it["callback_id"] for it in features["shortcuts"]}
    events = settings["event_subscriptions"]["bot_events"]
    assert named(listeners["event"]) == {it.partition(".")[0] for it in events}
    assert named(listeners["view"]) == FORMS


def test_every_kind_of_delivery_has_a_listener_for_whatever_else_comes(
    listeners: dict[str, list[str | re.Pattern[str]]],
) -> None:
    kinds = {"command", "shortcut", "event", "action", "view", "options", "view_closed"}

    assert {kind for kind, found in listeners.items() if ANYTHING in found} == kinds == set(listeners)
    assert all(found[-1] is ANYTHING for found in listeners.values())


def test_every_button_is_listened_for_with_whatever_makes_it_unique(
    listeners: dict[str, list[str | re.Pattern[str]]],
) -> None:
    ours = listeners["action"][0]

    assert isinstance(ours, re.Pattern)
    for name in ACTIONS:
        assert ours.match(name)
        assert ours.match(f"{name}:1")
        assert not ours.match(f"{name}s")


def test_every_event_is_read_or_known_to_need_no_answer(project: Path) -> None:
    read = set(cases(project / "bot/slack/incoming.py", "read_event"))

    assert {it.partition(".")[0] for it in EVENTS} == read | UNANSWERED


def test_every_button_has_somebody_who_deals_with_it_and_the_reverse(project: Path) -> None:
    dealt = set(cases(project / "bot/slack/presses.py", "deal"))

    assert dealt == ACTIONS


def test_every_button_is_drawn_somewhere_and_nothing_else_is(project: Path) -> None:
    drawn = {
        text.partition(":")[0]
        for path in (project / "bot/slack").rglob("*.py")
        for text in texts(ast.parse(path.read_text("utf-8")))
        if re.fullmatch(r"[a-z_]+:[a-z0-9_]*", text)
    }

    assert drawn - {"person", "channel"} >= ACTIONS - {"search"}
    assert ACTIONS - drawn <= {"search"}


def test_every_form_is_opened_and_what_is_sent_with_it_read(project: Path) -> None:
    respond = set(cases(project / "bot/slack/submissions.py", "respond"))
    opened = set(cases(project / "bot/slack/submissions.py", "open"))
    titles = {
        text
        for text in texts(ast.parse((project / "bot/slack/shown/forms.py").read_text("utf-8")))
        if text in FORMS
    }

    assert respond | {"confirm", "shown"} == FORMS
    assert opened < FORMS
    assert titles == FORMS


def test_every_shortcut_is_read(project: Path) -> None:
    kinds = {"message": "message_action", "global": "shortcut"}

    assert {kinds[it.type] for it in SHORTCUTS} <= set(cases(project / "bot/slack/incoming.py", "read"))


def cases(path: Path, function: str) -> Iterator[str]:
    """The texts that a function's `match` tells apart."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            for case in ast.walk(node):
                if isinstance(case, ast.MatchValue) and isinstance(case.value, ast.Constant):
                    yield str(case.value.value)


def texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
