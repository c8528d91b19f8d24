"""A send is accepted, refused and delivered as the real API does it."""

from collections.abc import Sequence

import pytest

from bot.sandbox.refusal import Refusal
from bot.sandbox.samples import SIGNATURE
from bot.sandbox.sending import segments
from tests.sandbox.caller import Account, Row

NUMBER, ABROAD = "+8618501234444", "+85291234567"


def codes(rows: Sequence[Row]) -> list[object]:
    return [row["Code"] for row in rows]


def test_an_accepted_message_is_billed_and_brings_its_session_back() -> None:
    account = Account()

    (row,) = account.send(NUMBER)

    assert (row["Code"], row["PhoneNumber"], row["Fee"], row["IsoCode"]) == ("Ok", NUMBER, 1, "CN")
    assert row["SessionContext"] == "ours"
    assert row["SerialNo"] == account.world.sent[0].serial != ""


def test_a_number_that_is_written_twice_gets_one_message() -> None:
    account = Account()

    rows = account.send(NUMBER, "18501234444", "008618501234444", "8618501234444")

    assert [row["PhoneNumber"] for row in rows] == [NUMBER]
    assert len(account.world.sent) == 1


def test_numbers_of_one_request_fare_each_on_their_own() -> None:
    rows = Account().send(NUMBER, "+8613700000000", "+86185", "+8618501235555")

    assert codes(rows) == [
        "Ok",
        "FailedOperation.PhoneNumberInBlacklist",
        "InvalidParameterValue.IncorrectPhoneNumber",
        "Ok",
    ]


def test_a_refused_number_is_not_billed_and_not_sent_to() -> None:
    account = Account()

    (row,) = account.send("+8613700000000")

    assert (row["SerialNo"], row["Fee"], row["IsoCode"]) == ("", 0, "")
    assert account.world.sent == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"TemplateId": "9"}, "FailedOperation.TemplateUnapprovedOrNotExist"),
        ({"TemplateId": "1110015"}, "FailedOperation.TemplateIncorrectOrUnapproved"),
        ({"TemplateId": "1110013"}, "FailedOperation.TemplateIncorrectOrUnapproved"),
        ({"TemplateId": "1110008"}, "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"),
        ({"SignName": ""}, "FailedOperation.SignatureIncorrectOrUnapproved"),
        ({"SignName": "星河商城"}, "FailedOperation.SignatureIncorrectOrUnapproved"),
        ({"SignName": "XINGHE"}, "FailedOperation.SignatureIncorrectOrUnapproved"),
        ({"TemplateParamSet": ["1"]}, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"),
        ({"TemplateParamSet": []}, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"),
        ({"TemplateParamSet": ["1", "2", "3"]}, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"),
        ({"TemplateParamSet": ["1234567", "5"]}, "InvalidParameterValue.TemplateParameterFormatError"),
        ({"TemplateParamSet": ["abc", "5"]}, "InvalidParameterValue.TemplateParameterFormatError"),
        (
            {"TemplateParamSet": ["https://a.cn/x", "5"]},
            "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
        ),
        (
            {"TemplateId": "1110002", "TemplateParamSet": ["1" * 13, "明天"]},
            "InvalidParameterValue.TemplateParameterLengthLimit",
        ),
    ],
)
def test_a_wrong_part_of_a_message_has_its_own_code(changed: Row, code: str) -> None:
    account = Account()

    assert codes(account.send(NUMBER, **changed)) == [code]
    assert account.world.sent == []


def test_a_number_abroad_needs_a_template_for_it_and_no_signature() -> None:
    account = Account()
    english: Row = {"TemplateId": "1110008", "SignName": "", "TemplateParamSet": ["123456"]}

    assert codes(account.send(ABROAD)) == ["UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone"]
    (row,) = account.send(ABROAD, **english)
    assert (row["Code"], row["IsoCode"]) == ("Ok", "HK")


def test_a_template_for_everywhere_serves_both() -> None:
    account = Account()

    assert codes(account.send(NUMBER, TemplateId="1110009")) == ["Ok"]
    assert codes(account.send(ABROAD, TemplateId="1110009", SignName="")) == ["Ok"]


@pytest.mark.parametrize(
    ("numbers", "changed", "code"),
    [
        ([], {}, "MissingParameter.EmptyPhoneNumberSet"),
        ([NUMBER] * 201, {}, "LimitExceeded.PhoneNumberCountLimit"),
        ([NUMBER, ABROAD], {}, "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"),
        ([NUMBER], {"SessionContext": "x" * 512}, "InvalidParameter"),
        ([NUMBER], {"SessionContext": "好" * 171}, "InvalidParameter"),
        ([NUMBER], {"TemplateParamSet": [123456, 5]}, "InvalidParameter"),
        ([NUMBER], {"TemplateId": 1110001}, "InvalidParameter"),
    ],
)
def test_a_wrong_request_is_refused_as_a_whole(numbers: list[str], changed: Row, code: str) -> None:
    account = Account()

    with pytest.raises(Refusal) as caught:
        account.send(*numbers, **changed)

    assert caught.value.code == code
    assert account.world.sent == []


def test_two_hundred_numbers_are_accepted() -> None:
    numbers = [f"+86185{at:08d}" for at in range(200)]

    assert codes(Account().send(*numbers)) == ["Ok"] * 200


def test_the_same_message_to_the_same_number_has_to_wait_half_a_minute() -> None:
    account = Account()
    account.send(NUMBER)

    account.clock.forward(seconds=29)
    again, other = account.send(NUMBER), account.send(NUMBER, TemplateParamSet=["654321", "5"])
    account.clock.forward(seconds=1)
    later = account.send(NUMBER)

    assert [codes(it) for it in (again, other, later)] == [
        ["LimitExceeded.PhoneNumberThirtySecondLimit"],
        ["Ok"],
        ["Ok"],
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("a" * 160, 1), ("a" * 161, 2)],
)
def test_a_long_message_is_billed_in_segments(text: str, count: int) -> None:
    assert segments(text) == count


def test_a_message_is_delivered_after_its_moment_and_not_before() -> None:
    account = Account()
    account.send(NUMBER)

    early = account.receipts(NUMBER)
    account.clock.forward(seconds=1)
    (receipt,) = account.receipts(NUMBER)

    assert early == []
    assert receipt == {
        "UserReceiveTime": int(account.clock().timestamp()),
        "CountryCode": "86",
        "SubscriberNumber": "18501234444",
        "PhoneNumber": NUMBER,
        "SerialNo": account.world.sent[0].serial,
        "ReportStatus": "SUCCESS",
        "Description": "DELIVRD",
    }


@pytest.mark.parametrize(
    ("number", "reported"),
    [
        ("+8618501234444", [("SUCCESS", "DELIVRD")]),
        ("+8618501234499", [("FAIL", "MK:0001")]),
        ("+8618501234497", [("FAIL", "MI:0001")]),
        ("+8618501234496", [("FAIL", "DB:0141")]),
        ("+8618501234498", []),
    ],
)
def test_the_end_of_a_number_decides_what_becomes_of_its_messages(
    number: str, reported: list[tuple[str, str]]
) -> None:
    account = Account()
    account.send(number)

    account.clock.forward(hours=1)

    assert [(it["ReportStatus"], it["Description"]) for it in account.receipts(number)] == reported


def test_the_session_comes_back_in_a_receipt_where_support_has_enabled_that() -> None:
    account = Account(session_in_receipts=True)
    account.send(NUMBER)

    account.clock.forward(seconds=2)

    assert account.receipts(NUMBER)[0]["SessionContext"] == "ours"


def test_what_is_sent_shows_neither_number_nor_parameters() -> None:
    account = Account()
    account.send(NUMBER)

    assert "18501234444" not in repr(account.world.sent)
    assert "123456" not in repr(account.world.sent)
    assert SIGNATURE in repr(account.world.sent)
