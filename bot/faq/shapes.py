"""The shapes of the hand-edited files, read strictly: an unknown key is a mistake, not a comment."""

from datetime import date
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, StringConstraints
from pydantic_core import PydanticCustomError

from bot.faq.entry import Carrier, Retry, Role, Verified


def not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "Text should be more than blanks")
    return text


def only_https(text: str) -> str:
    if "http://" in text.lower():
        raise PydanticCustomError("not_https", "Links should begin with https://")
    return text


String = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# What the bot says; a question may well hold a http:// address.
Said = Annotated[String, AfterValidator(only_https)]
# A phrase keeps the blanks around it: some stand between two words.
Phrase = Annotated[str, AfterValidator(not_blank), AfterValidator(only_https)]
HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+\S*$")]
# A TOML array arrives as a list; everything else stays strictly as it was written.
Strings = Annotated[tuple[String, ...], Field(strict=False)]
Sentences = Annotated[tuple[Said, ...], Field(strict=False)]
SomeStrings = Annotated[tuple[String, ...], Field(strict=False, min_length=1)]
Table = TypeVar("Table")
Rows = Annotated[tuple[Table, ...], Field(strict=False)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


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
    second: dict[Carrier, dict[str, Strings]] = {}


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


class PhraseFile(RootModel[dict[str, dict[str, PhraseShape]]]):
    """knowledge/phrases.toml: groups of named phrases."""
