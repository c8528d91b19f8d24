"""A phone number: read in any usual form, shown masked."""

import re
import unicodedata
from dataclasses import dataclass, field

from bot.errors import BotError

# Blanks, dashes, dots and brackets that people write between the digits, and the marks that can't be seen
# around a number that is pasted from an address book.
BETWEEN = re.compile("[\\s().·\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff-]+")
# FAQ: 短信发送失败，提示“手机号格式错误” · a mainland mobile: 11 digits, the second of them 3 to 9.
MAINLAND = re.compile(r"(?:\+86|0086|86)?0?(1[3-9][0-9]{9})")
# E.164: a country code that begins with 1 to 9, at most 15 digits in all.
INTERNATIONAL = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})")
# Abroad: what a masked number still shows at its end, and how many digits it hides at least.
SHOWN_END, HIDDEN = 2, 4


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number in E.164 (`+8618501234444`). As text it is masked: `e164` has to be asked for."""

    e164: str = field(repr=False)

    def __str__(self) -> str:
        return masked(self.e164)

    def __repr__(self) -> str:
        return f"PhoneNumber({masked(self.e164)})"

    @property
    def mainland(self) -> bool:
        return self.e164.startswith("+86")


def read_number(text: str) -> PhoneNumber:
    """The number in `text`: +86…, 0086…, 86…, a bare mainland number, or +<country code>….

    Raises:
        BotError: when it is none; the text itself is not repeated, it may hold a number all the same.
    """
    digits = BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    if mainland := MAINLAND.fullmatch(digits):
        return PhoneNumber(f"+86{mainland[1]}")
    if (abroad := INTERNATIONAL.fullmatch(digits)) and not abroad[1].startswith("86"):
        return PhoneNumber(f"+{abroad[1]}")
    raise BotError("sms.no_number")


def masked(e164: str) -> str:
    """`+86 185****4444`; abroad, the country code can't be told apart: `+8526****21`, less of a short one."""
    if e164.startswith("+86") and len(e164) == 14:
        return f"+86 {e164[3:6]}****{e164[-4:]}"
    begin = min(5, max(len(e164) - HIDDEN - SHOWN_END, 1))
    return f"{e164[:begin]}****{e164[-SHOWN_END:]}"
