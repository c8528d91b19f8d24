"""Requests are signed as the API checks them, byte for byte."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest

from bot.tencent.signing import TC3, Credentials, authorization, canonical_request, string_to_sign

FILE = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Vector:
    """A request, and what the official SDK made of it."""

    id: str
    secret_id: str
    secret_key: str
    service: str
    timestamp: int
    method: str
    host: str
    query: str
    content_type: str
    payload: str
    canonical_request: str
    string_to_sign: str
    authorization: str
    token: str | None = None
    unsigned_payload: bool = False

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.secret_id, self.secret_key)

    @property
    def signed_payload(self) -> bytes:
        return b"UNSIGNED-PAYLOAD" if self.unsigned_payload else self.payload.encode()


VECTORS = {row["id"]: Vector(**row) for row in FILE["vectors"]}
each_vector = pytest.mark.parametrize("vector", VECTORS.values(), ids=lambda it: it.id)
each_signed_whole = pytest.mark.parametrize(
    "vector", [it for it in VECTORS.values() if not it.unsigned_payload], ids=lambda it: it.id
)


def test_all_vectors_are_here() -> None:
    assert len(VECTORS) == 28


@each_vector
def test_every_step_is_what_the_official_sdk_made(vector: Vector) -> None:
    canonical = canonical_request(
        vector.method, vector.query, vector.content_type, vector.host, vector.signed_payload
    )

    assert canonical == vector.canonical_request
    assert string_to_sign(vector.service, vector.timestamp, canonical) == vector.string_to_sign
    header = authorization(vector.credentials, vector.service, vector.timestamp, canonical)
    assert header == vector.authorization


@each_signed_whole
def test_a_request_of_httpx_is_signed_as_it_goes_out(vector: Vector) -> None:
    auth = TC3(vector.credentials, lambda: datetime.fromtimestamp(vector.timestamp, UTC), vector.service)

    request = next(auth.sync_auth_flow(request_of(vector)))

    assert request.headers["Authorization"] == vector.authorization
    assert request.headers["X-TC-Timestamp"] == str(vector.timestamp)


@pytest.mark.parametrize("row", FILE["mistakes"], ids=lambda it: it["of"])
def test_the_usual_mistakes_are_not_made(row: dict[str, str]) -> None:
    vector = VECTORS[row["of"]]
    auth = TC3(
        vector.credentials, lambda: datetime.fromtimestamp(vector.timestamp, timezone(timedelta(hours=8)))
    )

    request = next(auth.sync_auth_flow(request_of(vector)))

    assert row["signature"] not in request.headers["Authorization"]
    assert request.headers["Authorization"] == vector.authorization


def test_each_attempt_has_its_own_timestamp_and_signature() -> None:
    vector = VECTORS["send-ascii"]
    moments = iter([datetime(2024, 6, 10, 1, tzinfo=UTC), datetime(2024, 6, 10, 2, tzinfo=UTC)])
    auth = TC3(vector.credentials, lambda: next(moments))

    first = next(auth.sync_auth_flow(request_of(vector)))
    second = next(auth.sync_auth_flow(request_of(vector)))

    assert int(second.headers["X-TC-Timestamp"]) - int(first.headers["X-TC-Timestamp"]) == 3600
    assert first.headers["Authorization"] != second.headers["Authorization"]


def test_the_secret_key_does_not_show() -> None:
    credentials = Credentials("some-id", "the-key-itself")
    auth = TC3(credentials, lambda: datetime.now(UTC))

    assert "the-key-itself" not in f"{credentials!r} {credentials} {auth!r}"


def request_of(vector: Vector) -> httpx.Request:
    headers = {"Content-Type": vector.content_type}
    if vector.token:
        headers["X-TC-Token"] = vector.token
    url = f"https://{vector.host}/" + (f"?{vector.query}" if vector.query else "")
    return httpx.Request(vector.method, url, headers=headers, content=vector.payload.encode())
