"""What a digest says is true: nothing that is not known is zero, and nothing that needs somebody is left out."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drawing import Drawing
from bot.errors import BotError
from bot.faq.assistant import Unknown
from bot.language import LANGUAGES, Language
from bot.reports.digest import Frame, Head, Late, digest, line
from bot.reports.morning import Morning, Reviewed
from bot.reports.news import FAR, quiet
from bot.slack.shown.cards import Cards
from bot.sms.alarms import Episode, held
from bot.sms.balance import RUNNING_LOW
from bot.sms.cloud import (
    ACCOUNT_ZONE,
    Day,
    Package,
    Packages,
    ReceiptCounts,
    Refused,
    SendCounts,
    Unreachable,
)
from bot.sms.operations import Called, governed, read_verb
from bot.sms.report import (
    Cell,
    Code,
    Entries,
    Facts,
    Listing,
    Paragraph,
    Report,
    Say,
    Series,
    Share,
    Table,
    say,
)
from bot.sms.stats import FAILURES
from bot.wiring import Bot
from tests.slack.judge import judged_message, words
from tests.sms.small_cloud import DAY, NOW, RECEIPTS, TODAY, days, package, part_of, signature, template

YESTERDAY = TODAY - DAY
NOTHING = SendCounts(0, 0, 0)
NONE_BACK = ReceiptCounts(0, 0, 0, 0, 0, 0, 0, 0, 0)
SENT = SendCounts(requests=1000, accepted=980, billed=1200)
AWAY = Unreachable("cloud.no_connection", "SmsPackagesStatistics", reason="ConnectError")
DENIED = Refused(
    "DescribeSmsSignList", "UnauthorizedOperation.RequestPermissionDeny", "no <@U1> right", "r-1"
)
HEAD = Head(1234, "5f" * 32)
SATURDAY: dict[str, Cell] = {"weekday": say("week.saturday"), "day": TODAY - 8 * DAY}
STANDING = Frame(TODAY, renewal="digest again digest|C0OPS|2026-11-22", whole=False)


def told(
    *packages: Package,
    past: Sequence[Day] = (),
    yesterday: Day | None = None,
    account: str = "prod",
    stale: bool = False,
) -> Morning:
    """An account with thirty days of the same, unless told otherwise, and then yesterday."""
    before = past or days(*[1000] * 29, until=YESTERDAY)
    last = yesterday or Day(YESTERDAY, SENT, RECEIPTS)
    rows = packages or (package(amount=90_000, used=10_000),)
    return Morning(
        account,
        sample=False,
        since=NOW - DAY,
        at=NOW,
        packages=Packages(rows, NOW, stale),
        days=[*before, last],
    )


def still(account: str = "prod") -> Morning:
    """An account in which nothing happens."""
    none = [Day(TODAY - it * DAY, NOTHING, NONE_BACK) for it in range(30, 0, -1)]
    return replace(told(account=account), days=none)


def shown(*mornings: Morning, frame: Frame = STANDING) -> Report:
    return digest(mornings, frame)


def facts(report: Report) -> dict[str, Cell]:
    return {
        name.phrase: value for part in report.parts if isinstance(part, Facts) for name, value in part.rows
    }


def said(report: Report) -> dict[str, Say]:
    cells = [part.text for part in report.parts if isinstance(part, Paragraph)]
    return {it.phrase: it for it in cells if isinstance(it, Say)}


def noted(report: Report) -> dict[str, Say]:
    return {it.phrase: it for it in report.notes if isinstance(it, Say)}


def entries(report: Report) -> tuple[str, ...]:
    return tuple(id_ for part in report.parts if isinstance(part, Entries) for id_ in part.ids)


def asked(report: Report) -> Say | None:
    return next(it.about for it in report.actions if it.about)


def receipts(**counts: int) -> ReceiptCounts:
    failed = sum(counts.values())
    causes = {name: counts.get(name, 0) for name in FAILURES if name != "other"}
    return ReceiptCounts(1000, 1000, 1000 - failed, failed, **causes)


# ---- The figures


def test_the_title_has_the_day_of_the_channel() -> None:
    assert shown(told()).title == say("digest.title", weekday=say("week.sunday"), day=TODAY)


def test_what_is_left_how_long_it_lasts_and_what_ends_first() -> None:
    report = shown(
        told(package("a", 90_000, 40_000), package("b", 5_000, 0, ends=40.0), package("c", 9, ends=-1.0))
    )

    found = facts(report)
    assert found["digest.left"] == say(
        "digest.left_of", left=55_000, amount=95_000, used=Share(40_000 / 95_000)
    )
    assert found["digest.ends_first"] == say("digest.ends_with", day=date(2027, 1, 1), left=5_000)
    assert isinstance(found["forecast.days_left"], Say)
    assert isinstance(found["forecast.buy_before"], date)


def test_yesterday_is_told_with_its_requests_receipts_and_what_is_billed() -> None:
    found = facts(shown(told()))

    assert found["digest.sent"] == say("digest.sent_of", requests=1000, accepted=980, billed=1200)
    assert found["digest.arrived"] == say("digest.arrived_of", delivered=855, receipts=900, share=Share(0.95))
    assert found["digest.late"] == say("digest.late_count", count=80)


def test_where_every_receipt_is_there_none_is_said_to_be_late() -> None:
    day = Day(YESTERDAY, SENT, replace(RECEIPTS, receipts=980))

    assert "digest.late" not in facts(shown(told(yesterday=day)))


def test_before_the_first_receipt_there_is_no_rate() -> None:
    day = Day(YESTERDAY, SENT, replace(NONE_BACK, accepted=980))

    found = facts(shown(told(yesterday=day)))

    assert found["digest.arrived"] == say("stats.no_receipts")
    assert found["digest.late"] == say("digest.late_count", count=980)


@pytest.mark.parametrize(
    ("then", "wanted"),
    [
        (1000, say("digest.more", share=Share(0.2), count=1000, **SATURDAY)),
        (1600, say("digest.fewer", share=Share(0.25), count=1600, **SATURDAY)),
        (1200, say("digest.same", count=1200, **SATURDAY)),
        (0, say("digest.from_none", **SATURDAY)),
        (None, None),
    ],
)
def test_yesterday_is_compared_with_the_same_weekday(then: int | None, wanted: Cell) -> None:
    past = days(*[7] * 22, then, *[9] * 6, until=YESTERDAY)

    assert facts(shown(told(past=past)))["digest.compared"] == wanted


def test_what_is_not_known_of_yesterday_is_compared_with_nothing() -> None:
    assert facts(shown(told(yesterday=Day(YESTERDAY, None, RECEIPTS))))["digest.compared"] is None


def test_failures_are_told_by_cause_with_the_answers_that_help() -> None:
    report = shown(told())

    assert said(report)["digest.causes"] == say("digest.causes", count=45)
    assert part_of(report, Table).rows[0] == (say("stats.invalid_number"), 20, Share(20 / 45))
    assert sum(count for _, count, _ in part_of(report, Table).rows) == 45
    assert entries(report) == (FAILURES["invalid_number"][1], FAILURES["powered_off"][1])


def test_two_causes_with_one_answer_leave_room_for_another() -> None:
    day = Day(YESTERDAY, SENT, replace(receipts(internal_error=50, blacklisted=1), failed=90))

    assert entries(shown(told(yesterday=day))) == ("other/cannot-diagnose", "other/do-not-disturb-list")


def test_without_failures_there_is_no_table_and_nothing_to_read() -> None:
    report = shown(told(yesterday=Day(YESTERDAY, SENT, receipts())))

    assert "digest.causes" not in said(report)
    assert not [it for it in report.parts if isinstance(it, Table | Entries)]


def test_the_chart_has_the_last_two_weeks() -> None:
    series = part_of(shown(told()), Series)

    assert len(series.points) == 14
    assert series.points[-1] == (YESTERDAY, 1200)


# ---- What is not known


def test_a_balance_that_can_not_be_had_is_said_to_be_unknown_with_the_reason() -> None:
    report = shown(replace(told(), packages=None, lacking={"packages": DENIED}))

    reason = say(
        "cloud.refused",
        action="DescribeSmsSignList",
        request_id="r-1",
        code="UnauthorizedOperation.RequestPermissionDeny",
        message="no <@U1> right",
    )
    assert said(report)["digest.balance_missing"] == say("digest.balance_missing", reason=reason)
    assert "digest.left" not in facts(report)
    assert "digest.balance_age" not in noted(report)


def test_statistics_that_can_not_be_had_are_not_zero() -> None:
    report = shown(replace(told(), days=(), lacking={"statistics": AWAY}))

    assert said(report)["digest.statistics_missing"].details["reason"] == say("digest.unreachable")
    assert "digest.sent" not in facts(report)
    assert "digest.nothing_sent" not in said(report)
    assert facts(report)["forecast.days_left"] == say("digest.too_little", known=0, needed=7)
    assert not [it for it in report.parts if isinstance(it, Series)]


def test_statistics_that_are_slow_are_said_to_be_still_on_their_way() -> None:
    report = shown(told(past=days(*[None] * 29, until=YESTERDAY), yesterday=Day(YESTERDAY, None, None)))

    assert said(report)["digest.statistics_missing"].details["reason"] == say("digest.statistics_slow")


@pytest.mark.parametrize("none_sent", [True, False])
def test_of_half_a_day_the_other_half_is_not_known(none_sent: bool) -> None:  # noqa: FBT001 - a column of the table
    received = shown(told(yesterday=Day(YESTERDAY, None, RECEIPTS)))
    sent = shown(told(yesterday=Day(YESTERDAY, NOTHING if none_sent else SENT, None)))

    assert facts(received)["digest.sent"] is None
    assert facts(received)["digest.arrived"] is not None
    assert ("digest.nothing_sent" in said(sent)) == none_sent
    assert none_sent or facts(sent)["digest.arrived"] is None


def test_a_day_without_sends_that_had_receipts_is_not_a_day_of_nothing() -> None:
    report = shown(told(yesterday=Day(YESTERDAY, NOTHING, RECEIPTS)))

    assert "digest.nothing_sent" not in said(report)
    assert facts(report)["digest.arrived"] is not None


def test_little_history_and_no_use_are_told_apart() -> None:
    few = shown(told(past=days(5, 5, until=YESTERDAY)))

    assert facts(few)["forecast.days_left"] == say("digest.too_little", known=3, needed=7)
    assert facts(shown(still(), frame=replace(STANDING, whole=True)))["forecast.days_left"] == say(
        "digest.nothing_used", known=30
    )


def test_reviews_that_are_refused_are_told_below() -> None:
    report = shown(replace(told(), lacking={"reviews": BotError("digest.reviews_slow")}))

    assert noted(report)["digest.reviews_missing"] == say(
        "digest.reviews_missing", account="prod", reason=say("digest.reviews_slow")
    )


def test_the_age_of_the_balance_is_told_once_and_that_of_the_oldest() -> None:
    older = replace(told(account="test"), packages=Packages((package(),), NOW - timedelta(seconds=30)))
    stale = replace(told(account="old"), packages=Packages((package(),), NOW - DAY, stale=True))

    notes = noted(shown(told(), older, stale))

    assert notes["digest.balance_age"] == say("digest.balance_age", asked=NOW - timedelta(seconds=30))
    assert notes["digest.balance_stale"] == say("digest.balance_stale", asked=NOW - DAY)


# ---- What needs somebody


def test_alerts_that_hold_come_first_in_their_own_lines() -> None:
    burst = Episode("prod", "unusual", 1, NOW, {"window": "hours", "count": 900, "median": 30})

    report = shown(replace(told(), holding=[burst]))

    assert report.parts[:2] == (Paragraph(say("digest.holding")), Listing((held(burst),)))


def test_a_balance_that_runs_out_soon_has_the_answers_on_it() -> None:
    assert set(RUNNING_LOW) < set(entries(shown(told(package(amount=5_000)))))
    assert not set(RUNNING_LOW) & set(entries(shown(told())))


def test_where_nothing_is_left_the_first_line_says_so_and_no_days_are_counted() -> None:
    report = shown(told(package(used=10_000)))

    assert report.parts[0] == Paragraph(say("digest.buy_now"))
    assert not {"forecast.days_left", "forecast.buy_before"} & set(facts(report))


def test_what_runs_out_soon_is_to_be_bought_before_its_day_in_the_first_line() -> None:
    report = shown(told(package(amount=5_000)))

    assert report.parts[0] == Paragraph(say("digest.buy_soon", date=facts(report)["forecast.buy_before"]))
    assert {"digest.buy_now", "digest.buy_soon"}.isdisjoint(said(shown(told())))


def test_of_several_accounts_the_one_that_has_to_buy_is_named_at_the_top() -> None:
    report = shown(told(), told(package(used=10_000), account="empty"), frame=replace(STANDING, named=True))

    named = say("alert.of_account", account="empty", what=say("digest.buy_now"))
    assert report.parts[0] == Listing((named,))


def test_no_valid_package_is_told_and_is_low_even_without_a_pace() -> None:
    report = shown(
        replace(still(), packages=Packages((package(ends=-40.0, starts=-60.0, created=-60.0),), NOW))
    )

    assert facts(report)["digest.left"] == say("digest.none_valid")
    assert entries(report) == RUNNING_LOW


def test_what_was_rejected_is_told_with_its_reason_and_what_helps() -> None:
    new: list[Reviewed] = [
        template(7, "promo", "rejected", "变量不规范"),
        signature(9, "星河", "rejected", "提交的材料不全"),
    ]

    report = shown(replace(told(yesterday=Day(YESTERDAY, SENT, receipts())), rejected=new))

    assert part_of(report, Listing).rows == (
        say("digest.rejected_template", id=Code("7"), name="promo", reason="变量不规范"),
        say("digest.rejected_signature", id=Code("9"), name="星河", reason="提交的材料不全"),
    )
    assert entries(report) == ("template/variables-allowed", "signature/materials")


def test_a_rejection_without_a_reason_says_so() -> None:
    report = shown(replace(told(), rejected=[signature(9, "星河", "rejected", "")]))

    assert part_of(report, Listing).rows[0].details["reason"] == say("digest.no_reason")


def test_what_to_read_comes_last_and_each_answer_once() -> None:
    new: list[Reviewed] = [template(it, "promo", "rejected", "含链接") for it in range(3)]

    report = shown(replace(told(package(amount=5_000)), rejected=new))

    assert isinstance(report.parts[-1], Entries)
    assert len(set(entries(report))) == len(entries(report)) == 5


# ---- Around it


def test_in_another_zone_the_days_are_still_those_of_the_account() -> None:
    """At six in the evening of the twenty-first in New York, the twenty-second has begun in Shanghai."""
    at = datetime(2026, 11, 21, 18, tzinfo=ZoneInfo("America/New_York"))
    it = replace(told(), at=at)

    report = shown(it, frame=replace(STANDING, day=at.date()))

    assert report.title == say("digest.title", weekday=say("week.saturday"), day=date(2026, 11, 21))
    assert said(report)["digest.last_day"] == say(
        "digest.last_day", weekday=say("week.saturday"), day=YESTERDAY
    )
    assert "digest.yesterday" in said(shown(told()))


def test_a_late_digest_says_when_it_was_due_in_the_time_of_its_channel() -> None:
    due = datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Europe/Berlin"))

    report = shown(told(), frame=replace(STANDING, late=Late(due)))

    assert report.parts[0] == Paragraph(say("digest.came_late", day=TODAY, at="09:00", zone="Europe/Berlin"))


def test_days_without_a_digest_are_named() -> None:
    late = Late(None, (TODAY - 2 * DAY, YESTERDAY))

    report = shown(told(), frame=replace(STANDING, late=late))

    two = say("forecast.several_days", first=TODAY - 2 * DAY, last=YESTERDAY)
    assert report.parts[0] == Paragraph(say("digest.skipped", count=2, days=two))
    assert "digest.came_late" not in said(report)


def test_from_four_days_without_a_digest_on_the_first_and_the_last_are_named() -> None:
    late = Late(None, tuple(TODAY - it * DAY for it in (4, 3, 2, 1)))

    report = shown(told(), frame=replace(STANDING, late=late))

    span = say("digest.skipped_between", first=TODAY - 4 * DAY, last=YESTERDAY)
    assert report.parts[0] == Paragraph(say("digest.skipped", count=4, days=span))


def test_the_zone_of_the_dates_is_named_once(drawing: Drawing) -> None:
    for it in (told(), replace(told(), packages=None)):
        assert drawing.markdown(shown(it), "en").count("Asia/Shanghai") == 1


def test_the_end_of_the_audit_is_told_where_there_is_one() -> None:
    with_head = shown(told(), frame=replace(STANDING, head=HEAD))

    assert noted(with_head)["digest.audit"] == say("digest.audit", rows=1234, seal=Code(HEAD.seal))
    assert "digest.audit" not in noted(shown(told()))


def test_sample_data_is_marked_and_its_account_has_no_name() -> None:
    report = shown(replace(told(), sample=True), frame=replace(STANDING, named=True))

    assert "sms.sample" in noted(report)
    assert said(report)["digest.heading"] == say("digest.heading", words=say("sms.sample_account"))
    assert "sms.sample" not in noted(shown(told()))


def test_several_accounts_stand_apart_and_are_never_added_up() -> None:
    one, other = told(package(amount=90_000)), told(package(amount=20_000), account="test")

    report = shown(one, other, frame=replace(STANDING, named=True))

    names = [
        it.text.details["words"]
        for it in report.parts
        if isinstance(it, Paragraph) and isinstance(it.text, Say) and it.text.phrase == "digest.heading"
    ]
    lefts = [
        row[1]
        for it in report.parts
        if isinstance(it, Facts)
        for row in it.rows
        if row[0] == say("digest.left")
    ]
    assert names == ["prod", "test"]
    assert [it.details["left"] for it in lefts if isinstance(it, Say)] == [90_000, 20_000]
    assert len([it for it in report.parts if isinstance(it, Series)]) == 2


def test_every_account_of_a_channel_is_in_its_digest(bot: Bot) -> None:
    mornings = [told(account=f"team{number}") for number in range(8)]

    message = Cards(bot.wording, bot.drawing, bot.phrases).report(
        shown(*mornings, frame=replace(STANDING, named=True)), "en"
    )

    drawn = str(message.blocks)
    assert [it.account for it in mornings if it.account not in drawn] == []


def headings(report: Report) -> list[Cell]:
    cells = [it.text for it in report.parts if isinstance(it, Paragraph)]
    return [it.details["words"] for it in cells if isinstance(it, Say) and it.phrase == "digest.heading"]


def test_what_needs_somebody_is_shown_in_full_before_what_is_quiet() -> None:
    burst = Episode("burst", "unusual", 1, NOW, {"window": "hours", "count": 900, "median": 30})
    many = [still(f"still{it}") for it in range(6)]
    empty = told(package(used=10_000), account="empty")
    alarming = replace(told(account="burst"), holding=[burst])

    report = shown(*many, told(account="busy"), empty, alarming, frame=replace(STANDING, named=True))

    assert headings(report)[:3] == ["burst", "empty", "busy"]
    rows = [it for part in report.parts if isinstance(part, Listing) for it in part.rows]
    lines = [it for it in rows if isinstance(it, Say) and it.phrase == "digest.line"]
    assert [it.details["account"] for it in lines] == [f"still{it}" for it in range(1, 6)]


def test_in_a_line_what_is_not_known_is_not_zero_and_what_is_new_is_counted() -> None:
    away = replace(told(account="away"), packages=None, days=(), lacking={"packages": AWAY})

    assert line(away) == say(
        "digest.line", account="away", left=None, amount=None, day=YESTERDAY, billed=None
    )
    news = line(EVERYTHING)
    assert (news.phrase, news.details["alerts"], news.details["rejected"]) == ("digest.line_news", 1, 2)


def test_several_accounts_have_one_list_of_answers() -> None:
    report = shown(told(), told(account="test"))

    assert len([it for it in report.parts if isinstance(it, Entries)]) == 1
    assert len(set(entries(report))) == len(entries(report)) == 2


def test_one_of_several_accounts_is_named_and_the_only_one_is_not() -> None:
    assert "digest.heading" in said(shown(told(), frame=replace(STANDING, named=True)))
    assert "digest.heading" not in said(shown(told()))


def test_an_account_that_is_gone_is_told_and_nothing_else_takes_its_place() -> None:
    report = shown(frame=replace(STANDING, gone=("old", "older")))

    assert report.parts == (Paragraph(say("digest.gone", accounts="old, older")),)


def test_without_any_account_the_settings_are_asked_for() -> None:
    assert shown().parts == (Paragraph(say("sms.no_account")),)


# ---- In short


def test_where_nothing_changed_at_all_there_is_one_line_an_account() -> None:
    report = shown(still(), still("test"))

    assert report.parts == tuple(
        Paragraph(say("digest.quiet", account=it, left=80_000, amount=90_000)) for it in ("prod", "test")
    )
    assert "digest.balance_age" in noted(report)


BUSY_ONCE = [*still().days[:10], Day(TODAY - 20 * DAY, SENT, RECEIPTS), *still().days[11:]]
BUSY_AGAIN = [*BUSY_ONCE[:-2], Day(TODAY - 2 * DAY, SENT, RECEIPTS), BUSY_ONCE[-1]]
SOMETHING = {
    "sent": replace(still(), days=[*still().days[:-1], Day(YESTERDAY, SENT, receipts())]),
    "sent since the digest before": replace(still(), since=NOW - 3 * DAY, days=BUSY_AGAIN),
    "receipts came": replace(still(), days=[*still().days[:-1], Day(YESTERDAY, NOTHING, RECEIPTS)]),
    "rejected": replace(still(), rejected=[template(1, "a", "rejected")]),
    "holding": replace(still(), holding=[Episode("prod", "arrears", 1, NOW, {})]),
    "bought": replace(still(), packages=Packages((package(amount=9, created=-0.5),), NOW)),
    "begun": replace(still(), packages=Packages((package(amount=9, starts=-0.5),), NOW)),
    "ended": replace(still(), packages=Packages((package(), package("old", ends=-0.5)), NOW)),
    "ends soon": replace(still(), packages=Packages((package(ends=14.0),), NOW)),
    "runs out": replace(
        told(package(amount=9_000)), days=[*days(*[1000] * 29, until=YESTERDAY), still().days[-1]]
    ),
    "nothing left": replace(still(), packages=Packages((package(used=10_000),), NOW)),
    "no package": replace(still(), packages=Packages((), NOW)),
    "packages lacking": replace(still(), packages=None, lacking={"packages": AWAY}),
    "statistics lacking": replace(still(), days=(), lacking={"statistics": AWAY}),
    "reviews lacking": replace(still(), lacking={"reviews": AWAY}),
    "stale": replace(still(), packages=Packages((package(),), NOW, stale=True)),
    "yesterday not known": replace(still(), days=[*still().days[:-1], Day(YESTERDAY, None, None)]),
    "sends not known": replace(still(), days=[*still().days[:-1], Day(YESTERDAY, None, NONE_BACK)]),
    "receipts not known": replace(still(), days=[*still().days[:-1], Day(YESTERDAY, NOTHING, None)]),
    "yesterday not over": replace(still(), days=still().days[:-1]),
    "a day before not known": replace(
        still(),
        since=NOW - 3 * DAY,
        days=[*still().days[:-2], Day(TODAY - 2 * DAY, None, None), still().days[-1]],
    ),
    "history not known": replace(
        still(), days=[*(Day(it.day, None, None) for it in still().days[:-3]), *still().days[-3:]]
    ),
}


@pytest.mark.parametrize("change", SOMETHING)
def test_whatever_is_new_or_not_known_makes_it_whole(change: str) -> None:
    assert not quiet(SOMETHING[change])
    assert "digest.quiet" not in said(shown(SOMETHING[change]))
    assert "digest.quiet" not in said(shown(still("test"), SOMETHING[change]))


def test_what_was_sent_before_the_digest_before_is_not_new() -> None:
    assert quiet(replace(still(), days=BUSY_ONCE))


def test_what_ends_later_than_in_two_weeks_is_not_near() -> None:
    assert quiet(replace(still(), packages=Packages((package(ends=FAR.days + 1.5),), NOW)))
    assert quiet(replace(still(), packages=Packages((package(), package("e", 5, 5, ends=3.0)), NOW)))


@pytest.mark.parametrize(
    "frame",
    [
        replace(STANDING, whole=True),
        replace(STANDING, late=Late(NOW)),
        replace(STANDING, late=Late(None, (YESTERDAY,))),
        replace(STANDING, gone=("old",)),
    ],
)
def test_what_is_asked_for_comes_late_or_lacks_an_account_is_never_in_short(frame: Frame) -> None:
    assert "digest.quiet" not in said(shown(still(), frame=frame))


# ---- What can be pressed


def commands(report: Report) -> list[str]:
    return [it.command for it in report.actions]


def test_what_stands_can_be_drawn_again_and_paused() -> None:
    report = shown(told())

    refresh, details, snooze, ask = report.actions
    assert (refresh.command, refresh.renews) == (STANDING.renewal, True)
    assert (details.command, snooze.command) == ("digest details prod", "digest snooze 3d")
    assert (ask.command, ask.about) == ("", say("digest.ask_cause", cause=say("stats.invalid_number")))
    assert not any(it.renews for it in (details, snooze, ask))


def test_what_only_one_sees_can_not() -> None:
    report = shown(told(), frame=Frame(TODAY))

    assert commands(report) == ["digest details prod", ""]


def test_each_account_has_its_own_details_but_not_more_than_a_few() -> None:
    report = shown(*(told(account=f"a{it}") for it in range(9)))

    assert commands(report) == [
        STANDING.renewal,
        *(f"digest details a{it}" for it in range(4)),
        "digest snooze 3d",
        "",
    ]
    assert report.actions[1].label == say("digest.details_of", account="a0")


def test_buttons_are_calls_of_their_verb_and_only_the_snooze_changes_something() -> None:
    called = [read_verb(it.command) for it in shown(told()).actions if it.command]

    assert all(isinstance(it, Called) and it.verb == "digest" for it in called)
    rights = [governed(it.verb, it.rest) for it in called if isinstance(it, Called)]
    assert rights == ["digest", "digest", "set-digest"]


@pytest.mark.parametrize(
    ("it", "about"),
    [
        (told(package(amount=5_000)), say("digest.ask_low")),
        (told(), say("digest.ask_cause", cause=say("stats.invalid_number"))),
        (told(yesterday=Day(YESTERDAY, SENT, replace(receipts(), failed=9))), say("digest.ask_failed")),
        (
            replace(
                told(yesterday=Day(YESTERDAY, SENT, receipts())), rejected=[template(1, "a", "rejected")]
            ),
            say("digest.ask_rejected"),
        ),
        (told(yesterday=Day(YESTERDAY, SENT, receipts())), say("digest.ask_any")),
        (replace(told(), packages=None, days=()), say("digest.ask_any")),
    ],
)
def test_the_question_is_about_what_matters_most(it: Morning, about: Say) -> None:
    assert asked(shown(it)) == about


QUESTIONS = (
    *(say("digest.ask_cause", cause=words) for name, (words, _) in FAILURES.items() if name != "other"),
    *map(say, ("digest.ask_low", "digest.ask_failed", "digest.ask_rejected", "digest.ask_any")),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_no_question_leads_to_nothing(question: Say, language: Language, bot: Bot, drawing: Drawing) -> None:
    reply = bot.assistant.reply(drawing.cell(question, language), language)

    assert not isinstance(reply, Unknown)


# ---- As it is read


@pytest.fixture(scope="module")
def drawing(bot: Bot) -> Drawing:
    return Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)


@pytest.fixture(scope="module")
def cards(bot: Bot) -> Cards:
    return Cards(bot.wording, bot.drawing, bot.phrases)


EVERYTHING = replace(
    told(package(amount=5_000), package("b", 7, ends=3.0)),
    rejected=[
        template(7, "<!channel> promo", "rejected", "含链接 https://evil.example"),
        signature(9, "星河", "rejected", ""),
    ],
    holding=[Episode("prod", "unusual", 1, NOW, {"window": "hours", "count": 900, "median": 30})],
    lacking={"reviews": DENIED},
)
FRAMED = replace(
    STANDING,
    late=Late(datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Europe/Berlin")), (TODAY - 2 * DAY, YESTERDAY)),
    head=HEAD,
    named=True,
    gone=("old",),
    language="en",
)
SHAPES: dict[str, Report] = {
    "usual": shown(told()),
    "in short": shown(still(), still("test")),
    "everything": shown(EVERYTHING, frame=FRAMED),
    "several": shown(EVERYTHING, told(account="test"), replace(told(account="s"), sample=True), frame=FRAMED),
    "many": shown(*(replace(EVERYTHING, account=f"account-{it}") for it in range(12)), frame=FRAMED),
    "nothing": shown(),
    "no failures": shown(told(yesterday=Day(YESTERDAY, SENT, receipts()))),
    **{name: shown(it) for name, it in SOMETHING.items()},
    **{
        f"compared with {then}": shown(told(past=days(*[7] * 22, then, *[9] * 6, until=YESTERDAY)))
        for then in (0, 1200, 9000, None)
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_digest_is_told_in_whole_words(shape: str, language: Language, drawing: Drawing) -> None:
    report = SHAPES[shape]

    texts = [drawing.markdown(report, language), *drawing.actions(report, language)]
    texts += [drawing.cell(it.about, language) for it in report.actions if it.about]

    for words_ in texts:
        assert not re.search(
            r"\b(?:digest|week|forecast|stats|sms|draw|alert|cloud)\.(?!tencent)[a-z_]+\b", words_
        ), words_
        assert not re.search(r"\{|\}|None|。。|\.\.(?!\.)|：：", words_.replace("...", "")), words_
        assert language == "zh" or not re.search("[，。：（）]", words_), words_
    assert all(0 < len(it) <= 75 for it in texts[1:-1])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_digest_is_a_message_that_slack_takes(
    shape: str, language: Language, cards: Cards, bot: Bot
) -> None:
    message = cards.report(SHAPES[shape], language, share="digest now")

    assert judged_message(message) == []
    assert bot.phrases.say("block.cut", language) not in words(message.blocks)


def test_what_is_not_known_is_drawn_as_such(drawing: Drawing) -> None:
    half = shown(told(yesterday=Day(YESTERDAY, None, RECEIPTS)))

    assert "- **Sent**: not known" in drawing.markdown(half, "en")
    assert "- **发送**：未知" in drawing.markdown(half, "zh")
    assert "which is not zero" in drawing.markdown(SHAPES["statistics lacking"], "en")
    assert "nothing was sent" not in drawing.markdown(SHAPES["statistics lacking"], "en")
    assert "不是 0" in drawing.markdown(SHAPES["statistics lacking"], "zh")


def test_a_usual_morning_in_full(drawing: Drawing) -> None:
    assert drawing.markdown(SHAPES["usual"], "en").startswith(
        "**SMS digest · Sun 2026-11-22**\n\n- **Left**: 80,000 of 90,000 messages (11.1% used)\n"
    )
    words_ = drawing.markdown(SHAPES["usual"], "zh")
    assert "**昨天（周六 2026-11-21）**" in words_
    assert "- **送达**：855 条，占已有的 900 条回执的 95%" in words_
    assert "- **还没有回执**：80 条（最迟 72 小时），送达率还会变" in words_


# ---- Whatever there is


COUNTS = st.none() | st.builds(SendCounts, *[st.integers(0, 10**7)] * 3)
BACK = st.none() | st.builds(ReceiptCounts, *[st.integers(0, 10**6)] * 9)
HALVES = st.lists(st.tuples(COUNTS, BACK), max_size=30)


@settings(max_examples=60, deadline=None)
@given(
    halves=HALVES,
    amount=st.integers(0, 10**7),
    used=st.integers(0, 10**7),
    frame=st.sampled_from((STANDING, FRAMED)),
)
def test_any_account_can_be_told(
    drawing: Drawing,
    halves: list[tuple[SendCounts | None, ReceiptCounts | None]],
    amount: int,
    used: int,
    frame: Frame,
) -> None:
    past = [Day(TODAY - (len(halves) - it) * DAY, *halves[it]) for it in range(len(halves))]
    it = replace(told(package(amount=amount, used=used)), days=past)

    report = shown(it, frame=frame)

    known = bool(past) and past[-1].sent is not None
    assert drawing.markdown(report, "zh")
    assert known or "digest.nothing_sent" not in said(report)
    assert known or "digest.quiet" not in said(report)
