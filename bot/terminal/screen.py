"""Slack's blocks as lines of a terminal: Markdown, with a number before everything that can be pressed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from bot.drawing import LEVELS, UNKNOWN_LEVEL, sparkline
from bot.language import Language
from bot.phrases import Phrases
from bot.terminal.markup import Markup, joined, lines, literal, one_line, whole
from bot.workspace.layout import Block, Control, elements, texts

# Buttons whose labels have at most so many columns stand beside one another, in lines of so many.
WIDEST_SHORT = 30
WIDEST_ROW = 76
BETWEEN = "   "
BUTTONS = frozenset({"button", "icon_button", "workflow_button", "feedback_buttons"})
QUESTION = ("?", "？")
DANGER = "⚠ "
THUMBS_FIRST = ("context_actions", "actions")
MENU = " ▾"
RULES = {"left": "---", "center": ":---:", "right": "---:"}
CHART = re.compile(f"`[{LEVELS}{UNKNOWN_LEVEL}]+`")
# A field of a section: its name in bold, its value below.
FIELD = re.compile(r"^\*(?P<name>[^\n]+)\*\n(?P<value>.+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be pressed. `chosen` is the value of one of two feedback buttons."""

    label: str
    control: Control
    chosen: str | None = None
    dangerous: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    phrases: Phrases
    language: Language
    markup: Markup

    def draw(self, blocks: Sequence[Block], first: int = 1) -> str:
        """Blocks that have their ids, as Markdown; what can be pressed is numbered from `first` on."""
        numbers = iter(range(first, first + len(list(self.choices(blocks)))))
        return joined(told_once([part for part in self._parts(blocks, numbers) if part]))

    def choices(self, blocks: Sequence[Block]) -> Iterator[Choice]:
        """What can be pressed, from top to bottom: the order of the numbers."""
        for block in blocks:
            yield from self._own_choices(block)
            yield from self.choices(block.get("child_blocks", ()))

    def text(self, element: object) -> str:
        """A text object: plain or in Slack's markup."""
        match element:
            case {"type": "mrkdwn", "text": str(text)}:
                return self.markup.mrkdwn(text)
            case {"text": str(text)}:
                return lines(text)
            case {"type": "rich_text", "elements": list(parts)}:
                return self.markup.rich(parts)
            case _:
                return ""

    def _own_choices(self, block: Block) -> Iterator[Choice]:
        if block["type"] == "input" and not block.get("dispatch_action"):
            return
        for element in elements(block):
            if "action_id" in element:
                yield from self._of(Control(str(block["block_id"]), element, block))

    def _of(self, control: Control) -> Iterator[Choice]:
        element = control.element
        match element["type"]:
            case "feedback_buttons":
                for name in ("positive_button", "negative_button"):
                    yield Choice(self.text(element[name]["text"]), control, str(element[name]["value"]))
            case "button" | "workflow_button" | "icon_button":
                label = self.text(element["text"])
                if "url" in element:
                    label += f" ({literal(element['url'])})"
                yield Choice(label, control, dangerous=element.get("style") == "danger")
            case "plain_text_input":
                yield Choice(self.text(control.block.get("label")), control)
            case _:
                yield Choice(self._menu(control), control)

    def _menu(self, control: Control) -> str:
        element = control.element
        shown = self.text(element.get("initial_option", {}).get("text"))
        return (shown or self.text(element.get("placeholder")) or self.text(control.block.get("text"))) + MENU

    def _parts(self, blocks: Sequence[Block], numbers: Iterator[int]) -> Iterator[str]:
        """The thumbs below an answer share their row with the buttons that follow; lines with a button each
        stand close together.
        """
        thumbs: list[Choice] = []
        rows: list[str] = []
        for block, below in zip(blocks, [*blocks, {}][1:], strict=True):
            choices = [*thumbs, *self._own_choices(block)]
            if row := self._line(block, choices, numbers):
                rows.append(row)
                continue
            yield "\\\n".join(rows)
            rows.clear()
            if block["type"] == "container":
                yield self._container(block, numbers)
                continue
            yield self._block(block)
            thumbs = choices if (block["type"], below.get("type")) == THUMBS_FIRST else []
            if not thumbs:
                yield self._row(choices, numbers)
        yield "\\\n".join(rows)

    def _line(self, block: Block, choices: Sequence[Choice], numbers: Iterator[int]) -> str:
        """A section of one line with a button beside it, as its number, the line and what the button does."""
        if block["type"] != "section" or block.get("accessory", {}).get("type") not in BUTTONS:
            return ""
        text = self.text(block.get("text"))
        if block.get("fields") or "\n" in text or not text:
            return ""
        return numbered(next(numbers), f"{text} → {choices[0].label}")

    def _row(self, choices: Sequence[Choice], numbers: Iterator[int]) -> str:
        """Short ones beside one another, as many as a line takes; questions and sentences below one another."""
        rows: list[str] = []
        short = all(width(it.label) <= WIDEST_SHORT and it.label[-1:] not in QUESTION for it in choices)
        for choice in choices:
            made = numbered(next(numbers), f"{DANGER if choice.dangerous else ''}{choice.label}")
            if rows and short and width(rows[-1]) + len(BETWEEN) + width(made) <= WIDEST_ROW:
                rows[-1] += BETWEEN + made
            else:
                rows.append(made)
        return "\\\n".join(rows)

    def _container(self, block: Block, numbers: Iterator[int]) -> str:
        title = whole("**", self.text(block.get("title")) or self.text(block.get("rich_title")))
        subtitle = whole("*", self.text(block.get("subtitle")))
        head = "\\\n".join(it for it in (title, subtitle) if it)
        inner = [it for it in self._parts(block.get("child_blocks", ()), numbers) if it]
        return joined([head, *inner] if head else inner)

    def _block(self, block: Block) -> str:  # noqa: C901, PLR0911 - a line for each kind
        match block["type"]:
            case "header":
                return whole("**", self.text(block["text"]))
            case "section":
                return joined([it for it in (self.text(block.get("text")), self._fields(block)) if it])
            case "rich_text":
                return self.markup.rich(block["elements"])
            case "context":
                return "\\\n".join(filter(None, (self._small(it) for it in block["elements"])))
            case "divider":
                return "---"
            case "table" | "data_table":
                return self._table(block)
            case "data_visualization":
                return self._chart(block)
            case "image":
                return self._image(block)
            case "markdown":
                return str(block["text"])
            case "actions" | "context_actions" | "input":
                return ""
            case _:
                return "\\\n".join(lines(it) for it in texts([it for it in block.values() if it != block]))

    def _fields(self, block: Block) -> str:
        return "\n".join(f"- {self._field(it)}" for it in block.get("fields", ()))

    def _field(self, element: Block) -> str:
        found = FIELD.match(str(element["text"])) if element["type"] == "mrkdwn" else None
        if found is None:
            return one_line(self.text(element))
        name, value = (one_line(self.markup.mrkdwn(found[it])) for it in ("name", "value"))
        return self.phrases.say("draw.fact", self.language, name=name, value=value)

    def _small(self, element: Block) -> str:
        if element["type"] == "image":
            return self._image(element)
        return "\\\n".join(whole("*", it.rstrip("\\")) for it in self.text(element).splitlines() if it)

    def _image(self, element: Block) -> str:
        return self.phrases.say("screen.image", self.language, words=literal(str(element["alt_text"])))

    def _table(self, block: Block) -> str:
        """The first row is the head; numbers stand to the right."""
        rows = [[self._cell(it) for it in row] for row in block["rows"]]
        settings = [it or {} for it in block.get("column_settings", ())]
        rules = [RULES[alignment(block, settings, place)] for place in range(len(rows[0]))]
        drawn = "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], rules, *rows[1:]))
        caption = whole("**", literal(block.get("caption", "")))
        return f"{caption}\n\n{drawn}" if caption else drawn

    def _cell(self, cell: Block) -> str:
        words = (
            self.markup.rich(cell["elements"]) if cell["type"] == "rich_text" else literal(cell_words(cell))
        )
        return one_line(words)

    def _chart(self, block: Block) -> str:
        chart = block["chart"]
        if chart["type"] == "pie":
            return "\n".join(
                [
                    lines(block["title"]),
                    *(f"- {self._fact(it['label'], it['value'])}" for it in chart["segments"]),
                ]
            )
        title = str(block["title"])
        several = len(chart["series"]) > 1
        return "\n".join(
            self._series(f"{title}, {it['name']}" if several else title, it["data"]) for it in chart["series"]
        )

    def _fact(self, name: str, value: object) -> str:
        return self.phrases.say("draw.fact", self.language, name=literal(name), value=literal(figure(value)))

    def _series(self, title: str, points: Sequence[Mapping[str, Any]]) -> str:
        values = [round(it["value"]) for it in points]
        return self.phrases.say(
            "draw.series",
            self.language,
            title=literal(title),
            line=f"`{sparkline(values)}`",
            first=literal(points[0]["label"]),
            last=literal(points[-1]["label"]),
            least=figure(min(values)),
            most=figure(max(values)),
        )


def told_once(parts: Sequence[str]) -> list[str]:
    """Without a chart below which a line tells as many days, or more: here both are the same kind of line."""
    charts = [found[0] if (found := CHART.search(it)) else "" for it in parts]
    return [
        part
        for part, own, below in zip(parts, charts, [*charts, ""][1:], strict=True)
        if not own or len(below) < len(own)
    ]


def numbered(number: int, label: str) -> str:
    return f"\\[{number}\\] {label}"


def cell_words(cell: Block) -> str:
    return str(cell["text"]) if "text" in cell else figure(cell.get("value"))


def figure(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def alignment(block: Block, settings: Sequence[Mapping[str, Any]], place: int) -> str:
    if place < len(settings) and "align" in settings[place]:
        return str(settings[place]["align"])
    numeric = any(row[place]["type"] == "raw_number" for row in block["rows"][1:] if place < len(row))
    return "right" if numeric else "left"


def width(text: str) -> int:
    """Columns of a terminal."""
    return sum(2 if east_asian_width(it) in "WF" else 1 for it in text if it != "\\")
