"""One Socket Mode connection, from its ticket to its last acknowledgement.

Used once: it never reconnects by itself, but says when it has to be replaced, and leaves nothing behind. A
ticket that leads nowhere costs one attempt that way, and no task of an old connection fights the new one.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncBoltRequest

from bot.slack.wire.client import Way

LOG = structlog.get_logger("smsbot.slack")

Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


class NotOpened(Exception):
    """No connection came about.

    `reason` is Slack's error code when it `refused`, else the kind of failure; `wait` is how many seconds Slack
    wants to be left alone.
    """

    def __init__(self, reason: str, *, refused: bool = False, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.refused = refused
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Slack:
    """The way to Slack, and the token that opens connections."""

    way: Way
    app_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A delivery, and what its acknowledgement has to name. `headers` tell of a retry."""

    id: str
    kind: str
    payload: dict[str, Any] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds.

    `ping`     of silence, then we ask whether the other side lives; it has half as long to say so
    `silence`  after which it does not live, whatever the ping said
    `answers`  that a connection which ends waits for what is under way: Slack waits no longer either
    `goodbye`  that it waits for the other side to close
    """

    ping: float = 5.0
    silence: float = 20.0
    answers: float = 3.0
    goodbye: float = 1.0


class Connection:
    """Hands what Slack delivers to `dispatch`, and acknowledges what that answers with 200, nothing else."""

    def __init__(self, dispatch: Dispatch, slack: Slack, patience: Patience = Patience()) -> None:
        self._dispatch = dispatch
        self._slack = slack
        self._patience = patience
        self._leaving = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self._listening = False
        self._answering: set[asyncio.Task[None]] = set()
        self.reason = ""

    @property
    def alive(self) -> bool:
        """Whether deliveries arrive, as far as anybody can know."""
        return self._listening

    async def open(self) -> None:
        """Returns when Slack has said its first word.

        Raises:
            NotOpened: whatever the cause.
        """
        try:
            async with AsyncExitStack() as stack:
                connector = aiohttp.TCPConnector(ssl=self._slack.way.trust)
                session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
                socket = await self._connected(session, stack)
                greeting = await heard(socket)
                if greeting is None:
                    raise NotOpened("closed")
                self._listening = True
                self._life = asyncio.create_task(self._live(socket, greeting, stack.pop_all()))
                self._life.add_done_callback(partial(tell, event="socket_failed"))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Its words may hold the address, and the address holds the ticket.
            raise NotOpened(type(error).__name__) from None

    async def left(self) -> str:
        """Returns when another connection has to take over: why."""
        await self._leaving.wait()
        return self.reason

    async def close(self, linger: float = 0.0) -> None:
        """Listens for `linger` seconds more, then takes nothing new, acknowledges what is under way, closes.

        It ends within a few seconds, whatever the other side does.
        """
        if self._life is None:
            return
        try:
            await asyncio.wait({self._life}, timeout=linger)
        finally:
            if self._listening:
                # Only then: cancelled in its last steps, it would leave behind what it waits for there.
                self._listening = False
                self._life.cancel()
            await asyncio.wait({self._life})

    async def _connected(
        self, session: aiohttp.ClientSession, stack: AsyncExitStack
    ) -> aiohttp.ClientWebSocketResponse:
        timeouts = aiohttp.ClientWSTimeout(ws_receive=self._patience.silence, ws_close=self._patience.goodbye)
        connecting = session.ws_connect(
            await self._ticket(session),
            heartbeat=self._patience.ping,
            timeout=timeouts,
            proxy=self._slack.way.proxy,
        )
        return await stack.enter_async_context(connecting)

    async def _ticket(self, session: aiohttp.ClientSession) -> str:
        """The address of a connection that only we may open, and only once (apps.connections.open)."""
        asking = session.post(
            f"{self._slack.way.api_url}apps.connections.open",
            headers={"Authorization": f"Bearer {self._slack.app_token}"},
            proxy=self._slack.way.proxy,
        )
        async with asking as answer:
            body = await answer.json(content_type=None)
            wait = answer.headers.get("Retry-After", "")
        match body:
            case {"ok": True, "url": str(url)}:
                return url
            case {"ok": False, "error": str(code)}:
                raise NotOpened(code, refused=True, wait=float(wait) if wait.isdecimal() else 0.0)
            case _:
                raise NotOpened("no_ticket")

    async def _live(
        self, socket: aiohttp.ClientWebSocketResponse, greeting: str, stack: AsyncExitStack
    ) -> None:
        async with stack:
            try:
                text: str | None = greeting
                while text is not None:
                    self._read(text, socket)
                    text = await heard(socket)
                self.reason = self.reason or "closed"
            except TimeoutError:
                self.reason = "silent"
            finally:
                self._listening = False
                self._leaving.set()
                await self._finish()

    def _read(self, text: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        match read_frame(text):
            case Envelope() as envelope:
                self._hold(asyncio.create_task(self._answer(envelope, socket)))
            case {"type": "disconnect", **more}:
                self.reason = str(more.get("reason"))
                self._leaving.set()
            case {"type": "hello"}:
                pass
            case _:
                LOG.warning("frame_not_read", length=len(text))

    def _hold(self, answering: asyncio.Task[None]) -> None:
        self._answering.add(answering)
        answering.add_done_callback(self._let_go)

    def _let_go(self, answering: asyncio.Task[None]) -> None:
        self._answering.discard(answering)
        tell(answering, "dispatch_failed")

    async def _answer(self, envelope: Envelope, socket: aiohttp.ClientWebSocketResponse) -> None:
        request = AsyncBoltRequest(mode="socket_mode", body=envelope.payload, headers={**envelope.headers})
        response = await self._dispatch(request)
        if response.status != 200:
            LOG.warning("not_acknowledged", kind=envelope.kind, status=response.status)
            return
        try:
            await socket.send_str(json.dumps(acknowledgement(envelope, response)))
        except ConnectionError:
            LOG.warning("acknowledgement_lost", kind=envelope.kind)

    async def _finish(self) -> None:
        """Waits for what is under way; what takes longer than anybody waits for it is cut off."""
        if not self._answering:
            return
        _, late = await asyncio.wait(self._answering, timeout=self._patience.answers)
        for answering in late:
            answering.cancel()
        if late:
            LOG.warning("deliveries_cut_off", count=len(late))
            await asyncio.wait(late)


def tell(task: asyncio.Task[None], event: str) -> None:
    """What nobody expected goes to the log, not with the task."""
    if not task.cancelled() and (error := task.exception()):
        LOG.error(event, exc_info=error)


async def heard(socket: aiohttp.ClientWebSocketResponse) -> str | None:
    """The next text; None when no more will come.

    Raises:
        TimeoutError: when the other side was silent for too long.
    """
    while True:
        message = await socket.receive()
        match message.type:
            case aiohttp.WSMsgType.TEXT:
                return str(message.data)
            case aiohttp.WSMsgType.BINARY:
                continue
            case _:
                return None


def read_frame(text: str) -> Envelope | object:
    """What Slack says: a delivery, or anything else as it stands in the JSON, None where there is none."""
    try:
        message: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match message:
        case {"type": str(kind), "envelope_id": str(number), "payload": dict(payload), **more}:
            return Envelope(number, kind, payload, retry_headers(more))
        case _:
            return message


def retry_headers(more: Mapping[object, object]) -> dict[str, str]:
    """Retries are told as over HTTP, so that one reader serves both."""
    named = {
        "x-slack-retry-num": more.get("retry_attempt"),
        "x-slack-retry-reason": more.get("retry_reason"),
    }
    return {name: str(value) for name, value in named.items() if value is not None}


def acknowledgement(envelope: Envelope, response: BoltResponse) -> dict[str, Any]:
    said: dict[str, Any] = {"envelope_id": envelope.id}
    if response.body:
        is_json = response.first_headers()["content-type"].startswith("application/json")
        said["payload"] = json.loads(response.body) if is_json else {"text": response.body}
    return said
