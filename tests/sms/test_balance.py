"""What is left, and how long it lasts."""

from collections.abc import Sequence
from datetime import date

import pytest

from bot.errors import BotError
from bot.sms.balance import balance, days_left, runs_out
from bot.sms.cloud import Package, Refused, Unreachable
from bot.sms.forecast import RunOut
from bot.sms.report import Code, Entries, Facts, Paragraph, Report, Share, Table, say
from bot.wiring import Bot
from tests.sms.small_cloud import (
    DAY,
    NOW,
    TODAY,
    FakeCloud,
    FakeHistory,
    desk,
    desk_of,
    history,
    package,
    part_of,
    reported,
)


def asked(*packages: Package, past: FakeHistory | None = None, stale: bool = False) -> Report:
    return reported(balance, desk(FakeCloud(packages, stale=stale), past or history(*[1000] * 30)))


def facts(report: Report) -> dict[str, object]:
    return {
        name.phrase: value for part in report.parts if isinstance(part, Facts) for name, value in part.rows
    }


def said(report: Report) -> list[object]:
    return [part.text for part in report.parts if isinstance(part, Paragraph)]


def test_only_packages_that_are_valid_now_are_added_up() -> None:
    report = asked(
        package("now", 10_000, 2_500),
        package("gone", 70_000, ends=-1.0),
        package("soon", 50_000, starts=1.0),
    )

    assert facts(report)["balance.left_in_all"] == say("balance.left_of", left=7_500, amount=10_000)
    assert facts(report)["balance.used"] == Share(0.25)


def test_gifts_and_purchases_are_told_apart() -> None:
    report = asked(package("a", 10_000), package("b", 3_000, 1_000, bought=False))

    assert facts(report)["balance.by_kind"] == say("balance.kinds", bought=10_000, gift=2_000)


def test_each_package_has_its_row_the_soonest_end_first() -> None:
    report = asked(
        package("late", 10_000, ends=90.0), package("early", 4_000, 1_000, bought=False, ends=10.0)
    )

    rows = part_of(report, Table).rows

    assert rows[0] == (
        Code("early"),
        say("balance.gift"),
        3_000,
        4_000,
        Share(0.25),
        date(2026, 12, 2),
        10,
    )
    assert rows[1][0] == Code("late")


def test_what_ends_at_midnight_lasts_until_the_day_before() -> None:
    midnight = package(ends=10 / 24)

    (row,) = part_of(asked(midnight), Table).rows

    assert row[5:] == (date(2026, 11, 22), 0)


def test_what_has_not_begun_is_listed_apart() -> None:
    report = asked(package("now"), package("soon", 50_000, starts=5.0))

    tables = [it for it in report.parts if isinstance(it, Table)]

    assert [it.rows[0][0] for it in tables] == [Code("now"), Code("soon")]
    assert say("balance.coming") in said(report)


def test_what_is_over_is_only_counted() -> None:
    report = asked(package("now"), package("gone", ends=-1.0), package("empty", 500, 500))

    assert len(part_of(report, Table).rows) == 1
    assert say("balance.over", expired=1, used_up=1) in said(report)


def test_no_valid_package_is_said_so_and_runs_out_today() -> None:
    report = asked(package("gone", ends=-1.0))

    assert say("balance.none_valid") in said(report)
    assert facts(report)["forecast.runs_out"] == date(2026, 11, 22)
    assert "billing/low-balance-notice" in part_of(report, Entries).ids


def test_the_forecast_has_the_pace_the_days_and_the_date_to_buy_before() -> None:
    # The last ten hours of today, and then ten days at 2,000 or twenty at 1,000.
    two_weeks_each = history(*[1000] * 14, *[2000] * 14)

    found = facts(asked(package(amount=20_834), past=two_weeks_each))

    assert found["forecast.pace"] == say("forecast.pace_range", usual=2000, low=1000, high=2000, known=28)
    assert found["forecast.days_left"] == say(
        "forecast.days_range",
        usual=say("forecast.count", count=11),
        few=say("forecast.count", count=11),
        many=say("forecast.count", count=21),
    )
    assert found["forecast.buy_before"] == date(2026, 12, 3)


@pytest.mark.parametrize(
    ("ahead", "days", "ends"),
    [
        ((5, 2, 9), "约 5 天（2 天到 9 天）", "2026-11-27（最早 2026-11-24，最晚 2026-12-01）"),
        ((5, 2, None), "约 5 天（至少 2 天）", "2026-11-27（最早 2026-11-24）"),
        ((None, 2, None), "三年以上（至少 2 天）", "三年内用不完（最早 2026-11-24）"),
        ((None, None, None), "三年以上", "三年内用不完"),
    ],
)
def test_an_end_that_is_not_in_sight_is_left_open(
    ahead: Sequence[int | None], days: str, ends: str, bot: Bot
) -> None:
    usual, first, last = (TODAY + it * DAY if it else None for it in ahead)
    when = RunOut(usual, first, last, 0)

    assert bot.drawing.cell(days_left(when, NOW), "zh") == days
    assert bot.drawing.cell(runs_out(when), "zh") == ends


def test_growth_and_decline_are_told_in_messages_a_day_each_week() -> None:
    growing = facts(asked(package(), past=history(*range(1000, 4000, 100))))
    shrinking = facts(asked(package(), past=history(*range(4000, 1000, -100))))

    assert growing["forecast.trend"] == say("forecast.rising", count=700)
    assert shrinking["forecast.trend"] == say("forecast.falling", count=700)


def test_a_steady_use_has_neither_a_trend_nor_unusual_days_to_tell() -> None:
    told = facts(asked(package(), past=history(*[1000] * 30)))

    assert "forecast.trend" not in told
    assert "forecast.left_out" not in told


def test_a_trend_of_less_than_a_message_a_week_is_not_told() -> None:
    slow = history(*[10 + day // 15 for day in range(30)])

    assert "forecast.trend" not in facts(asked(package(), past=slow))


def test_days_that_were_left_out_of_the_pace_are_told() -> None:
    one = facts(asked(package(), past=history(*[1000] * 20, 9000, *[1000] * 9)))
    more = facts(asked(package(), past=history(*[1000] * 20, 9000, *[1000] * 4, 8000, 9000, *[1000] * 3)))

    assert one["forecast.left_out"] == say("forecast.unusual", days=date(2026, 11, 12))
    assert more["forecast.left_out"] == say(
        "forecast.unusual",
        days=say(
            "forecast.several_days",
            first=date(2026, 11, 12),
            last=say("forecast.several_days", first=date(2026, 11, 17), last=date(2026, 11, 18)),
        ),
    )


def test_an_end_that_is_far_needs_no_answers_on_low_balances() -> None:
    assert not [it for it in asked(package(amount=90_000)).parts if isinstance(it, Entries)]


def test_what_will_expire_unused_is_told() -> None:
    report = asked(package(amount=50_000, ends=10.0))

    assert facts(report)["forecast.vanishing"] == say("forecast.vanishing_count", count=39_583)


def test_little_history_is_told_with_the_days_there_are() -> None:
    report = asked(package(), past=history(1000, 1000, 1000))

    assert say("forecast.too_little", known=3, needed=7) in said(report)


def test_days_that_are_still_loading_are_told_and_looked_at_again() -> None:
    past = history(1000, 1000, 1000)
    past.loading = True

    report = asked(package(), past=past)

    assert say("sms.loading") in report.notes
    assert report.refresh is not None
    assert report.refresh.command == "balance prod"
    assert report.refresh.worth == "first_and_last"
    assert asked(package()).refresh is None


def test_no_use_is_told_as_such() -> None:
    assert say("forecast.nothing_used", known=30) in said(asked(package(), past=history(*[0] * 30)))


def test_statistics_that_fail_cost_the_forecast_only() -> None:
    away = FakeHistory(failure=Unreachable("cloud.no_connection", "SendStatusStatistics"))

    report = asked(package(), past=away)

    assert "balance.left_in_all" in facts(report)
    assert say("forecast.too_little", known=0, needed=7) in said(report)


def test_old_data_is_marked() -> None:
    assert say("balance.stale", asked=NOW) in asked(package(), stale=True).notes
    assert say("balance.asked", asked=NOW) in asked(package()).notes


def test_abroad_is_not_part_of_it() -> None:
    assert say("balance.mainland_only") in asked(package()).notes


def test_a_refusal_is_passed_on() -> None:
    refused = Refused("SmsPackagesStatistics", "UnauthorizedOperation.SerivceSuspendDueToArrears", "")

    with pytest.raises(Refused):
        reported(balance, desk(FakeCloud(failure=refused)))


def test_an_account_is_chosen_by_its_name() -> None:
    assert reported(balance, desk(), "TEST").title == say("balance.title", account="test")


def test_a_misspelt_account_is_not_answered_with_the_default_one() -> None:
    with pytest.raises(BotError) as caught:
        reported(balance, desk(), "prdo")

    assert caught.value.details == {"name": "prdo", "names": "prod, test"}


def test_without_an_account_the_settings_are_asked_for() -> None:
    with pytest.raises(BotError) as caught:
        reported(balance, desk_of({}))

    assert caught.value.phrase == "sms.no_account"


def test_sample_data_is_marked_as_such() -> None:
    assert say("sms.sample") in reported(balance, desk(sample=True)).notes
    assert say("sms.sample") not in reported(balance, desk()).notes
