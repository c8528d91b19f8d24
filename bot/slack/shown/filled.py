"""What was filled into a form: values, read back from Slack's state or begun with what was typed."""

import shlex
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, get_args

from bot.slack.shown.fields import Values, chosen, lines, typed
from bot.sms.send_test import begun_by_number, split
from bot.sms.sending import Options

# The fields of the forms: ids of blocks.
QUESTION = "question"
FAULT, WORDS = "fault", "words"
ACCOUNT, NUMBER, TEMPLATE, VALUES = "account", "number", "template", "values"
ENTRY, WORDINGS = "entry", "wordings"

# Why an answer was no help.
Fault = Literal["wrong", "incomplete", "outdated", "unclear"]
FAULTS: tuple[Fault, ...] = get_args(Fault)
# Between a fault and the words of who found it, where a complaint is kept as one text.
BETWEEN = ": "


@dataclass(frozen=True, slots=True)
class Complaint:
    """`fault` is "" where the reason came without one."""

    fault: Fault | Literal[""]
    words: str = ""

    @property
    def text(self) -> str:
        """As one text, as it is kept."""
        return BETWEEN.join(filter(None, (self.fault, self.words)))


@dataclass(frozen=True, slots=True)
class Trial:
    """A test send as somebody wishes it: `number` is a phone's name, `template` an id in digits.

    What isn't chosen yet is "".
    """

    account: str = ""
    number: str = ""
    template: str = ""
    values: tuple[str, ...] = field(default=(), repr=False)

    @property
    def text(self) -> str:
        """What one would type behind `send-test`. The account stands where it can be taken for nothing else."""
        account = (self.account,) if self.account else ()
        return shlex.join((self.number, self.template, *account, *self.values))


@dataclass(frozen=True, slots=True)
class Wording:
    """Ways to ask, to be added to the entry of this id."""

    entry: str
    texts: tuple[str, ...]


def read_question(values: Values) -> str:
    return typed(values, QUESTION)


def read_complaint(values: Values) -> Complaint:
    return Complaint(fault_of(chosen(values, FAULT)), typed(values, WORDS))


def complaint(kept: str) -> Complaint:
    """A complaint that was kept as one text; one that is no fault of ours is all words."""
    begin, _, rest = kept.partition(BETWEEN)
    fault = fault_of(begin)
    return Complaint(fault, rest if fault else kept)


def fault_of(text: str) -> Fault | Literal[""]:
    return next((it for it in FAULTS if it == text), "")


def read_trial(values: Values, default: str) -> Trial:
    """Each line of the values is one. `default` is the account where the form asked for none.

    It is named all the same: of several values, the first could be taken for it.
    """
    account = chosen(values, ACCOUNT) or default
    return Trial(account, chosen(values, NUMBER), chosen(values, TEMPLATE), lines(values, VALUES))


def read_wording(values: Values) -> Wording:
    return Wording(chosen(values, ENTRY), tuple(dict.fromkeys(lines(values, WORDINGS))))


def begun(text: str, options: Options, accounts: Collection[str]) -> Trial:
    """As much of a test send as was typed; what is neither a phone nor a template on the list is left out."""
    words = split(text)
    account, words = led_by_account(words, accounts)
    number, behind = begun_by_number(options, words)
    inner, rest = led_by_account(list(behind), accounts)
    template = rest[0] if rest and rest[0] in {str(it.id) for it in options.templates} else ""
    last, values = led_by_account(rest[1:] if template else [], accounts)
    return Trial(account or inner or last, number.name if number else "", template, tuple(values))


def led_by_account(words: list[str], accounts: Collection[str]) -> tuple[str, list[str]]:
    if words and words[0].lower() in accounts:
        return words[0].lower(), words[1:]
    return "", words
