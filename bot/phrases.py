"""The bot's own words, from knowledge/phrases.toml."""

from collections.abc import Mapping

from bot.language import Both, Language


class Phrases:
    def __init__(self, rows: Mapping[str, Both[str]]) -> None:
        self._rows = rows

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def names(self, group: str) -> list[str]:
        """The names of a group, without it, in the order of the file."""
        return [name.removeprefix(f"{group}.") for name in self._rows if name.startswith(f"{group}.")]

    def say(self, name: str, language: Language, /, **details: object) -> str:
        """The phrase of this name with its blanks filled.

        A phrase that a damaged knowledge base lacks is told by its name and details: reporting the
        damage must not fail on it.
        """
        if name not in self._rows:
            return " ".join([name, *(f"{key}={value}" for key, value in details.items() if value)])
        return self._rows[name][language].format(**details)
