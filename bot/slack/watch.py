"""A message that changes by itself until what it tells of is over: it outlives the program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.language import Language
from bot.slack.message import Standing


@dataclass(frozen=True, slots=True)
class Watch:
    """`command` tells the news, asked for `person` in `channel`; `due` is when to ask next, `until` when to stop."""

    id: str
    command: str
    language: Language
    person: str
    channel: str
    message: Standing
    due: datetime
    until: datetime


class Watches(Protocol):
    """Every method raises StoreAway when the database can't be had."""

    async def add(self, watch: Watch) -> None: ...

    async def take_due(self) -> Sequence[Watch]:
        """What is due now; no other replica gets it for a minute."""

    async def again(self, watch: Watch, due: datetime) -> None:
        """Looks again at `due`."""

    async def end(self, watch: Watch) -> None: ...
