"""Serves a surface: Slack over sockets or HTTP, or the terminal. Of the composition, what begins and ends. See bot/wiring.py."""

import asyncio
import gc
import json
import signal
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from functools import partial
from time import monotonic
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.configuration.values import SlackSettings
from bot.errors import BotError, SettingsError
from bot.knowledge import fingerprint
from bot.opening import CONSOLE, Office, ended, now, open_office, way_to_slack
from bot.pulse import Pulse
from bot.renewal import Renewal
from bot.secret import Secret
from bot.service import Line, Service, Staff, open_service
from bot.settings import Settings
from bot.slack.app import Identity
from bot.slack.wire.client import Accepted, Refused, call, slack_client, slack_session
from bot.slack.wire.connection import Connection, Slack
from bot.slack.wire.hook import Hooks, hooks_of
from bot.slack.wire.sockets import Sockets
from bot.store.database import writable
from bot.terminal.console import Console
from bot.web import Deliveries, Web
from bot.wiring import Bot, build_bot
from bot.workspace.server import BOT_TOKEN, Workspace
from bot.workspace.team import BOT, Channel

LOG = structlog.get_logger("smsbot")

# How long an end in order may take: a supervisor waits ten seconds before it kills. Seconds.
ENDING = 8.0
# Of these, so many are for what is under way, however long it took to take nothing more. Seconds.
AT_LEAST = 2.0
# And so many more for what is said without anybody having asked. Seconds.
SENDING_OUT = 1.0
# How long the thread that writes the database waits for us, who compute answers: an acknowledgement waits for it
# several times. Seconds; Python's own is 0.005.
SWITCHING = 0.0005
# How often the knowledge is looked at. Seconds.
RENEWING = 60.0


class Stop:
    """Whether the program is to end, and how long it still may take. Being told again changes nothing."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self._at: float | None = None

    def tell(self) -> None:
        self._at = monotonic() if self._at is None else self._at
        self.told.set()

    @property
    def left(self) -> float:
        """Seconds."""
        passed = 0.0 if self._at is None else monotonic() - self._at
        return max(AT_LEAST, ENDING - passed)


def run(settings: Settings, bot: Bot) -> None:
    """Serves Slack until somebody ends the program."""
    asyncio.run(serve(settings, bot))


def talk(
    settings: Settings, bot: Bot, lines: Iterator[str], show: Callable[[str], None], *, typed: bool
) -> None:
    """Serves the terminal until the input ends; what is not typed is answered line after line."""
    asyncio.run(chat(settings, bot, read_aside(lines), show, typed=typed))


async def read_aside(lines: Iterator[str]) -> AsyncIterator[str]:
    """The lines, waited for in a thread, so that the bot can go on meanwhile."""
    while (line := await asyncio.to_thread(next, lines, None)) is not None:
        yield line


async def serve(settings: Settings, bot: Bot) -> None:
    """Connects to Slack and serves it until somebody ends the program.

    Raises:
        SettingsError: when Slack does not take the token, or the address is taken.
        Deaf: after ten minutes without a connection to Slack.
    """
    sys.setswitchinterval(SWITCHING)
    stop = Stop()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.tell)
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(open_office(settings, bot.library, bot.rules, samples=False))
        slack = office.configuration.slack
        if slack is None:
            raise SettingsError("serve.no_token")
        line = await line_to(slack, office, stack)
        language = office.configuration.language or settings.language
        service = await stack.enter_async_context(open_service(bot, office, line, language))
        stack.push_async_callback(drained, service, stop)
        # What is there now stays: to look through all of it for garbage takes the loop 0.15 s each time.
        gc.freeze()
        renewing = asyncio.create_task(renewed(settings, service.staff))
        stack.push_async_callback(ended, renewing)
        await listening(service, office, slack, stack, stop)


async def renewed(settings: Settings, staff: Staff) -> None:
    """Puts edited knowledge to work, until it is cancelled."""
    renewal = Renewal(partial(fingerprint, settings.knowledge), partial(rebuilt, settings), staff.renew)
    while True:
        await asyncio.sleep(RENEWING)
        await renewal.look()


async def rebuilt(settings: Settings) -> Bot:
    """The bot over the files as they are now. They are fitted by a process of its own, which takes seconds and
    100 MiB, and leaves the result in the cache.

    Raises:
        KnowledgeError: when they can't be read.
    """
    fitting = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "error", "1031", stdout=DEVNULL, stderr=DEVNULL
    )
    await fitting.wait()
    return await asyncio.to_thread(build_bot, settings)


async def chat(
    settings: Settings, bot: Bot, lines: AsyncIterator[str], show: Callable[[str], None], *, typed: bool
) -> None:
    """A Slack channel in the terminal: the same app, over a stand-in for Slack.

    Raises:
        ConfigurationError: with all that is wrong in smsbot.toml and the environment.
    """
    async with AsyncExitStack() as stack:
        workspace = Workspace(now)
        url = await stack.enter_async_context(workspace.serving())
        office = await stack.enter_async_context(open_office(settings, bot.library, bot.rules))
        if called := office.configuration.on_call_channel:
            workspace.team.add_channel(Channel(called, called, frozenset({CONSOLE, BOT.id})))
        session = await stack.enter_async_context(slack_session())
        client = slack_client(Secret(BOT_TOKEN), url, session)
        hooks = Hooks(session, hooks_of(url))
        here = frozenset({CONSOLE})
        line = Line(client, hooks, await identity_of(client), here, here)
        language = office.configuration.language or settings.language
        service = await stack.enter_async_context(open_service(bot, office, line, language))
        surface = Console(
            workspace.team,
            partial(delivered, service.app),
            service.work.settled,
            bot.phrases,
            settings.language,
            show,
            finished=service.work.finished,
            typed=typed,
        )
        await surface.run(lines)
        await service.work.drain(0)


async def delivered(app: AsyncApp, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Gives a payload to Bolt as a socket would, and what the acknowledgement carries."""
    response = await app.async_dispatch(AsyncBoltRequest(body=dict(body), mode="socket_mode"))
    return json.loads(response.body) if response.body else None


async def listening(
    service: Service, office: Office, slack: SlackSettings, stack: AsyncExitStack, stop: Stop
) -> None:
    """Takes what Slack delivers, over sockets or over HTTP, until it is to stop."""
    dispatch = service.app.async_dispatch
    sockets, deliveries = None, None
    if slack.app_token:
        opening = Slack(way_to_slack(office.configuration, slack), slack.app_token.reveal())
        sockets = Sockets(partial(Connection, dispatch, opening))
        service.metrics.watch("sockets_alive", lambda: sockets.alive)
    elif slack.signing_secret:
        deliveries = Deliveries(dispatch, slack.signing_secret.reveal(), now)

    async def connected() -> bool:
        return sockets is None or sockets.alive > 0

    async def database() -> bool:
        await writable(office.database)
        return True

    async def knowledge() -> bool:
        return True

    parts = {"slack": connected, "database": database, "knowledge": knowledge}
    web = Web(parts, service.metrics, Pulse(), deliveries)
    http = office.configuration.http
    address = await stack.enter_async_context(web.serving(http.host, http.port))
    LOG.info("serving", address=address, transport=slack.transport)
    running: list[asyncio.Task[object]] = [asyncio.create_task(stop.told.wait())]
    if sockets:
        running.append(asyncio.create_task(sockets.run()))
    try:
        done, _ = await asyncio.wait([*running, service.caring], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        LOG.info("stopping", under_way=len(service.work))
        for task in running:
            await ended(task)


async def line_to(slack: SlackSettings, office: Office, stack: AsyncExitStack) -> Line:
    """Raises:
    SettingsError: when Slack does not know the token.
    """
    way = way_to_slack(office.configuration, slack)
    session = await stack.enter_async_context(slack_session(trust=way.trust))
    client = slack_client(slack.bot_token, way.api_url, session, proxy=way.proxy)
    hooks = Hooks(session, hooks_of(way.api_url), proxy=way.proxy)
    return Line(client, hooks, await identity_of(client))


async def identity_of(client: AsyncWebClient) -> Identity:
    """Raises:
    SettingsError: when Slack does not know the token, or can't be reached.
    """
    match await call(client, "auth.test", {}):
        case Accepted(answer=answer):
            return Identity(
                str(answer.get("team_id") or ""),
                str(answer.get("user_id") or ""),
                str(answer.get("bot_id") or ""),
                str(answer.get("enterprise_id") or ""),
            )
        case Refused(code=code):
            raise SettingsError("serve.token_refused", code=code)
        case failure:
            raise SettingsError("serve.slack_away", reason=failure.reason)


async def drained(service: Service, stop: Stop) -> None:
    """What is under way comes to its end; what does not is done again by whoever is next, at once."""
    service.caring.cancel()
    await asyncio.wait({service.caring})
    await service.work.drain(stop.left)
    await service.outbox.drain(SENDING_OUT)
    service.outbox.close()
    try:
        left = await service.kept.inbox.hand_back()
    except BotError as error:
        # Then the others wait until our leases have ended.
        LOG.warning("not_handed_back", reason=error.phrase)
    else:
        LOG.info("stopped", left=left)
