"""The channels as a board: what is posted there once can be found again, and who can mend it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.errors import BotError
from bot.reports.posting import (
    Absent,
    Bulletin,
    Denied,
    Key,
    Outcome,
    Stands,
    Unanswered,
    Unclear,
    Unreadable,
    Unsent,
    Withheld,
)
from bot.secret import Secret
from bot.slack.board import SlackBoard, reach
from bot.slack.shown.cards import Cards
from bot.slack.wire.client import slack_client, slack_session, unobserved
from bot.slack.wire.hook import Hooks
from bot.slack.wire.outbox import Outbox
from bot.sms.report import Report, Series, say
from bot.wiring import Bot
from bot.workspace.faults import Fault
from bot.workspace.server import BOT_TOKEN, Workspace
from bot.workspace.team import Channel, Kept
from tests.slack.house import ALICE, BO, OPS, QUIET, move_in, words
from tests.slack.judge import judged

KEY = Key("digest", OPS, "2026-11-30")
SERIES = Series(say("stats.billed_by_day"), tuple((date(2026, 11, day), day) for day in range(1, 15)))
CHART = Report(say("help.title"), (SERIES,))
PNG = b"\x89PNG of the chart"
LONG_AGO = datetime.now(UTC) - timedelta(hours=1)


@dataclass
class Scene:
    workspace: Workspace
    board: SlackBoard
    drawn: list[str] = field(default_factory=list)

    async def post(self, bulletin: Bulletin | None = None, *, ours: bool = True) -> Outcome:
        async def still() -> bool:
            return ours

        return await self.board.post(KEY, bulletin or Bulletin(CHART, "en"), still)

    @property
    def seen(self) -> list[Kept]:
        return self.workspace.messages(OPS)


@asynccontextmanager
async def scene(bot: Bot, admins: Sequence[str] = (ALICE,)) -> AsyncIterator[Scene]:
    workspace = Workspace(lambda: datetime.now(UTC), judged)
    drawn: list[str] = []

    def picture(title: str, points: Sequence[tuple[date, int | None]]) -> bytes | None:
        drawn.append(f"{title}: {len(points)}")
        return PNG

    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(workspace.serving())
        move_in(workspace)
        session = await stack.enter_async_context(slack_session())
        client = slack_client(Secret(BOT_TOKEN), url, session)
        cards = Cards(bot.wording, bot.drawing, bot.phrases)
        outbox = Outbox(client, Hooks(session, url))
        board = SlackBoard(client, outbox, lambda: cards, admins, "en", picture, unobserved)
        yield Scene(workspace, board, drawn)


Story = Callable[[Scene], Awaitable[None]]


def play(bot: Bot, story: Story, admins: Sequence[str] = (ALICE,)) -> None:
    async def run() -> None:
        async with scene(bot, admins) as it:
            await story(it)

    asyncio.run(run())


def test_what_is_posted_is_found_again_by_its_key_and_by_no_other(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        posted = await it.post()
        (kept,) = it.seen

        assert posted == Stands(kept.ts)
        assert await it.board.look(KEY, LONG_AGO) == Stands(kept.ts)
        assert await it.board.look(Key("digest", OPS, "2026-12-01"), LONG_AGO) == Absent()

    play(bot, story)


def test_what_is_not_ours_to_post_any_more_is_not_posted(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        assert await it.post(ours=False) == Withheld()
        assert it.seen == []

    play(bot, story)


@pytest.mark.parametrize(
    ("fault", "kind", "stands"),
    [
        (Fault("lost", "chat.postMessage"), Unclear, 1),
        (Fault("broken", "chat.postMessage"), Unclear, 0),
        (Fault("rate_limited", "chat.postMessage", seconds=7), Denied, 0),
        (Fault("refused", "chat.postMessage", code="not_in_channel"), Denied, 0),
    ],
)
def test_each_call_is_made_once_and_told_for_what_it_was(
    bot: Bot, fault: Fault, kind: type[Outcome], stands: int
) -> None:
    async def story(it: Scene) -> None:
        it.workspace.faults.add(fault)

        assert isinstance(await it.post(), kind)

        assert len(it.workspace.called("chat.postMessage")) == 1
        assert len(it.seen) == stands

    play(bot, story)


def test_a_rate_limit_says_how_long_to_wait_and_a_refusal_what_to_do(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        it.workspace.faults.add(Fault("rate_limited", "chat.postMessage", seconds=7))
        limited = await it.post()
        it.workspace.faults.add(Fault("refused", "chat.postMessage", code="not_in_channel"))
        refused = await it.post()

        assert isinstance(limited, Denied)
        assert limited.after == 7
        assert isinstance(refused, Denied)
        assert (refused.code, refused.after, refused.error.phrase) == (
            "not_in_channel",
            None,
            "slack.out_invite",
        )

    play(bot, story)


def test_a_slack_that_is_away_has_not_got_it(bot: Bot) -> None:
    async def run() -> None:
        async with scene(bot) as it:
            client = it.board.client
            client.base_url = "http://127.0.0.1:9/api/"
            assert isinstance(await it.post(), Unsent)

    asyncio.run(run())


def test_where_a_right_is_missing_or_slack_stumbles_nothing_is_said_to_be_absent(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        await it.post()
        it.workspace.faults.add(Fault("refused", "conversations.history", code="missing_scope"))
        assert await it.board.look(KEY, LONG_AGO) == Unreadable("missing_scope")
        it.workspace.faults.add(Fault("lost", "conversations.history"), 10)
        assert isinstance(await it.board.look(KEY, LONG_AGO), Unanswered)

    play(bot, story)


def test_those_who_are_called_are_called_live_and_first(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        await it.post(Bulletin(CHART, "en", ("S0SMS", BO)))
        (kept,) = it.seen

        first = kept.blocks[0]["elements"][0]["elements"]
        assert [
            part.get("usergroup_id") or part.get("user_id") for part in first if part["type"] != "text"
        ] == [
            "S0SMS",
            BO,
        ]

    play(bot, story)


def test_a_chart_that_slack_refuses_is_followed_by_a_picture_in_the_thread(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        it.workspace.faults.add(Fault("refused", "chat.postMessage", code="invalid_blocks"))

        posted = await it.post()
        assert posted == Stands(it.seen[0].ts, plainly=True)
        await it.board.illustrate(KEY, posted.ts, Bulletin(CHART, "en"))

        message, picture = it.seen
        assert picture.thread == message.ts
        assert [file.content for file in picture.files] == [PNG]
        assert len(it.drawn) == 1

    play(bot, story)


def test_a_chart_that_slack_draws_itself_needs_no_picture(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        assert await it.post() == Stands(it.seen[0].ts, plainly=False)

    play(bot, story)


def test_a_picture_that_can_not_be_added_is_no_loss(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        it.workspace.team.lacking.add("files:write")

        await it.board.illustrate(KEY, "1.0", Bulletin(CHART, "en"))

        assert it.seen == []

    play(bot, story)


def test_admins_are_told_directly_what_is_not_posted_and_what_to_do(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        await it.board.tell(KEY, BotError("slack.out_invite", channel=OPS))

        (kept,) = it.workspace.messages(f"D0{ALICE}")
        assert OPS in words(kept)
        assert "2026-11-30" in words(kept)
        assert "/invite" in words(kept)

    play(bot, story, (ALICE, "S0ADMINS", "console"))


def test_an_admin_who_can_not_be_told_harms_nobody(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        it.workspace.faults.add(Fault("refused", "conversations.open", code="user_not_found"))

        await it.board.tell(KEY, BotError("posting.gave_up"))

        assert it.workspace.messages(f"D0{BO}") != []

    play(bot, story, (ALICE, BO))


def test_a_channel_is_within_reach_where_the_bot_is_and_it_is_not_archived(bot: Bot) -> None:
    async def story(it: Scene) -> None:
        client = it.board.client
        it.workspace.team.add_channel(Channel("C0OLD", "old", frozenset({"U0SMSBOT"}), archived=True))
        direct = it.workspace.team.direct(ALICE).id

        await reach(client, OPS)
        await reach(client, direct)
        for channel, phrase in (
            (QUIET, "slack.out_invite"),
            ("C0NONE", "slack.out_invite"),
            ("C0OLD", "slack.out_archived"),
        ):
            with pytest.raises(BotError) as caught:
                await reach(client, channel)
            assert caught.value.phrase == phrase

    play(bot, story)
