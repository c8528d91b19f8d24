"""The digests of all channels: planned in the settings or in Slack, written, and how they went."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.errors import BotError
from bot.guard.chain import Event
from bot.guard.ledger import Ledger
from bot.language import Language
from bot.reports.digest import Frame, Head, Late, digest
from bot.reports.due import Due, coming, local_date, skipped
from bot.reports.morning import Morning, Reviews, Window, morning
from bot.reports.posting import Key, Postings, read_key
from bot.sms.alarms import Alarms
from bot.sms.balance import day_of
from bot.sms.command import Asker, Command
from bot.sms.desk import Account
from bot.sms.plans import Kept, Pause, Plan, Standing
from bot.sms.report import Report

DAY = timedelta(days=1)
# How long a digest waits for what the API has to tell. Seconds. A first one asks for thirty days.
PATIENCE = 20.0
# Later than that, it is said to be late.
PUNCTUAL = timedelta(minutes=5)


class Plans(Protocol):
    """What was set up in Slack. Every method raises StoreAway when the database can't be had."""

    async def all(self) -> Sequence[Plan]: ...

    async def put(self, plan: Plan) -> None: ...

    async def pauses(self) -> Mapping[str, Pause]: ...

    async def pause(self, name: str, pause: Pause) -> None: ...


async def anywhere(_channel: str) -> None:
    """Where no Slack is, nothing tells whether a channel can be posted to."""


@dataclass(frozen=True, slots=True)
class KeptDigests:
    """The Digests of bot/sms/plans.py. `settings` are those of smsbot.toml: what a channel says stands above them.

    `reach` raises BotError for a channel that can't be posted to. `language` is that of plans which name none;
    None: whoever looks is spoken to in theirs. `patience` is how long what stands in a channel waits for the API.
    """

    settings: Sequence[Plan]
    plans: Plans
    postings: Postings
    accounts: Mapping[str, Account]
    reviews: Mapping[str, Reviews]
    alarms: Alarms
    ledger: Ledger
    now: Callable[[], datetime]
    reach: Callable[[str], Awaitable[None]] = anywhere
    language: Language | None = None
    patience: float = PATIENCE

    async def standings(self) -> Sequence[Standing]:
        pauses, now = await self.plans.pauses(), self.now()
        return [await self._standing(it, pauses.get(it.channel), now) for it in await self.planned()]

    async def standing(self, channel: str) -> Standing:
        plan = next((it for it in await self.planned() if it.channel == channel), None)
        if plan is None:
            return Standing(None)
        return await self._standing(plan, (await self.plans.pauses()).get(channel), self.now())

    async def planned(self) -> Sequence[Plan]:
        """Of each channel the plan that holds, on or off."""
        stored = {it.channel: it for it in await self.plans.all()}
        own = [stored.pop(it.channel, it) for it in self.settings]
        return [*own, *stored.values()]

    async def put(self, asker: Asker, plan: Plan) -> None:
        if plan.on:
            await self.reach(plan.channel)
        await self._note(asker, "digest_on" if plan.on else "digest_off", plan.channel)
        await self.plans.put(plan)

    async def pause(self, asker: Asker, channel: str, until: datetime | None) -> None:
        await self._note(asker, "digest_snoozed" if until else "digest_resumed", channel)
        # A pause that was ended is kept as one that is over: what it kept quiet was not left out.
        await self.plans.pause(channel, Pause(until or self.now(), asker.person))

    async def report(self, command: Command, accounts: Sequence[str], *, patience: float) -> Report:
        window = Window(command.at, command.at - DAY, patience)
        frame = Frame(day_of(command.at), named=len(self.accounts) > 1)
        return digest(await self._mornings(accounts, window), frame)

    async def again(self, command: Command, key: str) -> Report:
        known = digest_of(key)
        plan = None
        if known and known.channel == command.asker.channel:
            plan = (await self.standing(known.channel)).plan
        if plan is None or known is None:
            raise BotError("plan.is_off")
        window = Window(command.at, command.at - DAY, self.patience)
        return digest(await self._mornings(plan.accounts, window), await self._frame(plan, known))

    async def written(self, it: Due, key: Key) -> Report:
        """What is posted for a plan that is due."""
        now = self.now()
        before = await self.postings.newest(it.plan.channel, it.day, "sent")
        since = before.settled if before and before.settled and before.settled <= now else it.at - DAY
        pause = (await self.plans.pauses()).get(it.plan.channel)
        late = lateness(it, skipped(it.plan, before.day, it.day, pause) if before else (), now)
        frame = replace(await self._frame(it.plan, key), late=late, whole=False)
        return digest(await self._mornings(it.plan.accounts, Window(now, since, self.patience)), frame)

    async def _standing(self, plan: Plan, pause: Pause | None, now: datetime) -> Standing:
        newest = await self.postings.newest(plan.channel, local_date(now, plan.zone))
        paused = pause is not None and pause.until > now
        if newest is None:
            return Standing(plan, pause, coming(plan, now, pause), None, paused)
        last = Kept(newest.day, newest.fate, newest.settled, newest.reason)
        # A day has one digest, at whatever time it was posted.
        settled = [] if newest.fate == "claimed" else [newest.day]
        return Standing(plan, pause, coming(plan, now, pause, settled), last, paused)

    async def _mornings(self, names: Sequence[str], window: Window) -> Sequence[Morning]:
        """Of the accounts named that there are; of all where none is named."""
        chosen = [it for name, it in self.accounts.items() if not names or name in names]
        holding = await self.alarms.standing([it.name for it in chosen])
        return await asyncio.gather(
            *(
                morning(it, self.reviews[it.name], [one for one in holding if one.account == it.name], window)
                for it in chosen
            )
        )

    async def _frame(self, plan: Plan, key: Key) -> Frame:
        """Of one that stands in a channel."""
        return Frame(
            date.fromisoformat(key.what),
            head=await self._head(),
            renewal=f"digest again {key}",
            named=len(self.accounts) > 1,
            gone=tuple(it for it in plan.accounts if it not in self.accounts),
            language=plan.language or self.language,
        )

    async def _head(self) -> Head | None:
        async with self.ledger.writing() as books:
            last = next(iter(await books.newest(1)), None)
        return Head(last.number, last.seal) if last else None

    async def _note(self, asker: Asker, action: str, channel: str) -> None:
        """On record before it is done."""
        event = Event(self.now(), asker.person, asker.channel, action, {"channel": channel})
        async with self.ledger.writing() as books:
            await books.record(event)


def digest_of(text: str) -> Key | None:
    """The key of a digest; None for anything else."""
    try:
        key = read_key(text)
        date.fromisoformat(key.what)
    except ValueError:
        return None
    return key if key.kind == "digest" else None


def lateness(it: Due, left_out: tuple[date, ...], now: datetime) -> Late | None:
    """Whether it comes late or days were left out: then once, with a word on it, instead of a pile."""
    due = it.at.astimezone(it.plan.zone) if now - it.at > PUNCTUAL else None
    return Late(due, left_out) if due or left_out else None
