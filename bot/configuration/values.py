"""What an operator has set up for the SMS side: plain values, checked, with every secret hidden."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from bot.guard.policy import SendPolicy
from bot.language import Language
from bot.secret import Secret

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["text", "json"]

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
class AccessRule:
    """Allows `verbs` to `people` (persons and groups) in `channels`, by id; `*` is everybody, everywhere."""

    verbs: AbstractSet[str]
    people: AbstractSet[str]
    channels: AbstractSet[str]


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """A daily digest at the wall clock `at` of `zone`. `days` count from 0, Monday; no accounts: all."""

    channel: str
    at: time
    zone: ZoneInfo
    days: AbstractSet[int]
    language: Language | None
    accounts: tuple[str, ...]
    catch_up: timedelta


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Alerts when `shares` (of what was bought) or `messages` are left; `unusual` times the median."""

    channel: str
    shares: tuple[float, ...]
    messages: tuple[int, ...]
    run_out_days: int
    unusual: float
    cool_down: timedelta


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
class LogSettings:
    """Without a `format`, text on a terminal and JSON elsewhere."""

    level: LogLevel
    format: LogFormat | None


@dataclass(frozen=True, slots=True)
class Configuration:
    """`accounts` in order, the first is the default; without any, only sample data can be shown.

    `language` is None where the locale decides. `secret_key` seals the audit and marks phone numbers; with
    SQLite it may be absent, and lies beside the database then.
    """

    language: Language | None
    admins: AbstractSet[str]
    knowledge_owners: AbstractSet[str]
    on_call: str | None
    accounts: tuple[AccountSettings, ...]
    access: tuple[AccessRule, ...]
    send_test: SendPolicy
    digests: tuple[DigestSettings, ...]
    alerts: AlertSettings | None
    network: Network
    database: DatabaseSettings
    secret_key: Secret | None
    logs: LogSettings

    def secrets(self) -> Iterator[str]:
        """Every text that must not stand in a log."""
        for account in self.accounts:
            yield account.credentials.secret_id.reveal()
            yield account.credentials.secret_key.reveal()
        if self.secret_key:
            yield self.secret_key.reveal()
        for url in filter(None, (self.database.url, self.network.proxy)):
            if password := urlsplit(url.reveal()).password:
                yield from {password, unquote(password)}
