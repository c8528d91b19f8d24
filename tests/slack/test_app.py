"""The door: each delivery is kept once, acknowledged at once, and dealt with whatever happens."""

import asyncio
import json
from typing import Any, cast

import pytest

from bot.slack.app import again
from bot.slack.incoming import keys_of
from bot.workspace import payloads
from tests.slack.house import ALICE, DESK, OPS, SENDER, House, Visit, words


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
