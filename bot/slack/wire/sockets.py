"""The sockets over which Slack delivers: always two, each replaced before or as soon as it fails."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import random
from time import monotonic

import structlog

from bot.errors import BotError, SettingsError
from bot.slack.wire.connection import Connection, NotOpened

LOG = structlog.get_logger("smsbot.slack")

# API apps.connections.open: what no other attempt would mend.
WRONG_TOKEN = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
# Why Slack ends a connection that another one would not replace for long.
UNWELCOME = frozenset({"link_disabled", "too_many_websockets"})


class Deaf(BotError):
    """Slack could not be reached for so long that a new process has better chances."""

    def __init__(self, minutes: int, reason: str) -> None:
        super().__init__("serve.deaf", minutes=minutes, reason=reason)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds.

    `opening`        that one attempt may take
    `first_pause`    at most, after the first failure; twice as long after each further one
    `longest_pause`  at most, while Slack says no
    `longest_search` at most, while Slack can't be reached
    `steady`         that a connection has lived when its end is no failure
    `linger`         that a connection goes on listening when the next one has come
    `deaf`           without any connection, then we give up
    """

    opening: float = 30.0
    first_pause: float = 1.0
    longest_pause: float = 60.0
    longest_search: float = 20.0
    steady: float = 30.0
    linger: float = 5.0
    deaf: float = 600.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Time and chance. `seconds` only go forward; `random` is from 0 up to 1."""

    seconds: Callable[[], float] = monotonic
    random: Callable[[], float] = random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Setbacks:
    """What went wrong in a row: how often, whether Slack itself said no, for how many seconds it wants peace."""

    count: int = 0
    refused: bool = False
    wait: float = 0.0


class Sockets:
    """Keeps `count` connections of `connect` alive: any of them gets a delivery, so one may always fail."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        count: int = 2,
        pace: Pace = Pace(),
        surroundings: Surroundings = Surroundings(),
    ) -> None:
        self._connect = connect
        self._count = count
        self._pace = pace
        self._surroundings = surroundings
        self._connections: set[Connection] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._ever = False
        self._heard = 0.0

    @property
    def alive(self) -> int:
        """How many connections Slack can deliver to."""
        return sum(it.alive for it in self._connections)

    async def run(self) -> None:
        """Runs until it is cancelled: then takes nothing new, acknowledges what is under way, closes.

        Raises:
            SettingsError: when Slack refuses the app token at the start.
            Deaf: after ten minutes without a connection.
        """
        self._heard = self._surroundings.seconds()
        seats = [asyncio.create_task(self._keep()) for _ in range(self._count)]
        try:
            ended, _ = await asyncio.wait(seats, return_when=asyncio.FIRST_COMPLETED)
            for seat in ended:
                seat.result()
        finally:
            for task in (*seats, *self._leaving):
                task.cancel()
            closing = [it.close() for it in self._connections]
            await asyncio.gather(*seats, *self._leaving, *closing, return_exceptions=True)

    async def _keep(self) -> None:
        """One seat: whoever sits in it leaves when the next one has come."""
        setbacks, last = Setbacks(), None
        while True:
            connection = await self._next(setbacks)
            if last is not None:
                self._see_off(last)
            came = self._surroundings.seconds()
            reason = await connection.left()
            self._heard = self._surroundings.seconds()
            LOG.info("socket_left", reason=reason)
            setbacks = self._learnt(setbacks, reason, self._heard - came)
            last = connection

    async def _next(self, setbacks: Setbacks) -> Connection:
        """A connection that is open, after as many attempts as it takes."""
        while True:
            await self._surroundings.sleep(self._pause(setbacks))
            try:
                return await self._opened()
            except NotOpened as error:
                self._judge(error)
                setbacks = Setbacks(setbacks.count + 1, error.refused, error.wait)

    async def _opened(self) -> Connection:
        connection = self._connect()
        try:
            async with asyncio.timeout(self._pace.opening):
                await connection.open()
        except TimeoutError:
            raise NotOpened("timeout") from None
        self._connections.add(connection)
        self._ever = True
        LOG.info("socket_open", alive=self.alive)
        return connection

    def _judge(self, error: NotOpened) -> None:
        """Whether another attempt makes sense."""
        if error.refused and error.reason in WRONG_TOKEN and not self._ever:
            raise SettingsError("serve.app_token", reason=error.reason)
        LOG.warning("socket_not_opened", reason=error.reason, alive=self.alive)
        at = self._surroundings.seconds()
        if self.alive:
            self._heard = at
        elif at - self._heard >= self._pace.deaf:
            raise Deaf(round(self._pace.deaf / 60), error.reason)

    def _learnt(self, setbacks: Setbacks, reason: str, lived: float) -> Setbacks:
        """What the end of a connection of `lived` seconds means for the next one."""
        if reason in UNWELCOME:
            return Setbacks(setbacks.count + 1, refused=True)
        return Setbacks(0 if lived >= self._pace.steady else 1)

    def _pause(self, setbacks: Setbacks) -> float:
        """Chance within growing bounds, so that many replicas don't come back all at once."""
        if not setbacks.count:
            return 0.0
        longest = self._pace.longest_pause if setbacks.refused else self._pace.longest_search
        bound: float = self._pace.first_pause * 2.0 ** min(setbacks.count - 1, 16)
        return max(setbacks.wait, self._surroundings.random() * min(longest, bound))

    def _see_off(self, connection: Connection) -> None:
        task = asyncio.create_task(self._closed(connection))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _closed(self, connection: Connection) -> None:
        """What Slack has under way to the old connection still arrives."""
        try:
            await connection.close(self._pace.linger)
        finally:
            self._connections.discard(connection)
