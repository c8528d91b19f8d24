"""Brings what was added in Slack into the knowledge files: the part of the composition that does it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.export import Change, difference, export, write
from bot.faq.added import Added
from bot.faq.normalise import Normaliser
from bot.opening import configured
from bot.settings import Settings
from bot.store.added import StoredPhrasings
from bot.store.database import open_database

__all__ = ["brought_home", "difference", "exported"]


@asynccontextmanager
async def open_phrasings(settings: Settings) -> AsyncIterator[StoredPhrasings]:
    """The ways to ask that were added in Slack."""
    async with open_database(configured(settings).database.url.reveal()) as database:
        yield StoredPhrasings(database)


def exported(settings: Settings, normaliser: Normaliser) -> Change:
    """What of the phrasings that were added in Slack the knowledge files should take."""

    async def added() -> Sequence[Added]:
        async with open_phrasings(settings) as phrasings:
            return await phrasings.all()

    return export(settings.knowledge, asyncio.run(added()), normaliser)


def brought_home(settings: Settings, change: Change) -> None:
    """Writes the files; what stands there is no longer kept as added."""
    write(settings.knowledge, change)

    async def forget() -> None:
        async with open_phrasings(settings) as phrasings:
            await phrasings.remove([it.text for it in (*change.exported, *change.present)])

    asyncio.run(forget())
