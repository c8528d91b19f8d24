"""Somebody who wants something of us: who it is, and the language to speak."""

from dataclasses import dataclass
from datetime import datetime

from bot.guard.access import Access
from bot.guard.rates import Rates
from bot.language import Language, language_of
from bot.slack.incoming import Origin
from bot.slack.wire.people import People
from bot.sms.command import Asker


@dataclass(frozen=True, slots=True)
class Visitor:
    """`language` is spoken where a text tells none: the person's, else the setting's.

    `known`: Slack has told who it is. Whom it doesn't tell of is taken for a guest.
    """

    asker: Asker
    origin: Origin
    language: Language
    known: bool = True

    def speaking(self, text: str) -> Language:
        """A command in Latin letters tells nothing of the language of who types it."""
        return "zh" if language_of(text) == "zh" else self.language


@dataclass(frozen=True, slots=True)
class Lobby:
    """Where everybody is asked who they are. `language` is the setting's."""

    people: People
    access: Access
    rates: Rates
    language: Language

    async def meet(self, origin: Origin) -> Visitor:
        person = await self.people.who(origin.person, origin.team)
        plain = Asker(person.id, origin.channel, person.groups, guest=person.guest)
        asker = Asker(
            person.id, origin.channel, person.groups, admin=self.access.admin(plain), guest=person.guest
        )
        return Visitor(asker, origin, person.language or self.language, known=person.known)

    def let_in(self, visitor: Visitor, now: datetime) -> None:
        """Raises:
        BotError: for somebody who asks too much, or where too much is asked.
        """
        self.rates.check(visitor.asker.person, visitor.asker.channel, now)
