"""The ways to ask that were added in Slack: they hold at once, beside those of the knowledge files."""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from bot.faq.added import Added
from bot.faq.matcher import Ranking
from bot.faq.normalise import Normaliser
from bot.faq.words import Reader, Words

# From which likeness (0 to 100) a question is an added phrasing with a slip in it, and from how many letters
# and digits: in a shorter one, one other character makes another question. Measured with slips in all the
# phrasings of the files: the test tells how many of them an overlay of a thousand steals.
NEAR = 92.0
SHORTEST = 10
MOST_NEAR = 3

DIGITS = re.compile(r"\d+")
# One character that turns what is asked around, and is no concept of its own.
TURNS = re.compile(r"[不没未无非别]|\b(?:not|no|never|without|cannot)\b|n't")


@dataclass(frozen=True, slots=True)
class Overlay:
    """Added phrasings, a value that is replaced as a whole.

    `entries` leads from a phrasing's letters and digits to the id of its entry; `texts` holds the phrasings that
    are long enough to be recognised with a slip in them, as they are compared, and `owners` their entries.
    """

    entries: Mapping[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()

    def entry(self, ranking: Ranking, reader: Reader) -> str | None:
        """The id of the entry that such a question was added to; None when the files know it better."""
        if not self.entries:
            return None
        if (found := self.entries.get(key_of(ranking.words.text))) is not None:
            return found if stands_elsewhere(ranking, reader.normaliser, found) is None else None
        return self._nearly(ranking, reader)

    def _nearly(self, ranking: Ranking, reader: Reader) -> str | None:
        text = ranking.words.text
        if len(key_of(text)) < SHORTEST:
            return None
        cutoff = max(NEAR, nearest_of_files(ranking, reader.normaliser))
        rows = process.extract(text, self.texts, scorer=fuzz.ratio, score_cutoff=cutoff, limit=MOST_NEAR)
        for added, _, at in rows:
            if same_meaning(ranking.words, reader.read_normalised(added)):
                return self.owners[at]
        return None


def overlay_of(phrasings: Iterable[Added], names: Container[str], normaliser: Normaliser) -> Overlay:
    """The phrasings of entries that are among `names`; of two that say the same, the later one holds."""
    latest: dict[str, tuple[str, str]] = {}
    for added in sorted(phrasings, key=lambda it: it.at):
        text = normaliser.normalise(added.text)
        if added.entry in names and (key := key_of(text)):
            latest[key] = text, added.entry
    long = [row for key, row in latest.items() if len(key) >= SHORTEST]
    return Overlay(
        entries={key: entry for key, (_, entry) in latest.items()},
        texts=tuple(text for text, _ in long),
        owners=tuple(entry for _, entry in long),
    )


def key_of(text: str) -> str:
    """What is compared of a normalised text: its letters and digits."""
    return "".join(character for character in text if character.isalnum())


def stands_elsewhere(ranking: Ranking, normaliser: Normaliser, entry: str) -> str | None:
    """The id of another entry that the files give this very question to."""
    key = key_of(ranking.words.text)
    owners = (it.name for it in ranking.matches if normaliser.key(it.phrasing) == key)
    return next((owner for owner in owners if owner != entry), None)


def nearest_of_files(ranking: Ranking, normaliser: Normaliser) -> float:
    """How alike (0 to 100) the question is to the phrasings of the files, those beyond the FAQ included."""
    likeness = [100 * match.evidence.likeness for match in ranking.matches]
    if ranking.beyond:
        likeness.append(fuzz.ratio(ranking.words.text, normaliser.normalise(ranking.beyond.phrasing)))
    return max(likeness, default=0.0)


def same_meaning(asked: Words, added: Words) -> bool:
    """Whether two texts name the same things and numbers, and turn them around as often.

    国内 and 国际 differ in a single character.
    """
    return all(
        (
            set(asked.concepts) == set(added.concepts),
            DIGITS.findall(asked.text) == DIGITS.findall(added.text),
            TURNS.findall(asked.text) == TURNS.findall(added.text),
        )
    )
