"""Answers at a response_url."""

import asyncio
from collections.abc import Mapping

import pytest

from bot.slack.wire.client import Accepted, Lost, Outcome, Refused, slack_session
from bot.slack.wire.hook import GONE, SLACKS_OWN, Hooks, hooks_of, judged
from tests.slack.api import USUAL, Api, body


def asked(api: Api, url: str, allowed: str | None = None) -> Outcome:
    async def run() -> Outcome:
        async with api.serving(), slack_session(USUAL) as session:
            hooks = Hooks(session, allowed or hooks_of(api.base_url))
            return await hooks.answer(url.format(host=api.base_url.removesuffix("/api/")), {"text": "hello"})

    return asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    [
        "{host}/hooks/1",
        "https://hooks.slack.com.evil.example/1",
        "https://hooks.slack.com@evil.example/1",
        "http://hooks.slack.com/1",
        "HTTPS://HOOKS.SLACK.COM",
        "https://evil.example/https://hooks.slack.com/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_address_but_slacks_own_is_ever_called(url: str) -> None:
    api = Api()

    outcome = asked(api, url, SLACKS_OWN)

    assert isinstance(outcome, Refused)
    assert outcome.code in GONE
    assert api.calls == []


def test_response_urls_are_of_slack_or_of_a_stand_in_on_this_machine() -> None:
    assert hooks_of("https://slack.com/api/") == SLACKS_OWN
    assert hooks_of("http://127.0.0.1:8000/api/") == "http://127.0.0.1:8000/"


def test_nobody_is_led_on_to_another_address() -> None:
    api = Api()
    api.plan("response_url", body("", status=302, headers={"Location": f"{SLACKS_OWN}2"}))

    outcome = asked(api, "{host}/hooks/1")

    assert outcome == Refused("http_302")
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    ("status", "headers", "answer", "outcome"),
    [
        (200, {}, b"ok", Accepted({"ok": True})),
        (200, {}, b"", Accepted({"ok": True})),
        (200, {}, b'{"ok": true}', Accepted({"ok": True})),
        (404, {}, b"used_url", Refused("used_url")),
        (404, {}, b'{"ok": false, "error": "used_url"}', Refused("used_url")),
        (410, {}, b"", Refused("http_410")),
        (400, {}, b"invalid_blocks", Refused("invalid_blocks")),
        (429, {"Retry-After": "9"}, b"rate_limited", Refused("ratelimited", retry_after=9.0)),
        (500, {}, b"", Lost("http_500")),
        (200, {}, b"<html>log in here</html>", Lost("http_200")),
        (200, {}, b"[1]", Lost("http_200")),
        (200, {}, b"\xff\xfe", Lost("http_200")),
    ],
)
def test_an_answer_is_a_bare_word_or_json(
    status: int, headers: Mapping[str, str], answer: bytes, outcome: Outcome
) -> None:
    assert judged(status, headers, answer) == outcome
