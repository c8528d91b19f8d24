"""Questions that nobody has an answer for yet, those that ask the same put together."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from math import sqrt

from bot.faq.asked import Asked
from bot.faq.index import Index, heft, weigh
from bot.faq.words import Reader
from bot.language import LANGUAGES, Language

# How alike (0 to 1) each two questions of a gap are. Measured on the tuned questions: of the pairs that come
# together so, 96 in a hundred have the same answer.
ALIKE = 0.55
# The share of what a text is about, beside what it says.
ABOUT = 0.5
MOST_SUBJECTS = 5
# The kinds of features to compare by: pairs of characters, English words and concepts, which count for more.
KIND = re.compile(r"hh(?!h)|w|c")
CONCEPT = 3.0
UNSEEN = 3.0
MOST_NEAREST = 3

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions in one language that ask the same, newest first; there is at least one."""

    questions: tuple[Asked, ...]

    @property
    def language(self) -> Language:
        return self.questions[0].language

    @property
    def count(self) -> int:
        return len(self.questions)

    @property
    def last(self) -> datetime:
        return self.questions[0].at

    @property
    def example(self) -> str:
        """The question that is asked most, or else the newest."""
        texts = [it.text.strip() for it in self.questions]
        return max(texts, key=texts.count)

    @property
    def texts(self) -> tuple[str, ...]:
        """The different ways in which it was asked: what can be added to an entry."""
        return different(it.text.strip() for it in self.questions)

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the questions: what is settled with the gap."""
        return tuple(it.id for it in self.questions)

    @property
    def people(self) -> tuple[str, ...]:
        return different(it.person for it in self.questions)

    @property
    def channels(self) -> tuple[str, ...]:
        return different(it.channel for it in self.questions)

    @property
    def reasons(self) -> tuple[str, ...]:
        return different(reason for it in self.questions for reason in it.reasons)

    @property
    def nearest(self) -> tuple[str, ...]:
        """The ids of up to three entries or codes that were offered most, those that were not it left out."""
        votes: dict[str, float] = {}
        rejected = {name for it in self.questions for name in it.rejected}
        for it in self.questions:
            for place, name in enumerate(it.offered, 1):
                votes[name] = votes.get(name, 0.0) + 1 / place
        ranked = sorted(votes, key=lambda name: (-votes[name], name))
        return tuple(name for name in ranked if name not in rejected)[:MOST_NEAREST]


def gaps(asked: Iterable[Asked], reader: Reader, index: Index) -> list[Gap]:
    """What is missing, first what most people asked for, and of that what was asked last.

    The order in which the questions are given doesn't matter.
    """
    rows = sorted(asked, key=lambda it: (it.at, it.id))
    found = [
        Gap(tuple(reversed(cluster)))
        for language in LANGUAGES
        for cluster in clusters([it for it in rows if it.language == language], reader, index)
    ]
    return sorted(found, key=lambda gap: (-len(gap.people), -gap.last.timestamp(), gap.names))


def clusters(rows: Sequence[Asked], reader: Reader, index: Index) -> list[list[Asked]]:
    """Each question, oldest first, joins the questions that it is most like, if it is like all of them."""
    found: list[list[int]] = []
    likeness = Likeness()
    for at, row in enumerate(rows):
        alike = likeness.take(vector(reader, index, row.text))
        # The second part decides between gaps that are alike to the same degree: the older one.
        nearness = (
            (min(alike.get(other, 0.0) for other in cluster), -place)
            for place, cluster in enumerate(found)
            if cluster[0] in alike
        )
        nearest, place = max(nearness, default=(0.0, 0))
        if nearest >= ALIKE:
            found[-place].append(at)
        else:
            found.append([at])
    return [[rows[at] for at in cluster] for cluster in found]


class Likeness:
    """How alike a text is to those before it: the cosine of their vectors, by the features they share."""

    def __init__(self) -> None:
        self._holders: dict[str, list[tuple[int, float]]] = {}
        self._taken = 0

    def take(self, features: Vector) -> dict[int, float]:
        """The likeness to each earlier text that it shares anything with, by number; then it is one of them."""
        alike: dict[int, float] = {}
        for feature, weight in features.items():
            holders = self._holders.setdefault(feature, [])
            for number, other in holders:
                alike[number] = alike.get(number, 0.0) + weight * other
            holders.append((self._taken, weight))
        self._taken += 1
        return alike


def vector(reader: Reader, index: Index, text: str) -> Vector:
    """What a text says and what it is about, as one vector of length 1: its words, and the subjects they speak for.

    A text of nothing but signs is only like itself.
    """
    features = {
        feature: count for feature, count in reader.read(text).features.items() if KIND.match(feature)
    }
    said = of_length(1 - ABOUT, said_by(features, index) or {text: 1.0})
    about = of_length(ABOUT, about_by(features, index))
    return of_length(1.0, {**said, **about})


def said_by(features: Mapping[str, int], index: Index) -> Vector:
    return {
        feature: (CONCEPT if feature.startswith("c") else 1.0) * heft(feature, count, rarity(index, feature))
        for feature, count in features.items()
    }


def about_by(features: Mapping[str, int], index: Index) -> Vector:
    """The subjects that the text speaks for most. They are numbered apart from its features by a #."""
    scores = weigh(index, features).scores
    best = nlargest(MOST_SUBJECTS, range(len(scores)), scores.__getitem__)
    return {f"#{at}": scores[at] ** 2 for at in best if scores[at] > 0}


def of_length(square: float, weights: Vector) -> Vector:
    """The weights so that their squares add up to `square`."""
    total = sum(weight * weight for weight in weights.values())
    scale = sqrt(square / total) if total else 0.0
    return {feature: weight * scale for feature, weight in weights.items()}


def rarity(index: Index, feature: str) -> float:
    """How rare a feature is. Of one that no phrasing has, other questions rarely have it either: it counts little."""
    number = index.features.get(feature)
    return UNSEEN if number is None else index.rarity[number]


def different(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts once each, in their order; empty ones are none."""
    return tuple(dict.fromkeys(text for text in texts if text))
