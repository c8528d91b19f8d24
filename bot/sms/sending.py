"""A test send: what is wished, what was drafted, and how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from bot.sms.command import Asker
from bot.sms.phone import PhoneNumber

# drafted → confirmed → sending → accepted | rejected | unknown; a draft may be cancelled instead. The state
# is written before the step that it names is taken. Only unknown is left again, by asking for the delivery.
State = Literal["drafted", "cancelled", "confirmed", "sending", "accepted", "rejected", "unknown"]
# What the carrier said: nothing yet, or for 72 hours and so for good.
Arrival = Literal["awaited", "delivered", "failed", "unreported"]


@dataclass(frozen=True, slots=True)
class AllowedNumber:
    """A phone whose owner has agreed to get test messages; people call it by `name`."""

    name: str
    number: PhoneNumber


@dataclass(frozen=True, slots=True)
class AllowedTemplate:
    """A template that may be sent. `text` is asked of the API when it isn't given; `sample` fills variables."""

    id: int
    signature: str
    text: str | None = None
    sample: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What an asker may choose from."""

    numbers: tuple[AllowedNumber, ...]
    templates: tuple[AllowedTemplate, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """One message to one allowed number. `segments` is what it will be billed as, by our count."""

    account: str
    number: AllowedNumber
    template: AllowedTemplate
    parameters: tuple[str, ...] = field(repr=False)
    segments: int


@dataclass(frozen=True, slots=True)
class Send:
    """A test send as it is kept: the number only as its mark (an HMAC) and masked.

    `session` is our own mark in the message. `reason` is an error code of the API or, beginning with
    "cloud." or "guard.", a phrase of ours. `billed` counts segments. `parameters` are forgotten once it is
    settled.
    """

    id: str
    state: State
    account: str
    person: str
    channel: str
    number_name: str
    number_mark: str
    number_masked: str
    template: int
    signature: str
    segments: int
    drafted: datetime
    expires: datetime
    parameters: tuple[str, ...] = field(default=(), repr=False)
    confirmed: datetime | None = None
    sending: datetime | None = None
    settled: datetime | None = None
    serial: str = ""
    request_id: str = ""
    billed: int = 0
    reason: str = ""
    arrival: Arrival = "awaited"
    receipt: str = ""
    received: datetime | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing more is to come."""
        return self.state in {"cancelled", "rejected"} or self.arrival != "awaited"


@dataclass(frozen=True, slots=True)
class Draft:
    """`token` confirms it: once, within `seconds`, by the person and in the channel that asked.

    `left_today` is how many sends the day's limit still allows, this one included.
    """

    send: Send
    token: str = field(repr=False)
    seconds: int
    left_today: int


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the audit, for people."""

    number: int
    at: datetime
    person: str
    action: str
    details: str


class Sender(Protocol):
    """Test sends with the care that money and other people's phones deserve.

    Every method raises BotError with the reason for whoever may not, or not now. Nothing is ever sent twice.
    """

    async def options(self, asker: Asker) -> Options:
        """What `asker` may send, and to whom. A refusal is on record."""

    async def draft(self, asker: Asker, wish: Wish) -> Draft:
        """Keeps what would be sent; nothing is sent yet."""

    async def confirm(self, asker: Asker, token: str) -> Send:
        """Sends what was drafted, if it still may be. At most one call of the API a token."""

    async def cancel(self, asker: Asker, token: str) -> Send:
        """Makes a draft unusable."""

    async def track(self, asker: Asker, name: str) -> Send:
        """How far the send of this id has come, after asking for its delivery."""

    async def freeze(self, asker: Asker, reason: str) -> None:
        """Stops all test sends at once, on all replicas, until `thaw`. For admins."""

    async def thaw(self, asker: Asker) -> None:
        """Lets test sends happen again. For admins."""

    async def records(self, asker: Asker, most: int) -> Sequence[Record]:
        """The newest rows of the audit, newest first. For admins."""
