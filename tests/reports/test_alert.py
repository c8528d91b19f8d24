"""An alert tells what happened, in figures, and what to do; in both languages."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.drawing import Drawing
from bot.language import LANGUAGES, Language
from bot.reports.alert import HELPFUL, TYPICAL, alert_report, marked
from bot.reports.conditions import findings
from bot.reports.policy import AlertPolicy
from bot.reports.results import KINDS
from bot.reports.sight import Sight
from bot.slack.shown.reports import Reports
from bot.sms.alarms import Episode, headline
from bot.sms.cloud import ACCOUNT_ZONE, Day, Hour, Packages, SendCounts
from bot.sms.operations import Called, read_verb
from bot.sms.report import Entries, Explained, Facts, Listing, Paragraph, Report, Share, say
from bot.sms.stats import FAILURES
from bot.wiring import Bot
from tests.reports.test_conditions import AT, OWES, THIS_HOUR, hours, receipts
from tests.slack.judge import judged_message
from tests.sms.small_cloud import DAY, NOW, RECEIPTS, TODAY, package, part_of

CONSOLE = "https://console.cloud.tencent.com/smsv2"
Details = Mapping[str, str | int | float]

LEFT: Details = {"left": 800, "amount": 10_000, "share": 0.08, "runs_out": "2026-11-24", "threshold": 1000}
USED_UP: Details = {"left": 0, "amount": 10_000, "share": 0.0, "runs_out": "2026-11-22", "threshold": 0}
RUN_OUT: Details = {
    "days": 5,
    "left": 5_000,
    "pace": 1_000,
    "expected": "2026-11-27",
    "earliest": "2026-11-25",
    "latest": "",
}
EXPIRY: Details = {
    "package": "2100105",
    "left": 900,
    "amount": 1_000,
    "unused": 700,
    "ends": "2026-11-30",
    "days": 8,
}
BURST: Details = {"window": "hours", "count": 12_345, "median": 300, "times": 41.2}
BUSY: Details = {"window": "today", "count": 900, "median": 0, "times": 0.0}
FAILING: Details = {
    "share": 0.21,
    "usual": 0.04,
    "receipts": 5_000,
    "failed": 1_050,
    "cause": "invalid_number",
    "cause_share": 0.18,
    "cause_usual": 0.02,
}
REFUSED: Details = {"requests": 900, "accepted": 30, "refused": 870}
OWING: Details = {"code": OWES, "source": "test"}

EXAMPLES: Mapping[str, tuple[str, Details]] = {
    "left": ("balance:0.1", LEFT),
    "used up": ("balance:0", USED_UP),
    "none valid": ("balance:5000", {**USED_UP, "amount": 0, "threshold": 5000}),
    "no pace": ("balance:0.1", {**LEFT, "runs_out": ""}),
    "run out": ("run_out", RUN_OUT),
    "run out for sure": ("run_out", {**RUN_OUT, "latest": "2026-11-25"}),
    "expiry": ("expiry:2100105", EXPIRY),
    "burst": ("unusual", BURST),
    "busy day": ("unusual", BUSY),
    "busy day with a median": ("unusual", {**BURST, "window": "today"}),
    **{it: ("failures", {**FAILING, "cause": it}) for it in FAILURES},
    "refusals": ("refusals", REFUSED),
    "arrears": ("arrears", OWING),
    "arrears by the api": ("arrears", {"code": OWES, "source": "api"}),
}


@pytest.fixture(scope="module")
def drawing(bot: Bot) -> Drawing:
    return Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)


def episode(name: str, details: Details) -> Episode:
    return Episode("prod", name, 1, NOW, json.loads(json.dumps(details)))


def reported(example: str) -> Report:
    return alert_report(episode(*EXAMPLES[example]), sample=False)


def entries(report: Report) -> tuple[str, ...]:
    found: tuple[str, ...] = part_of(report, Entries).ids
    return found


def codes(report: Report) -> list[str]:
    return [code for part in report.parts if isinstance(part, Explained) for code in part.codes]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_alert_is_told_in_words_with_its_figures(
    example: str, language: Language, drawing: Drawing
) -> None:
    report = reported(example)

    words = drawing.markdown(report, language)
    buttons = drawing.actions(report, language)

    assert not re.search(r"\b(?:alert|alerts|balance|forecast|stats|sms|draw)\.[a-z_]+", words)
    assert not re.search(r"not known|未知|\{|\}|None", words)
    assert len(drawing.cell(report.title, language)) < 150
    assert all(0 < len(it) <= 75 for it in buttons)
    assert "2026-11-22 14:00" in words
    assert len(drawing.known(entries(report))) == len(entries(report)) >= 2
    assert all(drawing.named(it) for it in codes(report))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_slack_takes_every_alert(example: str, language: Language, bot: Bot) -> None:
    message = Reports(bot.wording, bot.drawing).report(reported(example), language)

    assert judged_message(message) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_title_says_it_all(example: str, drawing: Drawing) -> None:
    said = {language: drawing.cell(reported(example).title, language) for language in LANGUAGES}

    assert all("prod" in it and re.match("🚨|⚠️", it) for it in said.values())
    assert re.search("[一-鿿]", said["zh"])
    assert not re.search("[一-鿿]", said["en"])


@pytest.mark.parametrize(
    ("example", "zh", "en"),
    [
        (
            "left",
            r"⚠️ prod：套餐包只剩 800 条（还没用完的套餐包的 8%）",
            r"⚠️ prod: 800 messages left (8% of the packages not used up)",
        ),
        (
            "used up",
            "🚨 prod：套餐包用完了，国内短信会发送失败",
            "🚨 prod: the packages are used up, so mainland messages fail",
        ),
        (
            "none valid",
            "🚨 prod：没有有效的套餐包，国内短信会发送失败",
            "🚨 prod: no package is valid, so mainland messages fail",
        ),
        ("run out", "⚠️ prod：套餐包预计 2026-11-27 用完", "⚠️ prod: the packages will run out on 2026-11-27"),
        (
            "burst",
            "🚨 prod：发送量异常，可能被盗刷：3 小时内计费 12,345 条，平时同时段 300 条",
            "🚨 prod: unusual sending, perhaps SMS bombing: 12,345 segments within 3 hours, usually 300 at that time",
        ),
        (
            "invalid_number",
            "⚠️ prod：今天的失败率升到 21%（按已有回执），平时 4%",
            "⚠️ prod: 21% of today's receipts are failures, usually 4%",
        ),
        (
            "arrears",
            "🚨 prod：账号欠费，短信服务已停",
            "🚨 prod: the account is in arrears and SMS is suspended",
        ),
    ],
)
def test_titles_in_full(example: str, zh: str, en: str, drawing: Drawing) -> None:
    title = reported(example).title

    assert (drawing.cell(title, "zh"), drawing.cell(title, "en")) == (zh, en)


def test_a_title_without_the_account_stands_where_the_account_is_known(drawing: Drawing) -> None:
    empty = episode("balance:0", USED_UP)

    assert drawing.cell(marked(empty, headline(empty)), "zh").startswith("🚨 套餐包用完了")


def test_what_still_works_warns_and_what_fails_or_costs_money_is_urgent() -> None:
    urgent = {it for it in EXAMPLES if reported(it).title.phrase == "alert.urgent"}

    assert urgent == {
        "used up",
        "none valid",
        "burst",
        "busy day",
        "busy day with a median",
        "refusals",
        "arrears",
        "arrears by the api",
    }


@pytest.mark.parametrize(
    ("example", "first"),
    [("left", "balance prod"), ("burst", "stats today prod")],
)
def test_buttons_lead_to_the_figures_and_to_a_quiet_day(example: str, first: str) -> None:
    details, snooze = reported(example).actions

    assert details.command == first
    assert snooze.command == f"alerts snooze {EXAMPLES[example][0]} prod 1d"
    assert all(isinstance(read_verb(it.command), Called) for it in (details, snooze))


def test_arrears_can_only_be_made_quiet_as_the_packages_tell_nothing_of_them() -> None:
    assert [it.command for it in reported("arrears").actions] == ["alerts snooze arrears prod 1d"]


def test_where_no_package_is_valid_no_figures_are_told() -> None:
    assert not [it for it in reported("none valid").parts if isinstance(it, Facts)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unusual_volume_tells_the_emergency_brake_and_every_countermeasure(
    language: Language, drawing: Drawing
) -> None:
    report = reported("burst")

    words = drawing.markdown(report, language)

    assert f"]({CONSOLE})" in words
    assert len(part_of(report, Listing).rows) == 6
    assert entries(report)[0] == "security/sms-bombing"
    assert "41.2" in words


@pytest.mark.parametrize("cause", TYPICAL)
def test_a_cause_is_explained_by_a_code_that_is_typical_of_it(cause: str, bot: Bot) -> None:
    report = reported(cause)

    assert codes(report) == [TYPICAL[cause]]
    assert entries(report) == (FAILURES[cause][1], HELPFUL[cause])
    assert Paragraph(say("alert.typical")) in report.parts
    meant = {
        "invalid_number": "空号",
        "powered_off": "关机",
        "blacklisted": "黑名单",
        "frequency": "频率",
        "internal_error": "内部",
    }
    readings = [it for it in bot.library.codes if it.name == TYPICAL[cause] and not it.second]
    assert readings
    assert all(meant[cause] in it.meaning.zh for it in readings)


def test_what_the_statistics_put_in_no_class_has_no_typical_code() -> None:
    assert codes(reported("other")) == []
    assert set(TYPICAL) == set(KINDS) == set(FAILURES) - {"other"}


def test_nothing_left_is_explained_by_what_the_api_will_say() -> None:
    assert codes(reported("used up")) == ["FailedOperation.InsufficientBalanceInSmsPackage"]
    assert codes(reported("left")) == []


def test_refusals_lead_to_both_usual_causes() -> None:
    report = reported("refusals")

    assert codes(report) == ["FailedOperation.InsufficientBalanceInSmsPackage", OWES]
    assert entries(report)[:2] == (
        "billing/error-1031-despite-balance",
        "billing/error-1033-despite-package",
    )


@pytest.mark.parametrize(
    ("example", "rows"),
    [
        (
            "left",
            [
                "Left: 800 of 10,000 messages in the packages not used up",
                "Alert at: 1,000 messages",
                "Runs out: 2026-11-24",
            ],
        ),
        ("no pace", ["Left: 800 of 10,000 messages in the packages not used up", "Alert at: 1,000 messages"]),
        ("used up", ["Left: 0 of 10,000 messages"]),
        (
            "run out",
            [
                "Left: 5,000 messages",
                "Used a day: 1,000 messages",
                "Days left: 5",
                "Runs out: 2026-11-27 (2026-11-25 at the earliest)",
                "Buy before: 2026-11-25",
            ],
        ),
        (
            "run out for sure",
            [
                "Left: 5,000 messages",
                "Used a day: 1,000 messages",
                "Days left: 5",
                "Runs out: 2026-11-27",
                "Buy before: 2026-11-25",
            ],
        ),
        (
            "expiry",
            [
                "Left: 900 of 1,000 messages",
                "Last day: 2026-11-30",
                "Days until then: 8",
                "Will expire unused: about 700 messages at this pace",
            ],
        ),
        (
            "burst",
            [
                "Billed (segments): 12,345",
                "Usual for these hours (median): 300",
                "That is: 41.2 times the usual",
            ],
        ),
        ("busy day", ["Billed (segments): 900", "Usual for these hours (median): hardly any"]),
        (
            "frequency",
            [
                "Failed: 1,050 (of 5,000 receipts today so far)",
                "Failure rate: 21% (4% in the last two weeks)",
                "What rose most: frequency limit: 18% (2% in the last two weeks)",
            ],
        ),
        ("refusals", ["Requested (messages): 900", "Accepted (messages): 30", "Refused (messages): 870"]),
    ],
)
def test_figures_in_full(example: str, rows: list[str], drawing: Drawing) -> None:
    facts = part_of(reported(example), Facts)

    assert [f"{drawing.cell(name, 'en')}: {drawing.cell(it, 'en')}" for name, it in facts.rows] == rows


def test_arrears_tell_who_was_refused() -> None:
    assert reported("arrears").parts[0] == Paragraph(say("alert.test_refused"))
    assert reported("arrears by the api").parts[0] == Paragraph(say("alert.api_refused"))


def test_a_cause_that_is_not_known_here_is_one_of_the_others() -> None:
    report = alert_report(episode("failures", {**FAILING, "cause": "solar_storm"}), sample=False)

    assert entries(report) == entries(reported("other"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_alert_of_sample_data_says_so_and_does_not_name_an_account(
    language: Language, drawing: Drawing
) -> None:
    words = drawing.markdown(alert_report(episode("unusual", BURST), sample=True), language)

    assert ("示例数据" if language == "zh" else "sample data") in words
    assert "prod" not in words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted({name for name, _ in EXAMPLES.values()} | {"weather"}))
def test_an_alert_of_another_version_is_told_as_far_as_it_is_understood(
    name: str, language: Language, drawing: Drawing
) -> None:
    words = drawing.markdown(alert_report(episode(name, {}), sample=False), language)

    assert "prod" in words
    assert "weather" in words or name != "weather"


def test_all_that_can_be_found_can_be_told(drawing: Drawing) -> None:
    """Everything goes wrong at once: each finding has what its report shows."""
    bad = receipts(1000, frequency=300)
    past = [Day(TODAY - it * DAY, SendCounts(3000, 3000, 3000), RECEIPTS) for it in range(30, 0, -1)]
    burst = [*hours(100)[:-1], Hour(THIS_HOUR, SendCounts(9000, 10, 9000))]
    packages = (package("p1", used=9_000), package("p2", 9_000, ends=1))
    sights = [
        Sight(AT, Packages(rows, AT), past, burst, counts, OWES)
        for rows in (packages, (package(ends=-1),))
        for counts in (bad, replace(bad, failed=900))
    ]

    raised = [it for sight in sights for it in findings(sight, AlertPolicy()) if it.state == "raised"]

    assert {it.name.partition(":")[0] for it in raised} == {
        "balance",
        "run_out",
        "expiry",
        "unusual",
        "failures",
        "refusals",
        "arrears",
    }
    for it in raised:
        report = alert_report(episode(it.name, it.details), sample=False)
        assert all("not known" not in drawing.markdown(report, language) for language in LANGUAGES)
        assert all("未知" not in drawing.markdown(report, language) for language in LANGUAGES)


def test_details_are_read_as_what_they_are_and_missing_ones_are_not_known() -> None:
    it = episode("unusual", {"share": 0.25, "count": 7, "day": "2026-11-22", "never": ""})

    assert (it.share("share"), it.count("count"), it.day("day")) == (Share(0.25), 7, TODAY)
    assert (it.share("x"), it.count("day"), it.day("x"), it.day("never"), it.word("x")) == (
        None,
        None,
        None,
        None,
        "",
    )
    assert (it.kind, episode("expiry:a:b", {}).kind) == ("unusual", "expiry")
