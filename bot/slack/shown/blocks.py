"""Blocks of Slack, made of words: each holds its own limits, `fitted` those of a whole message or view.

`words` are plain: Slack shows their characters and does nothing with them. `mrkdwn` is Slack's own markup, as
bot.slack.shown.markdown makes it. Lengths are in characters. No text is empty: Slack refuses a message over one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from bot.slack.message import Block

Element = Mapping[str, Any]
Align = Literal["left", "center", "right"]

# API: Block Kit. What one message may hold in all is ours: Slack refuses a text of 11,341 characters, or of
# 13,200, and does not say where it begins.
MOST_BLOCKS, MOST_CHARACTERS = 50, 10_000
MOST_IN_HEADER = 150
MOST_IN_SECTION = 3000
MOST_IN_FIELD, MOST_FIELDS = 2000, 10
# Ours: what is small should be short. Slack takes 3,000 characters.
MOST_IN_CONTEXT, MOST_CONTEXTS = 1000, 10
MOST_IN_BUTTON, MOST_IN_VALUE, MOST_BUTTONS = 75, 2000, 25
MOST_IN_CONFIRM_TITLE, MOST_IN_CONFIRM_TEXT, MOST_IN_CONFIRM_BUTTON = 100, 300, 30
MOST_IN_CONTAINER_TITLE, MOST_IN_CONTAINER = 150, 10
MOST_ROWS, MOST_COLUMNS = 100, 20
# Ours: a cell is read at a glance.
MOST_IN_CELL = 300
MOST_POINTS, MOST_IN_LABEL, MOST_IN_CHART_TITLE = 20, 20, 50
# As many bars can still be told apart; more days are a line.
MOST_BARS = 10

ELLIPSIS = "…"
# Shown where there is no text at all.
NOTHING = "–"
# A link, an entity or a code span of mrkdwn is cut off whole.
WHOLE = re.compile(r"<[^<>]*>|&[a-z]+;|`[^`\n]+`|.", re.DOTALL)
# Preformatted text begins and ends with it.
FENCE = "```"
# What a message that is too long still keeps: its buttons, and what stands small below.
BUTTONS = frozenset(("actions", "context_actions"))
STANDING = BUTTONS | {"context"}
# Where the words of a block stand.
SHOWN = frozenset(("text", "title", "subtitle", "label", "name", "url", "alt_text", "categories"))


def plain(words: str, most: int = MOST_IN_SECTION) -> Element:
    return {"type": "plain_text", "text": cut(words, most), "emoji": False}


def markup(mrkdwn: str, most: int = MOST_IN_SECTION) -> Element:
    """`verbatim`: Slack makes no links or mentions out of what only looks like one."""
    return {"type": "mrkdwn", "text": cut_markup(mrkdwn, most), "verbatim": True}


def header(words: str) -> Block:
    return {"type": "header", "text": plain(words, MOST_IN_HEADER)}


def section(mrkdwn: str, accessory: Element | None = None) -> Block:
    return with_accessory({"type": "section", "text": markup(mrkdwn)}, accessory)


def plain_section(words: str, accessory: Element | None = None) -> Block:
    return with_accessory({"type": "section", "text": plain(words)}, accessory)


def with_accessory(block: Block, accessory: Element | None) -> Block:
    return {**block, "accessory": accessory} if accessory else block


def sections(mrkdwn: str) -> tuple[Block, ...]:
    """As many sections as a long text takes, parted between its lines."""
    parts, part = [], ""
    for line in mrkdwn.splitlines(keepends=True):
        if part and len(part) + len(line) > MOST_IN_SECTION - 2 * len(FENCE):
            fenced = part.count(FENCE) % 2 == 1
            parts.append(part + FENCE * fenced)
            part = f"{FENCE}\n" * fenced
        part += line
    return tuple(section(it.strip("\n")) for it in (*parts, part) if it.strip())


def fields(pairs: Sequence[tuple[str, str]]) -> tuple[Block, ...]:
    """Names and their values, both mrkdwn, in two columns; a section for every ten."""
    texts = [markup(f"*{name}*\n{value}", MOST_IN_FIELD) for name, value in pairs]
    return tuple({"type": "section", "fields": part} for part in parted(texts, MOST_FIELDS))


def divider() -> Block:
    return {"type": "divider"}


def context(*mrkdwn: str) -> Block:
    """Small lines, at most ten: of more, an ellipsis is the last."""
    texts = [markup(it, MOST_IN_CONTEXT) for it in mrkdwn]
    if len(texts) > MOST_CONTEXTS:
        texts = [*texts[: MOST_CONTEXTS - 1], markup(ELLIPSIS)]
    return {"type": "context", "elements": texts}


def button(  # noqa: PLR0913 - what a button can have
    words: str,
    action_id: str,
    value: str,
    *,
    style: Literal["primary", "danger"] | None = None,
    confirm: Element | None = None,
    url: str = "",
) -> Element:
    """A `value` that is too long is an error of the caller: cut, it would do something else.

    Raises:
        ValueError: when the value is longer than Slack takes.
    """
    if len(value) > MOST_IN_VALUE:
        raise ValueError(f"the value of {action_id} has {len(value)} characters")
    made = {"type": "button", "text": plain(words, MOST_IN_BUTTON), "action_id": action_id, "value": value}
    return made | {name: it for name, it in (("style", style), ("confirm", confirm), ("url", url)) if it}


def confirm(title: str, words: str, yes: str, no: str) -> Element:
    """Asked before a dangerous button does anything."""
    return {
        "title": plain(title, MOST_IN_CONFIRM_TITLE),
        "text": plain(words, MOST_IN_CONFIRM_TEXT),
        "confirm": plain(yes, MOST_IN_CONFIRM_BUTTON),
        "deny": plain(no, MOST_IN_CONFIRM_BUTTON),
        "style": "danger",
    }


def actions(*elements: Element) -> tuple[Block, ...]:
    """A row of buttons; what one row can't hold goes into further ones."""
    return tuple({"type": "actions", "elements": part} for part in parted(elements, MOST_BUTTONS))


def feedback(action_id: str, liked: tuple[str, str], disliked: tuple[str, str]) -> Block:
    """Two thumbs, each with its words and its value."""
    positive, negative = (
        {"text": plain(words, MOST_IN_BUTTON), "value": value} for words, value in (liked, disliked)
    )
    thumbs = {
        "type": "feedback_buttons",
        "action_id": action_id,
        "positive_button": positive,
        "negative_button": negative,
    }
    return {"type": "context_actions", "elements": [thumbs]}


def rich_text(elements: Iterable[Element]) -> tuple[Block, ...]:
    """The elements of bot.slack.shown.markdown.rich; no block for none."""
    made = list(elements)
    return ({"type": "rich_text", "elements": made},) if made else ()


def mention(name: str) -> Element:
    """A person, a user group or a channel by its id, for a rich_text section: this one is meant to be live."""
    match name[:1]:
        case "S":
            return {"type": "usergroup", "usergroup_id": name}
        case "C" | "G" | "D":
            return {"type": "channel", "channel_id": name}
        case _:
            return {"type": "user", "user_id": name}


def container(
    title: str, children: Sequence[Block], *, subtitle: str = "", collapsed: bool | None = None
) -> Block:
    """A box with a title, both lines plain; None for `collapsed` is a box that does not open and close."""
    made: dict[str, Any] = {"type": "container", "title": plain(title, MOST_IN_CONTAINER_TITLE)}
    if subtitle:
        made["subtitle"] = plain(subtitle, MOST_IN_CONTAINER_TITLE)
    made["child_blocks"] = list(children[:MOST_IN_CONTAINER])
    if collapsed is not None:
        made |= {"is_collapsible": True, "default_collapsed": collapsed}
    return made


def table(columns: Sequence[str], rows: Sequence[Sequence[Element]], alignments: Sequence[Align]) -> Block:
    """Cells are what `cell` and `rich_cell` make, as many a row as there are columns. At most one a message."""
    head = [cell(it) for it in columns[:MOST_COLUMNS]]
    return {
        "type": "table",
        "rows": [head, *(list(row[:MOST_COLUMNS]) for row in rows[: MOST_ROWS - 1])],
        "column_settings": [{"align": it, "is_wrapped": True} for it in alignments[:MOST_COLUMNS]],
    }


def cell(words: str) -> Element:
    return {"type": "raw_text", "text": cut(words, MOST_IN_CELL)}


def rich_cell(elements: Sequence[Element]) -> Element:
    return {"type": "rich_text", "elements": shorter(elements, MOST_IN_CELL)}


def chart(title: str, points: Sequence[tuple[str, int]]) -> Block:
    """The last 20 points at most, each a label and a value. At most two charts a message."""
    shown = [(cut(label, MOST_IN_LABEL), value) for label, value in points[-MOST_POINTS:]]
    series = {
        "name": cut(title, MOST_IN_LABEL),
        "data": [{"label": label, "value": value} for label, value in shown],
    }
    drawn = {
        "type": "bar" if len(shown) <= MOST_BARS else "line",
        "series": [series],
        "axis_config": {"categories": [label for label, _ in shown]},
    }
    return {"type": "data_visualization", "title": cut(title, MOST_IN_CHART_TITLE), "chart": drawn}


def fitted(
    blocks: Sequence[Block], notice: str, *, most: int = MOST_BLOCKS, characters: int = MOST_CHARACTERS
) -> tuple[Block, ...]:
    """The blocks within the limits of the whole. What is too much goes from the end of the body, never from
    the buttons; `notice` (mrkdwn) stands in its place.

    A view takes 100 blocks, and far more characters.
    """
    if len(blocks) <= most and sum(map(size, blocks)) <= characters:
        return tuple(blocks)
    standing = standing_types(blocks, characters)
    kept = [it for it in blocks if it["type"] in standing]
    room, places = characters - sum(map(size, kept)) - len(notice), most - len(kept) - 1
    made: list[Block] = []
    whole = True
    for block in blocks:
        if block["type"] in standing:
            made.append(block)
        elif whole:
            short = shortened(block, room) if places > 0 else None
            made += [short] if short else []
            whole = short is block
            room, places = room - size(short or {}), places - 1
            if not whole:
                made.append(context(notice))
    return tuple(made[:most])


def standing_types(blocks: Sequence[Block], characters: int) -> frozenset[str]:
    """Small lines stand only where they are small."""
    small = sum(size(it) for it in blocks if it["type"] in STANDING)
    return STANDING if small <= characters // 2 else BUTTONS


def shortened(block: Block, room: int) -> Block | None:  # noqa: PLR0911 - a line for each kind
    """The block with no more characters than `room`, or None where it makes no sense with less."""
    if size(block) <= room:
        return block
    if room <= 0:
        return None
    match block["type"]:
        case "section" if "text" in block and "accessory" not in block:
            return {**block, "text": {**block["text"], "text": cut_markup(block["text"]["text"], room)}}
        case "rich_text":
            elements = shorter(block["elements"], room)
            return {**block, "elements": elements} if elements else None
        case "table":
            rows = rows_within(block["rows"], room)
            return {**block, "rows": rows} if len(rows) > 1 else None
        case "container":
            children = children_within(block, room)
            return {**block, "child_blocks": children} if children else None
        case _:
            return None


def rows_within(rows: Sequence[Sequence[Element]], room: int) -> list[Sequence[Element]]:
    kept = []
    for row in rows:
        room -= sum(map(size, row))
        if room < 0:
            break
        kept.append(row)
    return kept


def children_within(block: Block, room: int) -> list[Block]:
    children: Sequence[Block] = block["child_blocks"]
    room -= size({**block, "child_blocks": []})
    kept = []
    for child in children:
        short = shortened(child, room)
        kept += [short] if short else []
        if short is not child:
            break
        room -= size(child)
    return kept


def shorter(elements: Sequence[Element], room: int) -> list[Element]:
    """Elements of rich text with no more characters than `room`, the last of them cut."""
    kept: list[Element] = []
    for element in elements:
        if room <= 0:
            break
        length = size(element)
        if length <= room:
            kept.append(element)
        elif "elements" in element:
            inner = shorter(element["elements"], room)
            kept += [{**element, "elements": inner}] if inner else []
        elif element["type"] == "text":
            kept.append({**element, "text": cut(element["text"], room)})
        room -= length
    return kept


def size(value: object) -> int:
    """How many characters a block shows, addresses included; what a button carries unseen does not count."""
    return size_within(value, "")


def size_within(value: object, name: str) -> int:
    """The same of what stands under this name. Plain types and loops, as every part of every message is asked."""
    if isinstance(value, str):
        return len(value) if name in SHOWN else 0
    total = 0
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "confirm":
                total += size_within(inner, key)
    elif isinstance(value, list | tuple):
        for inner in value:
            total += size_within(inner, name)
    return total


def cut(words: str, most: int) -> str:
    """The words, or their beginning and an ellipsis; a dash for none at all."""
    words = words.strip() and words
    if len(words) <= most:
        return words or NOTHING
    return words[: most - 1].rstrip() + ELLIPSIS


def cut_markup(mrkdwn: str, most: int) -> str:
    """The same for mrkdwn: a link, an entity, a code span stays whole or goes."""
    if len(mrkdwn) <= most:
        return mrkdwn if mrkdwn.strip() else NOTHING
    end = 0
    for whole in WHOLE.finditer(mrkdwn):
        if whole.end() > most - 1:
            break
        end = whole.end()
    return mrkdwn[:end].rstrip() + ELLIPSIS


def parted(elements: Sequence[Element], most: int) -> Iterator[list[Element]]:
    for begin in range(0, len(elements), most):
        yield list(elements[begin : begin + most])
