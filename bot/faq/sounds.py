"""Pinyin: what a character sounds like, and which letters are typed pinyin."""

import itertools
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files

# The differences that many speakers, and so many input methods, don't make.
ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
LETTERS = re.compile(r"[a-z]+")


class Sounds:
    """The readings of the characters, coarse enough for homophones and near-homophones to be equal."""

    def __init__(self, table: str) -> None:
        self._of: dict[str, list[str]] = {}
        self._syllables: set[str] = set()
        for line in table.splitlines():
            if line and not line.startswith("#"):
                syllable, characters = line.split(" ")
                self._syllables.add(syllable)
                for character in characters:
                    self._of.setdefault(character, []).append(coarse(syllable))

    @classmethod
    def shipped(cls) -> "Sounds":
        return cls((files("bot.faq") / "pinyin.txt").read_text("utf-8"))

    def pairs(self, han: str) -> Iterator[str]:
        """Each two neighbouring sounds of a run of Chinese characters, in every reading."""
        readings = [self._of.get(character, [character]) for character in han]
        return pairs(readings)

    def typed_pairs(self, syllables: Iterable[str]) -> Iterator[str]:
        """The same of syllables that were typed as letters."""
        return pairs([[coarse(syllable)] for syllable in syllables])

    def syllables(self, letters: str) -> tuple[str, ...]:
        """`letters` cut into syllables, the longest first; empty when they are no pinyin."""
        cuts: list[tuple[str, ...] | None] = [()]
        for end in range(1, len(letters) + 1):
            found = None
            for start in range(max(0, end - 6), end):
                before = cuts[start]
                if before is not None and letters[start:end] in self._syllables:
                    cut = (*before, letters[start:end])
                    found = cut if found is None or len(cut) < len(found) else found
            cuts.append(found)
        return cuts[-1] or ()


def coarse(syllable: str) -> str:
    """A syllable without the differences that many speakers don't make."""
    for fine, plain in ALIKE:
        syllable = syllable.replace(fine, plain)
    return syllable


def pairs(readings: list[list[str]]) -> Iterator[str]:
    for left, right in itertools.pairwise(readings):
        for first in left:
            for second in right:
                yield f"{first}'{second}"
