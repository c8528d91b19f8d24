"""How much was sent in a period, how much arrived, and why the rest did not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import add

from bot.errors import BotError
from bot.sms.cloud import ACCOUNT_ZONE, Day, ReceiptCounts, SendCounts
from bot.sms.command import Command
from bot.sms.desk import Account, Desk
from bot.sms.notes import name_of, notes, past_notes, refresh
from bot.sms.report import Cell, Facts, Paragraph, Part, Report, Say, Series, Share, Table, say

# How long to wait for days that were not asked for before; the rest is not known yet.
PATIENCE = 1.0
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

TODAY, YESTERDAY = 0, 1
# The period's length in days: TODAY so far, else full days until yesterday.
PERIODS: Mapping[str, int] = {
    **dict.fromkeys(("", "today", "今天", "今日"), TODAY),
    **dict.fromkeys(("yesterday", "昨天", "昨日", "1d"), YESTERDAY),
    **dict.fromkeys(("7d", "7day", "7days", "7天", "近7天", "最近7天"), 7),
    **dict.fromkeys(("30d", "30day", "30days", "30天", "近30天", "最近30天"), 30),
}
SHOWN_PERIODS = "today, yesterday, 7d, 30d"
UNITS = (say("stats.units"), say("stats.lag"))
# What each kind of failure is called, and the answer that helps with it.
FAILURES: Mapping[str, tuple[Say, str]] = {
    "invalid_number": (say("stats.invalid_number"), "billing/billing-standard"),
    "powered_off": (say("stats.powered_off"), "other/not-received"),
    "blacklisted": (say("stats.blacklisted"), "other/do-not-disturb-list"),
    "frequency": (say("stats.frequency"), "security/default-frequency-limits"),
    "internal_error": (say("stats.internal_error"), "other/cannot-diagnose"),
    "other": (say("stats.other_failures"), "other/cannot-diagnose"),
}


async def stats(command: Command, desk: Desk) -> Report:
    """The counts of today so far, of yesterday, or of the last 7 or 30 full days (Asia/Shanghai).

    Raises:
        BotError: for another period.
        CloudError: when the API can't be asked, or refuses.
    """
    account, words = desk.account(command)
    length = PERIODS.get("".join(words).casefold())
    if length is None:
        raise BotError(
            "stats.unknown_period",
            period=" ".join(words),
            periods=SHOWN_PERIODS,
            names=", ".join(desk.accounts),
        )
    today = command.at.astimezone(ACCOUNT_ZONE).date()
    if length in {TODAY, YESTERDAY}:
        return await one_day(account, today - length * DAY, command.at)
    report = await several_days(account, today - length * DAY, today - DAY)
    return replace(report, refresh=refresh(account, f"stats {length}d", "last"))


async def one_day(account: Account, day: date, at: datetime) -> Report:
    """The hours of a day that have begun."""
    midnight = datetime.combine(day, time(), ACCOUNT_ZONE)
    last = min(midnight + DAY - HOUR, at)
    sent = await account.cloud.send_counts(midnight, last)
    receipts = await account.cloud.receipt_counts(midnight, last)
    so_far = midnight + DAY > at
    title = say("stats.title_so_far" if so_far else "stats.title_day", account=name_of(account), day=day)
    return Report(title, counted(sent, receipts), notes(account, *UNITS))


async def several_days(account: Account, first: date, last: date) -> Report:
    days = await account.history.days(first, last, patience=PATIENCE)
    title = say("stats.title_days", account=name_of(account), first=first, last=last)
    known = [it for it in days if it.sent is not None and it.receipts is not None]
    if not known:
        return Report(title, (Paragraph(say("stats.nothing_known")),), past_notes(account, *UNITS))
    sent = reduce(add, (it.sent for it in known if it.sent))
    receipts = reduce(add, (it.receipts for it in known if it.receipts))
    parts: list[Part] = [*counted(sent, receipts), chart(days), by_day(days)]
    if len(known) < len(days):
        parts.insert(0, Paragraph(say("stats.partly_known", known=len(known), days=len(days))))
    return Report(title, tuple(parts), past_notes(account, *UNITS))


def counted(sent: SendCounts, receipts: ReceiptCounts) -> tuple[Part, ...]:
    """The sums, then the kinds of failure."""
    late = max(receipts.accepted - receipts.receipts, 0)
    rows: list[tuple[Say, Cell]] = [
        (say("stats.requests"), sent.requests),
        (say("stats.accepted"), sent.accepted),
        (say("stats.billed"), sent.billed),
        (say("stats.delivered"), receipts.delivered),
        (say("stats.failed"), receipts.failed),
        (say("stats.late"), late),
        (say("stats.rate"), rate_of(receipts)),
    ]
    return (Facts(tuple(rows)), *failures(receipts))


def rate_of(receipts: ReceiptCounts) -> Cell:
    """Delivered of the receipts that are there: those that are missing are neither."""
    if not receipts.receipts:
        return say("stats.no_receipts")
    return say("stats.rate_of", share=delivered_share(receipts), receipts=receipts.receipts)


def delivered_share(receipts: ReceiptCounts) -> Share | None:
    return Share(receipts.delivered / receipts.receipts) if receipts.receipts else None


def failures(receipts: ReceiptCounts) -> tuple[Part, ...]:
    rows = by_cause(receipts)
    if not rows or not receipts.failed:
        return ()
    columns = (say("stats.failure"), say("stats.count"), say("stats.of_failed"))
    cells = ((FAILURES[cause][0], count, Share(count / receipts.failed)) for cause, count in rows)
    return (Table(columns, tuple(cells)),)


def by_cause(receipts: ReceiptCounts) -> list[tuple[str, int]]:
    """How many failed for which cause of FAILURES, most first; what the API puts in no class is `other`."""
    counts = {cause: getattr(receipts, cause) for cause in FAILURES if cause != "other"}
    counts["other"] = receipts.failed - sum(counts.values())
    return sorted(((it, count) for it, count in counts.items() if count > 0), key=lambda it: -it[1])


def chart(days: Iterable[Day]) -> Series:
    return Series(
        say("stats.billed_by_day"), tuple((it.day, it.sent.billed if it.sent else None) for it in days)
    )


def by_day(days: Sequence[Day]) -> Table:
    columns = (
        say("stats.day"),
        say("stats.accepted"),
        say("stats.billed"),
        say("stats.delivered"),
        say("stats.failed"),
        say("stats.rate"),
    )
    return Table(columns, tuple(map(day_row, days)))


def day_row(it: Day) -> tuple[Cell, ...]:
    accepted, billed = (it.sent.accepted, it.sent.billed) if it.sent else (None, None)
    if it.receipts is None:
        return it.day, accepted, billed, None, None, None
    share: Cell = delivered_share(it.receipts) or "–"
    return it.day, accepted, billed, it.receipts.delivered, it.receipts.failed, share
