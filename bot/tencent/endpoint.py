"""The address that the API is asked at."""

import httpx

from bot.errors import SettingsError
from bot.loopback import is_loopback


def read_endpoint(url: str) -> httpx.URL:
    """A full URL without a path; http is for this very machine only.

    Raises:
        SettingsError: for anything else. The URL is not repeated: it may hold a password.
    """
    try:
        endpoint = httpx.URL(url)
    except httpx.InvalidURL:
        raise SettingsError("cloud.endpoint") from None
    if not (safe(endpoint) and bare(endpoint)):
        raise SettingsError("cloud.endpoint")
    return endpoint


def safe(url: httpx.URL) -> bool:
    return bool(url.host) and (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host)))


def bare(url: httpx.URL) -> bool:
    return url.path == "/" and not (url.query or url.fragment or url.userinfo)
