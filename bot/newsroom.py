"""What is told without anybody asking: of the composition, what keeps, watches and posts it. See bot/wiring.py."""

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.configuration.values import Configuration
from bot.errors import BotError
from bot.guard.ledger import Ledger
from bot.language import Language
from bot.metrics import Metrics
from bot.reports.alarms import AlertJobs, KeptAlarms
from bot.reports.digests import KeptDigests
from bot.reports.policy import AlertSettings
from bot.reports.poster import Poster
from bot.reports.posting import Board, Kind
from bot.reports.rounds import DigestJobs, Rounds, Source
from bot.reports.schedule import Round
from bot.reports.watching import Watched, Watching
from bot.sms.desk import Account
from bot.store.database import Database
from bot.store.episodes import StoredEpisodes
from bot.store.hours import KeptHours
from bot.store.looks import StoredLooks
from bot.store.plans import StoredPlans
from bot.store.postings import StoredPostings
from bot.store.reviews import SeenReviews

LOG = structlog.get_logger("smsbot")

# How long what was posted and what held is remembered; and the hours that others are compared with.
POSTINGS_KEPT = timedelta(days=180)
HOURS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Newsroom:
    """Digests and alerts as they are planned, kept and watched. `alerts` is None where none are set up."""

    digests: KeptDigests
    alarms: KeptAlarms
    postings: StoredPostings
    watched: Mapping[str, Watched]
    alerts: AlertSettings | None
    now: Callable[[], datetime]

    async def hand_back(self) -> None:
        """What was not begun is anybody's, at once."""
        try:
            await self.postings.hand_back()
        except BotError as error:
            LOG.warning("postings_not_handed_back", reason=error.phrase)

    async def forget(self) -> None:
        """Drops what is too old to be of use."""
        await self.postings.forget(POSTINGS_KEPT)
        await self.alarms.episodes.forget(self.now() - POSTINGS_KEPT)
        for it in self.watched.values():
            await it.hours.forget(self.now() - HOURS_KEPT)


def furnished(
    accounts: Mapping[str, Account],
    configuration: Configuration,
    database: Database,
    ledger: Ledger,
    now: Callable[[], datetime],
) -> Newsroom:
    """The newsroom over a database."""
    plans, postings = StoredPlans(database), StoredPostings(database, secrets.token_hex(8), now)
    episodes, looks, alerts = StoredEpisodes(database), StoredLooks(database, now), configuration.alerts
    alarms = KeptAlarms(alerts.channel if alerts else "", episodes, plans, looks, ledger, now)
    reviews = {name: SeenReviews(name, database, now) for name in accounts}
    digests = KeptDigests(configuration.digests, plans, postings, accounts, reviews, alarms, ledger, now)
    watched = {name: Watched(it, KeptHours(name, it.cloud, database, now)) for name, it in accounts.items()}
    return Newsroom(digests, alarms, postings, watched, alerts, now)


def rounds_of(
    newsroom: Newsroom,
    board: Board,
    language: Language,
    metrics: Metrics,
    rooms: AbstractSet[str] | None = None,
) -> Mapping[str, Round]:
    """What the clock drives: what is due is posted, accounts are looked at, what is old is forgotten.

    With `rooms` in these channels only.
    """
    postings, alerts = newsroom.postings, newsroom.alerts
    poster = Poster(postings, board, passed, metrics.posted)

    def posting(kind: Kind, source: Source) -> Callable[[], Awaitable[None]]:
        return Rounds(kind, source, postings, poster, board, newsroom.now, rooms).make

    digests = posting("digest", DigestJobs(newsroom.digests, language, rooms))
    made = {"digests": Round(digests, 0), "forget": Round(newsroom.forget, 40, minute=7)}
    if alerts is not None and (rooms is None or alerts.channel in rooms):
        samples = {name: it.account.sample for name, it in newsroom.watched.items()}
        telling = posting("alert", AlertJobs(alerts, newsroom.alarms, postings, samples, language))
        made["alerts"] = Round(telling, 30)
        made["watch"] = Round(watching(newsroom, alerts, metrics.looked).make, 20)
    return made


def watching(newsroom: Newsroom, alerts: AlertSettings, observe: Callable[[str], None]) -> Watching:
    alarms = newsroom.alarms
    return Watching(newsroom.watched, alerts.policy, alarms.looks, alarms.episodes, newsroom.now, observe)


def passed() -> float:
    """Seconds since some moment, those in which the machine was suspended too where the system counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
