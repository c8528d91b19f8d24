"""The shapes of the hand-edited files, read strictly: an unknown key is a mistake, not a comment."""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, RootModel, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bot.faq.entry import Carrier, Form, MessageKind, Retry, Role, Severity, Verified, Where
from bot.source import Rows, Shape, String, Strings


def not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "Text should be more than blanks")
    return text


def only_https(text: str) -> str:
    if "http://" in text.lower():
        raise PydanticCustomError("not_https", "Links should begin with https://")
    return text


# What the bot says; a question may well hold a http:// address.
Said = Annotated[String, AfterValidator(only_https)]
# A phrase keeps the blanks around it: some stand between two words.
Phrase = Annotated[str, AfterValidator(not_blank), AfterValidator(only_https)]
HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+\S*$")]
Sentences = Annotated[tuple[Said, ...], Field(strict=False)]
SomeStrings = Annotated[tuple[String, ...], Field(strict=False, min_length=1)]
Kinds = Annotated[tuple[MessageKind, ...], Field(strict=False, min_length=1)]


class InBoth(Shape):
    zh: Said
    en: Said


class PhraseShape(Shape):
    zh: Phrase
    en: Phrase


class SomeInBoth(Shape):
    zh: SomeStrings
    en: SomeStrings


class LinkShape(Shape):
    title: String
    url: HttpsUrl


class Head(Shape):
    """The TOML head of knowledge/faq/<category>/<slug>.md."""

    zh: String
    en: String
    updated: date
    ask: SomeInBoth
    codes: Strings = ()
    see: Strings = ()
    links: Rows[LinkShape] = ()


class Explained(Shape):
    """What is said of a code in one language."""

    meaning: Said
    causes: Sentences = ()
    fix: Sentences = ()
    note: Said | None = None


class CodeShape(Shape):
    code: String
    verified: Verified
    retry: Retry
    zh: Explained
    en: Explained
    wait: InBoth | None = None
    alias_of: String | None = None
    counterparts: Strings = ()
    related: Strings = ()
    see: Strings = ()
    seen_at: String | None = None


class CodeFile(Shape):
    """knowledge/errors/<origin>.toml, except the receipts."""

    code: Rows[CodeShape]


class ReceiptReason(Shape):
    retry: Retry
    zh: Explained
    en: Explained
    see: Strings = ()


class ReceiptFile(Shape):
    """knowledge/errors/receipts.toml: reasons once, then which codes mean them at which carrier."""

    verified: Verified
    reason: dict[str, ReceiptReason]
    carrier: dict[Carrier, dict[str, Strings]]
    second: dict[Carrier, dict[str, Strings]] = Field(default_factory=dict)


class FamilyFile(Shape):
    """knowledge/errors/families.toml: what the beginning of an unknown code tells."""

    api: dict[str, InBoth]
    receipt: dict[str, InBoth]


class ConceptShape(Shape):
    zh: Strings = ()
    en: Strings = ()
    role: Role | None = None


class ConceptFile(Shape):
    concept: dict[str, ConceptShape]


class TopicFile(Shape):
    """knowledge/beyond.toml: what people ask and the FAQ does not answer."""

    topic: dict[str, SomeInBoth]


class WordingShape(Shape):
    words: Strings = ()
    patterns: Strings = ()
    unless: Strings = ()

    @model_validator(mode="after")
    def look_for_something(self) -> Self:
        if not self.words and not self.patterns:
            raise PydanticCustomError("blank", "There should be words or patterns to look for")
        return self


class FormShape(Shape):
    severity: Severity
    kinds: Kinds = ("verification", "notification", "marketing")
    see: String
    zh: Said
    en: Said


class RuleShape(FormShape, WordingShape):
    where: Where = "text"
    missing: bool = False


class GuessShape(WordingShape):
    kind: MessageKind


class RuleFile(Shape):
    """knowledge/rules.toml: how to tell the kind of a message, and what is refused in which kind."""

    guess: Rows[GuessShape] = ()
    form: dict[Form, FormShape]
    rule: dict[String, RuleShape]


class PhraseFile(RootModel[dict[str, dict[str, PhraseShape]]]):
    """knowledge/phrases.toml: groups of named phrases."""
