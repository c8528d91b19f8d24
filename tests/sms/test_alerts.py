"""What holds now, and keeping it quiet."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.drawing import Drawing
from bot.errors import BotError
from bot.language import LANGUAGES, Language
from bot.sms.alarms import Episode, Snooze
from bot.sms.alerts import ALWAYS, alerts, sets, shortly
from bot.sms.cloud import ACCOUNT_ZONE
from bot.sms.command import Asker, Command
from bot.sms.operations import carry_out
from bot.sms.report import Action, Code, Facts, Listing, Paragraph, Report, Table, say
from bot.sms.wallclock import duration
from bot.wiring import Bot
from tests.sms.small_cloud import NOW, desk, desk_of, part_of, reported

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True)
class FakeAlarms:
    """`done` keeps what was asked for, by whom."""

    channel: str = "C1"
    open: Sequence[Episode] = ()
    quiet: Sequence[Snooze] = ()
    looks: dict[str, datetime] = field(default_factory=lambda: {"prod": NOW, "test": NOW})
    failure: BotError | None = None
    done: list[tuple[object, ...]] = field(default_factory=list)

    async def standing(self, accounts: Sequence[str]) -> Sequence[Episode]:
        return [it for it in self.open if it.account in accounts]

    async def snoozes(self, accounts: Sequence[str]) -> Sequence[Snooze]:
        return [it for it in self.quiet if it.account in accounts]

    async def snooze(self, asker: Asker, account: str, name: str, until: datetime) -> None:
        if self.failure:
            raise self.failure
        self.done.append((asker.person, account, name, until))

    async def resume(self, asker: Asker, account: str, name: str) -> None:
        if self.failure:
            raise self.failure
        self.done.append((asker.person, account, name))

    async def looked(self, account: str) -> datetime | None:
        return self.looks.get(account)


def said(alarms: FakeAlarms, text: str = "", *, sample: bool = False) -> Report:
    return reported(alerts, desk(alarms=alarms, sample=sample), text)


def burst(account: str = "prod", hours_ago: float = 2.0) -> Episode:
    details: Mapping[str, str | int | float] = {"window": "hours", "count": 900, "median": 30, "times": 30.0}
    return Episode(account, "unusual", 1, NOW - hours_ago * HOUR, details, told=NOW)


def low(name: str = "balance:0.3", account: str = "prod") -> Episode:
    return Episode(account, name, 2, NOW - DAY, {"left": 2_000, "amount": 10_000, "share": 0.2})


def quiet(name: str, account: str = "prod", days: float = 1) -> Snooze:
    return Snooze(account, name, NOW + days * DAY, "U0BO")


def commands(report: Report) -> list[str]:
    return [it.command for it in report.actions]


# ---- What holds


def test_what_holds_is_listed_with_its_figures_since_when_and_until_when_it_is_quiet() -> None:
    report = said(FakeAlarms(open=[low(), burst("test")], quiet=[quiet("balance:0.3")]))

    assert report.title == say("alerts.title", count=2)
    first, second = part_of(report, Table).rows
    assert first == (
        "test",
        say("alert.held", opened=NOW - 2 * HOUR, what=say("alert.unusual_hours", count=900, median=30)),
        "–",
        Code("unusual"),
    )
    assert (second[0], second[2:]) == ("prod", (NOW + DAY, Code("balance:0.3")))
    assert commands(report) == ["alerts snooze unusual test 1d", "alerts resume balance:0.3 prod"]
    assert not any(isinstance(it, Listing) for it in report.parts)
    assert not report.openly


@pytest.mark.parametrize(
    ("text", "accounts"), [("", ["test", "prod"]), ("TEST", ["test"]), ("prod test prod", ["test", "prod"])]
)
def test_of_the_accounts_only_those_that_are_named_are_told(text: str, accounts: list[str]) -> None:
    alarms = FakeAlarms(open=[low(), burst("test")])

    report = said(alarms, text)

    assert [row[0] for row in part_of(report, Table).rows] == accounts
    assert len(part_of(report, Facts).rows) == 1 + len(accounts)


def test_that_nothing_holds_is_said_with_when_that_was_seen_and_where_alerts_go() -> None:
    report = said(FakeAlarms())

    assert report.title == say("alerts.title_none")
    assert part_of(report, Facts).rows == (
        (say("alerts.channel"), Code("C1")),
        (say("alerts.looked", account="prod"), NOW),
        (say("alerts.looked", account="test"), NOW),
    )


def test_of_what_was_never_looked_at_nothing_is_claimed() -> None:
    report = said(FakeAlarms(looks={"test": NOW}))

    assert report.title == say("alerts.title_unlooked")
    assert (say("alerts.looked", account="prod"), say("alerts.never")) in part_of(report, Facts).rows
    assert said(FakeAlarms(looks={"test": NOW}), "test").title == say("alerts.title_none")


def test_a_look_of_long_ago_is_a_warning() -> None:
    long_ago = Paragraph(say("alerts.long_ago"))

    assert long_ago in said(FakeAlarms(looks={"prod": NOW - 2 * HOUR, "test": NOW})).parts
    assert long_ago not in said(FakeAlarms(looks={"prod": NOW - HOUR, "test": NOW})).parts


def test_what_is_quiet_though_it_does_not_hold_is_listed_while_it_is() -> None:
    report = said(FakeAlarms(quiet=[quiet("unusual"), quiet("failures", days=-1)]))

    assert part_of(report, Listing).rows == (
        say("alerts.quiet_row", account="prod", name=Code("unusual"), until=NOW + DAY, person="U0BO"),
    )


def test_without_a_channel_it_is_said_how_to_set_one_up() -> None:
    report = said(FakeAlarms(channel="", open=[burst()]))

    assert report.title == say("alerts.title_off")
    assert report.parts == (Paragraph(say("alerts.not_set_up")),)


def test_words_that_mean_nothing_are_told() -> None:
    with pytest.raises(BotError) as caught:
        said(FakeAlarms(), "prod tomorrow")

    assert caught.value.phrase == "alerts.unknown_words"
    assert caught.value.details == {"words": "tomorrow", "names": "prod, test"}


@pytest.mark.parametrize("text", ["status test", "list test", "test now", "SHOW TEST", "状态 test"])
def test_a_word_for_the_overview_shows_it(text: str) -> None:
    report = said(FakeAlarms(open=[low(), burst("test")]), text)

    assert [row[0] for row in part_of(report, Table).rows] == ["test"]


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("snoze", "snooze"),
        ("snoze run_out 3h", "snooze run_out 3h"),
        ("snoze for tonight", "snooze"),
        ("stop run_out", "snooze run_out"),
        ("关闭", "snooze"),
        ("resum run_out", "resume run_out"),
        ("enable unusual", "resume unusual"),
    ],
)
def test_a_word_like_a_deed_is_met_with_the_deed(text: str, near: str) -> None:
    with pytest.raises(BotError) as caught:
        said(FakeAlarms(), text)

    word = text.split(maxsplit=1)[0]
    assert (caught.value.phrase, caught.value.details) == (
        "alerts.misspelt_deed",
        {"word": word, "near": near},
    )


@pytest.mark.parametrize("text", ["status tomorrow", "now snooze"])
def test_words_behind_the_overview_mean_nothing(text: str) -> None:
    with pytest.raises(BotError) as caught:
        said(FakeAlarms(), text)

    assert (caught.value.phrase, caught.value.details["words"]) == (
        "alerts.unknown_words",
        text.rsplit(maxsplit=1)[-1],
    )


def test_help_behind_the_verb_tells_what_to_type() -> None:
    place = desk(alarms=FakeAlarms())
    order = Command("alerts", "help", "en", Asker("U1", "C1"), NOW)

    assert asyncio.run(carry_out(order, place)).title == say("help.title_of", verb="alerts")


# ---- Quiet


@pytest.mark.parametrize(
    ("text", "account", "name", "length"),
    [
        ("snooze unusual", "prod", "unusual", DAY),
        ("snooze balance:0.3 90m", "prod", "balance:0.3", 1.5 * HOUR),
        ("snooze Unusual test 6h", "test", "unusual", 6 * HOUR),
        ("mute unusual 3 days prod", "prod", "unusual", 3 * DAY),
        ("snooze prod run_out 7D", "prod", "run_out", 7 * DAY),
        ("snooze 3h run_out", "prod", "run_out", 3 * HOUR),
        ("snooze 3 days run_out test", "test", "run_out", 3 * DAY),
        ("静默 三天 failures", "prod", "failures", 3 * DAY),
        ("静默 balance：0.3 3天", "prod", "balance:0.3", 3 * DAY),
        ("暂停 unusual 90 分钟", "prod", "unusual", 1.5 * HOUR),
        ("暂停 failures test 6小时", "test", "failures", 6 * HOUR),
        ("暂停 failures ２ 个小时", "prod", "failures", 2 * HOUR),
    ],
)
def test_an_alert_is_kept_quiet_for_as_long_as_is_said(
    text: str, account: str, name: str, length: timedelta
) -> None:
    alarms = FakeAlarms(open=[low(), burst()])

    report = said(alarms, text)

    assert alarms.done == [("U1", account, name, NOW + length)]
    assert report.title == say("alerts.snoozed", account=account, name=Code(name), until=NOW + length)
    assert commands(report) == [f"alerts resume {name} {account}"]
    assert report.openly


@pytest.mark.parametrize("length", ["8d", "0h", "soon", "3", "99999m", "3d 4h", "-1h"])
def test_a_length_that_is_none_or_too_long_is_told(length: str) -> None:
    alarms = FakeAlarms(open=[burst()])

    with pytest.raises(BotError) as caught:
        said(alarms, f"snooze unusual {length}")

    assert caught.value.phrase == "alerts.wrong_length"
    assert caught.value.details["length"] == length
    with pytest.raises(BotError, match=r"alerts\.wrong_length"):
        said(alarms, f"snooze {length} unusual")
    assert alarms.done == []


def test_a_mistyped_name_is_met_with_those_that_are_like_it() -> None:
    alarms = FakeAlarms(open=[low(), low("balance:0.1"), burst("test")])

    report = said(alarms, "snooze balance:0.4 6h")

    assert alarms.done == []
    assert report.title.phrase == "alerts.did_you_mean"
    assert report.title.details["name"] == "balance:0.4"
    assert set(commands(report)) == {
        "alerts snooze balance:0.3 prod 6h",
        "alerts snooze balance:0.1 prod 6h",
    }
    assert part_of(report, Listing).rows[:2] == (Code("balance:0.3"), Code("balance:0.1"))
    assert len(part_of(report, Listing).rows) == 2 + len(ALWAYS)


def test_a_name_like_none_is_met_with_what_holds() -> None:
    report = said(FakeAlarms(open=[low()]), "snooze xyzzy")

    assert report.title == say("alerts.unknown_name", name="xyzzy")
    assert commands(report) == ["alerts snooze balance:0.3 prod 1d"]


def test_without_a_name_it_is_asked_for() -> None:
    report = said(FakeAlarms(open=[burst(), low()]), "snooze")

    assert report.title == say("alerts.which")
    assert commands(report) == ["alerts snooze unusual prod 1d", "alerts snooze balance:0.3 prod 1d"]
    told = said(FakeAlarms(open=[burst(), low()]), "snooze 3h")
    assert told.title == say("alerts.which")
    assert commands(told) == ["alerts snooze unusual prod 3h", "alerts snooze balance:0.3 prod 3h"]


def test_an_alert_is_heard_again_when_somebody_wants_so() -> None:
    alarms = FakeAlarms(quiet=[quiet("unusual", "test")])

    report = said(alarms, "恢复 unusual test")

    assert alarms.done == [("U1", "test", "unusual")]
    assert report.title == say("alerts.resumed", account="test", name=Code("unusual"))
    assert report.openly


def test_only_what_is_quiet_can_be_heard_again() -> None:
    alarms = FakeAlarms(open=[burst()], quiet=[quiet("failures"), quiet("run_out", days=-1)])

    assert said(alarms, "resume unusual", sample=True).title == say("alerts.unknown_name", name="unusual")
    assert said(alarms, "resume failuers").title.phrase == "alerts.did_you_mean"
    assert commands(said(alarms, "resume")) == ["alerts resume failures prod"]
    assert commands(said(alarms, "resume failure")) == ["alerts resume failures prod"]
    assert said(alarms, "resume failures test").title == say("alerts.none_quiet", account="test")
    assert alarms.done == []


def test_words_behind_what_is_resumed_mean_nothing() -> None:
    with pytest.raises(BotError) as caught:
        said(FakeAlarms(quiet=[quiet("unusual")]), "resume unusual 3h")

    assert caught.value.phrase == "alerts.unknown_words"


@pytest.mark.parametrize("text", ["snooze unusual", "resume unusual"])
def test_where_no_alerts_are_set_up_there_is_nothing_to_keep_quiet(text: str) -> None:
    with pytest.raises(BotError) as caught:
        said(FakeAlarms(channel=""), text)

    assert caught.value.phrase == "alerts.not_set_up"


@pytest.mark.parametrize("text", ["snooze unusual", "resume unusual"])
def test_an_alert_is_made_quiet_where_it_would_be_heard_or_by_an_admin(text: str) -> None:
    alarms = FakeAlarms(channel="C0OPS", open=[burst()], quiet=[quiet("unusual")])
    order = Command("alerts", text, "en", Asker("U1", "D0DIRECT"), NOW)

    with pytest.raises(BotError) as caught:
        asyncio.run(carry_out(order, desk(alarms=alarms)))
    assert caught.value.phrase == "alerts.not_here"

    admin = replace(order, asker=replace(order.asker, admin=True))
    assert asyncio.run(carry_out(admin, desk(alarms=alarms))).title.phrase in {
        "alerts.snoozed",
        "alerts.resumed",
    }


@pytest.mark.parametrize("text", ["snooze unusual", "resume unusual"])
def test_who_may_not_is_told_so(text: str) -> None:
    refusal = BotError("guard.not_admin")
    alarms = FakeAlarms(open=[burst()], quiet=[quiet("unusual")], failure=refusal)

    with pytest.raises(BotError) as caught:
        said(alarms, text)

    assert caught.value is refusal


def test_without_an_account_there_are_no_alerts() -> None:
    with pytest.raises(BotError) as caught:
        reported(alerts, desk_of({}, alarms=FakeAlarms()))

    assert caught.value.phrase == "sms.no_account"


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("", False),
        ("prod", False),
        ("snooze unusual", True),
        ("SNOOZE", True),
        ("静默 unusual", True),
        ("resume x", True),
        ("恢复 x", True),
        ("snoozed", False),
    ],
)
def test_what_changes_something_is_known_by_its_first_word(text: str, changes: bool) -> None:  # noqa: FBT001 - a column of the table
    assert sets(text) == changes


@given(minutes=st.integers(1, 9_999) | st.just(7 * 24 * 60))
def test_a_length_is_written_as_it_is_read(minutes: int) -> None:
    length = timedelta(minutes=minutes)

    assert duration(shortly(length)) == length


# ---- In words

TALES = [
    (FakeAlarms(open=[low(), burst("test")], quiet=[quiet("balance:0.3"), quiet("failures")]), ""),
    (FakeAlarms(looks={"prod": NOW - DAY}), ""),
    (FakeAlarms(), ""),
    (FakeAlarms(channel=""), ""),
    (FakeAlarms(open=[burst()]), "snooze unusual"),
    (FakeAlarms(open=[burst()]), "snooze unusal"),
    (FakeAlarms(), "snooze"),
    (FakeAlarms(quiet=[quiet("unusual")]), "resume unusual"),
    (FakeAlarms(), "resume unusual"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("alarms", "text"), TALES)
def test_every_report_is_in_words_and_says_that_a_sample_is_one(
    alarms: FakeAlarms, text: str, language: Language, bot: Bot
) -> None:
    drawing = Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)
    report = said(alarms, text, sample=True)

    words = "\n".join([drawing.markdown(report, language), *drawing.actions(report, language)])

    assert not re.search(r"\b(?:alert|alerts|sms|draw)\.[a-z_]+", words)
    assert not re.search(r"\{|\}|None", words)
    assert ("示例数据" if language == "zh" else "sample data") in words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["tomorrow", "snooze unusual 9d", "resume unusual 3h"])
def test_every_error_says_what_to_write(text: str, language: Language, bot: Bot) -> None:
    drawing = Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)
    with pytest.raises(BotError) as caught:
        said(FakeAlarms(), text)

    words = drawing.error(caught.value, language)

    assert text.rpartition(" ")[2] in words
    assert "prod, test" in words
    assert not re.search(r"\balerts\.[a-z_]+", words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_button_says_the_name_as_it_is_typed(language: Language, bot: Bot) -> None:
    action: Action = said(FakeAlarms(open=[low()])).actions[0]
    drawing = Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)

    assert re.search(r"balance\\:0\\.3.*1d", drawing.cell(action.label, language))
