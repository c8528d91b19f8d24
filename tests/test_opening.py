"""The SMS side as a whole: over the stand-in, and over whatever server the settings name."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from bot.errors import BotError, ConfigurationError
from bot.guard.chain import Broken, HeadMissing, Intact
from bot.opening import configured, examined, named_in, verified
from bot.sandbox.server import Sandbox
from bot.settings import Settings, read_settings
from bot.sms.command import Command
from bot.sms.doctor import something_wrong
from bot.sms.plans import Plan
from bot.sms.report import Report
from bot.store.database import open_database
from bot.wiring import Bot
from tests.opened import OPERATOR, Operations

TEST_SENDS = """
[send_test]
enabled = true
people = ["console"]
channels = ["console"]
numbers = [{ name = "desk phone", number = "138 0013 8000" }]
templates = [{ id = "1110001", signature = "星河科技" }]
"""


@pytest.fixture
def surroundings(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment with nothing of this machine in it, and a working directory to match."""
    monkeypatch.chdir(tmp_path)
    return {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CACHE_HOME": str(settings.cache.parent),
        "LANG": "en_GB.UTF-8",
        "SMSBOT_LOG_LEVEL": "error",
    }


@contextmanager
def serving(sandbox: Sandbox) -> Iterator[str]:
    """The stand-in on a thread of its own: what is tested may run in another process."""
    urls: list[str] = []
    ready, end = Event(), Event()

    async def serve() -> None:
        async with sandbox.serving() as url:
            urls.append(url)
            ready.set()
            await asyncio.to_thread(end.wait)

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield urls[0]
    finally:
        end.set()
        thread.join()


@contextmanager
def account(
    surroundings: dict[str, str], ahead: timedelta = timedelta()
) -> Iterator[tuple[Sandbox, dict[str, str]]]:
    """An account behind a server that the environment names, whose clock may be `ahead`."""
    sandbox = Sandbox(lambda: datetime.now(UTC) + ahead)
    with serving(sandbox) as url:
        yield (
            sandbox,
            {
                **surroundings,
                "TENCENTCLOUD_SECRET_ID": sandbox.credentials.secret_id,
                "TENCENTCLOUD_SECRET_KEY": sandbox.credentials.secret_key,
                "SMS_SDK_APP_ID": sandbox.sdk_app_id,
                "TENCENTCLOUD_SMS_ENDPOINT": url,
            },
        )


def run(operations: Operations, verb: str, text: str = "") -> Report:
    return operations.run(Command(verb, text, "en", OPERATOR, datetime.now(UTC)))


def opened(environment: dict[str, str], bot: Bot) -> Operations:
    return Operations(read_settings(environment), bot)


def console(environment: dict[str, str], *lines: str) -> str:
    """What the program itself prints."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "console"],
        input="\n".join(lines).encode(),
        env=environment,
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    return done.stdout.decode()


def test_without_an_account_everything_is_marked_as_sample_data(
    surroundings: dict[str, str], bot: Bot
) -> None:
    with closing(opened(surroundings, bot)) as operations:
        drawn = [bot.drawing.markdown(run(operations, verb), "en") for verb in ("balance", "stats")]

    assert all("sample data" in words for words in drawn)


def test_sample_data_leaves_nothing_behind(surroundings: dict[str, str], bot: Bot, tmp_path: Path) -> None:
    with closing(opened(surroundings, bot)) as operations:
        run(operations, "send-test", "qa 1110001")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("bot")
def test_a_whole_test_send_in_the_console(surroundings: dict[str, str]) -> None:
    printed = console(surroundings, "/sms send-test qa 1110001", "1")

    assert "【星河科技】您的验证码为483920" in printed
    steps = ("nothing has been sent", "Handed to the carrier", "Delivered")
    assert [printed.index(step) for step in steps] == sorted(printed.index(step) for step in steps)
    assert "+86 138****8000" in printed
    assert "13800138000" not in printed


@pytest.mark.usefixtures("bot")
def test_with_an_account_it_is_asked_and_nothing_is_called_sample(surroundings: dict[str, str]) -> None:
    with account(surroundings) as (sandbox, environment):
        printed = console(environment, "/sms balance", "/sms trace 13800138000")

    assert "sample" not in printed
    assert {call.action for call in sandbox.calls} >= {
        "SmsPackagesStatistics",
        "PullSmsSendStatusByPhoneNumber",
    }


def test_with_an_account_test_sends_are_off_until_they_are_set_up(
    surroundings: dict[str, str], bot: Bot, tmp_path: Path
) -> None:
    with account(surroundings) as (sandbox, environment):
        with closing(opened(environment, bot)) as operations, pytest.raises(BotError, match=r"guard\.off"):
            run(operations, "send-test")
        (tmp_path / "smsbot.toml").write_text(TEST_SENDS, "utf-8")
        with closing(opened(environment, bot)) as operations:
            preview = run(operations, "send-test", "desk phone 1110001 4370 5")
            assert sandbox.sent == []

            run(operations, *preview.actions[0].command.split())

    (message,) = sandbox.sent
    assert message.parameters == ("4370", "5")


def test_days_that_are_over_are_asked_once_however_often_the_program_starts(
    surroundings: dict[str, str], bot: Bot
) -> None:
    with account(surroundings) as (sandbox, environment):
        for _ in range(2):
            with closing(opened(environment, bot)) as operations:
                run(operations, "stats", "7d")
        asked = [json.dumps(it.payload) for it in sandbox.calls if it.action == "SendStatusStatistics"]

    assert len(asked) == len(set(asked)) == 7


def test_mistakes_in_the_settings_are_told_and_can_be_mended_without_a_new_start(
    surroundings: dict[str, str], bot: Bot, tmp_path: Path
) -> None:
    (tmp_path / "smsbot.toml").write_text("admin = []\n", "utf-8")
    with closing(opened(surroundings, bot)) as operations:
        with pytest.raises(ConfigurationError) as caught:
            run(operations, "balance")
        assert [it.place for it in caught.value.mistakes] == ["smsbot.toml:1"]

        (tmp_path / "smsbot.toml").write_text("admins = []\n", "utf-8")
        assert run(operations, "balance").parts


def test_the_audit_is_whole_until_somebody_touches_it(
    surroundings: dict[str, str], bot: Bot, tmp_path: Path
) -> None:
    settings = read_settings(surroundings)
    with account(surroundings) as (_, environment), closing(opened(environment, bot)) as operations:
        run(operations, "freeze", "somebody complained")
        run(operations, "freeze", "off")
    whole = verified(settings, None)
    assert isinstance(whole, Intact)
    assert verified(settings, whole.head) == whole
    assert isinstance(verified(settings, "0" * 64), HeadMissing)

    with closing(sqlite3.connect(tmp_path / "state" / "smsbot" / "smsbot.sqlite3")) as database:
        database.execute("UPDATE audit SET person = 'nobody' WHERE number = 1")
        database.commit()

    assert verified(settings, None) == Broken(1)


def test_the_self_check_finds_what_is_wrong_with_the_account(surroundings: dict[str, str], bot: Bot) -> None:
    with account(surroundings) as (_, environment):
        fine, _ = examined(read_settings(environment), bot.library, bot.rules)
        wrong, _ = examined(
            read_settings({**environment, "TENCENTCLOUD_SECRET_KEY": "another-key"}), bot.library, bot.rules
        )

    assert not something_wrong(fine)
    assert something_wrong(wrong)


def test_a_wrong_clock_is_told_with_its_size_though_reading_goes_on(
    surroundings: dict[str, str], bot: Bot
) -> None:
    with account(surroundings, ahead=timedelta(minutes=20)) as (_, environment):
        findings, _ = examined(read_settings(environment), bot.library, bot.rules)

    (wrong,) = [it for it in findings if it.verdict == "wrong"]
    assert wrong.what.phrase == "doctor.clock"
    assert wrong.what.details["seconds"] in range(-1201, -1198)


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "newer.sqlite3"

    async def open_once() -> None:
        async with open_database(f"sqlite:///{file}"):
            pass

    asyncio.run(open_once())
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()

    with pytest.raises(BotError, match=r"store\.newer"):
        asyncio.run(open_once())


@pytest.mark.parametrize(
    ("toml", "reports"),
    [
        ("", False),
        ('[[digest]]\nchannel = "C0OPS"\nat = "09:00"\n', True),
        ('[alerts]\nchannel = "C0OPS"\n', True),
    ],
)
def test_the_self_check_knows_whether_anything_is_told_without_being_asked(
    surroundings: dict[str, str],
    tmp_path: Path,
    toml: str,
    reports: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    (tmp_path / "smsbot.toml").write_text(toml, "utf-8")

    assert named_in(configured(read_settings(surroundings))).reports is reports


def test_the_channels_of_digests_that_were_set_up_in_slack_are_looked_at_too(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "smsbot.toml").write_text('[[digest]]\nchannel = "C0OPS"\n', "utf-8")
    configuration = configured(read_settings(surroundings))

    named = named_in(configuration, [Plan("C0OPS", time(9)), Plan("C0DEV", time(9))])

    assert dict(named.channels) == {"digest.1": "C0OPS", "/sms digest C0DEV": "C0DEV"}
