"""What tests of the whole app stand on."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.settings import Settings
from bot.wiring import Bot
from tests.slack.house import House, Visit, open_house


@pytest.fixture
def visit(
    bot: Bot, settings: Settings, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Visit:
    """Runs a scene in a house of its own."""
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))

    def run(scene: Callable[[House], Awaitable[None]]) -> None:
        async def inside() -> None:
            async with open_house(bot, settings) as house:
                await scene(house)

        asyncio.run(inside())

    return run
