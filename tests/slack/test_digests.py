"""Digests in Slack: set up by a word, posted when they are due, renewed where they stand, asked about."""

from datetime import UTC, datetime, timedelta

from bot.reports.posting import digest_key
from bot.slack.message import metadata_of
from bot.sms.alarms import Episode
from bot.workspace.team import Kept
from tests.slack.house import ALICE, BO, GUEST, OPS, QUIET, House, Visit, VisitWith, words

EVERY_ACCOUNT = '[[digest]]\nchannel = "C0OPS"\nat = "{at}"\nzone = "UTC"\nlanguage = "en"\n'


def due_now(minutes: int = 1) -> str:
    """A digest that was due so many minutes ago."""
    return EVERY_ACCOUNT.format(at=f"{datetime.now(UTC) - timedelta(minutes=minutes):%H:%M}")


async def posted(house: House) -> Kept:
    """The digest that the schedule posts right after the start."""
    await house.team.until(house.seen, 20)
    (kept,) = house.seen()
    return kept


def test_what_is_due_when_the_bot_starts_is_posted_in_its_language_with_its_key(
    visit_with: VisitWith,
) -> None:
    async def scene(house: House) -> None:
        kept = await posted(house)

        assert "SMS digest" in words(kept)
        key = digest_key(OPS, datetime.now(UTC).date())
        assert kept.metadata == metadata_of(str(key))

    visit_with(due_now(), scene)


def test_a_digest_is_renewed_where_it_stands_for_all_in_its_own_language(visit_with: VisitWith) -> None:
    async def scene(house: House) -> None:
        kept = await posted(house)

        await house.press(kept, "renew", ALICE)

        (now,) = house.seen()
        assert (now.ts, now.edited) == (kept.ts, 1)
        assert "SMS digest" in words(now), "Alice reads Chinese, the channel English"
        (call,) = house.workspace.called("chat.update")
        assert call.arguments["metadata"] == kept.metadata

    visit_with(due_now(), scene)


def test_a_guest_does_not_renew_it(visit_with: VisitWith) -> None:
    async def scene(house: House) -> None:
        kept = await posted(house)

        await house.press(kept, "renew", GUEST)

        assert house.workspace.called("chat.update") == []

    visit_with(due_now(), scene)


def test_ask_about_this_opens_the_form_begun_with_what_matters(visit_with: VisitWith) -> None:
    async def scene(house: House) -> None:
        kept = await posted(house)

        await house.press(kept, "open_form", BO)

        (field,) = house.top(BO).view["blocks"]
        assert field["element"]["initial_value"].endswith("?")

    visit_with(due_now(), scene)


def test_details_are_for_who_presses(visit_with: VisitWith) -> None:
    async def scene(house: House) -> None:
        kept = await posted(house)

        after = await house.press(kept, "run:2", BO)

        assert {it.only_for for it in after} == {BO}
        assert any("Package" in words(it) for it in after)

    visit_with(due_now(), scene)


def test_a_digest_is_set_up_openly_and_shown_in_home(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (told,) = await house.say("digest on 09:00 Asia/Shanghai mon-fri", BO)

        assert told.only_for == ""
        assert "The daily digest is on" in words(told)
        home = await house.open_home(ALICE)
        assert "周一至周五 09:00" in str(home.view)

    visit(scene)


def test_a_digest_is_not_set_up_where_the_bot_is_not(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (told,) = await house.say("digest on 09:00", BO, QUIET)

        assert "/invite" in words(told)
        assert (await house.office.desk.digests.standing(QUIET)).plan is None

    visit(scene)


def test_who_may_set_it_is_a_rule(visit_with: VisitWith) -> None:
    rule = '[[access]]\nverbs = ["set-digest"]\npeople = ["U0ALICE"]\n'

    async def scene(house: House) -> None:
        refused = await house.say("digest on 09:00", BO)
        status = await house.say("digest", BO)
        await house.say("digest on 09:00", ALICE)

        assert "may not use /sms set-digest" in words(refused[0])
        assert "There is none yet" in words(status[0])
        plan = (await house.office.desk.digests.standing(OPS)).plan
        assert plan is not None
        assert plan.person == ALICE

    visit_with(rule, scene)


def test_what_was_set_up_is_on_record(visit: Visit) -> None:
    async def scene(house: House) -> None:
        await house.say("digest on 09:00", BO)
        await house.say("digest snooze 3d", BO)
        await house.say("digest off", BO)

        rows = [row async for row in house.office.ledger.audit()]
        assert [row.event.action for row in rows] == ["digest_on", "digest_snoozed", "digest_off"]

    visit(scene)


def test_what_was_set_from_elsewhere_is_not_shared_which_would_set_it_again(visit_with: VisitWith) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.say("digest off C0OPS", ALICE, QUIET)

        assert answer.only_for == ALICE
        assert "digest on" in words(answer)
        assert "share_report" not in words(answer)

    visit_with('admins = ["U0ALICE"]\n' + EVERY_ACCOUNT.format(at="09:00"), scene)


def test_an_alert_calls_who_is_to_be_told_once_and_can_be_snoozed(visit_with: VisitWith) -> None:
    toml = '[alerts]\nchannel = "C0OPS"\ntell = ["U0BO"]\n'

    async def scene(house: House) -> None:
        details = {"left": 100, "amount": 1000, "share": 0.1, "threshold": 300}
        episode = Episode("sample", "balance:0.3", 1, datetime.now(UTC), details)
        await house.office.newsroom.alarms.episodes.change([episode])
        for _ in range(2):
            await house.service.rounds["alerts"].make()

        (alert,) = house.seen()
        assert BO in words(alert)
        snoozed = await house.press(alert, "run:2", BO)
        assert "balance:0.3" in words(snoozed[-1])
        rows = [row.event.action async for row in house.office.ledger.audit()]
        assert rows == ["alert_snoozed"]

    visit_with(toml, scene)
