"""Words that somebody says to us, in a command, a channel, a direct message or a shortcut."""

from dataclasses import dataclass
from typing import assert_never

from bot.errors import BotError
from bot.faq.assistant import Answered
from bot.slack.addressing import open_place, private_place
from bot.slack.enquiries import Enquiries
from bot.slack.errands import Errands
from bot.slack.incoming import Heard
from bot.slack.shown.cards import Cards
from bot.slack.submissions import Submissions
from bot.slack.talk import understood
from bot.slack.visitor import Visitor
from bot.slack.wire.outbox import Outbox
from bot.sms.operations import Called, Misspelt, NoVerb, Question, verbs_shown
from bot.sms.report import Action, Report, say


@dataclass(frozen=True, slots=True)
class Conversation:
    """`accounts` are the names of the accounts, which one may say behind a verb."""

    enquiries: Enquiries
    errands: Errands
    submissions: Submissions
    cards: Cards
    outbox: Outbox
    accounts: frozenset[str]

    async def hear(self, visitor: Visitor, heard: Heard) -> None:
        """Answers.

        Raises:
            BotError: when what is asked can't be done, or not for this asker.
        """
        if heard.through == "shortcut":
            await self.errands.reporting.admit(visitor.asker, "error")
            await self.enquiries.tell_of(visitor, heard.text, private_place(heard))
            return
        spoken = understood(
            heard.text, typed=heard.through == "slash", answered=self._answered, accounts=self.accounts
        )
        match spoken:
            case Called(verb="send-test", rest="", word=word) if heard.through == "slash":
                # The form asks for what the command lacks; only a slash command has the key to open one.
                await self.submissions.open_send_test(visitor, visitor.speaking(word), "")
            case Called(verb="ask", rest=rest):
                await self._ask(visitor, rest, heard)
            case Called(verb="error", rest=rest):
                await self.errands.reporting.admit(visitor.asker, "error")
                await self.enquiries.explain(visitor, rest, open_place(heard))
            case Called():
                await self.errands.run(visitor, spoken, private_place(heard))
            case Misspelt() if spoken.near in self.errands.reporting.allowed(visitor.asker):
                await self._suggest(visitor, heard, spoken)
            case Question(text=text):
                await self._ask(visitor, text, heard)
            case NoVerb(word=word) | Misspelt(word=word):
                allowed = self.errands.reporting.allowed(visitor.asker)
                verbs = [it for it in verbs_shown(admin=visitor.asker.admin) if it in allowed]
                raise BotError("slack.unknown_verb", verb=word, verbs=", ".join(verbs))
            case _:
                assert_never(spoken)

    async def _ask(self, visitor: Visitor, text: str, heard: Heard) -> None:
        await self.errands.reporting.admit(visitor.asker, "ask")
        await self.enquiries.ask(visitor, text, open_place(heard))

    def _answered(self, text: str) -> bool:
        return isinstance(self.enquiries.assistant.reply(text), Answered)

    async def _suggest(self, visitor: Visitor, heard: Heard, spoken: Misspelt) -> None:
        """Did you mean: a button that does it."""
        command = f"{spoken.near} {spoken.rest}".strip()
        report = Report(
            say("slack.did_you_mean_verb", verb=spoken.word),
            actions=(Action(say("slack.this_verb", command=f"/sms {command}"), command),),
        )
        language = visitor.speaking(heard.text)
        await self.outbox.send(private_place(heard), self.cards.report(report, language))
