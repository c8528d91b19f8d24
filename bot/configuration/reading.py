"""Reads the configuration: smsbot.toml and the environment, strictly, or not at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.configuration import words
from bot.configuration.checks import Surroundings, check
from bot.configuration.shapes import (
    AccountShape,
    AlertsShape,
    DigestShape,
    LimitsShape,
    OperatorFile,
    RatesShape,
    SendTestShape,
)
from bot.configuration.slack import read_slack
from bot.configuration.values import (
    AccountSettings,
    Configuration,
    Credentials,
    DatabaseSettings,
    HttpAddress,
    LogFormat,
    LogLevel,
    LogSettings,
    Network,
    SlackSettings,
)
from bot.configuration.variables import Variables, resolve, resolve_url
from bot.errors import ConfigurationError, Mistake
from bot.guard.access import AccessRule
from bot.guard.policy import Limits, SendPolicy
from bot.guard.rates import RateLimits
from bot.reports.policy import AlertPolicy, AlertSettings
from bot.secret import Secret, encoded
from bot.settings import state_folder
from bot.sms.plans import Plan
from bot.sms.sending import AllowedNumber, AllowedTemplate
from bot.sms.wallclock import clock, days, duration, zone
from bot.source import ANY, Source, read_text

FILE = "smsbot.toml"
REGION = "ap-guangzhou"
ENDPOINT = "https://sms.tencentcloudapi.com"
ID, KEY, APP = "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "SMS_SDK_APP_ID"
SEAL = "SMSBOT_SECRET_KEY"
# Out of reach from outside, until it is set up otherwise.
HTTP = ("127.0.0.1", 8080)
SHORTEST_KEY = 32


@dataclass(frozen=True, slots=True)
class FromEnvironment:
    """What the variables say. `credentials` and `sdk_app_id` make an account if the file names none."""

    credentials: Credentials | None
    sdk_app_id: str
    region: str
    endpoint: str
    database: Secret
    secret_key: Secret | None
    logs: LogSettings
    slack: SlackSettings | None
    http: HttpAddress


def read_configuration(
    environment: Mapping[str, str], verbs: Mapping[str, str], folder: Path
) -> Configuration:
    """What the operator has set up. `verbs` are all there are, with the right that each needs.

    The file is the one that SMSBOT_CONFIG names, else smsbot.toml in `folder` if there is one. Its own paths
    are relative to where it lies.

    Raises:
        ConfigurationError: with all mistakes, so that one reading is enough to mend them.
    """
    mistakes: list[Mistake] = []
    variables = Variables(environment, mistakes)
    variables.check_names()
    path = operator_file(variables, folder)
    outside = read_variables(variables, environment)
    source = read_source(path, mistakes) if path else None
    file = source.shaped(OperatorFile) if source else OperatorFile()
    home = path.parent if path else folder
    if source:
        account, key = bool(outside.credentials and outside.sdk_app_id), outside.credentials is not None
        check(source, Surroundings(verbs, environment, home, account, key))
    if names_no_account(source):
        check_account(variables)
    check_seal(variables, outside)
    if mistakes or file is None:
        raise ConfigurationError(sorted(mistakes, key=lambda it: (it.file, it.line, it.kind)))
    return configuration(file, outside, environment, home)


def operator_file(variables: Variables, folder: Path) -> Path | None:
    named = variables.text("SMSBOT_CONFIG")
    path = folder / (named or FILE)
    if path.is_file():
        return path
    if named:
        variables.report("SMSBOT_CONFIG", "no_file", path=named, reason="")
    return None


def read_source(path: Path, mistakes: list[Mistake]) -> Source | None:
    text = read_text(path.parent, path.name, mistakes)
    return None if text is None else Source(path.name, text, mistakes)


def read_variables(variables: Variables, environment: Mapping[str, str]) -> FromEnvironment:
    secret_id, secret_key = variables.secret(ID), variables.secret(KEY)
    seal = variables.secret(SEAL)
    if seal and (length := len(encoded(seal))) < SHORTEST_KEY:
        variables.report(SEAL, "short_key", length=str(length), least=str(SHORTEST_KEY))
    # The first choice holds where nothing is set.
    level = variables.choice("SMSBOT_LOG_LEVEL", ("info", "debug", "warning", "error"))
    form = variables.choice("SMSBOT_LOG_FORMAT", ("", "text", "json"))
    return FromEnvironment(
        credentials=Credentials(secret_id, secret_key) if secret_id and secret_key else None,
        sdk_app_id=variables.word(APP, "", "wrong_digits", words.digits),
        region=variables.word("TENCENTCLOUD_REGION", REGION, "wrong_region", words.region),
        endpoint=variables.word("TENCENTCLOUD_SMS_ENDPOINT", ENDPOINT, "wrong_endpoint", words.endpoint),
        database=database(variables, environment),
        secret_key=seal,
        logs=LogSettings(cast("LogLevel", level), cast("LogFormat", form) if form else None),
        slack=read_slack(variables),
        http=HttpAddress(*variables.word("SMSBOT_HTTP", HTTP, "wrong_address", words.http_address)),
    )


def database(variables: Variables, environment: Mapping[str, str]) -> Secret:
    """The database's URL: by default a file of SQLite in the user's state folder."""
    if not (url := variables.secret("SMSBOT_DATABASE_URL")):
        return Secret(f"sqlite:///{(state_folder(environment) / 'smsbot.sqlite3').absolute().as_posix()}")
    try:
        words.database(url.reveal())
    except ValueError:
        variables.report("SMSBOT_DATABASE_URL", "wrong_database")
    return url


def names_no_account(source: Source | None) -> bool:
    """Whether the environment's account is the one; a file that can't be read may well name another."""
    return source is None or (source.table is not None and not any(source.values("account", ANY)))


def check_account(variables: Variables) -> None:
    """The environment names an account in full or not at all."""
    lacking = [
        name
        for name in (ID, KEY, APP)
        if not (variables.text(name) if name == APP else variables.given(name))
    ]
    if lacking and len(lacking) < 3:
        there = ", ".join(name for name in (ID, KEY, APP) if name not in lacking)
        for name in lacking:
            variables.report(name, "missing_variable", there=there)


def check_seal(variables: Variables, outside: FromEnvironment) -> None:
    """Replicas that share a database share the key of its audit: a file beside it can't be that."""
    if DatabaseSettings(outside.database).shared and not variables.given(SEAL):
        variables.report(SEAL, "shared_needs_key")


def configuration(
    file: OperatorFile, outside: FromEnvironment, environment: Mapping[str, str], home: Path
) -> Configuration:
    """The values of a file without mistakes."""
    return Configuration(
        language=file.language,
        admins=frozenset(file.admins),
        knowledge_owners=frozenset(file.knowledge_owners),
        on_call=file.on_call,
        on_call_channel=file.on_call_channel,
        accounts=tuple(accounts(file, outside, environment, home)),
        access=tuple(
            AccessRule(frozenset(it.verbs), frozenset(it.people), frozenset(it.channels))
            for it in file.access
        ),
        rates=rates(file.rates),
        send_test=send_policy(file.send_test),
        digests=tuple(map(digest, file.digest)),
        alerts=alerts(file.alerts) if file.alerts else None,
        network=Network(
            endpoint=outside.endpoint,
            proxy=resolve_url(file.proxy, environment, home) if file.proxy else None,
            ca_file=home / file.ca_file if file.ca_file else None,
        ),
        database=DatabaseSettings(outside.database),
        secret_key=outside.secret_key,
        logs=outside.logs,
        slack=outside.slack,
        http=outside.http,
    )


def accounts(
    file: OperatorFile, outside: FromEnvironment, environment: Mapping[str, str], home: Path
) -> Iterator[AccountSettings]:
    for row in file.account:
        credentials = own_credentials(row, environment, home) or outside.credentials
        if credentials:
            region = row.region or outside.region
            yield AccountSettings(row.name.lower(), row.sdk_app_id, region, credentials)
    if not file.account and outside.credentials:
        yield AccountSettings("default", outside.sdk_app_id, outside.region, outside.credentials)


def own_credentials(row: AccountShape, environment: Mapping[str, str], home: Path) -> Credentials | None:
    if not (row.secret_id and row.secret_key):
        return None
    return Credentials(resolve(row.secret_id, environment, home), resolve(row.secret_key, environment, home))


def send_policy(section: SendTestShape) -> SendPolicy:
    return SendPolicy(
        enabled=section.enabled,
        people=frozenset(section.people),
        channels=frozenset(section.channels),
        numbers=tuple(AllowedNumber(it.name, words.number(it.number)) for it in section.numbers),
        templates=tuple(
            AllowedTemplate(int(it.id), it.signature or "", it.text, it.sample) for it in section.templates
        ),
        limits=limits(section.limits),
    )


def limits(section: LimitsShape) -> Limits:
    return Limits(**{name: value for name, value in section if value is not None})


def rates(section: RatesShape) -> RateLimits:
    return RateLimits(**{name: value for name, value in section if value is not None})


def digest(row: DigestShape) -> Plan:
    return Plan(
        channel=row.channel,
        at=clock(row.at),
        zone=zone(row.zone),
        days=days(row.days),
        language=row.language,
        accounts=tuple(name.lower() for name in row.accounts),
        catch_up=duration(row.catch_up),
    )


def alerts(section: AlertsShape) -> AlertSettings:
    policy = AlertPolicy(
        shares=tuple(float(it) for it in section.balance if it <= 1),
        messages=tuple(int(it) for it in section.balance if it > 1),
        run_out_days=section.run_out_days,
        expiry_days=section.expiry_days,
        unusual=float(section.unusual_sending),
    )
    return AlertSettings(section.channel, policy, duration(section.cool_down), tuple(section.tell))
