"""Reads the knowledge and fits its index: the seconds that the cache saves."""

from pathlib import Path

from bot.faq.entry import Library
from bot.faq.fit import fit_index
from bot.faq.library import read_library, read_phrases
from bot.faq.normalise import Normaliser
from bot.faq.sounds import Sounds
from bot.faq.words import Reader
from bot.knowledge import Knowledge
from bot.language import LANGUAGES

__all__ = ["make_knowledge", "read_library", "read_phrases"]


def make_knowledge(folder: Path, normaliser: Normaliser, sounds: Sounds) -> Knowledge:
    library = read_library(folder, normaliser)
    subjects = [*asked_entries(library), *asked_topics(library)]
    index = fit_index(subjects, len(library.entries), Reader(normaliser, sounds, library.concepts))
    return Knowledge(library, index)


def asked_entries(library: Library) -> list[tuple[str, list[str]]]:
    """Every entry with the ways in which it is asked, its titles first."""
    return [
        (entry.id, [*(entry.title[language] for language in LANGUAGES), *entry.ask.zh, *entry.ask.en])
        for entry in library.entries
    ]


def asked_topics(library: Library) -> list[tuple[str, list[str]]]:
    return [(topic.name, [*topic.ask.zh, *topic.ask.en]) for topic in library.topics]
