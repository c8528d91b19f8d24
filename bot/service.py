"""Everything between what Slack delivers and what we say to it: the part of the composition that makes it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from time import monotonic
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.faq.added import Added
from bot.guard.access import Access
from bot.guard.rates import Rates
from bot.guard.refusals import Refusals
from bot.language import Language
from bot.metrics import Metrics
from bot.newsroom import rounds_of
from bot.opening import Office, ended, now
from bot.reports.chart import picture
from bot.reports.schedule import Round, ticking
from bot.slack.app import Door, Identity, again, build_app
from bot.slack.board import SlackBoard, reach
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
from bot.slack.shown.home import Home
from bot.slack.submissions import Submissions
from bot.slack.visitor import Lobby
from bot.slack.watch import Watch
from bot.slack.wire.hook import Hooks
from bot.slack.wire.outbox import Outbox
from bot.slack.wire.people import Home as Workplace
from bot.slack.wire.people import People
from bot.slack.work import Work
from bot.store.added import StoredPhrasings
from bot.store.database import Database
from bot.store.grouped import GroupedWriting
from bot.store.inbox import StoredInbox
from bot.store.questions import StoredQuestions
from bot.store.watches import StoredWatches
from bot.wiring import Bot

LOG = structlog.get_logger("smsbot")

# Who holds a delivery renews it every five seconds; what nobody renews for so long is taken over.
LEASE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Line:
    """The line to Slack: its Web API, its response_urls, and who we are there.

    `trusted` are admins and knowledge owners whom no setting has to name: the one at the terminal. `rooms` are
    the only channels there are, where that is known: digests of others are somebody else's.
    """

    client: AsyncWebClient
    hooks: Hooks
    identity: Identity
    trusted: frozenset[str] = frozenset()
    rooms: frozenset[str] | None = None


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

    `caring` ends only when something is wrong. `rounds` are what the clock drives, by name.
    """

    app: AsyncApp
    work: Work
    outbox: Outbox
    metrics: Metrics
    kept: Kept
    staff: "Staff"
    caring: asyncio.Task[None]
    rounds: Mapping[str, Round]


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

    @property
    def cards(self) -> Cards:
        """Of the moment."""
        return self._parts.cards

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
        office = within_reach(office, line, language)
        parts = Parts(bot, office, line, kept, language, metrics, Work(kept.inbox), outbox, people, access)
        staff = Staff(parts)
        app = build_app(line.identity, Door(kept.inbox, parts.work, staff, metrics))
        caring = asyncio.create_task(caretaking(parts, staff, app).run())
        stack.push_async_callback(ended, caring)
        stack.push_async_callback(office.newsroom.hand_back)
        rounds = rounds_of(office.newsroom, board_of(parts, staff), language, metrics, line.rooms)
        await stack.enter_async_context(ticking(rounds, now, metrics.round_made))
        metrics.watch("outbox_waiting", lambda: outbox.waiting)
        metrics.watch("inbox_waiting", lambda: len(parts.work))
        yield Service(app, parts.work, outbox, metrics, kept, staff, caring, rounds)


def within_reach(office: Office, line: Line, language: Language) -> Office:
    """The same, where a digest is set up only for channels that can be posted to, and speaks a language."""
    digests = replace(office.newsroom.digests, reach=partial(reach, line.client), language=language)
    desk = replace(office.desk, digests=digests)
    return replace(office, desk=desk, newsroom=replace(office.newsroom, digests=digests))


def board_of(parts: Parts, staff: Staff) -> SlackBoard:
    """Where digests and alerts are posted."""
    configuration = parts.office.configuration
    return SlackBoard(
        parts.line.client,
        parts.outbox,
        lambda: staff.cards,
        sorted(configuration.admins),
        parts.language,
        picture,
        parts.metrics.called,
    )


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
        office.desk.digests,
        now,
    )
    conversation = Conversation(
        enquiries, errands, submissions, cards, outbox, frozenset(office.desk.accounts)
    )
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


def given_up(parcel: str) -> None:
    LOG.error("delivery_given_up", parcel=parcel)


def new_id() -> str:
    return secrets.token_hex(8)
