"""A question that somebody asked: what became of it, and what they thought of the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.language import Language

Outcome = Literal["answered", "unsure", "unknown"]
Verdict = Literal["liked", "disliked"]


@dataclass(frozen=True, slots=True)
class Asked:
    """`text` has its phone numbers masked. `offered` are ids of entries or codes, best first, `shown` the one
    that stands there now ("" if none does), `rejected` those that were not it.

    `channel` and `thread` are Slack's; "" where there is none. `reasons` are what people wrote who disliked it.
    """

    id: str
    at: datetime
    person: str
    channel: str
    thread: str
    language: Language
    text: str
    outcome: Outcome
    offered: tuple[str, ...] = ()
    shown: str = ""
    rejected: tuple[str, ...] = ()
    liked: int = 0
    disliked: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOff:
    """A question that was handed to people: the message that calls them, and who resolved it ("" if nobody)."""

    id: str
    question: str
    channel: str
    ts: str
    asker: str
    at: datetime
    resolved_by: str = ""


class Questions(Protocol):
    """Every method raises StoreAway when the database can't be had."""

    async def add(self, asked: Asked) -> None: ...

    async def get(self, name: str) -> Asked | None:
        """The question of this id, with its verdicts."""

    async def last_in(self, channel: str, thread: str) -> Asked | None:
        """The newest question of a thread that something is shown for."""

    async def show(self, name: str, shown: str, rejected: str = "") -> Asked | None:
        """Notes what is shown now, and what was not it; gives the question as it is then."""

    async def judge(self, name: str, person: str, verdict: Verdict, reason: str = "") -> None:
        """A person's verdict, instead of an earlier one of theirs."""

    async def gaps(self, since: datetime, most: int = 500) -> Sequence[Asked]:
        """Questions that got no answer, or one that somebody disliked or rejected, and nobody has settled.

        Newest first.
        """

    async def settle(self, names: Sequence[str]) -> None:
        """Takes questions off the list of gaps."""

    async def hand_off(self, hand_off: HandOff) -> bool:
        """Keeps it; False when there is one of this id already that people were told of, or are being told of.

        One that nobody was told of for 15 seconds was left by somebody who died over it.
        """

    async def called(self, name: str, ts: str) -> None:
        """Notes the message that calls people to a hand-off."""

    async def withdraw(self, name: str) -> None:
        """Forgets a hand-off that nobody could be told of."""

    async def resolve(self, name: str, person: str) -> HandOff | None:
        """The hand-off as it is resolved now; None if there is none, or somebody else has resolved it."""

    async def forget(self, before: datetime) -> None:
        """Drops questions of before this time, with all that hangs on them."""
