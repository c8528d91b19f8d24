"""The web server: machines learn how we are; Slack's requests come in when they are Slack's, others never."""

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from structlog.testing import capture_logs

from bot.errors import SettingsError
from bot.metrics import Metrics
from bot.pulse import Pulse
from bot.slack.wire.connection import Dispatch
from bot.slack.wire.signature import sealed
from bot.web import LARGEST_BODY, Check, Deliveries, Patience, Web

SECRET = "5lack-s1gn1ng-s3cret"  # noqa: S105 -- invented
AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"
Caller = Callable[[httpx.AsyncClient], Awaitable[None]]


@dataclass
class Bolt:
    """What Bolt would do: remembers, and says `response`."""

    response: BoltResponse = field(default_factory=lambda: BoltResponse(status=200))
    open: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[AsyncBoltRequest] = field(default_factory=list)

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        self.requests.append(request)
        await self.open.wait()
        return self.response


async def well() -> bool:
    return True


async def unwell() -> bool:
    return False


async def broken() -> bool:
    raise LookupError("no such table")


async def hanging() -> bool:
    await asyncio.Event().wait()
    return True


@asynccontextmanager
async def calling(
    dispatch: Dispatch | None = None,
    parts: Mapping[str, Check] | None = None,
    pulse: Pulse | None = None,
    metrics: Metrics | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    deliveries = Deliveries(dispatch, SECRET, lambda: AT) if dispatch else None
    patience = Patience(checks=0.1, bodies=0.2, stop=2.0)
    server = Web(parts or {}, metrics or Metrics("0.0"), pulse or Pulse(), deliveries, patience)
    async with (
        server.serving("127.0.0.1", 0) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as client,
    ):
        yield client


def signed(body: bytes, kind: str = FORM, at: datetime = AT) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sealed(SECRET, timestamp, body),
    }


def answer(path: str, **sides: object) -> httpx.Response:
    async def whole() -> httpx.Response:
        async with calling(**sides) as client:  # type: ignore[arg-type]
            return await client.get(path)

    return asyncio.run(whole())


def delivered(
    body: bytes, headers: Mapping[str, str | bytes], response: BoltResponse | None = None
) -> tuple[httpx.Response, list[AsyncBoltRequest]]:
    async def whole() -> tuple[httpx.Response, list[AsyncBoltRequest]]:
        bolt = Bolt(response or BoltResponse(status=200))
        bolt.open.set()
        async with calling(bolt.dispatch) as client:
            return await client.post("/slack/events", content=body, headers=headers), bolt.requests  # type: ignore[arg-type]

    return asyncio.run(whole())


def test_we_are_healthy_while_the_loop_gets_round_whatever_slack_does() -> None:
    found = answer("/healthz", parts={"socket": unwell})

    assert (found.status_code, found.json()) == (200, {"healthy": True, "lag_seconds": 0.0})


def test_we_are_not_healthy_when_the_loop_was_stuck() -> None:
    async def no_beat(_seconds: float) -> None:
        await asyncio.Event().wait()

    times = iter([0.0, 0.0, 6.5])
    found = answer("/healthz", pulse=Pulse(lambda: next(times), no_beat))

    assert (found.status_code, found.json()) == (503, {"healthy": False, "lag_seconds": 5.5})


def test_we_are_ready_when_every_part_is() -> None:
    found = answer("/readyz", parts={"socket": well, "database": well})

    assert found.status_code == 200
    assert found.json() == {"ready": True, "parts": {"socket": "ok", "database": "ok"}}


def test_a_part_that_fails_or_says_nothing_is_named_and_holds_nobody_up() -> None:
    found = answer("/readyz", parts={"a": well, "b": unwell, "c": broken, "d": hanging})

    assert found.status_code == 503
    assert found.json() == {
        "ready": False,
        "parts": {"a": "ok", "b": "failed", "c": "failed", "d": "slow"},
    }


def test_the_numbers_are_served_for_prometheus() -> None:
    metrics = Metrics("0.0")
    metrics.failed()

    found = answer("/metrics", metrics=metrics)

    assert found.headers["content-type"].startswith("text/plain; version=")
    assert "smsbot_errors_total 1.0" in found.text


@pytest.mark.parametrize("path", ["/", "/healthz/", "/slack/events", "/metrics/../etc/passwd"])
def test_nothing_else_is_served_and_no_version_is_told(path: str) -> None:
    found = answer(path)

    assert found.status_code == 404
    assert "server" not in found.headers


def test_an_address_that_is_taken_is_told_to_the_operator() -> None:
    async def whole() -> None:
        async with calling() as client:
            port = urlsplit(str(client.base_url)).port
            assert port
            async with Web({}, Metrics("0.0"), Pulse()).serving("127.0.0.1", port):
                pass

    with pytest.raises(SettingsError) as caught:
        asyncio.run(whole())

    assert caught.value.phrase == "serve.address"


def test_what_slack_has_signed_comes_to_bolt_as_it_was_sent() -> None:
    body = f"command=%2Fsms&text={quote('余量')}".encode()

    _, (request,) = delivered(body, signed(body) | {"X-Slack-Retry-Num": "2"})

    assert request.raw_body == body.decode()
    assert request.body == {"command": "/sms", "text": "余量"}
    assert request.headers["x-slack-retry-num"] == ["2"]
    assert request.mode == "http"


@pytest.mark.parametrize("status", [200, 404, 500])
def test_what_bolt_answers_goes_back_as_it_is(status: int) -> None:
    response = BoltResponse(status=status, body={"text": "好"}, headers={"x-one": ["1", "2"]})

    found, _ = delivered(b"{}", signed(b"{}"), response)

    assert found.status_code == status
    assert found.json() == {"text": "好"}
    assert found.headers["content-type"] == "application/json;charset=utf-8"
    assert found.headers.get_list("x-one") == ["1", "2"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(b"{}") | {"X-Slack-Signature": "v0=00"},
        signed(b"{}") | {"X-Slack-Signature": b"v0=\xff\xfe"},
        signed(b"{}") | {"X-Slack-Request-Timestamp": "now"},
        signed(b"{}") | {"X-Slack-Request-Timestamp": ""},
        signed(b"{}", at=AT - timedelta(seconds=301)),
        signed(b"{ }"),
    ],
)
def test_a_request_that_slack_has_not_signed_is_refused_and_goes_nowhere(headers: dict[str, str]) -> None:
    found, requests = delivered(b"{}", headers)

    assert found.status_code == 401
    assert requests == []


def test_a_body_that_is_no_text_is_refused() -> None:
    body = b"text=\xff\xfe"

    assert delivered(body, signed(body))[0].status_code == 401
    assert delivered(body, {})[0].status_code == 401


@pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)])
def test_a_body_of_more_than_a_mebibyte_is_refused(size: int, status: int) -> None:
    body = b"a=" + b"b" * (size - 2)

    assert delivered(body, signed(body))[0].status_code == status


def test_what_is_small_when_packed_does_not_become_large() -> None:
    body = gzip.compress(b"a=" + b"b" * 50 * LARGEST_BODY)

    found, requests = delivered(body, signed(body) | {"Content-Encoding": "gzip"})

    assert (found.status_code, requests) == (401, [])


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(0.5)
        yield b"}"

    async def whole() -> int:
        async with calling(Bolt().dispatch) as client:
            found = await client.post("/slack/events", content=trickle(), headers=signed(b"{}"))
            return found.status_code

    assert asyncio.run(whole()) == 408


def test_slack_looking_at_our_certificate_needs_no_signature_and_starts_nothing() -> None:
    found, requests = delivered(b"token=abc&ssl_check=1", {"Content-Type": FORM})

    assert (found.status_code, found.text, requests) == (200, "", [])


def test_what_is_refused_is_counted_and_not_a_word_of_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    metrics = Metrics("0.0")

    async def whole() -> None:
        async with calling(Bolt().dispatch, metrics=metrics) as client:
            await client.post(
                "/slack/events", content=b"text=13800138000", headers={"X-Slack-Signature": "me"}
            )

    with capture_logs() as logs:
        asyncio.run(whole())

    assert b"smsbot_signature_failures_total 1.0" in metrics.page()
    assert [line["flaw"] for line in logs if line["event"] == "delivery_refused"] == ["missing"]
    assert "138" not in json.dumps(logs, default=repr)
    assert "13800" not in "".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("aiohttp", "slack", "bot"))
    )


@pytest.mark.parametrize("body", [b"{", b"[1]", b"payload=%7B", b"payload=[]", b"payload=1", b"", b"\x00"])
def test_what_slack_signed_and_nobody_can_read_breaks_nothing(body: bytes) -> None:
    found, _ = delivered(body, signed(body))

    assert found.status_code in {200, 400}


def test_the_check_of_our_address_and_a_command_work_through_bolt() -> None:
    async def authorise() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0")

    async def say(ack: AsyncAck) -> None:
        await ack("好的")

    async def whole() -> list[tuple[int, str]]:
        app = AsyncApp(authorize=authorise, request_verification_enabled=False, process_before_response=True)
        app.command("/sms")(say)
        challenge = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB"}).encode()
        command = b"command=%2Fsms&text=help&channel_id=C0&user_id=U0&team_id=T0"
        seen = []
        async with calling(app.async_dispatch) as client:
            for body, kind in ((challenge, "application/json"), (command, FORM), (b"ssl_check=1", FORM)):
                found = await client.post("/slack/events", content=body, headers=signed(body, kind))
                seen.append((found.status_code, found.text))
        return seen

    assert asyncio.run(whole()) == [(200, '{"challenge": "3eZbrw1aB"}'), (200, "好的"), (200, "")]


def test_a_stop_lets_what_is_under_way_come_to_its_end() -> None:
    async def whole() -> httpx.Response:
        bolt = Bolt(BoltResponse(status=200, body="done"))
        server = Web({}, Metrics("0.0"), Pulse(), Deliveries(bolt.dispatch, SECRET, lambda: AT))
        async with httpx.AsyncClient(trust_env=False) as client:
            async with server.serving("127.0.0.1", 0) as address:
                asking = asyncio.create_task(
                    client.post(f"{address}/slack/events", content=b"{}", headers=signed(b"{}"))
                )
                while not bolt.requests:  # noqa: ASYNC110 -- the request comes over the network
                    await asyncio.sleep(0.002)
                asyncio.get_running_loop().call_later(0.05, bolt.open.set)
            return await asking

    assert asyncio.run(whole()).text == "done"


REQUESTS = st.tuples(
    st.binary(max_size=60),
    st.dictionaries(
        st.sampled_from(
            ["X-Slack-Signature", "X-Slack-Request-Timestamp", "Content-Type", "Content-Encoding"]
        ),
        st.text(st.characters(codec="latin-1", min_codepoint=0xA1), max_size=30).map(str.encode)
        | st.text(st.characters(codec="ascii", min_codepoint=0x21, max_codepoint=0x7E), max_size=30).map(
            str.encode
        ),
    ),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(REQUESTS, min_size=1, max_size=8))
def test_whatever_a_stranger_sends_is_refused_and_never_breaks_us(
    requests: list[tuple[bytes, dict[str, bytes]]],
) -> None:
    async def whole() -> None:
        bolt = Bolt()
        async with calling(bolt.dispatch) as client:
            for body, headers in requests:
                found = await client.post("/slack/events", content=body, headers=headers)  # type: ignore[arg-type]
                assert found.status_code in {400, 401}
        assert bolt.requests == []

    asyncio.run(whole())
