"""How many segments a text is sent and billed in.

A unit is one UTF-16 code unit, because that is what a phone network carries: 1 for every Chinese or Latin
character, sign or blank, of whatever width (FAQ: 短信正文模板中每个变量是否有字数限制？), and 2 for an emoji or one
of the rare characters beyond U+FFFF. A text counts with its signature and the brackets of it; whether the
brackets are billed is not documented, so a figure at the border of a segment is "about".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["mainland", "gsm", "ucs2"]

# FAQ: 多少个字算一条短信？ · units that one segment holds alone, and as one of several.
WIDE = (70, 67)
NARROW = (160, 153)
# API: SendSms · the most units of a text to the mainland.
LONGEST = 500

# GSM 03.38, the basic table without its escape.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# The extension table: the nine that the product's documents print, and the form feed, its tenth.
EXTENSION = frozenset("|^€{}[]~\\\f")


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` of text in `count` segments: one of up to `alone` units, or several of up to `each`.

    `room` more units still fit without another segment. `foreign` are the characters that are not of the
    GSM alphabet, in their order, where these halve what a segment holds.
    """

    count: int
    units: int
    room: int
    alone: int
    each: int
    encoding: Encoding
    foreign: tuple[str, ...] = ()


def signed(signature: str, text: str) -> str:
    """The text as the recipient reads it and as it is counted; `signature` without brackets, or empty."""
    return f"【{signature}】{text}" if signature else text


def segments_of(text: str, *, abroad: bool = False) -> Segments:
    """Of a whole text, signature included; 0 for no text.

    `abroad`: to any number but a mainland one. It is then in the GSM alphabet, or in UCS-2 for a single
    character that this lacks.
    """
    if not abroad:
        return counted(text, WIDE, "mainland")
    foreign = tuple(dict.fromkeys(it for it in text if it not in BASIC and it not in EXTENSION))
    return counted(text, WIDE, "ucs2", foreign) if foreign else counted(text, NARROW, "gsm")


def counted(text: str, holds: tuple[int, int], encoding: Encoding, foreign: tuple[str, ...] = ()) -> Segments:
    alone, each = holds
    widths = [width(character, encoding) for character in text]
    units = sum(widths)
    if units <= alone:
        return Segments(min(units, 1), units, alone - units, alone, each, encoding, foreign)
    parts = list(cut(widths, each))
    return Segments(len(parts), units, each - parts[-1], alone, each, encoding, foreign)


def width(character: str, encoding: Encoding) -> int:
    """API: since 2020-03-02 an extension character counts 2 abroad."""
    if encoding == "gsm":
        return 2 if character in EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def cut(widths: list[int], each: int) -> Iterator[int]:
    """The units in each segment. A character of 2 is not cut in two, it moves on (GSM 03.38, 3GPP 23.040)."""
    filled = 0
    for it in widths:
        if filled + it > each:
            yield filled
            filled = 0
        filled += it
    yield filled
