"""What speaks for which answer: how much each feature weighs, fitted over all phrasings (see `fit`).

Weighing a question against every entry costs as much as the question is long, however many phrasings there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

# Kinds of features that tell more, or less, than their rarity says.
KIND_WEIGHT = {"w": 1.5, "c": 0.5}
# The rarity of what no phrasing has.
RAREST = 9.0


@dataclass(frozen=True, slots=True)
class Index:
    """The subjects are the entries and, from number `entries` on, the topics that lie beyond the FAQ.

    `features` numbers the features. For number n, `rarity[n]` is how rare it is (about 1, everywhere, to
    10), and the slice from `starts[n]` to `starts[n + 1]` of `subjects` and `weights` tells for whom it
    speaks, below 0 against whom. `phrasings` and `texts` hold each subject's phrasings, as they were
    written and as they are compared.
    """

    names: tuple[str, ...]
    entries: int
    features: Mapping[str, int]
    rarity: Sequence[float]
    starts: Sequence[int]
    subjects: Sequence[int]
    weights: Sequence[float]
    phrasings: tuple[tuple[str, ...], ...]
    texts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question against all subjects. `known` is the share of its weight that the index has ever seen."""

    scores: list[float]
    known: float


def weigh(index: Index, features: Mapping[str, int]) -> Weighed:
    scores = [0.0] * len(index.names)
    seen = unseen = 0.0
    subjects, weights, starts = index.subjects, index.weights, index.starts
    for feature, count in features.items():
        if (number := index.features.get(feature)) is None:
            unseen += heft(feature, count, RAREST) ** 2
            continue
        weight = heft(feature, count, index.rarity[number])
        seen += weight * weight
        start, end = starts[number], starts[number + 1]
        for subject, share in zip(subjects[start:end], weights[start:end], strict=True):
            scores[subject] += weight * share
    length = sqrt(seen) or 1.0
    return Weighed([score / length for score in scores], seen / (seen + unseen or 1.0))


def heft(feature: str, count: int, rarity: float) -> float:
    """How much a feature weighs within its text."""
    weight = rarity * KIND_WEIGHT.get(feature[0], 1.0)
    return weight if count == 1 else weight * (1 + log(count))


def shares(index: Index, features: Mapping[str, int], name: str) -> dict[str, float]:
    """How much each feature of a question speaks for one subject, for explanations."""
    subject = index.names.index(name)
    found: dict[str, float] = {}
    for feature, count in features.items():
        if (number := index.features.get(feature)) is not None:
            for at in range(index.starts[number], index.starts[number + 1]):
                if index.subjects[at] == subject:
                    found[feature] = heft(feature, count, index.rarity[number]) * index.weights[at]
    return found
