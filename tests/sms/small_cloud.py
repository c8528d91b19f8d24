"""An account that answers from what a test puts into it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.faq.entry import RuleBook
from bot.sms.alarms import Alarms, Episode, Snooze
from bot.sms.cloud import (
    ACCOUNT_ZONE,
    CloudError,
    Day,
    Delivery,
    Handed,
    Message,
    NumberInfo,
    Package,
    Packages,
    ReceiptCounts,
    Reply,
    Review,
    SendCounts,
    Signature,
    Template,
)
from bot.sms.command import Asker, Command
from bot.sms.desk import Account, Desk
from bot.sms.phone import PhoneNumber, read_number
from bot.sms.plans import Digests, Plan, Standing
from bot.sms.report import Report, Table
from bot.sms.sending import Draft, Options, Record, Send, Sender, Wish
from bot.sms.textcheck import Rules

# A Sunday, two in the afternoon of the account.
NOW = datetime(2026, 11, 22, 14, tzinfo=ACCOUNT_ZONE).astimezone(UTC)
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
PHONE = read_number("13800138000")
ABROAD = read_number("+85261234567")

SENT = SendCounts(requests=1000, accepted=980, billed=1200)
RECEIPTS = ReceiptCounts(
    accepted=980,
    receipts=900,
    delivered=855,
    failed=45,
    internal_error=5,
    invalid_number=20,
    powered_off=10,
    blacklisted=4,
    frequency=1,
)


@dataclass(slots=True)
class FakeCloud:
    """`failure` is raised instead of any answer; `asked` keeps the spans that were asked for."""

    packages_: Sequence[Package] = ()
    stale: bool = False
    sent: SendCounts = SENT
    received: ReceiptCounts = RECEIPTS
    deliveries_: Sequence[Delivery] = ()
    replies_: Sequence[Reply] = ()
    signatures_: Sequence[Signature] = ()
    templates_: Sequence[Template] = ()
    failure: CloudError | None = None
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    async def packages(self) -> Packages:
        self._fail()
        return Packages(tuple(self.packages_), NOW, self.stale)

    async def send_counts(self, first: datetime, last: datetime) -> SendCounts:
        self._fail()
        self.asked.append((first, last))
        return self.sent

    async def receipt_counts(self, first: datetime, last: datetime) -> ReceiptCounts:
        self._fail()
        self.asked.append((first, last))
        return self.received

    async def deliveries(self, number: PhoneNumber, since: datetime, until: datetime) -> Sequence[Delivery]:
        self._fail()
        self.asked.append((since, until))
        return [it for it in self.deliveries_ if it.number == number and since <= it.received < until]

    async def replies(self, number: PhoneNumber, since: datetime, until: datetime) -> Sequence[Reply]:
        self._fail()
        self.asked.append((since, until))
        return [it for it in self.replies_ if it.number == number and since <= it.received < until]

    async def signatures(self, *, international: bool) -> Sequence[Signature]:
        self._fail()
        return [it for it in self.signatures_ if it.international == international]

    async def templates(self, *, international: bool) -> Sequence[Template]:
        self._fail()
        return [it for it in self.templates_ if it.everywhere or it.international == international]

    async def number_info(self, numbers: Sequence[str]) -> Sequence[NumberInfo]:
        self._fail()
        return [NumberInfo(it, "Ok", "CN", "China") for it in numbers]

    async def send(self, message: Message) -> Handed:
        raise AssertionError(f"reading never sends {message}")

    def _fail(self) -> None:
        if self.failure:
            raise self.failure


@dataclass(slots=True)
class FakeHistory:
    """Days that are not in `known` are not known yet."""

    known: dict[date, Day] = field(default_factory=dict)
    failure: CloudError | None = None
    loading: bool = False

    async def days(self, first: date, last: date, *, patience: float) -> Sequence[Day]:
        assert patience > 0
        if self.failure:
            raise self.failure
        span = [first + count * DAY for count in range((last - first).days + 1)]
        return [self.known.get(it, Day(it, None, None)) for it in span]


class NoSender:
    """Nothing that reads has anything to do with it."""

    async def options(self, asker: Asker) -> Options:
        raise AssertionError(asker)

    async def draft(self, asker: Asker, wish: Wish) -> Draft:
        raise AssertionError(asker, wish)

    async def confirm(self, asker: Asker, token: str) -> Send:
        raise AssertionError(asker, token)

    async def cancel(self, asker: Asker, token: str) -> Send:
        raise AssertionError(asker, token)

    async def track(self, asker: Asker, name: str) -> Send:
        raise AssertionError(asker, name)

    async def freeze(self, asker: Asker, reason: str) -> None:
        raise AssertionError(asker, reason)

    async def thaw(self, asker: Asker) -> None:
        raise AssertionError(asker)

    async def records(self, asker: Asker, most: int) -> Sequence[Record]:
        raise AssertionError(asker, most)


class NoDigests:
    """The same for digests."""

    async def standings(self) -> Sequence[Standing]:
        raise AssertionError

    async def standing(self, channel: str) -> Standing:
        raise AssertionError(channel)

    async def put(self, asker: Asker, plan: Plan) -> None:
        raise AssertionError(asker, plan)

    async def pause(self, asker: Asker, channel: str, until: datetime | None) -> None:
        raise AssertionError(asker, channel, until)

    async def report(self, command: Command, accounts: Sequence[str], *, patience: float) -> Report:
        raise AssertionError(command, accounts, patience)

    async def again(self, command: Command, key: str) -> Report:
        raise AssertionError(command, key)


class NoAlarms:
    """The same for alerts."""

    channel = ""

    async def standing(self, accounts: Sequence[str]) -> Sequence[Episode]:
        raise AssertionError(accounts)

    async def snoozes(self, accounts: Sequence[str]) -> Sequence[Snooze]:
        raise AssertionError(accounts)

    async def snooze(self, asker: Asker, account: str, name: str, until: datetime) -> None:
        raise AssertionError(asker, account, name, until)

    async def resume(self, asker: Asker, account: str, name: str) -> None:
        raise AssertionError(asker, account, name)

    async def looked(self, account: str) -> datetime | None:
        raise AssertionError(account)


def history(*billed: int | None, until: date = TODAY) -> FakeHistory:
    """The days before `until`, oldest first, with what was billed on each; None for one that is not known."""
    return FakeHistory({it.day: it for it in days(*billed, until=until)})


def days(*billed: int | None, until: date = TODAY) -> list[Day]:
    first = until - len(billed) * DAY
    return [
        Day(
            first + place * DAY,
            None if it is None else SendCounts(it, it, it),
            None if it is None else RECEIPTS,
        )
        for place, it in enumerate(billed)
    ]


def package(  # noqa: PLR0913 - a row of the API has as many fields
    id_: str = "p1",
    amount: int = 10_000,
    used: int = 0,
    *,
    bought: bool = True,
    starts: float = -100.0,
    ends: float = 100.0,
    created: float = -100.0,
) -> Package:
    """`starts`, `ends` and `created` in days from now."""
    begin, end, made = (NOW + it * DAY for it in (starts, ends, created))
    return Package(id_, bought, amount, used, made, begin, end)


def delivery(receipt: str = "DELIVRD", hours_ago: float = 1.0, number: PhoneNumber = PHONE) -> Delivery:
    received = NOW - timedelta(hours=hours_ago)
    return Delivery(number, f"5000:{hours_ago:.0f}", receipt == "DELIVRD", receipt, received)


def reply(text: str, hours_ago: float = 1.0, number: PhoneNumber = PHONE) -> Reply:
    return Reply(number, text, "星河科技", NOW - timedelta(hours=hours_ago))


def template(  # noqa: PLR0913 - a row of the API has as many fields
    id_: int,
    name: str,
    review: Review = "usable",
    reason: str = "",
    *,
    international: bool = False,
    everywhere: bool = False,
) -> Template:
    return Template(id_, name, "您的验证码为{1}。", review, reason, NOW, international, everywhere)


def signature(
    id_: int, text: str, review: Review = "usable", reason: str = "", *, international: bool = False
) -> Signature:
    return Signature(id_, text, review, reason, NOW, international)


def desk(
    cloud: FakeCloud | None = None,
    past: FakeHistory | None = None,
    *,
    sample: bool = False,
    digests: Digests | None = None,
    alarms: Alarms | None = None,
) -> Desk:
    """Two accounts, `prod` being the default; `test` has nothing in it."""
    prod = Account("prod", cloud or FakeCloud(), past or FakeHistory(), sample)
    accounts = {"prod": prod, "test": Account("test", FakeCloud(), FakeHistory())}
    return desk_of(accounts, digests=digests, alarms=alarms)


def desk_of(
    accounts: Mapping[str, Account],
    *,
    sender: Sender | None = None,
    digests: Digests | None = None,
    alarms: Alarms | None = None,
) -> Desk:
    return Desk(
        accounts,
        sender or NoSender(),
        Rules(RuleBook((), ()), str),
        digests or NoDigests(),
        alarms or NoAlarms(),
        no_checkup,
    )


async def no_checkup() -> Report:
    raise AssertionError


def command(verb: str, text: str = "", *, admin: bool = False, at: datetime = NOW) -> Command:
    return Command(verb, text, "en", Asker("U1", "C1", admin=admin), at)


Operation = Callable[[Command, Desk], Awaitable[Report]]


def reported(operation: Operation, desk: Desk, text: str = "", at: datetime = NOW) -> Report:
    """What an operation says to `text` behind its verb."""

    async def run() -> Report:
        return await operation(command("any", text, at=at), desk)

    return asyncio.run(run())


def last_table(report: Report) -> Table:
    (*_, found) = (it for it in report.parts if isinstance(it, Table))
    return found


def part_of(report: Report, kind: type[Any]) -> Any:
    """The only part of a kind."""
    (found,) = (it for it in report.parts if isinstance(it, kind))
    return found
