"""Two sockets to Slack: whatever breaks heals, what was delivered is acknowledged, nothing is left behind."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from types import CoroutineType

import pytest
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from structlog.testing import capture_logs

import bot
from bot.errors import BotError, SettingsError
from bot.slack.wire.client import Way
from bot.slack.wire.connection import Connection, Dispatch, NotOpened, Patience, Slack
from bot.slack.wire.sockets import Deaf, Pace, Sockets, Surroundings
from tests.slack.small_slack import (
    APP_TOKEN,
    Clock,
    Link,
    SmallSlack,
    Ticket,
    Wire,
    dead_ticket,
    free_port,
    refusal,
    until,
)

QUICK = Pace(opening=1.0, first_pause=0.01, longest_pause=0.02, longest_search=0.02, linger=0.1)
IMPATIENT = Patience(ping=0.2, silence=3.0, answers=0.2, goodbye=0.1)
BOT = Path(bot.__file__).parent
OK = BoltResponse(status=200)
REAL = Surroundings()


@dataclass
class Desk:
    """Who deals with what is delivered: `behind`, or else says `response` when `open`."""

    behind: Dispatch | None = None
    response: BoltResponse = field(default_factory=lambda: OK)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[AsyncBoltRequest] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open.set()

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        self.requests.append(request)
        if self.behind:
            return await self.behind(request)
        await self.open.wait()
        if self.response.status == 418:
            raise LookupError("no teapot")
        return self.response


@dataclass
class Scene:
    slack: SmallSlack
    desk: Desk
    sockets: Sockets
    running: asyncio.Task[None]

    async def acknowledged(self, envelope: str) -> dict[str, object]:
        await until(lambda: envelope in self.slack.acknowledged)
        (said,) = self.slack.acknowledged[envelope]
        return said

    async def both(self) -> None:
        await until(lambda: self.sockets.alive == len(self.slack.links) == 2)

    async def stop(self) -> None:
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running


@asynccontextmanager
async def scene(
    pace: Pace = QUICK, surroundings: Surroundings = REAL, api_url: str = "", count: int = 2
) -> AsyncIterator[Scene]:
    """Sockets that run until the end, and a Slack for them; then nothing of them is left."""
    desk = Desk()
    async with SmallSlack().serving() as slack:
        way = Slack(Way(api_url or slack.api_url), APP_TOKEN)
        sockets = Sockets(lambda: Connection(desk.dispatch, way, IMPATIENT), count, pace, surroundings)
        it = Scene(slack, desk, sockets, asyncio.create_task(sockets.run()))
        try:
            yield it
        finally:
            await it.stop()
        assert [task for task in asyncio.all_tasks() if of_bot(task)] == []
        assert sockets.alive == 0


def of_bot(task: asyncio.Task[object]) -> bool:
    """Whether it runs code of the program, and not of the tests or a library."""
    coroutine = task.get_coro()
    return isinstance(coroutine, CoroutineType) and Path(coroutine.cr_code.co_filename).is_relative_to(BOT)


def play(story: Callable[[Scene], Awaitable[None]], pace: Pace = QUICK) -> None:
    async def whole() -> None:
        async with scene(pace) as it:
            await it.both()
            await story(it)

    asyncio.run(whole())


def test_what_arrives_on_either_socket_is_dealt_with_and_acknowledged() -> None:
    async def story(it: Scene) -> None:
        for link in list(it.slack.links):
            envelope = await it.slack.deliver(link)
            assert await it.acknowledged(envelope) == {"envelope_id": envelope}

        assert [request.body["event_id"] for request in it.desk.requests] == ["envelope-1", "envelope-2"]
        assert {request.mode for request in it.desk.requests} == {"socket_mode"}

    play(story)


@pytest.mark.parametrize(
    ("body", "payload"),
    [({"response_action": "clear"}, {"response_action": "clear"}), ("谢谢", {"text": "谢谢"})],
)
def test_what_is_answered_goes_with_the_acknowledgement(body: str | dict[str, str], payload: object) -> None:
    async def story(it: Scene) -> None:
        it.desk.response = BoltResponse(status=200, body=body)

        said = await it.acknowledged(await it.slack.deliver())

        assert said["payload"] == payload

    play(story)


def test_a_retry_is_told_as_over_http() -> None:
    async def story(it: Scene) -> None:
        await it.acknowledged(await it.slack.deliver(retry_attempt=2, retry_reason="timeout"))

        (request,) = it.desk.requests
        assert request.headers["x-slack-retry-num"] == ["2"]
        assert request.headers["x-slack-retry-reason"] == ["timeout"]

    play(story)


@pytest.mark.parametrize(("status", "event"), [(500, "not_acknowledged"), (418, "dispatch_failed")])
def test_what_could_not_be_dealt_with_is_not_acknowledged(status: int, event: str) -> None:
    async def story(it: Scene) -> None:
        it.desk.response = BoltResponse(status=status)
        with capture_logs() as logs:
            lost = await it.slack.deliver(it.slack.links[0])
            await until(lambda: [line for line in logs if line["event"] == event])
        it.desk.response = OK
        await it.acknowledged(await it.slack.deliver(it.slack.links[0]))

        assert lost not in it.slack.acknowledged
        assert it.slack.opened == 2

    play(story)


def test_what_bolt_could_not_keep_is_not_acknowledged_until_it_can() -> None:
    refused = list[str]()

    async def keep(body: dict[str, str], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:  # noqa: A002 -- Bolt's name for it
        if not refused:
            refused.append(body["event_id"])
            raise BotError("store.away", reason="disk I/O error")
        return await next()

    async def authorise() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0")

    async def listen() -> None:
        pass

    async def story(it: Scene) -> None:
        app = AsyncApp(authorize=authorise, process_before_response=True)
        app.middleware(keep)
        app.event("app_mention")(listen)
        it.desk.behind = app.async_dispatch
        event = {"type": "event_callback", "event": {"type": "app_mention", "channel": "C0", "user": "U0"}}

        envelopes = [await it.slack.deliver(payload=event | {"event_id": name}) for name in ("a", "b")]
        await it.acknowledged(envelopes[1])
        assert envelopes[0] not in it.slack.acknowledged
        envelope = await it.slack.deliver(payload=event | {"event_id": "a"}, retry_attempt=1)
        await it.acknowledged(envelope)

        assert refused == ["a"]

    play(story)


@pytest.mark.parametrize("frame", ["", "pong", "[1]", "{", '{"type": "x", "envelope_id": "1", "payload": 1}'])
def test_a_frame_that_nobody_can_read_ends_nothing(frame: str) -> None:
    async def story(it: Scene) -> None:
        (link, _) = it.slack.links
        await link.socket.send_str(frame)
        await link.socket.send_bytes(b"\x00")

        await it.acknowledged(await it.slack.deliver(link))

        assert it.slack.opened == 2

    play(story)


def test_many_deliveries_are_dealt_with_side_by_side() -> None:
    async def story(it: Scene) -> None:
        it.desk.open.clear()
        envelopes = [await it.slack.deliver() for _ in range(50)]
        await until(lambda: len(it.desk.requests) == 50)

        it.desk.open.set()

        await until(lambda: it.slack.acknowledged.keys() == set(envelopes))

    play(story)


async def killed(_slack: SmallSlack, link: Link) -> None:
    link.abort()


async def closed(_slack: SmallSlack, link: Link) -> None:
    await link.socket.close()


@pytest.mark.parametrize("end", [killed, closed])
def test_a_socket_that_ends_is_replaced(end: Callable[[SmallSlack, Link], Awaitable[None]]) -> None:
    async def story(it: Scene) -> None:
        ended = it.slack.links[0]

        await end(it.slack, ended)

        await until(lambda: it.slack.opened == 3 and it.sockets.alive == 2)
        assert ended not in it.slack.links
        await it.acknowledged(await it.slack.deliver(it.slack.links[-1]))

    play(story)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled", "too_many_websockets"])
def test_a_socket_that_slack_takes_back_goes_when_the_next_one_has_come(reason: str) -> None:
    async def story(it: Scene) -> None:
        old = it.slack.links[0]

        await it.slack.disconnect(old, reason)

        await until(lambda: len(it.slack.links) == 3)
        await it.acknowledged(await it.slack.deliver(old))
        await it.both()
        assert old not in it.slack.links
        assert it.slack.opened == 3

    play(story)


def test_a_ticket_that_leads_nowhere_costs_one_attempt() -> None:
    async def story(it: Scene) -> None:
        it.slack.tickets = [dead_ticket(), dead_ticket()]

        await it.slack.disconnect(it.slack.links[0], "refresh_requested")

        await until(lambda: it.slack.opened == 3)
        assert it.slack.asked == 2 + 2 + 1
        await it.both()

    play(story)


@pytest.mark.parametrize(
    "ticket",
    [
        Ticket("<h1>Bad gateway</h1>", 502, "text/html"),
        Ticket("who are you?", content_type="text/plain"),
        Ticket("[]"),
        Ticket('{"ok": true}'),
        Ticket('{"ok": true, "url": "nowhere"}'),
        refusal("fatal_error"),
    ],
)
def test_an_answer_that_is_no_ticket_is_asked_for_again(ticket: Ticket) -> None:
    async def story(it: Scene) -> None:
        it.slack.tickets = [ticket]

        it.slack.links[0].abort()

        await until(lambda: it.slack.opened == 3)
        assert it.slack.asked == 4

    play(story)


def test_a_wire_that_swallows_everything_is_noticed_and_another_way_found() -> None:
    async def whole() -> None:
        desk, wire = Desk(), Wire()
        async with SmallSlack().serving() as slack, wire.to(slack.port) as through:
            ways = [f"http://127.0.0.1:{through}/api/", slack.api_url, slack.api_url]
            sockets = Sockets(
                lambda: Connection(desk.dispatch, Slack(Way(ways.pop(0)), APP_TOKEN), IMPATIENT), pace=QUICK
            )
            it = Scene(slack, desk, sockets, asyncio.create_task(sockets.run()))
            await it.both()

            wire.cut = True

            took = await until(lambda: slack.opened == 3)
            assert took < IMPATIENT.silence
            await until(lambda: sockets.alive == 2)
            await it.acknowledged(await slack.deliver(slack.links[-1]))
            await it.stop()

    asyncio.run(whole())


def test_a_socket_that_is_silent_for_too_long_is_replaced_whatever_the_ping_says() -> None:
    async def whole() -> str:
        async with SmallSlack().serving() as slack:
            way = Slack(Way(slack.api_url), APP_TOKEN)
            connection = Connection(Desk().dispatch, way, Patience(ping=60, silence=0.05))
            await connection.open()
            async with asyncio.timeout(5):
                reason = await connection.left()
            await connection.close()
            return reason

    assert asyncio.run(whole()) == "silent"


def test_a_slack_that_does_not_greet_is_not_waited_for() -> None:
    async def story(it: Scene) -> None:
        it.slack.greeting = None
        it.slack.links[0].abort()
        await until(lambda: it.slack.opened == 3)
        assert it.sockets.alive == 1

        it.slack.greeting = {"type": "hello"}

        await until(lambda: it.sockets.alive == 2)

    play(story, Pace(opening=0.1, first_pause=0.01))


def test_a_slack_that_was_away_is_found_again() -> None:
    async def whole() -> None:
        desk, slack = Desk(), SmallSlack()
        async with slack.serving():
            way = Slack(Way(slack.api_url), APP_TOKEN)
            sockets = Sockets(lambda: Connection(desk.dispatch, way, IMPATIENT), pace=QUICK)
            it = Scene(slack, desk, sockets, asyncio.create_task(sockets.run()))
            await it.both()
        await until(lambda: sockets.alive == 0)

        async with slack.serving():
            await it.both()

            await it.acknowledged(await slack.deliver())
            await it.stop()

    asyncio.run(whole())


def test_while_one_socket_after_the_other_is_killed_every_delivery_finds_a_live_one() -> None:
    async def story(it: Scene) -> None:
        killing = asyncio.create_task(kill_in_turn(it.slack))
        envelopes = [f"e{number}" for number in range(200)]
        for turn, envelope in enumerate(envelopes):
            await offer(it.slack, envelope, turn)
            await asyncio.sleep(0.003)
        while lost := [envelope for envelope in envelopes if envelope not in it.slack.acknowledged]:
            for turn, envelope in enumerate(lost):
                await offer(it.slack, envelope, turn)
            await asyncio.sleep(0.01)
        killing.cancel()

        assert it.slack.opened >= 2 + 4
        assert {request.body["event_id"] for request in it.desk.requests} == set(envelopes)

    play(story)


async def kill_in_turn(slack: SmallSlack) -> None:
    while True:
        await asyncio.sleep(0.1)
        for link in slack.live[:1]:
            link.abort()


async def offer(slack: SmallSlack, envelope: str, turn: int) -> None:
    """As Slack does it, again too where nobody acknowledged: on any socket that is live."""
    await until(lambda: slack.live)
    live = slack.live
    with suppress(ConnectionError):
        await slack.send(live[turn % len(live)], envelope)


def test_a_stop_acknowledges_what_is_under_way() -> None:
    async def story(it: Scene) -> None:
        it.desk.open.clear()
        envelope = await it.slack.deliver()
        await until(lambda: it.desk.requests)
        stopping = asyncio.create_task(it.stop())
        await until(lambda: it.sockets.alive == 0)
        assert not stopping.done()

        it.desk.open.set()
        await stopping

        assert (await it.acknowledged(envelope))["envelope_id"] == envelope

    play(story)


def test_a_stop_does_not_wait_for_ever() -> None:
    async def story(it: Scene) -> None:
        it.slack.deaf = True
        for link in list(it.slack.links):
            link.abort()
        await until(lambda: it.slack.opened == 4 and it.sockets.alive == 2)
        it.desk.open.clear()
        for link in it.slack.links:
            await it.slack.deliver(link)
        await until(lambda: len(it.desk.requests) == 2)
        began = monotonic()

        await it.stop()

        assert monotonic() - began < 3
        assert it.slack.acknowledged == {}

    play(story)


def test_a_slack_that_never_says_goodbye_holds_nobody_up() -> None:
    async def whole() -> None:
        async with scene() as it:
            it.slack.deaf = True
            await it.both()
            old = it.slack.links[0]

            await it.slack.disconnect(old, "refresh_requested")

            await until(lambda: old not in it.slack.links)
            await it.both()
            assert it.slack.opened == 3

    asyncio.run(whole())


@pytest.mark.parametrize("code", ["invalid_auth", "not_allowed_token_type", "token_revoked"])
def test_a_token_that_slack_refuses_at_the_start_is_told_to_the_operator(code: str) -> None:
    async def whole() -> BaseException | None:
        async with SmallSlack().serving() as slack:
            slack.tickets = [refusal(code), refusal(code)]
            sockets = Sockets(lambda: Connection(Desk().dispatch, Slack(Way(slack.api_url), APP_TOKEN)))
            return (await asyncio.gather(sockets.run(), return_exceptions=True))[0]

    error = asyncio.run(whole())

    assert isinstance(error, SettingsError)
    assert (error.phrase, error.details) == ("serve.app_token", {"reason": code})


def test_a_token_that_slack_refuses_later_is_tried_again() -> None:
    async def story(it: Scene) -> None:
        it.slack.tickets = [refusal("invalid_auth")] * 3

        it.slack.links[0].abort()

        await until(lambda: it.slack.opened == 3 and it.sockets.alive == 2)

    play(story)


def test_slack_is_left_alone_for_as_long_as_it_asks_for() -> None:
    clock = Clock(chance=0.5)

    async def whole() -> None:
        surroundings = Surroundings(clock.seconds, clock.random, clock.sleep)
        async with scene(Pace(), surroundings, count=1) as it:
            it.slack.tickets = [refusal("ratelimited", "30")]
            await until(lambda: it.sockets.alive == 1)

    asyncio.run(whole())

    assert clock.pauses == [0, 30]


@pytest.mark.parametrize(
    ("ticket", "pauses"),
    [
        (dead_ticket(), [0, 1, 2, 4, 8, 16, 20, 20, 20]),
        (refusal("fatal_error"), [0, 1, 2, 4, 8, 16, 32, 60, 60]),
    ],
)
def test_the_pauses_grow_and_more_so_where_slack_says_no(ticket: Ticket, pauses: list[float]) -> None:
    clock = Clock()

    async def whole() -> None:
        surroundings = Surroundings(clock.seconds, clock.random, clock.sleep)
        async with scene(Pace(), surroundings, count=1) as it:
            it.slack.tickets = [ticket] * 8
            await until(lambda: it.sockets.alive == 1)

    asyncio.run(whole())

    assert clock.pauses == pauses


@pytest.mark.parametrize(
    ("reason", "lived", "pauses"),
    [
        ("refresh_requested", 3600, [0, 0, 0, 0]),
        ("refresh_requested", 1, [0, 1, 1, 1]),
        ("too_many_websockets", 3600, [0, 1, 2, 4]),
    ],
)
def test_a_socket_is_replaced_the_sooner_the_better_it_did(
    reason: str, lived: float, pauses: list[float]
) -> None:
    clock = Clock()

    async def whole() -> None:
        surroundings = Surroundings(clock.seconds, clock.random, clock.sleep)
        async with scene(Pace(linger=0), surroundings, count=1) as it:
            for number in (1, 2, 3):
                await until(lambda: it.sockets.alive == len(it.slack.links) == 1)
                clock.at += lived
                await it.slack.disconnect(it.slack.links[0], reason)
                await until(partial(opened_after, it.slack, number))

    asyncio.run(whole())

    assert clock.pauses == pauses


def opened_after(slack: SmallSlack, number: int) -> bool:
    return slack.opened > number


def test_after_ten_minutes_without_a_socket_we_give_up() -> None:
    clock = Clock()

    async def whole() -> None:
        surroundings = Surroundings(clock.seconds, clock.random, clock.sleep)
        async with scene(Pace(), surroundings, f"http://127.0.0.1:{free_port()}/api/") as it:
            await asyncio.wait({it.running})
            error = it.running.exception()
            assert isinstance(error, Deaf)
            assert error.details == {"minutes": 10, "reason": "ClientConnectorError"}
            assert 600 <= clock.at < 700
            it.running = asyncio.create_task(asyncio.sleep(0))

    asyncio.run(whole())


def test_ten_minutes_count_from_the_last_socket_that_lived() -> None:
    clock = Clock()

    async def whole() -> None:
        surroundings = Surroundings(clock.seconds, clock.random, clock.sleep)
        async with scene(Pace(linger=0), surroundings, count=1) as it:
            await until(lambda: it.sockets.alive == 1)
            clock.at += 3600
            it.slack.tickets = [dead_ticket()]
            it.slack.links[0].abort()

            await until(lambda: it.slack.opened == 2)

            assert not it.running.done()

    asyncio.run(whole())


def test_neither_the_token_nor_a_ticket_stands_in_a_log_or_an_error() -> None:
    async def whole() -> list[object]:
        seen: list[object] = []
        async with scene() as it:
            it.slack.tickets = [
                dead_ticket(),
                refusal("fatal_error"),
                Ticket('{"ok": true, "url": "s3cr3t"}'),
            ]
            await it.both()
            seen.append(Slack(Way(it.slack.api_url), APP_TOKEN))
            it.slack.tickets = [dead_ticket()]
            with pytest.raises(NotOpened) as caught:
                await Connection(it.desk.dispatch, Slack(Way(it.slack.api_url), APP_TOKEN)).open()
            seen += [caught.value, caught.value.__cause__, caught.value.__suppress_context__]
        return seen

    with capture_logs() as logs:
        seen = asyncio.run(whole())

    shown = json.dumps(logs, default=repr) + repr(seen)
    assert "socket_not_opened" in shown
    assert "xapp" not in shown
    assert "s3cr3t" not in shown
