"""What a short question means in a thread: "and the international ones?" after one about refunds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import exp

from bot.faq.assistant import ANSWER, MOST_CHOICES, OFFER, Answered, Assistant, Hit, Reply, Unsure, unique
from bot.faq.entry import Entry
from bot.faq.index import Index, weigh
from bot.faq.words import Words
from bot.language import Language

# Concepts that stand in for each other: who names one of them takes back the others.
CONTRASTS = (
    frozenset({"mainland", "overseas"}),
    frozenset({"template", "signature", "qualification", "package"}),
    frozenset({"verification_code", "notification", "marketing"}),
    frozenset({"individual", "company", "sole_trader"}),
    frozenset({"letters", "digits"}),
)
# How a text begins or ends that goes on from what was said before, and words that point back to it: in a longer
# text they mean something of its own.
GOES_ON = re.compile(
    r"^(?:那|还有|另外|如果|要是|以及)|呢[?？!！。]*$"
    r"|^(?:and|or|so|also|then|but|if|with|what about|how about|what if|in a)\b"
)
POINTS_BACK = re.compile(r"\b(?:it|its|it's|they|them|that|those|ones?|too|instead)\b")

# How much what was asked before counts beside the text itself, and the places of an entry in the thread: of one
# that the answer before points to, that points to it, that is of its category, that is this answer itself.
# Measured on the tuned half of tests/faq/followups.jsonl, as all constants here.
BEFORE = 0.8
POINTED_TO = 0.2
POINTING = 0.1
SAME_CATEGORY = 0.1
ITSELF = -0.6
# The answer before speaks of several things that stand in for each other, and the text names one of these.
COVERING = 0.2
MOST_HITS = 5
# A text of more characters or English words than these says what it means: if it doesn't go on; in any case.
SHORT = 7
LONG = 16

PIECES = re.compile(r"[\u3400-\u9fff]|[a-z0-9'\-]+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to judge by that an entry is meant.

    `lead` over the next entry with the thread; `weight` of the text alone, and what it lacks to the `best` entry
    for it and to what lies `beyond` the FAQ; whether the text `goes_on` from what was said before.
    """

    lead: float
    weight: float
    best: float
    beyond: float
    goes_on: bool


def certainty(evidence: Evidence) -> float:
    """The chance, 0 to 1, that an expert would show this entry: a logistic regression, as for a lone question.

    Over the tuned half of the threads, and a hundred of each of the two files of tuned questions, asked in the
    thread of an entry by chance.
    """
    odds = (
        -1.48
        + 3.04 * evidence.lead
        + 2.79 * evidence.weight
        + 1.00 * evidence.best
        + 3.58 * evidence.beyond
        + 1.63 * evidence.goes_on
    )
    return 1 / (1 + exp(-odds))


@dataclass(frozen=True, slots=True)
class Turn:
    """What was asked in a thread, and the id of the entry or code that was shown for it."""

    asked: str
    shown: str


@dataclass(frozen=True, slots=True)
class Thread:
    """What was said before: `about` are the texts that tell it, `near` what an entry's place in it is worth.

    `taken_back` are the concepts of it that the text replaces by others; `goes_on` tells whether the text's words
    show that it belongs to the thread.
    """

    about: tuple[Words, ...]
    near: Mapping[str, float]
    taken_back: frozenset[str]
    goes_on: bool


def follow_up(
    assistant: Assistant,
    text: str,
    before: Turn,
    language: Language | None = None,
    otherwise: Language | None = None,
) -> Reply:
    """What to say to `text` in a thread in which `before` was the last that was asked and shown.

    A text that says all by itself, names codes, or says nothing of our business gets the reply it would get
    anywhere else.
    """
    own = assistant.reply(text, language, otherwise)
    words = assistant.matcher.reader.read(text)
    if stands_alone(own, words):
        return own
    thread = thread_of(assistant, words, before)
    complete = isinstance(own, Answered) and not thread.goes_on
    if complete and size(words) > SHORT:
        return own
    hits = rank(assistant, words, thread)
    return answered(own, hits) or (own if complete else choice(own, hits))


def stands_alone(own: Reply, words: Words) -> bool:
    """Whether the thread has nothing to add: codes or added phrasings were recognised, or nothing of ours."""
    if words.foreign or not words.concepts or size(words) > LONG:
        return True
    if isinstance(own, Answered):
        return any(hit.certainty == 1 for hit in own.shown)
    return bool(own.unlisted)


def size(words: Words) -> int:
    """How many Chinese characters and English words a text has."""
    return len(PIECES.findall(words.text))


def thread_of(assistant: Assistant, words: Words, before: Turn) -> Thread:
    reader = assistant.matcher.reader
    entry = assistant.entries.get(before.shown)
    titles = (entry.title.zh, entry.title.en) if entry else ()
    about = tuple(map(reader.read, (before.asked, *titles)))
    named = {concept for it in about for concept in it.concepts}
    near = places(assistant, before.shown, entry)
    if entry and covers(reader.read(entry.title.zh), words):
        near[entry.id] = COVERING
    taken = taken_back(named, frozenset(words.concepts))
    return Thread(about, near, taken, goes_on=bool(taken) or goes_on(words))


def goes_on(words: Words) -> bool:
    """Whether a text shows by its words that it belongs to what was said before."""
    points_back = size(words) <= SHORT and POINTS_BACK.search(words.text)
    return bool(points_back or GOES_ON.search(words.text))


def places(assistant: Assistant, shown: str, entry: Entry | None) -> dict[str, float]:
    """What the place of each entry near the answer before is worth."""
    if entry is None:
        named = assistant.codes.named(shown)
        return {name: POINTED_TO for reading in (named.readings if named else ()) for name in reading.see}
    worth: dict[str, float] = {}
    for other in assistant.entries.values():
        place = POINTED_TO * (other.id in entry.see) + POINTING * (entry.id in other.see)
        worth[other.id] = place + SAME_CATEGORY * (other.category == entry.category)
    return {**worth, entry.id: ITSELF}


def covers(title: Words, words: Words) -> bool:
    """Whether an answer to several things that stand in for each other is meant for one of them as well."""
    kinds = [group.intersection(title.concepts) for group in CONTRASTS]
    return any(len(kind) > 1 and kind.intersection(words.concepts) for kind in kinds)


def taken_back(named: set[str], new: frozenset[str]) -> frozenset[str]:
    """The concepts of the thread in whose stead the text names another one."""
    return frozenset(
        concept for group in CONTRASTS if group & new and not group & new & named for concept in group & named
    )


def rank(assistant: Assistant, words: Words, thread: Thread) -> tuple[Hit, ...]:
    """The entries by the text and the thread together, best first."""
    index = assistant.matcher.index
    alone = weigh(index, words.features).scores
    names = index.names[: index.entries]
    together = with_thread(index, alone, thread)
    best = nlargest(MOST_HITS, range(len(names)), together.__getitem__)
    hits = (
        Hit(assistant.entries[names[at]], certainty(evidence(index, at, alone, together, thread)))
        for at in best
    )
    return tuple(hits)


def with_thread(index: Index, alone: Sequence[float], thread: Thread) -> list[float]:
    asked, *titles = (weigh(index, remaining(it, thread.taken_back)).scores for it in thread.about)
    scores = []
    for at in range(index.entries):
        before = (asked[at] + max((title[at] for title in titles), default=asked[at])) / 2
        scores.append(alone[at] + BEFORE * max(before, 0.0) + thread.near.get(index.names[at], 0.0))
    return scores


def remaining(words: Words, taken: frozenset[str]) -> dict[str, int]:
    """The features of a text without those of concepts that are taken back."""
    return {
        feature: count
        for feature, count in words.features.items()
        if not (feature[1:2] == "§" and taken.intersection(feature[2:].split("+")))
    }


def evidence(
    index: Index,
    at: int,
    alone: Sequence[float],
    together: Sequence[float],
    thread: Thread,
) -> Evidence:
    rival = max((score for other, score in enumerate(together) if other != at), default=0.0)
    return Evidence(
        lead=together[at] - rival,
        weight=alone[at],
        best=alone[at] - max(alone[: index.entries]),
        beyond=alone[at] - max(alone[index.entries :], default=0.0),
        goes_on=thread.goes_on,
    )


def answered(own: Reply, hits: tuple[Hit, ...]) -> Answered | None:
    """The thread's answer, where it is certain."""
    best = hits[0]
    return (
        Answered(own.question, own.language, (best,), every(own, hits)) if best.certainty >= ANSWER else None
    )


def choice(own: Reply, hits: tuple[Hit, ...]) -> Reply:
    """What the thread says, and what the text says alone; if the thread says nothing, the reply to that."""
    if hits[0].certainty < OFFER and not isinstance(own, Answered):
        return own
    choices = unique((hits[0], *own.hits[:1], *hits))[:MOST_CHOICES]
    return Unsure(own.question, own.language, choices, every(own, hits))


def every(own: Reply, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    return unique((*hits, *own.hits))
