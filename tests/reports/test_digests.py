"""The digests of all channels: whose plan holds, what is on record, and what each of them says when it comes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errors import BotError
from bot.guard.ledger import Books, Ledger
from bot.language import Language
from bot.reports.digest import Late
from bot.reports.digests import KeptDigests, digest_of, lateness
from bot.reports.due import Due, due
from bot.reports.morning import Reviewed, id_of
from bot.reports.posting import Key, alert_key, digest_key
from bot.sms.alarms import Episode, Snooze
from bot.sms.cloud import ACCOUNT_ZONE, Day, ReceiptCounts, SendCounts
from bot.sms.command import Asker, Command
from bot.sms.desk import Account
from bot.sms.plans import Fate, Kept, Pause, Plan, Standing
from bot.sms.report import Code, Listing, Paragraph, Report, Say, say
from bot.store.books import StoredLedger
from bot.store.database import open_database
from tests.guard.small_guard import KEYS
from tests.reports.small_reports import Row, SmallLedger, Time
from tests.sms.small_cloud import DAY, FakeCloud, FakeHistory, days, package, template

HERE, ELSEWHERE = "C0OPS", "C0OTHER"
ALICE = Asker("U0ALICE", HERE)
# A Monday, nine in the morning of Shanghai.
NINE = datetime(2026, 11, 23, 1, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SETTINGS = Plan(HERE, time(9), language="zh", accounts=("prod",))
BURST = Episode("prod", "unusual", 1, NINE, {"window": "hours", "count": 900, "median": 30})


@dataclass
class SmallPlans:
    """`done` keeps what was changed, for the order in which it was."""

    done: list[str]
    plans: dict[str, Plan] = field(default_factory=dict)
    kept: dict[str, Pause] = field(default_factory=dict)

    async def all(self) -> Sequence[Plan]:
        return list(self.plans.values())

    async def put(self, plan: Plan) -> None:
        self.done.append("put")
        self.plans[plan.channel] = plan

    async def pauses(self) -> Mapping[str, Pause]:
        return self.kept

    async def pause(self, name: str, pause: Pause) -> None:
        self.done.append("pause")
        self.kept[name] = pause


@dataclass
class SmallAlarms:
    channel: str = HERE
    open: Sequence[Episode] = ()

    async def standing(self, accounts: Sequence[str]) -> Sequence[Episode]:
        return [it for it in self.open if it.account in accounts]

    async def snoozes(self, accounts: Sequence[str]) -> Sequence[Snooze]:
        raise AssertionError(accounts)

    async def snooze(self, asker: Asker, account: str, name: str, until: datetime) -> None:
        raise AssertionError(asker, account, name, until)

    async def resume(self, asker: Asker, account: str, name: str) -> None:
        raise AssertionError(asker, account, name)

    async def looked(self, account: str) -> datetime | None:
        raise AssertionError(account)


@dataclass
class SmallReviews:
    since: Mapping[tuple[str, int], datetime]

    async def see(self, found: Sequence[Reviewed]) -> Mapping[tuple[str, int], datetime | None]:
        return {id_of(it): self.since.get(id_of(it)) for it in found}


class NoLedger:
    """A ledger that nothing can be written into."""

    def writing(self) -> AbstractAsyncContextManager[Books]:
        raise BotError("store.away")


@dataclass
class Scene:
    """Everything that digests stand on; `done` is what happened, in its order."""

    ledger: Ledger
    done: list[str] = field(default_factory=list)
    time: Time = field(default_factory=lambda: Time(NINE))
    settings: Sequence[Plan] = (SETTINGS,)
    alarms: SmallAlarms = field(default_factory=SmallAlarms)
    since: dict[tuple[str, int], datetime] = field(default_factory=dict)
    refused: str = ""
    language: Language | None = None

    def __post_init__(self) -> None:
        self.plans, self.postings = SmallPlans(self.done), SmallLedger(self.time)
        cloud = FakeCloud(
            [package(amount=90_000)],
            templates_=[replace(template(7, "promo", "rejected"), created=NINE - 90 * DAY)],
        )
        self.past = {it.day: it for it in days(*[1000] * 60, until=MONDAY + 10 * DAY)}
        self.accounts = {
            "prod": Account("prod", cloud, FakeHistory(self.past)),
            "test": Account("test", FakeCloud(), FakeHistory(self.past)),
        }

    @property
    def digests(self) -> KeptDigests:
        return KeptDigests(
            self.settings,
            self.plans,
            self.postings.of("one"),
            self.accounts,
            dict.fromkeys(self.accounts, SmallReviews(self.since)),
            self.alarms,
            self.ledger,
            self.time.now,
            self.reach,
            self.language,
        )

    async def reach(self, channel: str) -> None:
        self.done.append(f"reach {channel}")
        if self.refused == channel:
            raise BotError("slack.out_invite", channel=channel)

    def settled(
        self, day: date, at: datetime, fate: Fate = "sent", channel: str = HERE, reason: str = ""
    ) -> None:
        settled = None if fate == "claimed" else at
        row = Row("one", at, 1, at, fate=fate, reason=reason, settled=settled)
        self.postings.rows[digest_key(channel, day)] = row

    async def actions(self) -> list[tuple[str, str, Mapping[str, str | int]]]:
        """What is on record, oldest first."""
        async with self.ledger.writing() as books:
            rows = await books.newest(100)
        return [(it.event.action, it.event.person, it.event.details) for it in reversed(rows)]

    async def written(self, it: Due | None = None) -> Report:
        found = it or due(SETTINGS, self.time.at, self.plans.kept.get(HERE))
        assert found is not None
        return await self.digests.written(found, digest_key(HERE, found.day))


Play = Callable[[Scene], Awaitable[None]]
Stage = Callable[[Play], None]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Plays a scene over a ledger of its own."""

    def run(play: Play) -> None:
        async def inside() -> None:
            async with open_database(f"sqlite:///{tmp_path}/smsbot.sqlite3") as database:
                await play(Scene(StoredLedger(database, KEYS.audit)))

        asyncio.run(inside())

    return run


def said(report: Report) -> dict[str, Say]:
    cells = (*(it.text for it in report.parts if isinstance(it, Paragraph)), *report.notes)
    return {it.phrase: it for it in cells if isinstance(it, Say)}


def listed(report: Report) -> list[str]:
    """The alerts among it by their own names."""
    rows = (row for it in report.parts if isinstance(it, Listing) for row in it.rows)
    found = [it.details.get("what", it) for it in rows if isinstance(it, Say)]
    return [it.phrase for it in found if isinstance(it, Say)]


def command(text: str, at: datetime, channel: str = HERE) -> Command:
    return Command("digest", text, "en", replace(ALICE, channel=channel), at)


# ---- Which plan holds


def test_what_a_channel_says_stands_above_the_settings(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.settings = (SETTINGS, Plan("C0SECOND", time(8)))
        it.plans.plans = {HERE: replace(SETTINGS, at=time(18)), ELSEWHERE: Plan(ELSEWHERE, time(7))}

        planned = await it.digests.planned()

        assert [(one.channel, one.at) for one in planned] == [
            (HERE, time(18)),
            ("C0SECOND", time(8)),
            (ELSEWHERE, time(7)),
        ]
        assert [one.plan for one in await it.digests.standings()] == planned

    stage(play)


def test_what_a_channel_switched_off_is_not_switched_on_by_the_settings(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        await it.digests.put(ALICE, replace(SETTINGS, on=False))

        standing = await it.digests.standing(HERE)

        assert standing.plan == replace(SETTINGS, on=False)
        assert standing.next is None

    stage(play)


def test_a_channel_without_a_plan_has_nothing(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        assert await it.digests.standing("C0NONE") == Standing(None)

    stage(play)


# ---- What is changed


def test_it_is_asked_for_the_channel_and_noted_before_a_plan_is_changed(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        plan = replace(SETTINGS, channel=ELSEWHERE)

        await it.digests.put(ALICE, plan)

        assert it.done == [f"reach {ELSEWHERE}", "put"]
        assert await it.actions() == [("digest_on", "U0ALICE", {"channel": ELSEWHERE})]
        assert it.plans.plans[ELSEWHERE] == plan

    stage(play)


def test_where_we_can_not_post_nothing_is_noted_and_nothing_is_changed(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.refused = HERE

        with pytest.raises(BotError) as caught:
            await it.digests.put(ALICE, SETTINGS)

        assert caught.value.phrase == "slack.out_invite"
        assert (it.done, await it.actions()) == ([f"reach {HERE}"], [])

    stage(play)


def test_a_channel_that_can_not_be_reached_any_more_can_still_be_switched_off(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.refused = HERE

        await it.digests.put(ALICE, replace(SETTINGS, on=False))

        assert it.done == ["put"]
        assert await it.actions() == [("digest_off", "U0ALICE", {"channel": HERE})]

    stage(play)


def test_what_can_not_be_noted_is_not_done() -> None:
    it = Scene(NoLedger())

    for change in (it.digests.put(ALICE, SETTINGS), it.digests.pause(ALICE, HERE, NINE)):
        with pytest.raises(BotError):
            asyncio.run(change)

    assert not {"put", "pause"} & set(it.done)


def test_a_pause_and_its_end_are_noted_and_kept(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        await it.digests.pause(ALICE, HERE, NINE + 3 * DAY)
        paused = await it.digests.standing(HERE)
        it.time.forward(HOUR)
        await it.digests.pause(ALICE, HERE, None)
        resumed = await it.digests.standing(HERE)

        assert paused == Standing(SETTINGS, Pause(NINE + 3 * DAY, "U0ALICE"), NINE + 3 * DAY, paused=True)
        assert resumed == Standing(SETTINGS, Pause(NINE + HOUR, "U0ALICE"), NINE + DAY, paused=False)
        assert [action for action, *_ in await it.actions()] == ["digest_snoozed", "digest_resumed"]

    stage(play)


# ---- How it stands


def test_a_channel_knows_when_its_next_is_due_and_what_became_of_its_last(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.settled(MONDAY - 2 * DAY, NINE - 2 * DAY)
        it.settled(MONDAY - DAY, NINE - DAY, "failed", reason="not_in_channel")
        it.settled(MONDAY, NINE, channel=ELSEWHERE)

        standing = await it.digests.standing(HERE)

        assert standing == Standing(
            SETTINGS, None, NINE + DAY, Kept(MONDAY - DAY, "failed", NINE - DAY, "not_in_channel")
        )

    stage(play)


@pytest.mark.parametrize(
    ("fate", "comes"),
    [("claimed", MONDAY), ("sent", MONDAY + DAY), ("failed", MONDAY + DAY), ("unknown", MONDAY + DAY)],
)
def test_a_day_that_had_its_digest_gets_no_other_at_another_hour(
    fate: Fate, comes: date, stage: Stage
) -> None:
    async def play(it: Scene) -> None:
        it.settled(MONDAY, NINE, fate)
        await it.digests.put(ALICE, replace(SETTINGS, at=time(18), since=NINE))

        standing = await it.digests.standing(HERE)

        assert standing.next == datetime.combine(comes, time(18), ACCOUNT_ZONE)

    stage(play)


# ---- What is posted


def test_a_digest_on_time_says_nothing_of_being_late(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.settled(MONDAY - DAY, NINE - DAY)
        it.time.forward(5 * MINUTE)

        report = await it.written()

        assert report.title == say("digest.title", weekday=say("week.monday"), day=MONDAY)
        assert report.language == "zh"
        assert not {"digest.came_late", "digest.skipped"} & said(report).keys()
        assert report.actions[0].command == f"digest again {digest_key(HERE, MONDAY)}"

    stage(play)


def test_a_late_digest_says_so_and_which_days_had_none_since_the_last_that_was_really_sent(
    stage: Stage,
) -> None:
    async def play(it: Scene) -> None:
        it.settled(MONDAY - 3 * DAY, NINE - 3 * DAY)
        it.settled(MONDAY - 2 * DAY, NINE - 2 * DAY, "failed")
        it.settled(MONDAY - DAY, NINE - DAY, "unknown")
        it.time.forward(2 * HOUR)

        report = await it.written()

        assert said(report)["digest.came_late"] == say(
            "digest.came_late", day=MONDAY, at="09:00", zone="Asia/Shanghai"
        )
        two = say("forecast.several_days", first=MONDAY - 2 * DAY, last=MONDAY - DAY)
        assert said(report)["digest.skipped"] == say("digest.skipped", count=2, days=two)

    stage(play)


def test_days_of_a_pause_were_not_skipped(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.settled(MONDAY - 5 * DAY, NINE - 5 * DAY)
        it.plans.kept[HERE] = Pause(NINE - DAY - HOUR, "U0ALICE")

        report = await it.written()

        assert said(report)["digest.skipped"] == say("digest.skipped", count=1, days=MONDAY - DAY)

    stage(play)


def test_the_first_digest_of_a_channel_misses_none(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        assert "digest.skipped" not in said(await it.written())

    stage(play)


@pytest.mark.parametrize(("seen", "told"), [(NINE - 2 * DAY, True), (NINE - 4 * DAY, False)])
def test_rejections_since_the_last_that_was_really_sent_are_told(
    seen: datetime,
    told: bool,  # noqa: FBT001 - a column of the table
    stage: Stage,
) -> None:
    async def play(it: Scene) -> None:
        it.settled(MONDAY - 3 * DAY, NINE - 3 * DAY)
        it.settled(MONDAY - DAY, NINE - DAY, "failed")
        it.since[("template", 7)] = seen

        report = await it.written()

        assert ("digest.rejected_template" in listed(report)) == told

    stage(play)


def test_the_first_digest_tells_of_the_last_day(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.since[("template", 7)] = NINE - HOUR

        assert "digest.rejected_template" in listed(await it.written())
        it.since[("template", 7)] = NINE - DAY - HOUR
        assert "digest.rejected_template" not in listed(await it.written())

    stage(play)


def test_only_the_accounts_of_the_plan_and_their_alerts_are_told(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.alarms.open = [BURST, replace(BURST, account="test", name="arrears")]

        report = await it.written()

        assert listed(report) == ["alert.unusual_hours"]
        assert said(report)["digest.heading"] == say("digest.heading", words="prod")

    stage(play)


def test_a_plan_without_accounts_is_of_all(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        report = await it.written(Due(replace(SETTINGS, accounts=()), MONDAY, NINE))

        headings = [part.text for part in report.parts if isinstance(part, Paragraph)]
        assert sorted(
            str(one.details["words"])
            for one in headings
            if isinstance(one, Say) and one.phrase == "digest.heading"
        ) == ["prod", "test"]

    stage(play)


def test_each_account_has_its_own_alerts(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.alarms.open = [BURST, replace(BURST, account="test", name="arrears")]

        report = await it.written(Due(replace(SETTINGS, accounts=()), MONDAY, NINE))

        alerts = [one for one in listed(report) if one.startswith("alert.")]
        assert sorted(alerts) == ["alert.arrears", "alert.unusual_hours"]

    stage(play)


def test_what_is_posted_is_in_short_where_nothing_happened_and_what_is_asked_for_is_whole(
    stage: Stage,
) -> None:
    async def play(it: Scene) -> None:
        none = ReceiptCounts(0, 0, 0, 0, 0, 0, 0, 0, 0)
        it.past |= {day: Day(day, SendCounts(0, 0, 0), none) for day in it.past}

        posted = await it.written()
        asked = await it.digests.report(command("now prod", NINE), ["prod"], patience=0.1)
        again = await it.digests.again(command("again", NINE), str(digest_key(HERE, MONDAY)))

        assert [("digest.quiet" in said(one)) for one in (posted, asked, again)] == [True, False, False]

    stage(play)


def test_an_account_that_is_gone_is_told_and_no_other_shown_instead(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        report = await it.written(Due(replace(SETTINGS, accounts=("gone",)), MONDAY, NINE))

        assert report.parts == (Paragraph(say("digest.gone", accounts="gone")),)

    stage(play)


def test_the_end_of_the_audit_is_told_only_in_what_is_posted(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        assert "digest.audit" not in said(await it.written())
        await it.digests.pause(ALICE, ELSEWHERE, None)

        async with it.ledger.writing() as books:
            (last,) = await books.newest(1)
        note = said(await it.written())["digest.audit"]
        assert note == say("digest.audit", rows=1, seal=Code(last.seal))
        asked = await it.digests.report(command("now prod", NINE), ["prod"], patience=0.1)
        assert "digest.audit" not in said(asked)

    stage(play)


def test_a_plan_that_names_no_language_has_that_of_the_bot(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.settings = (replace(SETTINGS, language=None),)
        found = Due(it.settings[0], MONDAY, NINE)

        without = await it.written(found)
        it.language = "en"
        with_one = await it.written(found)

        assert (without.language, with_one.language) == (None, "en")
        again = await it.digests.again(command("again", NINE), str(digest_key(HERE, MONDAY)))
        assert again.language == "en"

    stage(play)


# ---- What is asked for


def test_a_report_is_as_of_now_of_the_accounts_that_are_named_and_never_in_short(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        now = NINE + 9 * HOUR

        report = await it.digests.report(command("now test", now), ["test"], patience=0.1)

        assert report.title == say("digest.title", weekday=say("week.monday"), day=MONDAY)
        assert said(report)["digest.heading"] == say("digest.heading", words="test")
        assert "digest.quiet" not in said(report)
        assert report.language is None
        assert [one.command for one in report.actions] == ["digest details test", ""]

    stage(play)


def test_one_is_drawn_again_with_the_accounts_and_the_language_of_its_channel(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        key = str(digest_key(HERE, MONDAY - DAY))

        report = await it.digests.again(command("again", NINE), key)

        assert report.title == say("digest.title", weekday=say("week.sunday"), day=MONDAY - DAY)
        assert report.language == "zh"
        assert said(report)["digest.heading"] == say("digest.heading", words="prod")
        # Its yesterday is not that of the day in its title.
        assert said(report)["digest.last_day"].details["day"] == MONDAY - DAY
        assert report.actions[0].command == f"digest again {key}"

    stage(play)


@pytest.mark.parametrize(
    "key",
    [
        str(digest_key(ELSEWHERE, MONDAY)),
        str(alert_key(HERE, "prod", "unusual", 1)),
        f"digest|{HERE}|tomorrow",
        f"digest|{HERE}",
        "",
        "nonsense",
    ],
)
def test_nothing_is_drawn_again_elsewhere_or_for_another_key(key: str, stage: Stage) -> None:
    async def play(it: Scene) -> None:
        it.plans.plans[ELSEWHERE] = Plan(ELSEWHERE, time(9))

        with pytest.raises(BotError) as caught:
            await it.digests.again(command("again", NINE), key)

        assert caught.value.phrase == "plan.is_off"

    stage(play)


def test_nothing_is_drawn_again_for_a_channel_without_a_plan(stage: Stage) -> None:
    async def play(it: Scene) -> None:
        with pytest.raises(BotError):
            await it.digests.again(command("again", NINE, "C0NONE"), str(digest_key("C0NONE", MONDAY)))

    stage(play)


# ---- In between


def test_a_key_is_that_of_a_digest_or_not() -> None:
    assert digest_of("digest|C1|2026-11-22") == Key("digest", "C1", "2026-11-22")
    assert digest_of("alert|C1|2026-11-22") is None
    assert digest_of("digest|C1|2026-11-22|x") is None


def test_late_is_later_than_a_few_minutes_and_told_in_the_zone_of_the_plan() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    it = Due(replace(SETTINGS, zone=berlin), MONDAY, NINE)

    late = lateness(it, (), NINE + 6 * MINUTE)

    assert lateness(it, (), NINE + 5 * MINUTE) is None
    assert late is not None
    assert late.due is not None
    assert (late.due, str(late.due.tzinfo)) == (NINE, "Europe/Berlin")
    assert lateness(it, (MONDAY,), NINE) == Late(None, (MONDAY,))
