"""What every fault of the API and of the network comes to, and how often we ask.

The promise that matters most: a send is asked for once, whatever happens.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.faults import FAULTS, Faults
from bot.sms.cloud import CloudError, Garbled, Handed, NoAnswer, Refused, SendCounts, Unreachable
from bot.tencent.client import TencentCloud
from bot.tencent.connection import connected
from tests.tencent.calling import (
    APP,
    KEYS,
    MESSAGE,
    REGION,
    Hands,
    cloud_of,
    free_port,
    sandbox_now,
)

Step = Callable[[TencentCloud], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Course:
    """How often the API was asked, and what came of it; and how many messages it did send."""

    asked: int
    outcome: type[object]
    sent: int = field(default=0, compare=False)


# Each fault lasts longer than we would ever try.
READS = {
    "answer_lost": Course(3, NoAnswer),
    "reset_before": Course(3, NoAnswer),
    "status_500": Course(3, Garbled),
    "bad_json": Course(1, Garbled),
    "wrong_content_type": Course(1, SendCounts),
    "error_content_type": Course(1, Refused),
    "rate_limit": Course(3, Refused),
    "internal_error": Course(3, Refused),
    "slow": Course(3, NoAnswer),
    "clock_skew": Course(2, SendCounts),
    "no_response": Course(1, Garbled),
    "wrong_types": Course(1, Garbled),
    "empty_set": Course(1, SendCounts),
    "per_number_refused": Course(1, SendCounts),
    "per_number_internal": Course(1, SendCounts),
}
SENDS = {
    "answer_lost": Course(1, NoAnswer),
    "reset_before": Course(1, NoAnswer),
    "status_500": Course(1, Garbled),
    "bad_json": Course(1, Garbled),
    "wrong_content_type": Course(1, Handed),
    "error_content_type": Course(1, Refused),
    "rate_limit": Course(1, Refused),
    "internal_error": Course(1, NoAnswer),
    "slow": Course(1, NoAnswer),
    "clock_skew": Course(1, Refused),
    "no_response": Course(1, Garbled),
    "wrong_types": Course(1, Garbled),
    "empty_set": Course(1, Garbled),
    "per_number_refused": Course(1, Refused),
    "per_number_internal": Course(1, NoAnswer),
}
# Those that only a send can meet.
OF_SENDS = {"per_number_refused", "per_number_internal"}


def test_every_fault_is_tried_on_a_read_and_on_a_send() -> None:
    assert READS.keys() == SENDS.keys() == FAULTS.keys()
    assert max(course.asked for course in READS.values()) == 3
    assert {course.asked for course in SENDS.values()} == {1}


@pytest.mark.parametrize("fault", [it for it in READS if it not in OF_SENDS])
def test_a_read_is_tried_three_times_at_most_and_only_where_that_can_help(fault: str) -> None:
    assert asyncio.run(course_of(fault, "SendStatusStatistics", send_counts)) == READS[fault]


@pytest.mark.parametrize("fault", SENDS)
def test_a_send_is_asked_for_once_under_any_fault_and_never_called_refused_if_it_went_out(fault: str) -> None:
    course = asyncio.run(course_of(fault, "SendSms", send))

    assert course == SENDS[fault]
    assert not course.sent or issubclass(course.outcome, (Handed, NoAnswer))


def test_without_a_connection_nothing_was_sent_and_only_a_read_tries_again() -> None:
    async def ask() -> list[tuple[type[object], int]]:
        courses = []
        for step in (send_counts, send):
            hands = Hands()
            async with connected(f"http://127.0.0.1:{free_port()}", hands.surroundings()) as connection:
                outcome = await outcome_of(step, connection.cloud(KEYS, APP, REGION))
            courses.append((type(outcome), len(hands.pauses)))
        return courses

    assert asyncio.run(ask()) == [(Unreachable, 2), (Unreachable, 0)]


def test_the_pauses_between_tries_are_chance_within_growing_bounds() -> None:
    hands = Hands(chance=0.5)

    asyncio.run(course_of("rate_limit", "SendStatusStatistics", send_counts, hands))

    assert hands.pauses == [0.25, 0.5]


def test_a_skew_is_told_with_its_size_and_corrected_for_what_follows() -> None:
    async def send_twice() -> tuple[object, object, int]:
        sandbox = sandbox_now()
        sandbox.faults.add("clock_skew", times=10)
        async with cloud_of(sandbox) as cloud:
            first = await outcome_of(send, cloud)
            second = await outcome_of(send, cloud)
        return first, second, len(sandbox.sent)

    first, second, sent = asyncio.run(send_twice())

    assert isinstance(first, Refused)
    assert first.code == "AuthFailure.SignatureExpire"
    assert first.skew == pytest.approx(-1200, abs=2)
    assert isinstance(second, Handed)
    assert sent == 1


def test_reads_that_meet_the_skew_together_are_all_asked_again() -> None:
    async def ask() -> tuple[set[type[object]], int]:
        sandbox = sandbox_now()
        sandbox.faults.add("clock_skew", times=20)
        async with cloud_of(sandbox) as cloud:
            outcomes = await asyncio.gather(*(outcome_of(number_info, cloud) for _ in range(5)))
        return set(map(type, outcomes)), len(sandbox.calls)

    outcomes, asked = asyncio.run(ask())

    assert outcomes == {tuple}
    assert asked == 10


def test_an_api_that_is_down_is_left_alone_and_found_again() -> None:
    async def ask() -> list[tuple[type[object], int]]:
        sandbox, hands = sandbox_now(), Hands()
        sandbox.faults.add("status_500", times=6)
        seen = []
        async with cloud_of(sandbox, hands) as cloud:
            for later in (0, 1, 1, 27, 30, 30, 0):
                hands.at += later
                outcome = await outcome_of(number_info, cloud)
                seen.append((type(outcome), len(sandbox.calls)))
        return seen

    assert asyncio.run(ask()) == [
        (Garbled, 3),
        (Garbled, 5),  # the fifth failure opens: not even this call's last try is made
        (Unreachable, 5),
        (Unreachable, 5),
        (Garbled, 6),  # one probe, one attempt
        (tuple, 7),
        (tuple, 8),
    ]


def test_of_many_callers_one_finds_out_whether_the_api_is_back() -> None:
    async def ask() -> tuple[list[int], list[object]]:
        sandbox, hands = sandbox_now(), Hands()
        sandbox.faults.add("status_500", times=100)
        asked, outcomes = list[int](), list[object]()
        async with cloud_of(sandbox, hands) as cloud:
            for faults in (sandbox.faults, sandbox.faults, Faults()):
                before, sandbox.faults = len(sandbox.calls), faults
                outcomes = await asyncio.gather(*(outcome_of(number_info, cloud) for _ in range(5)))
                asked.append(len(sandbox.calls) - before)
                hands.at += 30
        return asked[1:], outcomes

    asked, outcomes = asyncio.run(ask())

    assert asked == [1, 1]
    assert sum(isinstance(it, tuple) for it in outcomes) == 1


def test_those_who_wait_for_their_turn_hear_that_the_api_is_down_and_do_not_ask() -> None:
    async def ask() -> tuple[set[type[object]], int]:
        sandbox = sandbox_now()
        sandbox.faults.add("status_500", times=100)
        async with cloud_of(sandbox) as cloud:
            outcomes = await asyncio.gather(*(outcome_of(send_counts, cloud) for _ in range(6)))
        return set(map(type, outcomes)), len(sandbox.calls)

    assert asyncio.run(ask()) == ({Garbled, Unreachable}, 5)


def test_nothing_is_sent_while_the_api_is_left_alone() -> None:
    async def ask() -> tuple[object, int]:
        sandbox = sandbox_now()
        sandbox.faults.add("status_500", action="DescribePhoneNumberInfo", times=6)
        async with cloud_of(sandbox) as cloud:
            for _ in range(2):
                await outcome_of(number_info, cloud)
            return await outcome_of(send, cloud), len(sandbox.sent)

    outcome, sent = asyncio.run(ask())

    assert isinstance(outcome, Unreachable)
    assert outcome.phrase == "cloud.breaker_open"
    assert sent == 0


def test_errors_of_the_business_never_open_the_breaker() -> None:
    async def ask() -> tuple[set[type[object]], int]:
        sandbox = sandbox_now()
        sandbox.faults.add("rate_limit", times=100)
        async with cloud_of(sandbox) as cloud:
            outcomes = [await outcome_of(number_info, cloud) for _ in range(5)]
        return set(map(type, outcomes)), len(sandbox.calls)

    assert asyncio.run(ask()) == ({Refused}, 15)


async def course_of(fault: str, action: str, step: Step, hands: Hands | None = None) -> Course:
    sandbox = sandbox_now()
    sandbox.faults.add(fault, action=action, times=10)
    async with cloud_of(sandbox, hands) as cloud:
        outcome = await outcome_of(step, cloud)
    assert {call.action for call in sandbox.calls} == {action}
    return Course(len(sandbox.calls), type(outcome), len(sandbox.sent))


async def outcome_of(step: Step, cloud: TencentCloud) -> object:
    try:
        return await step(cloud)
    except CloudError as error:
        return error


async def send_counts(cloud: TencentCloud) -> object:
    now = datetime.now(UTC)
    return await cloud.send_counts(now - timedelta(hours=20), now)


async def number_info(cloud: TencentCloud) -> object:
    return tuple(await cloud.number_info(["+8613800138000"]))


async def send(cloud: TencentCloud) -> object:
    return await cloud.send(MESSAGE)
