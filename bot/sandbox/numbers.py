"""A phone number as the API reads it, with the country that it belongs to."""

import re
from dataclasses import dataclass, field

MAINLAND = re.compile(r"(?:\+86|0086|86)?0?(1[3-9]\d{9})", re.ASCII)
ABROAD = re.compile(r"\+([1-9]\d{6,14})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Country:
    """`code` is what one dials, `iso` has two letters; DEF where the API knows none."""

    code: str
    iso: str
    name: str


@dataclass(frozen=True, slots=True)
class Number:
    country: Country
    subscriber: str = field(repr=False)

    @property
    def e164(self) -> str:
        return f"+{self.country.code}{self.subscriber}"

    @property
    def mainland(self) -> bool:
        return self.country.code == CHINA.code


CHINA = Country("86", "CN", "China")
UNKNOWN = Country("", "DEF", "Unknown")
COUNTRIES = (
    Country("1", "US", "United States"),
    Country("7", "RU", "Russia"),
    Country("33", "FR", "France"),
    Country("44", "GB", "United Kingdom"),
    Country("49", "DE", "Germany"),
    Country("60", "MY", "Malaysia"),
    Country("61", "AU", "Australia"),
    Country("62", "ID", "Indonesia"),
    Country("63", "PH", "Philippines"),
    Country("65", "SG", "Singapore"),
    Country("66", "TH", "Thailand"),
    Country("81", "JP", "Japan"),
    Country("82", "KR", "South Korea"),
    Country("84", "VN", "Vietnam"),
    Country("91", "IN", "India"),
    Country("852", "HK", "Hong Kong, China"),
    Country("853", "MO", "Macao, China"),
    Country("886", "TW", "Taiwan, China"),
    Country("971", "AE", "United Arab Emirates"),
)


def read_number(text: str) -> Number | None:
    """The number in `text`, None when the API would not understand it: blanks and dashes are not allowed."""
    if mainland := MAINLAND.fullmatch(text):
        return Number(CHINA, mainland[1])
    abroad = ABROAD.fullmatch(text)
    if not abroad or abroad[1].startswith(CHINA.code):
        return None
    fitting = [country for country in COUNTRIES if abroad[1].startswith(country.code)]
    country = max(fitting, key=lambda it: len(it.code), default=UNKNOWN)
    return Number(country, abroad[1].removeprefix(country.code))
