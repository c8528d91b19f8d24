"""An account over HTTP, against the stand-in and against servers that misbehave on purpose."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from aiohttp import web

from bot.sandbox.samples import BUSY_NUMBER, QUIET_NUMBER
from bot.sandbox.server import Sandbox
from bot.sms.cloud import Cloud, CloudError, Garbled, Handed, Message, NoAnswer, Refused, Unreachable
from bot.sms.phone import PhoneNumber
from bot.tencent.client import TencentCloud
from tests.tencent.calling import MESSAGE, Hands, cloud_of, sandbox_now
from tests.tencent.scripted import Payload, answered, failed, scripted_cloud

Value = TypeVar("Value")

BUSY, QUIET = PhoneNumber(BUSY_NUMBER), PhoneNumber(QUIET_NUMBER)
# 02:30 in the account's zone, on the next day.
NIGHT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


def on_sandbox(
    ask: Callable[[TencentCloud], Awaitable[Value]],
    sandbox: Sandbox | None = None,
    hands: Hands | None = None,
) -> Value:
    async def run() -> Value:
        async with cloud_of(sandbox or sandbox_now(), hands) as cloud:
            return await ask(cloud)

    return asyncio.run(run())


def test_the_client_is_a_cloud() -> None:
    async def ask(cloud: Cloud) -> bool:
        return (await cloud.packages()).stale

    assert not on_sandbox(ask)


def test_packages_come_whole_with_their_times_in_order() -> None:
    packages = on_sandbox(lambda cloud: cloud.packages())

    assert len({it.id for it in packages.rows}) == len(packages.rows) == 6
    assert all(it.starts < it.ends for it in packages.rows)
    assert {it.bought for it in packages.rows} == {True, False}
    assert datetime.now(UTC) - packages.asked < timedelta(minutes=1)


def test_packages_are_asked_for_once_a_minute_and_served_old_while_the_api_is_away() -> None:
    async def ask(cloud: TencentCloud) -> None:
        first = await cloud.packages()
        hands.at += 59
        assert await cloud.packages() == first
        assert len(sandbox.calls) == 1
        hands.at += 1
        second = await cloud.packages()
        assert len(sandbox.calls) == 2
        sandbox.faults.add("status_500", times=100)
        hands.at += 600
        assert await cloud.packages() == replace(second, stale=True)

    sandbox, hands = sandbox_now(), Hands()

    on_sandbox(ask, sandbox, hands)


def test_statistics_add_up_over_the_hours() -> None:
    async def ask(cloud: TencentCloud) -> None:
        midnight = datetime(2026, 2, 27, 16, tzinfo=UTC)
        whole = await cloud.send_counts(midnight, midnight + timedelta(hours=23))
        first = await cloud.send_counts(midnight, midnight + timedelta(hours=11))
        second = await cloud.send_counts(midnight + timedelta(hours=12), midnight + timedelta(hours=23))
        receipts = await cloud.receipt_counts(midnight, midnight + timedelta(hours=23))

        assert first + second == whole
        assert whole.requests >= whole.accepted > 0
        assert receipts.accepted == whole.accepted
        assert receipts.delivered + receipts.failed == receipts.receipts > 0

    sandbox = Sandbox(lambda: NIGHT)
    on_sandbox(ask, sandbox, Hands(now=NIGHT))

    assert sandbox.calls[0].payload["BeginTime"] == "2026022800"
    assert sandbox.calls[0].payload["EndTime"] == "2026022823"


def test_reports_on_a_number_come_newest_first_and_no_older_than_the_api_keeps_them() -> None:
    async def ask(cloud: TencentCloud) -> None:
        now = datetime.now(UTC)
        deliveries = await cloud.deliveries(BUSY, now - timedelta(days=30), now)
        replies = await cloud.replies(BUSY, now - timedelta(days=7), now)

        times = [it.received for it in deliveries]
        assert times == sorted(times, reverse=True)
        assert len(times) >= 5
        assert {it.number for it in deliveries} == {BUSY}
        assert {it.delivered for it in deliveries} == {it.receipt == "DELIVRD" for it in deliveries}
        assert [it.received for it in replies] == sorted((it.received for it in replies), reverse=True)
        assert replies[0].text == "R"
        assert list(await cloud.deliveries(QUIET, now - timedelta(days=7), now)) == []

    on_sandbox(ask)


def test_signatures_and_templates_come_newest_first() -> None:
    async def ask(cloud: TencentCloud) -> None:
        signatures = await cloud.signatures(international=False)
        templates = await cloud.templates(international=False)

        assert [it.created for it in signatures] == sorted((it.created for it in signatures), reverse=True)
        assert [it.created for it in templates] == sorted((it.created for it in templates), reverse=True)
        assert {it.review for it in signatures} == {"usable", "rejected", "reviewing", "not_in_force"}
        assert len(templates) > 10
        assert not {it.text for it in signatures} & {
            it.text for it in await cloud.signatures(international=True)
        }

    on_sandbox(ask)


def test_a_number_is_read_as_the_sender_would() -> None:
    async def ask(cloud: TencentCloud) -> list[tuple[str, str]]:
        return [
            (it.number, it.country) for it in await cloud.number_info(["+86018501234444", "+85261234567"])
        ]

    assert on_sandbox(ask) == [("+8618501234444", "CN"), ("+85261234567", "HK")]


def test_a_message_is_handed_over_as_it_was_given() -> None:
    sandbox = sandbox_now()

    handed = on_sandbox(lambda cloud: cloud.send(MESSAGE), sandbox)

    (sent,) = sandbox.sent
    assert (sent.number, sent.template, sent.signature) == ("+8613800138000", 1110001, "星河科技")
    assert (sent.parameters, sent.session) == (("482913", "5"), "mark-1")
    assert (handed.serial, handed.segments, handed.country) == (sent.serial, sent.segments, "CN")
    assert handed.request_id


def test_a_message_that_is_refused_tells_the_code_of_its_number_and_the_request() -> None:
    outcome = on_sandbox(lambda cloud: error_of(cloud.send(replace(MESSAGE, signature="星河"))))

    assert isinstance(outcome, Refused)
    assert outcome.code == "FailedOperation.SignatureIncorrectOrUnapproved"
    assert outcome.request_id


def test_the_id_of_a_signature_is_not_sent_as_its_text() -> None:
    sandbox = sandbox_now()

    outcome = on_sandbox(lambda cloud: error_of(cloud.send(replace(MESSAGE, signature="4100001"))), sandbox)

    assert isinstance(outcome, Unreachable)
    assert outcome.phrase == "cloud.signature_number"
    assert sandbox.calls == []


def test_what_does_not_apply_is_not_sent() -> None:
    asked = list[Payload]()

    def script(_: str, payload: Payload) -> web.Response:
        asked.append(payload)
        return answered(SendStatusSet=[status("+85261234567")])

    abroad = Message(PhoneNumber("+85261234567"), 1110008, "", (), "")
    ask_script(script, lambda cloud: cloud.send(abroad))

    assert asked[0].keys() == {"PhoneNumberSet", "SmsSdkAppId", "TemplateId", "SessionContext"}
    assert asked[0]["TemplateId"] == "1110008"


@pytest.mark.parametrize("written", ["+8613800138000", "8613800138000", "13800138000", "0086-138-0013-8000"])
def test_our_number_is_found_among_others_however_it_is_written(written: str) -> None:
    others = [status("+8613900139000", serial="2"), {"Code": "Ok"}, status("", Code="FailedOperation.X")]

    handed = send_answered([*others, status(written, serial="1")])

    assert handed.serial == "1"


def test_a_single_element_is_ours_however_its_number_is_written() -> None:
    assert send_answered([status("?", serial="9")]).serial == "9"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        None,
        {},
        ["Ok"],
        [{"PhoneNumber": "+8613800138000"}],
        [{"PhoneNumber": "+8613800138000", "Code": "Ok", "Fee": "1", "SerialNo": "1"}],
        [{"PhoneNumber": "+8613900139000", "Code": "Ok"}, {"PhoneNumber": "+8613700137000", "Code": "Ok"}],
    ],
)
def test_an_answer_without_our_number_leaves_the_send_unknown(rows: object) -> None:
    outcome = send_answered_badly(rows)

    assert isinstance(outcome, Garbled)
    assert outcome.phrase == "cloud.send_unknown"
    assert outcome.request_id == "r-1"
    assert "138" not in str(outcome)


@pytest.mark.parametrize(
    "code", ["InternalError.Timeout", "InternalError.OtherError", "FailedOperation.Timeout"]
)
def test_a_number_that_the_platform_stumbled_over_is_unknown(code: str) -> None:
    outcome = send_answered_badly([status("+8613800138000", Code=code)])

    assert type(outcome) is NoAnswer
    assert outcome.details["code"] == code


def test_all_pages_of_packages_are_read_and_each_package_counts_once() -> None:
    book = Book(rows=[package_row(number % 1100) for number in range(1150)])

    packages = ask_script(book.script, lambda cloud: cloud.packages())

    assert len(packages.rows) == 1100
    assert [it["Offset"] for it in book.asked] == [0, 500, 1000]
    assert {it["Limit"] for it in book.asked} == {500}


def test_a_page_that_comes_again_and_again_ends_the_reading() -> None:
    def script(_: str, payload: Payload) -> web.Response:
        asked.append(payload["Offset"])
        return answered(SmsPackagesStatisticsSet=[package_row(number) for number in range(500)])

    asked = list[object]()

    packages = ask_script(script, lambda cloud: cloud.packages())

    assert len(packages.rows) == 500
    assert asked == [0, 500]


def test_a_range_that_is_too_long_for_the_api_is_asked_in_years() -> None:
    book = Book(rows=[package_row(7)], longest=timedelta(days=366))

    packages = ask_script(book.script, lambda cloud: cloud.packages(), Hands(now=NIGHT))

    spans = [(it["BeginTime"], it["EndTime"]) for it in book.asked]
    assert spans == [
        ("2023030302", "2026030201"),
        ("2023030302", "2024030202"),
        ("2024030202", "2025030202"),
        ("2025030202", "2026030201"),
    ]
    assert [it.id for it in packages.rows] == ["7"]


def test_a_refusal_for_another_reason_is_passed_on() -> None:
    def script(_: str, __: Payload) -> web.Response:
        return failed("UnauthorizedOperation.SmsSdkAppIdVerifyFail")

    outcome = ask_script(script, lambda cloud: error_of(cloud.packages()))

    assert isinstance(outcome, Refused)


def test_all_pages_of_templates_are_read() -> None:
    def script(action: str, payload: Payload) -> web.Response:
        assert action == "DescribeSmsTemplateList"
        offset = int(str(payload["Offset"]))
        rows = [template_row(number) for number in range(250)][offset : offset + int(str(payload["Limit"]))]
        return answered(DescribeTemplateStatusSet=rows)

    templates = ask_script(script, lambda cloud: cloud.templates(international=True))

    assert [it.id for it in templates] == list(reversed(range(250)))


@dataclass(slots=True)
class Book:
    """Packages in pages; a range that is longer than `longest` is refused."""

    rows: list[Payload]
    longest: timedelta = timedelta(days=5000)
    asked: list[Payload] = field(default_factory=list)

    def script(self, _: str, payload: Payload) -> web.Response:
        self.asked.append(payload)
        first, last = (hour_of(str(payload[name])) for name in ("BeginTime", "EndTime"))
        if last - first > self.longest:
            return failed("InvalidParameterValue.BeginTimeVerifyFail")
        offset = int(str(payload["Offset"]))
        return answered(SmsPackagesStatisticsSet=self.rows[offset : offset + 500])


def hour_of(text: str) -> datetime:
    return datetime.strptime(f"{text}+0800", "%Y%m%d%H%z")


def package_row(number: int) -> Payload:
    return {
        "PackageId": number,
        "PackageType": 1,
        "PackageAmount": 1000,
        "CurrentUsage": 10,
        "PackageCreateTime": 1700000000,
        "PackageEffectiveTime": 1800000000,
        "PackageExpiredTime": 1700000000,
        "NewInTheNextVersion": None,
    }


def template_row(number: int) -> Payload:
    return {
        "TemplateId": number,
        "International": 3,
        "StatusCode": 0,
        "ReviewReply": None,
        "TemplateName": "name",
        "CreateTime": 1700000000 + number,
        "TemplateContent": "text {1}",
    }


def status(number: str, serial: str = "1", **fields: object) -> dict[str, object]:
    return {
        "PhoneNumber": number,
        "SerialNo": serial,
        "Code": "Ok",
        "Fee": 1,
        "IsoCode": "CN",
        "Message": "",
        **fields,
    }


def ask_script(
    script: Callable[[str, Payload], web.Response],
    ask: Callable[[TencentCloud], Awaitable[Value]],
    hands: Hands | None = None,
) -> Value:
    async def run() -> Value:
        async with scripted_cloud(script, hands) as cloud:
            return await ask(cloud)

    return asyncio.run(run())


def send_answered(rows: object) -> Handed:
    return ask_script(lambda *_: answered(SendStatusSet=rows), lambda cloud: cloud.send(MESSAGE))


def send_answered_badly(rows: object) -> CloudError:
    return ask_script(lambda *_: answered(SendStatusSet=rows), lambda cloud: error_of(cloud.send(MESSAGE)))


async def error_of(asked: Awaitable[object]) -> CloudError:
    with pytest.raises(CloudError) as caught:
        await asked
    return caught.value
