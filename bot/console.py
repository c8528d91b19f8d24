"""The bot in a terminal: a line in, a reply out. A pipe works as well as a keyboard."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, assert_never

from bot.drawing import Drawing
from bot.errors import BotError
from bot.faq.assistant import Answered, Assistant, Hit, Unsure
from bot.language import Language, language_of
from bot.phrases import Phrases
from bot.sms.command import Asker, Command
from bot.sms.operations import Called, Misspelt, NoVerb, Question, helped, read_verb, verbs_shown
from bot.sms.report import Action, Report
from bot.wording import Wording

LEAVING = frozenset({"quit", "exit", "q", "退出"})
# The person at the terminal holds the keys anyway; test sends still have to be allowed by name.
OPERATOR = Asker("console", "console", admin=True)
# How long a report that gets news is watched. Seconds.
WATCHED = 20.0

# What a Chinese keyboard types for the slash.
COMMAND = re.compile(r"[/／]|、(?=sms(?:\s|$))", re.IGNORECASE)
HELP = frozenset({"help", "h", "?", "？", "帮助", "幫助"})
# What people answer to a preview. Only its number sends, as it says what is chosen.
YES_OR_NO = frozenset(
    {"y", "yes", "ok", "confirm", "n", "no", "cancel", "确认", "确定", "是", "好", "取消", "否"}
)

Show = Callable[[str], None]


class Operations(Protocol):
    """What does the verbs; a call returns when it is done."""

    def run(self, command: Command) -> Report:
        """Raises:
        BotError: when it can't be done, in words for the asker.
        """

    def pause(self, seconds: float) -> None:
        """Lets what is under way go on for a while."""


@dataclass(slots=True)
class Console:
    """Keeps what was last offered, so that a number can choose it."""

    assistant: Assistant
    wording: Wording
    drawing: Drawing
    phrases: Phrases
    operations: Operations
    now: Callable[[], datetime]
    language: Language
    show: Show
    offered: tuple[Hit | Action, ...] = ()

    def run(self, lines: Iterable[str]) -> None:
        for line in lines:
            text = line.strip()
            if text.lower() in LEAVING:
                return
            if text:
                self.answer(text)
                self.show("")

    def answer(self, text: str) -> None:
        word = text.casefold()
        if text.isdecimal() and (self.offered or len(text) == 1):
            self._choose(int(text))
        elif word in YES_OR_NO and any(isinstance(it, Action) for it in self.offered):
            self._say("console.choose", count=len(self.offered))
        else:
            # What was offered before counts no longer, whatever comes of this.
            self.offered = ()
            if COMMAND.match(text) or word in HELP:
                self._command("/sms help" if word in HELP else text)
            else:
                self._ask(text)

    def _ask(self, text: str) -> None:
        reply = self.assistant.reply(text)
        self.language = reply.language
        self.offered = reply.choices if isinstance(reply, Unsure) else ()
        self.show(self.wording.markdown(reply))

    def _choose(self, number: int) -> None:
        if not 1 <= number <= len(self.offered):
            self._say("console.no_such_choice", number=number)
            return
        match self.offered[number - 1]:
            case Hit() as hit:
                self.show(self.wording.markdown(Answered(hit.title, self.language, (hit,), (hit,))))
            case Action() as action:
                self._command(f"/sms {action.command}", self.language)

    def _command(self, text: str, language: Language | None = None) -> None:
        spoken = read_verb(text)
        match spoken:
            case Called(verb="ask", rest=rest):
                self._ask(rest)
            case Called(verb="error", rest=rest):
                self._error(rest)
            case Called():
                self._operate(spoken, language or self._spoken(asked_in(text, spoken)))
            case Misspelt():
                self._say("console.did_you_mean_verb", verb=spoken.word, near=spoken.near)
            case Question():
                self._ask(spoken.text)
            case NoVerb():
                self._say("console.unknown_verb", verb=spoken.word, verbs=", ".join(verbs_shown(admin=True)))
            case _:
                assert_never(spoken)

    def _error(self, text: str) -> None:
        if not text:
            self._say("console.code_missing")
            return
        reply = self.assistant.explain_codes(text, self._spoken(text))
        self.offered = reply.choices if isinstance(reply, Unsure) else ()
        self.show(self.wording.markdown(reply))

    def _operate(self, spoken: Called, language: Language) -> None:
        command = Command(spoken.verb, spoken.rest, language, OPERATOR, self.now())
        self.language = language
        try:
            if spoken.verb == "help":
                self._draw(helped(command))
                self.show("")
                self._say("console.also")
            else:
                self._watch(command, self.operations.run(command))
        except BotError as error:
            self.show(self.drawing.error(error, language))

    def _watch(self, command: Command, report: Report) -> None:
        """Draws a report, and for a while whatever is worth drawing of what follows it."""
        if worth(report) == "last":
            self._say("console.loading")
        shown = "" if worth(report) == "last" else self._draw(report)
        for later in self._later(command, report):
            report = later
            shown = self._draw(report, shown) if worth(report) == "each" else shown
        if worth(report) != "each":
            self._draw(report, shown)
        if report.refresh:
            self._say("console.look_later", command=report.refresh.command)

    def _later(self, command: Command, report: Report) -> Iterator[Report]:
        left = WATCHED
        while report.refresh and left > 0:
            self.operations.pause(report.refresh.seconds)
            left -= report.refresh.seconds
            verb, _, rest = report.refresh.command.partition(" ")
            report = self.operations.run(Command(verb, rest, command.language, command.asker, self.now()))
            yield report

    def _draw(self, report: Report, shown: str = "") -> str:
        """Shows what is new since `shown`; gives the whole. The numbers of what can be pressed are our own."""
        drawn = self.drawing.markdown(report, self.language)
        labels = self.drawing.actions(report, self.language)
        numbered = "\n".join(f"{place}. {label}" for place, label in enumerate(labels, 1))
        self.offered = report.actions
        if words := "\n\n".join(filter(None, (news(drawn, shown), numbered))):
            if shown:
                self.show("")
            self.show(words)
        return drawn

    def _spoken(self, text: str) -> Language:
        """A command in Latin letters tells nothing of the language of who types it."""
        return "zh" if language_of(text) == "zh" else self.language

    def _say(self, name: str, **details: object) -> None:
        self.show(self.phrases.say(name, self.language, **details))


def worth(report: Report) -> str:
    return report.refresh.worth if report.refresh else "each"


def news(drawn: str, shown: str) -> str:
    """The lines of a drawn report that `shown` has not."""
    known = {line.rstrip("\\") for line in shown.splitlines()}
    paragraphs = (
        [line for line in it.splitlines() if line.rstrip("\\") not in known] for it in drawn.split("\n\n")
    )
    return "\n\n".join("\n".join(lines).rstrip("\\") for lines in paragraphs if lines)


def asked_in(text: str, spoken: Called) -> str:
    """The part of a command that tells the asker's language: the words of a test message are not theirs."""
    return text.removesuffix(spoken.rest) if spoken.verb == "send-test" else text
