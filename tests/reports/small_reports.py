"""A ledger and a board that a test can look into, and time that passes at a word."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal, assert_never

from bot.errors import BotError
from bot.reports.posting import (
    Absent,
    Bulletin,
    Claim,
    Denied,
    Key,
    Kind,
    Lease,
    Look,
    Outcome,
    Posted,
    Stands,
    Still,
    Unclear,
    Unsent,
    Withheld,
)
from bot.sms.plans import Fate
from bot.sms.report import Report, say

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
KEY = Key("digest", "C0OPS", "2026-11-30")
LEASE = Lease()


@dataclass
class Time:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return (self.at - NOW).total_seconds()

    def forward(self, length: timedelta) -> None:
        self.at += length


@dataclass
class Row:
    owner: str
    lease_until: datetime
    attempts: int
    first: datetime
    begun: bool = False
    fate: Fate = "claimed"
    ts: str = ""
    body: str = ""
    reason: str = ""
    settled: datetime | None = None


@dataclass
class SmallLedger:
    """What all replicas share."""

    time: Time
    rows: dict[Key, Row] = field(default_factory=dict)

    def of(self, owner: str) -> "SmallPostings":
        return SmallPostings(self, owner)


@dataclass
class SmallPostings:
    """The Postings of one replica."""

    ledger: SmallLedger
    owner: str

    async def claim(self, key: Key) -> Claim | None:
        now, row = self.ledger.time.at, self.ledger.rows.get(key)
        if row is None:
            self.ledger.rows[key] = Row(self.owner, now + LEASE.length, 1, now)
            return Claim(key, 1, now, now, begun=False)
        if row.fate != "claimed" or now < row.lease_until <= now + timedelta(hours=1):
            return None
        row.owner, row.lease_until, row.attempts = self.owner, now + LEASE.length, row.attempts + 1
        return Claim(key, row.attempts, row.first, now, row.begun)

    async def begin(self, claim: Claim) -> bool:
        row, now = self.ledger.rows[claim.key], self.ledger.time.at
        if not self._ours(claim) or row.lease_until < now + LEASE.margin:
            return False
        row.begun, row.lease_until = True, now + LEASE.length
        return True

    async def sent(self, key: Key, ts: str, body: str) -> None:
        row = self.ledger.rows[key]
        row.fate, row.ts, row.body, row.settled = "sent", ts, body, self.ledger.time.at

    async def settle(self, claim: Claim, fate: Literal["failed", "unknown"], reason: str) -> None:
        if self._ours(claim):
            row = self.ledger.rows[claim.key]
            row.fate, row.reason, row.settled = fate, reason, self.ledger.time.at

    async def release(self, claim: Claim, after: timedelta, reason: str) -> bool:
        if not self._ours(claim):
            return False
        row = self.ledger.rows[claim.key]
        news, row.reason = row.reason != reason, reason
        row.begun, row.lease_until = False, self.ledger.time.at + after
        return news

    async def fates(self, keys: Collection[Key]) -> Mapping[Key, Posted]:
        return {key: posted(key, self.ledger.rows[key]) for key in keys if key in self.ledger.rows}

    async def newest(self, channel: str, until: date, fate: Fate | None = None) -> Posted | None:
        rows = [
            posted(key, row)
            for key, row in self.ledger.rows.items()
            if (key.kind, key.channel) == ("digest", channel)
            and key.what <= until.isoformat()
            and fate in {None, row.fate}
        ]
        return max(rows, key=lambda it: it.key.what, default=None)

    async def give_up(
        self, kind: Kind, wanted: Collection[Key], channels: Collection[str] | None = None
    ) -> Sequence[Posted]:
        over = []
        for key, row in self.ledger.rows.items():
            idle = row.lease_until <= self.ledger.time.at - timedelta(hours=1)
            ours = key.kind == kind and (channels is None or key.channel in channels)
            if ours and row.fate == "claimed" and idle and key not in wanted:
                row.fate, row.settled = ("unknown" if row.begun else "failed"), self.ledger.time.at
                over.append(posted(key, row))
        return over

    async def hand_back(self) -> None:
        for row in self.ledger.rows.values():
            if row.owner == self.owner and row.fate == "claimed" and not row.begun:
                row.lease_until = self.ledger.time.at

    async def forget(self, age: timedelta) -> None:
        before = self.ledger.time.at - age
        for key in [key for key, row in self.ledger.rows.items() if row.settled and row.settled < before]:
            del self.ledger.rows[key]

    def _ours(self, claim: Claim) -> bool:
        row = self.ledger.rows[claim.key]
        return (row.fate, row.owner, row.attempts) == ("claimed", self.owner, claim.attempts)


def posted(key: Key, row: Row) -> Posted:
    return Posted(key, row.fate, row.attempts, row.first, row.ts, row.reason, row.settled)


Trouble = Literal["", "plainly", "lost", "limited", "denied", "unsent"]


@dataclass
class SmallBoard:
    """`stand` are the messages by key; `trouble` is what the next posts meet, one each; `look_as` overrules looks.

    `looks` are from when on somebody looked.
    """

    time: Time
    stand: list[Key] = field(default_factory=list)
    trouble: list[Trouble] = field(default_factory=list)
    look_as: Look | None = None
    said: list[Bulletin] = field(default_factory=list)
    looks: list[datetime] = field(default_factory=list)
    told: list[tuple[Key, str]] = field(default_factory=list)

    async def post(self, key: Key, bulletin: Bulletin, still: Still) -> Outcome:
        if not await still():
            return Withheld()
        self.said.append(bulletin)
        return self.put(key)

    def put(self, key: Key) -> Outcome:
        trouble: Trouble = self.trouble.pop(0) if self.trouble else ""
        match trouble:
            case "limited":
                return Denied(BotError("slack.out_busy"), "ratelimited", 30.0)
            case "denied":
                return Denied(BotError("slack.out_invite", channel=key.channel), "not_in_channel")
            case "unsent":
                return Unsent("ClientConnectorError")
            case "lost":
                self.stand.append(key)
                return Unclear("http_500")
            case "plainly":
                self.stand.append(key)
                return Stands("1.0", plainly=True)
            case "":
                self.stand.append(key)
                return Stands(f"{len(self.stand)}.0")
            case _:
                assert_never(trouble)

    async def look(self, key: Key, since: datetime) -> Look:
        self.looks.append(since)
        if self.look_as is not None:
            return self.look_as
        return Stands("1.0") if key in self.stand else Absent()

    async def illustrate(self, key: Key, ts: str, bulletin: Bulletin) -> None:
        raise MemoryError(key, ts, bulletin)

    async def tell(self, key: Key, error: BotError) -> None:
        self.told.append((key, error.phrase))


async def bulletin() -> Bulletin:
    return Bulletin(Report(say("digest.title")), "en")
