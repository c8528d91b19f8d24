"""A text in, what to say to it out: an answer, a choice, or an honest "I don't know"."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.faq.added import Added
from bot.faq.codes import LONGEST, MOST_CODES, CodeTable, Found, Named, Unlisted
from bot.faq.entry import Entry
from bot.faq.matcher import Matcher, Ranking
from bot.faq.overlay import Overlay, overlay_of
from bot.language import Language, language_of

# From which certainty on an entry is the answer, or worth offering. Measured on labelled questions:
# `smsbot evaluate tests/questions/untouched*.jsonl` shows what they give.
ANSWER = 0.7
OFFER = 0.35
MOST_CHOICES = 3

PIECES = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that can be shown: an entry or a code, and how certain (0 to 1) it is what was asked."""

    subject: Entry | Named
    certainty: float

    @property
    def id(self) -> str:
        return self.subject.id if isinstance(self.subject, Entry) else self.subject.name

    @property
    def title(self) -> str:
        return self.subject.title.zh if isinstance(self.subject, Entry) else self.subject.name


@dataclass(frozen=True, slots=True)
class Answered:
    """`shown` is the answer: an entry, or codes with the entry behind them. `hits`: all, best first."""

    question: str
    language: Language
    shown: tuple[Hit, ...]
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Unsure:
    """Up to three `choices`; `unlisted` are codes that no table has, when the choices stand for these."""

    question: str
    language: Language
    choices: tuple[Hit, ...]
    hits: tuple[Hit, ...]
    unlisted: tuple[Unlisted, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    question: str
    language: Language
    hits: tuple[Hit, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()


Reply = Answered | Unsure | Unknown


class Assistant:
    """Answers from the entries and the codes; knows neither who asks nor where."""

    def __init__(
        self, entries: Iterable[Entry], codes: CodeTable, matcher: Matcher, language: Language
    ) -> None:
        self.entries: Mapping[str, Entry] = {entry.id: entry for entry in entries}
        self.codes = codes
        self.matcher = matcher
        self.language = language
        self.overlay = Overlay()
        self._by_code = answers_by_code(self.entries.values())

    def learn(self, phrasings: Iterable[Added]) -> None:
        """From now on these, and no others, are what was added in Slack."""
        self.overlay = overlay_of(phrasings, self.entries, self.matcher.reader.normaliser)

    def reply(self, text: str, language: Language | None = None, otherwise: Language | None = None) -> Reply:
        """What to say to `text`, in `language` or else in its own; in `otherwise` when it shows none."""
        ranking = self.matcher.rank(text)
        language = language or self._language(text, ranking, otherwise)
        found = self.codes.find(text, about_sms=ranking.words.domain)
        hits = tuple(Hit(self.entries[match.name], match.certainty) for match in ranking.matches)
        if (added := self.overlay.entry(ranking, self.matcher.reader)) is not None:
            return self._added(text, language, Hit(self.entries[added], 1.0), hits)
        if found.named:
            return self._explain(text, language, found, hits)
        if found.unlisted and (found.bare or not hits or hits[0].certainty < ANSWER):
            return self._did_you_mean(text, language, found.unlisted, hits)
        return decide(text, language, hits)

    def explain_codes(self, text: str, language: Language) -> Reply:
        """What is known of the codes that a person asks for as such: names, or a log that holds them."""
        pieces = [piece for piece in PIECES.split(text[:LONGEST]) if piece]
        if not all(map(self.codes.named, pieces)):
            found = self.codes.find(text, about_sms=True)
            if found.named:
                return self._explained(text, language, Found(found.named, found.unlisted, bare=True))
        looked_up = [self.codes.look_up(piece) for piece in pieces[:MOST_CODES]]
        named = tuple(it for it in looked_up if isinstance(it, Named))
        unlisted = tuple(it for it in looked_up if isinstance(it, Unlisted))
        return self._explained(text, language, Found(named, unlisted, bare=True))

    def _explained(self, text: str, language: Language, found: Found) -> Reply:
        if found.named:
            return self._explain(text, language, found, ())
        return self._did_you_mean(text, language, found.unlisted, ())

    def _language(self, text: str, ranking: Ranking, otherwise: Language | None) -> Language:
        return "zh" if ranking.words.pinyin else language_of(text) or otherwise or self.language

    def _added(self, text: str, language: Language, entry: Hit, hits: tuple[Hit, ...]) -> Answered:
        return Answered(text, language, (entry,), unique((entry, *hits)))

    def _explain(self, text: str, language: Language, found: Found, hits: tuple[Hit, ...]) -> Answered:
        codes = tuple(Hit(named, 1.0) for named in found.named)
        entry = self._entry_behind(found, hits)
        shown = codes if entry is None else (*codes, entry) if found.bare else (entry, *codes)
        first = () if entry is None else (entry,)
        return Answered(text, language, shown, unique((*first, *codes, *hits, *self._see(found))))

    def _entry_behind(self, found: Found, hits: tuple[Hit, ...]) -> Hit | None:
        """The entry that answers a code: its own, or one that the text clearly asks about.

        A code that is only the name of a family says too little to overrule the rest of the text.
        """
        certain = next((hit for hit in hits[:1] if hit.certainty >= ANSWER), None)
        for named in found.named:
            if own := [self.entries[name] for name in self._by_code.get(named.name, ())]:
                asked = {hit.id: hit.certainty for hit in hits}
                return Hit(max(own, key=lambda entry: asked.get(entry.id, 0.0)), 1.0)
            pointed = {name for reading in named.readings for name in reading.see}
            if certain and (certain.id in pointed or self.codes.is_family(named.name)):
                return certain
        return None

    def _see(self, found: Found) -> Iterator[Hit]:
        for named in found.named:
            for reading in named.readings:
                yield from (Hit(self.entries[name], 0.0) for name in reading.see)

    def _did_you_mean(
        self, text: str, language: Language, unlisted: tuple[Unlisted, ...], hits: tuple[Hit, ...]
    ) -> Unsure | Unknown:
        near = [self.codes.named(name) for it in unlisted for name in it.near]
        choices = unique(Hit(named, OFFER) for named in near if named)[:MOST_CHOICES]
        if choices:
            return Unsure(text, language, choices, unique((*choices, *hits)), unlisted)
        return Unknown(text, language, hits, unlisted)


def answers_by_code(entries: Iterable[Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        for code in entry.codes:
            found.setdefault(code, []).append(entry.id)
    return found


def decide(text: str, language: Language, hits: tuple[Hit, ...]) -> Reply:
    """By certainty alone."""
    if hits and hits[0].certainty >= ANSWER:
        return Answered(text, language, hits[:1], hits)
    if hits and hits[0].certainty >= OFFER:
        return Unsure(text, language, hits[:MOST_CHOICES], hits)
    return Unknown(text, language, hits)


def unique(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    seen: dict[str, Hit] = {}
    for hit in hits:
        seen.setdefault(hit.id, hit)
    return tuple(seen.values())
