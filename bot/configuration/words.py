"""The words of smsbot.toml that mean a value: ids, numbers, addresses. Those of time: bot/sms/wallclock.py.

Each function raises ValueError where a text is no such word.
"""

import re
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from bot.errors import BotError
from bot.guard.access import DIRECT, EVERY
from bot.loopback import is_loopback
from bot.sms.phone import PhoneNumber, read_number

# The person and the channel that the terminal is.
CONSOLE = "console"
# Slack: U and W are people, S user groups; C, G and D channels, private ones and direct messages.
PERSON = re.compile(r"[UWS][A-Z0-9]{2,20}")
CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,20}")
DIGITS = re.compile(r"[0-9]{1,18}")
# One word, so that it can stand among the others of a command; digits alone could be a number or a day.
ACCOUNT = re.compile(r"[^\W\d_][\w-]{0,30}")
REGION = re.compile(r"[a-z]{2,4}(?:-[a-z0-9]{1,20}){1,3}")
HTTP_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.\-]*)):(?P<port>[0-9]{1,5})")


def person(text: str) -> str:
    return text if text == CONSOLE else matching(PERSON, text)


def anyone(text: str) -> str:
    return text if text == EVERY else person(text)


def channel(text: str) -> str:
    return matching(CHANNEL, text)


def place(text: str) -> str:
    """A channel, or the terminal."""
    return text if text == CONSOLE else channel(text)


def anywhere(text: str) -> str:
    return text if text == EVERY else place(text)


def room(text: str) -> str:
    """What a rule of access takes: besides, all direct messages."""
    return text if text == DIRECT else anywhere(text)


def digits(text: str) -> str:
    return matching(DIGITS, text)


def account(text: str) -> str:
    """The name in lower case."""
    return matching(ACCOUNT, text).lower()


def region(text: str) -> str:
    return matching(REGION, text)


def signature(text: str) -> str:
    """The text of a signature, as it was approved: not its id, and without the brackets around it."""
    if text.isdecimal() or set(text) & set("【】[]"):
        raise ValueError
    return text


def number(text: str) -> PhoneNumber:
    try:
        return read_number(text)
    except BotError:
        # Not the text itself, nor an error that leads to it: it may well hold a number.
        raise ValueError from None


def endpoint(text: str) -> str:
    """A full URL without a path: https, or http to this machine itself."""
    url = urlsplit(text)
    secure = url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname or ""))
    # Asking for a port that is no number raises ValueError.
    if not secure or not url.hostname or url.username or url.path.strip("/") or url.query or url.port == 0:
        raise ValueError
    return text.rstrip("/")


def api_url(text: str) -> str:
    """The address of Slack's Web API, or of a stand-in: `https://slack.com/api/`, with its last slash."""
    address = endpoint(text.rstrip("/").removesuffix("/api"))
    return f"{address}/api/"


def http_address(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8080`, `[::1]:8080` or `:8080` (every interface, host "")."""
    found = HTTP_ADDRESS.fullmatch(text)
    if not found or int(found["port"]) > 65535:
        raise ValueError
    if found["six"]:
        return str(IPv6Address(found["six"])), int(found["port"])
    return found["host"], int(found["port"])


def proxy(text: str) -> str:
    """http://host:port or https://…, with a user and a password perhaps."""
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname or url.port == 0:
        raise ValueError
    return text


def database(text: str) -> str:
    """`sqlite:///` and the path of a file, or `postgresql://`."""
    file = text.removeprefix("sqlite:///")
    if file != text and file not in {"", ":memory:"}:
        return text
    if not text.startswith("postgresql://") or urlsplit(text).port == 0:
        raise ValueError
    return text


def matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError
    return text
