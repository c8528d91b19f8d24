"""Prose: Markdown as values, before it becomes anything of Slack's.

CommonMark with tables and struck-out text; HTML is text. A piece is a run of characters of one style.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import chain

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

BULLET = "• "
# One line in which nothing can be Markdown, as most cells of a table are: there is no need to parse it.
UNMARKED = re.compile(r"[^\W_](?: ?(?:[^\W_]|[,，。、：；（）“”%/…:-]|\.(?=[^\W_])))*+")


@dataclass(frozen=True, slots=True)
class Piece:
    """`url` is an https address, "" where it is no link. `text` may hold line ends."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    url: str = ""


Pieces = tuple[Piece, ...]
PLAIN = Piece("")


@dataclass(frozen=True, slots=True)
class Lines:
    """A paragraph or, all bold, a heading."""

    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a list: `depth` counts from 0, `number` is None for a bullet."""

    depth: int
    number: int | None
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Items:
    rows: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Listing:
    """Preformatted text."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its first row is the head. `right`: the columns whose cells end together."""

    rows: tuple[tuple[Pieces, ...], ...]
    right: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


Part = Lines | Items | Quote | Listing | Grid | Rule


@lru_cache(maxsize=128)
def read(markdown: str) -> tuple[Part, ...]:
    """Kept for a while: what is said as rich text is said as plain text next."""
    if UNMARKED.fullmatch(markdown):
        return (Lines((Piece(markdown),)),)
    return parsed(markdown)


def parsed(markdown: str) -> tuple[Part, ...]:
    tree = SyntaxTreeNode(parser().parse(markdown))
    return tuple(part for node in tree.children for part in parts(node))


@cache
def parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def parts(node: SyntaxTreeNode) -> Iterator[Part]:
    match node.type:
        case "bullet_list" | "ordered_list":
            yield Items(tuple(items(node, 0)))
        case "blockquote":
            yield Quote(flat(node))
        case "fence" | "code_block":
            yield Listing(node.content.rstrip("\n"))
        case "table":
            rows = [row for section in node.children for row in section.children]
            yield Grid(tuple(map(cells, rows)), tuple(map(ends_right, rows[0].children)))
        case "hr":
            yield Rule()
        case "heading":
            yield Lines(tuple(replace(it, bold=True) for it in pieces(node.children)))
        case _:
            yield Lines(pieces(node.children))


def items(node: SyntaxTreeNode, depth: int) -> Iterator[Item]:
    """The rows of a list, those of the lists within it behind their own."""
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    for place, item in enumerate(node.children):
        own = [it for it in item.children if it.type not in {"bullet_list", "ordered_list"}]
        number = None if start is None else start + place
        yield Item(depth, number, joined(map(flat, own)))
        for inner in item.children:
            if inner not in own:
                yield from items(inner, depth + 1)


def flat(node: SyntaxTreeNode) -> Pieces:
    """A block as pieces alone, for a place that holds nothing else."""
    match node.type:
        case "fence" | "code_block":
            return (Piece(node.content.rstrip("\n"), code=True),)
        case "bullet_list" | "ordered_list":
            return joined((Piece(marker(row)), *row.pieces) for row in items(node, 0))
        case "table":
            return joined(chain.from_iterable(cells(row)) for part in node.children for row in part.children)
        case "paragraph" | "heading":
            return pieces(node.children)
        case _:
            return joined(map(flat, node.children))


def marker(row: Item) -> str:
    return "  " * row.depth + (BULLET if row.number is None else f"{row.number}. ")


def cells(row: SyntaxTreeNode) -> tuple[Pieces, ...]:
    return tuple(pieces(it.children) for it in row.children)


def ends_right(cell: SyntaxTreeNode) -> bool:
    return "right" in str(cell.attrs.get("style", ""))


def joined(lines: Iterable[Iterable[Piece]]) -> Pieces:
    """One below the other."""
    made: list[Piece] = []
    for line in lines:
        made += [Piece("\n"), *line] if made else line
    return tuple(made)


def pieces(nodes: Sequence[SyntaxTreeNode], style: Piece = PLAIN) -> Pieces:
    """Neighbours of one style are one piece."""
    made: list[Piece] = []
    for piece in inline(nodes, style):
        if made and replace(made[-1], text=piece.text) == piece:
            made[-1] = replace(piece, text=made[-1].text + piece.text)
        elif piece.text:
            made.append(piece)
    return tuple(made)


def inline(nodes: Sequence[SyntaxTreeNode], style: Piece) -> Iterator[Piece]:
    for node in nodes:
        match node.type:
            case "text" | "image":
                yield replace(style, text=node.content)
            case "code_inline":
                yield replace(style, text=node.content, code=True)
            case "softbreak" | "hardbreak":
                yield replace(style, text="\n")
            case _:
                yield from inline(node.children, within(node, style))


def within(node: SyntaxTreeNode, style: Piece) -> Piece:
    """The style of what is in a node."""
    match node.type:
        case "link":
            return replace(style, url=address(node))
        case "strong":
            return replace(style, bold=True)
        case "em":
            return replace(style, italic=True)
        case "s":
            return replace(style, strike=True)
        case _:
            return style


def address(link: SyntaxTreeNode) -> str:
    """Only https is followed; all else is text."""
    url = str(link.attrs.get("href", ""))
    return url if url.startswith("https://") else ""
