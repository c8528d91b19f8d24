"""The web server: how the bot is, for machines that ask, and the way in for Slack in HTTP mode."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal
from urllib.parse import parse_qs

import structlog
from aiohttp import hdrs, web
from multidict import CIMultiDict
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncBoltRequest

from bot.errors import SettingsError
from bot.metrics import CONTENT_TYPE, Metrics
from bot.pulse import Pulse
from bot.slack.wire.connection import Dispatch
from bot.slack.wire.signature import flaw

LOG = structlog.get_logger("smsbot.web")

EVENTS = "/slack/events"
# Slack's own requests stay far below. Bytes.
LARGEST_BODY = 1024 * 1024
# What nobody signed is not worth taking apart when it's longer. Characters.
LONGEST_SSL_CHECK = 1000
# Seconds of lag after which the loop is stuck.
STUCK = 5.0

Check = Callable[[], Awaitable[bool]]
State = Literal["ok", "failed", "slow"]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a check to say something, for a body to come in, for what is under way at a stop."""

    checks: float = 2.0
    bodies: float = 10.0
    stop: float = 3.0


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What Slack sends goes to `dispatch`, once its signature is right. `now` gives aware datetimes."""

    dispatch: Dispatch
    signing_secret: str = field(repr=False)
    now: Callable[[], datetime]


class Web:
    """Serves /healthz, /readyz and /metrics, and with `deliveries` /slack/events.

    Ready is who has every one of `parts`.
    """

    def __init__(
        self,
        parts: Mapping[str, Check],
        metrics: Metrics,
        pulse: Pulse,
        deliveries: Deliveries | None = None,
        patience: Patience = Patience(),
    ) -> None:
        self._parts = parts
        self._metrics = metrics
        self._pulse = pulse
        self._deliveries = deliveries
        self._patience = patience

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[str]:
        """Listens, on any free port for 0, and yields its own address without a slash behind.

        Raises:
            SettingsError: when somebody else has the address.
        """
        # Bodies stay as they were sent: the signature is over those, and nothing small becomes large.
        runner = web.AppRunner(
            self._application(), access_log=None, shutdown_timeout=self._patience.stop, auto_decompress=False
        )
        await runner.setup()
        beating = asyncio.create_task(self._pulse.beat())
        try:
            await listen(runner, host, port)
            yield f"http://{bracketed(host)}:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
            beating.cancel()
            await asyncio.wait({beating})

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=LARGEST_BODY)
        application.on_response_prepare.append(name_no_version)
        application.router.add_get("/healthz", self._health)
        application.router.add_get("/readyz", self._readiness)
        application.router.add_get("/metrics", self._numbers)
        if self._deliveries:
            application.router.add_post(EVENTS, partial(self._receive, self._deliveries))
        return application

    async def _health(self, _request: web.Request) -> web.Response:
        """Only whether a restart would help: it never does while it's Slack that is down."""
        lag = self._pulse.lag
        well = lag < STUCK
        return web.json_response({"healthy": well, "lag_seconds": round(lag, 3)}, status=200 if well else 503)

    async def _readiness(self, _request: web.Request) -> web.Response:
        states = await asyncio.gather(*(self._state(name, check) for name, check in self._parts.items()))
        ready = all(state == "ok" for state in states)
        parts = dict(zip(self._parts, states, strict=True))
        return web.json_response({"ready": ready, "parts": parts}, status=200 if ready else 503)

    async def _state(self, name: str, check: Check) -> State:
        asking = asyncio.ensure_future(check())
        try:
            done, _ = await asyncio.wait({asking}, timeout=self._patience.checks)
        finally:
            asking.cancel()
        if not done:
            return "slow"
        if error := asking.exception():
            LOG.warning("check_failed", part=name, error=type(error).__name__)
            return "failed"
        return "ok" if asking.result() else "failed"

    async def _numbers(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._metrics.page(), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE})

    async def _receive(self, deliveries: Deliveries, request: web.Request) -> web.Response:
        body = await read(request, self._patience.bodies)
        text = decoded(body)
        wrong = flaw(deliveries.signing_secret, request.headers, body, deliveries.now())
        if wrong and text is not None and is_ssl_check(text):
            return web.Response()
        if wrong or text is None:
            self._metrics.signature_failed()
            LOG.info("delivery_refused", flaw=wrong or "encoding")
            raise web.HTTPUnauthorized
        return as_bolt_says(await deliveries.dispatch(bolt_request(request, text)))


async def listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        address = f"{bracketed(host)}:{port}"
        raise SettingsError("serve.address", address=address, reason=error.strerror or "") from error


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def name_no_version(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.popall(hdrs.SERVER, None)


async def read(request: web.Request, seconds: float) -> bytes:
    """The whole body; a caller who does not get on with it is sent away."""
    try:
        async with asyncio.timeout(seconds):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None


def is_ssl_check(text: str) -> bool:
    """Slack looking at our certificate: it asks for nothing, and need not sign that."""
    return len(text) <= LONGEST_SSL_CHECK and parse_qs(text).get("ssl_check") == ["1"]


def decoded(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def bolt_request(request: web.Request, body: str) -> AsyncBoltRequest:
    """Raises:
    HTTPBadRequest: when it's none that Bolt can read.
    """
    try:
        return AsyncBoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise web.HTTPBadRequest from None


def as_bolt_says(response: BoltResponse) -> web.Response:
    headers = CIMultiDict((name, value) for name, values in response.headers.items() for value in values)
    return web.Response(status=response.status, body=response.body.encode(), headers=headers)
