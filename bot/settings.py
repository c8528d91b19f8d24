"""What the environment says, read once."""

import locale
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.language import Language

PACKAGE = Path(__file__).parent


class Environment(Mapping[str, str]):
    """The variables of the environment. Some of them are secrets, so none shows in a repr."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def __getitem__(self, name: str) -> str:
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __repr__(self) -> str:
        return f"Environment({len(self)} variables)"


@dataclass(frozen=True, slots=True)
class Settings:
    """What every start needs.

    `language` is spoken where neither a text nor an option tells; `cache` is a folder that may vanish. From
    `environment` the configuration of the SMS side is read where that is wanted: see bot/configuration.
    """

    knowledge: Path
    cache: Path
    language: Language
    slack: bool
    environment: Environment


def read_settings(environment: Mapping[str, str]) -> Settings:
    return Settings(
        knowledge=Path(environment.get("SMSBOT_KNOWLEDGE") or shipped_knowledge()),
        cache=cache_folder(environment),
        language=language_setting(environment),
        slack=any(environment.get(f"SLACK_BOT_TOKEN{end}") for end in ("", "_FILE")),
        environment=Environment(environment),
    )


def shipped_knowledge() -> Path:
    """The wheel carries the knowledge inside the package; in a checkout it lies beside it."""
    inside = PACKAGE / "knowledge"
    return inside if inside.is_dir() else PACKAGE.parent / "knowledge"


def cache_folder(environment: Mapping[str, str]) -> Path:
    home = environment.get("XDG_CACHE_HOME") or environment.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".cache") / "smsbot"


def state_folder(environment: Mapping[str, str]) -> Path:
    """Where the database lies by default: unlike the cache, it must not vanish."""
    home = environment.get("XDG_STATE_HOME") or environment.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".local" / "state") / "smsbot"


def language_setting(environment: Mapping[str, str]) -> Language:
    """The operator's language, from the locale."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "zh" if locale.normalize(value).lower().startswith("zh") else "en"
    return "en"
