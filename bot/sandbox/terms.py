"""What holds while one request is answered: the time, and how the account is set up."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """`delivery_seconds` from acceptance to the receipt.

    `session_in_receipts`: support has enabled that receipts bring the SessionContext back.
    """

    at: datetime
    delivery_seconds: float
    session_in_receipts: bool
