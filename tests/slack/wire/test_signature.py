"""The signature of Slack's requests: only the right one passes, and nothing makes it fail otherwise."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.wire.signature import Flaw, flaw, sealed

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 -- the one of Slack's own example
AT = datetime(2018, 11, 20, 19, 26, 1, tzinfo=UTC)
NOW = "1542741961"
BODY = "token=xyz&text=余量".encode()


def headers(timestamp: str = NOW, signature: str | None = None, body: bytes = BODY) -> dict[str, str]:
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sealed(SECRET, timestamp, body) if signature is None else signature,
    }


def test_the_example_of_slacks_documentation_is_right() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

    assert (
        flaw(SECRET, headers("1531420618", signature), body, datetime.fromtimestamp(1531420618, UTC)) is None
    )


@pytest.mark.parametrize("skew", [-300, 0, 300])
def test_a_signature_is_good_for_five_minutes_either_way(skew: int) -> None:
    at = AT + timedelta(seconds=skew)

    assert flaw(SECRET, headers(), BODY, at) is None
    assert flaw(SECRET, headers(), BODY, at + timedelta(seconds=1 if skew >= 0 else -1)) == (
        "stale" if skew else None
    )


@pytest.mark.parametrize(
    ("given_headers", "expected"),
    [
        ({}, "missing"),
        ({"X-Slack-Signature": "v0=00"}, "missing"),
        ({"X-Slack-Request-Timestamp": NOW}, "missing"),
        (headers(""), "malformed"),
        (headers("soon"), "malformed"),
        (headers(f" {NOW}"), "malformed"),
        (headers("1_542_741_961"), "malformed"),
        (headers("１５４２７４１９６１"), "malformed"),
        (headers("-1542741961"), "malformed"),
        (headers("1542741961.0"), "malformed"),
        (headers("9" * 5000), "malformed"),
        (headers("0"), "stale"),
        (headers("9" * 12), "stale"),
        (headers(signature=""), "wrong"),
        (headers(signature="v0="), "wrong"),
        (headers(signature="v0=\udcff余"), "wrong"),
        (headers(signature=sealed(SECRET, NOW, BODY).upper()), "wrong"),
        (headers(signature=sealed("another secret", NOW, BODY)), "wrong"),
        (headers(body=BODY + b"\n"), "wrong"),
    ],
)
def test_what_is_wrong_with_it_is_told(given_headers: dict[str, str], expected: Flaw) -> None:
    assert flaw(SECRET, given_headers, BODY, AT) == expected


def test_without_a_secret_nothing_is_right() -> None:
    forged = {"X-Slack-Request-Timestamp": NOW, "X-Slack-Signature": sealed("", NOW, BODY)}

    assert flaw("", forged, BODY, AT) == "wrong"


@settings(max_examples=150)
@given(st.binary(max_size=40), st.text(max_size=20), st.text(max_size=70))
def test_whatever_comes_is_judged_and_only_slack_can_pass(
    body: bytes, timestamp: str, signature: str
) -> None:
    assert flaw(SECRET, headers(timestamp, signature), body, AT) is not None
    assert flaw(SECRET, headers(NOW, signature), body, AT) == "wrong"
    assert flaw(SECRET, headers(body=body), body, AT) is None
