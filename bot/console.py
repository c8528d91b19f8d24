"""The bot in a terminal: a line in, a reply out. A pipe works as well as a keyboard."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.faq.assistant import Answered, Assistant, Hit, Unsure
from bot.language import Language, language_of
from bot.phrases import Phrases
from bot.wording import Wording

LEAVING = frozenset({"quit", "exit", "q", "退出"})
VERBS = ("ask", "error", "help")

Show = Callable[[str], None]


@dataclass(slots=True)
class Console:
    """Keeps the choices that were last offered, so that a number can choose one."""

    assistant: Assistant
    wording: Wording
    phrases: Phrases
    language: Language
    show: Show
    choices: tuple[Hit, ...] = ()

    def run(self, lines: Iterable[str]) -> None:
        for line in lines:
            text = line.strip()
            if text.lower() in LEAVING:
                return
            if text:
                self.answer(text)
                self.show("")

    def answer(self, text: str) -> None:
        if text.isdecimal() and self.choices:
            self._choose(int(text))
        elif text.startswith("/"):
            self._command(text)
        else:
            self._ask(text)

    def _ask(self, text: str) -> None:
        reply = self.assistant.reply(text)
        self.language = reply.language
        self.choices = reply.choices if isinstance(reply, Unsure) else ()
        self.show(self.wording.markdown(reply))

    def _choose(self, number: int) -> None:
        if not 1 <= number <= len(self.choices):
            self._say("console.no_such_choice", number=number)
            return
        hit = self.choices[number - 1]
        self.show(self.wording.markdown(Answered(hit.title, self.language, (hit,), (hit,))))

    def _command(self, text: str) -> None:
        words = text.split()[1 if text.split(maxsplit=1)[0].lower() == "/sms" else 0 :]
        verb, rest = (words[0].lstrip("/").lower(), " ".join(words[1:])) if words else ("help", "")
        match verb:
            case "help":
                self._say("console.help")
            case "ask":
                self._ask(rest)
            case "error":
                self._error(rest)
            case _:
                self._unknown(verb, text)

    def _error(self, text: str) -> None:
        if not text:
            self._say("console.code_missing")
            return
        spoken: Language = "zh" if language_of(text) == "zh" else self.language
        reply = self.assistant.explain_codes(text, spoken)
        self.choices = reply.choices if isinstance(reply, Unsure) else ()
        self.show(self.wording.markdown(reply))

    def _unknown(self, verb: str, text: str) -> None:
        """A verb that isn't one: a misspelt one is named, a question behind /sms is answered."""
        if near := get_close_matches(verb, VERBS, n=1, cutoff=0.6):
            self._say("console.did_you_mean_verb", verb=verb, near=near[0])
        elif len(text.split()) > 2 or language_of(verb) == "zh":
            self._ask(text.removeprefix("/sms").strip())
        else:
            self._say("console.unknown_verb", verb=verb, verbs=", ".join(VERBS))

    def _say(self, name: str, **details: object) -> None:
        self.show(self.phrases.say(name, self.language, **details))
