"""Makes every part once and hands it on: the only place that knows them all."""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from bot.drawing import Drawing
from bot.faq.assistant import Assistant
from bot.faq.codes import CodeTable
from bot.faq.entry import Library
from bot.faq.matcher import Matcher
from bot.faq.normalise import Normaliser
from bot.faq.sounds import Sounds
from bot.faq.words import Reader
from bot.knowledge import cached_knowledge
from bot.phrases import Phrases
from bot.settings import Settings, shipped_knowledge
from bot.sms.cloud import ACCOUNT_ZONE
from bot.sms.textcheck import Rules
from bot.wording import Wording


@dataclass(frozen=True, slots=True)
class Bot:
    library: Library
    assistant: Assistant
    phrases: Phrases
    wording: Wording
    drawing: Drawing
    rules: Rules


def build_bot(settings: Settings) -> Bot:
    """The bot over the knowledge that `settings` name.

    Raises:
        KnowledgeError: when that can't be read.
    """
    normaliser = Normaliser()
    sounds = Sounds.shipped()

    knowledge = cached_knowledge(
        settings.knowledge,
        settings.cache,
        lambda: making().make_knowledge(settings.knowledge, normaliser, sounds),
    )
    library = knowledge.library
    matcher = Matcher(knowledge.index, Reader(normaliser, sounds, library.concepts))
    table = CodeTable(library.codes, library.families, library.receipt_families)
    assistant = Assistant(library.entries, table, matcher, settings.language)
    phrases = Phrases(library.phrases)
    return Bot(
        library,
        assistant,
        phrases,
        Wording(phrases, assistant.entries),
        Drawing(phrases, table, assistant.entries, ACCOUNT_ZONE),
        Rules(library.rules, normaliser.normalise),
    )


def read_only(settings: Settings) -> Library:
    """The library alone, always from the files: for `smsbot check`."""
    library: Library = making().read_library(settings.knowledge, Normaliser())
    return library


def shipped_phrases() -> Phrases:
    """The bot's words from the knowledge that came with it: to report mistakes in another one."""
    return Phrases(making().read_phrases(shipped_knowledge()))


def serving() -> ModuleType:
    """The Slack side, on real Slack or in the terminal."""
    return import_module("bot.serving")


def presenting() -> ModuleType:
    """What tells Slack what the app is."""
    return import_module("bot.slack.manifest")


def harvest() -> ModuleType:
    """What brings knowledge that was added in Slack into the files."""
    return import_module("bot.harvest")


def output() -> ModuleType:
    """What draws in a terminal: the bot in Slack has none."""
    return import_module("bot.output")


def opening() -> ModuleType:
    """The SMS side, loaded only when a command needs it: a question must not wait for it."""
    return import_module("bot.opening")


def rehearsal() -> ModuleType:
    """What shows the digests before they are due."""
    return import_module("bot.rehearsal")


def making() -> ModuleType:
    """What reads and fits, loaded only when the cache can't serve: it would double the time of a start."""
    return import_module("bot.making")
