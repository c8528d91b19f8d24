"""A caller of the stand-in, with a signature made by the book and not by our client; and a clock to set."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx

from bot.sandbox.actions import ACTIONS
from bot.sandbox.gate import read_payload
from bot.sandbox.parameters import Parameters
from bot.sandbox.samples import SIGNATURE, sample_world
from bot.sandbox.server import Sandbox
from bot.sandbox.terms import Terms
from bot.sandbox.world import World

# A Wednesday, 16:30 in Shanghai.
NOON = datetime(2026, 6, 17, 8, 30, tzinfo=UTC)
APP = "1400006666"

Result = TypeVar("Result")
Row = dict[str, object]


class Clock:
    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **units: float) -> None:
        self.at += timedelta(**units)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def whole(self) -> Row:
        return read_payload(self.text.encode()) or {}

    @property
    def response(self) -> Row:
        response = self.whole.get("Response")
        return response if isinstance(response, dict) else {}

    @property
    def error(self) -> str:
        error = self.response.get("Error")
        return str(error["Code"]) if isinstance(error, dict) else ""


@dataclass(slots=True)
class Caller:
    """Calls the stand-in at `url`; what `headers` say goes over what is usual."""

    url: str
    sandbox: Sandbox
    client: httpx.AsyncClient
    clock: Callable[[], datetime]
    secret_key: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, action: str, payload: Mapping[str, object]) -> Answer:
        return await self.post(action, json.dumps(payload).encode())

    async def post(self, action: str, body: bytes, **headers: str) -> Answer:
        response = await self.client.post(
            self.url, content=body, headers=self.signed(action, body) | self.headers | headers
        )
        return Answer(response.status_code, response.headers, response.text)

    def signed(self, action: str, body: bytes) -> dict[str, str]:
        stamp, credentials = int(self.clock().timestamp()), self.sandbox.credentials
        day = f"{datetime.fromtimestamp(stamp, UTC):%Y-%m-%d}"
        host = self.url.removeprefix("http://")
        request = (
            f"POST\n/\n\ncontent-type:application/json\nhost:{host}\n\ncontent-type;host\n{digest(body)}"
        )
        text = f"TC3-HMAC-SHA256\n{stamp}\n{day}/sms/tc3_request\n{digest(request.encode())}"
        key = mac(("TC3" + (self.secret_key or credentials.secret_key)).encode(), day)
        mark = mac(mac(mac(key, "sms"), "tc3_request"), text).hex()
        return {
            "Content-Type": "application/json",
            "X-TC-Action": action,
            "X-TC-Version": "2021-01-11",
            "X-TC-Timestamp": str(stamp),
            "X-TC-Region": self.sandbox.region,
            "Authorization": f"TC3-HMAC-SHA256 Credential={credentials.secret_id}/{day}/sms/tc3_request, "
            f"SignedHeaders=content-type;host, Signature={mark}",
        }


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def talk(scenario: Callable[[Caller], Awaitable[Result]], clock: Clock | None = None) -> Result:
    """Runs a scenario against a stand-in of its own."""
    clock = clock or Clock()

    async def run() -> Result:
        sandbox = Sandbox(clock)
        async with sandbox.serving() as url, httpx.AsyncClient(trust_env=False) as client:
            return await scenario(Caller(url, sandbox, client, clock))

    return asyncio.run(run())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - the stand-in keeps lists, and no event to wait for
        await asyncio.sleep(0.001)


@dataclass(slots=True)
class Account:
    """The sample account without a server: actions run as they are."""

    clock: Clock = field(default_factory=Clock)
    seed: int = 0
    session_in_receipts: bool = False
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = sample_world(self.clock(), self.seed)

    def ask(self, action: str, **payload: object) -> Row:
        terms = Terms(self.clock(), 1.0, self.session_in_receipts)
        return ACTIONS[action].run(self.world, Parameters(payload), terms)

    def rows(self, action: str, **payload: object) -> list[Row]:
        """The one list of an answer."""
        (rows,) = self.ask(action, **payload).values()
        assert isinstance(rows, list)
        return rows

    def send(self, *numbers: str, **changed: object) -> list[Row]:
        return self.rows("SendSms", **(message(*numbers) | changed))

    def receipts(self, number: str, **changed: object) -> list[Row]:
        return self.rows("PullSmsSendStatusByPhoneNumber", **(last_week(number, self.clock()) | changed))


def message(*numbers: str) -> Row:
    """The parameters of a SendSms that is all right."""
    return {
        "SmsSdkAppId": APP,
        "PhoneNumberSet": list(numbers),
        "TemplateId": "1110001",
        "SignName": SIGNATURE,
        "TemplateParamSet": ["123456", "5"],
        "SessionContext": "ours",
    }


def last_week(number: str, at: datetime) -> Row:
    now = int(at.timestamp())
    begin = now - 7 * 86400
    return {
        "SmsSdkAppId": APP,
        "PhoneNumber": number,
        "BeginTime": begin,
        "EndTime": now,
        "Limit": 100,
        "Offset": 0,
    }
