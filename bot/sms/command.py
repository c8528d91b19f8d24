"""What a person asks for with /sms: the verb, its words, who and when."""

import unicodedata
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from bot.language import Language


@dataclass(frozen=True, slots=True)
class Asker:
    """Ids of the surface: a Slack user, the user groups it is in, a channel; or the console's own.

    `guest`: a guest, a bot, or somebody of another workspace.
    """

    person: str
    channel: str
    groups: AbstractSet[str] = frozenset()
    admin: bool = False
    guest: bool = False

    @property
    def ids(self) -> AbstractSet[str]:
        return {self.person, *self.groups}


@dataclass(frozen=True, slots=True)
class Command:
    """`text` is what stands behind the verb, as it was typed; `at` is when, aware."""

    verb: str
    text: str
    language: Language
    asker: Asker
    at: datetime

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text.split())


def folded(word: str) -> str:
    """What a Chinese keyboard made of it, undone: full-width letters, the colon of `balance：0.3`; in small ones."""
    return unicodedata.normalize("NFKC", word).casefold()
