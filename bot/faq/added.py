"""A way to ask that a knowledge owner added to an entry in Slack; it holds at once, the files follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.language import Language


@dataclass(frozen=True, slots=True)
class Added:
    """`entry` is the entry's id."""

    entry: str
    language: Language
    text: str
    person: str
    at: datetime


class AddedPhrasings(Protocol):
    """Every method raises StoreAway when the database can't be had."""

    async def all(self) -> Sequence[Added]:
        """All of them, oldest first."""

    async def add(self, added: Added) -> None:
        """Keeps it; the same text moves to the entry that it was added to last."""

    async def remove(self, texts: Sequence[str]) -> None: ...
