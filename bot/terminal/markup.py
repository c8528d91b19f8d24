"""Slack's markup and rich text as Markdown."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise

from bot.drawing import MARKUP, visible
from bot.workspace.layout import Block

STYLES = (("strike", "~~"), ("italic", "*"), ("bold", "**"))
MARKS = {"*": "**", "_": "*", "~": "~~"}

FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
# What Slack reads in its own markup: code, what stands in angle brackets, and marks that no letter touches.
MRKDWN = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[^<>\n]+)>"
    r"|(?<![\w*_~])(?P<mark>[*_~])(?P<inner>(?!\s|(?P=mark))[^\n]+?(?<!\s))(?P=mark)(?!\w|(?P=mark))"
)
LISTED = re.compile(r"^(?P<indent>\s*)(?:(?P<bullet>[•◦▪-])|(?P<number>\d+)\.)\s+(?P<rest>.*)$")
ITEM = re.compile(r"^\s*(?:-|\d+\.) ")
# Emphasis that begins or ends with one of these is none in Markdown.
EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Markup:
    """`name_of` gives the name of a person, user group or channel, with its sign."""

    name_of: Callable[[str], str]

    def mrkdwn(self, text: str) -> str:
        """Slack's markup as Markdown."""
        parts: list[str] = []
        for place, part in enumerate(FENCE.split(text)):
            if place % 2:
                parts.append(fenced(part))
            else:
                parts += [self._paragraph(it) for it in re.split(r"\n\s*\n", part) if it.strip()]
        return "\n\n".join(parts)

    def rich(self, parts: Sequence[Block]) -> str:
        drawn = [it for part in parts if (it := self._rich_part(part))]
        return joined(drawn)

    def _rich_part(self, part: Block) -> str:
        match part["type"]:
            case "rich_text_list":
                return self._list(part)
            case "rich_text_quote":
                return "\n".join(f"> {it}" if it else ">" for it in self._inlines(part).splitlines())
            case "rich_text_preformatted":
                return fenced("".join(str(it.get("text") or it.get("url", "")) for it in part["elements"]))
            case _:
                return paragraphs(self._inlines(part))

    def _list(self, part: Block) -> str:
        indent = "    " * part.get("indent", 0)
        first = part.get("offset", 0) + 1
        ordered = part["style"] == "ordered"
        return "\n".join(
            f"{indent}{f'{number}.' if ordered else '-'} {one_line(self._inlines(it))}"
            for number, it in enumerate(part["elements"], first)
        )

    def _inlines(self, part: Block) -> str:
        return "".join(map(self._inline, part["elements"]))

    def _inline(self, element: Block) -> str:  # noqa: PLR0911 - a line for each kind
        match element["type"]:
            case "text":
                return styled(element["text"], element.get("style", {}))
            case "link":
                words, url = str(element.get("text") or ""), address(element["url"])
                return f"[{literal(words)}]({url})" if words else f"<{url}>"
            case "user":
                return literal(self.name_of(element["user_id"]))
            case "usergroup":
                return literal(self.name_of(element["usergroup_id"]))
            case "channel":
                return literal(self.name_of(element["channel_id"]))
            case "emoji":
                return emoji(element)
            case "date":
                return literal(element.get("fallback", ""))
            case "broadcast":
                return literal(f"@{element['range']}")
            case _:
                return literal(str(element.get("value", "")))

    def _paragraph(self, text: str) -> str:
        return joined_lines([self._line(it) for it in text.strip("\n").split("\n")])

    def _line(self, text: str) -> str:
        if found := LISTED.match(text):
            mark = f"{found['number']}." if found["number"] else "-"
            return f"{found['indent']}{mark} {self._marked(found['rest'])}"
        if text.startswith((">", "&gt;")):
            return f"> {self._marked(text.removeprefix('&gt;').removeprefix('>').strip())}"
        return self._marked(text)

    def _marked(self, text: str) -> str:
        """A line of Slack's markup."""
        made, end = "", 0
        for found in MRKDWN.finditer(text):
            made += entities(text[end : found.start()])
            made += self._found(found)
            end = found.end()
        return made + entities(text[end:])

    def _found(self, found: re.Match[str]) -> str:
        if found["code"]:
            return code(unescape(found["code"]))
        if found["angle"]:
            return self._angle(found["angle"])
        return emphasised(MARKS[found["mark"]], self._marked(found["inner"]))

    def _angle(self, inside: str) -> str:
        """A link, a mention, a date."""
        what, _, label = inside.partition("|")
        if what.startswith(("http:", "https:", "mailto:")):
            url = address(unescape(what))
            return f"[{entities(label)}]({url})" if label else f"<{url}>"
        if label:
            return entities(label)
        return literal(self.name_of(what.lstrip("@#")) if what[0] in "@#" else f"@{what.lstrip('!')}")


def joined(parts: Sequence[str]) -> str:
    """Paragraphs; a list that goes on stays one."""
    made = parts[0] if parts else ""
    for before, part in pairwise(parts):
        last = before.splitlines()[-1]
        made += ("\n" if ITEM.match(last) and ITEM.match(part) else "\n\n") + part
    return made


def joined_lines(rows: Sequence[str]) -> str:
    """The lines of one paragraph, each on its own."""
    made = rows[0]
    for before, row in pairwise(rows):
        if ITEM.match(row):
            made += "\n" + row
        elif ITEM.match(before) or row.startswith("> ") != before.startswith("> "):
            made += "\n\n" + row
        else:
            made += "\\\n" + row
    return made


def paragraphs(markdown: str) -> str:
    """Line ends as hard breaks, empty lines between paragraphs."""
    return "\n\n".join(
        "\\\n".join(line.strip() for line in it.strip().split("\n"))
        for it in re.split(r"\n\s*\n", markdown)
        if it.strip()
    )


def lines(text: str) -> str:
    """Plain text that keeps its lines."""
    return paragraphs("\n".join(literal(it) for it in text.splitlines()))


def one_line(markdown: str) -> str:
    return " ".join(it.rstrip("\\").strip() for it in markdown.splitlines() if it.strip())


def literal(text: str) -> str:
    """Text as Markdown that shows it and does nothing; what can't be seen is gone."""
    shown = "\n".join(visible(it) for it in text.split("\n"))
    return MARKUP.sub(r"\\\g<0>", shown)


def entities(text: str) -> str:
    return literal(unescape(text))


def code(words: str) -> str:
    words = visible(words)
    return literal(words) if "`" in words or "|" in words else f"`{words}`"


def fenced(words: str) -> str:
    shown = "\n".join(visible(it) for it in unescape(words).split("\n"))
    return f"````\n{shown}\n````"


def styled(text: str, style: Mapping[str, bool]) -> str:
    """Every line with its own marks: they end with it."""
    return "\n".join(styled_line(it, style) for it in text.split("\n"))


def styled_line(text: str, style: Mapping[str, bool]) -> str:
    if style.get("code") and text.strip():
        return code(text)
    made = literal(text)
    for name, mark in STYLES:
        made = emphasised(mark, made) if style.get(name) else made
    return made


def emphasised(mark: str, markdown: str) -> str:
    """In the middle of words marks must touch letters: what stands at the edges goes outside."""
    found = EDGES.match(markdown)
    if not found or not found[2] or "`" in markdown or "](" in markdown:
        return markdown
    return f"{found[1]}{mark}{found[2]}{mark}{found[3]}"


def whole(mark: str, markdown: str) -> str:
    """A line of its own in one style."""
    return f"{mark}{markdown}{mark}" if markdown.strip() else ""


def address(url: str) -> str:
    """An address that stays whole inside Markdown's brackets."""
    return re.sub(r"[()<>\s]", lambda found: f"%{ord(found[0]):02X}", url)


def emoji(element: Block) -> str:
    if "unicode" not in element:
        return literal(f":{element['name']}:")
    return "".join(chr(int(it, 16)) for it in element["unicode"].split("-"))
