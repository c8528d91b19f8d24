"""The way to the API: its address, its certificate, its proxy."""

import asyncio
import ssl
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import BotError, SettingsError
from bot.language import LANGUAGES
from bot.sms.cloud import CloudError, Unreachable
from bot.tencent.call import Patience
from bot.tencent.client import TencentCloud
from bot.tencent.connection import authorities, connected
from bot.tencent.endpoint import read_endpoint
from bot.tencent.signing import Credentials
from tests.tencent.calling import APP, KEYS, MESSAGE, REGION, SHORT, Hands, free_port
from tests.tencent.scripted import RawServer, answered, scripted_server

CERTIFICATE = Path(__file__).with_name("loopback.pem")


@pytest.mark.parametrize(
    "url",
    [
        "https://sms.tencentcloudapi.com",
        "https://sms.tencentcloudapi.com/",
        "https://proxy.example.com:8443",
        "http://127.0.0.1:8080",
        "http://127.9.9.9",
        "http://[::1]:8080",
        "http://localhost:1",
    ],
)
def test_an_endpoint_is_https_or_on_this_machine(url: str) -> None:
    assert read_endpoint(url).path == "/"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sms.tencentcloudapi.com",
        "http://sms.tencentcloudapi.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://0.0.0.0:80",
        "ftp://localhost",
        "https://",
        "https://sms.tencentcloudapi.com/path",
        "https://sms.tencentcloudapi.com/?a=1",
        "https://me:hunter2@sms.tencentcloudapi.com",
        "http://[::1",
        "https://a\x00b",
    ],
)
def test_any_other_endpoint_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_endpoint(url)

    assert (caught.value.phrase, caught.value.details) == ("cloud.endpoint", {})


@pytest.mark.parametrize("key", ["", "two words", "line\n", "密钥", "\ufeffkey"])
def test_keys_that_can_not_be_such_are_refused_before_a_call(key: str) -> None:
    async def open_with(credentials: Credentials) -> None:
        async with connected("https://localhost", Hands().surroundings()) as connection:
            connection.cloud(credentials, APP, REGION)

    for credentials in (Credentials(key, "fine"), Credentials("fine", key)):
        with pytest.raises(SettingsError) as caught:
            asyncio.run(open_with(credentials))
        assert caught.value.phrase == "cloud.credentials"
        assert not key or key not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for_is_not_accepted() -> None:
    error = asyncio.run(asked_over_tls(ca_file=None))

    assert isinstance(error, Unreachable)
    assert error.phrase == "cloud.certificate"
    assert error.details["reason"]


def test_a_certificate_of_ones_own_is_accepted_from_a_file() -> None:
    assert asyncio.run(asked_over_tls(ca_file=CERTIFICATE)) is None


def test_the_usual_authorities_are_believed_as_well() -> None:
    usual, own = (authorities(file).cert_store_stats()["x509_ca"] for file in (None, CERTIFICATE))

    assert own == usual + 1 > 1


def test_a_server_without_tls_is_not_asked_in_clear() -> None:
    async def ask() -> tuple[BotError | None, list[bytes]]:
        server = RawServer(b"HTTP/1.1 400 Bad Request\r\n\r\n", greets=True)
        async with server.serving() as url:
            return await outcome(url.replace("http:", "https:")), server.requests

    error, requests = asyncio.run(ask())

    assert isinstance(error, Unreachable)
    assert requests == []


def test_a_send_whose_time_runs_out_while_it_connects_was_not_sent() -> None:
    async def ask() -> CloudError:
        patience = Patience(connect=3.0, whole=0.2)
        async with RawServer(b"").serving() as url, opened(url.replace("http:", "https:"), patience) as cloud:
            with pytest.raises(CloudError) as caught:
                await cloud.send(MESSAGE)
        return caught.value

    error = asyncio.run(ask())

    assert isinstance(error, Unreachable)
    assert error.phrase == "cloud.no_connection"


@pytest.mark.parametrize("content", ["", "no certificate at all", None])
def test_a_file_of_no_use_is_told_when_the_connection_is_opened(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)

    error = asyncio.run(outcome("https://localhost", ca_file=file))

    assert isinstance(error, SettingsError)
    assert error.details == {"file": str(file)}


def test_a_proxy_of_no_use_is_told_without_its_password() -> None:
    error = asyncio.run(outcome("https://localhost", proxy="gopher://me:hunter2@proxy"))

    assert isinstance(error, SettingsError)
    assert "hunter2" not in str(error)


def test_what_is_configured_goes_through_the_proxy_and_a_refusal_of_it_means_not_sent() -> None:
    async def ask() -> tuple[BotError | None, bytes]:
        proxy = RawServer(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        async with proxy.serving() as url:
            error = await outcome("https://sms.tencentcloudapi.com", proxy=url)
        return error, b"".join(proxy.heads)

    error, heads = asyncio.run(ask())

    assert isinstance(error, Unreachable)
    assert heads.startswith(b"CONNECT sms.tencentcloudapi.com:443 ")
    assert b"Authorization" not in heads


@pytest.mark.parametrize(
    ("reply", "drip"),
    [
        (b"", 0.0),
        (b"HTTP/1.1 200", 0.0),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 0.0),
        (b"HTTP/1.1 200 OK\r\n\r\n", 0.0),
        (b"HTTP/1.1 200 OK\r\n\r\nno TLS", 0.0),
        (b"HTTP/1.1 200 OK\r\n" + b"X" * 100, 0.05),
    ],
)
def test_a_send_that_does_not_get_past_the_proxy_was_not_sent(reply: bytes, drip: float) -> None:
    async def ask() -> tuple[CloudError, bytes]:
        proxy, patience = RawServer(reply, drip=drip), replace(SHORT, whole=0.6)
        async with (
            proxy.serving() as url,
            connected(
                "https://sms.example.com", Hands().surroundings(), proxy=url, patience=patience
            ) as line,
        ):
            with pytest.raises(CloudError) as caught:
                await line.cloud(KEYS, APP, REGION).send(MESSAGE)
        return caught.value, b"".join(proxy.requests)

    error, arrived = asyncio.run(ask())

    assert (type(error), error.phrase) == (Unreachable, "cloud.no_connection")
    assert arrived.count(b"CONNECT ") == 1
    assert b"SendSms" not in arrived


def test_the_environment_sends_nothing_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

    async def ask() -> BotError | None:
        async with scripted_server(lambda *_: answered()) as url:
            return await outcome(url)

    assert asyncio.run(ask()) is None
    assert isinstance(asyncio.run(asked_over_tls(ca_file=None)), Unreachable)


def test_every_error_says_what_to_do_in_both_languages(project: Path) -> None:
    rows = tomllib.loads((project / "knowledge" / "phrases.toml").read_text("utf-8"))["cloud"]
    blanks = {
        "refused": {"action", "code", "message"},
        "no_connection": {"reason"},
        "certificate": {"reason"},
        "breaker_open": set[str](),
        "busy": set[str](),
        "no_answer": {"action", "what"},
        "garbled": {"action", "what"},
        "send_unknown": {"what"},
        "signature_number": {"signature"},
        "endpoint": set[str](),
        "credentials": set[str](),
        "ca_file": {"file"},
        "proxy": set[str](),
    }

    assert rows.keys() == blanks.keys()
    for name, filled in blanks.items():
        for language in LANGUAGES:
            said = rows[name][language].format(**dict.fromkeys(filled, "FILLED"))
            assert said.count("FILLED") >= len(filled)


@asynccontextmanager
async def opened(url: str, patience: Patience) -> AsyncIterator[TencentCloud]:
    async with connected(url, Hands().surroundings(), patience=patience) as connection:
        yield connection.cloud(KEYS, APP, REGION)


async def asked_over_tls(ca_file: Path | None) -> BotError | None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    async with scripted_server(lambda *_: answered(PhoneNumberInfoSet=[]), context) as url:
        return await outcome(url, ca_file=ca_file)


async def outcome(url: str, ca_file: Path | None = None, proxy: str | None = None) -> BotError | None:
    try:
        async with connected(
            url, Hands().surroundings(), ca_file=ca_file, proxy=proxy, patience=SHORT
        ) as connection:
            await connection.caller(KEYS, REGION).call("DescribePhoneNumberInfo", {})
    except BotError as error:
        return error
    return None
