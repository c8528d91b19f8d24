"""Markdown as what Slack shows: rich text, its own markup, or plain characters. Escaping happens here alone.

Rich text needs none: Slack does nothing with the text in it. In its markup, what makes links and mentions is
written as entities. What would be bold, code or a quotation gets the wide form of its mark instead, as Slack
knows no escape; a reader, and our own reading of what is pasted back, take that for the same character.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import assert_never
from urllib.parse import quote

from bot.slack.shown.blocks import Element, cut
from bot.slack.shown.grid import gridded
from bot.slack.shown.prose import (
    Grid,
    Item,
    Items,
    Lines,
    Listing,
    Part,
    Piece,
    Pieces,
    Quote,
    Rule,
    marker,
    read,
)

ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# API: formatting message text. Entities for what is live; the wide forms for what only looks different.
WIDE = str.maketrans({"*": "＊", "_": "＿", "~": "～", "`": "｀"})
# Marks between two letters or digits do nothing, and stay as they are: in_names, 138****8000.
MARK = re.compile(r"(?<![*_~])(?:(?<![^\W_])[*_~]++|[*_~]++(?![^\W_]))|`+")
# A quotation begins at the beginning of a line.
QUOTING = re.compile(r"^([^\S\n]*)>", re.MULTILINE)
# Slack formats a word only when nothing touches it: Chinese has no blanks, so this one can't be seen.
APART = "\u200b"
# What ends an address in Slack's markup.
UNSAFE = re.compile(r"[<>|\s]")
DEEPEST = 8
LINE_ACROSS = "———"
# API: chat.postMessage advises 4,000; entities take up to five characters each.
MOST_IN_FALLBACK = 3000
# So much Markdown holds that many characters, though each may be escaped and some are links.
MOST_READ = 4 * MOST_IN_FALLBACK
# Most of what is said has been said before: to draw an answer again takes a third of the time. Texts, of which
# the longest have some thousand characters.
REMEMBERED = 512
Words = Callable[[Pieces], str]


@lru_cache(maxsize=REMEMBERED)
def rich(markdown: str) -> tuple[Element, ...]:
    """Elements of a rich_text block, which nobody changes. A table becomes preformatted text."""
    made: list[Element] = []
    for is_lines, group in groupby(read(markdown), key=lambda it: isinstance(it, Lines | Rule)):
        parts = list(group)
        if is_lines:
            made.append(paragraphs(parts, below=bool(made)))
        else:
            made += [element for part in parts for element in elements(part)]
    return tuple(made)


def paragraphs(parts: Sequence[Part], *, below: bool) -> Element:
    """One section with an empty line between its paragraphs, and one above when it stands below a list."""
    texts: list[Element] = [text("\n")] if below else []
    for place, part in enumerate(parts):
        texts += [text("\n\n")] if place else []
        texts += inlines(part.pieces) if isinstance(part, Lines) else [text(LINE_ACROSS)]
    return {"type": "rich_text_section", "elements": texts}


def elements(part: Part) -> Iterator[Element]:
    match part:
        case Items():
            yield from lists(part.rows)
        case Quote():
            yield {"type": "rich_text_quote", "elements": inlines(part.pieces) or [text(" ")]}
        case Listing():
            yield preformatted(part.text)
        case Grid():
            yield preformatted(in_grid(part))
        case Lines() | Rule():
            return
        case _:
            assert_never(part)


def lists(rows: Sequence[Item]) -> Iterator[Element]:
    """Slack has no list within a list: deeper rows are a list of their own, and the next goes on counting."""
    for (depth, ordered), group in groupby(rows, key=lambda it: (it.depth, it.number is not None)):
        same = list(group)
        made = {
            "type": "rich_text_list",
            "style": "ordered" if ordered else "bullet",
            "indent": min(depth, DEEPEST),
            "elements": [
                {"type": "rich_text_section", "elements": inlines(it.pieces) or [text(" ")]} for it in same
            ],
        }
        before = (same[0].number or 1) - 1
        yield made | ({"offset": before} if before > 0 else {})


def in_grid(grid: Grid) -> str:
    return gridded([[characters(it) for it in row] for row in grid.rows], grid.right)


def preformatted(words: str) -> Element:
    return {"type": "rich_text_preformatted", "elements": [text(words or " ")]}


def inlines(pieces: Pieces) -> list[Element]:
    return [inline(it) for it in pieces if it.text]


def inline(piece: Piece) -> Element:
    names = ("bold", "italic", "strike", "code")
    style = {name: True for name in names if getattr(piece, name)}
    made = {"type": "link", "url": piece.url} if piece.url else {"type": "text"}
    return made | {"text": piece.text} | ({"style": style} if style else {})


def text(words: str) -> Element:
    return {"type": "text", "text": words}


@lru_cache(maxsize=REMEMBERED)
def mrkdwn(markdown: str) -> str:
    """Slack's markup: only what was a link to an https page is one."""
    return drawn(read(markdown), marked)


@lru_cache(maxsize=REMEMBERED)
def plain(markdown: str) -> str:
    """The characters alone, for buttons, titles and labels."""
    return drawn(read(markdown), characters)


@lru_cache(maxsize=REMEMBERED)
def fallback(markdown: str) -> str:
    """The same for the `text` of a message, which Slack reads as markup; its beginning if it is long."""
    return escaped(cut(drawn(read(markdown[:MOST_READ]), characters), MOST_IN_FALLBACK))


def drawn(parts: Sequence[Part], words: Words) -> str:
    """An empty line between two parts, but for a list below the line that leads to it."""
    made = ""
    for part, before in zip(parts, (None, *parts), strict=False):
        gap = "\n" if isinstance(part, Items) and isinstance(before, Lines) else "\n\n"
        made += (gap if before else "") + "\n".join(lines(part, words))
    return made


def lines(part: Part, words: Words) -> Iterator[str]:
    match part:
        case Lines():
            yield words(part.pieces)
        case Items():
            yield from (words((Piece(marker(it)), *it.pieces)) for it in part.rows)
        case Quote():
            yield words(part.pieces) if words is characters else quoted(words(part.pieces))
        case Listing():
            yield block(part.text, words)
        case Grid():
            yield block(in_grid(part), words)
        case Rule():
            yield LINE_ACROSS
        case _:
            assert_never(part)


def quoted(words: str) -> str:
    return "\n".join(f"> {line}" for line in words.split("\n"))


def block(words: str, how: Words) -> str:
    """Preformatted, where there is markup for it."""
    return words if how is characters else f"```\n{coded(words)}\n```"


def characters(pieces: Pieces) -> str:
    return "".join(it.text for it in pieces)


def marked(pieces: Pieces) -> str:
    made = ""
    formatted = False
    for piece in pieces:
        words, formatted_before, formatted = span(piece), formatted, is_formatted(piece)
        if (formatted or formatted_before) and made and not (made[-1:].isspace() or words[:1].isspace()):
            made += APART
        made += words
    return made


def is_formatted(piece: Piece) -> bool:
    return (piece.bold or piece.italic or piece.strike or piece.code) and bool(piece.text.strip())


def span(piece: Piece) -> str:
    """One piece; Slack's formatting ends with the line, and may not begin or end with a blank."""
    if piece.url:
        return styled(f"<{address(piece.url)}|{label(piece.text)}>", piece)
    if not is_formatted(piece):
        return escaped(piece.text)
    return "\n".join(formatted(line, piece) for line in piece.text.split("\n"))


def formatted(line: str, piece: Piece) -> str:
    if not (words := line.strip()):
        return line
    inner = f"`{coded(words)}`" if piece.code else escaped(words)
    begin = len(line) - len(line.lstrip())
    return line[:begin] + styled(inner, piece) + line[begin + len(words) :]


def styled(markup: str, piece: Piece) -> str:
    for mark, wanted in (("~", piece.strike), ("_", piece.italic), ("*", piece.bold)):
        markup = f"{mark}{markup}{mark}" if wanted else markup
    return markup


def escaped(words: str) -> str:
    """Characters as markup that shows them."""
    without_marks = MARK.sub(lambda found: found[0].translate(WIDE), words)
    return QUOTING.sub(r"\1＞", without_marks).translate(ENTITIES)


def coded(words: str) -> str:
    """The same between backticks, where all but these is literal already."""
    return words.replace("`", "｀").translate(ENTITIES)


def label(words: str) -> str:
    return escaped(" ".join(words.split()).replace("|", "｜"))


def address(url: str) -> str:
    """What would end the address is written in percent."""
    return UNSAFE.sub(lambda found: quote(found[0], safe=""), url).replace("&", "&amp;")
