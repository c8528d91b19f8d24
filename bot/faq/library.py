"""Reads the knowledge folder: everything in it, strictly, or not at all."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from bot.errors import KnowledgeError, Mistake
from bot.faq.checks import check
from bot.faq.entry import (
    Carrier,
    Code,
    Concept,
    Entry,
    Form,
    Guess,
    Library,
    Link,
    Origin,
    Rule,
    RuleBook,
    Sought,
    Topic,
    Verified,
    Wording,
)
from bot.faq.folder import (
    CODES,
    CONCEPTS,
    FAMILIES,
    PHRASES,
    RECEIPTS,
    RULES,
    TOPICS,
    Files,
    read_files,
    read_table,
)
from bot.faq.normalise import Normaliser
from bot.faq.shapes import (
    CodeFile,
    CodeShape,
    ConceptFile,
    Explained,
    FamilyFile,
    FormShape,
    Head,
    InBoth,
    PhraseFile,
    ReceiptFile,
    ReceiptReason,
    RuleFile,
    RuleShape,
    TopicFile,
    WordingShape,
)
from bot.language import Both
from bot.source import Source

# A section block of Slack holds 3,000 characters; the line that names the source needs a few of them.
LONGEST_ANSWER = 2_900
HEADINGS = ("中文", "English")
HEADING = re.compile(r"^##(?!#)[ \t]*(.*?)[ \t]*$", re.MULTILINE)
# An address, or the target of a Markdown link.
NOT_HTTPS = re.compile(r"http://|\]\((?!https://)", re.IGNORECASE)

Shape = TypeVar("Shape", bound=BaseModel)


def read_library(folder: Path, normaliser: Normaliser) -> Library:
    """The knowledge in `folder`.

    Raises:
        KnowledgeError: with all mistakes of all files, so that one reading is enough to mend them.
    """
    if not folder.is_dir():
        raise KnowledgeError(str(folder), [Mistake(".", 1, "no_folder", {"folder": str(folder)})])
    mistakes: list[Mistake] = []
    files = read_files(folder, mistakes)
    library = library_of(files)
    check(files, normaliser)
    if mistakes:
        raise KnowledgeError(str(folder), sorted(mistakes, key=lambda it: (it.file, it.line, it.kind)))
    return library


def read_phrases(folder: Path) -> dict[str, Both[str]]:
    """The phrases alone; none when they can't be read."""
    source = read_table(folder, PHRASES, [])
    return dict(phrases_of(source.shaped(PhraseFile) if source else None))


def library_of(files: Files) -> Library:
    """What can be read of the files; mistakes are reported to their sources."""
    families = shaped(files, FAMILIES, FamilyFile)
    return Library(
        entries=tuple(entries_of(files)),
        codes=(*api_codes(files), *receipts(files)),
        families=in_both(families.api) if families else {},
        receipt_families=in_both(families.receipt) if families else {},
        concepts=tuple(concepts_of(shaped(files, CONCEPTS, ConceptFile))),
        topics=tuple(topics_of(shaped(files, TOPICS, TopicFile))),
        rules=rules_of(shaped(files, RULES, RuleFile)),
        phrases=dict(phrases_of(shaped(files, PHRASES, PhraseFile))),
    )


def shaped(files: Files, name: str, shape: type[Shape]) -> Shape | None:
    source = files.tables.get(name)
    return source.shaped(shape) if source else None


def entries_of(files: Files) -> Iterator[Entry]:
    for name, source in files.pages.items():
        # Both are read in any case: each reports its own mistakes.
        head, answer = source.shaped(Head), read_answer(source)
        if head and answer:
            yield entry_of(name, head, answer)


def entry_of(name: str, head: Head, answer: Both[str]) -> Entry:
    return Entry(
        id=name,
        title=Both(head.zh, head.en),
        answer=answer,
        updated=head.updated,
        ask=Both(head.ask.zh, head.ask.en),
        codes=head.codes,
        see=head.see,
        links=tuple(Link(it.title, it.url) for it in head.links),
    )


def read_answer(source: Source) -> Both[str] | None:
    """What stands under `## 中文` and `## English` in the body of a page."""
    marks = list(HEADING.finditer(source.text, source.body))
    if (wrong := wrong_heading(source, marks)) is not None:
        source.report("headings", source.line_at(wrong))
        return None
    chinese, english = marks
    return Both(
        answer_under(source, chinese, english.start()),
        answer_under(source, english, len(source.text)),
    )


def wrong_heading(source: Source, marks: list[re.Match[str]]) -> int | None:
    """Where a body departs from its two headings, in their order, with nothing before them."""
    before = source.text[source.body : marks[0].start() if marks else None]
    if before.strip():
        return source.body + len(before) - len(before.lstrip())
    for mark, wanted in zip(marks, HEADINGS, strict=False):
        if mark[1] != wanted:
            return mark.start()
    if len(marks) > len(HEADINGS):
        return marks[len(HEADINGS)].start()
    return len(source.text.rstrip()) if len(marks) < len(HEADINGS) else None


def answer_under(source: Source, heading: re.Match[str], end: int) -> str:
    """What is wrong with the whole answer is told at its heading, a link at its own line."""
    answer, line = source.text[heading.end() : end].strip(), source.line_at(heading.start())
    if not answer:
        source.report("empty", line, key="answer", reason="")
    if len(answer) > LONGEST_ANSWER:
        source.report("too_long", line, length=str(len(answer)), limit=str(LONGEST_ANSWER))
    links = (source.line_at(it.start()) for it in NOT_HTTPS.finditer(source.text, heading.end(), end))
    for link in dict.fromkeys(links):
        source.report("not_https", link, key="answer", reason="")
    return answer


def api_codes(files: Files) -> Iterator[Code]:
    for name, origin in CODES.items():
        if shape := shaped(files, name, CodeFile):
            yield from (code_of(row, origin) for row in shape.code)


def code_of(shape: CodeShape, origin: Origin) -> Code:
    return Code(
        name=shape.code,
        origin=origin,
        verified=shape.verified,
        retry=shape.retry,
        meaning=Both(shape.zh.meaning, shape.en.meaning),
        causes=Both(shape.zh.causes, shape.en.causes),
        fix=Both(shape.zh.fix, shape.en.fix),
        note=note_of(shape.zh, shape.en),
        wait=Both(shape.wait.zh, shape.wait.en) if shape.wait else None,
        alias_of=shape.alias_of,
        counterparts=shape.counterparts,
        related=shape.related,
        see=shape.see,
        seen_at=shape.seen_at,
    )


def receipts(files: Files) -> Iterator[Code]:
    if shape := shaped(files, RECEIPTS, ReceiptFile):
        yield from receipts_of(shape, shape.carrier, second=False)
        yield from receipts_of(shape, shape.second, second=True)


def receipts_of(
    shape: ReceiptFile, carriers: Mapping[Carrier, Mapping[str, tuple[str, ...]]], *, second: bool
) -> Iterator[Code]:
    for carrier, reasons in carriers.items():
        for name, codes in reasons.items():
            # A name without a reason is reported by `check`.
            if reason := shape.reason.get(name):
                yield from (receipt_of(it, carrier, reason, shape.verified, second=second) for it in codes)


def receipt_of(
    name: str, carrier: Carrier, reason: ReceiptReason, verified: Verified, *, second: bool
) -> Code:
    return Code(
        name=name,
        origin="receipt",
        verified=verified,
        retry=reason.retry,
        meaning=Both(reason.zh.meaning, reason.en.meaning),
        causes=Both(reason.zh.causes, reason.en.causes),
        fix=Both(reason.zh.fix, reason.en.fix),
        note=note_of(reason.zh, reason.en),
        see=reason.see,
        carrier=carrier,
        second=second,
    )


def note_of(zh: Explained, en: Explained) -> Both[str] | None:
    return Both(zh.note, en.note) if zh.note and en.note else None


def in_both(rows: Mapping[str, InBoth]) -> dict[str, Both[str]]:
    return {name: Both(row.zh, row.en) for name, row in rows.items()}


def concepts_of(shape: ConceptFile | None) -> Iterator[Concept]:
    for name, row in shape.concept.items() if shape else ():
        yield Concept(name, Both(row.zh, row.en), row.role)


def topics_of(shape: TopicFile | None) -> Iterator[Topic]:
    for name, row in shape.topic.items() if shape else ():
        yield Topic(name, Both(row.zh, row.en))


def rules_of(shape: RuleFile | None) -> RuleBook:
    if not shape:
        return RuleBook((), ())
    return RuleBook(
        rules=(
            *(rule_of(name, row, about=name) for name, row in shape.form.items()),
            *(rule_of(name, row, about=sought_of(row)) for name, row in shape.rule.items()),
        ),
        guesses=tuple(Guess(row.kind, wording_of(row)) for row in shape.guess),
    )


def rule_of(name: str, row: FormShape, about: Sought | Form) -> Rule:
    return Rule(name, row.severity, row.kinds, row.see, Both(row.zh, row.en), about)


def sought_of(row: RuleShape) -> Sought:
    return Sought(wording_of(row), row.where, row.missing)


def wording_of(row: WordingShape) -> Wording:
    return Wording(row.words, row.patterns, row.unless)


def phrases_of(shape: PhraseFile | None) -> Iterator[tuple[str, Both[str]]]:
    for group, rows in shape.root.items() if shape else ():
        for name, row in rows.items():
            yield f"{group}.{name}", Both(row.zh, row.en)
