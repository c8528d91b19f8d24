"""What the SMS side of a Tencent Cloud account can be asked, and the values it answers with.

Times are aware and in UTC; days are the account's days, in Asia/Shanghai. Messages, requests and segments
are different units: one message of 150 characters is three billed segments.

CloudError          the asker: what the API said, or that it could not be asked
├── Refused         the API answered with an error code: nothing was done
├── Unreachable     nothing was sent: no connection, our own limits, the breaker is open
└── NoAnswer        something was sent and no readable answer came: what it did is unknown
    └── Garbled     an answer came, and it is not one of this API's
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from bot.errors import BotError
from bot.sms.phone import PhoneNumber

# The account's days and the hours of its statistics. API: no zone is documented; all of the product is UTC+8.
ACCOUNT_ZONE = ZoneInfo("Asia/Shanghai")

# 0 usable, 1 under review, 2 approved but not in force yet, -1 rejected or unusable; others are not documented.
Review = Literal["usable", "reviewing", "not_in_force", "rejected", "unknown"]


class CloudError(BotError):
    """The API could not do what it was asked. `action` is its name in the API."""

    def __init__(self, phrase: str, action: str, request_id: str = "", **details: object) -> None:
        super().__init__(phrase, action=action, request_id=request_id, **details)
        self.action = action
        self.request_id = request_id


class Refused(CloudError):
    """The API answered with an error. `code` leads to its entry in the knowledge base.

    `skew` is by how many seconds our clock is ahead of the server's, where the answer told.
    """

    def __init__(
        self, action: str, code: str, message: str, request_id: str = "", skew: float | None = None
    ) -> None:
        super().__init__("cloud.refused", action, request_id, code=code, message=message)
        self.code = code
        self.message = message
        self.skew = skew


class Unreachable(CloudError):
    """The request never left, or never reached the API: asking again is safe."""


class NoAnswer(CloudError):
    """The request may have been carried out."""


class Garbled(NoAnswer):
    """The answer can't be read as one of this API."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of messages. `starts` and `ends` are in order, whatever order the API had them in."""

    id: str
    bought: bool
    amount: int
    used: int
    created: datetime
    starts: datetime
    ends: datetime

    @property
    def left(self) -> int:
        return max(self.amount - self.used, 0)

    def valid(self, at: datetime) -> bool:
        return self.starts <= at < self.ends


@dataclass(frozen=True, slots=True)
class Packages:
    """All packages of the account, as of `asked`; `stale` when the API can't be asked for newer ones."""

    rows: tuple[Package, ...]
    asked: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True)
class SendCounts:
    """API: SendStatusStatistics. `billed` counts segments, the others messages."""

    requests: int
    accepted: int
    billed: int

    def __add__(self, other: "SendCounts") -> "SendCounts":
        return SendCounts(
            self.requests + other.requests, self.accepted + other.accepted, self.billed + other.billed
        )


@dataclass(frozen=True, slots=True)
class ReceiptCounts:
    """API: CallbackStatusStatistics. Receipts lag: `receipts` can be fewer than `accepted`."""

    accepted: int
    receipts: int
    delivered: int
    failed: int
    internal_error: int
    invalid_number: int
    powered_off: int
    blacklisted: int
    frequency: int

    def __add__(self, other: "ReceiptCounts") -> "ReceiptCounts":
        return ReceiptCounts(*(getattr(self, it) + getattr(other, it) for it in self.__slots__))


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the account (Asia/Shanghai). Either half is None where it is not known."""

    day: date
    sent: SendCounts | None
    receipts: ReceiptCounts | None


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the account, by when it begins; of one that goes on, what was sent so far. None: not known."""

    begins: datetime
    sent: SendCounts | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the carrier reported of one message. `receipt` is the carrier's code, DELIVRD when it arrived.

    `session` is what the sender gave along, where support has enabled that it comes back.
    """

    number: PhoneNumber
    serial: str
    delivered: bool
    receipt: str
    received: datetime
    session: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A message that a recipient wrote back."""

    number: PhoneNumber
    text: str
    signature: str
    received: datetime
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    id: int
    text: str
    review: Review
    reason: str
    created: datetime
    international: bool


@dataclass(frozen=True, slots=True)
class Template:
    """`text` has its variables as {1}, {2} …; `everywhere` when it serves the mainland and abroad."""

    id: int
    name: str
    text: str
    review: Review
    reason: str
    created: datetime
    international: bool
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class NumberInfo:
    """A number as the sender would understand it; `code` is Ok where it can be parsed."""

    number: str = field(repr=False)
    code: str
    country: str
    country_name: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one number. `signature` is its text without brackets; empty abroad.

    `session` (under 512 bytes) is our own mark: it comes back in the answer, and in the receipt where
    support has enabled that.
    """

    number: PhoneNumber
    template: int
    signature: str
    parameters: tuple[str, ...] = field(repr=False)
    session: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A message that was handed over to the carrier: billed, not yet delivered."""

    serial: str
    segments: int
    country: str
    request_id: str


class Cloud(Protocol):
    """One account (an SDK app of it) behind the SMS API. Every method raises CloudError."""

    async def packages(self) -> Packages:
        """All packages that can still matter; at most 60 s old unless `stale`."""

    async def send_counts(self, first: datetime, last: datetime) -> SendCounts:
        """Of the hours from the one of `first` to the one of `last`, both included."""

    async def receipt_counts(self, first: datetime, last: datetime) -> ReceiptCounts:
        """The same, at most 32 days."""

    async def deliveries(self, number: PhoneNumber, since: datetime, until: datetime) -> Sequence[Delivery]:
        """The carriers' reports on one number, at most 7 days back and 100 of them, newest first."""

    async def replies(self, number: PhoneNumber, since: datetime, until: datetime) -> Sequence[Reply]:
        """What came back from one number, at most 7 days back and 100 of them, newest first."""

    async def signatures(self, *, international: bool) -> Sequence[Signature]:
        """All of them, newest first."""

    async def templates(self, *, international: bool) -> Sequence[Template]:
        """All of them, newest first."""

    async def number_info(self, numbers: Sequence[str]) -> Sequence[NumberInfo]:
        """How the API reads each of up to 200 numbers."""

    async def send(self, message: Message) -> Handed:
        """Sends one message, once, and never again by itself.

        Raises:
            Refused: it was not sent, and is not billed.
            Unreachable: it was not sent.
            NoAnswer: it may have been sent.
        """
