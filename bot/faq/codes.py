"""Error codes, found exactly wherever they stand: in a sentence, a log line, pasted JSON."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.faq import clues
from bot.faq.clues import SHORTEST_SLIP, Text, folded
from bot.faq.entry import Code
from bot.language import Both

# The vendor's own sample prints a code without its last letter, and screens cut long ones off.
SHORTEST_PREFIX = 20
# What stands behind the dot is enough to tell a code by, unless it is as common as NetworkError.
SHORTEST_LAST_PART = 14
LONGEST_NAME = 90
LONGEST_LONE = 200
# A pasted log may be a megabyte; its first codes tell what is wrong.
LONGEST = 100_000
MOST_CODES = 8
MOST_NEAR = 3
# Words of a log that are held against all codes, in case one is misspelt.
MOST_TRIED = 100

ATOM = re.compile(r"[A-Za-z0-9]++(?:_++[A-Za-z0-9]++)*+")
DOTTED = re.compile(r"[A-Za-z][A-Za-z0-9]*+\.[A-Za-z][A-Za-z0-9]*+(?!_+[A-Za-z0-9])")
MEMBER_BEHIND = re.compile(r"\.[A-Za-z]")
SPACED_COLON = re.compile(r"([A-Z]{2})\s*:\s*(\d{4})")
RECEIPT_FORM = re.compile(r"([A-Z]{2}):\d{4}")


@dataclass(frozen=True, slots=True)
class Named:
    """A code that a text names, with all its readings: several where carriers disagree."""

    name: str
    readings: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Something of a code's form that no table has; `near` are codes it may have meant, best first.

    `family` tells what the part before the dot (or the colon) says, where that is known.
    """

    name: str
    near: tuple[str, ...]
    family: Both[str] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The codes of a text. `bare`: it holds little else."""

    named: tuple[Named, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    bare: bool = False


class Mention(NamedTuple):
    """Where a text names a code; `named` is None when no table has it."""

    start: int
    end: int
    named: Named | None


class CodeTable:
    """Every code by its name, in any case and width."""

    def __init__(
        self,
        codes: Iterable[Code],
        families: Mapping[str, Both[str]],
        receipt_families: Mapping[str, Both[str]],
    ) -> None:
        readings: dict[str, list[Code]] = {}
        for code in codes:
            readings.setdefault(folded(code.name), []).append(code)
        self._named = {name: Named(its[0].name, in_order(its)) for name, its in readings.items()}
        self._names_at_all = list(self._named)
        self._long = sorted(name for name in readings if len(name) >= 8)
        self._by_last_part = by_last_part(readings)
        self._last_parts = sorted(self._by_last_part)
        self._families = {folded(name): meaning for name, meaning in families.items()}
        self._receipt_families = {folded(name): meaning for name, meaning in receipt_families.items()}
        atoms = (ATOM.search(name) for name in (*readings, *self._receipt_families))
        self._first_atoms = {atom[0] for atom in atoms if atom and atom[0][0].isalpha()}
        # CMPP30ERR: is a name with what follows its colon left open.
        self._named.update({name[:-1]: it for name, it in self._named.items() if name.endswith(":")})

    def named(self, name: str) -> Named | None:
        """The code of exactly this name, or of an unmistakable part of it."""
        wanted = folded(name)
        return self._listed(wanted) or self._by_part(wanted)

    def is_family(self, name: str) -> bool:
        """Whether a code is only what others begin with, as InvalidParameter is."""
        return folded(name) in self._families

    def look_up(self, name: str) -> Named | Unlisted:
        """What is known of a code that somebody typed as one."""
        return self.named(name) or self._unlisted(name)

    def find(self, text: str, *, about_sms: bool) -> Found:
        """The codes in a text; `about_sms` says that it speaks of SMS, so that a bare number may be one."""
        rest = text = clues.straightened(text[:LONGEST])
        alone = self._alone(text)
        mentions: list[Mention] = []
        for look in (self._names, self._receipt_numbers, self._numbers, self._slips):
            more = list(look(Text(rest, about_sms, alone)))
            rest = without(rest, more)
            mentions += more
        mentions.sort()
        named = {it.named.name: it.named for it in mentions if it.named}
        unlisted = dict.fromkeys(text[it.start : it.end] for it in mentions if not it.named)
        return Found(
            tuple(named.values())[:MOST_CODES],
            tuple(self._unlisted(name) for name in tuple(unlisted)[:MOST_NEAR]),
            bare=bool(mentions) and len(re.findall(r"\w", rest)) <= 2,
        )

    def _alone(self, text: str) -> bool:
        if len(text) > LONGEST_LONE:
            return False
        pieces = clues.pieces_of(text)
        one = len(pieces) == 1 and pieces[0].isascii()
        return one or all(self._listed(folded(it)) or not clues.LETTER.search(it) for it in pieces)

    def _names(self, it: Text) -> Iterator[Mention]:
        """What has letters."""
        atoms = [match.span() for match in ATOM.finditer(it.text)]
        taken = 0
        for at, (start, _) in enumerate(atoms):
            if start >= taken and it.text[start].isalpha() and (mention := self._name(it, atoms, at)):
                yield mention
                taken = mention.end

    def _name(self, it: Text, atoms: Sequence[tuple[int, int]], at: int) -> Mention | None:
        start, end = atoms[at]
        escape = clues.ESCAPE.match(it.text, start)
        for begin in (start, escape.end()) if escape else (start,):
            if mention := self._whole(it, begin, atoms[at : at + 3]) or self._part(it, begin, end):
                return mention
        return None

    def _whole(self, it: Text, start: int, atoms: Sequence[tuple[int, int]]) -> Mention | None:
        """The longest name that begins at `start`; it ends with one of the `atoms`."""
        if it.text[start : atoms[0][1]].upper() not in self._first_atoms:
            return None
        for _, end in reversed(atoms):
            written = it.text[start:end] if end - start <= LONGEST_NAME else ""
            named = self._listed(SPACED_COLON.sub(r"\1:\2", written.upper()))
            if named and self._stands(it, named, start, end):
                return Mention(start, end, named)
            if not named and self._is_unknown_receipt(it, written, start):
                return Mention(start, end, None)
        return None

    def _part(self, it: Text, start: int, end: int) -> Mention | None:
        """A name that is cut off at its end, or only what is behind its dot."""
        if mention := self._dotted_part(it, start):
            return mention
        if end - start < (SHORTEST_SLIP if it.alone else SHORTEST_LAST_PART):
            return None
        named = self._by_part(it.text[start:end].upper())
        return Mention(start, end, named) if named else None

    def _dotted_part(self, it: Text, start: int) -> Mention | None:
        """The same with a dot in it; and a code that no table has, when the family before the dot is known."""
        dotted = DOTTED.match(it.text, start)
        if not dotted or len(dotted[0]) > LONGEST_NAME:
            return None
        family, _, last = dotted[0].upper().partition(".")
        named = self._cut_off(f"{family}.{last}")
        if not named and family not in self._families and len(last) >= SHORTEST_LAST_PART:
            named = self._by_part(last)
        return Mention(start, dotted.end(), named) if named or family in self._families else None

    def _stands(self, it: Text, named: Named, start: int, end: int) -> bool:
        """Whether a listed name is meant as a code where it stands."""
        name = folded(named.name)
        if named.readings[0].origin == "receipt":
            return self._is_receipt(it, name, start, end)
        if name == "OK":
            return bool(clues.OK_BEFORE.search(it.before(start)))
        return name not in self._families or not MEMBER_BEHIND.match(it.text, end)

    def _is_receipt(self, it: Text, name: str, start: int, end: int) -> bool:
        written = it.text[start:end]
        if ":" in name:
            return clues.receipt_with_colon(it, name, start, end)
        if name in clues.ORDINARY:
            return self._is_status(it, written, start, end)
        if re.search(r"\d", name):
            # The short name of a commit looks like f132200.
            return it.alone or written.isupper() or not re.fullmatch(r"[0-9A-F]+", name)
        return written.isupper() or written.islower() or written.istitle()

    def _is_status(self, it: Text, written: str, start: int, end: int) -> bool:
        """Whether a word such as EXPIRED is the carrier's, and not the writer's."""
        before, behind = it.before(start), it.behind(end)
        receipt = clues.RECEIPT_BEFORE.search(before)
        if receipt and clues.FIELD_BEFORE.search(before) and not clues.SENTENCE_BEHIND.match(behind):
            return True
        if not written.isupper() or self._shouted(it, start, end):
            return False
        return bool(receipt or it.about_sms or it.alone or clues.STATUS_BEFORE.search(before))

    def _shouted(self, it: Text, start: int, end: int) -> bool:
        """Whether a word in capitals stands among others: MY TEMPLATE EXPIRED."""
        beside = (clues.WORD_BEFORE.search(it.before(start)), clues.WORD_BEHIND.match(it.text, end))
        return any(
            word[1].isupper() and not self._listed(word[1]) and not clues.RECEIPT_AHEAD.fullmatch(word[1])
            for word in beside
            if word
        )

    def _is_unknown_receipt(self, it: Text, written: str, start: int) -> bool:
        form = RECEIPT_FORM.fullmatch(written)
        if not form or form[1] not in self._receipt_families:
            return False
        if clues.RECEIPT_BEFORE.search(it.before(start)):
            return True
        return (it.about_sms or it.alone) and form[1] != "ID"

    def _receipt_numbers(self, it: Text) -> Iterator[Mention]:
        """Bare numbers that carriers use, 1 or -37: so common that only a receipt's word before makes one."""
        for word in clues.RECEIPT_AHEAD.finditer(it.text):
            number = clues.SMALL_NUMBER.match(it.text, word.end())
            while number and (named := self._listed(number[0])):
                if clues.UNIT_BEHIND.match(it.text, number.end()) or clues.begins_sentence(
                    it, *number.span()
                ):
                    break
                yield Mention(*number.span(), named)
                further = clues.AND_NUMBER.match(it.text, number.end())
                number = clues.SMALL_NUMBER.match(it.text, further.end()) if further else None

    def _numbers(self, it: Text) -> Iterator[Mention]:
        """The numbers of the old API."""
        meant = it.alone or it.about_sms or bool(clues.CODE_WORDS.search(it.text))
        if not meant or not clues.NUMBER.search(it.text):
            return
        text = clues.without_other_numbers(it.text)
        for number in clues.NUMBER.finditer(text):
            named = self._listed(number[0])
            if named and named.readings[0].origin == "receipt":
                continue
            before = text[max(0, number.start() - 40) : number.start()]
            if clues.is_code(number[0], before, it.behind(number.end()), listed=named is not None):
                yield Mention(*number.span(), named)

    def _slips(self, it: Text) -> Iterator[Mention]:
        """Words that are no code, but nearly one."""
        near: dict[str, list[str] | None] = {}
        for word in islice(clues.suspects(it), MOST_TRIED):
            wanted = word[0].upper()
            if wanted not in near:
                near[wanted] = None if self._known(wanted) else self._near(wanted)
            if near[wanted]:
                yield Mention(*word.span(), None)

    def _known(self, wanted: str) -> bool:
        """Whether a word is spelt as it should be, though it names no code where it stands."""
        return wanted in self._by_last_part or self._listed(wanted) is not None

    def _listed(self, wanted: str) -> Named | None:
        return self._named.get(wanted) or self._named.get(wanted.rstrip(".:"))

    def _by_part(self, wanted: str) -> Named | None:
        whole = self._by_last_part.get(wanted, ())
        return self._named[whole[0]] if len(whole) == 1 else self._cut_off(wanted)

    def _cut_off(self, wanted: str) -> Named | None:
        if len(wanted) < SHORTEST_PREFIX:
            return None
        whole = beginning_with(wanted, self._long)
        for part in beginning_with(wanted, self._last_parts):
            whole += self._by_last_part[part]
        return self._named[whole[0]] if len(whole) == 1 else None

    def _unlisted(self, name: str) -> Unlisted:
        wanted = folded(name)
        family = self._families.get(wanted.partition(".")[0]) or self._receipt_families.get(
            wanted.partition(":")[0]
        )
        return Unlisted(name, tuple(self._near(wanted)), family)

    def _near(self, wanted: str) -> list[str]:
        """Codes within a few slips of the finger of `wanted`, or of its last part; receipts come last."""
        most = 1 if len(wanted) <= 5 or ":" in wanted else 2 if len(wanted) < 16 else len(wanted) // 5
        rows = list(close(wanted, self._long if len(wanted) > 10 else self._names_at_all, most))
        last = wanted.rpartition(".")[2]
        if len(last) >= 8:
            for part, slips in close(last, self._last_parts, most):
                rows += [(name, slips) for name in self._by_last_part[part]]
        if len(wanted) >= SHORTEST_PREFIX:
            rows += [(name, 0) for name in beginning_with(wanted, self._long)]
        rows.sort(key=lambda row: (row[1], self._named[row[0]].readings[0].origin == "receipt"))
        return list(dict.fromkeys(self._named[name].name for name, _ in rows))[:MOST_NEAR]


def without(text: str, mentions: Iterable[Mention]) -> str:
    """The text with blanks where codes are mentioned."""
    parts, at = [], 0
    for start, end, _ in mentions:
        parts += [text[at:start], " " * (end - start)]
        at = end
    return "".join((*parts, text[at:]))


def beginning_with(wanted: str, names: Sequence[str]) -> list[str]:
    """Of sorted names, those that begin so."""
    return list(names[bisect_left(names, wanted) : bisect_left(names, wanted + "\uffff")])


def close(wanted: str, names: Sequence[str], most: int) -> Iterator[tuple[str, int]]:
    """The names within `most` slips (a letter wrong, missing, added, or two swapped), and how many."""
    for name, slips, _ in process.extract(wanted, names, scorer=OSA.distance, score_cutoff=most, limit=40):
        yield name, round(slips)


def in_order(readings: Iterable[Code]) -> tuple[Code, ...]:
    return tuple(sorted(readings, key=lambda code: code.second))


def by_last_part(readings: Mapping[str, Sequence[Code]]) -> dict[str, list[str]]:
    """Names of the API by what stands behind their dot."""
    found: dict[str, list[str]] = {}
    for name, (first, *_) in readings.items():
        if first.origin != "receipt" and "." in name.rstrip("."):
            found.setdefault(name.rpartition(".")[2], []).append(name)
    return found
