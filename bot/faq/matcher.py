"""Which entries a question may mean, best first, and how certain that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest

from rapidfuzz import fuzz, process

from bot.faq.certainty import Evidence, certainty
from bot.faq.index import Index, weigh
from bot.faq.words import Reader, Words

# Entries that are compared phrasing by phrasing, after all have been weighed; as many are handed on.
MOST_MATCHES = 5
# What RapidFuzz may add to an entry's weight: as much as separates near twins, no more.
LIKENESS_WEIGHT = 0.15


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that a question may mean: its most alike `phrasing`, and the `evidence` for it."""

    name: str
    phrasing: str
    evidence: Evidence

    @property
    def certainty(self) -> float:
        """The measured chance, 0 to 1, that this is what was asked."""
        return certainty(self.evidence)


@dataclass(frozen=True, slots=True)
class Beyond:
    """The topic beyond the FAQ that comes nearest."""

    name: str
    weight: float
    phrasing: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The entries for a question, best first."""

    words: Words
    matches: tuple[Match, ...]
    beyond: Beyond | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A subject with its weight, and the phrasing of it that is most alike (0 to 1)."""

    subject: int
    weight: float
    likeness: float
    phrasing: str


class Matcher:
    def __init__(self, index: Index, reader: Reader) -> None:
        self.index = index
        self.reader = reader

    def rank(self, text: str) -> Ranking:
        words = self.reader.read(text)
        weighed = weigh(self.index, words.features)
        scores = weighed.scores
        best = nlargest(MOST_MATCHES, range(self.index.entries), scores.__getitem__)
        compared = [self._compare(words.text, at, scores[at]) for at in best]
        compared.sort(key=lambda row: -(row.weight + LIKENESS_WEIGHT * row.likeness))
        beyond = self._beyond(words.text, scores)
        against = beyond.weight if beyond else 0.0
        matches = (
            self._match(row, compared, against, weighed.known, words) for row in compared[:MOST_MATCHES]
        )
        return Ranking(words, tuple(matches), beyond)

    def _compare(self, text: str, subject: int, weight: float) -> Compared:
        _, likeness, at = process.extractOne(text, self.index.texts[subject], scorer=fuzz.ratio)
        return Compared(subject, weight, likeness / 100, self.index.phrasings[subject][at])

    def _beyond(self, text: str, scores: Sequence[float]) -> Beyond | None:
        topics = range(self.index.entries, len(scores))
        nearest = max(topics, key=scores.__getitem__, default=None)
        if nearest is None or scores[nearest] <= 0:
            return None
        row = self._compare(text, nearest, scores[nearest])
        return Beyond(self.index.names[nearest], row.weight, row.phrasing)

    def _match(
        self, row: Compared, compared: Sequence[Compared], beyond: float, known: float, words: Words
    ) -> Match:
        rival = max((other.weight for other in compared if other is not row), default=0.0)
        evidence = Evidence(
            weight=row.weight,
            lead=row.weight - rival,
            beyond=row.weight - beyond,
            likeness=row.likeness,
            known=known,
            asks=words.asks or words.pinyin,
            domain=words.domain or words.pinyin,
            foreign=words.foreign,
        )
        return Match(self.index.names[row.subject], row.phrasing, evidence)
