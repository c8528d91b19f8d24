"""A text that nobody should see: it shows itself only when asked."""

from collections.abc import Mapping
from typing import NoReturn, Self


class Secret:
    """A key, a token or a password. Its repr, its str and its place in an error say only that it is one."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __deepcopy__(self, memo: Mapping[int, object]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not written down")


def encoded(secret: Secret) -> bytes:
    """Its bytes as the environment had them, be they UTF-8 or not."""
    return secret.reveal().encode(errors="surrogateescape")
