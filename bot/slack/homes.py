"""App Home, and the tab of direct messages: what each person finds there."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.errors import BotError
from bot.faq.asked import Questions
from bot.faq.assistant import Assistant
from bot.faq.gaps import Gap, gaps
from bot.guard.access import Access
from bot.phrases import Phrases
from bot.slack.incoming import Pressed, Visited
from bot.slack.manifest import prompts
from bot.slack.shown.home import Balance, Digest, Home, HomeFacts, Left, Loading, Missing, browsed, sought
from bot.slack.shown.private import Browsing, unfolded
from bot.slack.visitor import Visitor
from bot.slack.wire.outbox import Outbox
from bot.slack.wire.people import People
from bot.sms.balance import in_short
from bot.sms.desk import Account, Desk
from bot.sms.operations import rights
from bot.sms.plans import Digests

LOG = structlog.get_logger("smsbot.slack")

# How long Home waits for balances before it shows itself without them. Seconds.
AT_ONCE = 0.7
# How far back questions are worth an answer.
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Homes:
    home: Home
    desk: Desk
    access: Access
    assistant: Assistant
    questions: Questions
    people: People
    outbox: Outbox
    phrases: Phrases
    digests: Digests
    now: Callable[[], datetime]

    async def welcome(self, visitor: Visitor, visited: Visited) -> None:
        """Shows Home, or what one could ask in a direct message."""
        if visited.tab == "home":
            await self.show(visitor, Browsing())
        else:
            await self.outbox.prompts(visited.origin.channel, prompts(self.phrases, visitor.language))

    async def browse(self, visitor: Visitor, pressed: Pressed) -> None:
        """Shows Home as somebody wants to see it who pressed something there."""
        kept = unfolded(Browsing, pressed.view.private) if pressed.view else None
        match pressed.action:
            case "category":
                await self.show(visitor, browsed(pressed.value))
            case "search":
                await self.show(visitor, sought(pressed.value))
            case "settle":
                if not self.access.owner(visitor.asker):
                    raise BotError("slack.not_owner")
                await self.questions.settle(pressed.value.split())
                await self.show(visitor, kept or Browsing())
            case _:
                await self.show(visitor, kept or Browsing())

    async def show(self, visitor: Visitor, browsing: Browsing) -> None:
        """At once with what is there; balances that take longer follow."""
        facts = await self._facts(visitor, browsing)
        asking = [asyncio.create_task(self._balance(it)) for it in self._accounts(facts)]
        if asking:
            await asyncio.wait(asking, timeout=AT_ONCE)
        waiting = tuple(Balance(it.name, Loading()) for it in self._accounts(facts))
        ready = tuple(
            task.result() if task.done() else empty for task, empty in zip(asking, waiting, strict=True)
        )
        await self._publish(visitor, replace(facts, balances=ready))
        if not all(it.done() for it in asking):
            whole = tuple(await asyncio.gather(*asking))
            await self._publish(visitor, replace(facts, balances=whole, drawn=self.now()))

    async def _publish(self, visitor: Visitor, facts: HomeFacts) -> None:
        await self.outbox.publish(visitor.asker.person, self.home.view(facts, visitor.language))

    async def _facts(self, visitor: Visitor, browsing: Browsing) -> HomeFacts:
        asker = visitor.asker
        found = self.assistant.reply(browsing.search).hits if browsing.search else ()
        return HomeFacts(
            self.now(),
            self.access.allowed_verbs(asker, rights()),
            digests=await self._digests(visitor),
            browsing=browsing,
            found=tuple(it.subject for it in found),
            gaps=await self._gaps() if self.access.owner(asker) else None,
            sample=any(it.sample for it in self.desk.accounts.values()),
        )

    async def _gaps(self) -> tuple[Gap, ...]:
        matcher = self.assistant.matcher
        asked = await self.questions.gaps(self.now() - RECENT)
        return tuple(await asyncio.to_thread(gaps, asked, matcher.reader, matcher.index))

    async def _digests(self, visitor: Visitor) -> tuple[Digest, ...]:
        """Those of the channels that the viewer is in: others are nobody's business."""
        if visitor.asker.guest or not (planned := await self._planned()):
            return ()
        theirs = await self.people.channels(visitor.asker.person)
        return tuple(it for it in planned if it.channel in theirs)

    async def _planned(self) -> list[Digest]:
        """Those that are on; none where that can't be told, as the rest of Home is of use all the same."""
        try:
            standings = await self.digests.standings()
        except BotError as error:
            LOG.warning("digests_not_shown", reason=error.phrase)
            return []
        plans = (it.plan for it in standings if it.plan and it.plan.on)
        return [Digest(it.channel, it.at, it.zone.key, it.days) for it in plans]

    def _accounts(self, facts: HomeFacts) -> list[Account]:
        return list(self.desk.accounts.values()) if "balance" in facts.verbs else []

    async def _balance(self, account: Account) -> Balance:
        try:
            short = await in_short(account, self.now())
        except BotError as error:
            return Balance(account.name, Missing(error))
        packages = short.packages
        left = Left(short.left, short.amount, short.ends, short.lasts, packages.asked, packages.stale)
        return Balance(account.name, left)
