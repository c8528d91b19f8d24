"""The small print of a report, the same below each of them."""

from typing import Literal

from bot.sms.desk import Account
from bot.sms.report import Cell, Refresh, say

# Some more days are loaded by then. Seconds.
SOON = 2.0


def notes(account: Account, *own: Cell) -> tuple[Cell, ...]:
    """The report's own notes, and that nothing of a sample account is real."""
    return (*own, say("sms.sample")) if account.sample else own


def name_of(account: Account) -> Cell:
    """The account's name for a title."""
    return say("sms.sample_account") if account.sample else account.name


def past_notes(account: Account, *own: Cell) -> tuple[Cell, ...]:
    """The same for a report on past days: whether more of them are on their way."""
    return notes(account, *own, say("sms.loading")) if account.history.loading else notes(account, *own)


def refresh(account: Account, command: str, worth: Literal["first_and_last", "last"]) -> Refresh | None:
    """The same command again, while days are on their way."""
    return Refresh(f"{command} {account.name}", SOON, worth) if account.history.loading else None
