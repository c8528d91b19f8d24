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

# What is checked as the verb `ask` is, what guests may not press, and what is for knowledge owners.
ASKING = frozenset({"choose", "not_this", "read"})
MEMBERS = frozenset({"ask_a_person", "resolve", "share_answer", "verdict"})
OWNERS = frozenset({"settle"})


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
        await self._admit(visitor, pressed)
        match pressed.action:
            case "run":
                await self._run(visitor, pressed, self._called(pressed.value))
            case "renew":
                await self.errands.renew(visitor, self._called(pressed.value), pressed)
            case "share_report":
                await self.errands.share(visitor, self._called(pressed.value), shared(pressed.origin))
            case "share_answer":
                await self.enquiries.share(visitor, name, rest, shared(pressed.origin))
            case "verdict" if name == "like":
                await self.enquiries.like(visitor, rest, beside(pressed))
            case "verdict":
                asked = await self.enquiries.dislike(visitor, rest)
                await self.submissions.ask_reason(visitor, asked)
            case "not_this":
                place = await self._replacing(visitor, pressed, name)
                await self.enquiries.show_next(visitor, name, rest, place)
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

    async def _admit(self, visitor: Visitor, pressed: Pressed) -> None:
        """What is not checked as a verb: guests read, and do nothing else; some things are for owners."""
        reporting, action = self.errands.reporting, pressed.action
        if action in ASKING:
            await reporting.admit(visitor.asker, "ask")
        if action in MEMBERS:
            await reporting.admit_member(visitor.asker, action)
        if action in OWNERS:
            await reporting.admit_owner(visitor.asker, action)

    async def _run(self, visitor: Visitor, pressed: Pressed, called: Called) -> None:
        """In a view the report stands in a form of its own. The steps of a send take each other's place.

        They do so where nobody else sees them: what everybody reads stays.
        """
        if pressed.view is not None:
            await self.submissions.show_report(visitor, called)
        elif VERBS[called.verb].right == "sends" and alone(pressed):
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


def alone(pressed: Pressed) -> bool:
    """Whether only the one who pressed sees what was pressed."""
    return pressed.ephemeral or pressed.origin.channel.startswith("D")
