"""What a log line must not say: secrets, tokens, and the phone numbers of people."""

import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

from bot.errors import BotError
from bot.sms.phone import read_number

HIDDEN = "[hidden]"
# A secret shorter than this would be found in the middle of ordinary words. Characters.
SHORTEST = 6

# How a text may have been written before it came into the line; twice, for the repr of a field in JSON.
SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda text: repr(text)[1:-1],
    lambda text: repr(text + "\"'")[1:-4],
    lambda text: ascii(text)[1:-1],
    lambda text: repr(encoded(text))[2:-1],
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: quote(encoded(text)),
    lambda text: quote_plus(encoded(text)),
)

# Tokens of Slack and of the cloud, wherever they stand; then what only its surroundings give away.
TOKENS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"xox[a-z](?:\.xox[a-z])?-[\w.-]+|xapp-[\w.-]+"), HIDDEN),
    (re.compile(r"(?:AKID|IKID)\w{8,}"), HIDDEN),
    (re.compile(r"(hooks\.slack\.com)/[^\s\"'<>\\]+", re.IGNORECASE), rf"\1/{HIDDEN}"),
    (re.compile(r"(TC3-HMAC-SHA256)\s+Credential=[^\"'\r\n\\]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(Signature=)[\w%+/=-]{16,}", re.IGNORECASE), rf"\1{HIDDEN}"),
    (
        re.compile(r"((?:proxy-)?authorization[\"']?\s*[=:,]\s*b?[\"']?)(?!\[)[^\"'\r\n\\]+", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\b(Bearer\s+|Basic\s+(?=\S*[\d=]))[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(\w://[^\s/:@\"']*):[^\s/\"'<>]*@"), rf"\1:{HIDDEN}@"),
    (
        re.compile(
            r"((?:secret_?key|signing_?secret|password|passwd|access_?token)\\?[\"']?\s*[=:]\s*\\?[\"']?)(?!\[)[^\s\"',;&}\\]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)

# What people write between the digits, in its full-width forms too.
BETWEEN = r"(?:[^\S\r\n]|[().·\-（）．－]){0,4}"
# Digits that are no phone number, whatever a part of them looks like: ids, dates, unix times, lengths of time,
# addresses of the network.
KEPT = (
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|20[0-9]{2}-[01][0-9]-[0-3][0-9]"
    r"|1[0-9]{9}(?:\.[0-9]+)?"
    r"|[0-9]{1,2}\.[0-9]{4,}"
    r"|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
)
# A mainland mobile in any form that bot/sms/phone.py reads; any other with its + or 00.
COUNTRY = rf"(?:(?:[+＋]|[0０]{{2}}){BETWEEN})?[8８][6６]{BETWEEN}"
MAINLAND = rf"(?:{COUNTRY})?(?:[0０]{BETWEEN})?[1１]{BETWEEN}[3-9３-９](?:{BETWEEN}\d){{9}}"
INTERNATIONAL = rf"(?:[+＋]|(?<!\d\.)[0０]{{2}}){BETWEEN}[1-9１-９](?:{BETWEEN}\d){{6,14}}"
DIGITS = re.compile(rf"(?<![\w-])(?P<kept>{KEPT})(?![\w-])|(?<!\d)(?:{MAINLAND}|{INTERNATIONAL})(?!\d)")


class Redaction:
    """Takes secrets and numbers out of a line: the `secrets` that are known, and what looks like one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spelt = {it for secret in secrets if len(secret) >= SHORTEST for it in spellings(secret)}
        longest_first = sorted(spelt, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if spelt else None

    def __call__(self, line: str) -> str:
        if self._known:
            line = self._known.sub(HIDDEN, line)
        for pattern, instead in TOKENS:
            line = pattern.sub(instead, line)
        return DIGITS.sub(shown, line)


def spellings(secret: str) -> set[str]:
    once = {secret, *(spell(secret) for spell in SPELLINGS)}
    return once | {spell(text) for text in once for spell in SPELLINGS}


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def shown(digits: re.Match[str]) -> str:
    """The number masked, as everywhere; what only looks like one hidden."""
    if digits["kept"]:
        return digits[0]
    try:
        return str(read_number(digits[0]))
    except BotError:
        return HIDDEN
