"""The signature of a request: TC3-HMAC-SHA256, as the API checks it."""

import hmac
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import httpx

ALGORITHM = "TC3-HMAC-SHA256"
SIGNED_HEADERS = "content-type;host"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The keys of one account."""

    secret_id: str
    secret_key: str = field(repr=False)


class TC3(httpx.Auth):
    """Signs a request as it goes out. `now` is the API's time, as far as we know it.

    Each attempt is signed anew: the API takes a signature for five minutes only.
    """

    requires_request_body = True

    def __init__(self, credentials: Credentials, now: Callable[[], datetime], service: str = "sms") -> None:
        self._credentials = credentials
        self._now = now
        self._service = service

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        timestamp = int(self._now().timestamp())
        canonical = canonical_request(
            request.method,
            request.url.query.decode("ascii"),
            request.headers["Content-Type"],
            request.headers["Host"],
            request.content,
        )
        request.headers["X-TC-Timestamp"] = str(timestamp)
        request.headers["Authorization"] = authorization(
            self._credentials, self._service, timestamp, canonical
        )
        yield request


def canonical_request(method: str, query: str, content_type: str, host: str, payload: bytes) -> str:
    """What is signed of a request to `/`: `query` as it stands behind the `?`, headers as they are sent."""
    return "\n".join(
        (
            method,
            "/",
            query,
            f"content-type:{content_type.strip().lower()}",
            f"host:{host.strip().lower()}",
            "",
            SIGNED_HEADERS,
            sha256(payload).hexdigest(),
        )
    )


def authorization(credentials: Credentials, service: str, timestamp: int, canonical: str) -> str:
    """The header that proves who asks; `timestamp` in UNIX seconds."""
    text = string_to_sign(service, timestamp, canonical)
    signature = hmac.new(signing_key(credentials, service, timestamp), text.encode(), sha256).hexdigest()
    return (
        f"{ALGORITHM} Credential={credentials.secret_id}/{scope(service, timestamp)}, "
        f"SignedHeaders={SIGNED_HEADERS}, Signature={signature}"
    )


def string_to_sign(service: str, timestamp: int, canonical: str) -> str:
    digest = sha256(canonical.encode()).hexdigest()
    return "\n".join((ALGORITHM, str(timestamp), scope(service, timestamp), digest))


def signing_key(credentials: Credentials, service: str, timestamp: int) -> bytes:
    key = f"TC3{credentials.secret_key}".encode()
    for part in scope(service, timestamp).split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def scope(service: str, timestamp: int) -> str:
    # The date is UTC's. With the date of the account's zone, every signature between midnight and eight fails.
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d}/{service}/tc3_request"
