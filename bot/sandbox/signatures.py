"""A TC3-HMAC-SHA256 signature, and whether it is right. API: section "signature v3"."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.sandbox.refusal import Refusal

SERVICE = "sms"
# API: AuthFailure.SignatureExpire, how far the client's clock may be off.
TOLERANCE = timedelta(minutes=5)
ALWAYS_SIGNED = frozenset({"content-type", "host"})
AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/\s]+)/(?P<scope>[^,\s]+),\s*"
    r"SignedHeaders=(?P<signed>[a-z0-9;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Credentials:
    secret_id: str
    secret_key: str = field(repr=False)


def check_signature(headers: Mapping[str, str], body: bytes, credentials: Credentials, at: datetime) -> None:
    """Passes when the request of these headers (names in lower case) and bytes is signed by `credentials`.

    `at` is the server's clock.

    Raises:
        Refusal: MissingParameter, or the AuthFailure that tells what is wrong.
    """
    stamp = timestamp(headers)
    claim = AUTHORIZATION.fullmatch(headers.get("authorization", "").strip())
    if not claim:
        raise Refusal("AuthFailure.InvalidAuthorization", "The Authorization header is missing or malformed.")
    if abs(at.timestamp() - stamp) > TOLERANCE.total_seconds():
        raise Refusal("AuthFailure.SignatureExpire", "The signature expired: the clocks differ too much.")
    if claim["id"] != credentials.secret_id:
        raise Refusal("AuthFailure.SecretIdNotFound", "The SecretId does not exist.")
    scope = f"{datetime.fromtimestamp(stamp, UTC):%Y-%m-%d}/{SERVICE}/tc3_request"
    if claim["scope"] != scope:
        raise Refusal("AuthFailure.SignatureFailure", "The credential scope does not fit the timestamp.")
    signed = claim["signed"].split(";")
    if not ALWAYS_SIGNED <= set(signed) <= headers.keys():
        raise Refusal("AuthFailure.SignatureFailure", "The signed headers are not those of the request.")
    canonical = canonical_request(headers, signed, body)
    right = signature(credentials.secret_key, stamp, scope, canonical)
    if not hmac.compare_digest(claim["signature"], right):
        raise Refusal("AuthFailure.SignatureFailure", "The signature does not match the request.")


def timestamp(headers: Mapping[str, str]) -> int:
    stamp = headers.get("x-tc-timestamp", "")
    if not re.fullmatch(r"\d{1,11}", stamp, re.ASCII):
        raise Refusal("MissingParameter", "The header X-TC-Timestamp is missing or no UNIX timestamp.")
    return int(stamp)


def canonical_request(headers: Mapping[str, str], signed: list[str], body: bytes) -> str:
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in sorted(signed))
    unsigned = headers.get("x-tc-content-sha256") == "UNSIGNED-PAYLOAD"
    payload = hashlib.sha256(b"UNSIGNED-PAYLOAD" if unsigned else body).hexdigest()
    return "\n".join(["POST", "/", "", lines, ";".join(sorted(signed)), payload])


def signature(secret_key: str, stamp: int, scope: str, canonical: str) -> str:
    key = f"TC3{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.digest(key, f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashed}".encode(), "sha256").hex()
