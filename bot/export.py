"""The change that brings the phrasings added in Slack into the knowledge files: made, checked, then written."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from bot.errors import BotError
from bot.faq.added import Added
from bot.faq.entry import Entry, Library
from bot.faq.normalise import Normaliser
from bot.language import LANGUAGES, Both, Language
from bot.making import read_library
from bot.places import GAP, PLAIN, Places
from bot.source import BYTE_ORDER_MARK, HEAD

INDENT = re.compile(r"(?:\A|(?<=\n))[ \t]*\Z")
REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\n]*)?\n")


@dataclass(frozen=True, slots=True)
class Changed:
    """One file of the knowledge folder, by its name in it, with the content it had and is to have."""

    name: str
    old: bytes
    new: bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """A phrasing that no file gets; `reason` names a phrase, `place` is the entry or topic that it is about."""

    added: Added
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written. `exported` are in the files once it is, `present` stood there before."""

    files: tuple[Changed, ...]
    exported: tuple[Added, ...]
    present: tuple[Added, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Sorted:
    """The phrasings by what becomes of them."""

    wanted: tuple[Added, ...]
    present: tuple[Added, ...]
    skipped: tuple[Skipped, ...]


def export(folder: Path, phrasings: Sequence[Added], normaliser: Normaliser) -> Change:
    """The change for `phrasings`; nothing is written. The result has been read as the bot would read it.

    Raises:
        KnowledgeError: when the folder can't be read as it is, or could not be with the change.
        BotError: when the files with the change would not say what was meant.
    """
    library = read_library(folder, normaliser)
    rows = sorted_out(library, phrasings, normaliser)
    files = tuple(changed_files(folder, rows.wanted))
    if files:
        prove(folder, files, expected(library, rows.wanted), normaliser)
    return Change(files, rows.wanted, rows.present, rows.skipped)


def sorted_out(library: Library, phrasings: Iterable[Added], normaliser: Normaliser) -> Sorted:
    """Of phrasings that say the same, the latest counts: it is the one that holds in Slack."""
    owners = owners_of(library, normaliser)
    names = {entry.id for entry in library.entries}
    wanted: dict[str, Added] = {}
    present: list[Added] = []
    skipped: list[Skipped] = []
    for added in sorted(phrasings, key=lambda it: it.at):
        key = normaliser.key(added.text)
        if added.entry not in names:
            skipped.append(Skipped(added, "export.no_entry", added.entry))
        elif not key:
            skipped.append(Skipped(added, "export.no_words", added.entry))
        elif owners.get(key) == added.entry:
            present.append(added)
        elif key in owners:
            skipped.append(Skipped(added, "export.elsewhere", owners[key]))
        else:
            if earlier := wanted.pop(key, None):
                skipped.append(Skipped(earlier, "export.replaced", added.entry))
            wanted[key] = added
    return Sorted(tuple(wanted.values()), tuple(present), tuple(skipped))


def owners_of(library: Library, normaliser: Normaliser) -> dict[str, str]:
    """What every phrasing of the files belongs to, by its letters and digits: an entry or a topic."""
    owners: dict[str, str] = {}
    for entry in library.entries:
        for text in (entry.title.zh, entry.title.en, *entry.ask.zh, *entry.ask.en):
            owners.setdefault(normaliser.key(text), entry.id)
    for topic in library.topics:
        for text in (*topic.ask.zh, *topic.ask.en):
            owners.setdefault(normaliser.key(text), topic.name)
    return owners


def changed_files(folder: Path, wanted: Iterable[Added]) -> Iterator[Changed]:
    by_entry: dict[str, list[Added]] = {}
    for added in wanted:
        by_entry.setdefault(added.entry, []).append(added)
    for entry, rows in sorted(by_entry.items()):
        name = f"faq/{entry}.md"
        old = (folder / name).read_bytes()
        new = old
        for language in LANGUAGES:
            new = with_phrasings(new, language, [line_of(it) for it in rows if it.language == language])
        yield Changed(name, old, new)


def line_of(added: Added) -> str:
    """A phrasing as it is written: in one line, of characters that a file can hold."""
    return " ".join(added.text.encode(errors="ignore").decode().split())


def with_phrasings(content: bytes, language: Language, phrasings: Sequence[str]) -> bytes:
    """A page with more rows at the end of one list of its head; all else as it was, byte by byte."""
    if not phrasings:
        return content
    mark = BYTE_ORDER_MARK if content.startswith(BYTE_ORDER_MARK) else b""
    written = content.removeprefix(mark).decode()
    ending = "\r\n" if "\r\n" in written else "\n"
    text = written.replace("\r\n", "\n")
    for at, inserted in reversed(insertions(text, language, phrasings)):
        place = offset_as_written(written, at)
        written = written[:place] + inserted.replace("\n", ending) + written[place:]
    return mark + written.encode()


def offset_as_written(written: str, offset: int) -> int:
    """Where an offset into the text with plain line ends stands in the text with its own."""
    at = 0
    for _ in range(offset):
        at += 2 if written.startswith("\r\n", at) else 1
    return at


def insertions(text: str, language: Language, phrasings: Sequence[str]) -> list[tuple[int, str]]:
    """What to put where, first places first: a row a line where the last row has a line of its own."""
    start, end = last_row(text, language)
    quoted = [quote(phrasing) for phrasing in phrasings]
    gap = GAP.match(text, end)
    behind = gap.end() if gap else end
    comma = text.startswith(",", behind)
    indent = INDENT.search(text, 0, start)
    rest = REST_OF_LINE.match(text, behind + 1 if comma else end)
    if indent is None or rest is None:
        return [(end, "".join(f", {it}" for it in quoted))]
    rows = f",\n{indent[0]}".join(quoted)
    if comma:
        return [(rest.end(), f"{indent[0]}{rows},\n")]
    return [(end, ","), (rest.end(), f"{indent[0]}{rows}\n")]


def last_row(text: str, language: Language) -> tuple[int, int]:
    """From where to where the last phrasing of a language stands. The strict reader has found one."""
    head = HEAD.match(text)
    toml, shift = (head[1], head.start(1)) if head else ("", 0)
    starts = [
        at for steps, at in Places(toml).offsets.items() if steps[:2] == ("ask", language) and steps[2:]
    ]
    last = PLAIN.match(toml, max(starts))
    end = last.end() if last else max(starts)
    return shift + max(starts), shift + end


def quote(text: str) -> str:
    """A basic string of TOML: JSON's, but for the one control character that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def expected(library: Library, wanted: Iterable[Added]) -> Mapping[str, Entry]:
    """The entries as they are to be read with the change."""
    entries = {entry.id: entry for entry in library.entries}
    for added in wanted:
        entry = entries[added.entry]
        more = {added.language: (*entry.ask[added.language], line_of(added))}
        ask = Both(more.get("zh", entry.ask.zh), more.get("en", entry.ask.en))
        entries[added.entry] = replace(entry, ask=ask)
    return entries


def prove(
    folder: Path, files: Iterable[Changed], entries: Mapping[str, Entry], normaliser: Normaliser
) -> None:
    """Reads a copy of the folder with the change in it, strictly, and compares it with what is meant."""
    with TemporaryDirectory() as scratch:
        copy = Path(copytree(folder, Path(scratch) / "knowledge"))
        for file in files:
            (copy / file.name).write_bytes(file.new)
        library = read_library(copy, normaliser)
    for entry in library.entries:
        if entry != entries[entry.id]:
            raise BotError("export.misread", entry=entry.id)


def difference(change: Change) -> str:
    """The change as a unified diff, for people."""
    return "".join(line for file in change.files for line in difference_of(file))


def difference_of(file: Changed) -> Iterator[str]:
    old, new = (lines_of(content) for content in (file.old, file.new))
    return unified_diff(old, new, f"a/{file.name}", f"b/{file.name}")


def lines_of(content: bytes) -> list[str]:
    return [f"{line}\n" for line in content.decode().removesuffix("\n").split("\n")]


def write(folder: Path, change: Change) -> None:
    """Puts every file in its place, each as a whole; none when one is not as it was read.

    Raises:
        BotError: when somebody has edited a file in between, or one can't be written.
    """
    try:
        for file in change.files:
            if (folder / file.name).read_bytes() != file.old:
                raise BotError("export.edited", file=file.name)
        for file in change.files:
            put(folder / file.name, file.new)
    except OSError as error:
        raise BotError("export.unwritable", reason=error.strerror or str(error)) from error


def put(path: Path, content: bytes) -> None:
    # A hidden name: the reader of the folder passes it over.
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.chmod(path.stat().st_mode)
    part.replace(path)
