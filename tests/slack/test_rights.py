"""Who may do what in Slack: whatever is pressed, sent or replayed, nobody gets further than they may."""

from dataclasses import replace

from bot.slack.app import again
from bot.slack.inbox import Parcel
from bot.workspace import payloads
from bot.workspace.faults import Fault
from bot.workspace.team import Kept
from tests.slack.house import (
    ALICE,
    BO,
    DESK,
    GUEST,
    OPS,
    SENDER,
    House,
    Visit,
    VisitWith,
    left_in_sample,
    words,
)

QUESTION = "没用完的国内套餐能退钱吗"


def test_a_guest_presses_nothing_but_what_leads_to_an_answer(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (public,) = await house.mention(QUESTION)
        (own,) = await house.say(QUESTION, GUEST)
        (choices,) = await house.mention("退款发票")

        (refused,) = await house.press(public, "verdict", GUEST, "dislike " + question_of(public))
        (report,) = await house.press((await house.say("balance"))[0], "share_report", GUEST)
        (chosen,) = await house.press(choices, "choose", GUEST)

        assert (refused.only_for, report.only_for) == (GUEST, GUEST)
        assert left_in_sample() not in words(report)
        assert "share_answer" not in words(own)
        assert chosen.only_for == GUEST
        assert "verdict" not in words(chosen)
        asked = await house.service.kept.questions.get(question_of(public))
        assert asked is not None
        assert asked.disliked == 0
        assert house.team.top(GUEST) is None
        refusals = await house.office.desk.sender.records(house.admin, 5)
        assert {(it.person, it.action) for it in refusals} == {(GUEST, "refused")}

    visit(scene)


def test_a_rule_of_the_settings_holds_for_questions_however_they_are_asked(visit_with: VisitWith) -> None:
    rule = '[[access]]\nverbs = ["ask", "error"]\npeople = ["*"]\nchannels = ["C0OPS"]\n'

    async def scene(house: House) -> None:
        (allowed,) = await house.say(QUESTION, BO, OPS)
        refused = [
            *await house.say(QUESTION, BO, DESK),
            *await house.mention(QUESTION, BO, DESK),
            *await house.direct("error 1031", BO),
        ]
        alert = house.team.post(DESK, SENDER, "1031")
        await house.dispatch(payloads.message_shortcut(house.team, BO, alert, "explain_error"))
        await house.service.work.settled()

        assert "3 个月" in words(allowed)
        assert len(refused) == 3
        assert not any(
            "3 个月" in words(it) or "verdict" in words(it) for it in (*refused, *house.seen(DESK))
        )

    visit_with(rule, scene)


def test_a_send_that_is_refused_for_its_rate_does_not_go_out_all_the_same(visit: Visit) -> None:
    async def scene(house: House) -> None:
        await house.say("send-test", SENDER, DESK)
        await house.submit({"number": "qa", "template": "1110001", "values": ""}, SENDER)
        for _ in range(20):
            await house.say("help", SENDER, DESK)

        await house.submit({}, SENDER)

        actions = [it.action for it in await house.office.desk.sender.records(house.admin, 9)]
        assert "confirm" not in actions
        assert not [it for it in house.seen(DESK) if not it.only_for]

    visit(scene)


def test_what_comes_of_a_send_is_told_where_its_form_came_from(visit: Visit) -> None:
    async def scene(house: House) -> None:
        await house.say("send-test", SENDER, DESK)
        await house.submit({"number": "qa", "template": "1110001", "values": ""}, SENDER)
        body = payloads.submission(house.team, SENDER, house.top(SENDER), {})

        await house.dispatch(body)
        await house.service.work.settled()
        await again(house.service.app, Parcel("again", body, attempts=2))
        await house.service.work.settled()

        actions = [it.action for it in await house.office.desk.sender.records(house.admin, 9)]
        assert actions.count("confirm") == 2
        told = [it for it in house.seen(DESK) if it.only_for == SENDER]
        assert "send-test" in words(told[-1])
        assert len([it for it in house.seen(DESK) if not it.only_for]) == 1

    visit(scene)


def test_whom_slack_does_not_tell_of_learns_that_it_is_not_their_fault(visit: Visit) -> None:
    async def scene(house: House) -> None:
        house.workspace.faults.add(Fault("refused", "users.info", code="missing_scope"), times=9)

        (refusal,) = await house.say("balance", BO)

        assert "doctor" in words(refusal)
        assert "Guests" not in words(refusal)

    visit(scene)


def test_only_what_somebody_may_use_is_suggested(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (unknown,) = await house.say("xyzzy", BO)
        (misspelt,) = await house.say("frezee", BO)
        (for_an_admin,) = await house.say("frezee", ALICE)

        assert "balance" in words(unknown)
        assert "send-test" not in words(unknown)
        assert "freeze" not in words(misspelt).replace("frezee", "")
        assert "freeze" in words(for_an_admin).replace("frezee", "")

    visit(scene)


def test_strangers_to_the_knowledge_settle_nothing_and_add_nothing(visit: Visit) -> None:
    async def scene(house: House) -> None:
        (unknown,) = await house.mention("咱们那个退钱的小票在哪儿点", BO)
        home = await house.open_home()
        control = payloads.found(home, next(it for it in names_in(home.view) if it.startswith("settle")))
        value = control.element["value"]
        opening = replace(
            control, element={**control.element, "action_id": "open_form:9", "value": f"wording {value}"}
        )
        for forged in (control, opening):
            await house.dispatch(payloads.press(house.team, BO, await house.open_home(BO), forged))
            await house.service.work.settled()
        owner = await house.open_home()

        assert house.team.top(BO) is None or house.top(BO).view["callback_id"] == "shown"
        assert unknown.only_for == ""
        assert any(it.startswith("settle") for it in names_in(owner.view))
        assert not any(it.startswith("settle") for it in names_in(house.team.homes[BO].view))
        refusals = await house.office.desk.sender.records(house.admin, 5)
        assert BO in {it.person for it in refusals if it.action == "refused"}

    visit(scene)


def question_of(answer: Kept) -> str:
    """The id that the thumbs carry."""
    return words(answer).split('"like ')[1].split('"')[0]


def names_in(view: object) -> list[str]:
    match view:
        case {"action_id": str(name)}:
            return [name]
        case dict():
            return [it for value in view.values() for it in names_in(value)]
        case list() | tuple():
            return [it for value in view for it in names_in(value)]
        case _:
            return []
