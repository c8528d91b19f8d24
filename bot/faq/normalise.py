"""One spelling for texts that look different and say the same."""

import re
import unicodedata

from opencc import OpenCC

# A question is short. What is longer is a pasted log, and its codes are found before this.
LONGEST = 400

BLANKS = re.compile(r"\s+")
MENTION = re.compile(r"<[@#!][^>]*>|@[\w.\-]+")
ADDRESS = re.compile(r"https?://[^\s\u4e00-\u9fff，。；]+|www\.[^\s\u4e00-\u9fff，。；]+")
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


class Normaliser:
    """Opens the table of Chinese characters once; then a text is normalised in a few microseconds."""

    def __init__(self) -> None:
        # Taiwan's vocabulary to the mainland's (簡訊 → 短信), every traditional character to simplified.
        self._simplify = OpenCC("tw2sp").convert

    def normalise(self, text: str) -> str:
        """Compatible characters unified, simplified, lower case, single blanks, no mentions or addresses."""
        text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text[: LONGEST * 4]))
        text = ADDRESS.sub(" url ", MENTION.sub(" ", text))
        return BLANKS.sub(" ", self._simplify(text).lower()).strip()[:LONGEST]

    def key(self, text: str) -> str:
        """What no two phrasings may share: letters and digits only."""
        return "".join(character for character in self.normalise(text) if character.isalnum())
