"""What an operator sets up: read strictly, all mistakes at once, secrets out of sight."""

import re
import string
import tomllib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict
from datetime import time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.configuration.reading import read_configuration
from bot.configuration.shapes import OperatorFile
from bot.configuration.values import Configuration, Credentials, HttpAddress, SlackSettings
from bot.errors import ConfigurationError, Mistake
from bot.guard.policy import Limits
from bot.guard.rates import RateLimits
from bot.language import LANGUAGES
from bot.secret import Secret
from bot.settings import read_settings
from bot.sms import wallclock
from bot.source import parts_of
from bot.wiring import shipped_phrases

VERBS = {"balance": "reads", "stats": "reads", "send-test": "sends", "freeze": "administers"}
ACCOUNT = {
    "TENCENTCLOUD_SECRET_ID": "AKIDaaaabbbbccccddddeeeeffff11112222",
    "TENCENTCLOUD_SECRET_KEY": "kkkkllllmmmmnnnnooooppppqqqqrrrr",
    "SMS_SDK_APP_ID": "1400006666",
}
PROD = '[[account]]\nname = "prod"\nsdk_app_id = "1400006666"\n'
SENDING = """
[send_test]
enabled = true
people = ["U0ALICE"]
channels = ["C0GENERAL"]
numbers = [{ name = "QA phone", number = "138 0013 8000" }]
templates = [{ id = "1110001", signature = "星河科技" }]
"""

WRONG_KEYS = [
    ("", "smsbot.toml:1 no_credentials"),
    ('secret_id = "env:ID"', "smsbot.toml:1 missing_key"),
    ('secret_id = "env:ID"\nsecret_key = "env:NOT"', "smsbot.toml:5 unset_variable"),
    ('secret_id = "env:ID"\nsecret_key = "file:none"', "smsbot.toml:5 no_file"),
    ('secret_id = "env:ID"\nsecret_key = "file:empty"', "smsbot.toml:5 empty_file"),
    ('secret_id = "env:ID"\nsecret_key = "kkkkllllmmmmnnnn"', "smsbot.toml:5 literal_secret"),
]
WRONG_VARIABLES: list[tuple[dict[str, str], str]] = [
    ({"SMSBOT_CONFIG": "elsewhere.toml"}, "SMSBOT_CONFIG no_file"),
    ({"SMSBOT_SECRET_KEY": "s" * 31}, "SMSBOT_SECRET_KEY short_key"),
    ({"SMSBOT_SECRET_KEY_FILE": "/nowhere"}, "SMSBOT_SECRET_KEY_FILE no_file"),
    ({"SMSBOT_LOG_LEVEL": "loud"}, "SMSBOT_LOG_LEVEL wrong_choice"),
    ({"SMSBOT_LOG_FORMAT": "xml"}, "SMSBOT_LOG_FORMAT wrong_choice"),
    ({"TENCENTCLOUD_REGION": "Guangzhou"}, "TENCENTCLOUD_REGION wrong_region"),
    ({**ACCOUNT, "SMS_SDK_APP_ID": "my app"}, "SMS_SDK_APP_ID wrong_digits"),
    (
        {"TENCENTCLOUD_SMS_ENDPOINT": "sms.tencentcloudapi.com"},
        "TENCENTCLOUD_SMS_ENDPOINT wrong_endpoint",
    ),
    ({"TENCENTCLOUD_SMS_ENDPOINT": "http://example.com"}, "TENCENTCLOUD_SMS_ENDPOINT wrong_endpoint"),
    ({"TENCENTCLOUD_SMS_ENDPOINT": "http://127.0.0.1:x"}, "TENCENTCLOUD_SMS_ENDPOINT wrong_endpoint"),
    ({"SMSBOT_DATABASE_URL": "mysql://u:geheim@h/db"}, "SMSBOT_DATABASE_URL wrong_database"),
    ({"SMSBOT_DATABASE_URL": "sqlite:///:memory:"}, "SMSBOT_DATABASE_URL wrong_database"),
    ({"SMSBOT_DATABASE_URL": "sqlite://"}, "SMSBOT_DATABASE_URL wrong_database"),
    *(
        ({"SMSBOT_HTTP": address}, "SMSBOT_HTTP wrong_address")
        for address in (
            "8080",
            "localhost",
            "127.0.0.1:65536",
            "::1:8080",
            "[127.0.0.1]:1",
            "http://x:1",
            "a b:1",
        )
    ),
    ({"SMSBOT_DATABSE_URL": "sqlite:///x"}, "SMSBOT_DATABSE_URL misspelt_variable"),
]
SLACK = {
    "SLACK_BOT_TOKEN": "xoxb-1-2-q7Zbot",
    "SLACK_APP_TOKEN": "xapp-1-A0-q7Zapp",
    "SLACK_SIGNING_SECRET": "q7Z0123456789abcdef",
}
WRONG_SLACK: list[tuple[dict[str, str], list[str]]] = [
    ({"SLACK_BOT_TOKEN": "xoxp-1-2-person"}, ["SLACK_BOT_TOKEN wrong_bot_token"]),
    ({"SLACK_BOT_TOKEN": "xoxb-1 2"}, ["SLACK_BOT_TOKEN wrong_bot_token"]),
    ({"SLACK_APP_TOKEN": "0123456789abcdef"}, ["SLACK_APP_TOKEN wrong_app_token"]),
    ({"SLACK_SIGNING_SECRET": "two words"}, ["SLACK_SIGNING_SECRET wrong_signing_secret"]),
    ({"SLACK_SIGNING_SECRET": "xoxb-1-2-q7Zbot"}, ["SLACK_SIGNING_SECRET misplaced_token"]),
    (
        {"SLACK_BOT_TOKEN": SLACK["SLACK_APP_TOKEN"], "SLACK_APP_TOKEN": SLACK["SLACK_BOT_TOKEN"]},
        ["SLACK_APP_TOKEN misplaced_token", "SLACK_BOT_TOKEN misplaced_token"],
    ),
    ({"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": " "}, ["SLACK_APP_TOKEN no_transport"]),
    ({"SLACK_APP_TOKEN": "", "SLACK_APP_TOKEN_FILE": "/nowhere"}, ["SLACK_APP_TOKEN_FILE no_file"]),
    ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": ""}, ["SLACK_CLIENT_ID oauth_variables"]),
    ({"SLACK_API_URL": "http://slack.example.com/api/"}, ["SLACK_API_URL wrong_slack_url"]),
    ({"SLACK_API_URL": "https://slack.example.com/api/chat"}, ["SLACK_API_URL wrong_slack_url"]),
    ({"SLACK_API_URL": "slack.com"}, ["SLACK_API_URL wrong_slack_url"]),
]
WRONG_FILES = [
    ('langauge = "zh"', "smsbot.toml:1 misspelt_key"),
    ('colour = "red"', "smsbot.toml:1 unknown_key"),
    ('language = "fr"', "smsbot.toml:1 not_one_of"),
    ('[[digest]]\nchannel = "C0A"\nzone = "Asia/Peking"', "smsbot.toml:3 wrong_zone"),
    ('[[digest]]\nchannel = "C0A"\nzone = "../etc"', "smsbot.toml:3 wrong_zone"),
    ('admins = ["alice"]', "smsbot.toml:1 wrong_person"),
    ('admins = ["*"]', "smsbot.toml:1 wrong_person"),
    ('on_call = "C0OPS"', "smsbot.toml:1 wrong_person"),
    ('on_call_channel = "#sms"', "smsbot.toml:1 wrong_channel"),
    ("[rates]\nperson_minute = 2", "smsbot.toml:2 out_of_range"),
    ("[rates]\nchannel_minute = 6001", "smsbot.toml:2 out_of_range"),
    ("[rates]\nminute = 5", "smsbot.toml:2 misspelt_key"),
    ('proxy = "proxy:3128"', "smsbot.toml:1 wrong_proxy"),
    ('proxy = "http://me:geheim@proxy:3128"', "smsbot.toml:1 literal_secret"),
    ('proxy = "env:PROXY"', "smsbot.toml:1 unset_variable"),
    ('ca_file = "none.pem"', "smsbot.toml:1 no_file"),
    ('[[access]]\nverbs = ["balanse"]\npeople = ["*"]', "smsbot.toml:2 unknown_verb"),
    ('[[access]]\nverbs = ["stats"]\npeople = ["everyone"]', "smsbot.toml:3 wrong_person"),
    ('[[access]]\nverbs = ["stats"]\npeople = ["*"]\nchannels = ["#ops"]', "smsbot.toml:4 wrong_channel"),
    ('[[access]]\nverbs = ["stats", "send-test"]\npeople = ["*"]', "smsbot.toml:3 open_door"),
    ('[[access]]\nverbs = ["freeze"]\npeople = ["*"]', "smsbot.toml:3 open_door"),
    ('[send_test]\npeople = ["*"]', "smsbot.toml:2 open_door"),
    ('[send_test]\nchannels = ["*"]', "smsbot.toml:2 open_door"),
    ('[send_test]\nnumbers = [\n{ name = "a", number = "12345" }]', "smsbot.toml:3 wrong_number"),
    ('[send_test]\ntemplates = [{ id = "SMS_1" }]', "smsbot.toml:2 wrong_digits"),
    ('[send_test]\ntemplates = [{ id = "1", signature = "【星河】" }]', "smsbot.toml:2 wrong_signature"),
    ('[send_test]\ntemplates = [{ id = "1", signature = "123456" }]', "smsbot.toml:2 wrong_signature"),
    ("[send_test]\nlimits = { day = 0 }", "smsbot.toml:2 out_of_range"),
    ("[send_test]\nlimits = { number_day = -1 }", "smsbot.toml:2 out_of_range"),
    ("[send_test.limits]\nnumber_seconds = 5", "smsbot.toml:2 out_of_range"),
    ("[send_test.limits]\nday = 201", "smsbot.toml:2 out_of_range"),
    ("[send_test.limits]\nday = true", "smsbot.toml:2 wrong_type"),
    ('[send_test]\nchannels = ["dm"]', "smsbot.toml:2 wrong_channel"),
    ('[[digest]]\nchannel = "*"', "smsbot.toml:2 wrong_channel"),
    ('[[digest]]\nchannel = "C0A"\nat = "9:00"', "smsbot.toml:3 wrong_time"),
    ('[[digest]]\nchannel = "C0A"\nat = "24:00"', "smsbot.toml:3 wrong_time"),
    ('[[digest]]\nchannel = "C0A"\ndays = "1-5"', "smsbot.toml:3 wrong_days"),
    ('[[digest]]\nchannel = "C0A"\ncatch_up = "6 hours"', "smsbot.toml:3 wrong_duration"),
    ('[[digest]]\nchannel = "C0A"\ncatch_up = "8d"', "smsbot.toml:3 wrong_duration"),
    ('[[digest]]\nchannel = "C0A"\naccounts = ["prod"]', "smsbot.toml:3 unknown_account"),
    ('[[digest]]\nchannel = "C0A"\n[[digest]]\nchannel = "C0A"', "smsbot.toml:4 repeated"),
    ("[alerts]\nbalance = []", "smsbot.toml:1 missing_key"),
    ('[alerts]\nchannel = "C0A"\nbalance = [1.5]', "smsbot.toml:3 wrong_threshold"),
    ('[alerts]\nchannel = "C0A"\nbalance = [-1]', "smsbot.toml:3 wrong_threshold"),
    ('[alerts]\nchannel = "C0A"\nrun_out_days = 0', "smsbot.toml:3 out_of_range"),
    ("admins = [", "smsbot.toml:1 broken_toml"),
]


def read(toml: str | None, folder: Path, environment: Mapping[str, str] | None = None) -> Configuration:
    if toml is not None:
        (folder / "smsbot.toml").write_text(toml, "utf-8")
    return read_configuration({"XDG_STATE_HOME": "/state", **(environment or {})}, VERBS, folder)


def mistakes(toml: str | None, folder: Path, environment: Mapping[str, str] | None = None) -> list[Mistake]:
    with pytest.raises(ConfigurationError) as caught:
        read(toml, folder, environment)
    return list(caught.value.mistakes)


def told(toml: str | None, folder: Path, environment: Mapping[str, str] | None = None) -> list[str]:
    """Place and kind of each mistake."""
    return [f"{it.place} {it.kind}" for it in mistakes(toml, folder, environment)]


# Nothing set up


def test_without_a_file_and_without_variables_nothing_is_on(tmp_path: Path) -> None:
    found = read(None, tmp_path)

    assert found.accounts == ()
    assert not found.send_test.enabled
    assert found.send_test.limits == Limits(30, 2, 3, 10, 20)
    assert found.access == ()
    assert found.alerts is None
    assert found.database.url.reveal() == "sqlite:////state/smsbot/smsbot.sqlite3"
    assert found.network.endpoint == "https://sms.tencentcloudapi.com"
    assert found.slack is None
    assert found.http == HttpAddress("127.0.0.1", 8080)
    assert found.rates == RateLimits(20, 60)
    assert found.groups == set()


# The sample


def test_the_sample_as_it_ships_changes_nothing(project: Path, tmp_path: Path) -> None:
    sample = (project / "smsbot.toml").read_text("utf-8")

    assert read(sample, tmp_path) == read("", tmp_path)


def test_the_sample_shows_every_key_and_only_keys_that_there_are(project: Path, tmp_path: Path) -> None:
    sample = uncommented((project / "smsbot.toml").read_text("utf-8"))
    (tmp_path / "company-ca.pem").touch()

    found = read(sample, tmp_path, {"PROD_SECRET_ID": "id", "PROD_SECRET_KEY": "key"})

    assert set(keys_in(tomllib.loads(sample))) == set(keys_of(OperatorFile))
    assert found.send_test.limits == Limits()
    assert found.rates == RateLimits()
    assert found.digests[0].days == {0, 1, 2, 3, 4}
    assert found.alerts is not None
    assert found.alerts.policy.shares == (0.3, 0.1, 0)


def test_every_key_of_the_sample_is_explained_in_both_languages(project: Path) -> None:
    lines = (project / "smsbot.toml").read_text("utf-8").splitlines()
    bare = [
        line
        for before, line in pairwise(lines)
        if re.match(r"# \w+ = ", line) and not re.match(r"## .*[A-Za-z].*[一-鿿]", before)
    ]

    assert bare == []


def uncommented(sample: str) -> str:
    return re.sub(r"^# ", "", sample, flags=re.MULTILINE)


def keys_in(value: object, *steps: str) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, deeper in value.items():
            yield (*steps, key)
            yield from keys_in(deeper, *steps, key)
    elif isinstance(value, list):
        for deeper in value:
            yield from keys_in(deeper, *steps)


def keys_of(shape: type[BaseModel], *steps: str) -> Iterator[tuple[str, ...]]:
    for key, field in shape.model_fields.items():
        yield (*steps, key)
        for part in parts_of(field.annotation):
            yield from keys_of(part, *steps, key)


# Accounts


def test_the_variables_alone_make_the_account_default(tmp_path: Path) -> None:
    (account,) = read(None, tmp_path, ACCOUNT).accounts

    assert (account.name, account.sdk_app_id, account.region) == ("default", "1400006666", "ap-guangzhou")
    assert account.credentials.secret_key.reveal() == ACCOUNT["TENCENTCLOUD_SECRET_KEY"]
    assert account.credentials.plausible


@pytest.mark.parametrize("missing", sorted(ACCOUNT))
def test_half_an_account_in_the_variables_names_the_missing_half(missing: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in ACCOUNT.items() if name != missing}

    assert told(None, tmp_path, environment) == [f"{missing} missing_variable"]


def test_accounts_of_the_file_come_in_order_with_their_own_keys_or_the_common_one(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(" from a file \n")
    toml = """
    [[account]]
    name = "Prod"
    sdk_app_id = "1400006666"
    region = "ap-singapore"
    secret_id = "env:PROD_ID"
    secret_key = "file:key"

    [[account]]
    name = "营销"
    sdk_app_id = "1400007777"
    """

    first, second = read(toml, tmp_path, {**ACCOUNT, "PROD_ID": "prod id"}).accounts

    assert (first.name, first.region) == ("prod", "ap-singapore")
    assert first.credentials == Credentials(Secret("prod id"), Secret("from a file"))
    assert (second.name, second.region) == ("营销", "ap-guangzhou")
    assert second.credentials.secret_id.reveal() == ACCOUNT["TENCENTCLOUD_SECRET_ID"]


@pytest.mark.parametrize(("keys", "expected"), WRONG_KEYS)
def test_a_key_that_can_not_be_had_is_told_on_its_line(keys: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert told(PROD + keys, tmp_path, {"ID": "x"}) == [expected]


def test_half_a_key_in_the_variables_is_no_mistake_where_the_file_names_the_accounts(tmp_path: Path) -> None:
    toml = PROD + 'secret_id = "env:ID"\nsecret_key = "env:ID"\n'
    environment = {"ID": "x", "TENCENTCLOUD_SECRET_ID": "of another tool"}

    assert [it.name for it in read(toml, tmp_path, environment).accounts] == ["prod"]
    assert told(toml + "colour = 1", tmp_path, environment) == ["smsbot.toml:6 unknown_key"]


def test_exchanged_halves_of_a_key_do_not_look_plausible() -> None:
    secret_id, secret_key = (
        Secret(ACCOUNT[name]) for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")
    )

    assert Credentials(secret_id, secret_key).plausible
    assert not Credentials(secret_key, secret_id).plausible


# Variables


def test_a_secret_may_come_out_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "seal").write_text("s" * 32 + "\n")

    found = read(None, tmp_path, {"SMSBOT_SECRET_KEY_FILE": str(tmp_path / "seal")})

    assert found.secret_key == Secret("s" * 32)


@pytest.mark.parametrize(("environment", "expected"), WRONG_VARIABLES)
def test_a_wrong_variable_is_told_by_its_name(
    environment: dict[str, str], expected: str, tmp_path: Path
) -> None:
    assert told(None, tmp_path, environment) == [expected]


def test_a_secret_and_a_file_for_it_are_one_too_many(tmp_path: Path) -> None:
    environment = {"SMSBOT_SECRET_KEY": "s" * 32, "SMSBOT_SECRET_KEY_FILE": "/run/secrets/seal"}

    assert told(None, tmp_path, environment) == ["SMSBOT_SECRET_KEY given_twice"]


@pytest.mark.parametrize(
    "name",
    ["SMSBOT_PORT", "SMSBOT_SERVICE_HOST", "SMSBOT_PORT_8080_TCP_ADDR", "SMSBOT_VERSION"],
)
def test_variables_that_others_make_up_are_left_alone(name: str, tmp_path: Path) -> None:
    read(None, tmp_path, {name: "x"})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9", "https://sms.example.com/"]
)
def test_an_endpoint_is_https_or_this_machine(url: str, tmp_path: Path) -> None:
    assert read(None, tmp_path, {"TENCENTCLOUD_SMS_ENDPOINT": url}).network.endpoint == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "shared"),
    [
        ("sqlite:///bot.db", False),
        ("sqlite:////var/bot.db", False),
        ("postgresql://u:p%40w@db.internal:5432/sms", True),
    ],
)
def test_the_database_is_a_file_or_a_server(url: str, shared: bool, tmp_path: Path) -> None:  # noqa: FBT001 a column of the table
    database = read(None, tmp_path, {"SMSBOT_DATABASE_URL": url, "SMSBOT_SECRET_KEY": "s" * 32}).database

    assert (database.url.reveal(), database.shared) == (url, shared)


def test_a_shared_database_needs_a_common_key(tmp_path: Path) -> None:
    environment = {"SMSBOT_DATABASE_URL": "postgresql://db/sms"}

    assert told(None, tmp_path, environment) == ["SMSBOT_SECRET_KEY shared_needs_key"]
    assert told(None, tmp_path, {**environment, "SMSBOT_SECRET_KEY_FILE": "/nowhere"}) == [
        "SMSBOT_SECRET_KEY_FILE no_file"
    ]
    assert read(None, tmp_path, {**environment, "SMSBOT_SECRET_KEY": "s" * 32}).database.shared


def test_another_file_can_be_named_and_its_paths_are_its_own(tmp_path: Path) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "ca.pem").touch()
    (etc / "bot.toml").write_text('language = "zh"\nca_file = "ca.pem"\n')

    found = read(None, tmp_path, {"SMSBOT_CONFIG": str(etc / "bot.toml")})

    assert found.language == "zh"
    assert found.network.ca_file == etc / "ca.pem"


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.0.2.1:80", "192.0.2.1", 80),
        ("localhost:0", "localhost", 0),
        (":8080", "", 8080),
        ("[::1]:8080", "::1", 8080),
    ],
)
def test_the_address_to_listen_on_is_a_host_and_a_port(
    text: str, host: str, port: int, tmp_path: Path
) -> None:
    assert read(None, tmp_path, {"SMSBOT_HTTP": text}).http == HttpAddress(host, port)


# Slack


def slack(folder: Path, environment: Mapping[str, str]) -> SlackSettings:
    found = read(None, folder, environment).slack
    assert found
    return found


def test_tokens_make_a_slack_and_the_app_token_wins(tmp_path: Path) -> None:
    found = slack(tmp_path, SLACK)

    assert found.bot_token.reveal() == SLACK["SLACK_BOT_TOKEN"]
    assert found.transport == "socket"
    assert found.api_url == "https://slack.com/api/"


def test_without_an_app_token_slack_comes_over_http(tmp_path: Path) -> None:
    found = slack(tmp_path, {**SLACK, "SLACK_APP_TOKEN": ""})

    assert found.transport == "http"
    assert found.signing_secret == Secret(SLACK["SLACK_SIGNING_SECRET"])


def test_tokens_may_come_out_of_files(tmp_path: Path) -> None:
    environment = {}
    for name, value in SLACK.items():
        (tmp_path / name).write_text(value + "\n")
        environment[f"{name}_FILE"] = str(tmp_path / name)

    assert slack(tmp_path, environment) == slack(tmp_path, SLACK)


@pytest.mark.parametrize(("change", "expected"), WRONG_SLACK)
def test_a_wrong_token_is_told_by_its_variable(
    change: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    # With both ways to Slack the one that is not changed is fine, so that one mistake is one line.
    assert told(None, tmp_path, SLACK | change) == expected


@pytest.mark.parametrize("name", sorted(SLACK))
def test_without_a_bot_token_slack_is_not_looked_at(name: str, tmp_path: Path) -> None:
    environment = {
        "SLACK_APP_TOKEN": "of another tool",
        "SLACK_API_URL": "x",
        name: "xapp-1",
        "SLACK_BOT_TOKEN": "",
    }

    assert read(None, tmp_path, environment).slack is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:3811/api/", "http://127.0.0.1:3811/api/"),
        ("http://localhost:3811", "http://localhost:3811/api/"),
        ("https://slack-gov.com/api", "https://slack-gov.com/api/"),
    ],
)
def test_the_address_of_slack_ends_as_its_clients_need_it(text: str, url: str, tmp_path: Path) -> None:
    assert slack(tmp_path, {**SLACK, "SLACK_API_URL": text}).api_url == url


# The file


def test_test_sends_are_set_up_in_full(tmp_path: Path) -> None:
    toml = SENDING + 'limits = { day = 5 }\n[[access]]\nverbs = ["stats"]\npeople = ["*"]\n'

    found = read(toml, tmp_path)

    assert found.send_test.enabled
    assert [(it.name, it.number.e164) for it in found.send_test.numbers] == [("QA phone", "+8613800138000")]
    assert [(it.id, it.signature, it.text) for it in found.send_test.templates] == [
        (1110001, "星河科技", None)
    ]
    assert found.send_test.limits == Limits(day=5)
    assert found.access[0].channels == {"*"}


def test_rules_of_access_and_rates_are_read(tmp_path: Path) -> None:
    toml = """
    on_call = "S0SMS"
    on_call_channel = "C0SMS"
    [[access]]
    verbs = ["stats"]
    people = ["U0ALICE", "S0QA"]
    channels = ["dm", "C0OPS", "console"]
    [rates]
    person_minute = 5
    """

    found = read(toml, tmp_path)

    (rule,) = found.access
    assert rule.channels == {"dm", "C0OPS", "console"}
    assert (found.on_call, found.on_call_channel) == ("S0SMS", "C0SMS")
    assert found.rates == RateLimits(5, 60)


def test_every_group_that_a_setting_names_is_known_as_one(tmp_path: Path) -> None:
    toml = """
    admins = ["U0ALICE", "S0ADMINS"]
    knowledge_owners = ["S0WRITERS"]
    on_call = "S0SMS"
    [[access]]
    verbs = ["stats"]
    people = ["*", "S0OPS"]
    [send_test]
    people = ["W0BOB", "S0QA"]
    """

    assert read(toml, tmp_path).groups == {"S0ADMINS", "S0WRITERS", "S0SMS", "S0OPS", "S0QA"}


def test_digests_and_alerts_are_read(tmp_path: Path) -> None:
    toml = """
    [[digest]]
    channel = "C0OPS"
    zone = "Europe/Berlin"
    at = "18:30"
    days = "sat-mon"
    catch_up = "90m"
    accounts = ["Default"]
    [alerts]
    channel = "C0OPS"
    balance = [0.5, 1, 2000]
    """

    found = read(toml, tmp_path, ACCOUNT)

    (row,) = found.digests
    assert (row.at, row.zone, row.days) == (time(18, 30), ZoneInfo("Europe/Berlin"), frozenset((5, 6, 0)))
    assert (row.catch_up, row.accounts) == (timedelta(minutes=90), ("default",))
    assert found.alerts is not None
    assert (found.alerts.policy.shares, found.alerts.policy.messages) == ((0.5, 1.0), (2000,))


@pytest.mark.parametrize(("toml", "expected"), WRONG_FILES)
def test_a_mistake_in_the_file_is_told_on_its_line(toml: str, expected: str, tmp_path: Path) -> None:
    assert told(toml, tmp_path) == [expected]


@pytest.mark.parametrize("key", ["people", "channels", "numbers", "templates"])
def test_test_sends_are_not_on_by_half(key: str, tmp_path: Path) -> None:
    toml = "\n".join(line for line in SENDING.splitlines() if not line.startswith(key))

    assert [(it.kind, it.details["key"]) for it in mistakes(toml, tmp_path)] == [
        ("needed_to_send", f"send_test.{key}")
    ]


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        (
            '[[account]]\nname = "a"\nsdk_app_id = "1"\n[[account]]\nname = "A"\nsdk_app_id = "2"',
            "account.2.name",
        ),
        (
            '[send_test]\nnumbers = [{ name = "a", number = "13800138000" }, { name = "b", number = "+86 138-0013-8000" }]',
            "send_test.numbers.2.number",
        ),
        ('[send_test]\ntemplates = [{ id = "1" }, { id = "1" }]', "send_test.templates.2.id"),
    ],
)
def test_what_stands_twice_is_told(toml: str, key: str, tmp_path: Path) -> None:
    assert [(it.kind, it.details["key"]) for it in mistakes(toml, tmp_path, ACCOUNT)] == [("repeated", key)]


def test_all_mistakes_of_the_file_and_of_the_variables_are_told_at_once(tmp_path: Path) -> None:
    toml = 'admins = ["x"]\ncolour = 1\n[send_test]\nenabled = "yes"\nlimits = { day = 0 }\n'

    assert told(toml, tmp_path, {"SMSBOT_LOG_LEVEL": "x", "SMS_SDK_APP_ID": "x"}) == [
        "SMSBOT_LOG_LEVEL wrong_choice",
        "SMS_SDK_APP_ID wrong_digits",
        "TENCENTCLOUD_SECRET_ID missing_variable",
        "TENCENTCLOUD_SECRET_KEY missing_variable",
        "smsbot.toml:1 wrong_person",
        "smsbot.toml:2 unknown_key",
        "smsbot.toml:4 wrong_type",
        "smsbot.toml:5 out_of_range",
    ]


def test_every_mistake_can_be_told_in_both_languages(tmp_path: Path) -> None:
    phrases = shipped_phrases()
    cases: list[tuple[str, Mapping[str, str]]] = [(toml, {}) for toml, _ in WRONG_FILES]
    cases += [("", environment) for environment, _ in WRONG_VARIABLES]
    cases += [("", {**SLACK, **change}) for change, _ in WRONG_SLACK]
    cases += [(PROD + keys, {"ID": "x"}) for keys, _ in WRONG_KEYS]
    cases += [("", {"SMSBOT_DATABASE_URL": "postgresql://db/sms"}), ("[send_test]\nenabled = true", {})]
    found = [it for toml, environment in cases for it in mistakes(toml, tmp_path, environment)]

    for mistake in found:
        assert f"mistake.{mistake.kind}" in phrases
        for language in LANGUAGES:
            assert "{" not in phrases.say(f"mistake.{mistake.kind}", language, **mistake.details)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_file_worn_in_any_place_is_read_or_refused_with_lines_that_it_has(
    data: st.DataObject, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("worn")
    sample = uncommented((project / "smsbot.toml").read_text("utf-8"))
    lines = [line for line in sample.splitlines() if line and not line.startswith("#")]
    value = st.sampled_from(
        ["1", "-1.5", "true", '""', '"x"', "[]", "[1]", '["*"]', "{}", "1979-05-27", '"\\u0000"']
    )
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        key, equals, _ = lines[place].partition("= ")
        lines[place] = (
            key + equals + data.draw(value) if equals else data.draw(st.sampled_from(["", "[x]", "["]))
        )
    toml = "\n".join(lines)

    found = mistakes_or_none(toml, folder, {"PROD_SECRET_ID": "id", "PROD_SECRET_KEY": "key"})

    assert found is None or found
    assert all(1 <= it.line <= len(lines) for it in found or ())


def mistakes_or_none(toml: str, folder: Path, environment: Mapping[str, str]) -> Sequence[Mistake] | None:
    try:
        read(toml, folder, environment)
    except ConfigurationError as error:
        return error.mistakes
    return None


# Words


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("Mon, Wed", {0, 2}),
        ("sat-mon", {5, 6, 0}),
        ("sun", {6}),
        ("mon-mon", {0}),
    ],
)
def test_days_are_ranges_and_lists(text: str, days: set[int]) -> None:
    assert wallclock.days(text) == days


# Secrets


def hidden_texts() -> st.SearchStrategy[str]:
    return st.text(string.ascii_letters + string.digits + "-_.~", min_size=12, max_size=40).map("q7Z".__add__)


@settings(max_examples=50, deadline=None)
@given(secret_id=hidden_texts(), secret_key=hidden_texts(), seal=hidden_texts(), password=hidden_texts())
def test_no_secret_shows_in_anything_that_can_be_printed(
    secret_id: str, secret_key: str, seal: str, password: str
) -> None:
    environment = {
        "TENCENTCLOUD_SECRET_ID": secret_id,
        "TENCENTCLOUD_SECRET_KEY": secret_key,
        "SMS_SDK_APP_ID": "1400006666",
        "SMSBOT_SECRET_KEY": seal + "x" * 32,
        "SMSBOT_DATABASE_URL": f"postgresql://me:{password}@db/sms",
        "SMSBOT_CONFIG": "",
        **SLACK,
    }
    found = read_configuration(environment, VERBS, Path("/nowhere"))
    whole = read_settings(environment)

    shown = [
        *(repr(it) + str(it) + f"{it}" for it in (found, whole, *found.accounts, found.database)),
        str(asdict(found)) + str(asdict(whole)),
        str(deepcopy(found)),
    ]

    assert set(found.secrets()) == {secret_id, secret_key, seal + "x" * 32, password, *SLACK.values()}
    assert not [secret for secret in found.secrets() if any(secret in text for text in shown)]


@settings(max_examples=50, deadline=None)
@given(
    secret=hidden_texts(),
    name=st.sampled_from(["SMSBOT_SECRET_KEY", "SMSBOT_DATABASE_URL", *ACCOUNT, *SLACK]),
)
def test_no_secret_shows_in_a_mistake_nor_in_its_traceback(secret: str, name: str) -> None:
    short = secret[:20]
    broken = {name: short, "SMSBOT_LOG_LEVEL": short, "TENCENTCLOUD_SMS_ENDPOINT": f"http://{short}@x"}

    with pytest.raises(ConfigurationError) as caught:
        read_configuration(broken, VERBS, Path("/nowhere"))

    shown = (
        "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(caught.value.mistakes)
    )
    assert short not in shown


def test_every_secret_is_handed_on_to_the_redaction_of_the_logs(tmp_path: Path) -> None:
    environment = {"PROXY": "http://me:pass%2Fword@proxy:3128", "ID": "the id", "KEY": "the key"}
    toml = 'proxy = "env:PROXY"\n' + PROD + 'secret_id = "env:ID"\nsecret_key = "env:KEY"\n'

    found = read(toml, tmp_path, environment)

    assert set(found.secrets()) == {"the id", "the key", "pass%2Fword", "pass/word"}


@pytest.mark.parametrize(
    "toml",
    [
        '[[account]]\nname = "a"\nsdk_app_id = "q7Zgeheimnis"\nsecret_id = "q7Zgeheimnis"\nsecret_key = "env:X"',
        'proxy = "http://me:q7Zgeheimnis@proxy:1"\non_call = "q7Zgeheimnis"',
        '[send_test]\nnumbers = [{ name = "a", number = "q7Zgeheimnis" }]\npeople = ["q7Zgeheimnis"]',
    ],
)
def test_what_stands_in_the_wrong_place_of_the_file_is_not_repeated(toml: str, tmp_path: Path) -> None:
    assert "q7Zgeheimnis" not in repr(mistakes(toml, tmp_path))


def test_a_secret_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        Secret("x").__reduce__()
