"""What would be posted where, and why: of the composition, what shows a digest before it is due. See bot/wiring.py."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.errors import BotError
from bot.language import Language
from bot.opening import now, open_office
from bot.reports.digests import KeptDigests
from bot.reports.due import Due, coming, due
from bot.reports.posting import Posted, digest_key
from bot.settings import Settings
from bot.sms.balance import day_of
from bot.sms.cloud import Day
from bot.sms.desk import Account, History
from bot.sms.plans import Fate, Pause, Plan
from bot.sms.report import Code, Report, Say, say
from bot.sms.wallclock import days_said
from bot.wiring import Bot

FATES: Mapping[Fate, str] = {
    "claimed": "rehearsal.claimed",
    "sent": "rehearsal.sent",
    "failed": "rehearsal.failed",
    "unknown": "rehearsal.unknown",
}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A channel's digest, in its language: `why` it would be posted or not; the report if it would.

    `figures`: of when they are, where the report is not of now.
    """

    language: Language
    where: Say
    why: Say
    report: Report | None = None
    figures: Say | None = None


@dataclass(frozen=True, slots=True)
class DaysOver:
    """The History of bot/sms/desk.py, up to `last`: of a time to come there are no figures yet."""

    history: History
    last: date

    @property
    def loading(self) -> bool:
        return self.history.loading

    async def days(self, first: date, last: date, *, patience: float) -> Sequence[Day]:
        """As many days as asked for, earlier where they would not be over."""
        ahead = max(last - self.last, timedelta())
        return await self.history.days(first - ahead, last - ahead, patience=patience)


def rehearsed(settings: Settings, bot: Bot, at: datetime | None) -> list[Rehearsed]:
    """Of every channel, `at` that time (naive: on each channel's own clock), or now. Nothing is posted.

    Raises:
        BotError: when the settings or the database are of no use.
    """

    async def rehearsal() -> list[Rehearsed]:
        async with open_office(settings, bot.library, bot.rules) as office:
            language = office.configuration.language or settings.language
            digests = replace(office.newsroom.digests, language=language)
            standings = await digests.standings()
            return [await one(digests, it.plan, it.pause, at, language) for it in standings if it.plan]

    return asyncio.run(rehearsal())


def when(text: str) -> datetime:
    """`2026-11-22T09:00`, with an offset perhaps.

    Raises:
        BotError: for anything else.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BotError("command.no_time", text=text) from None


async def one(
    digests: KeptDigests, plan: Plan, pause: Pause | None, at: datetime | None, language: Language
) -> Rehearsed:
    spoken = plan.language or language
    moment = moment_of(plan, at)
    found = due(plan, moment, pause)
    key = digest_key(plan.channel, found.day) if found else None
    posted = (await digests.postings.fates([key])).get(key) if key else None
    why = verdict(plan, pause, moment, found, posted)
    if found is None or key is None or posted is not None:
        return Rehearsed(spoken, place(plan), why)
    then = replace(digests, now=lambda: moment, accounts=up_to_yesterday(digests.accounts, digests.now()))
    figures = say("rehearsal.figures", at=shown(plan, moment)) if at else None
    return Rehearsed(spoken, place(plan), why, await then.written(found, key), figures)


def up_to_yesterday(accounts: Mapping[str, Account], at: datetime) -> Mapping[str, Account]:
    yesterday = day_of(at) - timedelta(days=1)
    return {name: replace(it, history=DaysOver(it.history, yesterday)) for name, it in accounts.items()}


def moment_of(plan: Plan, at: datetime | None) -> datetime:
    if at is None:
        return now()
    return at if at.tzinfo else at.replace(tzinfo=plan.zone)


def place(plan: Plan) -> Say:
    return say(
        "rehearsal.place",
        channel=Code(plan.channel),
        days=days_said(plan.days),
        at=f"{plan.at:%H:%M}",
        zone=plan.zone.key,
    )


def verdict(plan: Plan, pause: Pause | None, at: datetime, found: Due | None, posted: Posted | None) -> Say:
    if not plan.on:
        return say("rehearsal.off")
    if posted is not None and found is not None:
        settled, reason = shown(plan, posted.settled), Code(posted.reason or "?")
        return say(FATES[posted.fate], day=found.day, at=settled, reason=reason)
    if found is not None:
        return say("rehearsal.due", at=shown(plan, found.at), until=shown(plan, found.until))
    following = shown(plan, coming(plan, at, pause))
    if pause is not None and pause.until > at:
        return say("rehearsal.paused", until=shown(plan, pause.until), next=following)
    return say("rehearsal.not_due", next=following)


def shown(plan: Plan, moment: datetime | None) -> str | None:
    """On the channel's clock, as --at takes it."""
    return f"{moment.astimezone(plan.zone):%Y-%m-%dT%H:%M}" if moment else None
