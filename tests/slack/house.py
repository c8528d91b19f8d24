"""The whole bot in one process, between a stand-in for Slack that judges every message and sample data."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncBoltRequest

from bot.opening import CONSOLE, Office, open_office
from bot.sandbox.samples import sample_world
from bot.secret import Secret
from bot.service import Line, Service, open_service
from bot.serving import identity_of
from bot.settings import Settings
from bot.slack.wire.client import slack_client, slack_session
from bot.slack.wire.hook import Hooks, hooks_of
from bot.sms.command import Asker
from bot.wiring import Bot
from bot.workspace import payloads
from bot.workspace.acks import acknowledge
from bot.workspace.server import BOT_TOKEN, Workspace
from bot.workspace.team import BOT, Channel, Kept, Opened, Person, Team
from tests.slack.judge import judged

# The sample data may be sent to by one person only, from one channel.
SENDER, DESK = CONSOLE, CONSOLE
ALICE, BO, GUEST = "U0ALICE", "U0BO", "U0GUEST"
OPS, QUIET = "C0OPS", "C0QUIET"


@dataclass(slots=True)
class House:
    """People ask, press and fill in; what they see is in `seen`."""

    workspace: Workspace
    service: Service
    office: Office
    refused: list[str] = field(default_factory=list)

    async def dispatch(self, body: Mapping[str, Any]) -> BoltResponse:
        response: BoltResponse = await self.service.app.async_dispatch(
            AsyncBoltRequest(body=dict(body), mode="socket_mode")
        )
        return response

    async def say(self, text: str, person: str = ALICE, channel: str = OPS) -> list[Kept]:
        """A slash command; gives what came of it."""
        return await self._after(payloads.slash_command(self.team, person, channel, text))

    async def mention(
        self, text: str, person: str = ALICE, channel: str = OPS, thread: str = ""
    ) -> list[Kept]:
        return await self._after(payloads.mention(self.team, person, channel, text, thread))

    async def direct(self, text: str, person: str = ALICE, thread: str = "") -> list[Kept]:
        return await self._after(payloads.direct_message(self.team, person, text, thread))

    async def press(
        self, place: Kept | Opened, action: str, person: str = ALICE, chosen: str | None = None
    ) -> list[Kept]:
        """The first button whose action_id begins like this."""
        control = control_of(place, action)
        return await self._after(payloads.press(self.team, person, place, control, chosen))

    async def submit(self, entered: Mapping[str, str], person: str = ALICE) -> dict[str, str]:
        """Sends the topmost form; gives the errors of its fields."""
        top = self.team.top(person)
        assert top is not None
        body = payloads.submission(self.team, person, top, entered)
        response = await self.dispatch(body)
        assert response.status == 200
        errors = acknowledge(self.team, body, answer_of(response))
        await self.service.work.settled()
        return dict(errors)

    async def open_home(self, person: str = ALICE) -> Opened:
        await self._after(payloads.home_opened(self.team, person))
        return self.team.homes[person]

    def seen(self, channel: str = OPS) -> list[Kept]:
        return [it for it in self.workspace.messages(channel) if it.author == BOT.id]

    def top(self, person: str = ALICE) -> Opened:
        top = self.team.top(person)
        assert top is not None
        return top

    @property
    def admin(self) -> Asker:
        return Asker(ALICE, OPS, admin=True)

    @property
    def team(self) -> Team:
        return self.workspace.team

    async def _after(self, body: Mapping[str, Any]) -> list[Kept]:
        """What the bot has said since."""
        before = {(it.channel, it.ts, it.edited) for it in self._all()}
        response = await self.dispatch(body)
        assert response.status == 200
        acknowledge(self.team, body, answer_of(response))
        await self.service.work.settled()
        return [it for it in self._all() if (it.channel, it.ts, it.edited) not in before]

    def _all(self) -> list[Kept]:
        channels = self.team.channels
        return [it for name in channels for it in self.workspace.messages(name) if it.author == BOT.id]


Visit = Callable[[Callable[[House], Awaitable[None]]], None]
VisitWith = Callable[[str, Callable[[House], Awaitable[None]]], None]


@asynccontextmanager
async def open_house(
    bot: Bot, settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[House]:
    """Alice speaks Chinese and is trusted with everything, Bo speaks English, one is a guest."""
    wrong: list[str] = []

    def judge(arguments: Mapping[str, Any]) -> list[str]:
        found = judged(arguments)
        wrong.extend(found)
        return found

    async with AsyncExitStack() as stack:
        workspace = Workspace(now, judge)
        url = await stack.enter_async_context(workspace.serving())
        move_in(workspace)
        office = hurried(await stack.enter_async_context(open_office(settings, bot.library, bot.rules)))
        session = await stack.enter_async_context(slack_session())
        client = slack_client(Secret(BOT_TOKEN), url, session)
        hooks = Hooks(session, hooks_of(url))
        line = Line(client, hooks, await identity_of(client), frozenset({ALICE}))
        service = await stack.enter_async_context(open_service(bot, office, line, "en"))
        yield House(workspace, service, office, wrong)
        await service.work.drain(0)
    assert wrong == []


def hurried(office: Office) -> Office:
    """Its digests don't wait for the history, of which the first day alone takes the API a while."""
    digests = replace(office.newsroom.digests, patience=0.1)
    return replace(office, newsroom=replace(office.newsroom, digests=digests))


def left_in_sample() -> str:
    """What the sample account has left today, as it is shown: it follows the season."""
    at = datetime.now(UTC)
    packages = sample_world(at, seed=0).packages(at)
    return f"{sum(it.left for it in packages if it.valid(at)):,}"


def words(kept: Kept) -> str:
    """All that a message says, to look for something in it."""
    return kept.text + json.dumps(kept.blocks, ensure_ascii=False)


def move_in(workspace: Workspace) -> None:
    team = workspace.team
    team.add_person(Person(ALICE, "alice", "zh-CN"))
    team.add_person(Person(BO, "bo", "en-GB"))
    team.add_person(Person(GUEST, "guest", "en-GB", guest=True))
    team.add_channel(Channel(OPS, "ops", frozenset({ALICE, BO, GUEST, BOT.id})))
    team.add_person(Person(SENDER, "sender", "zh-CN"))
    team.add_channel(Channel(DESK, "desk", frozenset({SENDER, BO, BOT.id})))
    team.add_channel(Channel(QUIET, "quiet", frozenset({ALICE, BO})))


def answer_of(response: BoltResponse) -> Mapping[str, Any]:
    return json.loads(response.body) if response.body else {}


def control_of(place: Kept | Opened, action: str) -> Any:
    blocks = place.view["blocks"] if isinstance(place, Opened) else place.blocks
    for element in elements(blocks):
        name = str(element.get("action_id", ""))
        if name == action or name.startswith(f"{action}:"):
            return payloads.found(place, name)
    message = f"no {action}"
    raise AssertionError(message)


def elements(blocks: Any) -> Any:
    match blocks:
        case dict():
            if "action_id" in blocks:
                yield blocks
            for value in blocks.values():
                yield from elements(value)
        case list() | tuple():
            for value in blocks:
                yield from elements(value)
        case _:
            return
