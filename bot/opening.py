"""Opens the SMS side: configuration, database, connection, accounts. What costs time to load is loaded here."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import structlog

from bot.configuration.reading import read_configuration
from bot.configuration.values import AccountSettings, Configuration, SlackSettings
from bot.errors import BotError, ConfigurationError, SettingsError
from bot.faq.entry import Library
from bot.guard.chain import Broken, Verdict, verify
from bot.guard.keys import Keys
from bot.guard.policy import SendPolicy
from bot.guard.sender import GuardedSender
from bot.loopback import is_loopback
from bot.newsroom import Newsroom
from bot.newsroom import furnished as furnished_newsroom
from bot.sandbox.server import Sandbox
from bot.secret import encoded
from bot.settings import Settings
from bot.slack.checkup import Named, SlackSide, nowhere
from bot.slack.wire.client import Way, trust_in
from bot.sms import doctor
from bot.sms.cloud import Cloud
from bot.sms.desk import Account, Desk
from bot.sms.doctor import Checkup, Finding, Patient
from bot.sms.operations import rights
from bot.sms.phone import PhoneNumber
from bot.sms.plans import Plan
from bot.sms.report import Report
from bot.sms.sending import AllowedNumber, AllowedTemplate
from bot.sms.textcheck import Rules
from bot.store.books import StoredLedger
from bot.store.database import Database, StoreAway, file_of, open_database
from bot.store.history import KeptHistory
from bot.store.secret import kept_secret
from bot.telemetry import set_up_logs
from bot.tencent.call import Surroundings
from bot.tencent.connection import Connection, connected
from bot.tencent.signing import Credentials

LOG = structlog.get_logger("smsbot")

# Seconds between two looks after the sends that are under way.
CARE_EVERY = 60.0

# The person and the channel of the console, in smsbot.toml and in the audit.
CONSOLE = "console"
SAMPLE_ACCOUNT = "sample"
# What may be sent on sample data, where no phone is real: one that answers, one that is switched off.
SAMPLE_POLICY = SendPolicy(
    enabled=True,
    people=frozenset({CONSOLE}),
    channels=frozenset({CONSOLE}),
    numbers=(
        AllowedNumber("qa", PhoneNumber("+8613800138000")),
        AllowedNumber("qa-off", PhoneNumber("+8613800138099")),
    ),
    templates=(
        AllowedTemplate(1110001, "星河科技", sample=("483920", "5")),
        AllowedTemplate(1110002, "星河科技"),
    ),
)


@dataclass(frozen=True, slots=True)
class Office:
    """The SMS side, open, and what the surfaces need of what it stands on. `sample`: nothing of it is real."""

    desk: Desk
    sample: bool
    patient: Patient
    configuration: Configuration
    policy: SendPolicy
    database: Database
    ledger: StoredLedger
    newsroom: Newsroom


@dataclass(frozen=True, slots=True)
class Ground:
    """What an office stands on: real, or a sample. `odd_keys` are accounts whose keys look like none."""

    connection: Connection
    clouds: Mapping[str, Cloud]
    database_url: str = field(repr=False)
    keys: Keys
    policy: SendPolicy
    sample: bool = False
    odd_keys: AbstractSet[str] = frozenset()


@asynccontextmanager
async def open_office(
    settings: Settings, library: Library, rules: Rules, *, samples: bool = True
) -> AsyncIterator[Office]:
    """Everything that `settings` lead to; without an account, a stand-in with `samples`, or none at all.

    Raises:
        ConfigurationError: with all that is wrong in smsbot.toml and the environment.
        StoreAway: when the database can't be opened.
    """
    configuration = configured(settings)
    async with AsyncExitStack() as stack:
        logs = configuration.logs
        stack.callback(set_up_logs(logs.level, logs.format, sys.stderr, configuration.secrets()))
        if configuration.accounts or not samples:
            ground = await real_ground(configuration, stack)
        else:
            ground = await sample_ground(stack)
        yield await furnished(ground, configuration, library, rules, stack)


async def furnished(
    ground: Ground, configuration: Configuration, library: Library, rules: Rules, stack: AsyncExitStack
) -> Office:
    """The office over its clouds, with somebody who looks after the sends that are under way."""
    keys, policy, sample = ground.keys, ground.policy, ground.sample
    database = await stack.enter_async_context(open_database(ground.database_url))
    accounts = {}
    for name, cloud in ground.clouds.items():
        history = KeptHistory(name, cloud, database, now)
        stack.push_async_callback(history.close)
        accounts[name] = Account(name, cloud, history, sample)
    ledger = StoredLedger(database, keys.audit)
    sender = GuardedSender(policy, ledger, ground.clouds, keys, now, secrets.token_hex)
    caring = asyncio.create_task(care(sender))
    stack.push_async_callback(ended, caring)
    newsroom = furnished_newsroom(accounts, configuration, database, ledger, now)
    patient = Patient(
        accounts,
        odd_keys=ground.odd_keys,
        sending=policy.options if policy.enabled else None,
        checkups=checkups(library, ledger, ground),
        further=partial(further_findings, configuration, newsroom),
    )

    async def checkup() -> Report:
        return doctor.report(await examine(patient), sample=sample)

    desk = Desk(accounts, sender, rules, newsroom.digests, newsroom.alarms, checkup)
    return Office(desk, sample, patient, configuration, policy, database, ledger, newsroom)


async def care(sender: GuardedSender) -> None:
    """Settles what a crash left in the middle of a send, and asks for deliveries: at once, and every minute."""
    while True:
        try:
            if interrupted := await sender.recover():
                LOG.warning("interrupted_sends_settled", states=[send.state for send in interrupted])
            await sender.follow_up()
        except BotError as error:
            LOG.warning("sends_not_settled", reason=error.phrase)
        await asyncio.sleep(CARE_EVERY)


async def ended(task: asyncio.Task[object]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def examined(settings: Settings, library: Library, rules: Rules) -> tuple[tuple[Finding, ...], bool]:
    """The self-check, and whether it was of sample data.

    Raises:
        BotError: when there is nothing to look at, since the settings or the database are of no use.
    """

    async def examination() -> tuple[tuple[Finding, ...], bool]:
        async with open_office(settings, library, rules) as office:
            return await examine(office.patient), office.sample

    return asyncio.run(examination())


def misread(error: ConfigurationError) -> tuple[Finding, ...]:
    """The self-check of settings that can't be used."""
    return asyncio.run(examine(Patient({}, error.mistakes)))


def verified(settings: Settings, head: str | None) -> Verdict:
    """Whether the audit is whole, and holds `head`."""
    configuration = configured(settings)
    keys = Keys.derived(secret_of(configuration))

    async def verification() -> Verdict:
        async with open_database(configuration.database.url.reveal()) as database:
            return await verify(keys.audit, StoredLedger(database, keys.audit).audit(), head)

    return asyncio.run(verification())


async def examine(patient: Patient) -> tuple[Finding, ...]:
    return await doctor.examine(patient, now())


def configured(settings: Settings) -> Configuration:
    """What the operator has set up, from the environment and the file beside which the program was started."""
    return read_configuration(settings.environment, rights(), Path.cwd())


async def real_ground(configuration: Configuration, stack: AsyncExitStack) -> Ground:
    network = configuration.network
    proxy = network.proxy.reveal() if network.proxy else None
    connection = await stack.enter_async_context(
        connected(network.endpoint, Surroundings(now), proxy=proxy, ca_file=network.ca_file)
    )
    return Ground(
        connection,
        {it.name: cloud_of(connection, it) for it in configuration.accounts},
        configuration.database.url.reveal(),
        Keys.derived(secret_of(configuration)),
        configuration.send_test,
        odd_keys={it.name for it in configuration.accounts if not it.credentials.plausible},
    )


def cloud_of(connection: Connection, account: AccountSettings) -> Cloud:
    keys = account.credentials
    credentials = Credentials(keys.secret_id.reveal(), keys.secret_key.reveal())
    return connection.cloud(credentials, account.sdk_app_id, account.region)


async def sample_ground(stack: AsyncExitStack) -> Ground:
    """One account of a stand-in API on loopback, reached like the real one; nothing of it stays."""
    sandbox = Sandbox(now)
    url = await stack.enter_async_context(sandbox.serving())
    connection = await stack.enter_async_context(connected(url, Surroundings(now)))
    keys = Credentials(sandbox.credentials.secret_id, sandbox.credentials.secret_key)
    folder = stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
    return Ground(
        connection,
        {SAMPLE_ACCOUNT: connection.cloud(keys, sandbox.sdk_app_id, sandbox.region)},
        f"sqlite:///{folder}/sample.sqlite3",
        Keys.derived(secrets.token_bytes(32)),
        SAMPLE_POLICY,
        sample=True,
    )


def secret_of(configuration: Configuration) -> bytes:
    """What seals the audit and marks numbers: from the settings, or from a file beside SQLite's."""
    if configuration.secret_key:
        return encoded(configuration.secret_key)
    file = file_of(configuration.database.url.reveal()).with_suffix(".key")
    try:
        return kept_secret(file)
    except (OSError, ValueError) as error:
        raise SettingsError("store.no_secret", file=str(file), reason=type(error).__name__) from error


def checkups(library: Library, ledger: StoredLedger, ground: Ground) -> tuple[Checkup, ...]:
    async def clock() -> Finding:
        return doctor.clock_finding(ground.connection.ahead)

    async def knowledge() -> Finding:
        return doctor.knowledge_finding(len(library.entries), len({it.name for it in library.codes}))

    async def database() -> Finding:
        async with ledger.writing() as books:
            await books.set_frozen(frozen=await books.frozen())
        return doctor.database_finding(place_of(ground.database_url))

    async def frozen() -> Finding:
        async with ledger.writing() as books:
            return doctor.frozen_finding(frozen=await books.frozen())

    async def audit() -> Finding:
        verdict = await verify(ground.keys.audit, ledger.audit())
        broken = verdict.number if isinstance(verdict, Broken) else None
        rows = verdict.number if isinstance(verdict, Broken) else verdict.rows
        return doctor.audit_finding(rows, broken)

    steps = {"clock": clock, "knowledge": knowledge, "database": database, "frozen": frozen, "audit": audit}
    return tuple(Checkup(name, run) for name, run in steps.items())


async def further_findings(configuration: Configuration, newsroom: Newsroom) -> AsyncIterator[Finding]:
    """What is told without anybody asking, and the way to where it is told. Never raises."""
    plans: list[Plan] = []
    try:
        for standing in await newsroom.digests.standings():
            if standing.plan and (found := doctor.digest_finding(standing)):
                plans.append(standing.plan)
                yield found
        looked = {name: await newsroom.alarms.looked(name) for name in newsroom.watched}
        yield doctor.alerts_finding(newsroom.alarms.channel, looked)
    except StoreAway as error:
        yield doctor.not_checked("digests", error)
    async for finding in slack_findings(configuration, plans):
        yield finding


async def slack_findings(configuration: Configuration, plans: Sequence[Plan] = ()) -> AsyncIterator[Finding]:
    """`plans` are the digests that are on, of the settings and of Slack."""
    slack = configuration.slack
    if slack is None:
        yield nowhere()
        return
    way = way_to_slack(configuration, slack)
    side = SlackSide(way, slack.bot_token, slack.app_token, named_in(configuration, plans), now)
    async for finding in side.findings():
        yield finding


def named_in(configuration: Configuration, plans: Sequence[Plan] = ()) -> Named:
    """Whom and what in Slack the settings need to be there, in the order in which they name them; then the
    channels of digests that were set up there.
    """
    channels = {"on_call_channel": configuration.on_call_channel}
    channels |= {f"digest.{number}": it.channel for number, it in enumerate(configuration.digests, 1)}
    channels["alerts.channel"] = configuration.alerts.channel if configuration.alerts else None
    known = set(channels.values())
    channels |= {f"/sms digest {it.channel}": it.channel for it in plans if it.channel not in known}
    people = {it for it in (configuration.on_call,) if it and it.startswith(("U", "W"))}
    # Of a direct message there is nothing to see, and the terminal is no channel.
    seen = {key: it for key, it in channels.items() if it and it.startswith(("C", "G"))}
    reports = bool(plans or configuration.digests or configuration.alerts)
    return Named(seen, configuration.groups, people, reports=reports)


def way_to_slack(configuration: Configuration, slack: SlackSettings) -> Way:
    """A proxy is of no use on the way to this very machine.

    Raises:
        SettingsError: when the file of certificates is of no use.
    """
    network = configuration.network
    near = is_loopback(urlsplit(slack.api_url).hostname or "")
    proxy = network.proxy.reveal() if network.proxy and not near else None
    try:
        return Way(slack.api_url, proxy, trust_in(network.ca_file))
    except OSError:
        raise SettingsError("cloud.ca_file", file=str(network.ca_file)) from None


def place_of(database_url: str) -> str:
    """Where the database is, without its password."""
    parsed = urlsplit(database_url)
    if parsed.scheme == "sqlite":
        return str(file_of(database_url))
    return f"{parsed.hostname or ''}{parsed.path}"


def now() -> datetime:
    return datetime.now(UTC)
