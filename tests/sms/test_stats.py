"""How much was sent, and how much arrived."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.errors import BotError
from bot.sms.cloud import Day, ReceiptCounts
from bot.sms.report import Facts, Paragraph, Report, Series, Share, Table, say
from bot.sms.stats import stats
from tests.sms.small_cloud import (
    DAY,
    NOW,
    RECEIPTS,
    SENT,
    TODAY,
    FakeCloud,
    FakeHistory,
    desk,
    last_table,
    part_of,
    reported,
)

WEEK = [TODAY - back * DAY for back in range(7, 0, -1)]


def facts(report: Report) -> dict[str, object]:
    return {name.phrase: value for name, value in part_of(report, Facts).rows}


def test_today_is_the_hours_so_far_of_the_account() -> None:
    cloud = FakeCloud()

    report = reported(stats, desk(cloud))

    assert cloud.asked == [(datetime(2026, 11, 21, 16, tzinfo=UTC), NOW)] * 2
    assert report.title == say("stats.title_so_far", account="prod", day=TODAY)


def test_yesterday_is_all_of_its_hours() -> None:
    cloud = FakeCloud()

    reported(stats, desk(cloud), "yesterday")

    first, last = datetime(2026, 11, 20, 16, tzinfo=UTC), datetime(2026, 11, 21, 15, tzinfo=UTC)
    assert cloud.asked == [(first, last)] * 2


def test_a_rate_names_the_receipts_it_is_of_and_the_late_ones_are_counted() -> None:
    found = facts(reported(stats, desk()))

    assert found["stats.rate"] == say("stats.rate_of", share=Share(0.95), receipts=900)
    assert found["stats.late"] == 80
    assert (found["stats.accepted"], found["stats.billed"]) == (980, 1200)


def test_without_receipts_there_is_no_rate() -> None:
    none = ReceiptCounts(10, 0, 0, 0, 0, 0, 0, 0, 0)

    report = reported(stats, desk(FakeCloud(received=none)))

    assert facts(report)["stats.rate"] == say("stats.no_receipts")
    assert not [it for it in report.parts if isinstance(it, Table)]


def test_failures_are_told_by_kind_the_most_first_and_add_up() -> None:
    rows = part_of(reported(stats, desk()), Table).rows

    assert rows[0] == (say("stats.invalid_number"), 20, Share(20 / 45))
    assert (say("stats.other_failures"), 5, Share(5 / 45)) in rows
    assert sum(row[1] for row in rows) == RECEIPTS.failed


@pytest.mark.parametrize("text", ["7d", "7天", "7 days", "近7天"])
def test_several_days_are_added_up_and_shown_day_by_day(text: str) -> None:
    past = FakeHistory({day: Day(day, SENT, RECEIPTS) for day in WEEK})

    report = reported(stats, desk(past=past), text)

    assert facts(report)["stats.billed"] == 7 * 1200
    assert part_of(report, Series).points == tuple((day, 1200) for day in WEEK)
    assert [row[0] for row in last_table(report).rows] == WEEK
    assert report.title.details["first"] == date(2026, 11, 15)


def test_a_day_that_is_not_known_is_not_zero_and_not_added() -> None:
    past = FakeHistory(
        {day: Day(day, SENT, RECEIPTS) for day in WEEK[1:]} | {WEEK[1]: Day(WEEK[1], SENT, None)}
    )

    report = reported(stats, desk(past=past), "7d")

    assert report.parts[0] == Paragraph(say("stats.partly_known", known=5, days=7))
    assert facts(report)["stats.billed"] == 5 * 1200
    assert part_of(report, Series).points[:2] == ((WEEK[0], None), (WEEK[1], 1200))
    rows = last_table(report).rows
    assert rows[0] == (WEEK[0], None, None, None, None, None)
    assert rows[1] == (WEEK[1], 980, 1200, None, None, None)


def test_no_known_day_at_all_is_told() -> None:
    assert reported(stats, desk(), "30d").parts == (Paragraph(say("stats.nothing_known")),)


def test_days_that_are_still_loading_are_looked_at_again() -> None:
    report = reported(stats, desk(past=FakeHistory(loading=True)), "7天")

    assert say("sms.loading") in report.notes
    assert report.refresh is not None
    assert report.refresh.command == "stats 7d prod"
    assert reported(stats, desk(past=FakeHistory(loading=True)), "yesterday").refresh is None


def test_a_day_without_receipts_has_no_rate() -> None:
    quiet = replace(RECEIPTS, receipts=0, delivered=0, failed=0)
    past = FakeHistory({day: Day(day, SENT, quiet) for day in WEEK})

    assert last_table(reported(stats, desk(past=past), "7d")).rows[0][-1] == "–"


def test_another_period_is_told_with_those_there_are() -> None:
    with pytest.raises(BotError) as caught:
        reported(stats, desk(), "last month")

    assert caught.value.details["period"] == "last month"
    assert "30d" in str(caught.value.details["periods"])
    assert caught.value.details["names"] == "prod, test"
