"""What can be made to go wrong in reaching the stand-in."""

import asyncio
import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.workspace.faults import HOOK, UPLOAD, Fault, Name
from tests.workspace.town import ALICE, OPS, Town, in_town


def test_a_lost_answer_leaves_the_message_standing() -> None:
    async def story(town: Town) -> None:
        town.workspace.faults.add(Fault("lost", "chat.postMessage"))

        with pytest.raises(aiohttp.ClientError):
            await town.client.chat_postMessage(channel=OPS, text="hello")

        assert [it.text for it in town.workspace.messages(OPS)] == ["hello"]

    in_town(story)


def test_a_cut_connection_leaves_nothing() -> None:
    async def story(town: Town) -> None:
        town.workspace.faults.add(Fault("cut"))

        with pytest.raises(aiohttp.ClientError):
            await town.client.chat_postMessage(channel=OPS, text="hello")

        assert town.workspace.messages(OPS) == []

    in_town(story)


def test_too_many_requests_are_told_when_to_come_again() -> None:
    async def story(town: Town) -> None:
        town.workspace.faults.add(Fault("rate_limited", "chat.postMessage", seconds=7))

        with pytest.raises(SlackApiError) as caught:
            await town.client.chat_postMessage(channel=OPS, text="hello")

        assert caught.value.response.status_code == 429
        assert caught.value.response.headers["Retry-After"] == "7"
        assert town.workspace.messages(OPS) == []

    in_town(story)


@pytest.mark.parametrize(("name", "status"), [("broken", 500), ("unavailable", 503)])
def test_a_server_that_is_down_answers_with_a_page(name: str, status: int) -> None:
    async def story(town: Town) -> None:
        town.workspace.faults.add(Fault(name, "users.info"))  # type: ignore[arg-type] # one of the names

        async with town.session.get(f"{town.workspace.url}users.info") as response:
            assert (response.status, response.content_type) == (status, "text/html")

    in_town(story)


def test_a_refusal_meets_as_many_calls_of_its_method_as_were_asked_for() -> None:
    async def story(town: Town) -> None:
        town.workspace.faults.add(Fault("refused", "chat.postMessage", code="fatal_error"), times=2)

        errors = [await town.refused("chat.postMessage", channel=OPS, text="x") for _ in range(3)]
        others = await town.refused("auth.test")

        assert errors == ["fatal_error", "fatal_error", ""]
        assert others == ""

    in_town(story)


def test_a_slow_answer_comes_late() -> None:
    async def story(town: Town) -> None:
        town.workspace.faults.add(Fault("slow", "auth.test", seconds=0.1))
        started = time.monotonic()

        await town.client.auth_test()

        assert time.monotonic() - started >= 0.1

    in_town(story)


def test_answers_to_a_response_url_can_go_wrong_as_well() -> None:
    async def story(town: Town) -> None:
        url = town.workspace.team.hook(OPS, ALICE)
        town.workspace.faults.add(Fault("rate_limited", HOOK, seconds=1))

        first = await town.answer(url, text="x")
        second = await town.answer(url, text="x")

        assert (first[0], second[0]) == (429, 200)
        assert len(town.workspace.messages(OPS)) == 1

    in_town(story)


@pytest.mark.parametrize(("name", "status"), [("broken", 500), ("refused", 404)])
def test_files_that_come_can_go_wrong_as_well(name: Name, status: int) -> None:
    async def story(town: Town) -> None:
        begun = await town.client.files_getUploadURLExternal(filename="a.png", length=3)
        town.workspace.faults.add(Fault(name, UPLOAD, code="no"))

        assert [await town.uploaded(begun["upload_url"], b"123") for _ in range(2)] == [status, 200]
        assert [it.fault for it in town.workspace.called(UPLOAD)] == [name, ""]

    in_town(story)


def test_a_stop_does_not_wait_for_what_is_slow() -> None:
    async def story(town: Town) -> None:
        town.workspace.faults.add(Fault("slow", seconds=60))
        call = asyncio.create_task(town.refused("auth.test"))
        await town.workspace.team.until(lambda: town.workspace.calls)
        call.cancel()

    started = time.monotonic()
    in_town(story)
    assert time.monotonic() - started < 5
