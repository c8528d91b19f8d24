"""The account can be asked for all that it has, within the API's limits."""

from datetime import datetime, timedelta

import pytest

from bot.sandbox.actions import unix
from bot.sandbox.refusal import Refusal
from bot.sandbox.samples import BUSY_NUMBER, FOREIGN_NUMBER, QUIET_NUMBER
from bot.sandbox.traffic import ZONE
from tests.sandbox.caller import APP, NOON, Account, Clock, Row, last_week

NUMBER = "+8618501234444"
BOTH = ("SendStatusStatistics", "CallbackStatusStatistics")


def hour(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y%m%d%H}"


def packages(account: Account, **changed: object) -> list[Row]:
    now = account.clock()
    usual: Row = {
        "SmsSdkAppId": APP,
        "BeginTime": hour(now - timedelta(days=3 * 365)),
        "EndTime": hour(now - timedelta(hours=1)),
        "Limit": 500,
        "Offset": 0,
    }
    return account.rows("SmsPackagesStatistics", **(usual | changed))


def statistics(account: Account, action: str, first: datetime, last: datetime, **changed: object) -> Row:
    usual: Row = {"SmsSdkAppId": APP, "Limit": 0, "Offset": 0}
    usual |= {"BeginTime": hour(first), "EndTime": hour(last)} | changed
    (counts,) = account.ask(action, **usual).values()
    assert isinstance(counts, dict)
    return counts


def left(rows: list[Row], at: datetime = NOON) -> int:
    """What the packages that are valid still hold, whichever way round their times stand."""
    valid = [
        row
        for row in rows
        if min(number(row, "PackageEffectiveTime"), number(row, "PackageExpiredTime"))
        <= at.timestamp()
        < max(number(row, "PackageEffectiveTime"), number(row, "PackageExpiredTime"))
    ]
    return sum(number(row, "PackageAmount") - number(row, "CurrentUsage") for row in valid)


def number(row: Row, name: str) -> int:
    value = row[name]
    assert isinstance(value, int)
    return value


def test_the_valid_packages_last_three_weeks_at_the_pace_of_the_last() -> None:
    account = Account()
    monday = NOON.astimezone(ZONE).replace(hour=0) - timedelta(days=NOON.weekday() + 7)

    week = statistics(account, "SendStatusStatistics", monday, monday + timedelta(days=7, hours=-1))

    assert 2.8 < left(packages(account)) / number(week, "FeeCount") < 3.2


def test_there_are_packages_of_every_kind() -> None:
    rows = packages(Account())
    now = NOON.timestamp()

    assert {row["PackageType"] for row in rows} == {0, 1}
    assert any(row["PackageAmount"] == row["CurrentUsage"] for row in rows)
    assert any(number(row, "PackageExpiredTime") < number(row, "PackageEffectiveTime") for row in rows)
    assert any(number(row, "PackageExpiredTime") < now for row in rows if row["PackageType"] == 0)
    assert any(now < number(row, "PackageEffectiveTime") < number(row, "PackageExpiredTime") for row in rows)


def test_what_is_sent_is_taken_from_the_packages() -> None:
    account = Account()
    before = left(packages(account))

    account.send(NUMBER)

    assert left(packages(account)) == before - 1


def test_the_packages_shrink_while_the_account_goes_on_sending() -> None:
    account = Account()
    before = left(packages(account))

    account.clock.forward(days=1)
    spent = statistics(account, "SendStatusStatistics", NOON, account.clock())

    assert before - number(spent, "FeeCount") <= left(packages(account), account.clock()) < before - 3_000


def test_the_gift_is_used_first() -> None:
    account = Account()
    before = packages(account)

    account.clock.forward(hours=1)

    gift, in_use, reserve = (
        number(next(row for row in packages(account) if row["PackageId"] == wanted), "CurrentUsage")
        - number(next(row for row in before if row["PackageId"] == wanted), "CurrentUsage")
        for wanted in (2100105, 2100103, 2100104)
    )
    assert gift > 0
    assert in_use == reserve == 0


@pytest.mark.parametrize("limit", [1, 4, 5])
def test_pages_of_packages_make_up_all_of_them(limit: int) -> None:
    account = Account()

    pages = [packages(account, Limit=limit, Offset=offset) for offset in range(0, 10, limit)]

    assert [row for page in pages for row in page] == packages(account)


def test_packages_are_found_by_when_they_were_made() -> None:
    rows = packages(Account(), BeginTime=hour(NOON - timedelta(days=30)))

    assert [row["PackageId"] for row in rows] == [2100105, 2100104, 2100106]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Limit": 0}, "InvalidParameterValue.LimitVerifyFail"),
        ({"Limit": 501}, "InvalidParameterValue.LimitVerifyFail"),
        ({"Offset": -1}, "InvalidParameterValue.OffsetVerifyFail"),
        ({"BeginTime": "2026"}, "InvalidParameterValue.BeginTimeVerifyFail"),
        ({"EndTime": "2026139900"}, "InvalidParameterValue.EndTimeVerifyFail"),
        ({"EndTime": "2020010100", "BeginTime": "2020010100"}, "InvalidParameterValue.EndTimeVerifyFail"),
        ({"EndTime": hour(NOON + timedelta(hours=1))}, "InvalidParameterValue.EndTimeVerifyFail"),
        ({"EndTime": None}, "MissingParameter"),
    ],
)
def test_packages_are_not_told_for_wrong_times_and_pages(changed: Row, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        packages(Account(), **changed)

    assert caught.value.code == code


def test_both_statistics_agree_on_what_was_accepted() -> None:
    account, first, last = Account(), NOON - timedelta(days=20), NOON - timedelta(days=10)

    sent = statistics(account, "SendStatusStatistics", first, last)
    come = statistics(account, "CallbackStatusStatistics", first, last)

    assert sent["RequestSuccessCount"] == come["RequestSuccessCount"]
    assert come["CallbackCount"] == number(come, "CallbackSuccessCount") + number(come, "CallbackFailCount")
    assert number(come, "CallbackCount") <= number(come, "RequestSuccessCount")
    kinds = ("InternalError", "InvalidNumber", "ShutdownError", "BlackList", "FrequencyLimit")
    assert come["CallbackFailCount"] == sum(number(come, f"{kind}Count") for kind in kinds)


def test_a_message_of_our_own_is_counted_with_its_receipt() -> None:
    hour_begins = NOON.replace(minute=0)
    account = Account(Clock(hour_begins))
    before = [statistics(account, it, hour_begins, hour_begins) for it in BOTH]

    account.send("+8618501234499")
    account.clock.forward(seconds=1)

    after = [statistics(account, it, hour_begins, hour_begins) for it in BOTH]
    assert [set(it.values()) for it in before] == [{0}, {0}]
    assert [it["RequestSuccessCount"] for it in after] == [1, 1]
    assert (after[0]["FeeCount"], after[1]["InvalidNumberCount"], after[1]["CallbackCount"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Limit": 1}, "InvalidParameterValue.LimitVerifyFail"),
        ({"Offset": 1}, "InvalidParameterValue.OffsetVerifyFail"),
        ({"BeginTime": hour(NOON + timedelta(hours=1))}, "InvalidParameterValue.EndTimeVerifyFail"),
        ({"BeginTime": 2026061700}, "InvalidParameter"),
    ],
)
@pytest.mark.parametrize("action", BOTH)
def test_statistics_are_not_told_for_wrong_times_and_pages(action: str, changed: Row, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        statistics(Account(), action, NOON, NOON, **changed)

    assert caught.value.code == code


def test_receipts_are_counted_over_32_days_at_most() -> None:
    account = Account()
    statistics(account, "CallbackStatusStatistics", NOON - timedelta(days=32), NOON)

    with pytest.raises(Refusal) as caught:
        statistics(account, "CallbackStatusStatistics", NOON - timedelta(days=32, hours=1), NOON)

    assert caught.value.code == "InvalidParameterValue.EndTimeVerifyFail"


def test_the_busy_number_has_eight_receipts_of_the_week_newest_first() -> None:
    rows = Account().receipts(BUSY_NUMBER)

    times = [number(row, "UserReceiveTime") for row in rows]
    assert len(rows) == 8
    assert times == sorted(times, reverse=True)
    assert {row["ReportStatus"] for row in rows} == {"SUCCESS", "FAIL"}


def test_other_numbers_have_theirs() -> None:
    account = Account()

    assert account.receipts(QUIET_NUMBER) == []
    assert [row["CountryCode"] for row in account.receipts(FOREIGN_NUMBER)] == ["852"]


def test_only_the_last_seven_days_and_the_times_asked_for_are_told() -> None:
    account, now = Account(), unix(NOON)

    month = account.receipts(BUSY_NUMBER, BeginTime=now - 30 * 86_400)
    day = account.receipts(BUSY_NUMBER, BeginTime=now - 86_400)
    before = account.receipts(BUSY_NUMBER, EndTime=now - 86_400)
    two = account.receipts(BUSY_NUMBER, Limit=2)

    assert month == account.receipts(BUSY_NUMBER) == day + before
    assert two == day[:2]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Limit": 101}, "InvalidParameterValue.LimitVerifyFail"),
        ({"Limit": 0}, "InvalidParameterValue.LimitVerifyFail"),
        ({"Offset": 1}, "InvalidParameterValue.OffsetVerifyFail"),
        ({"BeginTime": unix(NOON) + 1}, "InvalidParameterValue.BeginTimeVerifyFail"),
        ({"PhoneNumber": "138 0013 8000"}, "InvalidParameterValue.IncorrectPhoneNumber"),
        ({"EndTime": None}, "MissingParameter"),
    ],
)
def test_receipts_are_not_told_for_wrong_numbers_times_and_pages(changed: Row, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        Account().receipts(BUSY_NUMBER, **changed)

    assert caught.value.code == code


def test_the_busy_number_has_written_back() -> None:
    rows = Account().rows("PullSmsReplyStatusByPhoneNumber", **last_week(BUSY_NUMBER, NOON))

    assert [row["ReplyContent"] == "R" for row in rows] == [True, False]


@pytest.mark.parametrize("international", [0, 1])
def test_pages_of_templates_make_up_all_of_them(international: int) -> None:
    account = Account()

    def page(limit: int, offset: int) -> list[Row]:
        return account.rows(
            "DescribeSmsTemplateList", International=international, Limit=limit, Offset=offset
        )

    assert [row for offset in range(0, 18, 3) for row in page(3, offset)] == page(100, 0)
    assert page(100, 100) == []


def test_there_are_templates_and_signatures_in_every_state_newest_first() -> None:
    account = Account()

    templates = account.rows("DescribeSmsTemplateList", International=0, Limit=100)
    signatures = account.rows("DescribeSmsSignList", International=0, Limit=100)

    for rows in (templates, signatures):
        created = [number(row, "CreateTime") for row in rows]
        assert {row["StatusCode"] for row in rows} == {0, 1, 2, -1}
        assert all(row["ReviewReply"] for row in rows if row["StatusCode"] == -1)
        assert created == sorted(created, reverse=True)
    assert len(templates) >= 12
    assert len(signatures) >= 4


def test_templates_abroad_are_others_but_for_those_that_serve_everywhere() -> None:
    account = Account()

    here, abroad = (
        {
            (row["TemplateId"], row["International"])
            for row in account.rows("DescribeSmsTemplateList", International=place, Limit=100)
        }
        for place in (0, 1)
    )

    assert here & abroad == {(1110009, 3)}


def test_no_limit_means_ten_signatures_and_no_template() -> None:
    account = Account()

    assert account.rows("DescribeSmsTemplateList", International=0) == []
    assert len(account.rows("DescribeSmsSignList", International=0)) == 4


def test_templates_and_signatures_can_be_asked_for_by_id() -> None:
    account = Account()

    templates = account.rows("DescribeSmsTemplateList", International=0, TemplateIdSet=[1110001, 1110008, 7])
    signatures = account.rows("DescribeSmsSignList", International=0, SignIdSet=[4100001])

    assert [row["TemplateId"] for row in templates] == [1110001]
    assert [row["SignName"] for row in signatures] == ["星河科技"]


@pytest.mark.parametrize(
    ("text", "code", "number", "country"),
    [
        ("+8618501234444", "Ok", "+8618501234444", "CN"),
        ("+86018501234444", "Ok", "+8618501234444", "CN"),
        ("008618501234444", "Ok", "+8618501234444", "CN"),
        ("18501234444", "Ok", "+8618501234444", "CN"),
        ("+85261234567", "Ok", "+85261234567", "HK"),
        ("+14155550123", "Ok", "+14155550123", "US"),
        ("+999123456789", "Ok", "+999123456789", "DEF"),
        ("+86123", "InvalidParameterValue.IncorrectPhoneNumber", "+86123", ""),
        ("185 0123 4444", "InvalidParameterValue.IncorrectPhoneNumber", "185 0123 4444", ""),
    ],
)
def test_a_number_is_told_as_the_sender_would_read_it(
    text: str, code: str, number: str, country: str
) -> None:
    (row,) = Account().rows("DescribePhoneNumberInfo", PhoneNumberSet=[text])

    assert (row["Code"], row["PhoneNumber"], row["IsoCode"]) == (code, number, country)
