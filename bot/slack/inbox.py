"""What Slack has delivered and we have not dealt with yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery, ours to deal with. `attempts` counts from 1: more, and somebody died over it before."""

    id: str
    payload: Payload = field(repr=False)
    attempts: int = 1


class Inbox(Protocol):
    """Every method raises StoreAway when the database can't be had."""

    async def take(self, keys: Sequence[str], payload: Payload) -> Parcel | None:
        """Keeps a delivery, with a lease for this replica; None when any of its `keys` is known.

        When it returns, the delivery is on the disk.
        """

    async def done(self, parcel: Parcel) -> None:
        """Forgets the payload; the keys stay for an hour."""

    async def abandoned(self) -> Sequence[Parcel]:
        """Takes over what was not dealt with before its lease ended. What failed three times is given up."""

    async def extend(self, parcels: Sequence[Parcel]) -> None:
        """Renews the leases of what is still being dealt with."""

    async def forget(self) -> None:
        """Drops keys that are older than an hour."""
