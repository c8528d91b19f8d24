"""The guises of a message: as it is meant, plainer, in words only; and the kinds of block Slack refuses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from bot.slack.message import Message
from bot.slack.wire.client import Outcome, Refused
from bot.slack.wire.clock import Clock

BLOCK_CODES = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_blocks_too_long"}
)
# Slack names what it does not like by its place: [json-pointer:/blocks/2/type]
POINTER = re.compile(r"json-pointer:(/blocks/[\w/]+)/type\b")
# Seconds that a kind of block is left out after Slack has refused it.
LEFT_OUT = 600.0

Guise = Mapping[str, Any]


class Wardrobe:
    """Chooses guises; what Slack does not know is not offered to it again for a while."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._refused: dict[str, float] = {}

    def guises(self, message: Message) -> Iterator[Guise]:
        """From the best to the last, as arguments of a method. The last one has no blocks, and clears them."""
        left_out = self._left_out()
        if message.blocks and not (left_out and kinds_of(message.blocks) & left_out):
            yield {"text": message.text, "blocks": list(message.blocks)}
        if (plain := message.plain) and plain != message.blocks:
            yield {"text": message.text, "blocks": list(plain)}
        yield {"text": message.text, "blocks": []}

    def note(self, guise: Guise, refused: Refused) -> None:
        for kind in kinds_named(refused.reasons, guise):
            self._refused[kind] = self._clock.seconds() + LEFT_OUT

    def _left_out(self) -> AbstractSet[str]:
        now = self._clock.seconds()
        return {kind for kind, until in self._refused.items() if now < until}


def refuses_blocks(outcome: Outcome) -> bool:
    """Whether a plainer guise could do better."""
    match outcome:
        case Refused(code="invalid_arguments", reasons=reasons):
            return any("blocks" in reason for reason in reasons)
        case Refused(code=code):
            return code in BLOCK_CODES
        case _:
            return False


def kinds_of(blocks: object) -> AbstractSet[str]:
    """Every type that stands anywhere in blocks."""
    match blocks:
        case Mapping():
            own = {str(blocks["type"])} if "type" in blocks else set[str]()
            return own.union(*(kinds_of(it) for it in blocks.values()))
        case list() | tuple():
            return set[str]().union(*(kinds_of(it) for it in blocks))
        case _:
            return frozenset()


def kinds_named(reasons: Sequence[str], guise: Guise) -> Iterator[str]:
    """The types of block that Slack does not know, by the places that it names."""
    for reason in reasons:
        for found in POINTER.finditer(reason):
            place = at(guise, found[1].strip("/").split("/"))
            if isinstance(place, Mapping) and isinstance(place.get("type"), str):
                yield place["type"]


def at(value: Any, steps: Sequence[str]) -> Any:
    """What a JSON pointer points at; None if it points at nothing."""
    for step in steps:
        match value:
            case Mapping():
                value = value.get(step)
            case list() | tuple() if step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            case _:
                return None
    return value
