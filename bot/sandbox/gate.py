"""The gate: what every request has to get right before its action runs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.actions import ACTIONS, APP, Action
from bot.sandbox.parameters import Parameters
from bot.sandbox.refusal import Refusal
from bot.sandbox.signatures import Credentials, check_signature

VERSION = "2021-01-11"
# API: regions that SMS accepts.
REGIONS = frozenset({"ap-guangzhou", "ap-beijing", "ap-nanjing"})


@dataclass(frozen=True, slots=True)
class Customer:
    """Who may come in: the owner of one application."""

    credentials: Credentials
    sdk_app_id: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may run."""

    action: Action
    region: str
    parameters: Parameters = field(repr=False)


def admit(headers: Mapping[str, str], body: bytes, customer: Customer, at: datetime) -> Admitted:
    """The request of these headers (names in lower case) and bytes; `at` is the server's clock.

    Raises:
        Refusal: with the code that the API has for it.
    """
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Refusal("UnsupportedProtocol", "A POST request has to be application/json.")
    check_signature(headers, body, customer.credentials, at)
    action, region = addressed(headers)
    return Admitted(action, region, read_parameters(body, action, customer))


def addressed(headers: Mapping[str, str]) -> tuple[Action, str]:
    """The action, and the region where it is to run."""
    name = required(headers, "X-TC-Action")
    if required(headers, "X-TC-Version") != VERSION:
        raise Refusal("NoSuchVersion", "The version does not exist.")
    if name not in ACTIONS:
        raise Refusal("InvalidAction", "The action does not exist.")
    region = required(headers, "X-TC-Region")
    if region not in REGIONS:
        raise Refusal("UnsupportedRegion", "The product is not available in this region.")
    return ACTIONS[name], region


def required(headers: Mapping[str, str], name: str) -> str:
    if value := headers.get(name.lower()):
        return value
    raise Refusal("MissingParameter", f"The header {name} is missing.")


def read_parameters(body: bytes, action: Action, customer: Customer) -> Parameters:
    payload = read_payload(body)
    if payload is None:
        raise Refusal("InvalidParameter", "The body is no JSON object.")
    parameters = Parameters(payload)
    parameters.only(action.fields)
    if APP in action.fields:
        check_app(parameters.text(APP), customer)
    return parameters


def read_payload(body: bytes) -> dict[str, object] | None:
    """The JSON object in the bytes, None when they are none."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def check_app(sdk_app_id: str, customer: Customer) -> None:
    """API: an application of somebody else is another error than one that can't exist."""
    if not sdk_app_id.startswith("1400"):
        raise Refusal("InvalidParameterValue.SdkAppIdNotExist", "The SmsSdkAppId does not exist.")
    if sdk_app_id != customer.sdk_app_id:
        raise Refusal("UnauthorizedOperation.SmsSdkAppIdVerifyFail", "The SmsSdkAppId is not yours.")
