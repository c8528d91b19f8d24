"""A small Slack that opens sockets, delivers over them, and breaks them in every way that was asked for."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from itertools import count
from socket import socket
from time import monotonic
from typing import Any

from aiohttp import web

APP_TOKEN = "xapp-1-A0SMSBOT-0001-c0ffee"  # noqa: S105 -- invented
Frame = dict[str, Any]


@dataclass(eq=False)
class Link:
    """One end of a socket, ours."""

    socket: web.WebSocketResponse
    request: web.Request
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def abort(self) -> None:
        """As when a machine dies: the connection is reset, without a goodbye."""
        if self.request.transport:
            self.request.transport.abort()


@dataclass(frozen=True, slots=True)
class Ticket:
    """An answer of apps.connections.open, instead of a good one."""

    body: str
    status: int = 200
    content_type: str = "application/json"
    retry_after: str = ""


def refusal(code: str, retry_after: str = "") -> Ticket:
    body = json.dumps({"ok": False, "error": code})
    return Ticket(body, 429 if retry_after else 200, retry_after=retry_after)


class SmallSlack:
    """`tickets` are handed out before good ones, `greeting` is the first word on each socket.

    `deaf`: it never answers a goodbye.
    """

    def __init__(self) -> None:
        self.greeting: Frame | None = {"type": "hello", "num_connections": 1}
        self.tickets: list[Ticket] = []
        self.deaf = False
        self.asked = 0
        self.opened = 0
        self.port = 0
        self.links: list[Link] = []
        self.acknowledged: dict[str, list[Frame]] = {}
        self._turn = count()
        self._numbers = count(1)

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["SmallSlack"]:
        """Listens; on the same port when it does so again."""
        application = web.Application()
        application.router.add_post("/api/apps.connections.open", self._ticket)
        application.router.add_get("/link/", self._link)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.01)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            for link in self.links:
                link.ended.set()
                link.abort()
            await runner.cleanup()

    @property
    def live(self) -> list[Link]:
        """The links over which something may be sent now."""
        return [it for it in self.links if it.request.transport and not it.request.transport.is_closing()]

    async def deliver(self, link: Link | None = None, **more: object) -> str:
        """Sends an envelope over this link, else over any: its id."""
        chosen = link or self.links[next(self._turn) % len(self.links)]
        envelope = f"envelope-{next(self._numbers)}"
        await self.send(chosen, envelope, **more)
        return envelope

    async def send(self, link: Link, envelope: str, **more: object) -> None:
        frame = {"type": "events_api", "envelope_id": envelope, "payload": {"event_id": envelope}} | more
        await link.socket.send_str(json.dumps(frame))

    async def disconnect(self, link: Link, reason: str) -> None:
        await link.socket.send_str(json.dumps({"type": "disconnect", "reason": reason}))

    async def _ticket(self, request: web.Request) -> web.Response:
        self.asked += 1
        if request.headers.get("Authorization") != f"Bearer {APP_TOKEN}":
            return drawn(refusal("invalid_auth"))
        if self.tickets:
            return drawn(self.tickets.pop(0))
        address = f"ws://{request.host}/link/?ticket=s3cr3t-{self.asked}"
        return web.json_response({"ok": True, "url": address})

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        link = Link(web.WebSocketResponse(autoclose=not self.deaf, timeout=0.01), request)
        await link.socket.prepare(request)
        self.links.append(link)
        self.opened += 1
        try:
            if self.greeting is not None:
                await link.socket.send_str(json.dumps(self.greeting))
            async for message in link.socket:
                said = json.loads(message.data)
                self.acknowledged.setdefault(said["envelope_id"], []).append(said)
        finally:
            self.links.remove(link)
        if self.deaf:
            await link.ended.wait()
        return link.socket


def drawn(ticket: Ticket) -> web.Response:
    headers = {"Retry-After": ticket.retry_after} if ticket.retry_after else {}
    return web.Response(
        text=ticket.body, status=ticket.status, content_type=ticket.content_type, headers=headers
    )


def dead_ticket() -> Ticket:
    """One that leads where nobody listens."""
    return Ticket(json.dumps({"ok": True, "url": f"ws://127.0.0.1:{free_port()}/?ticket=s3cr3t"}))


def free_port() -> int:
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Wire:
    """A wire to a port that may be cut without either end hearing of it: what is sent just vanishes."""

    def __init__(self) -> None:
        self.cut = False
        self._writers: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def to(self, port: int) -> AsyncIterator[int]:
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection("127.0.0.1", port)
            self._writers += [writer, back]
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for writer in self._writers:
                writer.close()
            await asyncio.gather(*(it.wait_closed() for it in self._writers), return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(65536):
                if not self.cut:
                    writer.write(chunk)
        except ConnectionError:
            pass
        writer.close()


async def until(holds: Callable[[], object], seconds: float = 5.0) -> float:
    """Waits for it to hold: how many seconds that took."""
    began = monotonic()
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 -- any condition, not only one that has an event
            await asyncio.sleep(0.002)
    return monotonic() - began


@dataclass
class Clock:
    """Time that only passes while somebody sleeps; chance that is always the same."""

    chance: float = 1.0
    at: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def seconds(self) -> float:
        return self.at

    def random(self) -> float:
        return self.chance

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)
