"""The stand-in for the SMS API: an HTTP server on loopback with an account of invented data."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID

from aiohttp import hdrs, web

from bot.sandbox.faults import ERRORS, EVERY_NUMBER, NOT_EXECUTED, SKEW, Answer, Faults, Reply, spoilt
from bot.sandbox.gate import Admitted, Customer, admit, read_payload
from bot.sandbox.refusal import Refusal
from bot.sandbox.samples import empty_world, sample_world
from bot.sandbox.sending import refuse_all
from bot.sandbox.signatures import Credentials
from bot.sandbox.terms import Terms
from bot.sandbox.world import Sent, World

# executed: its action ran · refused: the API said no · faulted: a fault stood in the way, nothing ran.
Verdict = Literal["executed", "refused", "faulted"]

HOME = "ap-guangzhou"
LARGEST_BODY = 10 * 1024 * 1024
# How long a stop waits for calls that are still being answered, in seconds.
PATIENCE = 0.05
# Closing with this linger resets the connection at once.
RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Call:
    """A request that arrived."""

    action: str
    payload: Mapping[str, object] = field(repr=False)
    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    response: Answer
    verdict: Verdict

    @property
    def error(self) -> str:
        """The code of the Error, "" without one."""
        found = self.response.get("Error")
        return str(found["Code"]) if isinstance(found, dict) else ""


class Sandbox:
    """An account, the faults that it meets, and what arrived.

    `slowness` and `delivery_seconds` are seconds. `now` gives aware datetimes; the account begins with its
    first call. The same `seed` and times make the same account.
    """

    def __init__(self, now: Callable[[], datetime], seed: int = 0) -> None:
        self.credentials = Credentials("SAMPLE-SECRET-ID", "sample-secret-key-that-opens-nothing")
        self.sdk_app_id = "1400006666"
        self.region = HOME
        self.slowness = 30.0
        self.delivery_seconds = 1.0
        self.session_in_receipts = False
        self.faults = Faults()
        self.calls: list[Call] = []
        self._now = now
        self._seed = seed
        self._worlds: dict[str, World] = {}

    @property
    def sent(self) -> list[Sent]:
        """The messages that were accepted, oldest first."""
        return self._world(self.region).sent

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        """Listens on loopback, on any free port for 0, and yields its own address without a slash behind."""
        application = web.Application(client_max_size=LARGEST_BODY)
        application.router.add_post("/", self._serve)
        runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=PATIENCE, handler_cancellation=True
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        action = headers.get("x-tc-action", "")
        fault = self.faults.meet(action)
        name = fault.name if fault else ""
        at = self._now()
        clock = at + SKEW if name == "clock_skew" else at
        outcome = self._outcome(headers, body, name, clock)
        if fault and name == "clock_skew" and outcome.error == "AuthFailure.SignatureExpire":
            self.faults.again(fault)
        self.calls.append(Call(action, read_payload(body) or {}, outcome.verdict, at))
        response = {**outcome.response, "RequestId": self._request_id()}
        await self._hold_up(request, name)
        return drawn(spoilt(response, name), clock)

    def _outcome(self, headers: Mapping[str, str], body: bytes, fault: str, clock: datetime) -> Outcome:
        if fault in NOT_EXECUTED:
            code = ERRORS.get(fault)
            return Outcome(error_answer(code, "A fault that was asked for.") if code else {}, "faulted")
        try:
            return self._run(admit(headers, body, Customer(self.credentials, self.sdk_app_id), clock), fault)
        except Refusal as refusal:
            return Outcome(error_answer(refusal.code, refusal.message), "refused")

    def _run(self, admitted: Admitted, fault: str) -> Outcome:
        if fault in EVERY_NUMBER:
            return Outcome(refuse_all(admitted.parameters, EVERY_NUMBER[fault]), "faulted")
        terms = Terms(self._now(), self.delivery_seconds, self.session_in_receipts)
        answer = admitted.action.run(self._world(admitted.region), admitted.parameters, terms)
        return Outcome(answer, "executed")

    async def _hold_up(self, request: web.Request, fault: str) -> None:
        """What a fault does to the connection before the answer; an answer after a cut goes nowhere."""
        if fault == "slow":
            await asyncio.sleep(self.slowness)
        if fault in {"answer_lost", "reset_before"} and request.transport:
            if fault == "reset_before":
                request.transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, RESET
                )
            request.transport.abort()

    def _world(self, region: str) -> World:
        if region not in self._worlds:
            home = region == self.region
            self._worlds[region] = sample_world(self._now(), self._seed) if home else empty_world(self._now())
        return self._worlds[region]

    def _request_id(self) -> str:
        return str(UUID(bytes=sha256(f"{self._seed} {len(self.calls)}".encode()).digest()[:16]))


def error_answer(code: str, message: str) -> Answer:
    return {"Error": {"Code": code, "Message": message}}


def drawn(reply: Reply, clock: datetime) -> web.Response:
    date = format_datetime(clock.astimezone(UTC), usegmt=True)
    return web.Response(
        body=reply.text.encode(),
        status=reply.status,
        headers={hdrs.CONTENT_TYPE: reply.content_type, hdrs.DATE: date},
    )
