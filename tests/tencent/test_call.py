"""One call: its time, its pace, and what it leaves behind."""

import asyncio
import gzip
import logging
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.sms.cloud import CloudError, Garbled, Handed, NoAnswer, Refused, Unreachable
from bot.tencent.call import Caller, Patience
from bot.tencent.connection import connected
from tests.tencent.calling import (
    APP,
    KEYS,
    MESSAGE,
    REGION,
    SHORT,
    Hands,
    caller_of,
    cloud_of,
    free_port,
    keys_of,
    sandbox_now,
)
from tests.tencent.scripted import Payload, RawServer, answered, answering_server, failed, scripted_server

COUNTS: Payload = {
    "SmsSdkAppId": APP,
    "BeginTime": "2026030100",
    "EndTime": "2026030101",
    "Limit": 0,
    "Offset": 0,
}
HTTP_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def test_a_call_is_signed_so_that_the_api_believes_it_whatever_it_says() -> None:
    async def ask() -> list[str]:
        sandbox = sandbox_now()
        async with caller_of(sandbox) as caller:
            numbers = ["+8613800138000", "手机号码 😀 “引号” \u2028"]
            await caller.call("DescribePhoneNumberInfo", {"PhoneNumberSet": numbers})
        return [call.verdict for call in sandbox.calls]

    assert asyncio.run(ask()) == ["executed"]


def test_a_wrong_key_is_refused_by_the_api_and_not_tried_again() -> None:
    async def ask() -> tuple[CloudError, int]:
        sandbox = sandbox_now()
        async with sandbox.serving() as url, connected(url, Hands().surroundings()) as connection:
            error = await error_of(connection.caller(KEYS, REGION))
        return error, len(sandbox.calls)

    error, asked = asyncio.run(ask())

    assert isinstance(error, Refused)
    assert error.code.startswith("AuthFailure.")
    assert asked == 1


def test_the_whole_call_keeps_to_its_time_however_slowly_the_answer_drips() -> None:
    async def ask() -> tuple[CloudError, float, int]:
        server = RawServer(HTTP_OK, drip=0.05)
        patience = Patience(read=1.0, whole=0.4)
        async with server.serving() as url, connected(url, Hands().surroundings(), patience=patience) as line:
            begun = asyncio.get_running_loop().time()
            error = await error_of(line.caller(KEYS, REGION))
            return error, asyncio.get_running_loop().time() - begun, len(server.requests)

    error, took, asked = asyncio.run(ask())

    assert type(error) is NoAnswer
    assert 0.35 < took < 1.0
    assert asked == 1


def test_a_call_that_does_not_get_its_turn_in_time_was_not_sent() -> None:
    async def ask() -> tuple[list[CloudError], int]:
        sandbox = sandbox_now()
        async with caller_of(sandbox, patience=Patience(whole=0.5)) as caller:
            outcomes = await asyncio.gather(
                *(caller.call("SendStatusStatistics", COUNTS) for _ in range(20)), return_exceptions=True
            )
        return [it for it in outcomes if isinstance(it, CloudError)], len(sandbox.calls)

    late, asked = asyncio.run(ask())

    # Five at once, then one each fifth of a second.
    assert 5 <= asked <= 8
    assert len(late) == 20 - asked
    assert {(type(it), it.phrase) for it in late} == {(Unreachable, "cloud.busy")}


def test_a_send_that_gets_no_connection_of_its_own_in_time_was_not_sent() -> None:
    async def ask() -> tuple[CloudError, bytes]:
        server = RawServer(HTTP_OK, drip=0.1)
        patience = Patience(pool=5.0, whole=0.3)
        async with server.serving() as url, connected(url, Hands().surroundings(), patience=patience) as line:
            http = line._line.http  # noqa: SLF001 - calls of our own would give up first, and make room
            others = [asyncio.create_task(http.post(url, timeout=None)) for _ in range(20)]
            await server.arrived.wait()
            with pytest.raises(CloudError) as caught:
                await line.cloud(KEYS, APP, REGION).send(MESSAGE)
            for task in others:
                task.cancel()
            await asyncio.wait(others)
        return caught.value, b"".join(server.heads)

    error, arrived = asyncio.run(ask())

    assert (type(error), error.phrase) == (Unreachable, "cloud.no_connection")
    assert b"SendSms" not in arrived


def test_accounts_with_the_same_keys_share_their_pace() -> None:
    async def ask() -> int:
        sandbox = sandbox_now()
        surroundings, patience = Hands().surroundings(), Patience(whole=0.15)
        async with sandbox.serving() as url, connected(url, surroundings, patience=patience) as line:
            callers = [line.caller(keys_of(sandbox), region) for region in ("ap-guangzhou", "ap-beijing")]
            await asyncio.gather(
                *(it.call("SendStatusStatistics", COUNTS) for it in callers * 5), return_exceptions=True
            )
        return len(sandbox.calls)

    assert asyncio.run(ask()) == 5


def test_a_caller_that_is_cancelled_is_cancelled_and_asks_no_more() -> None:
    async def ask() -> tuple[bool, int]:
        server = RawServer(HTTP_OK, drip=0.05)
        async with server.serving() as url, connected(url, Hands().surroundings()) as line:
            task = asyncio.create_task(line.caller(KEYS, REGION).call("SendStatusStatistics", COUNTS))
            await server.arrived.wait()
            task.cancel()
            await asyncio.wait({task})
            return task.cancelled(), len(server.requests)

    assert asyncio.run(ask()) == (True, 1)


def test_many_calls_go_over_one_connection() -> None:
    peers = set[object]()

    async def serve(request: web.Request) -> web.Response:
        assert request.transport
        peers.add(request.transport.get_extra_info("peername"))
        return answered()

    async def ask() -> None:
        async with answering_server(serve) as url, connected(url, Hands().surroundings()) as line:
            for _ in range(5):
                await line.caller(KEYS, REGION).call("DescribePhoneNumberInfo", {})

    asyncio.run(ask())

    assert len(peers) == 1


def test_a_connection_that_was_closed_while_idle_costs_no_send() -> None:
    status = b'{"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "1", "Fee": 1}], "RequestId": "r"}}'

    async def ask() -> tuple[Handed, int]:
        server = RawServer(HTTP_OK + b"Content-Length: %d\r\n\r\n" % len(status) + status)
        async with server.serving() as url, connected(url, Hands().surroundings()) as line:
            await line.caller(KEYS, REGION).call("DescribePhoneNumberInfo", {})
            handed = await line.cloud(KEYS, APP, REGION).send(MESSAGE)
            return handed, len(server.requests)

    handed, requests = asyncio.run(ask())

    assert (handed.serial, requests) == ("1", 2)


def test_a_text_that_is_no_unicode_is_asked_for_all_the_same() -> None:
    """A terminal of another encoding hands on lone surrogates."""

    async def ask() -> list[str]:
        sandbox = sandbox_now()
        async with caller_of(sandbox) as caller:
            await caller.call("DescribePhoneNumberInfo", {"PhoneNumberSet": ["\udce4"]})
        return [call.verdict for call in sandbox.calls]

    assert asyncio.run(ask()) == ["executed"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (b"", NoAnswer),
        (b"HTTP/1.1 200", NoAnswer),
        (b"SSH-2.0-OpenSSH_9.2\r\n", NoAnswer),
        (HTTP_OK + b'Content-Length: 99\r\n\r\n{"Response": {', NoAnswer),
        (HTTP_OK + b'Content-Length: 14\r\n\r\n{"Response": {', Garbled),
        (HTTP_OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", Garbled),
        (b"HTTP/1.1 302 Found\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n", Garbled),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", Garbled),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Garbled),
    ],
)
def test_whatever_comes_back_a_send_is_asked_for_once_and_left_unknown(
    reply: bytes, kind: type[CloudError]
) -> None:
    async def ask() -> tuple[CloudError, int]:
        server = RawServer(reply)
        async with server.serving() as url, connected(url, Hands().surroundings(), patience=SHORT) as line:
            with pytest.raises(CloudError) as caught:
                await line.cloud(KEYS, APP, REGION).send(MESSAGE)
        return caught.value, len(server.requests)

    error, requests = asyncio.run(ask())

    assert type(error) is kind
    assert error.phrase == "cloud.send_unknown"
    assert requests == 1


def test_a_compressed_answer_is_read() -> None:
    async def ask() -> object:
        body = gzip.compress(b'{"Response": {"A": 1}}')
        head = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
        async with (
            RawServer(HTTP_OK + head + body).serving() as url,
            connected(url, Hands().surroundings()) as line,
        ):
            return await line.caller(KEYS, REGION).call("DescribePhoneNumberInfo", {})

    assert asyncio.run(ask()) == {"A": 1}


def test_a_second_try_that_succeeds_is_the_answer_and_ends_the_trying() -> None:
    """The official SDK's retryer goes on after a success, and then raises the first error."""
    answers = iter([failed("RequestLimitExceeded"), answered(A=1), answered(A=2)])

    async def ask() -> object:
        async with (
            scripted_server(lambda *_: next(answers)) as url,
            connected(url, Hands().surroundings()) as line,
        ):
            return await line.caller(KEYS, REGION).call("DescribePhoneNumberInfo", {})

    assert asyncio.run(ask()) == {"A": 1, "RequestId": "r-1"}
    assert next(answers, None) is not None


def test_the_log_of_the_library_holds_no_key_no_number_and_no_code(caplog: pytest.LogCaptureFixture) -> None:
    """The official SDK's debug log has all of them."""
    caplog.set_level(logging.DEBUG)
    sandbox = sandbox_now()

    async def ask() -> None:
        async with cloud_of(sandbox) as cloud:
            await cloud.send(MESSAGE)

    asyncio.run(ask())

    assert "POST" in caplog.text
    for hidden in ("13800138000", "482913", sandbox.credentials.secret_key, "Signature=", "TC3-HMAC"):
        assert hidden not in caplog.text


def test_a_clock_that_stays_wrong_is_corrected_once_and_then_told() -> None:
    """A server that never believes us gets no third request."""
    asked = list[str]()

    def script(action: str, _: Payload) -> web.Response:
        asked.append(action)
        response = failed("AuthFailure.SignatureExpire")
        response.headers["Date"] = "Sun, 01 Mar 2026 12:10:00 GMT"
        return response

    async def ask() -> CloudError:
        hands = Hands(now=datetime(2026, 3, 1, 12, tzinfo=UTC))
        async with scripted_server(script) as url, connected(url, hands.surroundings()) as line:
            return await error_of(line.caller(KEYS, REGION))

    error = asyncio.run(ask())

    assert isinstance(error, Refused)
    assert error.skew == -timedelta(minutes=10).total_seconds()
    assert len(asked) == 2


def test_no_error_shows_a_secret_or_a_number() -> None:
    async def errors() -> list[CloudError]:
        found = []
        for fault in (
            "answer_lost",
            "status_500",
            "bad_json",
            "wrong_types",
            "per_number_refused",
            "rate_limit",
        ):
            sandbox = sandbox_now()
            sandbox.faults.add(fault, times=5)
            async with cloud_of(sandbox) as cloud:
                with pytest.raises(CloudError) as caught:
                    await cloud.send(MESSAGE)
            found.append(caught.value)
        async with connected(f"http://127.0.0.1:{free_port()}", Hands().surroundings()) as line:
            found.append(await error_of(line.caller(KEYS, REGION)))
        return found

    for error in asyncio.run(errors()):
        shown = f"{error!r} {error} {error.details} {error.__cause__!r} {error.__context__!r}"
        assert not any(it in shown for it in ("138001", "482913", KEYS.secret_key, "Signature=", "secret"))


async def error_of(caller: Caller) -> CloudError:
    with pytest.raises(CloudError) as caught:
        await caller.call("DescribePhoneNumberInfo", {"PhoneNumberSet": ["+8613800138000"]})
    return caught.value
