"""What every request has to get right."""

import pytest

from tests.sandbox.caller import APP, Caller, message, talk

LIST = b'{"International": 0}'


def test_a_good_request_gets_an_answer_with_a_request_id() -> None:
    answer = talk(lambda call: call.post("DescribeSmsSignList", LIST))

    assert answer.status == 200
    assert answer.error == ""
    assert answer.response["RequestId"]


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("X-TC-Action", "", "MissingParameter"),
        ("X-TC-Version", "", "MissingParameter"),
        ("X-TC-Timestamp", "", "MissingParameter"),
        ("X-TC-Region", "", "MissingParameter"),
        ("X-TC-Region", "ap-moon", "UnsupportedRegion"),
        ("X-TC-Version", "2019-07-11", "NoSuchVersion"),
        ("X-TC-Action", "AddSmsSign", "InvalidAction"),
        ("Content-Type", "text/plain", "UnsupportedProtocol"),
        ("Content-Type", "application/json; charset=utf-8", "AuthFailure.SignatureFailure"),
        ("Host", "sms.tencentcloudapi.com", "AuthFailure.SignatureFailure"),
    ],
)
def test_a_wrong_header_has_its_own_code(header: str, value: str, code: str) -> None:
    answer = talk(lambda call: call.post("DescribeSmsSignList", LIST, **{header: value}))

    assert answer.status == 200
    assert answer.error == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "InvalidParameter"),
        (b"[]", "InvalidParameter"),
        (b"{", "InvalidParameter"),
        (b"{}", "MissingParameter"),
        (b'{"International": "0"}', "InvalidParameter"),
        (b'{"International": true}', "InvalidParameter"),
        (b'{"International": 0, "Colour": 1}', "UnknownParameter"),
        (b'{"International": 0, "SignIdSet": ["1"]}', "InvalidParameter"),
        (b'{"International": 2}', "InvalidParameterValue.InvalidInternational"),
    ],
)
def test_a_wrong_body_has_its_own_code(body: bytes, code: str) -> None:
    assert talk(lambda call: call.post("DescribeSmsSignList", body)).error == code


@pytest.mark.parametrize(
    ("app", "code"),
    [
        ("1400009999", "UnauthorizedOperation.SmsSdkAppIdVerifyFail"),
        ("42", "InvalidParameterValue.SdkAppIdNotExist"),
        ("", "MissingParameter"),
        (int(APP), "InvalidParameter"),
    ],
)
def test_another_application_is_refused_and_nothing_is_sent(app: str, code: str) -> None:
    async def scenario(call: Caller) -> tuple[str, int]:
        answer = await call("SendSms", message("+8618501234444") | {"SmsSdkAppId": app})
        return answer.error, len(call.sandbox.sent)

    assert talk(scenario) == (code, 0)


def test_a_wrong_key_gets_nowhere() -> None:
    async def scenario(call: Caller) -> tuple[str, int, str]:
        call.secret_key = "wrong"  # noqa: S105 - a wrong one
        answer = await call("SendSms", message("+8618501234444"))
        return answer.error, len(call.sandbox.sent), call.sandbox.calls[0].verdict

    assert talk(scenario) == ("AuthFailure.SignatureFailure", 0, "refused")


def test_the_regions_are_apart() -> None:
    async def scenario(call: Caller) -> list[object]:
        call.headers["X-TC-Region"] = "ap-beijing"
        signatures = await call.post("DescribeSmsSignList", LIST)
        return [signatures.error, signatures.response["DescribeSignListStatusSet"]]

    assert talk(scenario) == ["", []]
