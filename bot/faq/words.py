"""What a text is made of: characters, words, concepts and sounds, as features to compare by.

A feature is a string whose first letter tells its kind, so that an explanation can show it:

    h签  hh签名  hhh签名被   one, two, three Chinese characters in a row
    wtemplate  ptemplate rejected   an English word, and two in a row, without their endings
    ~templ           four letters in a row of a longer word, for misspellings
    c§refund         a concept, whatever language it was said in
    d§refund+package   two concepts of one text
    s'duan'xin       two sounds in a row
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.faq.entry import Concept, Role
from bot.faq.normalise import Normaliser
from bot.faq.sounds import Sounds
from bot.language import Both

RUN = re.compile(r"[a-z0-9]+(?:['\-_.][a-z0-9]+)*|[㐀-鿿]+")
ASKED = re.compile(r"[a-z']+|\?")
PARTS = re.compile(r"[a-z]+|[0-9]+")
ENDINGS = (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))
# Words that say nothing of what a text is about.
EMPTY = frozenset(
    (
        "a an the to of in is are was be been am i we you he she it they me my our your its this that these"
        " those and or for on at by with as do does did so just please pls any some there here if then than s"
        " t ll ve re d m"
    ).split()
)
PAIRED_CONCEPTS = 8


@dataclass(frozen=True, slots=True)
class Words:
    """A text taken apart.

    `features` holds how often each occurs. `pinyin`: it was typed in letters. `asks`: something in it asks or
    reports trouble. `domain`, `foreign`: it names things of the SMS business, or other products.
    """

    text: str
    features: dict[str, int]
    concepts: tuple[str, ...]
    pinyin: bool
    asks: bool
    domain: bool
    foreign: bool


class Reader:
    """Takes texts apart, the phrasings and the questions alike."""

    def __init__(self, normaliser: Normaliser, sounds: Sounds, concepts: Iterable[Concept]) -> None:
        self.normaliser = normaliser
        self.sounds = sounds
        self._by_first: dict[str, list[tuple[str, str]]] = {}
        self._by_word: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._roles: dict[str, Role] = {}
        self._asking: Both[set[str]] = Both(set(), set())
        for concept in concepts:
            self._learn(concept)
        for rows in self._by_first.values():
            rows.sort(key=lambda row: -len(row[0]))
        for phrases in self._by_word.values():
            phrases.sort(key=lambda row: -len(row[0]))

    def _learn(self, concept: Concept) -> None:
        if concept.role == "asking":
            self._asking.zh.update(map(self.normaliser.normalise, concept.words.zh))
            self._asking.en.update(map(self.normaliser.normalise, concept.words.en))
            return
        if concept.role:
            self._roles[concept.name] = concept.role
        for word in map(self.normaliser.normalise, concept.words.zh):
            self._by_first.setdefault(word[0], []).append((word, concept.name))
        for phrase in concept.words.en:
            stems = tuple(map(stem, PARTS.findall(self.normaliser.normalise(phrase))))
            self._by_word.setdefault(stems[0], []).append((stems, concept.name))

    def read(self, text: str) -> Words:
        return self.read_normalised(self.normaliser.normalise(text))

    def read_normalised(self, text: str) -> Words:
        latin = tuple(stem(part) for part in PARTS.findall(text))
        concepts = tuple(dict.fromkeys([*self._chinese_concepts(text), *self._english_concepts(latin)]))
        typed = self._typed_syllables(text)
        features: dict[str, int] = {}
        found = (
            [f"s{pair}" for pair in self.sounds.typed_pairs(typed)]
            if typed
            else self._spelt(text, latin, concepts)
        )
        for feature in found:
            features[feature] = features.get(feature, 0) + 1
        roles = {self._roles.get(concept) for concept in concepts}
        return Words(
            text, features, concepts, bool(typed), self._asks(text), "domain" in roles, "foreign" in roles
        )

    def _asks(self, text: str) -> bool:
        spaced = f" {' '.join(ASKED.findall(text))} "
        return any(word in text for word in self._asking.zh) or any(
            f" {it} " in spaced for it in self._asking.en
        )

    def _spelt(self, text: str, latin: tuple[str, ...], concepts: tuple[str, ...]) -> Iterator[str]:
        for run in RUN.findall(text):
            if run[0] >= "㐀":
                yield from grams(run)
                yield from (f"s{pair}" for pair in self.sounds.pairs(run))
        for word in latin:
            if word not in EMPTY:
                yield f"w{word}"
                yield from (f"~{word[at : at + 4]}" for at in range(len(word) - 3) if len(word) > 4)
        yield from (f"p{left} {right}" for left, right in itertools.pairwise(latin))
        yield from (f"c§{name}" for name in concepts)
        paired = sorted(concepts[:PAIRED_CONCEPTS])
        yield from (f"d§{left}+{right}" for at, left in enumerate(paired) for right in paired[at + 1 :])

    def _chinese_concepts(self, text: str) -> Iterator[str]:
        at = 0
        while at < len(text):
            for word, name in self._by_first.get(text[at], ()):
                if text.startswith(word, at) and whole(text, at, at + len(word)):
                    yield name
                    at += len(word)
                    break
            else:
                at += 1

    def _english_concepts(self, stems: tuple[str, ...]) -> Iterator[str]:
        at = 0
        while at < len(stems):
            for phrase, name in self._by_word.get(stems[at], ()):
                if stems[at : at + len(phrase)] == phrase:
                    yield name
                    at += len(phrase)
                    break
            else:
                at += 1

    def _typed_syllables(self, text: str) -> tuple[str, ...]:
        """The syllables of a text that is pinyin from end to end, but for names and numbers; else none."""
        words = re.findall(r"[a-z]+", text)
        if not words or re.search(r"[㐀-鿿]", text):
            return ()
        cut = [self.sounds.syllables(word) for word in words]
        syllables = tuple(syllable for cuts in cut for syllable in cuts)
        letters = sum(map(len, words))
        if len(syllables) >= 3 and sum(map(len, syllables)) >= 0.8 * letters and not glued(words):
            return syllables
        return ()


def glued(words: list[str]) -> bool:
    """Whether English words hold the text together: "can he change men" is spelt like pinyin."""
    return sum(
        word in EMPTY or word in {"can", "how", "what", "not", "no", "one"} for word in words
    ) * 3 > len(words)


def whole(text: str, start: int, end: int) -> bool:
    """Whether Latin letters or digits at the ends of a found word are not the middle of a longer one."""
    before = start > 0 and ascii_word(text[start]) and ascii_word(text[start - 1])
    behind = end < len(text) and ascii_word(text[end - 1]) and ascii_word(text[end])
    return not before and not behind


def ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def grams(run: str) -> Iterator[str]:
    yield from (f"h{run[at]}" for at in range(len(run)))
    yield from (f"hh{run[at : at + 2]}" for at in range(len(run) - 1))
    yield from (f"hhh{run[at : at + 3]}" for at in range(len(run) - 2))


def stem(word: str) -> str:
    """An English word without its ending: package, packages, packaged and packaging → packag."""
    for ending, rest in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "us", "is")):
            word = word[: -len(ending)] + rest
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1].isalpha() else word
