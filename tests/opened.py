"""The SMS side for tests that wait for each answer."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

from bot.opening import CONSOLE, Office, open_office
from bot.settings import Settings
from bot.sms.command import Asker, Command
from bot.sms.operations import carry_out
from bot.sms.report import Report
from bot.wiring import Bot

OPERATOR = Asker(CONSOLE, CONSOLE, admin=True)


class Operations:
    """Opened by the first command that needs it."""

    def __init__(self, settings: Settings, bot: Bot) -> None:
        self._open = partial(open_office, settings, bot.library, bot.rules)
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._office: Office | None = None

    def run(self, command: Command) -> Report:
        return self._runner.run(self._run(command))

    def pause(self, seconds: float) -> None:
        """Lets what is under way go on for a while."""
        self._runner.run(asyncio.sleep(seconds))

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()

    async def _run(self, command: Command) -> Report:
        if self._office is None:
            self._office = await self._stack.enter_async_context(self._open())
        return await carry_out(command, self._office.desk)
