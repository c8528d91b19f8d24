"""The client of Slack's Web API: the only way to make one, and what became of a call."""

from collections.abc import AsyncIterator, Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext, create_default_context
from typing import Any, Literal, assert_never

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    TCPConnector,
)
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.secret import Secret
from bot.slack.wire.clock import Clock

# Seconds. Connecting gives up well before the whole call does, so that the two can be told apart.
PATIENCE = ClientTimeout(total=10, connect=4)
# The methods that only read: they take no JSON, and may be asked again.
READS: AbstractSet[str] = frozenset(
    {
        "auth.test",
        "conversations.history",
        "conversations.info",
        "users.conversations",
        "users.info",
        "usergroups.users.list",
    }
)
# These take no JSON either, but a form, as all of Slack's documents agree.
FORMS: AbstractSet[str] = frozenset({"files.getUploadURLExternal"})
# Asked again, these change nothing: conversations.open gives the conversation that is there, and an address
# to upload to that nobody uses is void.
REPEATABLE = READS | FORMS | {"conversations.open"}
TRIES = 3
# Seconds: the first pause before a read is tried again, and the longest that Slack may ask for.
FIRST_PAUSE = 0.3
LONGEST_PAUSE = 5.0

OK = 200
LIMITED = 429
SERVER_FAULT = 500
# Slack stumbled before or after it did what was asked: that can't be told from the code.
STUMBLED = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
RATE_CODES = frozenset({"ratelimited", "rate_limited"})
# Seconds to wait when Slack forgets to say how many.
USUAL_WAIT = 1.0
# Of the server's reasons, so many are kept, of so many characters.
MOST_REASONS = 10
REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Accepted:
    """`answer` as JSON had it; the names of `headers` are in small letters."""

    answer: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Slack has not done it. `retry_after`: seconds, where the rate limit was the reason."""

    code: str
    retry_after: float | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """It went out, and no answer tells whether Slack has done it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """It never went out."""

    reason: str


Failure = Refused | Lost | Unreachable
Outcome = Accepted | Failure
Result = Literal["ok", "refused", "limited", "lost", "unreachable"]
# Is told the method of a call, and what became of it.
Observe = Callable[[str, Result], None]


def unobserved(method: str, result: Result) -> None:
    """For those who don't count."""


@dataclass(frozen=True, slots=True)
class Way:
    """How Slack is reached: `api_url` ends in a slash, `proxy` is a URL, `trust` tells genuine certificates."""

    api_url: str
    proxy: str | None = field(default=None, repr=False)
    trust: SSLContext | Literal[True] = field(default=True, repr=False)


def trust_in(ca_file: Path | None) -> SSLContext | Literal[True]:
    """Believes the usual authorities, and those of `ca_file` besides.

    Raises:
        OSError: when the file can't be read, or holds none.
    """
    if ca_file is None:
        return True
    context = create_default_context()
    context.load_verify_locations(ca_file)
    return context


@asynccontextmanager
async def slack_session(
    patience: ClientTimeout = PATIENCE, *, trust: SSLContext | Literal[True] = True
) -> AsyncIterator[ClientSession]:
    """What all clients share. It knows nothing of proxies in the environment, and keeps no cookies."""
    async with ClientSession(
        connector=TCPConnector(ssl=trust), timeout=patience, trust_env=False, cookie_jar=DummyCookieJar()
    ) as session:
        yield session


def slack_client(
    token: Secret,
    base_url: str,
    session: ClientSession,
    *,
    proxy: str | None = None,
    clock: Clock = Clock(),  # noqa: B008 - a frozen value
) -> AsyncWebClient:
    """A client that goes through `proxy` where one is given, whatever the environment says.

    It repeats what only reads, and nothing else: the handlers that it would have by default post a message a
    second time when the answer to the first was lost.
    """
    client = AsyncWebClient(
        token.reveal(), base_url, session=session, proxy=proxy, retry_handlers=[ReadsAgain(clock)]
    )
    # Without one, the SDK looks for a proxy in the environment, and uses it for the loopback too.
    client.proxy = proxy
    return client


class ReadsAgain(AsyncRetryHandler):
    """Tries again what may be: the rate limit, a server that stumbled, a connection that broke."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(max_retry_count=TRIES - 1)
        self._clock = clock

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - the SDK's signature
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.rpartition("/")[2] not in REPEATABLE:
            return False
        if response is None:
            # What timed out has used up its time.
            return isinstance(error, ClientConnectionError) and not isinstance(error, TimeoutError)
        if response.status_code == LIMITED:
            return retry_after(flat(response.headers)) <= LONGEST_PAUSE
        return response.status_code >= SERVER_FAULT

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,  # noqa: ARG002 - the SDK's signature
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002 - the SDK's signature
    ) -> None:
        pause = FIRST_PAUSE * 2**state.current_attempt
        if response is not None and response.status_code == LIMITED:
            pause = retry_after(flat(response.headers))
        await self._clock.sleep(pause)
        state.next_attempt_requested = True
        state.increment_current_attempt()


async def call(client: AsyncWebClient, method: str, arguments: Mapping[str, Any]) -> Outcome:
    """Calls a method of the Web API, and tells what became of it. Nothing is raised for the network."""
    try:
        if method in READS:
            response = await client.api_call(method, http_verb="GET", params=dict(arguments))
        elif method in FORMS:
            response = await client.api_call(method, data=dict(arguments))
        else:
            response = await client.api_call(method, json=dict(arguments))
    except SlackApiError as error:
        return failed(error.response)
    # The SDK takes an answer that is no JSON for a mapping all the same, and stumbles over it.
    except (AttributeError, UnicodeDecodeError) as error:
        return Lost(type(error).__name__)
    except (ClientError, SlackClientError, OSError) as error:
        return broken(error)
    headers = {name.lower(): value for name, value in flat(response.headers).items()}
    return Accepted(response.data if isinstance(response.data, dict) else {}, headers)


def result_of(outcome: Outcome) -> Result:
    match outcome:
        case Accepted():
            return "ok"
        case Refused(retry_after=None):
            return "refused"
        case Refused():
            return "limited"
        case Lost():
            return "lost"
        case Unreachable():
            return "unreachable"
        case _:
            assert_never(outcome)


def broken(error: Exception) -> Lost | Unreachable:
    """What an exchange means that ended without an answer."""
    never_left = ClientConnectorError, ConnectionTimeoutError, ClientHttpProxyError
    reason = type(error).__name__
    return Unreachable(reason) if isinstance(error, never_left) else Lost(reason)


def failed(response: Any) -> Refused | Lost:
    """What an answer means that is no success. The SDK gives its own response, or aiohttp's."""
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    return refusal(status, response.headers, data if isinstance(data, Mapping) else {})


def refusal(status: int, headers: Mapping[str, str], data: Mapping[str, Any]) -> Refused | Lost:
    code = str(data.get("error") or "")
    if status == LIMITED or code in RATE_CODES:
        return Refused("ratelimited", retry_after(headers))
    if status >= SERVER_FAULT or code in STUMBLED or (status == OK and not code):
        return Lost(code or f"http_{status}")
    return Refused(code or f"http_{status}", reasons=reasons_of(data))


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, at least one."""
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return max(float(told), USUAL_WAIT)
    except ValueError:
        return USUAL_WAIT


def flat(headers: Mapping[str, str | list[str]]) -> Mapping[str, str]:
    """The SDK hands on each header as a list."""
    return {name: value if isinstance(value, str) else value[0] for name, value in headers.items()}


def reasons_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Why blocks or arguments are refused, as the server says it."""
    told = data.get("errors"), (data.get("response_metadata") or {}).get("messages")
    reasons = [str(it)[:REASON_LENGTH] for some in told if isinstance(some, list) for it in some]
    return tuple(dict.fromkeys(reasons))[:MOST_REASONS]
