"""What is wrong with a message or a view, before Slack says it with one word.

The schema holds the limits of each block; the rest are rules that a schema can't say. Its sources stand in
its comments; that a list may go on counting (`offset`) is added from Slack's SDK.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from bot.slack.message import Message

SCHEMA = Path(__file__).parent / "blockkit.schema.json"
MOST_CHARACTERS = 10_000
MOST_CHARTS = 2
# Types of blocks that Slack takes on one surface only.
NOT_IN_MESSAGES = {"alert", "input", "file"}
NOT_IN_VIEWS = {"markdown", "table", "data_table", "alert", "context_actions", "file"}
PLAIN = {"section", "context", "actions", "divider"}
# Markup as it should be: links to https pages, entities, quotations. What is left of `<`, `>` and `&` is live.
RIGHT = re.compile(r"<https://[^|<>\s]+\|[^|<>\n]+>|&(?:amp|lt|gt);|^>", re.MULTILINE)
MENTION = re.compile(r"<(?:@|!subteam\^|#)(\w+)>")
LIVE = re.compile(r"[<>&]")
# Where no words stand.
UNSEEN = {"type", "align", "action_id", "block_id", "value", "style", "private_metadata", "callback_id"}


def judged(payload: Mapping[str, Any], called: Sequence[str] = ()) -> list[str]:
    """What is wrong with the arguments of chat.postMessage (`text`, `blocks`) or of views.open (`view`).

    `called` are the ids of those who are meant to be mentioned.
    """
    view = payload.get("view")
    blocks = (view or payload).get("blocks", [])
    found = [f"{error.json_path}: {error.message[:200]}" for error in validator().iter_errors(payload)]
    found += of_a_view(blocks) if view else of_a_message(payload, blocks)
    return [*found, *same_twice(blocks), *uneven_tables(blocks), *live(payload, called), *empty(blocks)]


def judged_message(message: Message, called: Sequence[str] = ()) -> list[str]:
    """The same of both forms of a message; the plain one holds nothing that Slack might refuse."""
    found = []
    for name in ("blocks", "plain"):
        payload = {"text": message.text, "blocks": list(getattr(message, name))}
        found += [f"{name}: {it}" for it in judged(payload, called)]
    found += [f"plain: {it['type']} is no plain block" for it in message.plain if it["type"] not in PLAIN]
    return found


@cache
def validator() -> Validator:
    """In the schema, "one of these types" is a list of conditions: only the one that holds is looked at."""
    quick: type[Validator] = extend(Draft7Validator, {"allOf": that_holds})  # type: ignore[no-untyped-call]  # no stub of it
    return quick(json.loads(SCHEMA.read_text(encoding="utf-8")))


def that_holds(
    validator: Draft7Validator, branches: Sequence[Mapping[str, Any]], instance: object, _: object
) -> Iterator[ValidationError]:
    own = instance.get("type") if isinstance(instance, Mapping) else None
    for place, branch in enumerate(branches):
        wanted = branch.get("if", {}).get("properties", {}).get("type", {}).get("const")
        if wanted in (None, own):
            yield from validator.descend(instance, branch, schema_path=place)


def of_a_message(payload: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    types = Counter(block["type"] for block in within(blocks))
    if not payload.get("text", "").strip():
        yield "text: a message needs one, for notifications"
    if (length := sum(map(len, words(blocks)))) > MOST_CHARACTERS:
        yield f"blocks: {length} characters in all"
    if types["table"] + types["data_table"] > 1:
        yield "blocks: more than one table"
    if types["data_visualization"] > MOST_CHARTS:
        yield f"blocks: {types['data_visualization']} charts"
    yield from (f"blocks: {name} is for views" for name in sorted(NOT_IN_MESSAGES & types.keys()))


def of_a_view(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    types = {block["type"] for block in within(blocks)}
    yield from (f"blocks: {name} is for messages" for name in sorted(NOT_IN_VIEWS & types))


def same_twice(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from (f"block_id {name} twice" for name in twice(it.get("block_id") for it in within(blocks)))
    for block in within(blocks):
        yield from (f"action_id {name} twice in a block" for name in twice(actions(block)))


def twice(names: Iterable[str | None]) -> list[str]:
    return [name for name, count in Counter(names).items() if name and count > 1]


def actions(block: Mapping[str, Any]) -> Iterator[str | None]:
    for it in (*block.get("elements", ()), block.get("accessory", {}), block.get("element", {})):
        yield it.get("action_id")


def uneven_tables(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for block in within(blocks):
        if block["type"] in {"table", "data_table"}:
            lengths = {len(row) for row in block["rows"]}
            if len(lengths) > 1:
                yield f"a table with rows of {sorted(lengths)} cells"
            if len(block.get("column_settings", ())) > min(lengths):
                yield "a table with more settings than columns"


def live(payload: Mapping[str, Any], called: Sequence[str]) -> Iterator[str]:
    """Markup that mentions, links to no https page, or is not escaped."""
    blocks = (payload.get("view") or payload).get("blocks", [])
    for text in (payload.get("text", ""), *markup(blocks)):
        rest = MENTION.sub(lambda found: "" if found[1] in called else found[0], RIGHT.sub("", text))
        yield from (f"live: {rest[it.start() : it.start() + 40]!r}" for it in LIVE.finditer(rest))


def empty(blocks: object) -> Iterator[str]:
    """Texts that Slack refuses for want of anything to show."""
    for key, text in texts(blocks):
        if key == "text" and not text:
            yield "an empty text"


def within(blocks: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for block in blocks:
        yield block
        yield from within(block.get("child_blocks", ()))


def markup(value: object) -> Iterator[str]:
    match value:
        case {"type": "mrkdwn", "text": str(text)}:
            yield text
        case Mapping():
            for inner in value.values():
                yield from markup(inner)
        case list() | tuple():
            for inner in value:
                yield from markup(inner)
        case _:
            return


def words(blocks: object) -> list[str]:
    """Everything that a reader sees, and the addresses behind it."""
    return [text for key, text in texts(blocks) if key not in UNSEEN]


def texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield name, value
        case Mapping():
            for key, inner in value.items():
                if key != "confirm":
                    yield from texts(inner, key)
        case list() | tuple():
            for inner in value:
                yield from texts(inner, name)
        case _:
            return
