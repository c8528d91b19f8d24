"""What tests of the whole app stand on."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.settings import Settings, read_settings
from bot.wiring import Bot
from tests.slack.house import House, Visit, VisitWith, open_house


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


@pytest.fixture
def visit_with(bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VisitWith:
    """Runs a scene in a house with a smsbot.toml of its own."""
    monkeypatch.chdir(tmp_path)

    def run(toml: str, scene: Callable[[House], Awaitable[None]]) -> None:
        (tmp_path / "smsbot.toml").write_text(toml, "utf-8")
        settings = read_settings({"XDG_STATE_HOME": str(tmp_path), "LANG": "en_GB.UTF-8"})

        async def inside() -> None:
            async with open_house(bot, settings) as house:
                await scene(house)

        asyncio.run(inside())

    return run
