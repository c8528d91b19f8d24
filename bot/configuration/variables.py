"""The variables of the environment, and the files that stand in for secrets."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from bot.errors import Mistake
from bot.secret import Secret

PREFIX = "SMSBOT_"
# Each may also come out of a file that NAME_FILE names.
SECRETS = (
    *("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "SMSBOT_SECRET_KEY", "SMSBOT_DATABASE_URL"),
    *("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"),
)
KNOWN = (
    *(f"{name}{end}" for name in SECRETS for end in ("", "_FILE") if name.startswith(PREFIX)),
    *("SMSBOT_CONFIG", "SMSBOT_HTTP", "SMSBOT_KNOWLEDGE", "SMSBOT_LOG_LEVEL", "SMSBOT_LOG_FORMAT"),
)
# Nearer than SMSBOT_PORT is to SMSBOT_HTTP: Kubernetes makes up such names for a service called smsbot.
MISSPELT = 0.88

Read = TypeVar("Read")


class Unresolved(Exception):
    """A secret could not be had. `kind` and `details` make a mistake."""

    def __init__(self, kind: str, **details: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.details = details


class Variables:
    """The environment; what is wrong with it gathers in `mistakes`. Blank is the same as not set."""

    def __init__(self, environment: Mapping[str, str], mistakes: list[Mistake]) -> None:
        self._environment = environment
        self._mistakes = mistakes

    def report(self, variable: str, kind: str, **details: str) -> None:
        self._mistakes.append(Mistake(variable, 0, kind, details))

    def text(self, name: str) -> str:
        return self._environment.get(name, "").strip()

    def present(self, *names: str) -> bool:
        """Whether all of them are there, be they blank: libraries look for no more."""
        return all(name in self._environment for name in names)

    def given(self, name: str) -> bool:
        """Whether a secret is set, itself or by file, be it of use or not."""
        return bool(self.text(name) or self.text(f"{name}_FILE"))

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of the `choices`, in any capitals; the first when it isn't set, or isn't one, which is told."""
        value = self.text(name).lower()
        if value and value not in choices:
            self.report(name, "wrong_choice", choices=", ".join(choices))
        return value if value in choices else choices[0]

    def word(self, name: str, default: Read, kind: str, read: Callable[[str], Read]) -> Read:
        """What `read` makes of the value; the `default` when there is none, or a wrong one, which is told."""
        if not (text := self.text(name)):
            return default
        try:
            return read(text)
        except ValueError:
            self.report(name, kind)
            return default

    def secret(self, name: str) -> Secret | None:
        """What NAME holds, or the file that NAME_FILE names; None when there is neither."""
        value, file = self.text(name), self.text(f"{name}_FILE")
        if value and file:
            self.report(name, "given_twice", name=name)
        if value or not file:
            return Secret(value) if value else None
        try:
            return read_secret(file, Path())
        except Unresolved as error:
            self.report(f"{name}_FILE", error.kind, **error.details)
            return None

    def check_names(self) -> None:
        """A variable of ours that is nearly one of those we know is misspelt."""
        for name in self._environment:
            if name.startswith(PREFIX) and name not in KNOWN:
                for near in get_close_matches(name, KNOWN, n=1, cutoff=MISSPELT):
                    self.report(name, "misspelt_variable", near=near)


def resolve(reference: str, environment: Mapping[str, str], folder: Path) -> Secret:
    """The secret that `env:NAME` or `file:PATH` leads to; a path is relative to `folder`.

    Raises:
        Unresolved: when it leads nowhere, or is no reference but perhaps the secret itself.
    """
    kind, _, name = (it.strip() for it in reference.partition(":"))
    if kind not in {"env", "file"} or not name:
        raise Unresolved("literal_secret")
    if kind == "file":
        return read_secret(name, folder)
    if not (value := environment.get(name, "").strip()):
        raise Unresolved("unset_variable", name=name)
    return Secret(value)


def resolve_url(text: str, environment: Mapping[str, str], folder: Path) -> Secret:
    """A URL as it stands, or by reference if it has a user and a password in it."""
    if text.startswith(("env:", "file:")):
        return resolve(text, environment, folder)
    if "@" in text:
        raise Unresolved("literal_secret")
    return Secret(text)


def read_secret(path: str, folder: Path) -> Secret:
    try:
        value = (folder / Path(path).expanduser()).read_text("utf-8").strip()
    except OSError as error:
        raise Unresolved("no_file", path=path, reason=error.strerror or str(error)) from None
    except (ValueError, RuntimeError) as error:
        # Not UTF-8, no such home: such an error may carry the content along.
        raise Unresolved("no_file", path=path, reason=type(error).__name__) from None
    if not value:
        raise Unresolved("empty_file", path=path)
    return Secret(value)
