"""Socket Mode: envelopes go out over WebSockets, acknowledgements come back."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from aiohttp import WSMessage, WSMsgType, web

from bot.workspace.team import APP, Payload

Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(slots=True)
class Link:
    """One connection. `deaf`: nothing is heard and nothing answered any more, as when a network is gone."""

    socket: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[Payload]] = field(default_factory=dict)
    deaf: bool = False


class Sockets:
    """`links` are the open connections, oldest first; `acknowledged` the envelopes that were, in order."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.acknowledged: list[str] = []
        self._tickets: set[str] = set()

    def ticket(self) -> str:
        """A new way in, good once."""
        ticket = uuid4().hex
        self._tickets.add(ticket)
        return ticket

    def void_tickets(self) -> None:
        """No ticket that was given opens a connection any more."""
        self._tickets.clear()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404, text="no such ticket")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        with self._linked(Link(socket, request)) as link:
            await socket.send_json(hello(len(self.links)))
            async for message in heard(socket):
                await self._hear(link, message)
        return socket

    async def deliver(
        self, payload: Payload, *, seconds: float = 3.0, attempt: int = 0, reason: str = ""
    ) -> Payload:
        """Sends a payload over the connection that waited longest; gives what the acknowledgement carries.

        `attempt` counts the deliveries before this one, `reason` is why the last of them failed.

        Raises:
            TimeoutError: when it is not acknowledged within so many seconds.
            ConnectionError: when there is no connection, or it ends meanwhile.
        """
        if not self.links:
            raise ConnectionError("no socket is open")
        link = self.links[0]
        self.links.append(self.links.pop(0))
        sent = envelope(payload, attempt, reason)
        answer = link.waiting[sent["envelope_id"]] = asyncio.get_running_loop().create_future()
        await link.socket.send_json(sent)
        return await asyncio.wait_for(answer, seconds)

    async def disconnect(self, link: Link, reason: Reason = "refresh_requested") -> None:
        """Asks a client to come again over another connection."""
        await link.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    def cut(self, link: Link) -> None:
        """Ends a connection without a word."""
        if link.request.transport:
            link.request.transport.abort()

    async def close(self) -> None:
        for link in list(self.links):
            await link.socket.close()

    @contextmanager
    def _linked(self, link: Link) -> Iterator[Link]:
        self.links.append(link)
        try:
            yield link
        finally:
            self.links.remove(link)
            for answer in link.waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("the socket was closed"))

    async def _hear(self, link: Link, message: WSMessage) -> None:
        if link.deaf:
            return
        if message.type is WSMsgType.PING:
            await link.socket.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            self._take(link, json.loads(message.data))

    def _take(self, link: Link, answer: Mapping[str, Any]) -> None:
        name = str(answer.get("envelope_id", ""))
        waiting = link.waiting.pop(name, None)
        if waiting and not waiting.done():
            self.acknowledged.append(name)
            waiting.set_result(answer.get("payload") or {})


async def heard(socket: web.WebSocketResponse) -> AsyncIterator[WSMessage]:
    async for message in socket:
        yield message


def hello(connections: int) -> Payload:
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {"host": "stand-in", "approximate_connection_time": 18060},
        "connection_info": {"app_id": APP},
    }


def envelope(payload: Payload, attempt: int, reason: str) -> dict[str, Any]:
    kind = kind_of(payload)
    sent = {
        "envelope_id": str(uuid4()),
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    return {**sent, "retry_attempt": attempt, "retry_reason": reason} if kind == "events_api" else sent


def kind_of(payload: Payload) -> str:
    if "command" in payload:
        return "slash_commands"
    return "events_api" if payload["type"] == "event_callback" else "interactive"
