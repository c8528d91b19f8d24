"""The Bolt app: everything that Slack sends is kept first, then acknowledged, then dealt with.

With `process_before_response` an acknowledgement leaves when our listener has returned, at once and only if
it has; what takes time runs in a task behind it.
"""

import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, get_args

import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import BotError
from bot.metrics import Metrics
from bot.slack.inbox import Inbox, Parcel
from bot.slack.incoming import Incoming, Submitted, kept, keys_of, kind_of, read
from bot.slack.names import COMMAND, EVENTS, SHORTCUTS, ActionName, FormName
from bot.slack.work import Work

LOG = structlog.get_logger("smsbot.slack")

ANYTHING = re.compile("")
PARCEL = "parcel"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are in Slack, as auth.test says."""

    team: str
    user: str
    bot: str
    enterprise: str = ""


class Reception(Protocol):
    """What deals with everything that comes."""

    async def handle(self, incoming: Incoming) -> None:
        """Never raises: whoever asked is told what went wrong."""

    async def respond(self, submitted: Submitted) -> Mapping[str, Any]:
        """What a form says to its being sent: nothing (it closes), its errors, or what stands there next."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where deliveries come in: keeps each once, acknowledges it, hands it on."""

    inbox: Inbox
    work: Work
    reception: Reception
    metrics: Metrics

    async def keep(
        self,
        body: Mapping[str, Any],
        context: AsyncBoltContext,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 -- Bolt's name for it
    ) -> BoltResponse:
        """Global middleware: what can't be kept is not acknowledged, so that Slack delivers it again.

        Raises:
            StoreAway: then Bolt answers 500.
        """
        if PARCEL in context:
            return await next()
        started = time.perf_counter()
        await self.work.room()
        parcel = await self.inbox.take(keys_of(body), kept(body))
        if parcel is None:
            self.metrics.duplicate(kind_of(body))
            return BoltResponse(status=200)
        context[PARCEL] = parcel
        response = await next()
        self.metrics.acknowledged(kind_of(body), time.perf_counter() - started)
        return response

    async def deal(self, body: Mapping[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        """The one listener: reads, acknowledges, and lets the reception do the rest behind it."""
        incoming = read(body, COMMAND)
        response = await self.reception.respond(incoming) if isinstance(incoming, Submitted) else {}
        await ack(**response)
        parcel: Parcel = context[PARCEL]
        self.work.start(parcel, self._handled(incoming))

    async def _handled(self, incoming: Incoming | None) -> None:
        if incoming is not None:
            await self.reception.handle(incoming)


def build_app(identity: Identity, door: Door) -> AsyncApp:
    """The app with all its listeners. Signatures are checked where HTTP comes in: bot/web.py.

    It never calls Slack itself, so that it needs no token.
    """

    async def authorise() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=identity.enterprise or None,
            team_id=identity.team,
            bot_user_id=identity.user,
            bot_id=identity.bot,
        )

    app = AsyncApp(
        name="smsbot",
        # Else each of its parts would have a logger of its own name, beside the cap of bot/telemetry.py.
        logger=logging.getLogger("slack_bolt"),
        client=AsyncWebClient(),
        authorize=authorise,
        process_before_response=True,
        request_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.middleware(door.keep)
    listen(app, door.deal)
    app.error(told)
    return app


def listen(app: AsyncApp, deal: Callable[..., Awaitable[None]]) -> None:
    """A listener for each thing that the manifest names, then one a kind for whatever else comes."""
    app.command(COMMAND)(deal)
    for shortcut in SHORTCUTS:
        app.shortcut(shortcut.callback)(deal)
    for event in EVENTS:
        app.event(event.partition(".")[0])(deal)
    app.action(named(get_args(ActionName)))(deal)
    for form in get_args(FormName):
        app.view(form)(deal)
    for catch_all in (app.command, app.shortcut, app.event, app.action, app.view, app.options):
        catch_all(ANYTHING)(deal)
    app.view_closed(ANYTHING)(deal)


def named(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any action_id that begins with one of the names."""
    return re.compile(rf"(?:{'|'.join(map(re.escape, names))})(?::.*)?$")


async def told(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
    """Not acknowledged: Slack will deliver it again, to us or to another replica."""
    reason = error.phrase if isinstance(error, BotError) else type(error).__name__
    LOG.error("not_acknowledged", kind=kind_of(body), reason=reason, exc_info=not isinstance(error, BotError))
    return BoltResponse(status=500)


async def again(app: AsyncApp, parcel: Parcel) -> None:
    """Deals with a parcel that somebody left, through the same door."""
    await app.async_dispatch(
        AsyncBoltRequest(body=dict(parcel.payload), mode="socket_mode", context={PARCEL: parcel})
    )
