"""What operations work with: the accounts, their history, and the parts that only some verbs need."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.errors import BotError
from bot.sms.alarms import Alarms
from bot.sms.cloud import Cloud, Day
from bot.sms.command import Command
from bot.sms.plans import Digests
from bot.sms.report import Report
from bot.sms.sending import Sender
from bot.sms.textcheck import Rules


class History(Protocol):
    """The days of one account. Past days are kept and not asked for again."""

    @property
    def loading(self) -> bool:
        """Whether days are being asked for, so that more is known in a while."""

    async def days(self, first: date, last: date, *, patience: float) -> Sequence[Day]:
        """The days from `first` to `last`, both included, oldest first.

        What can't be had within `patience` seconds has None in its halves, and goes on loading for the
        next time.

        Raises:
            CloudError: when the API refuses, or can't be reached, and nothing at all is known.
        """


@dataclass(frozen=True, slots=True)
class Account:
    """One account (an SDK app) by the name of the settings; `sample`: nothing of it is real."""

    name: str
    cloud: Cloud
    history: History
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """`accounts` by name, the first of them the default. `checkup` looks at everything, for the doctor."""

    accounts: Mapping[str, Account]
    sender: Sender
    rules: Rules
    digests: Digests
    alarms: Alarms
    checkup: Callable[[], Awaitable[Report]]

    def account(self, command: Command) -> tuple[Account, tuple[str, ...]]:
        """The account that a command names, wherever among its words, and the other words.

        Raises:
            BotError: when no account is set up at all.
        """
        if not self.accounts:
            raise BotError("sms.no_account")
        named = [word for word in command.words if word.lower() in self.accounts]
        rest = tuple(word for word in command.words if word.lower() not in self.accounts)
        default = next(iter(self.accounts))
        return self.accounts[named[0].lower() if named else default], rest
