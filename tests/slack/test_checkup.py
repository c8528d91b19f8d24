"""The self-check of the Slack side: what is wrong is found, and how to mend it told."""

import asyncio
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta

import pytest

from bot.secret import Secret
from bot.slack.checkup import LOSSES, Named, SlackSide, measured
from bot.slack.manifest import optional_scopes, scopes
from bot.slack.wire.client import Way
from bot.sms.doctor import Finding
from bot.workspace.faults import Fault
from bot.workspace.server import APP_TOKEN, BOT_TOKEN, Workspace
from bot.workspace.team import BOT, Channel
from tests.slack.house import ALICE, OPS, QUIET, move_in
from tests.slack.small_slack import free_port

WRONG = "xoxb-of-somebody-else"
NOBODY: AbstractSet[str] = frozenset()


def now() -> datetime:
    return datetime.now(UTC)


def looked_at(  # noqa: PLR0913 - what can be wrong, each by its name
    prepare: Callable[[Workspace], None] = lambda _: None,
    *,
    bot_token: str = BOT_TOKEN,
    app_token: str | None = APP_TOKEN,
    channels: Mapping[str, str] | None = None,
    groups: AbstractSet[str] = NOBODY,
    people: AbstractSet[str] = NOBODY,
    reports: bool = True,
    clock: Callable[[], datetime] = now,
) -> list[Finding]:
    """A healthy workspace, except for what `prepare` does to it."""

    async def scene() -> list[Finding]:
        workspace = Workspace(now)
        async with workspace.serving():
            move_in(workspace)
            workspace.scopes = (*scopes(), *optional_scopes())
            prepare(workspace)
            app = Secret(app_token) if app_token else None
            named = Named(channels or {}, groups, people, reports=reports)
            side = SlackSide(Way(workspace.url), Secret(bot_token), app, named, clock)
            return [it async for it in side.findings()]

    return asyncio.run(scene())


def amiss(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(it.verdict, it.what.phrase) for it in findings if it.verdict != "ok"]


def test_what_is_well_is_said_to_be_well() -> None:
    def prepare(workspace: Workspace) -> None:
        workspace.team.groups["S0SMS"] = (ALICE,)

    found = looked_at(prepare, channels={"on_call_channel": OPS}, groups={"S0SMS"}, people={ALICE})

    assert amiss(found) == []
    assert [it.what.phrase for it in found] == [
        "doctor.slack",
        "doctor.slack_scopes",
        "doctor.slack_socket",
        "doctor.channel",
        "doctor.group",
        "doctor.person",
    ]


def test_a_token_that_is_refused_is_the_only_thing_to_mend() -> None:
    found = looked_at(bot_token=WRONG, channels={"alerts.channel": "C0NOWHERE"})

    assert amiss(found) == [("wrong", "serve.token_refused")]


def test_without_a_way_to_slack_it_says_so_and_stops() -> None:
    async def scene() -> list[Finding]:
        way = Way(f"http://127.0.0.1:{free_port()}/api/")
        side = SlackSide(way, Secret(BOT_TOKEN), None, Named({}, NOBODY, NOBODY), now)
        return [it async for it in side.findings()]

    assert amiss(asyncio.run(scene())) == [("wrong", "serve.slack_away")]


@pytest.mark.parametrize(("lacking", "verdict"), [("chat:write", "wrong"), ("assistant:write", "warning")])
def test_scopes_that_the_token_lacks_are_named(lacking: str, verdict: str) -> None:
    def prepare(workspace: Workspace) -> None:
        workspace.team.lacking.add(lacking)

    found = looked_at(prepare)

    assert amiss(found) == [(verdict, "doctor.slack_scopes_missing")]
    assert {it.what.details.get("scopes") for it in found if it.verdict != "ok"} == {lacking}


@pytest.mark.parametrize(
    ("lacking", "loss"),
    [
        ("channels:history", "doctor.slack_no_history"),
        ("groups:history", "doctor.slack_no_history"),
        ("files:write", "doctor.slack_no_files"),
    ],
)
def test_an_optional_scope_is_missed_only_where_something_is_told_without_being_asked(
    lacking: str, loss: str
) -> None:
    def prepare(workspace: Workspace) -> None:
        workspace.team.lacking.add(lacking)

    with_reports, without = looked_at(prepare), looked_at(prepare, reports=False)

    assert amiss(with_reports) == [("warning", loss)]
    (warning,) = (it for it in with_reports if it.verdict != "ok")
    assert warning.what.details == {"scopes": lacking}
    assert warning.fix is not None
    assert warning.fix.phrase == "doctor.fix_slack_scopes"
    assert amiss(without) == []


def test_what_is_lost_is_told_once_for_all_scopes_that_would_save_it() -> None:
    def prepare(workspace: Workspace) -> None:
        workspace.team.lacking |= {"chat:write", *optional_scopes()}

    found = [it for it in looked_at(prepare) if it.verdict != "ok"]

    assert [(it.verdict, it.what.details["scopes"]) for it in found] == [
        ("wrong", "chat:write"),
        ("warning", "channels:history, groups:history"),
        ("warning", "files:write"),
    ]


def test_every_optional_scope_has_its_loss() -> None:
    assert sorted(it for needed in LOSSES.values() for it in needed) == optional_scopes()


def test_an_app_token_that_opens_nothing_is_told() -> None:
    assert amiss(looked_at(app_token=WRONG)) == [("wrong", "serve.app_token")]


def test_without_an_app_token_the_signing_secret_is_what_there_is() -> None:
    phrases = [it.what.phrase for it in looked_at(app_token=None)]

    assert "doctor.slack_http" in phrases
    assert "doctor.slack_socket" not in phrases


@pytest.mark.parametrize(
    ("minutes", "app_token", "verdict"),
    [(1, None, "warning"), (-10, None, "wrong"), (10, APP_TOKEN, "warning")],
)
def test_a_clock_that_is_off_is_told_and_is_fatal_only_where_slack_signs(
    minutes: int, app_token: str | None, verdict: str
) -> None:
    found = looked_at(app_token=app_token, clock=lambda: now() + timedelta(minutes=minutes))

    assert amiss(found) == [(verdict, "doctor.slack_clock")]
    seconds = next(it.what.details["seconds"] for it in found if it.verdict != "ok")
    assert seconds == pytest.approx(60 * minutes, abs=3)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Nov 2026 00:00:00 GMT"])
def test_a_clock_that_slack_does_not_tell_is_no_finding(date: str) -> None:
    assert measured({"date": date}, now()) is None


def test_channels_that_the_bot_cannot_serve_are_told_with_their_setting() -> None:
    def prepare(workspace: Workspace) -> None:
        workspace.team.add_channel(Channel("C0OLD", "old", frozenset({BOT.id}), archived=True))

    found = looked_at(
        prepare,
        channels={"on_call_channel": QUIET, "digest.1": "C0OLD", "alerts.channel": "C0NOWHERE"},
    )

    assert amiss(found) == [
        ("wrong", "doctor.channel_not_in"),
        ("wrong", "doctor.channel_archived"),
        ("wrong", "doctor.channel_unseen"),
    ]
    assert [it.what.details["key"] for it in found if it.verdict == "wrong"] == [
        "on_call_channel",
        "digest.1",
        "alerts.channel",
    ]


def test_groups_and_people_that_are_gone_are_told() -> None:
    def prepare(workspace: Workspace) -> None:
        workspace.team.groups["S0EMPTY"] = ()

    found = looked_at(prepare, groups={"S0EMPTY", "S0GONE"}, people={"U0GONE"})

    assert amiss(found) == [
        ("warning", "doctor.group_empty"),
        ("wrong", "doctor.group_unknown"),
        ("wrong", "doctor.person_gone"),
    ]


def test_what_slack_will_not_tell_is_not_called_wrong() -> None:
    def prepare(workspace: Workspace) -> None:
        workspace.faults.add(Fault("refused", "conversations.info", code="missing_scope"))

    found = looked_at(prepare, channels={"on_call_channel": OPS})

    assert amiss(found) == [("warning", "doctor.not_checked")]
