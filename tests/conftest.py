"""What most tests stand on: the shipped knowledge, read and fitted once a session."""

from pathlib import Path

import pytest

from bot.faq.entry import Library
from bot.settings import Settings, read_settings
from bot.wiring import Bot, build_bot


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return read_settings({"XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")), "LANG": "en_GB.UTF-8"})


@pytest.fixture(scope="session")
def bot(settings: Settings) -> Bot:
    return build_bot(settings)


@pytest.fixture(scope="session")
def library(bot: Bot) -> Library:
    return bot.library


@pytest.fixture(scope="session")
def project() -> Path:
    return Path(__file__).parent.parent
