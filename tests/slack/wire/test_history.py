"""A message of ours that is looked for again: there, not there, or not known."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.secret import Secret
from bot.slack.wire.client import call, slack_client, slack_session
from bot.slack.wire.history import (
    METHOD,
    MOST_PAGES,
    PAGE,
    Found,
    NotFound,
    Sighting,
    Unanswered,
    Unreadable,
    find,
)
from bot.workspace.faults import Fault
from bot.workspace.server import BOT_TOKEN, Workspace
from bot.workspace.team import BOT, Channel
from tests.slack.api import (
    SHORT,
    TOKEN,
    Api,
    Hands,
    Step,
    answered,
    body,
    client_of,
    dropped,
    held,
    limited,
    refused,
)
from tests.slack.house import ALICE, OPS, QUIET, move_in

Value = TypeVar("Value")

SECRET = "C0SECRET"  # noqa: S105 - a channel
KIND, KEY = "smsbot_digest", "digest|C0OPS|2026-11-22"
OURS = {"event_type": KIND, "event_payload": {"key": KEY}}
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
STANDING = {"ts": "1.0", "metadata": OURS}


def in_workspace(act: Callable[[Workspace, AsyncWebClient], Awaitable[Value]]) -> Value:
    """A workspace whose clock stands still, and a client of the bot."""

    async def run() -> Value:
        workspace = Workspace(lambda: NOON)
        async with workspace.serving() as url, slack_session() as session:
            move_in(workspace)
            workspace.team.add_channel(Channel(SECRET, "secret", frozenset({ALICE, BOT.id}), private=True))
            return await act(workspace, slack_client(Secret(BOT_TOKEN), url, session))

    return asyncio.run(run())


async def sought(
    client: AsyncWebClient, channel: str = OPS, since: datetime = NOON - timedelta(minutes=1)
) -> Sighting:
    return await find(client, channel, KIND, KEY, since, lambda *_: None)


async def posted(client: AsyncWebClient, channel: str = OPS, **more: Any) -> str:
    return str((await client.chat_postMessage(channel=channel, text="digest", **more))["ts"])


def told(*steps: Step, results: list[tuple[str, str]] | None = None) -> tuple[Sighting, Api]:
    """What is found where Slack answers like this."""

    async def run() -> Sighting:
        async with client_of(api, SHORT) as client:
            seen = (lambda *told: results.append(told)) if results is not None else (lambda *_: None)
            return await find(client, OPS, KIND, KEY, NOON, seen)

    api = Api()
    api.plan(METHOD, *steps)
    return asyncio.run(run()), api


def page(*messages: object, cursor: str = "", **more: object) -> Step:
    return answered(messages=list(messages), response_metadata={"next_cursor": cursor}, **more)


@pytest.mark.parametrize("channel", [OPS, SECRET])
def test_a_message_is_found_by_the_key_in_its_metadata(channel: str) -> None:
    async def act(_: Workspace, client: AsyncWebClient) -> tuple[Sighting, str]:
        await posted(client, channel)
        ts = await posted(client, channel, metadata=OURS)
        await posted(client, channel, metadata={**OURS, "event_payload": {"key": "another"}})
        return await sought(client, channel), ts

    sighting, ts = in_workspace(act)

    assert sighting == Found(ts)


def test_a_message_in_a_direct_conversation_is_found_without_any_optional_right() -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> tuple[Sighting, str]:
        workspace.team.lacking |= {"channels:history", "groups:history"}
        channel = workspace.team.direct(ALICE).id
        ts = await posted(client, channel, metadata=OURS)
        return await sought(client, channel), ts

    sighting, ts = in_workspace(act)

    assert sighting == Found(ts)


def test_what_is_alike_is_not_the_same() -> None:
    async def act(_: Workspace, client: AsyncWebClient) -> Sighting:
        await posted(client)
        await posted(client, metadata={"event_type": KIND, "event_payload": {"key": f"{KEY}1"}})
        await posted(client, metadata={"event_type": "smsbot_alert", "event_payload": {"key": KEY}})
        return await sought(client)

    assert in_workspace(act) == NotFound()


def test_what_was_posted_before_is_not_looked_at() -> None:
    async def act(_: Workspace, client: AsyncWebClient) -> tuple[Sighting, Sighting]:
        ts = await posted(client, metadata=OURS)
        at = datetime.fromtimestamp(float(ts), UTC)
        return await sought(client, since=at + timedelta(seconds=1)), await sought(client, since=at)

    later, then = in_workspace(act)

    assert later == NotFound()
    assert isinstance(then, Found)


def test_it_is_found_behind_many_others() -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> tuple[Sighting, str, int]:
        ts = await posted(client, metadata=OURS)
        for number in range(2 * PAGE):
            workspace.team.post(OPS, ALICE, str(number))
        return await sought(client), ts, len(workspace.called(METHOD))

    sighting, ts, pages = in_workspace(act)

    assert (sighting, pages) == (Found(ts), 3)


def test_what_is_not_found_within_ten_pages_is_not_known_to_be_missing() -> None:
    sighting, api = told(*[page({"ts": "2.0"}, cursor="more")] * (MOST_PAGES + 1))

    assert sighting == Unanswered("too_long")
    assert len(api.calls) == MOST_PAGES


def test_each_page_is_asked_for_with_the_cursor_of_the_one_before() -> None:
    sighting, api = told(page(cursor="second"), page(cursor="third"), page(STANDING))

    assert sighting == Found("1.0")
    assert [it.get("cursor") for it in api.of(METHOD)] == [None, "second", "third"]
    assert {(it["channel"], it["oldest"], it["limit"]) for it in api.of(METHOD)} == {
        (OPS, f"{NOON.timestamp():.6f}", str(PAGE))
    }


@pytest.mark.parametrize(
    ("channel", "scope", "code"),
    [
        (OPS, "channels:history", "missing_scope"),
        (SECRET, "groups:history", "missing_scope"),
        (QUIET, "", "not_in_channel"),
        ("C0NOWHERE", "", "channel_not_found"),
    ],
)
def test_a_channel_that_may_not_be_read_is_told_with_its_reason(channel: str, scope: str, code: str) -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> Sighting:
        workspace.team.lacking.add(scope)
        return await sought(client, channel)

    assert in_workspace(act) == Unreadable(code)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([limited("60")], "ratelimited"),
        ([dropped] * 9, "ServerDisconnectedError"),
        ([held(asyncio.Event(), dropped)], "TimeoutError"),
        ([refused("internal_error")], "internal_error"),
        ([body("<html>log in here</html>", kind="text/html")], "http_200"),
        ([answered()], "no_messages"),
        ([page(has_more=True)], "cut_short"),
        ([page({"ts": "1.0", "metadata": {"event_type": KIND, "event_payload": {}}})], "metadata_withheld"),
        ([page({"ts": "1.0", "metadata": {"event_type": KIND}})], "metadata_withheld"),
        ([page(cursor="more"), refused("internal_error")], "internal_error"),
    ],
)
def test_what_slack_does_not_tell_is_not_taken_for_a_no(answers: list[Step], reason: str) -> None:
    sighting, _ = told(*answers)

    assert sighting == Unanswered(reason)


def test_where_nobody_answers_nothing_is_known() -> None:
    async def run() -> Sighting:
        async with slack_session(SHORT) as session:
            return await sought(
                slack_client(TOKEN, "http://127.0.0.1:9/api/", session, clock=Hands().clock())
            )

    assert isinstance(asyncio.run(run()), Unanswered)


def test_a_message_that_tells_all_counts_more_than_one_that_does_not() -> None:
    sighting, _ = told(page({"ts": "2.0", "metadata": {"event_type": KIND}}, STANDING))

    assert sighting == Found("1.0")


def test_reading_is_tried_again_when_slack_stumbles() -> None:
    sighting, api = told(body("", status=503), page(STANDING))

    assert sighting == Found("1.0")
    assert len(api.calls) == 2


def test_every_page_is_counted_by_what_became_of_it() -> None:
    results: list[tuple[str, str]] = []

    told(page(cursor="more"), refused("not_in_channel"), results=results)

    assert results == [(METHOD, "ok"), (METHOD, "refused")]


def test_a_post_whose_answer_was_lost_is_found() -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> Sighting:
        workspace.faults.add(Fault("lost", "chat.postMessage"))
        await call(client, "chat.postMessage", {"channel": OPS, "text": "digest", "metadata": OURS})
        return await sought(client)

    assert isinstance(in_workspace(act), Found)
