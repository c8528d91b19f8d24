"""Forms in Slack: a test send from its form to its delivery, and what is wrong told below the fields."""

from bot.workspace import payloads
from tests.slack.house import ALICE, BO, DESK, OPS, SENDER, House, Visit, left_in_sample, words

NUMBER, TEMPLATE = "qa", "1110001"


def test_a_test_send_goes_from_its_form_over_the_preview_to_one_message_that_tells_all(visit: Visit) -> None:
    async def scene(house: House) -> None:
        await house.say("send-test", SENDER, DESK)
        wrong = await house.submit({"number": NUMBER, "template": TEMPLATE, "values": ""}, SENDER)
        preview = house.top(SENDER).view
        await house.submit({}, SENDER)
        (told,) = [it for it in house.seen(DESK) if not it.only_for]

        assert wrong == {}
        assert preview["callback_id"] == "confirm"
        assert house.team.top(SENDER) is None

        await house.service.work.finished()

        (after,) = [it for it in house.seen(DESK) if not it.only_for]
        assert after.ts == told.ts
        assert "已送达" in words(after)

    visit(scene)


def test_what_is_wrong_stands_below_its_field_and_the_form_stays(visit: Visit) -> None:
    async def scene(house: House) -> None:
        await house.say("send-test", SENDER, DESK)

        wrong = await house.submit(
            {"number": NUMBER, "template": "1110002", "values": "a\nb\nc\nd\ne"}, SENDER
        )

        assert set(wrong) == {"values"}
        assert house.top(SENDER).view["callback_id"] == "send_test"

    visit(scene)


def test_a_preview_that_is_closed_can_be_sent_no_more(visit: Visit) -> None:
    async def scene(house: House) -> None:
        await house.say("send-test", SENDER, DESK)
        await house.submit({"number": NUMBER, "template": TEMPLATE, "values": ""}, SENDER)
        preview = house.top(SENDER)

        await house.dispatch(payloads.closing(house.team, SENDER, preview))
        await house.service.work.settled()

        records = await house.office.desk.sender.records(house.admin, 5)
        assert records[0].action == "cancel"

    visit(scene)


def test_who_may_not_send_gets_no_form(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (refusal,) = await house.say("send-test", BO, OPS)

        assert refusal.only_for == BO
        assert house.team.top(BO) is None
        records = await house.office.desk.sender.records(house.admin, 5)
        assert records[0].person == BO

    visit(scene)


def test_a_shortcut_explains_the_codes_of_any_message(visit: Visit) -> None:
    async def scene(house: House) -> None:
        alert = house.team.post(OPS, BO, "SendSms failed: FailedOperation.PhoneNumberInBlacklist")
        body = payloads.message_shortcut(house.team, ALICE, alert, "explain_error")

        await house.dispatch(body)
        await house.service.work.settled()

        (answer,) = house.seen()
        assert answer.only_for == ALICE
        assert "PhoneNumberInBlacklist" in words(answer)

    visit(scene)


def test_a_question_in_the_form_is_answered_in_the_form(visit: Visit) -> None:
    async def scene(house: House) -> None:
        await house.dispatch(payloads.global_shortcut(house.team, ALICE, "ask_question"))
        await house.service.work.settled()

        await house.submit({"question": "多少个字算一条短信"})

        assert house.top().view["callback_id"] == "shown"
        assert "70" in str(house.top().view["blocks"])

    visit(scene)


def test_a_form_of_an_older_version_is_refused_politely(visit: Visit) -> None:
    async def scene(house: House) -> None:
        await house.say("send-test", SENDER, DESK)
        top = house.top(SENDER)
        body = payloads.submission(house.team, SENDER, top, {})
        body["view"]["private_metadata"] = "{}"

        response = await house.dispatch(body)

        assert response.status == 200
        assert "update" in str(response.body)

    visit(scene)


def test_a_report_in_home_stands_in_a_form(visit: Visit) -> None:
    async def scene(house: House) -> None:
        home = await house.open_home()
        assert left_in_sample() in str(home.view)

        await house.press(home, "run:stats")

        assert house.top().view["callback_id"] == "shown"

    visit(scene)
