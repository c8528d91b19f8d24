"""The alerts of all accounts: what holds, what is quiet, and what is to be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.guard.chain import Event
from bot.guard.ledger import Ledger
from bot.language import Language
from bot.reports.alert import alert_report
from bot.reports.digests import Plans
from bot.reports.episodes import to_tell
from bot.reports.policy import AlertSettings
from bot.reports.posting import Bulletin, Key, Postings, alert_key
from bot.reports.rounds import Job
from bot.sms.alarms import Episode, Snooze
from bot.sms.command import Asker
from bot.sms.plans import Pause

# What is over for so long, and could not be told, is no news any more.
NEWS = timedelta(days=1)
# The name of a pause that quiets an alert: a channel has none of these.
ALERT, BETWEEN = "alert", "|"


class Episodes(Protocol):
    """What holds and held. Every method raises StoreAway when the database can't be had."""

    async def latest(self, account: str) -> Mapping[str, Episode]: ...

    async def standing(self, accounts: Sequence[str]) -> Sequence[Episode]: ...

    async def untold(self, account: str) -> Sequence[Episode]: ...

    async def last_told(self, account: str) -> Mapping[str, datetime]: ...

    async def change(self, changed: Sequence[Episode]) -> None: ...

    async def mark_told(self, it: Episode, at: datetime) -> None: ...

    async def refused(self, account: str, since: datetime) -> str: ...

    async def forget(self, before: datetime) -> None: ...


class Looks(Protocol):
    """When accounts are looked at."""

    async def take_due(self, accounts: Sequence[str], every: timedelta) -> Sequence[str]: ...

    async def looked(self, account: str) -> None: ...

    async def last(self, account: str) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class KeptAlarms:
    """The Alarms of bot/sms/alarms.py. `channel` is "" where no alerts are set up."""

    channel: str
    episodes: Episodes
    plans: Plans
    looks: Looks
    ledger: Ledger
    now: Callable[[], datetime]

    async def standing(self, accounts: Sequence[str]) -> Sequence[Episode]:
        return await self.episodes.standing(accounts)

    async def snoozes(self, accounts: Sequence[str]) -> Sequence[Snooze]:
        found = (snooze_of(name, it) for name, it in (await self.plans.pauses()).items())
        return [it for it in found if it and it.account in accounts]

    async def snooze(self, asker: Asker, account: str, name: str, until: datetime) -> None:
        await self._note(asker, "alert_snoozed", account, name)
        await self.plans.pause(pause_name(account, name), Pause(until, asker.person))

    async def resume(self, asker: Asker, account: str, name: str) -> None:
        await self._note(asker, "alert_resumed", account, name)
        await self.plans.pause(pause_name(account, name), Pause(self.now(), asker.person))

    async def looked(self, account: str) -> datetime | None:
        return await self.looks.last(account)

    async def _note(self, asker: Asker, action: str, account: str, name: str) -> None:
        """On record before it is done."""
        details = {"account": account, "alert": name}
        async with self.ledger.writing() as books:
            await books.record(Event(self.now(), asker.person, asker.channel, action, details))


@dataclass(frozen=True, slots=True)
class AlertJobs:
    """The alerts that are to be told: a Source of bot/reports/rounds.py."""

    settings: AlertSettings
    alarms: KeptAlarms
    postings: Postings
    accounts: Mapping[str, bool]
    language: Language

    async def jobs(self, now: datetime) -> Sequence[Job]:
        return [job for account in self.accounts for job in await self._of(account, now)]

    async def _of(self, account: str, now: datetime) -> Sequence[Job]:
        """What is to be told; and what was begun is brought to its end, whatever has become of it meanwhile."""
        episodes = self.alarms.episodes
        begun = await self._begun(await episodes.untold(account), now)
        snoozed = {it.name: it.until for it in await self.alarms.snoozes([account])}
        standing, before = await episodes.standing([account]), await episodes.last_told(account)
        chosen = to_tell(standing, before, snoozed, now, self.settings.cool_down)
        return [self._job(it) for it in (*begun, *(it for it in chosen if it not in begun))]

    async def _begun(self, untold: Sequence[Episode], now: datetime) -> list[Episode]:
        """Those that somebody is about to tell. Where the ledger says that it was told, the episode learns it."""
        fates = await self.postings.fates([self._key(it) for it in untold])
        begun = []
        for it in untold:
            posted = fates.get(self._key(it))
            if posted is None:
                continue
            if posted.fate != "claimed":
                await self.alarms.episodes.mark_told(it, posted.settled or now)
            elif it.closed is None or now - it.closed < NEWS:
                begun.append(it)
        return begun

    def _job(self, it: Episode) -> Job:
        async def bulletin() -> Bulletin:
            report = alert_report(it, sample=self.accounts[it.account])
            return Bulletin(report, self.language, self.settings.tell)

        return Job(self._key(it), bulletin, it.opened)

    def _key(self, it: Episode) -> Key:
        return alert_key(self.settings.channel, it.account, it.name, it.number)


def pause_name(account: str, name: str) -> str:
    return BETWEEN.join((ALERT, account, name))


def snooze_of(name: str, pause: Pause) -> Snooze | None:
    """None for a pause of something else."""
    kind, *parts = name.split(BETWEEN, 2)
    if kind != ALERT or len(parts) != 2:
        return None
    return Snooze(parts[0], parts[1], pause.until, pause.person)
