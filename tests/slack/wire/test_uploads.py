"""A file in a thread: all three calls, or none that anybody sees."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.secret import Secret
from bot.slack.wire.client import slack_client, slack_session
from bot.slack.wire.uploads import trusted, upload
from bot.workspace.faults import UPLOAD, Fault, Name
from bot.workspace.server import BOT_TOKEN, Workspace
from bot.workspace.team import BOT
from tests.slack.api import Hands
from tests.slack.house import OPS, QUIET, move_in

Value = TypeVar("Value")

BEGIN, END = "files.getUploadURLExternal", "files.completeUploadExternal"
PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff"


def in_workspace(act: Callable[[Workspace, AsyncWebClient], Awaitable[Value]]) -> Value:
    async def run() -> Value:
        workspace = Workspace(lambda: datetime.now(UTC))
        async with workspace.serving() as url, slack_session() as session:
            move_in(workspace)
            return await act(workspace, slack_client(Secret(BOT_TOKEN), url, session, clock=Hands().clock()))

    return asyncio.run(run())


async def added(
    client: AsyncWebClient,
    channel: str = OPS,
    thread: str = "5.0",
    alt_text: str = "用量",
    results: list[tuple[str, str]] | None = None,
) -> bool:
    told = [] if results is None else results
    return await upload(client, channel, thread, "usage.png", PICTURE, alt_text, lambda *it: told.append(it))


def test_a_file_stands_in_its_thread_as_it_was() -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> None:
        results: list[tuple[str, str]] = []

        assert await added(client, results=results)

        (kept,) = workspace.messages(OPS)
        (file,) = kept.files
        assert (kept.author, kept.thread, kept.text) == (BOT.id, "5.0", "usage.png")
        assert (file.name, file.length, file.alt_text) == ("usage.png", len(PICTURE), "用量")
        assert file.content == PICTURE
        assert results == [(BEGIN, "ok"), (UPLOAD, "ok"), (END, "ok")]

    in_workspace(act)


def test_without_a_thread_it_stands_in_the_channel() -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> None:
        assert await added(client, thread="")
        assert [it.thread for it in workspace.messages(OPS)] == [""]
        assert "thread_ts" not in workspace.called(END)[0].arguments

    in_workspace(act)


def test_a_description_is_as_long_as_slack_takes_it() -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> None:
        assert await added(client, alt_text="用" * 1001)
        assert len(workspace.messages(OPS)[0].files[0].alt_text) == 1000

    in_workspace(act)


@pytest.mark.parametrize("name", ["cut", "rate_limited", "broken", "refused"])
@pytest.mark.parametrize(("method", "times"), [(BEGIN, 3), (UPLOAD, 1), (END, 1)])
def test_where_a_step_fails_there_is_no_file_and_nothing_is_raised(
    name: Name, method: str, times: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> None:
        workspace.faults.add(Fault(name, method, seconds=60, code="file_uploads_disabled"), times)
        assert not await added(client)
        assert workspace.messages(OPS) == []
        assert workspace.calls[-1].method == method

    in_workspace(act)

    assert capsys.readouterr().out.count("file_not_added") == 1


def test_a_file_whose_last_answer_was_lost_is_not_added_twice() -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> None:
        workspace.faults.add(Fault("lost", END))
        assert not await added(client)
        assert len(workspace.messages(OPS)) == 1
        assert len(workspace.called(END)) == 1

    in_workspace(act)


def test_without_the_right_or_out_of_the_channel_there_is_no_file() -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> None:
        assert not await added(client, channel=QUIET)
        workspace.team.lacking.add("files:write")
        assert not await added(client)
        assert [it.error for it in workspace.calls if it.error] == ["not_in_channel", "missing_scope"]

    in_workspace(act)


def test_an_upload_is_asked_for_again_when_slack_stumbles() -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> None:
        workspace.faults.add(Fault("broken", BEGIN))
        assert await added(client)
        assert len(workspace.messages(OPS)) == 1

    in_workspace(act)


@pytest.mark.parametrize(
    ("address", "result"),
    [
        ("http://169.254.169.254", "refused"),
        ("file:///etc", "refused"),
        ("", "refused"),
        ("http://127.0.0.1:9", "unreachable"),
    ],
)
def test_an_address_that_is_odd_gets_nothing_and_one_that_is_dead_is_told(address: str, result: str) -> None:
    async def act(workspace: Workspace, client: AsyncWebClient) -> None:
        workspace.team.address = address
        results: list[tuple[str, str]] = []

        assert not await added(client, results=results)

        assert results == [(BEGIN, "ok"), (UPLOAD, result)]
        assert [it.method for it in workspace.calls] == [BEGIN]

    in_workspace(act)


@pytest.mark.parametrize(
    ("url", "is_trusted"),
    [
        ("https://files.slack.com/upload/v1/ABC", True),
        ("http://127.0.0.1:8080/upload/F1", True),
        ("http://localhost/upload/F1", True),
        ("http://files.slack.com/upload/v1/ABC", False),
        ("http://127.0.0.1.example.com/upload", False),
        ("http://10.0.0.1/upload", False),
        ("ftp://127.0.0.1/upload", False),
        ("https://", False),
        ("https://[::1/upload", False),
        ("", False),
    ],
)
def test_an_address_is_encrypted_or_on_this_machine(url: str, is_trusted: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert trusted(url) is is_trusted
