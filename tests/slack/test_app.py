"""The door: each delivery is kept once, acknowledged at once, and dealt with whatever happens."""

import asyncio
import json
from dataclasses import replace
from random import Random
from typing import Any, cast

import pytest

from bot.language import Both
from bot.phrases import Phrases
from bot.slack.app import again
from bot.slack.incoming import keys_of
from bot.wiring import Bot
from bot.wording import Wording
from bot.workspace import payloads
from tests.slack.house import ALICE, DESK, OPS, SENDER, House, Visit, words
from tests.slack.test_incoming import changed, places

# What Bolt itself stands on, besides texts where texts belong: what Slack has signed is in order.
BOLTS_OWN = frozenset({"type", "command", "action_id", "authorizations", "callback_id", "enterprise"})


def test_four_deliveries_of_one_event_are_answered_once(visit: Visit) -> None:
    async def scene(house: House) -> None:
        body = payloads.mention(house.team, ALICE, OPS, "1031")

        answers = await asyncio.gather(*(house.dispatch(body) for _ in range(4)))
        await house.service.work.settled()

        assert {it.status for it in answers} == {200}
        assert len(house.seen()) == 1

    visit(scene)


def test_a_mention_and_the_message_that_holds_it_are_answered_once(visit: Visit) -> None:
    async def scene(house: House) -> None:
        mention = payloads.mention(house.team, ALICE, OPS, "1031")
        event = {**mention["event"], "type": "message", "channel_type": "im"}
        message = {**mention, "event_id": "Ev0OTHER", "event": event}

        await house.dispatch(mention)
        await house.dispatch(message)
        await house.service.work.settled()

        assert len(house.seen()) == 1

    visit(scene)


def test_a_button_pressed_twice_in_one_delivery_sends_once(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (preview,) = await house.say("send-test qa 1110001", SENDER, DESK)
        button = next(it for it in preview.blocks if it["type"] == "actions")["elements"][0]
        body = payloads.press(house.team, SENDER, preview, payloads.found(preview, button["action_id"]))

        await asyncio.gather(house.dispatch(body), house.dispatch(body))
        await house.service.work.settled()

        records = await house.office.desk.sender.records(house.admin, 20)
        assert [it.action for it in records].count("confirm") == 1

    visit(scene)


def test_without_a_database_nothing_is_acknowledged_so_that_slack_delivers_again(visit: Visit) -> None:
    async def scene(house: House) -> None:
        body = payloads.mention(house.team, ALICE, OPS, "1031")
        async with house.office.database.writing() as connection:
            await connection.exec_driver_sql("ALTER TABLE inbox RENAME TO inbox_gone")
        first = await house.dispatch(body)
        async with house.office.database.writing() as connection:
            await connection.exec_driver_sql("ALTER TABLE inbox_gone RENAME TO inbox")

        second = await house.dispatch(body)
        await house.service.work.settled()

        assert (first.status, second.status) == (500, 200)
        assert len(house.seen()) == 1

    visit(scene)


def test_what_was_acknowledged_by_somebody_who_died_is_answered_by_another(visit: Visit) -> None:
    async def scene(house: House) -> None:
        body = payloads.mention(house.team, ALICE, OPS, "1031")
        parcel = await house.service.kept.inbox.take(keys_of(body), body)
        assert parcel is not None

        await again(house.service.app, parcel)
        await house.service.work.settled()

        assert "1031" in words(house.seen()[0])
        assert await house.service.kept.inbox.waiting() == 0

    visit(scene)


def test_whatever_else_slack_sends_is_acknowledged(visit: Visit) -> None:
    async def scene(house: House) -> None:
        strangers: list[dict[str, Any]] = [
            payloads.slash_command(house.team, ALICE, OPS, "x", command="/other"),
            payloads.global_shortcut(house.team, ALICE, "unheard_of"),
            payloads.event(house.team, {"type": "reaction_added", "user": ALICE}),
            {
                "type": "view_submission",
                "user": {"id": ALICE},
                "view": {"id": "V1", "type": "modal", "callback_id": "of_old", "state": {"values": {}}},
                "trigger_id": "t2",
            },
            {"type": "block_suggestion", "user": {"id": ALICE}, "action_id": "of_old", "value": "x"},
        ]

        answers = [await house.dispatch(it) for it in strangers]
        await house.service.work.settled()

        assert [it.status for it in answers] == [200] * len(strangers)

    visit(scene)


def test_no_payload_however_spoilt_trips_the_app(visit: Visit, capfd: pytest.CaptureFixture[str]) -> None:
    random = Random(4)  # noqa: S311 - nothing is kept secret with it

    async def scene(house: House) -> None:
        bodies = await all_kinds(house)
        before = len(house.seen())
        answers = [await house.dispatch(spoil(bodies[it % len(bodies)], random)) for it in range(99)]
        await house.service.work.settled()

        # What Bolt can't make out is not acknowledged, tried three times, and given up.
        lost = [it.status for it in answers].count(500)
        assert {it.status for it in answers} <= {200, 500}
        assert lost < 10
        assert await house.service.kept.inbox.waiting() == lost
        assert len(house.seen()) > before

    visit(scene)

    lines = [json.loads(it) for it in capfd.readouterr().err.splitlines()]
    assert [it for it in lines if it["event"] in {"unexpected_error", "work_failed"}] == []


async def all_kinds(house: House) -> list[dict[str, Any]]:
    """A delivery of every kind."""
    team = house.team
    (answer,) = await house.mention("没用完的国内套餐能退钱吗")
    (report,) = await house.say("balance")
    home = await house.open_home()
    await house.dispatch(payloads.global_shortcut(team, ALICE, "ask_question"))
    await house.service.work.settled()
    form = house.top()
    alert = team.post(OPS, ALICE, "1031")
    return [
        payloads.mention(team, ALICE, OPS, "1031"),
        payloads.direct_message(team, ALICE, "balance"),
        payloads.slash_command(team, ALICE, OPS, "stats 7d"),
        payloads.home_opened(team, ALICE),
        payloads.message_shortcut(team, ALICE, alert, "explain_error"),
        payloads.global_shortcut(team, ALICE, "ask_question"),
        payloads.press(team, ALICE, answer, payloads.found(answer, "not_this:1")),
        payloads.press(team, ALICE, report, payloads.found(report, "share_report:1")),
        payloads.press(team, ALICE, home, payloads.found(home, "refresh_home:now")),
        payloads.submission(team, ALICE, form, {"question": "1031"}),
        payloads.closing(team, ALICE, form),
    ]


def spoil(body: dict[str, Any], random: Random) -> dict[str, Any]:
    """With new names, so that it is taken in, and one to three things in it that are not as they should be."""
    spoilt: dict[str, Any] = json.loads(json.dumps(body))
    for name in ("event_id", "trigger_id"):
        if name in spoilt:
            spoilt[name] = f"{name}{random.random()}"
    if "event" in spoilt:
        spoilt["event"] |= {"client_msg_id": str(random.random()), "ts": str(random.random())}
    for _ in range(random.randint(1, 3)):
        paths = [path for path in places(spoilt) if path and not BOLTS_OWN & set(path)]
        path = random.choice([it for it in paths if len(it) > 1 or isinstance(spoilt[it[0]], str)])
        spoilt = changed(spoilt, path, random.choice(odd_ones(within(spoilt, path))))
    return spoilt


def within(value: Any, path: list[Any]) -> Any:
    return within(value[path[0]], path[1:]) if path else value


def odd_ones(value: object) -> list[Any]:
    """What could stand there instead."""
    match value:
        case str():
            return ["", None, "<!channel> x", "x" * 5_000, "😀\x00"]
        case dict():
            return [{}]
        case list():
            return [[]]
        case bool():
            return [not value]
        case _:
            return [None]


def test_a_failure_of_ours_is_told_with_a_reference_that_finds_the_log_line(
    visit: Visit, capfd: pytest.CaptureFixture[str]
) -> None:
    told = list[str]()

    async def scene(house: House) -> None:
        accounts = cast("dict[str, object]", house.office.desk.accounts)
        accounts["sample"] = None

        (apology,) = await house.say("balance")

        assert apology.only_for == ALICE
        told.append(apology.text)

    visit(scene)

    logged = json.loads(next(it for it in capfd.readouterr().err.splitlines() if "unexpected_error" in it))
    assert logged["reference"] in told[0]
    assert "AttributeError" in logged["exception"]


def test_knowledge_that_was_edited_is_at_work_from_the_next_delivery_on(visit: Visit, bot: Bot) -> None:
    async def scene(house: House) -> None:
        phrases = Phrases({**bot.library.phrases, "block.not_this": Both("换一个试试", "Try another")})
        house.service.staff.renew(
            replace(bot, phrases=phrases, wording=Wording(phrases, bot.assistant.entries))
        )

        (answer,) = await house.say("没用完的国内套餐能退钱吗")

        assert "换一个试试" in words(answer)

    visit(scene)
