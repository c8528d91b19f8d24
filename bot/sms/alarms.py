"""Alerts as people meet them: the times that one holds, who wants it quiet, and each in a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.sms.command import Asker
from bot.sms.report import Code, Say, Share, say


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that an alert of an account holds, from when it was raised until it is clear.

    `name` is that of bot/reports/conditions.py, `number` counts per account and name from 1. `details` are the
    figures of its beginning: what can be kept as JSON. `silent`: a more severe one was told in its place.
    """

    account: str
    name: str
    number: int
    opened: datetime
    details: Mapping[str, str | int | float]
    closed: datetime | None = None
    told: datetime | None = None
    silent: bool = False

    @property
    def kind(self) -> str:
        """`balance` of `balance:0.3`."""
        return self.name.partition(":")[0]

    # Details that another version of the program has kept may lack what this one shows: it is not known.

    def count(self, name: str) -> int | None:
        value = self.details.get(name)
        return round(value) if isinstance(value, int | float) else None

    def share(self, name: str) -> Share | None:
        value = self.details.get(name)
        return Share(value) if isinstance(value, int | float) else None

    def word(self, name: str) -> str:
        return str(self.details.get(name, ""))

    def day(self, name: str) -> date | None:
        """None of "", too: a day that does not come."""
        return date.fromisoformat(word) if (word := self.word(name)) else None


@dataclass(frozen=True, slots=True)
class Snooze:
    """An alert of an account is not told before `until`. `person` wants it so."""

    account: str
    name: str
    until: datetime
    person: str


class Alarms(Protocol):
    """The alerts of all accounts. Every method raises StoreAway when the database can't be had."""

    @property
    def channel(self) -> str:
        """Where they are told; "" where no alerts are set up."""

    async def standing(self, accounts: Sequence[str]) -> Sequence[Episode]:
        """What holds now in these accounts."""

    async def snoozes(self, accounts: Sequence[str]) -> Sequence[Snooze]:
        """What is quiet in these accounts; some of it may be over."""

    async def snooze(self, asker: Asker, account: str, name: str, until: datetime) -> None:
        """Keeps an alert quiet, whether it holds or not. That is on record.

        Raises:
            BotError: when the asker may not.
        """

    async def resume(self, asker: Asker, account: str, name: str) -> None:
        """Ends a snooze. That is on record.

        Raises:
            BotError: when the asker may not.
        """

    async def looked(self, account: str) -> datetime | None:
        """When the account was last looked at with success; None if it never was."""


def headline(episode: Episode) -> Say:  # noqa: PLR0911 - a line for each kind
    """An alert in a line, true on any later day: what it was when it began."""
    match episode.kind:
        case "balance":
            return balance_line(episode)
        case "run_out":
            return say("alert.run_out", day=episode.day("expected"))
        case "expiry":
            return say(
                "alert.expiry",
                package=Code(episode.word("package")),
                day=episode.day("ends"),
                unused=episode.count("unused"),
            )
        case "unusual":
            return unusual_line(episode)
        case "failures":
            return say("alert.failures", share=episode.share("share"), usual=episode.share("usual"))
        case "refusals":
            return say("alert.refusals", refused=episode.count("refused"), requests=episode.count("requests"))
        case "arrears":
            return say("alert.arrears")
        case _:
            # Kept by a version of the program that knows more alerts.
            return say("alert.other", name=Code(episode.name))


def held(episode: Episode) -> Say:
    """The same where it is read on a later day: from when its figures are comes first."""
    return say("alert.held", opened=episode.opened, what=headline(episode))


def balance_line(episode: Episode) -> Say:
    if not episode.count("amount"):
        return say("alert.none_valid")
    if not episode.count("left"):
        return say("alert.used_up")
    return say("alert.left", left=episode.count("left"), share=episode.share("share"))


def unusual_line(episode: Episode) -> Say:
    count, median = episode.count("count"), episode.count("median")
    if episode.word("window") == "today":
        return say("alert.unusual_today", count=count, median=median)
    return say("alert.unusual_hours", count=count, median=median)
