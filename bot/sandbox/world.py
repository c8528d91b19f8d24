"""The stand-in account: what it owns, what it sent, and what came back of that."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from bot.sandbox.traffic import Counts, Traffic, whole_hour

DELIVERED = "DELIVRD"
# API: StatusCode of a signature or template.
USABLE, REVIEWING, NOT_IN_FORCE, REJECTED = 0, 1, 2, -1
# API: International of a template; the last one serves both.
MAINLAND, ABROAD, EVERYWHERE = 0, 1, 3
# Which counter a receipt of a message sent through the stand-in adds to; any other: internal errors.
KINDS = {
    DELIVERED: "delivered",
    "MK:0001": "invalid_number",
    "MI:0001": "powered_off",
    "DB:0141": "blacklisted",
}

PackageKind = Literal["gift", "bought"]
TemplateKind = Literal["verification", "notification", "marketing"]


@dataclass(frozen=True, slots=True)
class Package:
    """`swapped`: the API names its end as its start, as the published samples do."""

    id: int
    kind: PackageKind
    amount: int
    used: int
    created: datetime
    starts: datetime
    ends: datetime
    swapped: bool = False

    @property
    def left(self) -> int:
        return self.amount - self.used

    def valid(self, at: datetime) -> bool:
        return self.starts <= at < self.ends


@dataclass(frozen=True, slots=True)
class Signature:
    id: int
    text: str
    status: int
    created: datetime
    international: int = MAINLAND
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    id: int
    name: str
    kind: TemplateKind
    text: str
    status: int
    created: datetime
    international: int = MAINLAND
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the carrier reported at `at`: DELIVRD or why not."""

    number: str = field(repr=False)
    serial: str
    code: str
    at: datetime
    session: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    number: str = field(repr=False)
    text: str = field(repr=False)
    signature: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was accepted, billed with `segments`.

    Its receipt `code` comes at `reported`; None for one that never comes.
    """

    number: str = field(repr=False)
    template: int
    parameters: tuple[str, ...] = field(repr=False)
    signature: str
    session: str
    serial: str
    at: datetime
    segments: int
    reported: datetime
    code: str | None


@dataclass(frozen=True, slots=True)
class Belongings:
    """What the account has before anybody sends through the stand-in; newest first."""

    packages: tuple[Package, ...] = ()
    signatures: tuple[Signature, ...] = ()
    templates: tuple[Template, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    replies: tuple[Reply, ...] = ()


class World:
    """One region of the account. `sent` grows with the sends; all else follows from it and the time."""

    def __init__(self, started: datetime, belongings: Belongings, traffic: Traffic) -> None:
        self.sent: list[Sent] = []
        self.signatures = belongings.signatures
        self.templates = belongings.templates
        self._belongings = belongings
        self._started = started
        self._traffic = traffic
        self._accepted = 0

    def keep(self, sent: Sent) -> None:
        self.sent.append(sent)
        self._accepted += 1

    def next_serial(self, at: datetime) -> str:
        return f"5000:{int(at.timestamp())}{self._accepted + 1:012d}"

    def packages(self, at: datetime) -> list[Package]:
        """The packages with what has been used of them by `at`.

        API: gifts are used first, then the purchase that is valid for longest already.
        """
        spent = self._spent(at)
        rows: list[Package] = []
        for package in sorted(self._belongings.packages, key=lambda it: (it.kind == "bought", it.starts)):
            part = min(spent, package.left) if package.valid(at) else 0
            rows.append(replace(package, used=package.used + part))
            spent -= part
        return rows

    def counts(self, first: datetime, last: datetime, at: datetime) -> Counts:
        """Of the hours from that of `first` to that of `last`, both included."""
        mine = [it for it in self.sent if whole_hour(first) <= whole_hour(it.at) <= whole_hour(last)]
        return sum((counted(it, at) for it in mine), self._traffic.between(first, last, at))

    def receipts(self, at: datetime) -> list[Receipt]:
        """All that the carriers have reported by `at`, newest first."""
        mine = [
            Receipt(it.number, it.serial, it.code, it.reported, it.session)
            for it in self.sent
            if it.code is not None and it.reported <= at
        ]
        return sorted([*mine, *self._belongings.receipts], key=lambda it: it.at, reverse=True)

    def replies(self) -> list[Reply]:
        return sorted(self._belongings.replies, key=lambda it: it.at, reverse=True)

    def _spent(self, at: datetime) -> int:
        """The segments that were billed since the packages were counted."""
        before = self._traffic.between(self._started, self._started, self._started).billed
        since = self._traffic.between(self._started, at, at).billed
        return max(since - before, 0) + sum(it.segments for it in self.sent)


def counted(sent: Sent, at: datetime) -> Counts:
    """What one message adds to the statistics; its receipt counts from when it is there."""
    reported = sent.code is not None and sent.reported <= at
    kind = KINDS.get(sent.code or "", "internal_error") if reported else ""
    return Counts(
        requests=1,
        accepted=1,
        billed=sent.segments,
        delivered=int(kind == "delivered"),
        internal_error=int(kind == "internal_error"),
        invalid_number=int(kind == "invalid_number"),
        powered_off=int(kind == "powered_off"),
        blacklisted=int(kind == "blacklisted"),
    )
