"""The arguments of a call of the Web API: as JSON, as a form or in the query."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.workspace.layout import Block
from bot.workspace.refusal import Refusal
from bot.workspace.team import Payload


@dataclass(frozen=True, slots=True)
class Arguments:
    """Numbers and flags come as such or as text, structures as such or as JSON in a text."""

    values: Payload = field(repr=False)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def needed(self, name: str) -> str:
        """
        Raises:
            Refusal: invalid_arguments.
        """
        if not (value := self.text(name)):
            raise Refusal("invalid_arguments", f"[ERROR] missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "1"}

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        return int(value) if value.isdecimal() else default

    def blocks(self) -> list[Block]:
        """
        Raises:
            Refusal: invalid_blocks_format.
        """
        value = opened(self.values.get("blocks") or [])
        if not isinstance(value, list) or not all(isinstance(it, Mapping) and "type" in it for it in value):
            raise Refusal("invalid_blocks_format")
        return value

    def structure(self, name: str) -> Payload:
        """
        Raises:
            Refusal: invalid_arguments.
        """
        value = opened(self.values.get(name) or {})
        if not isinstance(value, Mapping):
            raise Refusal("invalid_arguments", f"[ERROR] must be an object [json-pointer:/{name}]")
        return value

    def rows(self, name: str) -> Sequence[object]:
        value = opened(self.values.get(name) or [])
        return value if isinstance(value, list) else []


def opened(value: object) -> object:
    """A structure that may have come as text; None when that is no JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return None


async def read_arguments(request: web.Request) -> Arguments:
    """
    Raises:
        Refusal: invalid_json.
    """
    values: dict[str, object] = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        given = opened(await request.text())
        if not isinstance(given, Mapping):
            raise Refusal("invalid_json")
        values |= given
    elif request.can_read_body:
        values |= dict(await request.post())
    return Arguments(values)
