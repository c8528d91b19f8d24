"""Each fault does what its name says, to the calls that it was meant for and to no other."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic

import httpx
import pytest

from bot.sandbox.faults import FAULTS, SKEW, Faults
from tests.sandbox.caller import Answer, Caller, Clock, message, talk, until

NUMBER = "+8618501234444"
LISTING = {"International": 0, "Limit": 5, "Offset": 0}


def send_under(fault: str) -> tuple[Answer, int, str]:
    """The answer to a SendSms, how many messages were accepted, and the verdict on the call."""

    async def scenario(call: Caller) -> tuple[Answer, int, str]:
        call.sandbox.faults.add(fault)
        answer = await call("SendSms", message(NUMBER))
        return answer, len(call.sandbox.sent), call.sandbox.calls[0].verdict

    return talk(scenario)


@pytest.mark.parametrize(("fault", "sent"), [("answer_lost", 1), ("reset_before", 0)])
def test_a_cut_connection_brings_no_answer(fault: str, sent: int) -> None:
    async def scenario(call: Caller) -> tuple[int, str]:
        call.sandbox.faults.add(fault)
        with pytest.raises(httpx.TransportError):
            await call("SendSms", message(NUMBER))
        return len(call.sandbox.sent), call.sandbox.calls[0].verdict

    assert talk(scenario) == (sent, "executed" if sent else "faulted")


def test_a_gateway_answers_with_500_and_nothing_is_sent() -> None:
    answer, sent, verdict = send_under("status_500")

    assert (answer.status, answer.whole, sent, verdict) == (500, {}, 0, "faulted")


def test_bad_json_breaks_off_after_the_message_was_sent() -> None:
    answer, sent, verdict = send_under("bad_json")

    assert (answer.status, answer.whole, sent, verdict) == (200, {}, 1, "executed")
    assert answer.text.startswith('{"Response"')


def test_a_good_answer_may_be_labelled_as_text() -> None:
    answer, sent, _ = send_under("wrong_content_type")

    assert answer.headers["Content-Type"] == "text/html"
    assert (answer.error, sent) == ("", 1)


def test_an_error_may_be_labelled_with_a_charset() -> None:
    answer, sent, _ = send_under("error_content_type")

    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert (answer.error, sent) == ("UnauthorizedOperation.RequestPermissionDeny", 0)


@pytest.mark.parametrize(
    ("fault", "code"),
    [("rate_limit", "RequestLimitExceeded"), ("internal_error", "InternalError.OtherError")],
)
def test_an_error_stands_in_the_place_of_the_answer(fault: str, code: str) -> None:
    answer, sent, verdict = send_under(fault)

    assert (answer.status, answer.error, sent, verdict) == (200, code, 0, "faulted")


def test_an_answer_may_lack_its_response() -> None:
    answer, sent, _ = send_under("no_response")

    assert answer.whole.keys() == {"RequestId"}
    assert sent == 1


def test_wrong_types_are_texts_for_numbers_and_objects_for_lists() -> None:
    answer, sent, _ = send_under("wrong_types")

    rows = answer.response["SendStatusSet"]
    assert isinstance(rows, dict)
    assert rows["0"]["Fee"] == "1"
    assert sent == 1


def test_an_empty_set_hides_that_something_was_sent() -> None:
    answer, sent, _ = send_under("empty_set")

    assert (answer.response["SendStatusSet"], sent) == ([], 1)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("per_number_refused", "LimitExceeded.PhoneNumberDailyLimit"),
        ("per_number_internal", "InternalError.Timeout"),
    ],
)
def test_every_number_is_refused_by_its_own_code(fault: str, code: str) -> None:
    answer, sent, verdict = send_under(fault)

    rows = answer.response["SendStatusSet"]
    assert isinstance(rows, list)
    assert [(row["PhoneNumber"], row["Code"], row["SerialNo"], row["Fee"]) for row in rows] == [
        (NUMBER, code, "", 0)
    ]
    assert (answer.error, sent, verdict) == ("", 0, "faulted")


def test_a_slow_answer_comes_late_after_the_message_was_sent_at_once() -> None:
    async def scenario(call: Caller) -> tuple[int, bool, str]:
        call.sandbox.slowness = 0.2
        call.sandbox.faults.add("slow")
        begun = monotonic()
        asked = asyncio.ensure_future(call("SendSms", message(NUMBER)))
        await until(lambda: bool(call.sandbox.calls))
        sent, early = len(call.sandbox.sent), asked.done()
        answer = await asked
        assert monotonic() - begun >= 0.2
        return sent, early, answer.error

    assert talk(scenario) == (1, False, "")


def test_a_clock_that_is_ahead_expires_signatures_until_the_caller_follows_it() -> None:
    clock = Clock()

    async def scenario(call: Caller) -> list[str]:
        call.sandbox.faults.add("clock_skew")
        refused = [await call("DescribeSmsSignList", LISTING) for _ in range(2)]
        ahead = parsedate_to_datetime(refused[-1].headers["Date"]) - clock()
        assert abs(ahead - SKEW) < timedelta(seconds=1)
        call.clock = Clock(clock() + ahead)
        return [it.error for it in (*refused, await call("DescribeSmsSignList", LISTING))]

    assert talk(scenario, clock) == ["AuthFailure.SignatureExpire", "AuthFailure.SignatureExpire", ""]


def test_a_message_that_was_sent_by_a_wrong_clock_is_delivered_as_soon_as_any() -> None:
    clock = Clock()

    async def scenario(call: Caller) -> datetime:
        call.sandbox.faults.add("clock_skew")
        call.clock = Clock(clock() + SKEW)
        await call("SendSms", message(NUMBER))
        return call.sandbox.sent[0].reported

    assert talk(scenario, clock) == clock() + timedelta(seconds=1)


def test_without_a_fault_the_date_is_that_of_the_clock() -> None:
    clock = Clock()

    answer = talk(lambda call: call("DescribeSmsSignList", LISTING), clock)

    assert parsedate_to_datetime(answer.headers["Date"]) == clock()


def test_a_fault_meets_its_action_only_and_as_often_as_it_was_asked_for() -> None:
    async def scenario(call: Caller) -> list[str]:
        call.sandbox.faults.add("rate_limit", action="SendSms", times=2)
        listing = await call("DescribeSmsSignList", LISTING)
        sends = [await call("SendSms", message(NUMBER)) for _ in range(3)]
        return [it.error for it in (listing, *sends)]

    assert talk(scenario) == ["", "RequestLimitExceeded", "RequestLimitExceeded", ""]


def test_faults_come_in_the_order_in_which_they_were_added() -> None:
    faults = Faults()
    faults.add("slow", action="SendSms")
    faults.add("bad_json")
    faults.add("rate_limit", action="SendSms")

    met = [faults.meet(action) for action in ("Other", "SendSms", "SendSms", "SendSms")]

    assert [it.name if it else "" for it in met] == ["bad_json", "slow", "rate_limit", ""]


def test_a_fault_that_nobody_knows_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"answer_lots.*answer_lost") as caught:
        Faults().add("answer_lots")

    assert all(name in str(caught.value) for name in FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_call_after_a_fault_is_answered_as_ever(fault: str) -> None:
    async def scenario(call: Caller) -> str:
        call.sandbox.slowness = 0.01
        call.sandbox.faults.add(fault)
        await regardless(call, lambda: call("DescribeSmsSignList", LISTING))
        return (await call("DescribeSmsSignList", LISTING)).error

    assert talk(scenario) == ""


async def regardless(call: Caller, ask: Callable[[], Awaitable[Answer]]) -> None:
    """Asks, following the server's clock, and lets a cut connection be."""
    try:
        if (await ask()).error == "AuthFailure.SignatureExpire":
            call.clock, before = Clock(call.clock() + SKEW), call.clock
            await ask()
            call.clock = before
    except httpx.TransportError:
        pass
