"""Reports that get news: completed, kept up to date, and watched by whoever is alive."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import BotError
from bot.slack.following import LONGEST, OTHERS_AFTER, Following
from bot.slack.incoming import Origin
from bot.slack.message import Message, Place, Posted, Standing
from bot.slack.shown.cards import Cards
from bot.slack.visitor import Visitor
from bot.slack.watch import Watch
from bot.slack.work import Work
from bot.sms.command import Asker, Command
from bot.sms.report import Refresh, Report, say
from bot.wiring import Bot
from tests.slack.test_work import SmallInbox

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
ALICE = Asker("U1", "C1")
SENDING = Report(say("send.frozen_now"), refresh=Refresh("sent s1", 2, "each"))
DELIVERED = Report(say("send.thawed"))
CONFIRM = Command("confirm", "token", "en", ALICE, NOON)
STANDING = Standing("C1", "2.5")


@dataclass
class Time:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass
class SmallReporting:
    """What a verb finds, one after the other; the last for ever."""

    finds: list[Report | BotError]
    asked: list[Command] = field(default_factory=list)

    async def report(self, command: Command) -> Report:
        self.asked.append(command)
        found = self.finds.pop(0) if len(self.finds) > 1 else self.finds[0]
        if isinstance(found, BotError):
            raise found
        return found


class SmallLobby:
    async def meet(self, origin: Origin) -> Visitor:
        return Visitor(Asker(origin.person, origin.channel), origin, "en")


@dataclass
class SmallOutbox:
    """`refusing` are channels where nothing can be said."""

    refusing: dict[str, str] = field(default_factory=dict)
    said: list[tuple[Place, str]] = field(default_factory=list)

    async def send(self, place: Place, message: Message) -> Standing | None:
        channel = place.channel
        if channel in self.refusing:
            raise BotError(self.refusing[channel])
        self.said.append((place, message.text))
        return place if isinstance(place, Standing) else Standing(channel, "2.5")

    async def direct_channel(self, *_people: str) -> str:
        return "D1"


@dataclass
class SmallWatches:
    away: bool = False
    kept: dict[str, Watch] = field(default_factory=dict)

    async def add(self, watch: Watch) -> None:
        if self.away:
            raise BotError("store.away", reason="")
        self.kept[watch.id] = watch

    async def again(self, watch: Watch, due: datetime) -> None:
        if watch.id in self.kept:
            self.kept[watch.id] = Watch(
                watch.id,
                watch.command,
                watch.language,
                watch.person,
                watch.channel,
                watch.message,
                due,
                watch.until,
            )

    async def end(self, watch: Watch) -> None:
        self.kept.pop(watch.id, None)

    async def take_due(self) -> list[Watch]:
        return []


@dataclass
class Scene:
    """Following, with what it does kept in sight."""

    bot: Bot
    finds: list[Report | BotError]
    outbox: SmallOutbox = field(default_factory=SmallOutbox)
    watches: SmallWatches = field(default_factory=SmallWatches)
    time: Time = field(default_factory=Time)
    work: Work = field(default_factory=lambda: Work(SmallInbox()))

    def __post_init__(self) -> None:
        self.reporting = SmallReporting(self.finds)
        self.following = Following(
            taken(self.reporting),
            taken(SmallLobby()),
            Cards(self.bot.wording, self.bot.drawing, self.bot.phrases),
            taken(self.outbox),
            self.watches,
            self.work,
            self.time,
            self.time.sleep,
            lambda: "w1",
        )


def taken(small: Any) -> Any:
    """For what it stands in for."""
    return small


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


def watch(until: datetime = NOON + LONGEST) -> Watch:
    return Watch("w1", "sent s1", "en", "U1", "C1", STANDING, NOON, until)


def test_one_message_tells_all_until_it_is_over(bot: Bot) -> None:
    async def scene() -> None:
        it = Scene(bot, [SENDING, DELIVERED])

        await it.following.openly(CONFIRM, SENDING, Posted("C1"))
        await it.work.finished()

        assert [place for place, _ in it.outbox.said] == [Posted("C1"), STANDING, STANDING]
        assert {(asked.verb, asked.text) for asked in it.reporting.asked} == {("sent", "s1")}
        assert it.watches.kept == {}

    run(scene())


def test_news_that_take_long_are_left_to_whoever_is_alive(bot: Bot) -> None:
    async def scene() -> None:
        it = Scene(bot, [SENDING])

        await it.following.openly(CONFIRM, SENDING, Posted("C1"))
        first = it.watches.kept["w1"]
        await it.work.finished()

        assert (first.due, first.until) == (NOON + OTHERS_AFTER, NOON + LONGEST)
        assert it.watches.kept["w1"].due == it.time.now + timedelta(seconds=2)

    run(scene())


def test_another_process_takes_the_watch_over_and_ends_it(bot: Bot) -> None:
    async def scene() -> None:
        it = Scene(bot, [DELIVERED])
        await it.watches.add(watch())

        await it.following.look_after(watch())

        assert [place for place, _ in it.outbox.said] == [STANDING]
        assert it.reporting.asked[0].asker == ALICE
        assert it.watches.kept == {}

    run(scene())


def test_what_nobody_can_tell_any_more_ends_with_its_time(bot: Bot) -> None:
    async def scene() -> None:
        it = Scene(bot, [SENDING])
        late = watch(until=NOON)
        await it.watches.add(late)

        await it.following.look_after(late)

        assert it.watches.kept == {}

    run(scene())


@pytest.mark.parametrize("phrase", ["slack.out_gone", "slack.out_archived", "slack.out_invite"])
def test_a_message_that_is_gone_is_not_looked_after_for_ever(bot: Bot, phrase: str) -> None:
    async def scene() -> None:
        it = Scene(bot, [SENDING], SmallOutbox({"C1": phrase}))
        await it.watches.add(watch())

        await it.following.look_after(watch())

        assert it.watches.kept == {}

    run(scene())


def test_who_may_know_no_more_of_it_is_told_no_more(bot: Bot) -> None:
    async def scene() -> None:
        it = Scene(bot, [BotError("access.guest")])
        await it.watches.add(watch())

        await it.following.look_after(watch())

        assert (it.watches.kept, it.outbox.said) == ({}, [])

    run(scene())


def test_a_passing_failure_keeps_the_watch_until_its_time(bot: Bot) -> None:
    async def scene() -> None:
        it = Scene(bot, [SENDING], SmallOutbox({"C1": "slack.out_away"}))
        for one in (watch(), watch(until=NOON)):
            await it.watches.add(one)

            if one.until > NOON:
                with pytest.raises(BotError):
                    await it.following.look_after(one)
                assert "w1" in it.watches.kept
            else:
                await it.following.look_after(one)
                assert it.watches.kept == {}

    run(scene())


def test_where_we_are_not_the_news_go_to_who_asked(bot: Bot) -> None:
    async def scene() -> None:
        it = Scene(bot, [DELIVERED], SmallOutbox({"C1": "slack.out_invite"}))

        await it.following.openly(CONFIRM, SENDING, Posted("C1"))
        await it.work.finished()

        assert [place for place, _ in it.outbox.said] == [Posted("D1"), Standing("D1", "2.5")]

    run(scene())


def test_what_was_begun_is_followed_though_the_database_is_away(bot: Bot) -> None:
    async def scene() -> None:
        it = Scene(bot, [DELIVERED], watches=SmallWatches(away=True))

        await it.following.openly(CONFIRM, SENDING, Posted("C1"))
        await it.work.finished()

        assert [place for place, _ in it.outbox.said] == [Posted("C1"), STANDING]

    run(scene())


def test_a_report_is_whole_when_what_it_lacked_has_come_or_has_not_come_in_time(bot: Bot) -> None:
    async def scene() -> None:
        loading = Report(say("send.frozen_now"), refresh=Refresh("balance", 2, "first_and_last"))
        ready, never = Scene(bot, [loading, DELIVERED]), Scene(bot, [loading])
        balance = Command("balance", "", "en", ALICE, NOON)

        whole = await ready.following.whole(balance, loading)
        cut_short = await never.following.whole(balance, loading)

        assert whole == DELIVERED
        assert (cut_short.title, cut_short.refresh) == (loading.title, None)

    run(scene())
