"""What would be posted where, and why not: nothing is posted to find out."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from subprocess import run
from zoneinfo import ZoneInfo

import pytest

from bot.errors import BotError
from bot.opening import open_office
from bot.rehearsal import moment_of, rehearsed, up_to_yesterday, verdict, when
from bot.reports.due import due
from bot.reports.posting import Posted, digest_key
from bot.settings import Settings, read_settings
from bot.sms.cloud import Day
from bot.sms.desk import Account
from bot.sms.plans import Fate, Pause, Plan
from bot.sms.report import say
from bot.wiring import Bot
from tests.sms.small_cloud import DAY, NOW, TODAY, FakeCloud, FakeHistory

BERLIN = ZoneInfo("Europe/Berlin")
NINE = Plan("C0OPS", time(9), BERLIN)
AT_TEN = datetime(2026, 11, 30, 10, tzinfo=BERLIN)


def why(plan: Plan, at: datetime = AT_TEN, pause: Pause | None = None, fate: Fate | None = None) -> str:
    found = due(plan, at, pause)
    posted = Posted(digest_key("C0OPS", at.date()), fate, 1, at, settled=at) if fate else None
    return verdict(plan, pause, at, found, posted).phrase.removeprefix("rehearsal.")


def test_the_reason_is_the_first_that_holds() -> None:
    asleep = Pause(AT_TEN + timedelta(days=1), "U0ALICE")

    assert why(NINE) == "due"
    assert why(NINE, AT_TEN - timedelta(hours=2)) == "not_due"
    assert why(NINE, AT_TEN + timedelta(hours=7)) == "not_due"
    assert why(NINE, pause=asleep) == "paused"
    assert why(Plan("C0OPS", time(9), BERLIN, on=False), pause=asleep) == "off"
    fates: tuple[Fate, ...] = ("sent", "failed", "unknown", "claimed")
    assert [why(NINE, fate=it) for it in fates] == list(fates)


def test_a_time_without_an_offset_is_on_each_channels_own_clock() -> None:
    assert moment_of(NINE, when("2026-11-30T10:00")) == AT_TEN
    assert moment_of(NINE, when("2026-11-30T10:00+08:00")) == AT_TEN - timedelta(hours=7)


@pytest.mark.parametrize("text", ["nine", "2026-13-01T09:00", ""])
def test_what_is_no_time_is_told_so(text: str) -> None:
    with pytest.raises(BotError) as caught:
        when(text)
    assert caught.value.phrase == "command.no_time"


def test_what_is_due_is_written_in_full_and_not_posted(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    toml = '[[digest]]\nchannel = "C0OPS"\nlanguage = "zh"\n[[digest]]\nchannel = "C0DEV"\ndays = "mon"\n'
    (tmp_path / "smsbot.toml").write_text(toml, "utf-8")
    settings = read_settings({"LANG": "en_GB.UTF-8", "XDG_STATE_HOME": str(tmp_path)})

    found = rehearsed(settings, bot, datetime(2026, 11, 29, 9, 1))  # noqa: DTZ001 - on each channel's clock

    assert [(it.language, it.report is not None) for it in found] == [("zh", True), ("en", False)]
    assert fates(settings, bot) == {}


def fates(settings: Settings, bot: Bot) -> dict[str, str]:
    async def look() -> dict[str, str]:
        async with open_office(settings, bot.library, bot.rules) as office:
            key = digest_key("C0OPS", date(2026, 11, 29))
            found = await office.newsroom.postings.fates([key])
            return {str(key): it.fate for key, it in found.items()}

    return asyncio.run(look())


@pytest.mark.usefixtures("bot")
def test_the_command_says_how_it_is_used(settings: Settings, tmp_path: Path, project: Path) -> None:
    environment = {
        "PYTHONPATH": str(project),
        "XDG_CACHE_HOME": str(settings.cache.parent),
        "LANG": "en_GB.UTF-8",
    }

    plain, empty = (
        run(
            [sys.executable, "-m", "bot", *words],
            capture_output=True,
            env=environment,
            cwd=tmp_path,
            check=False,
        )
        for words in (["digest"], ["digest", "--dry-run", "--at", "2026-11-22T09:00"])
    )

    assert (plain.returncode, b"--dry-run" in plain.stderr) == (2, True)
    assert (empty.returncode, b"[[digest]]" in empty.stdout) == (0, True)


def test_now_is_now_where_no_time_is_named() -> None:
    before = datetime.now(UTC)

    assert before <= moment_of(NINE, None) <= datetime.now(UTC)


@pytest.mark.parametrize(("ahead", "moved"), [(-3, 0), (0, 0), (1, 1), (400, 400)])
def test_no_day_is_asked_for_that_is_not_over_now(ahead: int, moved: int) -> None:
    asked: list[tuple[date, date]] = []

    class Asked(FakeHistory):
        async def days(self, first: date, last: date, *, patience: float) -> Sequence[Day]:
            asked.append((first, last))
            return await super().days(first, last, patience=patience)

    yesterday, shift = TODAY - DAY, ahead * DAY
    accounts = up_to_yesterday({"prod": Account("prod", FakeCloud(), Asked({}))}, NOW)
    asyncio.run(accounts["prod"].history.days(yesterday + shift - 29 * DAY, yesterday + shift, patience=1))

    assert asked == [(yesterday + (ahead - moved) * DAY - 29 * DAY, yesterday + (ahead - moved) * DAY)]


def test_a_digest_of_a_time_to_come_says_whose_figures_it_shows(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smsbot.toml").write_text('[[digest]]\nchannel = "C0OPS"\n', "utf-8")
    settings = read_settings({"LANG": "en_GB.UTF-8", "XDG_STATE_HOME": str(tmp_path)})
    ahead = datetime.now(UTC).date() + 3 * DAY

    [found] = rehearsed(settings, bot, datetime.combine(ahead, time(9, 1)))

    assert found.figures == say("rehearsal.figures", at=f"{ahead}T09:01")
    assert found.report
    words = bot.drawing.markdown(found.report, "en")
    over = (datetime.now(UTC) + timedelta(hours=8)).date() - DAY
    assert f"{over}**" in words
    assert "EndTime" not in words
