"""Buttons and menus: what each does, checked as if it were typed by the one who presses."""

from dataclasses import dataclass

from bot.errors import BotError
from bot.slack.addressing import beside, instead, shared
from bot.slack.enquiries import Enquiries
from bot.slack.errands import Errands
from bot.slack.homes import Homes
from bot.slack.incoming import Pressed
from bot.slack.message import Place
from bot.slack.submissions import Submissions
from bot.slack.visitor import Visitor
from bot.sms.operations import VERBS, Called, read_verb


@dataclass(frozen=True, slots=True)
class Presses:
    enquiries: Enquiries
    errands: Errands
    submissions: Submissions
    homes: Homes

    async def deal(self, visitor: Visitor, pressed: Pressed) -> None:  # noqa: C901, PLR0912 - a line a button
        """Does what the button says.

        Raises:
            BotError: when it can't be done any more, or not by this person.
        """
        name, _, rest = pressed.value.partition(" ")
        match pressed.action:
            case "run":
                await self._run(visitor, pressed, self._called(pressed.value))
            case "share_report":
                await self.errands.share(visitor, self._called(pressed.value), shared(pressed.origin))
            case "share_answer":
                await self.enquiries.share(pressed.value, shared(pressed.origin))
            case "verdict" if name == "like":
                await self.enquiries.like(visitor, rest, beside(pressed))
            case "verdict":
                asked = await self.enquiries.dislike(visitor, rest)
                await self.submissions.ask_reason(visitor, asked)
            case "not_this":
                await self.enquiries.show_next(visitor, name, await self._replacing(visitor, pressed, name))
            case "choose":
                place = await self._replacing(visitor, pressed, name)
                await self.enquiries.show(visitor, name, rest, place)
            case "ask_a_person":
                await self.enquiries.hand_off(visitor, pressed.value, beside(pressed))
            case "resolve":
                await self.enquiries.resolve(visitor, pressed.value, instead(pressed))
            case "open_form":
                await self.submissions.open(visitor, name, rest)
            case "read":
                await self.submissions.read_entry(visitor, pressed.value)
            case "category" | "search" | "settle" | "refresh_home":
                await self.homes.browse(visitor, pressed)
            case _:
                raise BotError("slack.old_button")

    async def _run(self, visitor: Visitor, pressed: Pressed, called: Called) -> None:
        """In a view the report stands in a form of its own. The steps of a send take each other's place."""
        if pressed.view is not None:
            await self.submissions.show_report(visitor, called)
        elif VERBS[called.verb].right == "sends":
            await self.errands.run(visitor, called, instead(pressed))
        else:
            await self.errands.run(visitor, called, beside(pressed))

    async def _replacing(self, visitor: Visitor, pressed: Pressed, question: str) -> Place:
        """Who asked may change what stands there; what others press shows to them alone."""
        asked = await self.enquiries.known(question)
        theirs = pressed.ephemeral or asked.person == visitor.asker.person
        return instead(pressed) if theirs and pressed.view is None else beside(pressed)

    def _called(self, command: str) -> Called:
        spoken = read_verb(command)
        if not isinstance(spoken, Called) or spoken.verb not in VERBS:
            raise BotError("slack.old_button")
        return spoken
