"""Fits the index over the phrasings.

Every phrasing is a vector of its features, rare ones weighing more (tf-idf), of length 1. A subject
begins as the mean of its phrasings. Then each phrasing is weighed like a question, and where its own
subject does not lead by a margin, the weights of its features move a little from the wrong subject to
the right one (the passive-aggressive algorithm of Crammer et al. 2006, averaged over all steps). The
order is shuffled with a fixed seed: the same knowledge gives the same index.
"""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from random import Random

import numpy as np
from numpy.typing import NDArray

from bot.faq.index import Index, heft
from bot.faq.words import Reader, Words

# A feature of a single phrasing tells nothing of the next one.
FEWEST = 2
FEWEST_SOUNDS = 3
MARGIN = 0.5
BOLDNESS = 0.1
START = 2.0
ROUNDS = 5
MOST_STEPS = 140_000
# Weights nearer to 0 than this decided nothing when measured, and would be most of all.
FAINTEST = 0.04

Floats = NDArray[np.float32]
Vector = tuple[NDArray[np.intp], Floats]


def fit_index(subjects: Sequence[tuple[str, Sequence[str]]], entries: int, reader: Reader) -> Index:
    """An index over (name, phrasings) pairs, of which the first `entries` are entries, the rest topics."""
    written = [tuple(dict.fromkeys(phrasings)) for _, phrasings in subjects]
    read = [[reader.read(phrasing) for phrasing in phrasings] for phrasings in written]
    rarity = rarities([words for rows in read for words in rows])
    numbers = {feature: at for at, feature in enumerate(rarity)}
    examples = [(subject, words.features) for subject, rows in enumerate(read) for words in rows]
    examples += [
        (subject, sounds) for subject, words in examples if len(sounds := sounds_of(words)) >= FEWEST_SOUNDS
    ]
    vectors = [vector(features, rarity, numbers) for _, features in examples]
    labels = [subject for subject, _ in examples]
    weights = refined(vectors, labels, means(vectors, labels, len(numbers), len(read)))
    starts, of, packed = pack(weights)
    return Index(
        names=tuple(name for name, _ in subjects),
        entries=entries,
        features=numbers,
        rarity=array("f", rarity.values()),
        starts=starts,
        subjects=of,
        weights=packed,
        phrasings=tuple(written),
        texts=tuple(tuple(words.text for words in rows) for rows in read),
    )


def rarities(phrasings: Sequence[Words]) -> dict[str, float]:
    """How rare each feature is: 1 for one that is in every phrasing."""
    seen: Counter[str] = Counter()
    for words in phrasings:
        seen.update(words.features.keys())
    total = 1 + len(phrasings)
    return {feature: log(total / (1 + count)) + 1 for feature, count in seen.items() if count >= FEWEST}


def sounds_of(features: Mapping[str, int]) -> dict[str, int]:
    """What is left of a Chinese phrasing when it is typed as pinyin."""
    return {feature: count for feature, count in features.items() if feature.startswith("s")}


def vector(features: Mapping[str, int], rarity: dict[str, float], numbers: dict[str, int]) -> Vector:
    known = [(feature, count) for feature, count in features.items() if feature in numbers]
    at = np.array([numbers[feature] for feature, _ in known], dtype=np.intp)
    values = np.array([heft(feature, count, rarity[feature]) for feature, count in known], dtype=np.float32)
    return at, values / (np.linalg.norm(values) or 1.0)


def means(vectors: Sequence[Vector], labels: Sequence[int], features: int, subjects: int) -> Floats:
    total = np.zeros((features, subjects), dtype=np.float32)
    for (at, values), label in zip(vectors, labels, strict=True):
        total[at, label] += values
    lengths = np.linalg.norm(total, axis=0)
    scale = START / np.where(lengths > 0, lengths, 1.0)
    return total * scale.astype(np.float32)


def refined(vectors: Sequence[Vector], labels: Sequence[int], weights: Floats) -> Floats:
    """The weights after the wrong leaders have been corrected, averaged over all steps."""
    drift = np.zeros_like(weights)
    order = list(range(len(vectors)))
    shuffle = Random(0).shuffle  # noqa: S311 - the same order every time is the point
    step = 1
    for _ in range(max(1, min(ROUNDS, MOST_STEPS // max(1, len(vectors))))):
        shuffle(order)
        for number in order:
            at, values = vectors[number]
            scores = values @ weights[at]
            right = labels[number]
            own, scores[right] = scores[right], -np.inf
            wrong = int(scores.argmax())
            if (loss := MARGIN - own + scores[wrong]) > 0:
                move = min(BOLDNESS, loss / 2) * values
                weights[at, right] += move
                weights[at, wrong] -= move
                drift[at, right] += step * move
                drift[at, wrong] -= step * move
            step += 1
    return weights - drift / np.float32(step)


def pack(weights: Floats) -> tuple[Sequence[int], Sequence[int], Sequence[float]]:
    """The weights that matter, feature after feature: where each begins, whose they are, how much."""
    starts, of, packed = array("I", [0]), array("H"), array("f")
    for row in weights:
        (subjects,) = np.nonzero(np.abs(row) >= FAINTEST)
        of.extend(subjects.tolist())
        packed.extend(row[subjects].tolist())
        starts.append(len(of))
    return starts, of, packed
