"""The two languages: values that exist in both, and which one a text is in."""

import re
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

Value = TypeVar("Value")

HAN = re.compile(r"[㐀-鿿豈-﫿]")
LATIN_WORD = re.compile(r"[a-z']+")
# Words that hold an English sentence together. A Chinese sentence borrows nouns ("template 的
# variable"), it does not borrow these.
ENGLISH_GLUE = frozenset(
    (
        "a an and are be but can did do does for from has have how i if in is it my not of on or our should"
        " that the there they this to was we were what when where which who why will with would you your"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Both(Generic[Value]):
    """One thing in both languages."""

    zh: Value
    en: Value

    def __getitem__(self, language: Language) -> Value:
        return self.zh if language == "zh" else self.en


def language_of(text: str) -> Language | None:
    """The language to answer `text` in; None when it shows neither (digits, emoji, another script)."""
    han = len(HAN.findall(text))
    words = LATIN_WORD.findall(text.lower())
    if not han:
        return "en" if words else None
    glue = sum(word in ENGLISH_GLUE for word in words)
    return "en" if glue >= 3 and len(words) > han else "zh"
