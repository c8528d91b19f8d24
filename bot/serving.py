"""Opens the Slack side: the part of the composition that only a surface needs. See bot/wiring.py."""

import asyncio
import gc
import json
import secrets
import signal
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from time import monotonic
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.configuration.values import SlackSettings
from bot.errors import BotError, SettingsError
from bot.faq.added import Added
from bot.guard.access import Access
from bot.guard.rates import Rates
from bot.guard.refusals import Refusals
from bot.knowledge import fingerprint
from bot.language import Language
from bot.metrics import Metrics
from bot.opening import CONSOLE, Office, open_office, way_to_slack
from bot.pulse import Pulse
from bot.renewal import Renewal
from bot.secret import Secret
from bot.settings import Settings
from bot.slack.app import Door, Identity, again, build_app
from bot.slack.caretaking import Caretaking
from bot.slack.conversation import Conversation
from bot.slack.enquiries import Enquiries, OnCall
from bot.slack.errands import Errands
from bot.slack.following import Following
from bot.slack.homes import Homes
from bot.slack.incoming import Incoming, Submitted
from bot.slack.presses import Presses
from bot.slack.reception import FrontDesk
from bot.slack.reporting import Reporting
from bot.slack.shown.calls import Calls
from bot.slack.shown.cards import Cards
from bot.slack.shown.forms import Modals
from bot.slack.shown.home import Digest, Home
from bot.slack.submissions import Submissions
from bot.slack.visitor import Lobby
from bot.slack.watch import Watch
from bot.slack.wire.client import Accepted, Refused, call, slack_client, slack_session
from bot.slack.wire.connection import Connection, Slack
from bot.slack.wire.hook import Hooks, hooks_of
from bot.slack.wire.outbox import Outbox
from bot.slack.wire.people import Home as Workplace
from bot.slack.wire.people import People
from bot.slack.wire.sockets import Sockets
from bot.slack.work import Work
from bot.store.added import StoredPhrasings
from bot.store.database import Database, writable
from bot.store.grouped import GroupedWriting
from bot.store.inbox import StoredInbox
from bot.store.questions import StoredQuestions
from bot.store.watches import StoredWatches
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
# Who holds a delivery renews it every five seconds; what nobody renews for so long is taken over.
LEASE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Line:
    """The line to Slack: its Web API, its response_urls, and who we are there.

    `trusted` are admins and knowledge owners whom no setting has to name: the one at the terminal.
    """

    client: AsyncWebClient
    hooks: Hooks
    identity: Identity
    trusted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kept:
    """What outlives the process."""

    inbox: StoredInbox
    questions: StoredQuestions
    added: StoredPhrasings
    watches: StoredWatches


@dataclass(frozen=True, slots=True)
class Service:
    """The Slack side, open: deliveries go in through `app`, `work` is what is being dealt with.

    `caring` ends only when something is wrong.
    """

    app: AsyncApp
    work: Work
    outbox: Outbox
    metrics: Metrics
    kept: Kept
    staff: "Staff"
    caring: asyncio.Task[None]


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


@dataclass(frozen=True, slots=True)
class Parts:
    """What most of the Slack side works with."""

    bot: Bot
    office: Office
    line: Line
    kept: Kept
    language: Language
    metrics: Metrics
    work: Work
    outbox: Outbox
    people: People
    access: Access
    cards: Cards = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cards", Cards(self.bot.wording, self.bot.drawing, self.bot.phrases))


class Staff:
    """Everybody who deals with what comes, over the knowledge of the moment: the Reception of the door."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._front_desk, self._following = staffed(parts)

    async def handle(self, incoming: Incoming) -> None:
        await self._front_desk.handle(incoming)

    async def respond(self, submitted: Submitted) -> Mapping[str, Any]:
        return await self._front_desk.respond(submitted)

    async def look_after(self, watch: Watch) -> None:
        await self._following.look_after(watch)

    def learn(self, phrasings: Iterable[Added]) -> None:
        self._parts.bot.assistant.learn(phrasings)

    def renew(self, bot: Bot) -> None:
        """Works with other knowledge from the next delivery on; what is under way ends as it began."""
        bot.assistant.overlay = self._parts.bot.assistant.overlay
        office = replace(self._parts.office, desk=replace(self._parts.office.desk, rules=bot.rules))
        self._parts = replace(self._parts, bot=bot, office=office)
        self._front_desk, self._following = staffed(self._parts)


@asynccontextmanager
async def open_service(bot: Bot, office: Office, line: Line, language: Language) -> AsyncIterator[Service]:
    """Everything between what Slack delivers and what we say to it, with what looks after it meanwhile."""
    configuration, metrics = office.configuration, Metrics(version("smsbot"))
    async with AsyncExitStack() as stack:
        kept = await opened_store(office.database, stack)
        workplace = Workplace(line.identity.team, line.identity.enterprise)
        people = People(line.client, workplace, configuration.groups)
        stack.push_async_callback(people.close)
        access = Access(
            configuration.access,
            configuration.admins | line.trusted,
            configuration.knowledge_owners | line.trusted,
            office.policy,
        )
        outbox = Outbox(line.client, line.hooks, observe=metrics.called)
        parts = Parts(bot, office, line, kept, language, metrics, Work(kept.inbox), outbox, people, access)
        staff = Staff(parts)
        app = build_app(line.identity, Door(kept.inbox, parts.work, staff, metrics))
        caring = asyncio.create_task(caretaking(parts, staff, app).run())
        stack.push_async_callback(ended, caring)
        metrics.watch("outbox_waiting", lambda: outbox.waiting)
        metrics.watch("inbox_waiting", lambda: len(parts.work))
        yield Service(app, parts.work, outbox, metrics, kept, staff, caring)


async def opened_store(database: Database, stack: AsyncExitStack) -> Kept:
    grouped = await stack.enter_async_context(GroupedWriting(database))
    return Kept(
        StoredInbox(database, grouped, new_id(), now, new_id, given_up, LEASE),
        StoredQuestions(database, grouped, now),
        StoredPhrasings(database),
        StoredWatches(database, now),
    )


def staffed(parts: Parts) -> tuple[FrontDesk, Following]:
    """Everybody who deals with what comes from Slack."""
    bot, office, kept, cards, outbox = parts.bot, parts.office, parts.kept, parts.cards, parts.outbox
    configuration, metrics = office.configuration, parts.metrics
    lobby = Lobby(parts.people, parts.access, Rates(configuration.rates), parts.language)
    refusals = Refusals(office.ledger, now)
    reporting = Reporting(office.desk, parts.access, refusals, metrics)
    following = Following(
        reporting, lobby, cards, outbox, kept.watches, parts.work, now, asyncio.sleep, new_id
    )
    errands = Errands(reporting, following, cards, outbox, parts.work, now)
    on_call = (
        OnCall(configuration.on_call, configuration.on_call_channel or "") if configuration.on_call else None
    )
    enquiries = Enquiries(
        bot.assistant, cards, Calls(bot.wording), outbox, kept.questions, on_call, metrics, now, new_id
    )

    async def learn() -> None:
        bot.assistant.learn(await kept.added.all())

    submissions = Submissions(
        Modals(bot.phrases, bot.drawing, bot.assistant.entries),
        enquiries,
        errands,
        parts.access,
        office.desk,
        kept.added,
        learn,
        cards,
        outbox,
        parts.work,
        now,
    )
    homes = Homes(
        Home(bot.phrases, bot.drawing, bot.assistant.entries),
        office.desk,
        parts.access,
        bot.assistant,
        kept.questions,
        parts.people,
        outbox,
        bot.phrases,
        tuple(Digest(it.channel, it.at, str(it.zone), it.days) for it in configuration.digests),
        now,
    )
    conversation = Conversation(enquiries, errands, cards, outbox, frozenset(office.desk.accounts))
    presses = Presses(enquiries, errands, submissions, homes)
    front_desk = FrontDesk(
        lobby,
        conversation,
        presses,
        submissions,
        homes,
        cards,
        outbox,
        metrics,
        now,
        monotonic,
        secrets.randbits,
    )
    return front_desk, following


def caretaking(parts: Parts, staff: Staff, app: AsyncApp) -> Caretaking:
    kept = parts.kept
    return Caretaking(
        kept.inbox,
        kept.watches,
        kept.questions,
        kept.added,
        staff,
        staff,
        parts.work,
        parts.metrics,
        partial(again, app),
        now,
        asyncio.sleep,
    )


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
        line = Line(client, hooks, await identity_of(client), frozenset({CONSOLE}))
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


async def ended(task: asyncio.Task[object]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def given_up(parcel: str) -> None:
    LOG.error("delivery_given_up", parcel=parcel)


def new_id() -> str:
    return secrets.token_hex(8)


def now() -> datetime:
    return datetime.now(UTC)
