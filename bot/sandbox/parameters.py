"""The parameters of one request: read by name and type, and refused where they are none."""

from collections.abc import Collection, Mapping

from bot.sandbox.refusal import Refusal


class Parameters:
    """`payload` is the JSON object that came. An empty text counts as absent, like in the real API."""

    def __init__(self, payload: Mapping[str, object]) -> None:
        self._payload = payload

    def __contains__(self, name: str) -> bool:
        return self._payload.get(name) not in (None, "")

    def only(self, known: Collection[str]) -> None:
        for name in self._payload:
            if name not in known:
                raise Refusal("UnknownParameter", f"The parameter `{name}` is not recognized.")

    def text(self, name: str) -> str:
        value = self._given(name)
        if isinstance(value, str):
            return value
        raise wrong_type(name, "String")

    def number(self, name: str) -> int:
        value = self._given(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise wrong_type(name, "Integer")

    def texts(self, name: str) -> list[str]:
        values = [value for value in self._list(name) if isinstance(value, str)]
        if len(values) == len(self._list(name)):
            return values
        raise wrong_type(name, "Array of String")

    def numbers(self, name: str) -> list[int]:
        values = [it for it in self._list(name) if isinstance(it, int) and not isinstance(it, bool)]
        if len(values) == len(self._list(name)):
            return values
        raise wrong_type(name, "Array of Integer")

    def _list(self, name: str) -> list[object]:
        value = self._given(name)
        if isinstance(value, list):
            return value
        raise wrong_type(name, "Array")

    def _given(self, name: str) -> object:
        if name not in self:
            raise Refusal("MissingParameter", f"The request is missing the required parameter `{name}`.")
        return self._payload[name]


def wrong_type(name: str, kind: str) -> Refusal:
    return Refusal("InvalidParameter", f"The value of the parameter `{name}` is not of type `{kind}`.")
