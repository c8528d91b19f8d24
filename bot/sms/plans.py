"""A channel's daily digest as it is planned: when, in which language, of which accounts; and how it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from bot.language import Language
from bot.sms.cloud import ACCOUNT_ZONE
from bot.sms.command import Asker, Command
from bot.sms.report import Report
from bot.sms.wallclock import EVERY_DAY

# How late a digest is still useful, unless it is planned otherwise.
CATCH_UP = timedelta(hours=6)

# claimed: somebody is at it, or was; unknown: it may stand there, and that can't be looked up.
Fate = Literal["claimed", "sent", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A digest at the wall clock `at` of `zone`, on `days` (from 0, Monday). No `accounts`: all of them.

    No `language`: the bot's. `catch_up`: how late it is still useful. Nothing is owed that was due before
    `since`: whoever says "at nine" at ten means tomorrow. `on`: False where it was switched off in the
    channel. `person` has set it up in Slack; "" for the settings.
    """

    channel: str
    at: time
    zone: ZoneInfo = ACCOUNT_ZONE
    days: frozenset[int] = EVERY_DAY
    language: Language | None = None
    accounts: tuple[str, ...] = ()
    catch_up: timedelta = CATCH_UP
    since: datetime | None = None
    on: bool = True
    person: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing that is due before `until` is owed. `person` wants it so."""

    until: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a channel's digest of a `day` (of the plan's zone). `reason` is Slack's code, or ours."""

    day: date
    fate: Fate
    settled: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """All about a channel's digest. `plan` is None where there never was one; `next`: when it is due.

    `pause` may be over; `paused`: it is not.
    """

    plan: Plan | None
    pause: Pause | None = None
    next: datetime | None = None
    last: Kept | None = None
    paused: bool = False


class Digests(Protocol):
    """Digests of all channels. Every method raises StoreAway when the database can't be had."""

    async def standings(self) -> Sequence[Standing]:
        """Of every channel that has a plan, on or off."""

    async def standing(self, channel: str) -> Standing: ...

    async def put(self, asker: Asker, plan: Plan) -> None:
        """From now on the channel has this plan. That is on record.

        Raises:
            BotError: where we can't post to that channel.
        """

    async def pause(self, asker: Asker, channel: str, until: datetime | None) -> None:
        """Nothing is owed until then; None ends the pause. That is on record."""

    async def report(self, command: Command, accounts: Sequence[str], *, patience: float) -> Report:
        """The whole digest as of `command.at`; what can't be had within `patience` seconds is said to be missing."""

    async def again(self, command: Command, key: str) -> Report:
        """The digest that stands in a channel under this key, with the figures of now, in its own language.

        Raises:
            BotError: for a channel that has no plan any more.
        """
