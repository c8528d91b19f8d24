"""What goes wrong on demand: the next calls of a method meet a fault."""

from dataclasses import dataclass
from typing import Literal

# lost          carried out, then the connection is closed without an answer
# cut           the connection is closed, nothing was carried out
# rate_limited  429 with Retry-After (`seconds`), nothing was carried out
# broken        a page with status 500, nothing was carried out
# unavailable   a page with status 503, nothing was carried out
# refused       the error `code`, nothing was carried out
# slow          carried out, answered `seconds` later
Name = Literal["lost", "cut", "rate_limited", "broken", "unavailable", "refused", "slow"]
# What answers to a response_url, and files that come, stand under instead of a method.
HOOK = "response_url"
UPLOAD = "upload_url"
STATUS = {"rate_limited": 429, "broken": 500, "unavailable": 503}


@dataclass(frozen=True, slots=True)
class Fault:
    """Meets the calls of `method`, or of any when that is None."""

    name: Name
    method: str | None = None
    seconds: float = 0.0
    code: str = ""


class Faults:
    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, fault: Fault, times: int = 1) -> None:
        """The next `times` calls that it fits meet this fault, after those added before."""
        self._coming.extend([fault] * times)

    def meet(self, method: str) -> Fault | None:
        """The fault that a call of `method` meets; it is spent with that."""
        fault = next((it for it in self._coming if it.method in {None, method}), None)
        if fault:
            self._coming.remove(fault)
        return fault
