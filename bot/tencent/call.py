"""One call of the API: its tries, within its time, at our pace."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from random import random
from time import monotonic
from typing import Protocol

import httpx
from aiolimiter import AsyncLimiter

from bot.sms.cloud import Refused, Unreachable
from bot.tencent.breaker import Breaker
from bot.tencent.clock import ServerClock
from bot.tencent.policy import POLICIES, Action
from bot.tencent.signing import TC3
from bot.tencent.verdict import CLOCK_CODE, Answer, Failure, cut_off, fault, verdict

VERSION = "2021-01-11"
# Signed as it is sent, to the byte.
CONTENT_TYPE = "application/json; charset=utf-8"
# Seconds that the first pause lasts at most; each later one twice as long.
FIRST_PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for each step of an attempt, and for the whole call with its tries and pauses."""

    pool: float = 2.0
    connect: float = 3.0
    write: float = 5.0
    read: float = 8.0
    whole: float = 10.0

    def steps(self, left: float) -> httpx.Timeout:
        """For an attempt of a call that has `left` seconds.

        Connecting gives up by itself before the call does: cut off from outside in the middle of a TLS
        handshake, httpcore would leave the socket to the garbage collector.
        """
        connect = min(self.connect, 0.8 * left)
        return httpx.Timeout(pool=self.pool, connect=connect, write=self.write, read=self.read)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time and chance. `seconds` only go forward; `random` is from 0 up to 1."""

    now: Callable[[], datetime]
    seconds: Callable[[], float] = monotonic
    random: Callable[[], float] = random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Line:
    """What all accounts share on their way to one endpoint."""

    http: httpx.AsyncClient
    endpoint: httpx.URL
    breaker: Breaker
    clock: ServerClock
    patience: Patience
    surroundings: Surroundings


class Outgoing(Protocol):
    """What httpcore tells of a request that begins to leave."""

    method: bytes


class Departure:
    """How far a request has come: whether it has `begun` to leave, or so far a proxy was asked for a `way`."""

    def __init__(self) -> None:
        self.begun = False
        self.way = False

    async def note(self, event: str, told: Mapping[str, Outgoing]) -> None:
        if event == "http11.send_request_headers.started":
            self.begun |= told["request"].method != b"CONNECT"
            self.way = not self.begun


class Caller:
    """Calls the API in the name of one account. `limiters`: one an action, for all that use its keys."""

    def __init__(
        self, line: Line, signature: TC3, region: str, limiters: Mapping[Action, AsyncLimiter]
    ) -> None:
        self._line = line
        self._signature = signature
        self._region = region
        self._limiters = limiters

    async def call(self, action: Action, payload: Mapping[str, object]) -> Answer:
        """The content of `Response`. A send is tried once, a read up to three times.

        Raises:
            CloudError: after the last try, or the first that another would not mend.
        """
        body = json.dumps(payload).encode()
        deadline = seconds() + self._line.patience.whole
        for pause in pauses(POLICIES[action].tries, self._line.surroundings.random):
            match await self._attempt(action, body, deadline):
                case Failure(again=True) if self._line.breaker.closed and seconds() + pause < deadline:
                    await self._line.surroundings.sleep(pause)
                case Failure(error=error):
                    raise error
                case answer:
                    return answer
        raise AssertionError(action)  # the last pause lasts for ever

    async def _attempt(self, action: Action, body: bytes, deadline: float) -> Answer | Failure:
        breaker, now = self._line.breaker, self._line.surroundings.seconds
        if breaker.resting(now()):
            return Failure(Unreachable("cloud.breaker_open", action))
        if not await self._turn(action, deadline):
            return Failure(Unreachable("cloud.busy", action))
        # Others may have found the API down while this one waited for its turn.
        if not breaker.admits(now()):
            return Failure(Unreachable("cloud.breaker_open", action))
        outcome = await self._exchange(action, body, deadline)
        if isinstance(outcome, Failure) and outcome.outage:
            breaker.failed(now())
        else:
            breaker.succeeded()
        return outcome

    async def _turn(self, action: Action, deadline: float) -> bool:
        """Waits until the pace allows another call; False when the call's time is over before."""
        try:
            async with asyncio.timeout_at(deadline):
                await self._limiters[action].acquire()
        except TimeoutError:
            return False
        return True

    async def _exchange(self, action: Action, body: bytes, deadline: float) -> Answer | Failure:
        """Sends the request once, and judges what comes back."""
        signed_with = self._line.clock.ahead
        departure = Departure()
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._line.http.post(
                    self._line.endpoint,
                    content=body,
                    headers=self._headers(action),
                    auth=self._signature,
                    extensions={"trace": departure.note},
                    timeout=self._line.patience.steps(deadline - seconds()),
                )
        except TimeoutError:
            return cut_off(action, left=departure.begun)
        # A broken TLS record reaches us bare, everything else as an error of httpx.
        except (httpx.RequestError, ssl.SSLError) as broken:
            return fault(action, broken, way=departure.way)
        match verdict(action, response.status_code, response.content):
            case Failure(error=Refused(code=code) as error) if code == CLOCK_CODE:
                return self._corrected(error, response.headers.get("Date", ""), signed_with)
            case outcome:
                return outcome

    def _headers(self, action: Action) -> Mapping[str, str]:
        return {
            "Content-Type": CONTENT_TYPE,
            "X-TC-Action": action,
            "X-TC-Version": VERSION,
            "X-TC-Region": self._region,
        }

    def _corrected(self, error: Refused, date: str, signed_with: timedelta) -> Failure:
        """The API does not take our clock: the next signature goes by the API's."""
        clock = self._line.clock
        ahead = clock.measured(date)
        if ahead is None:
            return Failure(error)
        told = Refused(error.action, error.code, error.message, error.request_id, ahead.total_seconds())
        return Failure(told, again=clock.correct(ahead, signed_with))


def seconds() -> float:
    return asyncio.get_running_loop().time()


def pauses(tries: int, chance: Callable[[], float]) -> Iterator[float]:
    """Seconds to wait behind each try: anything up to half a second, then up to one, … for ever at the end."""
    for done in range(tries - 1):
        yield chance() * FIRST_PAUSE * 2**done
    yield inf
