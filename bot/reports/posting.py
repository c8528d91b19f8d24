"""A report that is posted exactly once: its row in the ledger, and what becomes of a call.

A row is claimed with a lease. Just before the one call the lease is checked again, made whole, and noted as begun:
whoever takes over a row that was begun looks first whether the message stands there. Slack has no key that would
make a second call harmless.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from bot.errors import BotError
from bot.language import Language
from bot.sms.plans import Fate
from bot.sms.report import Report

Kind = Literal["digest", "alert"]

BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class Key:
    """What a posting is known by, in the ledger and in the message itself.

    `what` is the local date of a digest; of an alert its account, name and number.
    """

    kind: Kind
    channel: str
    what: str

    def __str__(self) -> str:
        return BETWEEN.join((self.kind, self.channel, self.what))


def digest_key(channel: str, day: date) -> Key:
    return Key("digest", channel, day.isoformat())


def alert_key(channel: str, account: str, name: str, number: int) -> Key:
    """Of one time that an alert holds."""
    return Key("alert", channel, BETWEEN.join((account, name, str(number))))


def read_key(text: str) -> Key:
    """Raises:
    ValueError: for what is none.
    """
    kind, channel, what = text.split(BETWEEN, 2)
    if kind not in {"digest", "alert"}:
        raise ValueError(kind)
    return Key("digest" if kind == "digest" else "alert", channel, what)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to post, given `at` this time for that of a lease. `attempts` counts from 1, `first` is when that was.

    `begun`: a call may have gone out for an earlier one.
    """

    key: Key
    attempts: int
    first: datetime
    at: datetime
    begun: bool


@dataclass(frozen=True, slots=True)
class Posted:
    """A row of the ledger. `ts` is the message's name in its channel."""

    key: Key
    fate: Fate
    attempts: int
    first: datetime
    ts: str = ""
    reason: str = ""
    settled: datetime | None = None

    @property
    def day(self) -> date:
        """Of a digest."""
        return date.fromisoformat(self.key.what)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What is posted: `people` (and user groups) are called by it."""

    report: Report
    language: Language
    people: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Stands:
    """It stands in the channel; `plainly`: without what Slack could not show."""

    ts: str
    plainly: bool = False


@dataclass(frozen=True, slots=True)
class Denied:
    """It does not, and Slack has said so. `after`: seconds, where it is for the rate limit alone."""

    error: BotError
    code: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """It never went out."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """It went out, and nothing tells whether it stands there."""

    reason: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """It was not sent, as the right to had ended."""


Outcome = Stands | Denied | Unsent | Unclear | Withheld


@dataclass(frozen=True, slots=True)
class Absent:
    """It does not stand there."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """We may not look, for this reason."""

    code: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nothing tells whether it stands there, for now."""

    reason: str


Look = Stands | Absent | Unreadable | Unanswered


class Still(Protocol):
    async def __call__(self) -> bool:
        """Whether we still may post: asked right before the call."""


class Board(Protocol):
    """Where reports are posted. Nothing is raised for the network, and nothing is tried twice."""

    async def post(self, key: Key, bulletin: Bulletin, still: Still) -> Outcome: ...

    async def look(self, key: Key, since: datetime) -> Look:
        """Whether a message of this key was posted since then."""

    async def illustrate(self, key: Key, ts: str, bulletin: Bulletin) -> None:
        """Adds to what stands there what Slack could not show of it, as well as it goes."""

    async def tell(self, key: Key, error: BotError) -> None:
        """Tells those who can mend it, directly, that something is not posted. Never raises."""


class Postings(Protocol):
    """The ledger. Every method raises StoreAway when the database can't be had."""

    async def claim(self, key: Key) -> Claim | None:
        """The right to post, if nobody else has it and it is not settled."""

    async def begin(self, claim: Claim) -> bool:
        """Makes the lease whole and notes that a call goes out; False when too little of it is left."""

    async def sent(self, key: Key, ts: str, body: str) -> None:
        """It stands there, whoever has the right by now. `body` is a mark of what was said."""

    async def settle(self, claim: Claim, fate: Literal["failed", "unknown"], reason: str) -> None: ...

    async def release(self, claim: Claim, after: timedelta, reason: str) -> bool:
        """Nothing was posted; nobody is to try again before that time. Whether the reason is a new one."""

    async def fates(self, keys: Collection[Key]) -> Mapping[Key, Posted]: ...

    async def newest(self, channel: str, until: date, fate: Fate | None = None) -> Posted | None:
        """The latest digest of this channel, of those up to a day; with a `fate`, of those that met it."""

    async def give_up(
        self, kind: Kind, wanted: Collection[Key], channels: Collection[str] | None = None
    ) -> Sequence[Posted]:
        """Settles what is claimed, has been nobody's for an hour, and is not `wanted` any more.

        With `channels` of these only: others are somebody else's.
        """

    async def hand_back(self) -> None:
        """Gives up what is ours and has not begun, for others to claim at once."""

    async def forget(self, age: timedelta) -> None:
        """Drops what was settled so long ago."""


@dataclass(frozen=True, slots=True)
class Lease:
    """How long the right to post lasts; how much of it has to be left before a call; how long a call may take."""

    length: timedelta = timedelta(seconds=120)
    margin: timedelta = timedelta(seconds=15)
    call: timedelta = timedelta(seconds=10)
