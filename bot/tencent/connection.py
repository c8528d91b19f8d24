"""The connection to one endpoint, shared by all accounts."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
from aiolimiter import AsyncLimiter

from bot.errors import SettingsError
from bot.tencent.breaker import Breaker
from bot.tencent.call import Caller, Line, Patience, Surroundings
from bot.tencent.client import TencentCloud
from bot.tencent.clock import ServerClock
from bot.tencent.endpoint import read_endpoint
from bot.tencent.policy import POLICIES, Action
from bot.tencent.signing import TC3, Credentials

# The API closes a connection that was idle for 90 s; ours is given up long before, so that no request
# meets the closing.
POOL = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=30)


class Connection:
    """Makes the clients of accounts. They end with the connection."""

    def __init__(self, line: Line, clouds: AsyncExitStack) -> None:
        self._line = line
        self._clouds = clouds
        self._limiters: dict[str, Mapping[Action, AsyncLimiter]] = {}

    @property
    def ahead(self) -> timedelta:
        """How far our clock is before the API's, as far as an answer has told."""
        return self._line.clock.ahead

    def cloud(self, credentials: Credentials, sdk_app_id: str, region: str) -> TencentCloud:
        """One account.

        Raises:
            SettingsError: when the keys can't be such.
        """
        cloud = TencentCloud(self.caller(credentials, region), sdk_app_id, self._line.surroundings)
        self._clouds.push_async_callback(cloud.close)
        return cloud

    def caller(self, credentials: Credentials, region: str) -> Caller:
        """Callers that use the same keys share the API's rates, and so our limits."""
        if not (plausible(credentials.secret_id) and plausible(credentials.secret_key)):
            raise SettingsError("cloud.credentials")
        return Caller(
            self._line,
            TC3(credentials, self._line.clock.now),
            region,
            self._limiters.setdefault(credentials.secret_id, limiters()),
        )


@asynccontextmanager
async def connected(
    endpoint: str,
    surroundings: Surroundings,
    *,
    proxy: str | None = None,
    ca_file: Path | None = None,
    patience: Patience = Patience(),  # noqa: B008 - a frozen value
) -> AsyncIterator[Connection]:
    """A connection to `endpoint`, through `proxy` where one is given, whatever the environment says.

    Certificates are always checked: against the usual authorities, and those of `ca_file` where it is given.

    Raises:
        SettingsError: when the endpoint, the proxy or the file is of no use.
    """
    url = read_endpoint(endpoint)
    async with http_client(proxy, ca_file) as http, AsyncExitStack() as clouds:
        clock = ServerClock(surroundings.now)
        yield Connection(Line(http, url, Breaker(), clock, patience, surroundings), clouds)


def plausible(key: str) -> bool:
    """Whether it can stand in a header. A blank or a line break comes along when a key is copied."""
    return bool(key) and key.isascii() and key.isprintable() and " " not in key


def http_client(proxy: str | None, ca_file: Path | None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        verify=authorities(ca_file),
        proxy=None if proxy is None else read_proxy(proxy),
        trust_env=False,
        http2=False,
        follow_redirects=False,
        limits=POOL,
    )


def authorities(ca_file: Path | None) -> ssl.SSLContext:
    """Whom we believe that a certificate is genuine."""
    context = httpx.create_ssl_context(trust_env=False)
    try:
        if ca_file is not None:
            context.load_verify_locations(ca_file)
    except OSError:
        raise SettingsError("cloud.ca_file", file=str(ca_file)) from None
    return context


def read_proxy(url: str) -> httpx.Proxy:
    try:
        return httpx.Proxy(url)
    except (ValueError, httpx.InvalidURL):
        raise SettingsError("cloud.proxy") from None


def limiters() -> Mapping[Action, AsyncLimiter]:
    return {action: AsyncLimiter(policy.pace, 1) for action, policy in POLICIES.items()}
