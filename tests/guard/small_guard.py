"""A guarded sender over a real database and a cloud that does as it is told."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from bot.guard.keys import Keys
from bot.guard.policy import Limits, SendPolicy
from bot.guard.sender import GuardedSender
from bot.sms.cloud import (
    Delivery,
    Handed,
    Message,
    NoAnswer,
    NumberInfo,
    Packages,
    ReceiptCounts,
    Refused,
    Reply,
    SendCounts,
    Signature,
    Template,
    Unreachable,
)
from bot.sms.command import Asker
from bot.sms.phone import PhoneNumber
from bot.sms.sending import AllowedNumber, AllowedTemplate, Wish
from bot.store.books import StoredLedger
from bot.store.database import open_database

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
PHONE = AllowedNumber("QA phone", PhoneNumber("+8613800138000"))
OTHER_PHONE = AllowedNumber("desk phone", PhoneNumber("+8613900139000"))
CODE = AllowedTemplate(1110001, "星河科技")
ALICE = Asker("U0ALICE", "C0GENERAL")
BOB = Asker("U0BOB", "C0GENERAL")
ADMIN = Asker("U0ROOT", "C0GENERAL", admin=True)
KEYS = Keys.derived(b"0123456789abcdef0123456789abcdef")
POLICY = SendPolicy(
    enabled=True,
    people=frozenset({"U0ALICE", "U0BOB"}),
    channels=frozenset({"C0GENERAL"}),
    numbers=(PHONE, OTHER_PHONE),
    templates=(CODE,),
)
NO_LIMITS = Limits(number_seconds=1, number_day=10**6, person_hour=10**6, channel_hour=10**6, day=10**6)


class Crash(BaseException):
    """The process died here: nothing after it happens."""


@dataclass
class Clock:
    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **pause: float) -> None:
        self.time += timedelta(**pause)


Meanwhile = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Nothing happens meanwhile."""


@dataclass
class FakeCloud:
    """`fate` says what becomes of the next message; `sent` are those that really left.

    `called` are the marks of all that it was asked to send. `before` and `after` happen while the call is
    under way.
    """

    fate: str = "accepted"
    sent: list[Message] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    reports: list[Delivery] = field(default_factory=list)
    before: Meanwhile = nothing
    after: Meanwhile = nothing

    @property
    def calls(self) -> int:
        return len(self.called)

    async def send(self, message: Message) -> Handed:
        self.called.append(message.session)
        await self.before()
        match self.fate:
            case "unreachable":
                raise Unreachable("cloud.no_connection", "SendSms")
            case "refused":
                raise Refused("SendSms", "FailedOperation.InsufficientBalanceInSmsPackage", "…", "request-1")
            case "crash before":
                raise Crash
            case _:
                self.sent.append(message)
        await self.after()
        match self.fate:
            case "answer lost":
                raise NoAnswer("cloud.no_answer", "SendSms")
            case "crash after":
                raise Crash
            case _:
                pass
        return Handed(f"serial-{message.session}", 1, "CN", "request-1")

    async def deliveries(self, number: PhoneNumber, since: datetime, until: datetime) -> Sequence[Delivery]:
        return [it for it in self.reports if it.number == number and since <= it.received <= until]

    async def packages(self) -> Packages:
        raise NotImplementedError

    async def send_counts(self, first: datetime, last: datetime) -> SendCounts:
        raise NotImplementedError

    async def receipt_counts(self, first: datetime, last: datetime) -> ReceiptCounts:
        raise NotImplementedError

    async def replies(self, number: PhoneNumber, since: datetime, until: datetime) -> Sequence[Reply]:
        raise NotImplementedError

    async def signatures(self, *, international: bool) -> Sequence[Signature]:
        raise NotImplementedError

    async def templates(self, *, international: bool) -> Sequence[Template]:
        raise NotImplementedError

    async def number_info(self, numbers: Sequence[str]) -> Sequence[NumberInfo]:
        raise NotImplementedError


@dataclass
class Guard:
    """Replicas of a sender over one database, one cloud and one clock."""

    clock: Clock
    cloud: FakeCloud
    ledger: StoredLedger
    sender: GuardedSender
    replica: Callable[[SendPolicy], GuardedSender]


@asynccontextmanager
async def guarding(
    url: str, policy: SendPolicy = POLICY, *, cloud: FakeCloud | None = None
) -> AsyncIterator[Guard]:
    clock, cloud, numbers = Clock(), cloud or FakeCloud(), count(1)

    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(url))
        ledger = StoredLedger(database, KEYS.audit)

        def replica(policy: SendPolicy) -> GuardedSender:
            token = lambda: f"token-{next(numbers)}"  # noqa: E731 -- two words
            return GuardedSender(policy, ledger, {"prod": cloud}, KEYS, clock, token)

        yield Guard(clock, cloud, ledger, replica(policy), replica)


def wish(number: AllowedNumber = PHONE, parameters: tuple[str, ...] = ("4370", "5")) -> Wish:
    return Wish("prod", number, CODE, parameters, segments=1)


def report(number: PhoneNumber, serial: str, received: datetime, *, receipt: str = "DELIVRD") -> Delivery:
    return Delivery(number, serial, delivered=receipt == "DELIVRD", receipt=receipt, received=received)
