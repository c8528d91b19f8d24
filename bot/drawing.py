"""What an operation found out, as Markdown in one language.

Our own words come from the phrases and are Markdown already. All others are foreign: they are stripped of
what can't be seen, phone numbers in them are masked, and every character that Markdown reads is escaped. Only
a quotation keeps its numbers: it is a message that somebody is about to send.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import assert_never

from bot.errors import BotError, ConfigurationError, Mistake
from bot.faq.codes import CodeTable, Named
from bot.faq.entry import Code as Reading
from bot.faq.entry import Entry
from bot.language import Both, Language
from bot.phrases import Phrases
from bot.sms.cloud import Refused
from bot.sms.phone import PhoneNumber, read_number
from bot.sms.report import (
    Cell,
    Code,
    Entries,
    EntryTitle,
    Explained,
    Facts,
    Listing,
    Paragraph,
    Part,
    Quoted,
    Report,
    Say,
    Series,
    Share,
    Table,
    say,
)

# What Markdown reads in some place or other, and what makes an address or a mention live.
MARKUP = re.compile(r"[\\`*_{}\[\]<>()#+\-.!|~@:&$^=]")
# A mainland mobile in a foreign text, with the blanks and dashes that people put into it.
MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])")
BARE_PIPE = re.compile(r"(?<!\\)\|")
# Control, format (zero-width, bidirectional), surrogate and private characters.
UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co"))
# How the codes begin that tell of a wrong key, or of one that lacks a right.
OF_THE_KEY = ("AuthFailure", "UnauthorizedOperation")
LEVELS = "▁▂▃▄▅▆▇█"
UNKNOWN_LEVEL = "·"


class Drawing:
    """`zone` is the reader's, for moments; days are the account's and stay as they are."""

    def __init__(
        self, phrases: Phrases, codes: CodeTable, entries: Mapping[str, Entry], zone: tzinfo
    ) -> None:
        self._phrases = phrases
        self._codes = codes
        self._entries = entries
        self._zone = zone

    def markdown(self, report: Report, language: Language) -> str:
        title = self.cell(report.title, language)
        parts = (self.part(part, language) for part in report.parts)
        small = "\\\n".join(f"*{note}*" for note in self.notes(report, language))
        return "\n\n".join(part for part in (f"**{title}**", *parts, small) if part)

    def notes(self, report: Report, language: Language) -> list[str]:
        """What stands small below, with the zone where a moment is shown."""
        notes = report.notes
        if any(isinstance(it, datetime) for it in cells(report)):
            notes = (*notes, say("draw.zone", zone=str(self._zone)))
        return [self.cell(note, language) for note in notes]

    def actions(self, report: Report, language: Language) -> list[str]:
        """What can be pressed, a label each; the surface numbers them."""
        return [self.cell(action.label, language) for action in report.actions]

    def error(self, error: BotError, language: Language) -> str:
        """What went wrong and what to do next; a refused request with what is known of its code."""
        details = {name: self._detail(value, language) for name, value in error.details.items()}
        parts = [self._phrases.say(error.phrase, language, **details)]
        if isinstance(error, Refused):
            parts.append(self.explained(error.code, language))
            if error.code.startswith(OF_THE_KEY):
                parts.append(self._phrases.say("draw.ask_doctor", language))
            if error.skew is not None:
                parts.append(self.cell(say("doctor.clock", seconds=round(error.skew)), language))
        if isinstance(error, ConfigurationError):
            parts.append("\n".join(f"- {self._mistake(it, language)}" for it in error.mistakes))
        request = str(error.details.get("request_id") or "")
        if request and details["request_id"] not in parts[0]:
            parts.append(self.cell(say("draw.request", request=Code(request)), language))
        return "\n\n".join(parts)

    def _mistake(self, mistake: Mistake, language: Language) -> str:
        details = {name: escaped(value) for name, value in mistake.details.items()}
        words = self._phrases.say(f"mistake.{mistake.kind}", language, **details)
        return f"{code_span(mistake.place)} {words}"

    def _detail(self, value: object, language: Language) -> str:
        match value:
            case (
                Say()
                | Both()
                | Share()
                | Code()
                | EntryTitle()
                | PhoneNumber()
                | int()
                | float()
                | date()
                | None
            ):
                return self.cell(value, language)
            case _:
                return escaped(str(value))

    def cell(self, cell: Cell, language: Language) -> str:  # noqa: C901, PLR0911, PLR0912 - a line a kind
        match cell:
            case Say():
                filled = {name: self.cell(value, language) for name, value in cell.details.items()}
                return self._phrases.say(cell.phrase, language, **filled)
            case Both():
                return cell[language]
            case Share():
                return percent(cell.value)
            case Code():
                return code_span(cell.name)
            case EntryTitle():
                return self.title(cell.id, language)
            case PhoneNumber():
                return escaped(str(cell))
            case str():
                return escaped(cell)
            case int():
                return f"{cell:,}"
            case float():
                return f"{cell:,.1f}"
            case datetime():
                return f"{cell.astimezone(self._zone):%Y-%m-%d %H:%M}"
            case date():
                return cell.isoformat()
            case None:
                return self._phrases.say("draw.unknown", language)
            case _:
                assert_never(cell)

    def part(self, part: Part, language: Language) -> str:  # noqa: PLR0911 - a line for each kind
        match part:
            case Paragraph():
                return self.cell(part.text, language)
            case Facts():
                facts = (say("draw.fact", name=name, value=value) for name, value in part.rows)
                return self._bullets(facts, language)
            case Table():
                return self._table(part, language)
            case Listing():
                return self._bullets(part.rows, language)
            case Series():
                return self._series(part, language)
            case Quoted():
                return quoted(part.text)
            case Explained():
                return "\n".join(f"- {self.explained(code, language)}" for code in part.codes)
            case Entries():
                return self._titles(part.ids, language)
            case _:
                assert_never(part)

    def _bullets(self, rows: Iterable[Cell], language: Language) -> str:
        return "\n".join(f"- {self.cell(row, language)}" for row in rows)

    def _table(self, table: Table, language: Language) -> str:
        """Columns of numbers stand to the right."""
        rows = [
            [self.cell(name, language) for name in table.columns],
            [rule(column) for column in columns_of(table)],
            *([self.cell(it, language) for it in row] for row in table.rows),
        ]
        return "\n".join(f"| {' | '.join(map(in_table, row))} |" for row in rows)

    def _series(self, series: Series, language: Language) -> str:
        known = [value for _, value in series.points if value is not None]
        if not known:
            return self.cell(say("draw.fact", name=series.title, value=None), language)
        line = say(
            "draw.series",
            title=series.title,
            line=Code(sparkline([value for _, value in series.points])),
            first=series.points[0][0],
            last=series.points[-1][0],
            least=min(known),
            most=max(known),
        )
        return self.cell(line, language)

    def named(self, name: str) -> Named | None:
        """What is known of a code."""
        return self._codes.named(name)

    def explained(self, name: str, language: Language) -> str:
        """A code in short: what it means, carrier by carrier where they disagree, and what to do."""
        found = self.named(name)
        if found is None:
            return self.cell(say("draw.unknown_code", code=Code(name)), language)
        meanings = list(self._meanings(found, language))
        words = meanings[0]
        if len(meanings) > 1:
            words = "\n".join(
                [self._phrases.say("draw.several", language), *(f"  - {it}" for it in meanings)]
            )
        return self._phrases.say("code.choice", language, name=code_span(found.name), meaning=words)

    def _meanings(self, named: Named, language: Language) -> Iterator[str]:
        """Each meaning once, with the carriers that share it if there are others."""
        by_meaning = groupby(sorted(named.readings, key=meaning_first), key=meaning_first)
        several = len({it.meaning.zh for it in named.readings}) > 1
        for _, group in by_meaning:
            same = list(group)
            words = self._meaning(same[0], language)
            carriers = " / ".join(
                self._phrases.say(f"carrier.{it.carrier}", language) for it in same if it.carrier
            )
            if several and carriers:
                words = self._phrases.say("code.meaning", language, carriers=carriers, meaning=words)
            yield words

    def _meaning(self, reading: Reading, language: Language) -> str:
        """The meaning, and how to mend it."""
        if not (fix := reading.fix[language]):
            return reading.meaning[language]
        between = self._phrases.say("code.between", language)
        rows = between.join(row.rstrip("。.") for row in fix)
        advice = self._phrases.say("code.fix", language, rows=rows)
        return self._phrases.say("draw.meaning", language, meaning=reading.meaning[language], advice=advice)

    def _titles(self, ids: Sequence[str], language: Language) -> str:
        titles = "\n".join(f"- {self.title(it, language)}" for it in self.known(ids))
        return f"{self._phrases.say('draw.entries', language)}\n{titles}" if titles else ""

    def known(self, ids: Iterable[str]) -> list[str]:
        """The answers that there are, each once."""
        return [it for it in dict.fromkeys(ids) if it in self._entries]

    def title(self, name: str, language: Language) -> str:
        """An id that a changed knowledge base lacks is shown as such."""
        return self._entries[name].title[language] if name in self._entries else code_span(name)


def escaped(text: str) -> str:
    """Foreign text as one line of Markdown that shows it and does nothing."""
    return MARKUP.sub(r"\\\g<0>", masked(plain(text)))


def plain(text: str) -> str:
    """One line, and only what can be seen."""
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """Line ends and tabs as blanks, and nothing that can't be seen."""
    return "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in UNSEEN
    )


def masked(text: str) -> str:
    """A text with the mobile numbers in it masked."""
    return MOBILE.sub(lambda found: str(read_number(found[0])), text)


def code_span(name: str) -> str:
    """A name as code; what would end the code, or a cell, is shown as text."""
    name = plain(name)
    if not name:
        return ""
    return escaped(name) if "`" in name or "|" in name else f"`{name}`"


def quoted(text: str) -> str:
    """Every line behind its own mark, so that none gets out."""
    lines = (MARKUP.sub(r"\\\g<0>", visible(line)).strip() for line in text.splitlines() or [""])
    return "\\\n".join(f"> {line}" if line else "> \u00a0" for line in lines)


def percent(share: float) -> str:
    """One decimal at most. What isn't all or nothing is never shown as such."""
    hundredths = round(100 * share, 1)
    if hundredths <= 0 < share:
        return r"\<0.1%"
    if hundredths >= 100 and share < 1:
        return r"\>99.9%"
    return f"{hundredths:.10g}%"


def sparkline(values: Sequence[int | None]) -> str:
    """A column a value, the highest for the most; a dot where it is not known."""
    most = max((it for it in values if it is not None), default=0)
    return "".join(level(it, most) for it in values)


def level(value: int | None, most: int) -> str:
    if value is None:
        return UNKNOWN_LEVEL
    return LEVELS[value * (len(LEVELS) - 1) // most] if most > 0 else LEVELS[0]


def columns_of(table: Table) -> Iterator[tuple[Cell, ...]]:
    for place in range(len(table.columns)):
        yield tuple(row[place] for row in table.rows)


def rule(column: Sequence[Cell]) -> str:
    return "---:" if numeric(column) else "---"


def numeric(column: Sequence[Cell]) -> bool:
    return any(isinstance(it, int | float | Share) for it in column)


def in_table(cell: str) -> str:
    """A cell that ends neither its row nor itself."""
    return BARE_PIPE.sub(r"\\|", cell.replace("\n", " "))


def meaning_first(reading: Reading) -> tuple[bool, str]:
    return reading.second, reading.meaning.zh


def cells(report: Report) -> Iterator[Cell]:
    """All cells of a report, with what fills their blanks."""
    yield from within((report.title, *report.notes))
    for part in report.parts:
        yield from within(cells_of(part))


def within(found: Iterable[Cell]) -> Iterator[Cell]:
    for it in found:
        yield it
        if isinstance(it, Say):
            yield from within(it.details.values())


def cells_of(part: Part) -> Iterator[Cell]:
    match part:
        case Paragraph():
            yield part.text
        case Facts():
            yield from (value for _, value in part.rows)
        case Table():
            yield from (it for row in part.rows for it in row)
        case Listing():
            yield from part.rows
        case Series() | Quoted() | Explained() | Entries():
            return
        case _:
            assert_never(part)
