"""What an operator has set up: plain values, checked, with every secret hidden."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from bot.guard.access import AccessRule
from bot.guard.policy import SendPolicy
from bot.guard.rates import RateLimits
from bot.language import Language
from bot.reports.policy import AlertSettings
from bot.secret import Secret
from bot.sms.plans import Plan

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["text", "json"]
# How Slack reaches us: over sockets that we open, or by requests to us.
Transport = Literal["socket", "http"]

# API: ids of keys begin so on the Chinese and on the international site.
SECRET_ID = re.compile(r"(?:AKID|IKID)[A-Za-z0-9]{28,68}")
SECRET_KEY = re.compile(r"[A-Za-z0-9]{32,64}")


@dataclass(frozen=True, slots=True)
class Credentials:
    secret_id: Secret
    secret_key: Secret

    @property
    def plausible(self) -> bool:
        """Whether both look like what the console of the cloud shows: exchanged or cut ones don't."""
        return bool(
            SECRET_ID.fullmatch(self.secret_id.reveal()) and SECRET_KEY.fullmatch(self.secret_key.reveal())
        )


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One SDK app of one account. `name` is in lower case."""

    name: str
    sdk_app_id: str
    region: str
    credentials: Credentials


@dataclass(frozen=True, slots=True)
class Network:
    """How the SMS API is reached. `endpoint` is a full URL; `proxy` may hold a password."""

    endpoint: str
    proxy: Secret | None
    ca_file: Path | None


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """`url` is `sqlite:///…` or `postgresql://…`, with a password perhaps."""

    url: Secret

    @property
    def shared(self) -> bool:
        """Whether several replicas may run over it."""
        return self.url.reveal().startswith("postgresql://")


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """At least one of `app_token` and `signing_secret` is there. `api_url` ends with /api/."""

    bot_token: Secret
    app_token: Secret | None
    signing_secret: Secret | None
    api_url: str

    @property
    def transport(self) -> Transport:
        """With both, Socket Mode: it needs no way in from outside."""
        return "socket" if self.app_token else "http"

    def secrets(self) -> Iterator[str]:
        for secret in filter(None, (self.bot_token, self.app_token, self.signing_secret)):
            yield secret.reveal()


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """Where we listen. `host` is "" for every interface, `port` is 0 for any that is free."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Without a `format`, text on a terminal and JSON elsewhere."""

    level: LogLevel
    format: LogFormat | None


@dataclass(frozen=True, slots=True)
class Configuration:
    """`accounts` in order, the first is the default; without any, only sample data can be shown.

    `language` is None where the locale decides. `secret_key` seals the audit and marks phone numbers; with
    SQLite it may be absent, and lies beside the database then. `slack` is None without a token. `on_call` is
    called in `on_call_channel`, or where they were asked for.
    """

    language: Language | None
    admins: AbstractSet[str]
    knowledge_owners: AbstractSet[str]
    on_call: str | None
    on_call_channel: str | None
    accounts: tuple[AccountSettings, ...]
    access: tuple[AccessRule, ...]
    rates: RateLimits
    send_test: SendPolicy
    digests: tuple[Plan, ...]
    alerts: AlertSettings | None
    network: Network
    database: DatabaseSettings
    secret_key: Secret | None
    logs: LogSettings
    slack: SlackSettings | None
    http: HttpAddress

    @property
    def groups(self) -> AbstractSet[str]:
        """Slack's user groups that any setting names: who is in them has to be known."""
        named = {*self.admins, *self.knowledge_owners, *self.send_test.people, self.on_call or ""}
        named.update(*(rule.people for rule in self.access))
        return {it for it in named if it.startswith("S")}

    def secrets(self) -> Iterator[str]:
        """Every text that must not stand in a log."""
        if self.slack:
            yield from self.slack.secrets()
        for account in self.accounts:
            yield account.credentials.secret_id.reveal()
            yield account.credentials.secret_key.reveal()
        if self.secret_key:
            yield self.secret_key.reveal()
        for url in filter(None, (self.database.url, self.network.proxy)):
            if password := urlsplit(url.reveal()).password:
                yield from {password, unquote(password)}
