"""What tells numbers and tokens apart without telling them."""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from bot.sms.phone import PhoneNumber


@dataclass(frozen=True, slots=True)
class Keys:
    """Derived from one secret: for the audit chain and for the marks of numbers."""

    audit: bytes
    numbers: bytes

    @classmethod
    def derived(cls, secret: bytes) -> "Keys":
        return cls(hmac.digest(secret, b"audit", "sha256"), hmac.digest(secret, b"numbers", "sha256"))

    def __repr__(self) -> str:
        return "Keys(…)"

    def mark(self, number: PhoneNumber) -> str:
        """Tells numbers apart without telling them."""
        return hmac.digest(self.numbers, number.e164.encode(), "sha256").hex()[:32]


def mark_of(token: str) -> str:
    """What is kept of a token: who reads the database can't confirm with it."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
