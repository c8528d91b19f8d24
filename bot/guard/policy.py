"""Who may send a test, to which numbers, with which templates, and how often. Off unless it is set up."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from bot.errors import BotError
from bot.sms.command import Asker
from bot.sms.sending import AllowedNumber, AllowedTemplate, Options


@dataclass(frozen=True, slots=True)
class Limits:
    """At most one message a number in `number_seconds`, the others counted in a rolling hour or 24 hours."""

    number_seconds: int = 30
    number_day: int = 2
    person_hour: int = 3
    channel_hour: int = 10
    day: int = 20


@dataclass(frozen=True, slots=True)
class SendPolicy:
    """`people` are persons and groups, `channels` are channels, all by id."""

    enabled: bool = False
    people: AbstractSet[str] = frozenset()
    channels: AbstractSet[str] = frozenset()
    numbers: tuple[AllowedNumber, ...] = ()
    templates: tuple[AllowedTemplate, ...] = ()
    limits: Limits = field(default_factory=Limits)

    @property
    def options(self) -> Options:
        return Options(self.numbers, self.templates)

    def check_asker(self, asker: Asker) -> None:
        """Both the person and the channel must be named.

        Raises:
            BotError: with the reason, for anyone who may not.
        """
        if not self.enabled:
            raise BotError("guard.off")
        if asker.guest or not self.people & asker.ids:
            raise BotError("guard.not_person")
        if asker.channel not in self.channels:
            raise BotError("guard.not_channel")

    def number(self, name: str) -> AllowedNumber | None:
        return next((it for it in self.numbers if it.name.casefold() == name.strip().casefold()), None)

    def template(self, number: int) -> AllowedTemplate | None:
        return next((it for it in self.templates if it.id == number), None)
