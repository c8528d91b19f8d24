"""The stand-in for Slack: an HTTP server on loopback with a team of invented people."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import hdrs, web

from bot.workspace.acks import acknowledge
from bot.workspace.arguments import Arguments, read_arguments
from bot.workspace.faults import HOOK, STATUS, UPLOAD, Fault, Faults
from bot.workspace.hooks import answer
from bot.workspace.layout import Judge
from bot.workspace.methods import METHODS
from bot.workspace.refusal import Refusal
from bot.workspace.shapes import Shape
from bot.workspace.sockets import Sockets
from bot.workspace.team import Kept, Opened, Payload, Team, nothing_wrong

BOT_TOKEN, APP_TOKEN = "xoxb-of-the-stand-in", "xapp-of-the-stand-in"
SIGNING_SECRET = "signing-secret-of-the-stand-in"  # noqa: S105 - it signs what tests send
# How long a stop waits for calls that are still being answered, in seconds.
PATIENCE = 0.05
LARGEST_BODY = 1024 * 1024
NOT_CARRIED_OUT = frozenset({"cut", "refused", *STATUS})


@dataclass(frozen=True, slots=True)
class Call:
    """A request that arrived: a method, "response_url" or "upload_url".

    `error` is what it was refused with.
    """

    method: str
    arguments: Payload = field(repr=False)
    at: datetime
    error: str = ""
    fault: str = ""


class Workspace:
    """A team, what goes wrong in reaching it, and what was asked of it.

    `now` gives aware datetimes. `judge` finds what is wrong with the blocks of a message or view.
    """

    def __init__(self, now: Callable[[], datetime], judge: Judge = nothing_wrong) -> None:
        self.team = Team(now, judge)
        self.faults = Faults()
        self.sockets = Sockets()
        self.calls: list[Call] = []
        # What auth.test says that the token may do, but for what the team says it lacks.
        self.scopes: tuple[str, ...] = ()
        self._now = now

    @property
    def url(self) -> str:
        """Where the Web API is, with a slash behind; only while it is served."""
        return f"{self.team.address}/api/"

    @property
    def views(self) -> list[Opened]:
        """What people have open: Homes, and modals with the top of each stack last."""
        return list(self.team.opened())

    def messages(self, channel: str) -> list[Kept]:
        return self.team.messages(channel)

    def called(self, method: str) -> list[Call]:
        return [it for it in self.calls if it.method == method]

    def forget(self) -> None:
        """Drops calls and messages; people, channels and views stay."""
        self.calls.clear()
        self.team.forget()

    async def deliver(
        self, body: Payload, *, seconds: float = 3.0, attempt: int = 0, reason: str = ""
    ) -> Shape:
        """Sends a payload over Socket Mode and does what the acknowledgement says.

        Gives the errors of a form's fields, by block_id.

        Raises:
            TimeoutError: when it is not acknowledged in time.
            ConnectionError: when no socket is open.
        """
        given = await self.sockets.deliver(body, seconds=seconds, attempt=attempt, reason=reason)
        return acknowledge(self.team, body, given)

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        """Listens on loopback, on any free port for 0, and yields the address of the Web API."""
        application = web.Application(client_max_size=LARGEST_BODY)
        application.router.add_route("*", "/api/{method}", self._serve_method)
        application.router.add_post("/hooks/{name}", self._serve_hook)
        application.router.add_post("/upload/{name}", self._serve_upload)
        application.router.add_get("/link", self.sockets.serve)
        runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=PATIENCE, handler_cancellation=True
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            self.team.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self.url
        finally:
            await self.sockets.close()
            await runner.cleanup()

    async def _serve_method(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        fault = self.faults.meet(name)
        try:
            arguments = await read_arguments(request)
            shape = self._answer(name, request, arguments, fault)
            error = ""
        except Refusal as refusal:
            arguments = Arguments({}) if refusal.code == "invalid_json" else await read_arguments(request)
            shape, error = refused(refusal), refusal.code
        self._note(name, arguments, error, fault)
        return await faulty(request, web.json_response(shape, headers=self._headers()), fault)

    def _answer(self, name: str, request: web.Request, arguments: Arguments, fault: Fault | None) -> Shape:
        check_fault(fault)
        if name not in METHODS:
            raise Refusal("unknown_method")
        check_token(request, arguments, METHODS[name].credential)
        shape = METHODS[name].run(self.team, arguments)
        if name == "apps.connections.open":
            shape = {"url": f"ws{self.team.address.removeprefix('http')}/link?ticket={self.sockets.ticket()}"}
        return {"ok": True, **shape}

    async def _serve_hook(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.meet(HOOK)
        arguments, error, status = Arguments({}), "", 200
        try:
            arguments = await read_arguments(request)
            if not (fault and fault.name in NOT_CARRIED_OUT):
                answer(self.team, request.match_info["name"], arguments)
        except Refusal as refusal:
            error, status = refusal.code, 404 if refusal.code == "used_url" else 400
        if fault and fault.name == "refused":
            error, status = fault.code, 400
        self._note(HOOK, arguments, error, fault)
        return await faulty(request, web.Response(text=error or "ok", status=status), fault)

    async def _serve_upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file; without a token, the address is the secret."""
        fault = self.faults.meet(UPLOAD)
        content, error = await request.read(), ""
        try:
            check_fault(fault)
            self.team.upload(request.match_info["name"], content)
        except Refusal as refusal:
            error = refusal.code
        self._note(UPLOAD, Arguments({"length": len(content)}), error, fault)
        answer = web.Response(text=error or f"OK - {len(content)}", status=404 if error else 200)
        return await faulty(request, answer, fault)

    def _note(self, method: str, arguments: Arguments, error: str, fault: Fault | None) -> None:
        met = fault.name if fault else ""
        self.calls.append(Call(method, arguments.values, self._now(), error, met))
        self.team.stir()

    def _headers(self) -> dict[str, str]:
        granted = (it for it in self.scopes if it not in self.team.lacking)
        return {"x-oauth-scopes": ",".join(granted)}


def check_fault(fault: Fault | None) -> None:
    """
    Raises:
        Refusal: when nothing is to be carried out.
    """
    if fault and fault.name in NOT_CARRIED_OUT:
        raise Refusal(fault.code or fault.name)


def check_token(request: web.Request, arguments: Arguments, kind: str) -> None:
    """
    Raises:
        Refusal: not_authed, not_allowed_token_type or invalid_auth.
    """
    given = request.headers.get(hdrs.AUTHORIZATION, "").removeprefix("Bearer ") or arguments.text("token")
    if not given:
        raise Refusal("not_authed")
    if given == (APP_TOKEN if kind == "app" else BOT_TOKEN):
        return
    raise Refusal("not_allowed_token_type" if given in {APP_TOKEN, BOT_TOKEN} else "invalid_auth")


def refused(refusal: Refusal) -> Shape:
    shape: Shape = {"ok": False, "error": refusal.code}
    if refusal.reasons:
        shape |= {"errors": list(refusal.reasons), "response_metadata": {"messages": list(refusal.reasons)}}
    return shape


async def faulty(request: web.Request, response: web.Response, fault: Fault | None) -> web.Response:
    """An answer as it goes out under a fault; after a cut it goes nowhere."""
    if fault is None:
        return response
    if fault.name in {"lost", "cut"} and request.transport:
        request.transport.abort()
    if fault.name == "slow":
        await asyncio.sleep(fault.seconds)
    if fault.name == "rate_limited":
        return web.json_response(
            {"ok": False, "error": "ratelimited"},
            status=429,
            headers={hdrs.RETRY_AFTER: str(round(fault.seconds))},
        )
    if fault.name in STATUS:
        page = "<html><body>Server Error</body></html>"
        return web.Response(text=page, status=STATUS[fault.name], content_type="text/html")
    return response
