"""What is left in the packages, and how long it lasts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.errors import BotError
from bot.sms.cloud import ACCOUNT_ZONE, CloudError, Day, Package, Packages
from bot.sms.command import Command
from bot.sms.desk import Account, Desk
from bot.sms.forecast import RunOut, run_out
from bot.sms.notes import name_of, past_notes, refresh
from bot.sms.pace import FEWEST_DAYS, Pace, TooLittle, pace
from bot.sms.report import (
    Action,
    Cell,
    Code,
    Entries,
    Facts,
    Paragraph,
    Part,
    Report,
    Say,
    Share,
    Table,
    say,
)

# How many full days the pace is taken from, and how long to wait for them.
HISTORY = 30
PATIENCE = 0.6
# So near a buy-before date, the answers on low balances help.
SOON = timedelta(days=7)
DAY = timedelta(days=1)

RUNNING_LOW = ("billing/package-reported-insufficient", "billing/low-balance-notice")
NOTHING_LEFT = ("billing/error-1031-despite-balance", *RUNNING_LOW)


async def balance(command: Command, desk: Desk) -> Report:
    """The packages that are valid now, and when they run out at the pace of the last 30 days.

    Raises:
        BotError: for an account that there is not: the default's balance would be taken for its own.
        CloudError: when the packages can't be had. Without the statistics there is no forecast, but a report.
    """
    account, strange = desk.account(command)
    if strange:
        raise BotError("sms.unknown_account", name=" ".join(strange), names=", ".join(desk.accounts))
    packages = await account.cloud.packages()
    days = await recent_days(account, command.at)
    parts = in_order(left(packages, command.at), forecast(packages.rows, days, command.at))
    action = Action(say("balance.see_statistics"), f"stats 30d {account.name}")
    small = [say("balance.mainland_only"), say("balance.consumption"), age(packages)]
    return Report(
        say("balance.title", account=name_of(account)),
        parts,
        past_notes(account, *small),
        (action,),
        refresh(account, "balance", "first_and_last"),
    )


@dataclass(frozen=True, slots=True)
class InShort:
    """What is left in the valid packages, in messages; `ends` is the last day of the one that ends first.

    `lasts`: for how many days, None where too little is known.
    """

    left: int
    amount: int
    ends: date | None
    lasts: Cell
    packages: Packages


async def in_short(account: Account, at: datetime) -> InShort:
    """The balance of an account as it fits in a line.

    Raises:
        CloudError: when the packages can't be had.
    """
    packages = await account.cloud.packages()
    found = pace(await recent_days(account, at))
    valid = [it for it in packages.rows if it.valid(at)]
    usable = sorted((it for it in valid if it.left), key=lambda it: it.ends)
    lasts = None
    if isinstance(found, Pace) and found.high:
        lasts = days_left(run_out(packages.rows, found, at), at)
    return InShort(
        sum(it.left for it in valid),
        sum(it.amount for it in valid),
        last_day(usable[0]) if usable else None,
        lasts,
        packages,
    )


async def recent_days(account: Account, at: datetime) -> Sequence[Day]:
    today = day_of(at)
    try:
        return await account.history.days(today - HISTORY * DAY, today - DAY, patience=PATIENCE)
    except CloudError:
        # The packages are worth a report of their own; the forecast says that it knows too little.
        return ()


def in_order(what_is_left: Sequence[Part], outlook: Sequence[Part]) -> tuple[Part, ...]:
    """How much there is and how long it lasts before the packages one by one; what to read comes last."""
    in_all, *packages = what_is_left
    advice = [it for it in outlook if isinstance(it, Entries)]
    return (in_all, *(it for it in outlook if it not in advice), *packages, *advice)


def left(packages: Packages, at: datetime) -> tuple[Part, ...]:
    """What is left in all, the packages it is in, those that come, and how many are over."""
    usable = sorted((it for it in packages.rows if it.valid(at) and it.left), key=lambda it: (it.ends, it.id))
    coming = sorted((it for it in packages.rows if it.starts > at), key=lambda it: (it.starts, it.id))
    parts: list[Part] = [in_all(packages.rows, at)]
    if usable:
        parts.append(valid_packages(usable, at))
    if coming:
        parts += [Paragraph(say("balance.coming")), coming_packages(coming)]
    expired = sum(it.ends <= at for it in packages.rows)
    used_up = sum(it.valid(at) and not it.left for it in packages.rows)
    if expired or used_up:
        parts.append(Paragraph(say("balance.over", expired=expired, used_up=used_up)))
    return tuple(parts)


def in_all(packages: Sequence[Package], at: datetime) -> Part:
    valid = [it for it in packages if it.valid(at)]
    if not valid:
        return Paragraph(say("balance.none_valid"))
    amount, rest = sum(it.amount for it in valid), sum(it.left for it in valid)
    bought = sum(it.left for it in valid if it.bought)
    rows: list[tuple[Say, Cell]] = [
        (say("balance.left_in_all"), say("balance.left_of", left=rest, amount=amount)),
        (say("balance.used"), used_share(amount, rest)),
        (say("balance.by_kind"), say("balance.kinds", bought=bought, gift=rest - bought)),
    ]
    return Facts(tuple(rows))


def used_share(amount: int, rest: int) -> Share | None:
    return Share((amount - rest) / amount) if amount else None


def valid_packages(packages: Sequence[Package], at: datetime) -> Table:
    names = (
        say("balance.package"),
        say("balance.kind"),
        say("balance.left"),
        say("balance.amount"),
        say("balance.used"),
        say("balance.ends"),
        say("balance.days_until"),
    )
    return Table(names, tuple(valid_package(it, at) for it in packages))


def valid_package(it: Package, at: datetime) -> tuple[Cell, ...]:
    until = (last_day(it) - day_of(at)).days
    return Code(it.id), kind(it), it.left, it.amount, used_share(it.amount, it.left), last_day(it), until


def coming_packages(packages: Sequence[Package]) -> Table:
    names = (say("balance.package"), say("balance.kind"), say("balance.amount"), say("balance.starts"))
    rows = ((Code(it.id), kind(it), it.amount, day_of(it.starts), last_day(it)) for it in packages)
    return Table((*names, say("balance.ends")), tuple(rows))


def kind(package: Package) -> Say:
    return say("balance.bought") if package.bought else say("balance.gift")


def day_of(moment: datetime) -> date:
    return moment.astimezone(ACCOUNT_ZONE).date()


def last_day(package: Package) -> date:
    """What ends at midnight serves until the day before."""
    return day_of(package.ends - timedelta(microseconds=1))


def forecast(packages: Sequence[Package], days: Sequence[Day], at: datetime) -> tuple[Part, ...]:
    """The run-out as facts, or the reason why there is none."""
    found = pace(days)
    if isinstance(found, TooLittle):
        return (Paragraph(say("forecast.too_little", known=found.known, needed=FEWEST_DAYS)),)
    if not found.high:
        return (Paragraph(say("forecast.nothing_used", known=found.known)),)
    when = run_out(packages, found, at)
    return (Facts(tuple(facts(found, when, at))), *advice(when, at))


def facts(found: Pace, when: RunOut, at: datetime) -> list[tuple[Say, Cell]]:
    rows: list[tuple[Say, Cell]] = [
        *course(found),
        (say("forecast.days_left"), days_left(when, at)),
        (say("forecast.runs_out"), runs_out(when)),
        (say("forecast.buy_before"), date_or_never(when.earliest)),
    ]
    if when.vanishing:
        rows.append((say("forecast.vanishing"), say("forecast.vanishing_count", count=when.vanishing)))
    return rows


def course(found: Pace) -> Iterator[tuple[Say, Cell]]:
    """What is used a day, where that is going, and the days that were left out of it."""
    low, usual, high, trend = (round(it) for it in (found.low, found.usual, found.high, found.trend))
    used = say("forecast.pace_range", usual=usual, low=low, high=high, known=found.known)
    yield say("forecast.pace"), used
    if trend > 0:
        yield say("forecast.trend"), say("forecast.rising", count=trend)
    if trend < 0:
        yield say("forecast.trend"), say("forecast.falling", count=-trend)
    if found.spikes:
        yield say("forecast.left_out"), say("forecast.unusual", days=in_a_row(found.spikes))


def in_a_row(days: Sequence[date]) -> Cell:
    first, *others = days
    return say("forecast.several_days", first=first, last=in_a_row(others)) if others else first


def days_left(when: RunOut, at: datetime) -> Cell:
    few, usual, many = (days_until(it, at) for it in (when.earliest, when.expected, when.latest))
    if when.expected is None and when.earliest is None:
        return usual
    if when.earliest == when.latest:
        return say("forecast.days", usual=usual)
    if when.latest is None:
        about = say("forecast.days", usual=usual) if when.expected else usual
        return say("forecast.days_open", usual=about, few=few)
    return say("forecast.days_range", usual=usual, few=few, many=many)


def days_until(day: date | None, at: datetime) -> Say:
    return say("forecast.count", count=(day - day_of(at)).days) if day else say("forecast.long")


def runs_out(when: RunOut) -> Cell:
    return runs_out_between(when.earliest, when.expected, when.latest)


def runs_out_between(first: date | None, usual: date | None, last: date | None) -> Cell:
    """None: not within the time that is looked ahead."""
    if first == last:
        return date_or_never(usual)
    if last is None:
        return say("forecast.date_open", usual=date_or_never(usual), first=first)
    return say("forecast.dates", usual=date_or_never(usual), first=date_or_never(first), last=last)


def date_or_never(day: date | None) -> Cell:
    return say("forecast.never") if day is None else day


def advice(when: RunOut, at: datetime) -> tuple[Part, ...]:
    soon = when.earliest is not None and when.earliest <= day_of(at + SOON)
    return (Entries(RUNNING_LOW),) if soon else ()


def age(packages: Packages) -> Say:
    if packages.stale:
        return say("balance.stale", asked=packages.asked)
    return say("balance.asked", asked=packages.asked)
