"""The forms (modals): what they ask and carry along, and errors below the fields that they are about."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from bot.drawing import Drawing
from bot.drawing import plain as one_line
from bot.errors import BotError
from bot.faq.entry import Entry
from bot.language import Language
from bot.phrases import Phrases
from bot.slack.message import Block, Message, View
from bot.slack.names import FormName
from bot.slack.shown import fields
from bot.slack.shown.blocks import cut, plain, plain_section
from bot.slack.shown.fields import Choice, Group
from bot.slack.shown.filled import (
    ACCOUNT,
    ENTRY,
    FAULT,
    NUMBER,
    QUESTION,
    TEMPLATE,
    VALUES,
    WORDINGS,
    WORDS,
    Fault,
    Trial,
)
from bot.slack.shown.markdown import plain as characters
from bot.slack.shown.private import Adding, Confirming, Disliking, Opened, folded
from bot.sms.report import Quoted, Report
from bot.sms.sending import Options

# API: Block Kit. A title, and what the two buttons of a form say.
MOST_IN_TITLE = 24
# Ours: an error below a field is read at a glance.
MOST_IN_ERROR = 300
# How many of the ways to ask of a cluster are put up for adding: more is work, and they are much alike.
MOST_WORDINGS, MOST_IN_WORDING = 10, 200
# What a form shows for certain. Where a message has another kind of block, its plain form is shown.
SHOWABLE = frozenset(("header", "section", "rich_text", "context", "divider", "actions", "image"))

TITLES: Mapping[FormName, str] = {
    "ask": "form.ask_title",
    "reason": "form.reason_title",
    "send_test": "form.send_test_title",
    "confirm": "form.confirm_title",
    "wording": "form.wording_title",
    "shown": "form.shown_title",
}
FAULT_NAMES: Mapping[Fault, str] = {
    "wrong": "form.fault_wrong",
    "incomplete": "form.fault_incomplete",
    "outdated": "form.fault_outdated",
    "unclear": "form.fault_unclear",
}
# Which field an error is about; any other stands below the first.
FIELDS: Mapping[str, str] = {
    "send.not_a_number": NUMBER,
    "guard.not_number": NUMBER,
    "guard.number_seconds": NUMBER,
    "guard.number_day": NUMBER,
    "send.not_a_template": TEMPLATE,
    "send.template_not_usable": TEMPLATE,
    "send.template_missing": TEMPLATE,
    "guard.not_template": TEMPLATE,
    "guard.no_account": ACCOUNT,
    "sms.no_account": ACCOUNT,
    "sms.unknown_account": ACCOUNT,
}
# Reports that ask back instead of showing a preview.
ASKING_BACK: Mapping[str, str] = {
    "send.which_number": NUMBER,
    "send.which_template": TEMPLATE,
    "send.which_parameters": VALUES,
}


class Modals:
    """`entries` by id, in the order in which they are shown."""

    def __init__(self, phrases: Phrases, drawing: Drawing, entries: Mapping[str, Entry]) -> None:
        self._phrases = phrases
        self._drawing = drawing
        self._entries = entries

    def loading(self, name: FormName, language: Language) -> View:
        """Shown at once, since the key to open a form is good for three seconds only."""
        say = self._phrases.say
        return modal(
            "shown",
            say(TITLES[name], language),
            [plain_section(say("form.loading", language))],
            close=say("form.close", language),
        )

    def ask(self, opened: Opened, question: str = "") -> View:
        """A question, begun with `question`."""
        language, say = opened.language, self._phrases.say
        label, hint = say("form.question", language), say("form.question_hint", language)
        block = fields.text(QUESTION, label, hint=hint, value=question)
        return self._form("ask", language, [block], folded(opened), say("form.ask", language))

    def reason(self, disliking: Disliking) -> View:
        """Why an answer was no help; nothing has to be said."""
        language, say = disliking.language, self._phrases.say
        faults = [Choice(fault, say(phrase, language)) for fault, phrase in FAULT_NAMES.items()]
        blocks = [
            {**fields.radios(FAULT, say("form.fault", language), faults), "optional": True},
            fields.text(
                WORDS, say("form.words", language), hint=say("form.words_hint", language), optional=True
            ),
        ]
        return self._form("reason", language, blocks, folded(disliking), say("form.submit", language))

    def send_test(self, opened: Opened, options: Options, accounts: Sequence[str], begun: Trial) -> View:
        """What goes to which phone. `accounts` are asked for when there are several.

        Without a phone or a template that may be used, it says so.
        """
        language, say = opened.language, self._phrases.say
        if not (options.numbers and options.templates):
            return self._notice("send_test", say("guard.off", language), language)
        blocks = [*self._trial(options, accounts, begun, language)]
        return self._form("send_test", language, blocks, folded(opened), say("form.preview", language))

    def confirm(self, confirming: Confirming, preview: Message) -> View:
        """The preview, whose own buttons are the form's: closing it is told to us."""
        language, say = confirming.language, self._phrases.say
        blocks = [it for it in body(preview) if it["type"] != "actions"]
        send, cancel = say("form.send", language), say("form.cancel", language)
        view = modal("confirm", say(TITLES["confirm"], language), blocks, submit=send, close=cancel)
        return {**view, "private_metadata": folded(confirming), "notify_on_close": True}

    def wording(self, adding: Adding, texts: Iterable[str], nearest: Iterable[str]) -> View:
        """Ways to ask that people used, to be mended and added to an entry; `nearest` are ids, best first."""
        language, say = adding.language, self._phrases.say
        shown = dict.fromkeys(it for text in texts if (it := one_line(text[:MOST_IN_WORDING])))
        groups = list(self._groups(list(dict.fromkeys(nearest)), language))
        blocks = [
            fields.text(
                WORDINGS,
                say("form.wordings", language),
                hint=say("form.wordings_hint", language),
                value="\n".join(islice(shown, MOST_WORDINGS)),
            ),
            fields.menu(ENTRY, say("form.entry", language), groups),
        ]
        return self._form("wording", language, blocks, folded(adding), say("form.add", language))

    def shown(self, title: str, message: Message, language: Language) -> View:
        """Something to read. A title that is cut should stand in the message as well."""
        return modal("shown", title, body(message), close=self._phrases.say("form.close", language))

    def errors(
        self, outcome: BotError | Report, language: Language, names: Collection[str]
    ) -> dict[str, str]:
        """What is wrong with what was filled in, by field; nothing where a report is no question back.

        `names` are the fields of the form in their order: what is about none of them stands below the first.
        """
        match outcome:
            case BotError():
                name, words = FIELDS.get(outcome.phrase, ""), self._drawing.error(outcome, language)
            case Report() if outcome.title.phrase in ASKING_BACK:
                name, words = ASKING_BACK[outcome.title.phrase], self._asked_back(outcome, language)
            case Report():
                return {}
        return {name if name in names else next(iter(names), name): cut(flat(words), MOST_IN_ERROR)}

    def _form(
        self, name: FormName, language: Language, blocks: Sequence[Block], private: str, submit: str
    ) -> View:
        title, close = self._phrases.say(TITLES[name], language), self._phrases.say("form.cancel", language)
        return {**modal(name, title, blocks, submit=submit, close=close), "private_metadata": private}

    def _notice(self, name: FormName, words: str, language: Language) -> View:
        title, close = self._phrases.say(TITLES[name], language), self._phrases.say("form.close", language)
        return modal("shown", title, [plain_section(words)], close=close)

    def _trial(
        self, options: Options, accounts: Sequence[str], begun: Trial, language: Language
    ) -> Iterator[Block]:
        say = self._phrases.say
        if len(accounts) > 1:
            names = Group("", tuple(Choice(it, it) for it in accounts))
            label = say("send.account", language)
            yield fields.menu(ACCOUNT, label, [names], chosen=begun.account or accounts[0])
        numbers = [
            Choice(it.name, say("send.to_value", language, name=it.name, number=it.number))
            for it in options.numbers
        ]
        templates = [
            Choice(str(it.id), say("send.template_choice", language, id=it.id, signature=it.signature))
            for it in options.templates
        ]
        yield menu_of(NUMBER, say("send.to", language), numbers, begun.number)
        yield menu_of(TEMPLATE, say("send.template", language), templates, begun.template)
        yield fields.text(
            VALUES,
            say("form.values", language),
            hint=say("form.values_hint", language),
            value="\n".join(begun.values),
            optional=True,
        )

    def _groups(self, nearest: Sequence[str], language: Language) -> Iterator[Group]:
        """Each entry once: the nearest first, then all others by category."""
        say = self._phrases.say
        first = [self._entries[it] for it in nearest if it in self._entries]
        if first:
            yield Group(say("form.nearest", language), titles(first, language))
        others = [it for it in self._entries.values() if it not in first]
        for category, entries in groupby(sorted(others, key=category_of), key=category_of):
            yield Group(say(f"category.{category}", language), titles(entries, language))

    def _asked_back(self, report: Report, language: Language) -> str:
        """The question, with the text of the template where it is about that."""
        reason = self._drawing.cell(report.title, language)
        text = next((it.text for it in report.parts if isinstance(it, Quoted)), "")
        if not text:
            return reason
        return self._phrases.say(
            "form.asked_back", language, reason=reason, text=self._drawing.cell(text, language)
        )


def menu_of(name: str, label: str, choices: Sequence[Choice], begun: str) -> Block:
    """The only choice is made already."""
    only = choices[0].value if len(choices) == 1 else ""
    return fields.menu(name, label, [Group(label, tuple(choices))], chosen=begun or only)


def titles(entries: Iterable[Entry], language: Language) -> tuple[Choice, ...]:
    return tuple(Choice(it.id, it.title[language]) for it in entries)


def category_of(entry: Entry) -> str:
    return entry.category


def modal(
    name: FormName, title: str, blocks: Sequence[Block], *, close: str, submit: str = ""
) -> dict[str, Any]:
    """A view of at least one block, as every one of ours has."""
    made = {
        "type": "modal",
        "callback_id": name,
        "title": plain(title, MOST_IN_TITLE),
        "close": plain(close, MOST_IN_TITLE),
        "blocks": list(blocks),
    }
    return made | ({"submit": plain(submit, MOST_IN_TITLE)} if submit else {})


def body(message: Message) -> tuple[Block, ...]:
    """The blocks of a message that a form can show."""
    fits = all(it["type"] in SHOWABLE for it in message.blocks)
    return message.blocks if fits else message.plain


def flat(markdown: str) -> str:
    return " ".join(characters(markdown).split())
