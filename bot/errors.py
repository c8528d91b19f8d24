"""What can go wrong, told by who has to act.

BotError            the asker: a phrase in both languages, and what to do next
KnowledgeError      the editor of an answer: every mistake, with file and line
SettingsError       the operator: which setting, and how to fix it
ConfigurationError  the same of all settings at once: every mistake, with file and line or the variable
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class BotError(Exception):
    """Something the asker can be told. `phrase` names a row of knowledge/phrases.toml."""

    def __init__(self, phrase: str, **details: object) -> None:
        super().__init__(phrase, details)
        self.phrase = phrase
        self.details = details


class SettingsError(BotError):
    """A setting is missing or wrong; the operator can mend it."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend in a hand-edited file, or in a variable of the environment.

    `file` is relative to the knowledge folder, or names the operator's file; `line` counts from 1. Of a
    variable, `file` is its name and `line` is 0. `kind` names a phrase (`mistake.<kind>`) that `details`
    fill; they repeat no secret and no phone number.
    """

    file: str
    line: int
    kind: str
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """`smsbot.toml:12`, or the name of a variable."""
        return f"{self.file}:{self.line}" if self.line else self.file


class KnowledgeError(Exception):
    """The knowledge base can't be used: here is all that is wrong with it."""

    def __init__(self, folder: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes in {folder}")
        self.folder = folder
        self.mistakes = tuple(mistakes)


class ConfigurationError(SettingsError):
    """The configuration can't be used: here is all that is wrong with it."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("setting.broken", count=len(mistakes))
        self.mistakes = tuple(mistakes)
