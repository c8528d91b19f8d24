"""Socket Mode of the stand-in, with the client of Slack's own library on the other end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace.payloads import mention, slash_command
from bot.workspace.server import APP_TOKEN
from tests.workspace.town import ALICE, OPS, Town, in_town


@asynccontextmanager
async def connected(town: Town, *, answers: bool = True) -> AsyncIterator[list[SocketModeRequest]]:
    """A client that acknowledges, commands with a text, and notes what it gets."""
    got: list[SocketModeRequest] = []

    async def hear(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        got.append(request)
        payload = {"text": "done"} if request.type == "slash_commands" else None
        if answers:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    web = AsyncWebClient(base_url=town.workspace.url, session=town.session)
    client = SocketModeClient(APP_TOKEN, web_client=web, auto_reconnect_enabled=False)
    client.socket_mode_request_listeners.append(hear)
    await client.connect()  # type: ignore[no-untyped-call] # the library has no types here
    try:
        yield got
    finally:
        await client.close()  # type: ignore[no-untyped-call] # the same


def test_an_event_is_acknowledged_and_a_retry_says_which_it_is() -> None:
    async def story(town: Town) -> None:
        body = mention(town.workspace.team, ALICE, OPS, "hello")
        async with connected(town) as got:
            await town.workspace.deliver(body)
            await town.workspace.deliver(body, attempt=1, reason="http_timeout")

        assert [(it.type, it.retry_attempt, it.retry_reason) for it in got] == [
            ("events_api", 0, ""),
            ("events_api", 1, "http_timeout"),
        ]
        assert got[0].payload["event"]["text"] == "<@U0SMSBOT> hello"
        assert len(town.workspace.sockets.acknowledged) == 2

    in_town(story)


def test_what_acknowledges_a_command_is_told_to_who_gave_it() -> None:
    async def story(town: Town) -> None:
        async with connected(town):
            await town.workspace.deliver(slash_command(town.workspace.team, ALICE, OPS, "balance"))

        assert [(it.text, it.only_for) for it in town.workspace.messages(OPS)] == [("done", ALICE)]

    in_town(story)


def test_silence_is_noticed() -> None:
    async def story(town: Town) -> None:
        body = slash_command(town.workspace.team, ALICE, OPS, "balance")
        with pytest.raises(ConnectionError):
            await town.workspace.deliver(body)
        async with connected(town, answers=False):
            with pytest.raises(TimeoutError):
                await town.workspace.deliver(body, seconds=0.05)

    in_town(story)


def test_a_ticket_opens_one_connection() -> None:
    async def story(town: Town) -> None:
        town.client.token = APP_TOKEN
        url = (await town.client.apps_connections_open(app_token=APP_TOKEN))["url"]

        async with town.session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await town.session.ws_connect(url)

    in_town(story)


def test_a_client_is_asked_to_come_again_or_cut_off() -> None:
    async def story(town: Town) -> None:
        sockets = town.workspace.sockets
        address = town.workspace.url.replace("http", "ws").replace("/api/", "/link?ticket=")
        async with town.session.ws_connect(address + sockets.ticket()) as socket:
            await socket.receive_json()
            (link,) = sockets.links

            await sockets.disconnect(link, "warning")
            assert (await socket.receive_json())["reason"] == "warning"

            sockets.cut(link)
            assert (await socket.receive()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE}

    in_town(story)


def test_a_deaf_connection_answers_no_ping() -> None:
    async def story(town: Town) -> None:
        sockets = town.workspace.sockets
        address = town.workspace.url.replace("http", "ws").replace("/api/", "/link?ticket=")
        async with town.session.ws_connect(address + sockets.ticket(), autoping=False) as socket:
            await socket.receive_json()
            await socket.ping(b"first")
            assert (await socket.receive()).data == b"first"

            sockets.links[0].deaf = True
            await socket.ping(b"second")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.receive(), 0.1)

    in_town(story)


def test_deliveries_go_round_the_connections() -> None:
    async def story(town: Town) -> None:
        body = mention(town.workspace.team, ALICE, OPS, "hello")
        async with connected(town) as first, connected(town) as second:
            for _ in range(4):
                await town.workspace.deliver(body)

        assert (len(first), len(second)) == (2, 2)

    in_town(story)
