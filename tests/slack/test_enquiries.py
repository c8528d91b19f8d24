"""What becomes of a question: judged, answered otherwise, shared, handed to people, learned from."""

from datetime import UTC, datetime, timedelta

from bot.faq.asked import HandOff
from bot.slack.app import again
from bot.slack.inbox import Parcel
from bot.workspace import payloads
from bot.workspace.faults import Fault
from bot.workspace.team import BOT, Channel, Kept
from tests.slack.house import ALICE, BO, GUEST, OPS, QUIET, House, Visit, VisitWith, elements, words

QUESTION = "没用完的国内套餐能退钱吗"
ON_CALL = 'on_call = "U0BO"\n'


def test_a_dislike_asks_why_and_keeps_the_reason(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.mention(QUESTION)

        await house.press(answer, "verdict", chosen="dislike " + question_of(answer))
        await house.submit({"words": "打 13800138000 试过了"})

        (gap,) = await house.service.kept.questions.gaps(datetime.now(UTC) - timedelta(hours=1))
        assert gap.text == QUESTION
        assert gap.disliked == 1
        assert "13800138000" not in gap.reasons[0]

    visit(scene)


def test_not_this_one_shows_the_next_candidate_in_its_place(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.mention(QUESTION)

        (changed,) = await house.press(answer, "not_this")

        assert (changed.ts, changed.edited) == (answer.ts, 1)
        assert words(changed) != words(answer)

    visit(scene)


def test_what_somebody_else_presses_shows_to_them_alone(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.mention(QUESTION)

        (other,) = await house.press(answer, "not_this", BO)

        assert other.only_for == BO

    visit(scene)


def test_a_choice_shows_the_entry_that_was_chosen(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (choices,) = await house.say("退款发票")
        assert "choose" in words(choices)

        (answer,) = await house.press(choices, "choose")

        assert "verdict" in words(answer)
        assert answer.only_for == ALICE

    visit(scene)


def test_an_answer_is_shared_by_who_sees_it(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.say(QUESTION)

        (shared,) = await house.press(answer, "share_answer")

        assert shared.only_for == ""
        assert "3 个月" in words(shared)

    visit(scene)


def test_not_this_one_shows_the_same_when_it_is_done_again_after_a_crash(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.mention(QUESTION)
        body = payloads.press(house.team, ALICE, answer, payloads.found(answer, "not_this:1"))

        await house.dispatch(body)
        await house.service.work.settled()
        once = words(house.seen()[0])
        await again(house.service.app, Parcel("again", body, attempts=2))
        await house.service.work.settled()

        assert words(house.seen()[0]) == once

    visit(scene)


def test_what_others_reject_stays_for_who_asked(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.mention(QUESTION)

        (theirs,) = await house.press(answer, "not_this", BO)
        (next_one,) = await house.press(theirs, "not_this", BO)
        (shared,) = await house.press(next_one, "share_answer", BO)

        asked = await house.service.kept.questions.get(question_of(answer))
        assert asked is not None
        assert asked.shown == "billing/mainland-package-refund"
        assert len(asked.rejected) == 2
        assert shared.blocks[0] == next_one.blocks[0]
        assert next_one.blocks[0] != theirs.blocks[0]

    visit(scene)


def test_a_shared_answer_holds_every_code_and_names_who_shared_it(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.say("error MK:0001 DB:0141", BO)

        (shared,) = await house.press(answer, "share_answer", BO)
        (thanks,) = await house.press(shared, "verdict", ALICE, "like " + question_of(shared))

        assert "MK:0001" in words(shared)
        assert "DB:0141" in words(shared)
        assert f'"user_id": "{BO}"' in words(shared)
        assert thanks.only_for == ALICE

    visit(scene)


def test_a_shortcut_answers_in_the_language_of_who_used_it(visit: Visit) -> None:
    async def scene(house: House) -> None:
        alert = house.team.post(OPS, BO, "Sending failed, the provider said 1031. What does it mean?")

        await house.dispatch(payloads.message_shortcut(house.team, ALICE, alert, "explain_error"))
        await house.service.work.settled()

        (answer,) = house.seen()
        assert "短信套餐包" in words(answer)

    visit(scene)


def test_who_could_not_be_called_can_be_called_again_but_not_twice(visit_with: VisitWith) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.say(QUESTION, ALICE, QUIET)
        house.workspace.faults.add(Fault("refused", "conversations.open", code="fatal_error"))
        body = payloads.press(house.team, ALICE, answer, payloads.found(answer, "ask_a_person:1"))

        (refusal,) = await house.press(answer, "ask_a_person")
        house.team.add_channel(Channel(QUIET, "quiet", frozenset({ALICE, BO, BOT.id})))
        call, note = await house.press(answer, "ask_a_person")
        await again(house.service.app, Parcel("again", body, attempts=2))
        await house.service.work.settled()

        assert (refusal.only_for, call.only_for, note.only_for) == (ALICE, "", ALICE)
        assert f'"user_id": "{BO}"' in words(call)
        assert len([it for it in house.seen(QUIET) if not it.only_for]) == 1

    visit_with(ON_CALL, scene)


def test_a_call_that_somebody_died_over_is_made_by_another(visit_with: VisitWith) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.mention(QUESTION)
        name = question_of(answer)
        died = HandOff(name, name, OPS, "", ALICE, datetime.now(UTC) - timedelta(seconds=20))
        await house.service.kept.questions.hand_off(died)

        call, _ = await house.press(answer, "ask_a_person")

        assert f'"user_id": "{BO}"' in words(call)

    visit_with(ON_CALL, scene)


def test_people_are_called_once_and_say_when_it_is_resolved(visit_with: VisitWith) -> None:
    async def scene(house: House) -> None:
        (answer,) = await house.mention(QUESTION)

        call, note = await house.press(answer, "ask_a_person")
        (twice,) = await house.press(answer, "ask_a_person")
        (stranger,) = await house.press(call, "resolve", GUEST)
        (resolved,) = await house.press(call, "resolve", BO)

        assert (call.thread, call.only_for) == (answer.thread, "")
        assert f'"user_id": "{BO}"' in words(call)
        assert QUESTION in words(call)
        assert (note.only_for, twice.only_for, stranger.only_for) == (ALICE, ALICE, GUEST)
        assert (resolved.ts, "resolve:" in words(resolved)) == (call.ts, False)

    visit_with(ON_CALL, scene)


def test_what_an_owner_adds_in_home_is_answered_from_then_on(visit: Visit) -> None:
    async def scene(house: House) -> None:
        wording = "咱们那个退钱的小票在哪儿点"
        (unknown,) = await house.mention(wording, BO)
        assert "verdict" not in words(unknown)
        home = await house.open_home()
        added = next(it for it in elements(home.view["blocks"]) if it.get("value", "").startswith("wording"))

        await house.press(home, added["action_id"])
        wrong = await house.submit({"entry": "billing/mainland-package-refund", "wordings": wording})
        (answer,) = await house.mention(wording, BO)

        assert wrong == {}
        assert "国内短信套餐包支持余额退款吗" in words(answer)
        assert not any("wording" in it.get("value", "") for it in elements((await house.open_home()).view))

    visit(scene)


def test_a_way_to_ask_that_stands_elsewhere_is_not_added(visit: Visit) -> None:
    async def scene(house: House) -> None:
        await house.mention("咱们那个退钱的小票在哪儿点", BO)
        home = await house.open_home()
        add = next(it for it in elements(home.view["blocks"]) if it.get("value", "").startswith("wording"))
        await house.press(home, add["action_id"])

        wrong = await house.submit(
            {"entry": "billing/mainland-package-refund", "wordings": "多少个字算一条短信"}
        )

        assert set(wrong) == {"wordings"}
        assert "多少个字算一条短信" in wrong["wordings"]
        assert await house.service.kept.added.all() == []

    visit(scene)


def question_of(answer: Kept) -> str:
    """The id that the thumbs carry."""
    return words(answer).split('"like ')[1].split('"')[0]
