"""Renewal: knowledge that is edited while the bot runs holds from then on, without a restart."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

from bot.errors import KnowledgeError

LOG = structlog.get_logger("smsbot")

Bot = TypeVar("Bot")


class Renewal(Generic[Bot]):
    """Looks whether what the knowledge is made of has changed: `fingerprint` names it, and reads all of it.

    `build` makes a bot of it, `take` puts that to work.
    """

    def __init__(
        self, fingerprint: Callable[[], str], build: Callable[[], Awaitable[Bot]], take: Callable[[Bot], None]
    ) -> None:
        self._fingerprint = fingerprint
        self._build = build
        self._take = take
        self._known = fingerprint()

    async def look(self) -> None:
        """A knowledge base with mistakes changes nothing: the log says how many, `smsbot check` says where."""
        found = await asyncio.to_thread(self._fingerprint)
        if found == self._known:
            return
        self._known = found
        try:
            bot = await self._build()
        except KnowledgeError as error:
            LOG.warning("knowledge_not_renewed", mistakes=[it.place for it in error.mistakes])
        else:
            self._take(bot)
            LOG.info("knowledge_renewed")
