"""The verdict on one attempt: what an answer means, or that none came.

Content decides, never the status or the Content-Type alone: gateways send errors of the API with a status
of 200 and under any label.
"""

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.sms.cloud import CloudError, Garbled, NoAnswer, Refused, Unreachable
from bot.sms.phone import masked
from bot.tencent.policy import POLICIES, Action

# What stands in `Response` of an answer, as JSON had it.
Answer = Mapping[str, Any]

OK = 200
SERVER_FAULT = 500
CLOCK_CODE = "AuthFailure.SignatureExpire"
# The platform stumbled before or after it did what was asked: that can't be told from the code.
STUMBLED = ("InternalError", "ServiceUnavailable")
PASSING = ("RequestLimitExceeded", *STUMBLED)
# A number in E.164, with 00 in place of the plus, or a mainland one without either.
NUMBER = re.compile(r"\+\d{7,15}|(?<!\d)(?:00\d{7,15}|(?:86)?1[3-9]\d{9})(?!\d)")


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that brought nothing.

    `again`: a read may well succeed when it is tried once more. `outage`: a sign that the API is down;
    its own errors, well-formed, are none.
    """

    error: CloudError
    again: bool = False
    outage: bool = False


def verdict(action: Action, status: int, body: bytes) -> Answer | Failure:
    match read(body):
        case {"Response": dict(response)}:
            return response_verdict(action, status, response)
        # Retired versions of the API speak like this.
        case {"code": int(number), "message": message, "codeDesc": str(code)} if number and code:
            return refused(action, code, text(message))
        case {}:
            return unreadable(action, status, "Response")
        case _:
            return unreadable(action, status, "JSON")


def response_verdict(action: Action, status: int, response: Answer) -> Answer | Failure:
    request_id = text(response.get("RequestId"))
    match response.get("Error"):
        case None:
            return response
        case {"Code": str(code), **rest} if code:
            return refused(action, code, text(rest.get("Message")), request_id)
        case _:
            return unreadable(action, status, "Response.Error", request_id)


def read(body: bytes) -> object:
    """The JSON of a body; None when it is none, or nested beyond reason."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def refused(action: Action, code: str, message: str, request_id: str = "") -> Failure:
    return Failure(refusal(action, code, message, request_id), again=code.startswith(PASSING))


def refusal(action: Action, code: str, message: str, request_id: str = "") -> CloudError:
    """What an error code means: nothing was done, unless it says of a send that the platform stumbled."""
    if POLICIES[action].sends and (code.startswith(STUMBLED) or "Timeout" in code):
        return NoAnswer("cloud.send_unknown", action, request_id, code=code, what=code)
    return Refused(action, code, NUMBER.sub(lambda it: masked(it[0]), message), request_id)


def unreadable(action: Action, status: int, what: str, request_id: str = "") -> Failure:
    """Not an answer of the API. With a status of 5xx a gateway speaks, which passes.

    A body that is whole, came with another status, and still is not the API's, is the work of a proxy or
    a wrong endpoint: asking again brings the same.
    """
    where = what if status == OK else f"HTTP {status}"
    return Failure(garbled(action, where, request_id), again=status >= SERVER_FAULT, outage=True)


def garbled(action: Action, what: str, request_id: str = "") -> Garbled:
    """`what` of an answer can't be read: a field's name, never its value."""
    phrase = "cloud.send_unknown" if POLICIES[action].sends else "cloud.garbled"
    return Garbled(phrase, action, request_id, what=what)


def fault(action: Action, error: Exception, *, way: bool = False) -> Failure:
    """What an error of the connection means: whether the request may have left.

    `way`: it broke while a proxy was asked for the way to the API, so the request itself did not leave.
    """
    match error:
        case httpx.ConnectError() if certificate := refused_certificate(error):
            return Failure(Unreachable("cloud.certificate", action, reason=certificate), outage=True)
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout() | httpx.ProxyError():
            reason = str(error) or type(error).__name__
            return Failure(no_connection(action, reason), again=True, outage=True)
        case _ if way:
            return Failure(no_connection(action, type(error).__name__), again=True, outage=True)
        case httpx.DecodingError():
            return unreadable(action, OK, "Content-Encoding")
        case _:
            return Failure(lost(action, type(error).__name__), again=True, outage=True)


def cut_off(action: Action, *, left: bool) -> Failure:
    """The time of the whole call ran out, so there is none for another try."""
    error = lost(action, "Timeout") if left else no_connection(action, "Timeout")
    return Failure(error, outage=True)


def no_connection(action: Action, reason: str) -> Unreachable:
    return Unreachable("cloud.no_connection", action, reason=reason)


def lost(action: Action, what: str) -> NoAnswer:
    """The request may have left, and nothing came back. `what` names the kind of the error only."""
    phrase = "cloud.send_unknown" if POLICIES[action].sends else "cloud.no_answer"
    return NoAnswer(phrase, action, what=what)


def refused_certificate(error: BaseException) -> str | None:
    """Why the certificate did not pass, where that is what lies behind an error."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
    return None


def causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
