"""What becomes of a call to Slack, and what is tried again."""

import asyncio
import socket

import pytest
from aiohttp import ClientError, ClientTimeout, web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError

from bot.slack.wire.client import (
    Accepted,
    Lost,
    Outcome,
    Refused,
    Unreachable,
    call,
    refusal,
    slack_client,
    slack_session,
)
from tests.slack.api import SHORT, TOKEN, USUAL, Api, Step, body, client_of, dropped, held, limited, refused


def outcome_of(step: Step, patience: ClientTimeout = USUAL) -> Outcome:
    async def run() -> Outcome:
        api = Api()
        api.standing["chat.postMessage"] = step
        async with client_of(api, patience) as client:
            return await call(client, "chat.postMessage", {"channel": "C1", "text": "hello"})

    return asyncio.run(run())


def test_a_call_carries_its_arguments_and_brings_the_answer() -> None:
    async def run() -> Outcome:
        async with client_of(api) as client:
            return await call(client, "chat.postMessage", {"channel": "C1", "text": "你好"})

    api = Api()

    outcome = asyncio.run(run())

    assert api.of("chat.postMessage") == [{"channel": "C1", "text": "你好"}]
    assert isinstance(outcome, Accepted)
    assert outcome.answer["ts"] == "1.0"


def test_an_upload_is_asked_for_with_a_form_since_not_every_slack_takes_json_for_it() -> None:
    async def take(request: web.Request) -> web.Response:
        seen.append((request.content_type, dict(await request.post())))
        return web.json_response({"ok": True})

    async def run() -> None:
        application = web.Application()
        application.router.add_post("/api/files.getUploadURLExternal", take)
        async with TestServer(application) as server, slack_session() as session:
            client = slack_client(TOKEN, str(server.make_url("/api/")), session)
            await call(client, "files.getUploadURLExternal", {"filename": "图.png", "length": "3"})

    seen: list[tuple[str, dict[str, object]]] = []

    asyncio.run(run())

    assert seen == [("application/x-www-form-urlencoded", {"filename": "图.png", "length": "3"})]


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (refused("channel_not_found"), Refused("channel_not_found")),
        (refused("invalid_blocks", "too long"), Refused("invalid_blocks", reasons=("too long",))),
        (limited("7"), Refused("ratelimited", retry_after=7.0)),
        (limited("soon"), Refused("ratelimited", retry_after=1.0)),
        (body('{"ok": false, "error": "not_authed"}', status=403), Refused("not_authed")),
        (body("<html>no</html>", status=404, kind="text/html"), Refused("http_404")),
        (refused("internal_error"), Lost("internal_error")),
        (refused("fatal_error"), Lost("fatal_error")),
        (body('{"ok": false, "error": "team_is_gone"}', status=503), Lost("team_is_gone")),
        (body("<html>busy</html>", status=502, kind="text/html"), Lost("http_502")),
        (body("<html>log in here</html>", kind="text/html"), Lost("http_200")),
        (body('{"ok": tr'), Lost("http_200")),
        (body("ok", kind="text/plain"), Lost("AttributeError")),
        (body("[1]"), Lost("AttributeError")),
        (dropped, Lost("ServerDisconnectedError")),
    ],
)
def test_what_became_of_a_call_is_told_for_certain_or_not_at_all(step: Step, outcome: Outcome) -> None:
    assert outcome_of(step) == outcome


def test_a_call_whose_answer_takes_too_long_may_have_been_heard() -> None:
    assert outcome_of(held(asyncio.Event(), refused("too_late")), SHORT) == Lost("TimeoutError")


def test_where_nobody_listens_nothing_has_been_heard() -> None:
    async def run() -> Outcome:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}/api/"
            async with slack_session(USUAL) as session:
                return await call(slack_client(TOKEN, url, session), "chat.postMessage", {"text": "a"})

    assert asyncio.run(run()) == Unreachable("ClientConnectorError")


@pytest.mark.parametrize("fault", [dropped, limited("0"), body("", status=500), body("{}", status=503)])
def test_a_message_is_never_repeated_by_the_client_itself(fault: Step) -> None:
    async def run() -> None:
        async with client_of(api) as client:
            with pytest.raises((SlackApiError, ClientError)):
                await client.chat_postMessage(channel="C1", text="hello")

    api = Api()
    api.plan("chat.postMessage", fault)

    asyncio.run(run())

    assert len(api.calls) == 1


@pytest.mark.parametrize("fault", [dropped, limited("3"), body("", status=500), body("{}", status=503)])
def test_a_read_is_tried_again_until_it_is_answered(fault: Step) -> None:
    async def run() -> Outcome:
        async with client_of(api) as client:
            return await call(client, "users.info", {"user": "U1", "include_locale": True})

    api = Api()
    api.plan("users.info", fault, fault)

    outcome = asyncio.run(run())

    assert isinstance(outcome, Accepted)
    assert api.of("users.info") == [{"user": "U1", "include_locale": "1"}] * 3


def test_a_read_is_given_up_in_time() -> None:
    async def run() -> list[Outcome]:
        async with client_of(api) as client:
            return [await call(client, method, {}) for method in ("auth.test", "users.info")]

    api = Api()
    api.standing |= {"auth.test": body("", status=500), "users.info": limited("30")}

    outcomes = asyncio.run(run())

    assert outcomes == [Lost("http_500"), Refused("ratelimited", retry_after=30.0)]
    assert (len(api.of("auth.test")), len(api.of("users.info"))) == (3, 1)
    assert sum(api.hands.pauses) < 1


def test_no_proxy_of_the_environment_comes_between(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> Outcome:
        async with client_of(api) as client:
            return await call(client, "auth.test", {})

    api = Api()
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    outcome = asyncio.run(run())

    assert isinstance(outcome, Accepted)


def test_a_proxy_that_is_given_is_used() -> None:
    async def run() -> Outcome:
        async with api.serving(), slack_session(USUAL) as session:
            proxy = api.base_url.removesuffix("/api/")
            client = slack_client(TOKEN, "http://slack.invalid/api/", session, proxy=proxy)
            return await call(client, "auth.test", {})

    api = Api()

    outcome = asyncio.run(run())

    assert isinstance(outcome, Accepted)
    assert len(api.calls) == 1


@settings(max_examples=60, deadline=None)
@given(
    st.integers(200, 599),
    st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=3),
    st.fixed_dictionaries(
        {},
        optional={
            "error": st.sampled_from(["invalid_blocks", "internal_error", "ratelimited", ""]),
            "errors": st.one_of(st.none(), st.lists(st.text(max_size=300), max_size=20)),
            "response_metadata": st.one_of(
                st.none(), st.dictionaries(st.just("messages"), st.lists(st.text()))
            ),
        },
    ),
)
def test_a_server_that_stumbled_never_counts_as_a_refusal(
    status: int, headers: dict[str, str], data: dict[str, object]
) -> None:
    outcome = refusal(status, headers, data)

    if status >= 500 and data.get("error") != "ratelimited":
        assert isinstance(outcome, Lost)
    if isinstance(outcome, Refused):
        assert outcome.code
        assert len(outcome.reasons) <= 10
        assert all(len(it) <= 200 for it in outcome.reasons)
