"""The blocks of a message or view: their ids, what in them can be pressed, and what Slack finds too much."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.workspace.refusal import Refusal

Block = Mapping[str, Any]
# Tells what is wrong with the arguments of a message (`text`, `blocks`) or a view (`view`); nothing if all is well.
Judge = Callable[[Mapping[str, Any]], Sequence[str]]

MOST_IN_MESSAGE, MOST_IN_VIEW = 50, 100
# Of all blocks of a message together, in characters.
LONGEST_MESSAGE = 13_200
LONGEST_FALLBACK = 40_000
LONGEST_METADATA = 3_000
# The longest text of a block or element of this type, in characters.
LONGEST = {"section": 3000, "header": 150, "button": 75}
# What has an action_id.
PRESSABLE = frozenset(
    (
        "button channels_select checkboxes conversations_select datepicker datetimepicker email_text_input"
        " external_select feedback_buttons file_input icon_button multi_channels_select"
        " multi_conversations_select multi_external_select multi_static_select multi_users_select number_input"
        " overflow plain_text_input radio_buttons rich_text_input static_select timepicker url_text_input"
        " users_select workflow_button"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Control:
    """Something that can be pressed, chosen or filled in."""

    block_id: str
    element: Block
    block: Block

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])


def controls(blocks: Sequence[Block]) -> Iterator[Control]:
    """All of them, from top to bottom."""
    for block in blocks:
        for element in elements(block):
            if element.get("type") in PRESSABLE:
                yield Control(str(block["block_id"]), element, block)
        yield from controls(block.get("child_blocks", ()))


def elements(block: Block) -> Iterator[Block]:
    for name in ("accessory", "element"):
        if isinstance(block.get(name), Mapping):
            yield block[name]
    for name in ("elements", "actions"):
        yield from (it for it in block.get(name, ()) if isinstance(it, Mapping))


def with_ids(blocks: Sequence[Block], first: int = 1) -> tuple[Block, ...]:
    """The blocks as Slack keeps them: each with a block_id, each control with an action_id."""
    return tuple(with_id(block, f"b{place}") for place, block in enumerate(blocks, first))


def with_id(block: Block, spare: str) -> Block:
    kept = {**block, "block_id": block.get("block_id") or spare}
    for name in ("accessory", "element"):
        if isinstance(block.get(name), Mapping):
            kept[name] = with_action(block[name], f"{spare}a")
    for name in ("elements", "actions"):
        if name in block:
            kept[name] = [with_action(it, f"{spare}a{at}") for at, it in enumerate(block[name])]
    if "child_blocks" in block:
        kept["child_blocks"] = [with_id(it, f"{spare}c{at}") for at, it in enumerate(block["child_blocks"])]
    return kept


def with_action(element: Block, spare: str) -> Block:
    if element.get("type") not in PRESSABLE or element.get("action_id"):
        return element
    return {**element, "action_id": spare}


def check_message(text: str, blocks: Sequence[Block], judge: Judge) -> None:
    """
    Raises:
        Refusal: no_text, msg_too_long, msg_blocks_too_long or invalid_blocks.
    """
    if not text and not blocks:
        raise Refusal("no_text")
    if len(text) > LONGEST_FALLBACK:
        raise Refusal("msg_too_long")
    wrong = [*too_much(blocks, MOST_IN_MESSAGE), *judge({"text": text, "blocks": list(blocks)})]
    if wrong:
        raise Refusal("invalid_blocks", *wrong)
    if sum(len(it) for it in texts(blocks)) > LONGEST_MESSAGE:
        raise Refusal("msg_blocks_too_long")


def check_view(view: Block, judge: Judge) -> None:
    """
    Raises:
        Refusal: invalid_arguments or invalid_blocks.
    """
    if view.get("type") not in {"modal", "home"} or not isinstance(view.get("blocks"), list):
        raise Refusal(
            "invalid_arguments", "[ERROR] must be a modal or a home with blocks [json-pointer:/view]"
        )
    if len(view.get("private_metadata", "")) > LONGEST_METADATA:
        raise Refusal(
            "invalid_arguments", "[ERROR] must be less than 3001 [json-pointer:/view/private_metadata]"
        )
    wrong = [*too_much(view["blocks"], MOST_IN_VIEW), *judge({"view": view})]
    if wrong:
        raise Refusal("invalid_blocks", *wrong)


def too_much(blocks: Sequence[Block], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"[ERROR] no more than {most} items allowed [json-pointer:/blocks]"
    for at, block in enumerate(blocks):
        for part in (block, *elements(block)):
            limit = LONGEST.get(part.get("type", ""))
            if limit and len(text_of(part.get("text"))) > limit:
                yield f"[ERROR] must be less than {limit + 1} characters [json-pointer:/blocks/{at}/text]"
        named = [it.action_id for it in controls(with_ids([block]))]
        if len(set(named)) < len(named):
            yield f"[ERROR] `action_id` is not unique in its block [json-pointer:/blocks/{at}]"
    given = [it["block_id"] for it in blocks if it.get("block_id")]
    if len(set(given)) < len(given):
        yield "[ERROR] `block_id` is not unique [json-pointer:/blocks]"


def text_of(part: object) -> str:
    """The words of a text object, or a plain string."""
    match part:
        case str():
            return part
        case {"text": str(words)}:
            return words
        case _:
            return ""


def texts(part: object) -> Iterator[str]:
    """Every text that stands in blocks, however deep."""
    if isinstance(part, Mapping):
        for name, it in part.items():
            if name == "text" and isinstance(it, str):
                yield it
            else:
                yield from texts(it)
    elif isinstance(part, list | tuple):
        for it in part:
            yield from texts(it)
