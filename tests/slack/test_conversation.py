"""What people say in Slack, and what they get: through the whole app, every message judged as Slack would."""

from tests.slack.house import ALICE, BO, DESK, GUEST, OPS, SENDER, House, Visit, left_in_sample, words

QUESTION = "没用完的国内套餐能退钱吗"


def test_a_slash_command_answers_who_asked_alone(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.say(QUESTION)

        assert answer.only_for == ALICE
        assert "3 个月" in words(answer)
        assert "share_answer" in words(answer)

    visit(scene)


def test_a_mention_is_answered_in_its_thread_for_everybody(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.mention(QUESTION)

        asked = house.workspace.messages(OPS)[0]
        assert (answer.thread, answer.only_for) == (asked.ts, "")

    visit(scene)


def test_what_an_account_holds_is_for_who_asked_alone_until_they_share_it(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (report,) = await house.mention("balance")
        assert report.only_for == ALICE

        shared = [it for it in await house.press(report, "share_report") if not it.only_for]

        assert len(shared) == 1
        assert left_in_sample() in words(shared[0])
        assert f'"user_id": "{ALICE}"' in words(shared[0])

    visit(scene)


def test_a_direct_message_is_answered_in_its_own_thread(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.direct("what does error 1031 mean", BO)

        asked = house.workspace.messages(answer.channel)[0]
        assert answer.thread == asked.ts
        assert "1031" in words(answer)

    visit(scene)


def test_everybody_is_answered_in_their_own_language(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (chinese,) = await house.say("balance", ALICE)
        (english,) = await house.say("balance", BO)
        (asked_in_chinese,) = await house.say("余量", BO)

        assert "短信余量" in words(chinese)
        assert "SMS balance" in words(english)
        assert "短信余量" in words(asked_in_chinese)

    visit(scene)


def test_a_follow_up_in_a_thread_knows_what_was_asked_before(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (first,) = await house.mention(QUESTION)

        (second,) = await house.mention("那国际的呢", thread=first.thread)

        assert "国际/港澳台短信套餐包支持余额退款吗" in words(second)
        assert second.thread == first.thread

    visit(scene)


def test_a_misspelt_verb_is_met_with_a_button_that_does_it(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (suggestion,) = await house.say("balanse")

        (report,) = await house.press(suggestion, "run")

        assert left_in_sample() in words(report)

    visit(scene)


def test_a_guest_gets_answers_but_nothing_of_the_account(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.say(QUESTION, GUEST)
        (refusal,) = await house.say("balance", GUEST)

        assert "3 个月" in words(answer)
        assert "ask_a_person" not in words(answer)
        assert left_in_sample() not in words(refusal)
        assert refusal.only_for == GUEST

    visit(scene)


def test_who_presses_a_button_needs_the_right_to_what_it_does(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (preview,) = await house.say("send-test qa 1110001", SENDER, DESK)

        (refusal,) = await house.press(preview, "run", BO)

        assert refusal.only_for == BO
        assert [it.action for it in await house.office.desk.sender.records(house.admin, 5)] == [
            "refused",
            "draft",
        ]

    visit(scene)


def test_too_much_from_one_person_is_told_how_long_to_wait(visit: Visit) -> None:
    async def scene(house: House) -> None:
        for _ in range(20):
            await house.say("help", BO)

        (refusal,) = await house.say("help", BO)

        assert "seconds" in words(refusal)

    visit(scene)
