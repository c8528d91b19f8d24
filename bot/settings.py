"""What the environment says, read once."""

import locale
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.language import Language

PACKAGE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Settings:
    """`language` is spoken where neither a text nor an option tells; `cache` is a folder that may vanish."""

    knowledge: Path
    cache: Path
    language: Language
    slack: bool


def read_settings(environment: Mapping[str, str]) -> Settings:
    return Settings(
        knowledge=Path(environment.get("SMSBOT_KNOWLEDGE") or shipped_knowledge()),
        cache=cache_folder(environment),
        language=language_setting(environment),
        slack=bool(environment.get("SLACK_BOT_TOKEN")),
    )


def shipped_knowledge() -> Path:
    """The wheel carries the knowledge inside the package; in a checkout it lies beside it."""
    inside = PACKAGE / "knowledge"
    return inside if inside.is_dir() else PACKAGE.parent / "knowledge"


def cache_folder(environment: Mapping[str, str]) -> Path:
    home = environment.get("XDG_CACHE_HOME") or environment.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".cache") / "smsbot"


def language_setting(environment: Mapping[str, str]) -> Language:
    """The operator's language, from the locale."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "zh" if locale.normalize(value).lower().startswith("zh") else "en"
    return "en"
