"""A stand-in for Slack's Web API that answers as a test has written down, and time in the test's hand."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientTimeout, web
from slack_sdk.web.async_client import AsyncWebClient

from bot.secret import Secret
from bot.slack.wire.client import Result, slack_client, slack_session
from bot.slack.wire.clock import Clock
from bot.slack.wire.hook import Hooks, hooks_of
from bot.slack.wire.outbox import Outbox

# Long enough for loopback on a busy machine.
USUAL = ClientTimeout(total=5.0, connect=4.0)
# For answers that never come.
SHORT = ClientTimeout(total=0.3, connect=0.2)
TOKEN = Secret("xoxb-for-a-test")

Step = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Told:
    """A call that has come: `method` is response_url for one of those."""

    method: str
    arguments: Mapping[str, Any]
    at: float


class Hands:
    """A clock that stands still until it is moved. With `hasty`, whoever sleeps moves it themselves."""

    def __init__(self, *, hasty: bool = True) -> None:
        self.at = 1000.0
        self.hasty = hasty
        self.pauses: list[float] = []
        self.asleep = asyncio.Event()
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def clock(self) -> Clock:
        return Clock(lambda: self.at, self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if self.hasty:
            self.at += seconds
            await asyncio.sleep(0)
            return
        sleeper = asyncio.get_running_loop().create_future()
        self.asleep.set()
        self._sleepers.append((self.at + seconds, sleeper))
        await sleeper

    def forward(self, seconds: float) -> None:
        self.at += seconds
        for until, sleeper in self._sleepers:
            if until <= self.at and not sleeper.done():
                sleeper.set_result(None)


@dataclass
class Api:
    """Says yes to everything, but for the steps that are planned for a method: they come first, in order."""

    hands: Hands = field(default_factory=Hands)
    calls: list[Told] = field(default_factory=list)
    base_url: str = ""
    plans: defaultdict[str, deque[Step]] = field(default_factory=lambda: defaultdict(deque))
    standing: dict[str, Step] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def plan(self, method: str, *steps: Step) -> None:
        self.plans[method].extend(steps)

    def of(self, method: str) -> list[Mapping[str, Any]]:
        return [it.arguments for it in self.calls if it.method == method]

    def texts(self, method: str = "chat.postMessage") -> list[str]:
        return [it["text"] for it in self.of(method)]

    @property
    def url(self) -> str:
        """A response_url of its own."""
        return self.base_url.removesuffix("api/") + "hooks/1"

    async def heard(self, count: int) -> None:
        """Waits until so many calls have come."""
        async with asyncio.timeout(5):
            while len(self.calls) < count:
                self.changed.clear()
                await self.changed.wait()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        application = web.Application()
        application.router.add_route("*", "/api/{method}", self._serve)
        application.router.add_post("/hooks/{name}", self._serve)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
            yield
        finally:
            await runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info.get("method", "response_url")
        body = await request.read()
        arguments = json.loads(body) if body else dict(request.query)
        self.calls.append(Told(method, arguments, self.hands.at))
        self.changed.set()
        if self.plans[method]:
            return await self.plans[method].popleft()(request)
        if method in self.standing:
            return await self.standing[method](request)
        return web.json_response(self._yes(method, arguments))

    def _yes(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        match method:
            case "chat.postMessage":
                return {"ok": True, "channel": arguments["channel"], "ts": f"{len(self.calls)}.0"}
            case "conversations.open":
                return {"ok": True, "channel": {"id": f"D-{arguments['users']}"}}
            case "views.open":
                return {"ok": True, "view": {"id": "V1"}}
            case _:
                return {"ok": True}


def answered(**answer: object) -> Step:
    return body(json.dumps({"ok": True, **answer}))


def refused(code: str, *reasons: str) -> Step:
    told = {"ok": False, "error": code, "response_metadata": {"messages": list(reasons)}}
    return body(json.dumps(told))


def limited(seconds: str) -> Step:
    return body(
        json.dumps({"ok": False, "error": "ratelimited"}), status=429, headers={"Retry-After": seconds}
    )


def body(
    text: str, status: int = 200, kind: str = "application/json", headers: Mapping[str, str] | None = None
) -> Step:
    async def step(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, status=status, content_type=kind, headers=headers)

    return step


async def dropped(request: web.Request) -> web.StreamResponse:
    """Takes it, and breaks the connection before it says so."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def held(release: asyncio.Event, then: Step) -> Step:
    async def step(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return await then(request)

    return step


@asynccontextmanager
async def client_of(api: Api, patience: ClientTimeout = USUAL) -> AsyncIterator[AsyncWebClient]:
    async with api.serving(), slack_session(patience) as session:
        yield slack_client(TOKEN, api.base_url, session, clock=api.hands.clock())


@asynccontextmanager
async def outbox_of(
    api: Api,
    observe: Callable[[str, Result], None] = lambda _method, _result: None,
    patience: ClientTimeout = USUAL,
) -> AsyncIterator[Outbox]:
    async with api.serving(), slack_session(patience) as session:
        client = slack_client(TOKEN, api.base_url, session, clock=api.hands.clock())
        outbox = Outbox(client, Hooks(session, hooks_of(api.base_url)), api.hands.clock(), observe)
        yield outbox
        outbox.close()
