"""An answer is judged by its content."""

import json
import ssl

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sms.cloud import CloudError, Garbled, NoAnswer, Refused, Unreachable
from bot.tencent.policy import Action
from bot.tencent.verdict import Failure, fault, verdict

READ: Action = "SmsPackagesStatistics"
SEND: Action = "SendSms"
names = st.sampled_from(["Response", "Error", "Code", "Message", "RequestId", "code", "codeDesc", "other"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("status", [200, 400, 500, 502])
def test_an_error_is_an_error_under_any_status(status: int) -> None:
    error = error_of(READ, status, {"Response": {"Error": {"Code": "X.Y", "Message": "m"}, "RequestId": "r"}})

    assert isinstance(error, Refused)
    assert (error.action, error.code, error.message, error.request_id) == (READ, "X.Y", "m", "r")


@pytest.mark.parametrize("status", [200, 500])
def test_a_good_answer_is_good_under_any_status(status: int) -> None:
    assert verdict(READ, status, b'{"Response": {"A": 1}}') == {"A": 1}


def test_the_old_shape_of_an_error_is_understood() -> None:
    error = error_of(READ, 200, {"code": 4100, "message": "no", "codeDesc": "AuthFailure.SignatureFailure"})

    assert isinstance(error, Refused)
    assert error.code == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "JSON"),
        (b"<html>", "JSON"),
        (b"\xff\xfe\xfd", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "JSON"),
        (b"{}", "Response"),
        (b'{"Response": null}', "Response"),
        (b'{"Response": []}', "Response"),
        (b'{"code": 0, "message": "", "codeDesc": "Success"}', "Response"),
        (b'{"Response": {"Error": "no", "RequestId": "r"}}', "Response.Error"),
        (b'{"Response": {"Error": {}}}', "Response.Error"),
        (b'{"Response": {"Error": {"Code": ""}}}', "Response.Error"),
        (b'{"Response": {"Error": {"Code": 7}}}', "Response.Error"),
    ],
)
def test_what_is_no_answer_of_the_api_is_garbled_and_told_by_its_place(body: bytes, what: str) -> None:
    failure = verdict(READ, 200, body)

    assert isinstance(failure, Failure)
    assert isinstance(failure.error, Garbled)
    assert failure.error.details["what"] == what
    assert failure.outage
    assert not failure.again


def test_a_gateway_that_fails_is_asked_again_and_a_redirect_is_not_followed() -> None:
    gateway, redirect = verdict(READ, 503, b"<html>"), verdict(READ, 302, b"")

    assert isinstance(gateway, Failure)
    assert isinstance(redirect, Failure)
    assert (gateway.again, redirect.again) == (True, False)
    assert gateway.error.details["what"] == "HTTP 503"


@pytest.mark.parametrize(
    ("code", "again"),
    [
        ("RequestLimitExceeded", True),
        ("RequestLimitExceeded.UinLimitExceeded", True),
        ("InternalError.OtherError", True),
        ("ServiceUnavailable", True),
        ("LimitExceeded.PhoneNumberDailyLimit", False),
        ("AuthFailure.SignatureFailure", False),
        ("InvalidParameterValue.BeginTimeVerifyFail", False),
    ],
)
def test_only_what_passes_is_asked_again_and_no_code_is_a_sign_of_an_outage(
    code: str, *, again: bool
) -> None:
    failure = verdict(READ, 200, body_of({"Response": {"Error": {"Code": code, "Message": ""}}}))

    assert isinstance(failure, Failure)
    assert (failure.again, failure.outage) == (again, False)


@pytest.mark.parametrize(
    "code", ["InternalError.SendAndRecvFail", "InternalError.Timeout", "ServiceUnavailable", "Failed.Timeout"]
)
def test_a_platform_that_stumbled_over_a_send_leaves_it_unknown(code: str) -> None:
    error = error_of(SEND, 200, {"Response": {"Error": {"Code": code, "Message": ""}, "RequestId": "r"}})

    assert type(error) is NoAnswer
    assert error.phrase == "cloud.send_unknown"
    assert (error.details["code"], error.request_id) == (code, "r")


@settings(max_examples=150)
@given(anything, st.sampled_from([200, 302, 404, 500]))
def test_any_answer_to_a_send_is_read_refused_or_unknown_and_never_breaks_us(
    value: object, status: int
) -> None:
    outcome = verdict(SEND, status, body_of(value))

    if isinstance(outcome, Failure):
        assert isinstance(outcome.error, (Refused, NoAnswer))
    else:
        assert isinstance(value, dict)
        assert outcome.keys() == value["Response"].keys()


@settings(max_examples=100)
@given(
    st.text(max_size=20).filter(lambda it: not it[-1:].isdigit()),
    st.sampled_from(["+8613800138000", "8613800138000", "13800138000", "008613800138000", "+85261234567"]),
)
def test_a_number_in_the_words_of_the_api_is_masked(before: str, number: str) -> None:
    body = body_of({"Response": {"Error": {"Code": "X", "Message": f"{before}{number}, says the API"}}})

    failure = verdict(READ, 200, body)

    assert isinstance(failure, Failure)
    assert number[-8:] not in f"{failure.error} {failure.error.details}"


def test_what_the_api_says_of_an_application_stays_readable() -> None:
    error = error_of(
        READ, 200, {"Response": {"Error": {"Code": "X", "Message": "App 1400006666 at 1718000000"}}}
    )

    assert error.details["message"] == "App 1400006666 at 1718000000"


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError("refused"), httpx.ConnectTimeout(""), httpx.PoolTimeout(""), httpx.ProxyError("407")],
)
def test_a_request_that_never_left_was_not_sent(error: httpx.RequestError) -> None:
    failure = fault(SEND, error)

    assert isinstance(failure.error, Unreachable)
    assert failure.error.details["reason"]


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout(""),
        httpx.WriteTimeout(""),
        httpx.ReadError(""),
        httpx.WriteError(""),
        httpx.CloseError(""),
        httpx.RemoteProtocolError("Illegal header value b'secret'"),
        httpx.LocalProtocolError("Illegal header value b'secret'"),
        httpx.DecodingError(""),
        ssl.SSLError("bad record"),
    ],
)
def test_a_request_that_may_have_left_is_unknown_and_its_bytes_are_not_repeated(error: Exception) -> None:
    failure = fault(SEND, error)

    assert isinstance(failure.error, NoAnswer)
    assert failure.error.phrase == "cloud.send_unknown"
    assert "secret" not in str(failure.error)


@pytest.mark.parametrize("error", [httpx.ReadTimeout(""), httpx.RemoteProtocolError("b'secret'")])
def test_what_breaks_on_the_way_to_a_proxy_means_not_sent(error: Exception) -> None:
    failure = fault(SEND, error, way=True)

    assert isinstance(failure.error, Unreachable)
    assert "secret" not in str(failure.error)


def error_of(action: Action, status: int, value: object) -> CloudError:
    outcome = verdict(action, status, body_of(value))
    assert isinstance(outcome, Failure)
    return outcome.error


def body_of(value: object) -> bytes:
    return json.dumps(value).encode()
