"""The steps by which the tables came to be as they are, taken by whoever opens an older database."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from bot.errors import SettingsError
from bot.store.migrations import FOLDER

# Any number, the same in every replica: only one of them changes the tables.
UPGRADE_LOCK = 3821


def upgrade(connection: Connection, to: str = "head") -> None:
    """Brings the tables up to date, one replica at a time.

    Raises:
        SettingsError: when the database has taken a step that we don't know.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        # The one thing that can be wrong with our own steps.
        raise SettingsError("store.newer") from error
