"""What can go wrong, told by who has to act.

BotError            the asker: a phrase in both languages, and what to do next
KnowledgeError      the editor of an answer: every mistake, with file and line
SettingsError       the operator: which setting, and how to fix it
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
    """One thing to mend in a knowledge file.

    `file` is relative to the knowledge folder, `line` counts from 1, `kind` names a phrase
    (`mistake.<kind>`) that `details` fill.
    """

    file: str
    line: int
    kind: str
    details: Mapping[str, str] = field(default_factory=dict)


class KnowledgeError(Exception):
    """The knowledge base can't be used: here is all that is wrong with it."""

    def __init__(self, folder: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes in {folder}")
        self.folder = folder
        self.mistakes = tuple(mistakes)
