"""What lies where in the knowledge folder."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from bot.errors import Mistake
from bot.faq.entry import Origin
from bot.source import HEAD, Source, read_text

CODES: Mapping[str, Origin] = {
    "errors/api.toml": "api",
    "errors/api-2019.toml": "api-2019",
    "errors/platform.toml": "platform",
    "errors/legacy.toml": "legacy",
    "errors/gateway.toml": "gateway",
    "errors/sdk.toml": "sdk",
}
RECEIPTS = "errors/receipts.toml"
FAMILIES = "errors/families.toml"
CONCEPTS = "concepts.toml"
TOPICS = "beyond.toml"
RULES = "rules.toml"
PHRASES = "phrases.toml"
TABLES = (*CODES, RECEIPTS, FAMILIES, CONCEPTS, TOPICS, RULES, PHRASES)

PAGE = re.compile(r"faq/([\w.-]+/[\w.-]+)\.md")
ANY_PAGE = "faq/*/*.md"
# For people who look into the folder; the bot doesn't read it.
MANUAL = "README.md"
# What an editor may save an answer as, "segments.md.txt" included. Other files (Thumbs.db, copies that
# end in ~) hold nothing that somebody believes the bot to know.
WRITTEN = frozenset({".md", ".markdown", ".toml", ".txt"})


@dataclass(frozen=True, slots=True)
class Files:
    """The files that could be read: tables by name, pages by the id of their entry, in order.

    `ids` are the entries that have a file, be it a broken one.
    """

    tables: Mapping[str, Source]
    pages: Mapping[str, Source]
    ids: AbstractSet[str]


def read_files(folder: Path, mistakes: list[Mistake]) -> Files:
    """Every file that the bot knows; what is missing, unknown or unreadable is reported."""
    names = list(names_in(folder, mistakes))
    pages = {page[1]: name for name in names if (page := PAGE.fullmatch(name))}
    wanted = {*TABLES, *(pages.values() or [ANY_PAGE])}
    mistakes += [Mistake(name, 1, "missing_file") for name in wanted.difference(names)]
    mistakes += [Mistake(name, 1, "unknown_file") for name in set(names) - wanted]
    tables = ((name, read_table(folder, name, mistakes)) for name in TABLES if name in names)
    heads = ((entry, read_page(folder, name, mistakes)) for entry, name in pages.items())
    return Files(
        tables={name: source for name, source in tables if source},
        pages={entry: source for entry, source in heads if source},
        ids=pages.keys(),
    )


def read_table(folder: Path, name: str, mistakes: list[Mistake]) -> Source | None:
    text = read_text(folder, name, mistakes)
    return None if text is None else Source(name, text, mistakes)


def read_page(folder: Path, name: str, mistakes: list[Mistake]) -> Source | None:
    text = read_text(folder, name, mistakes)
    if text is None:
        return None
    if not (head := HEAD.match(text)):
        mistakes.append(Mistake(name, 1, "no_head"))
        return None
    return Source(name, text, mistakes, head)


def names_in(folder: Path, mistakes: list[Mistake], within: str = "") -> Iterator[str]:
    """The files that somebody wrote, in order; hidden ones are their tools' own.

    A folder that is a link counts as a file of unknown name: the cache would not see changes in it.
    """
    try:
        paths = sorted((folder / within).iterdir())
    except OSError as error:
        mistakes.append(Mistake(within, 1, "unreadable", {"reason": error.strerror or str(error)}))
        return
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if path.name.startswith(".") or path.name == MANUAL:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from names_in(folder, mistakes, name)
        elif path.is_dir() or path.suffix.lower() in WRITTEN:
            yield name
