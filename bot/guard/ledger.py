"""Where sends and their audit are kept, as the sender needs it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.guard.chain import Event, Sealed
from bot.guard.limits import Used
from bot.sms.sending import Send


class Books(Protocol):
    """What one transaction reads and writes; nobody else writes meanwhile."""

    async def frozen(self) -> bool: ...

    async def set_frozen(self, *, frozen: bool) -> None: ...

    async def add(self, send: Send, token_mark: str) -> None: ...

    async def by_token(self, token_mark: str) -> Send | None: ...

    async def by_id(self, name: str) -> Send | None: ...

    async def used(self, send: Send, now: datetime) -> Used: ...

    async def write(self, send: Send) -> None:
        """Replaces the send of this id."""

    async def abandoned(self, before: datetime) -> Sequence[Send]:
        """Sends that were confirmed or begun before this time and are in the middle still."""

    async def awaited(self) -> Sequence[Send]:
        """Sends that are accepted or unknown, with no report so far."""

    async def forget_drafts(self, before: datetime) -> None:
        """Drops drafts of before this time that nobody confirmed."""

    async def open_to(self, number_mark: str) -> frozenset[str]:
        """The ids of sends to this number whose serial isn't known, and whose report may still come."""

    async def claimed(self, number_mark: str) -> frozenset[str]:
        """The serials that belong to other sends to this number."""

    async def record(self, event: Event) -> None: ...

    async def newest(self, most: int) -> Sequence[Sealed]: ...


class Ledger(Protocol):
    def writing(self) -> AbstractAsyncContextManager[Books]:
        """A transaction that commits at its end, and does nothing at all when an error leaves it."""
