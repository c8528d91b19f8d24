"""What became of the messages to a number."""

from datetime import timedelta

import pytest

from bot.sms.report import Code, Entries, Explained, Listing, Paragraph, Table, say
from bot.sms.trace import trace
from tests.sms.small_cloud import ABROAD, NOW, PHONE, FakeCloud, delivery, desk, part_of, reported


def test_each_message_is_told_with_its_time_and_its_outcome() -> None:
    cloud = FakeCloud(deliveries_=[delivery("DELIVRD", 1), delivery("MK:0001", 2), delivery("", 3)])

    report = reported(trace, desk(cloud), "13800138000")

    assert part_of(report, Table).rows == (
        (NOW - timedelta(hours=1), say("trace.arrived"), Code("5000:1")),
        (NOW - timedelta(hours=2), say("trace.failed", code=Code("MK:0001")), Code("5000:2")),
        (NOW - timedelta(hours=3), say("trace.failed_without_code"), Code("5000:3")),
    )
    assert part_of(report, Paragraph).text == say("trace.summary", count=3, arrived=1, failed=2)


def test_each_failing_code_is_explained_once() -> None:
    failing = [delivery(code, hour) for hour, code in enumerate(("MK:0001", "DB:0141", "MK:0001"), 1)]

    report = reported(trace, desk(FakeCloud(deliveries_=[*failing, delivery()])), "13800138000")

    assert part_of(report, Explained).codes == ("MK:0001", "DB:0141")


def test_codes_of_carriers_abroad_are_not_explained_by_those_of_the_mainland() -> None:
    cloud = FakeCloud(deliveries_=[delivery("UNDELIV", number=ABROAD)])

    report = reported(trace, desk(cloud), "+852 6123 4567")

    assert not [it for it in report.parts if isinstance(it, Explained)]
    assert Paragraph(say("trace.codes_abroad")) in report.parts


def test_what_arrived_and_was_not_seen_has_its_answer() -> None:
    report = reported(trace, desk(FakeCloud(deliveries_=[delivery()])), "13800138000")

    assert part_of(report, Entries).ids == ("other/not-received",)


def test_only_the_day_that_was_asked_for_is_looked_up() -> None:
    cloud = FakeCloud(deliveries_=[delivery(hours_ago=1), delivery(hours_ago=30)])

    report = reported(trace, desk(cloud), "13800138000 昨天")

    assert [row[2] for row in part_of(report, Table).rows] == [Code("5000:30")]
    assert report.title.phrase == "trace.title_day"


@pytest.mark.parametrize(
    ("text", "last"), [("13800138000", "trace.maybe_older"), ("13800138000 today", "trace.maybe_other_day")]
)
def test_nothing_found_is_told_with_what_it_may_mean(text: str, last: str) -> None:
    report = reported(trace, desk(), text)

    assert [it.phrase for it in part_of(report, Listing).rows] == [
        "trace.maybe_waiting",
        "trace.maybe_refused",
        "trace.maybe_elsewhere",
        last,
    ]
    assert part_of(report, Entries).ids


def test_a_list_that_is_cut_off_says_so() -> None:
    cloud = FakeCloud(deliveries_=[delivery(hours_ago=hour) for hour in range(1, 101)])

    assert say("enquiry.more", most=100) in reported(trace, desk(cloud), "13800138000").notes


def test_the_number_in_the_title_is_a_number_and_so_masked() -> None:
    assert reported(trace, desk(), "13800138000").title.details["number"] == PHONE
