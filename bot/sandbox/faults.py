"""What goes wrong on demand: the next calls of an action meet a fault, by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

Answer = Mapping[str, object]

# Every fault, and what the caller sees of it.
FAULTS: Mapping[str, str] = {
    "answer_lost": "executed, then the connection is closed without an answer",
    "reset_before": "the connection is reset, nothing was executed",
    "status_500": "a gateway's page with status 500, nothing was executed",
    "bad_json": "executed, the answer breaks off in its middle",
    "wrong_content_type": "executed, the good answer is labelled text/html",
    "error_content_type": "an Error, labelled application/json; charset=utf-8",
    "rate_limit": "RequestLimitExceeded, nothing was executed",
    "internal_error": "InternalError.OtherError, nothing was executed",
    "slow": "executed, answered after the stand-in's slowness",
    "clock_skew": "SignatureExpire, until the client's clock is ahead like the server's",
    "no_response": "executed, an answer with a RequestId and no Response",
    "wrong_types": "executed, numbers come as text and lists as objects",
    "empty_set": "executed, every list of the answer is empty",
    "per_number_refused": "SendSms refuses every number by its own code, none is sent to",
    "per_number_internal": "the same with InternalError.Timeout",
}
# The error that stands in the place of an answer; nothing is executed.
ERRORS = {
    "rate_limit": "RequestLimitExceeded",
    "internal_error": "InternalError.OtherError",
    "error_content_type": "UnauthorizedOperation.RequestPermissionDeny",
}
NOT_EXECUTED = frozenset({"reset_before", "status_500", *ERRORS})
# The code that every number of a SendSms gets.
EVERY_NUMBER = {
    "per_number_refused": "LimitExceeded.PhoneNumberDailyLimit",
    "per_number_internal": "InternalError.Timeout",
}
CONTENT_TYPES = {"wrong_content_type": "text/html", "error_content_type": "application/json; charset=utf-8"}
SKEW = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Fault:
    """Meets the calls of `action`, or of any when it is None."""

    name: str
    action: str | None


class Faults:
    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, name: str, action: str | None = None, times: int = 1) -> None:
        """The next `times` calls of `action` (None: of any) meet this fault, after those added before.

        clock_skew stays until so many calls have come whose clock fits.

        Raises:
            ValueError: for a name that is not in FAULTS.
        """
        if name not in FAULTS:
            raise ValueError(f"no fault is called {name!r}; there are {', '.join(FAULTS)}")
        self._coming.extend([Fault(name, action)] * times)

    def meet(self, action: str) -> Fault | None:
        """The fault that a call of `action` meets; it is spent with that."""
        fault = next((it for it in self._coming if it.action in {None, action}), None)
        if fault:
            self._coming.remove(fault)
        return fault

    def again(self, fault: Fault) -> None:
        """The next call meets this one, it is not spent yet."""
        self._coming.insert(0, fault)


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    status: int = 200
    content_type: str = "application/json"


def spoilt(response: Answer, fault: str) -> Reply:
    """How an answer goes out under a fault; "" for none."""
    if fault == "status_500":
        return Reply("<html><body>Internal Server Error</body></html>", 500, "text/html")
    text = json.dumps(envelope(response, fault))
    if fault == "bad_json":
        text = text[: len(text) // 2]
    return Reply(text, content_type=CONTENT_TYPES.get(fault, "application/json"))


def envelope(response: Answer, fault: str) -> Answer:
    match fault:
        case "no_response":
            return {"RequestId": response.get("RequestId")}
        case "wrong_types":
            return {"Response": mistyped(response)}
        case "empty_set":
            return {"Response": {name: [] if isinstance(it, list) else it for name, it in response.items()}}
        case _:
            return {"Response": response}


def mistyped(value: object) -> object:
    match value:
        case dict():
            return {name: mistyped(inner) for name, inner in value.items()}
        case list():
            return {str(at): mistyped(inner) for at, inner in enumerate(value)}
        case int():
            return str(value)
        case _:
            return value
