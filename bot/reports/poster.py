"""Posts a report exactly once, whatever dies, stalls or is lost on the way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import assert_never

import structlog

from bot.errors import BotError
from bot.reports.posting import (
    Absent,
    Board,
    Bulletin,
    Claim,
    Denied,
    Key,
    Lease,
    Outcome,
    Postings,
    Stands,
    Unanswered,
    Unclear,
    Unreadable,
    Unsent,
    Withheld,
)

LOG = structlog.get_logger("smsbot.reports")

# What a refusal is mended by takes a person some minutes; a connection comes back by itself.
AFTER_REFUSAL = timedelta(minutes=10)
AFTER_NO_CONNECTION = timedelta(seconds=30)
# So much later than it was owed, it may stand there already though no row says so: in a database that was put
# back to an earlier state.
LATE = timedelta(minutes=5)
# Slack's clock and ours may differ.
CLOCKS_DIFFER = timedelta(hours=1)

Compose = Callable[[], Awaitable[Bulletin]]
# Is told the kind of a posting, and what became of it.
Observe = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Poster:
    """`seconds` only go forward."""

    postings: Postings
    board: Board
    seconds: Callable[[], float]
    observe: Observe
    lease: Lease = Lease()  # noqa: RUF009 - a frozen value

    async def post(self, key: Key, compose: Compose, owed: datetime) -> None:
        """Posts what `compose` makes, unless it stands there, somebody else is at it, or that can't be told.

        It is `owed` since then.

        Raises:
            StoreAway: then nothing is posted that was not noted before.
        """
        claim = await self.postings.claim(key)
        if claim is None or await self._stands(claim, owed):
            return
        bulletin = await compose()
        outcome = await self.board.post(key, bulletin, partial(self._still, claim))
        await self._settle(claim, bulletin, outcome)

    async def _stands(self, claim: Claim, owed: datetime) -> bool:
        """Whether it stands there, or may, as a call may have gone out and nothing tells what became of it."""
        rowless = claim.attempts == 1 and claim.at - owed > LATE
        if not claim.begun and not rowless:
            return False
        since = min(claim.first if claim.begun else owed, claim.at) - CLOCKS_DIFFER
        match look := await self.board.look(claim.key, since):
            case Stands(ts=ts):
                await self.postings.sent(claim.key, ts, "")
                self._note(claim, "found")
                return True
            case Unreadable(code=code) if claim.begun:
                await self._give_up_looking(claim, code)
                return True
            case Unanswered(reason=reason) if claim.begun:
                # The lease runs out, and somebody looks again.
                LOG.warning("posting_not_looked_up", key=str(claim.key), reason=reason)
                return True
            case Absent() | Unreadable() | Unanswered():
                return False
            case _:
                assert_never(look)

    async def _still(self, claim: Claim) -> bool:
        """The lease, made whole in the ledger; and a process that slept on its way back from there posts nothing."""
        asked = self.seconds()
        if not await self.postings.begin(claim):
            return False
        left = self.lease.length - timedelta(seconds=self.seconds() - asked)
        return left >= self.lease.call + self.lease.margin

    async def _settle(self, claim: Claim, bulletin: Bulletin, outcome: Outcome) -> None:
        match outcome:
            case Stands(ts=ts, plainly=plainly):
                await self.postings.sent(claim.key, ts, mark(bulletin))
                self._note(claim, "sent")
                if plainly:
                    await self.board.illustrate(claim.key, ts, bulletin)
            case Denied(after=float() as seconds):
                await self.postings.release(claim, timedelta(seconds=seconds), outcome.code)
                self._note(claim, "limited", outcome.code)
            case Denied(error=error, code=code):
                self._note(claim, "denied", code)
                if await self.postings.release(claim, AFTER_REFUSAL, code):
                    await self.board.tell(claim.key, error)
            case Unsent(reason=reason):
                await self.postings.release(claim, AFTER_NO_CONNECTION, reason)
                self._note(claim, "unsent", reason)
            case Unclear(reason=reason):
                # Whoever finds the lease ended looks whether it stands there.
                self._note(claim, "unclear", reason)
            case Withheld():
                self._note(claim, "withheld")
            case _:
                assert_never(outcome)

    async def _give_up_looking(self, claim: Claim, code: str) -> None:
        """Better none than two: a person is told, who can see for themselves."""
        await self.postings.settle(claim, "unknown", code)
        self._note(claim, "unknown", code)
        await self.board.tell(claim.key, unlooked(code))

    def _note(self, claim: Claim, result: str, reason: str = "") -> None:
        self.observe(claim.key.kind, result)
        log = LOG.info if result in {"sent", "found"} else LOG.warning
        log("posting", key=str(claim.key), result=result, attempt=claim.attempts, reason=reason)


def unlooked(code: str) -> BotError:
    return BotError("posting.unknown", code=code)


def mark(bulletin: Bulletin) -> str:
    """Tells what was said from anything else, without telling it."""
    return sha256(repr(bulletin.report).encode("utf-8", "surrogatepass")).hexdigest()[:16]
