"""The signature that Slack puts on every request, and what may be wrong with it.

API: HMAC-SHA256 of `v0:<timestamp>:<body>` with the signing secret, five minutes long.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

VALID_FOR = timedelta(minutes=5)
TIMESTAMP = re.compile(r"[0-9]{1,12}")

Flaw = Literal["missing", "malformed", "stale", "wrong"]


def flaw(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Flaw | None:
    """What is wrong with the signature of these bytes, None when nothing is.

    `headers` are found whatever their case is. Without a secret every signature is wrong.
    """
    timestamp = headers.get("X-Slack-Request-Timestamp")
    signature = headers.get("X-Slack-Signature")
    if timestamp is None or signature is None:
        return "missing"
    if not TIMESTAMP.fullmatch(timestamp):
        return "malformed"
    if abs(now.timestamp() - int(timestamp)) > VALID_FOR.total_seconds():
        return "stale"
    expected = sealed(secret, timestamp, body).encode()
    same = hmac.compare_digest(expected, signature.encode("utf-8", "surrogateescape"))
    return None if same and secret else "wrong"


def sealed(secret: str, timestamp: str, body: bytes) -> str:
    """The signature as the header has it."""
    content = b"v0:" + timestamp.encode() + b":" + body
    return f"v0={hmac.new(secret.encode(), content, 'sha256').hexdigest()}"
