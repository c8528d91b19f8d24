"""Only a request that the account's key has signed comes in."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.refusal import Refusal
from bot.sandbox.signatures import Credentials, check_signature

FILE = json.loads((Path(__file__).parent.parent / "tencent" / "vectors.json").read_text("utf-8"))
VECTORS = [row for row in FILE["vectors"] if row["method"] == "POST" and row["service"] == "sms"]
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda it: it["id"])


@each_vector
def test_what_the_official_sdk_signs_is_accepted(vector: dict[str, str]) -> None:
    check(vector)


@pytest.mark.parametrize(
    "vector", [it for it in VECTORS if not it.get("unsigned_payload")], ids=lambda it: it["id"]
)
def test_a_changed_body_is_refused(vector: dict[str, str]) -> None:
    assert refusal({**vector, "payload": vector["payload"] + " "}) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_clock_more_than_five_minutes_off_is_refused(seconds: int) -> None:
    assert refusal(VECTORS[0], seconds) == "AuthFailure.SignatureExpire"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_clock_five_minutes_off_is_right_enough(seconds: int) -> None:
    check(VECTORS[0], seconds)


def test_another_key_id_is_not_found() -> None:
    assert refusal({**VECTORS[0], "secret_id": "SOMEBODY"}) == "AuthFailure.SecretIdNotFound"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("/2024-06-10/", "/2024-06-11/"),
        ("/sms/", "/cvm/"),
        ("content-type;host", "host"),
        ("content-type;host", "content-type;host;x-not-there"),
        ("Signature=7", "Signature=8"),
    ],
)
def test_a_wrong_part_of_the_authorization_is_refused(right: str, wrong: str) -> None:
    authorization = VECTORS[0]["authorization"].replace(right, wrong)

    assert refusal({**VECTORS[0], "authorization": authorization}) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("authorization", ["", "Bearer x", "TC3-HMAC-SHA256 Credential=a/b/c"])
def test_an_authorization_of_another_form_is_refused(authorization: str) -> None:
    assert refusal({**VECTORS[0], "authorization": authorization}) == "AuthFailure.InvalidAuthorization"


@pytest.mark.parametrize("mistake", FILE["mistakes"], ids=lambda it: it["of"])
def test_a_typical_mistake_of_signing_is_refused(mistake: dict[str, str]) -> None:
    vector = next(it for it in VECTORS if it["id"] == mistake["of"])
    before, _, _ = vector["authorization"].rpartition("=")
    authorization = f"{before}={mistake['signature']}"

    assert refusal({**vector, "authorization": authorization}) == "AuthFailure.SignatureFailure"


def test_the_key_does_not_show() -> None:
    assert "opens" not in repr(Credentials("id", "opens everything"))


def refusal(vector: dict[str, str], seconds: int = 0) -> str:
    with pytest.raises(Refusal) as caught:
        check(vector, seconds)
    return caught.value.code


def check(vector: dict[str, str], seconds: int = 0) -> None:
    """Checks a vector's request with a server's clock so many seconds ahead."""
    headers = {
        "authorization": vector["authorization"],
        "content-type": vector["content_type"],
        "host": vector["host"],
        "x-tc-timestamp": str(vector["timestamp"]),
    }
    if vector.get("unsigned_payload"):
        headers["x-tc-content-sha256"] = "UNSIGNED-PAYLOAD"
    credentials = Credentials(vector["secret_id"], vector["secret_key"])
    at = datetime.fromtimestamp(int(vector["timestamp"]), UTC) + timedelta(seconds=seconds)
    check_signature(headers, vector["payload"].encode(), credentials, at)
