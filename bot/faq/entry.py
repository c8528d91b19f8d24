"""The values of the knowledge base: an answer, an error code, a topic that lies beyond it, a rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.language import Both

Origin = Literal["api", "api-2019", "platform", "legacy", "gateway", "sdk", "receipt"]
Verified = Literal["official", "older", "inferred", "unknown"]
Retry = Literal["none", "never", "after_fix", "resign", "backoff", "wait", "ambiguous"]
Carrier = Literal["all", "cmcc", "unicom", "telecom"]

Role = Literal["domain", "foreign", "asking"]

MessageKind = Literal["verification", "notification", "marketing"]
# block: will be refused; warn: is likely to be; hint: worth a look.
Severity = Literal["block", "warn", "hint"]
Where = Literal["text", "variables", "signature"]
# What can be wrong with the form of a message, and is checked by the program rather than by words.
Form = Literal[
    "empty",
    "too_long",
    "all_variable",
    "braces",
    "numbering",
    "repeated_variable",
    "brackets",
    "signature_length",
    "signature_characters",
]

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the FAQ with its answer in both languages.

    `id` is category/slug, as the file lies in knowledge/faq. `title.zh` is the FAQ's question,
    verbatim. `ask` holds the ways in which people ask it.
    """

    id: str
    title: Both[str]
    answer: Both[str]
    updated: date
    ask: Both[Words]
    codes: Words
    see: Words
    links: tuple[Link, ...]

    @property
    def category(self) -> str:
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Code:
    """One reading of one error code.

    A carrier's receipt code can have several readings: one a carrier, and `second` ones where the
    carrier uses the code for two reasons.
    """

    name: str
    origin: Origin
    verified: Verified
    retry: Retry
    meaning: Both[str]
    causes: Both[Words]
    fix: Both[Words]
    note: Both[str] | None = None
    wait: Both[str] | None = None
    alias_of: str | None = None
    counterparts: Words = ()
    related: Words = ()
    see: Words = ()
    seen_at: str | None = None
    carrier: Carrier | None = None
    second: bool = False


@dataclass(frozen=True, slots=True)
class Concept:
    """Words that mean the same thing, in both languages.

    `role`: the thing is part of the SMS business, the name of another product, or a sign of asking.
    """

    name: str
    words: Both[Words]
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """Something people ask that the FAQ does not answer: better known than guessed at."""

    name: str
    ask: Both[Words]


@dataclass(frozen=True, slots=True)
class Wording:
    """Words and patterns (regular expressions) to look for in a message.

    What `unless` names is passed over: longer words in which one of `words` means something else.
    """

    words: Words
    patterns: Words = ()
    unless: Words = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """A rule about words, that is broken where they stand, or if `missing` where they don't.

    `where`: in the text, signature and values of the variables included; in those values alone; in the
    signature, and nothing else there.
    """

    wording: Wording
    where: Where = "text"
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What carriers and the review refuse in a message of `kinds`; `sentence` says what to do about it.

    `see` is the id of the entry that it comes from.
    """

    name: str
    severity: Severity
    kinds: tuple[MessageKind, ...]
    see: str
    sentence: Both[str]
    about: Sought | Form


@dataclass(frozen=True, slots=True)
class Guess:
    """Words by which a message is taken for one of `kind`."""

    kind: MessageKind
    wording: Wording


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules for messages; of the guesses the first that fits counts."""

    rules: tuple[Rule, ...]
    guesses: tuple[Guess, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """Everything the bot knows and says, in the order of the files.

    `families` and `receipt_families` tell what the beginning of an unknown code means; `phrases` are
    the bot's own words.
    """

    entries: tuple[Entry, ...]
    codes: tuple[Code, ...]
    families: Mapping[str, Both[str]]
    receipt_families: Mapping[str, Both[str]]
    concepts: tuple[Concept, ...]
    topics: tuple[Topic, ...]
    rules: RuleBook
    phrases: Mapping[str, Both[str]]
