"""What becomes of a question: judged, answered otherwise, shared, handed to people, learned from."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.settings import read_settings
from bot.wiring import Bot
from bot.workspace.team import Kept
from tests.slack.house import ALICE, BO, House, Visit, elements, open_house, words

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


def test_people_are_called_once_and_say_when_it_is_resolved(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smsbot.toml").write_text(ON_CALL, "utf-8")

    async def scene() -> None:
        settings = read_settings({"XDG_STATE_HOME": str(tmp_path), "LANG": "en_GB.UTF-8"})
        async with open_house(bot, settings) as house:
            (answer,) = await house.mention(QUESTION)

            call, note = await house.press(answer, "ask_a_person")
            (again,) = await house.press(answer, "ask_a_person")
            (resolved,) = await house.press(call, "resolve", BO)

            assert (call.thread, call.only_for) == (answer.thread, "")
            assert f'"user_id": "{BO}"' in words(call)
            assert QUESTION in words(call)
            assert (note.only_for, again.only_for) == (ALICE, ALICE)
            assert (resolved.ts, "resolve:" in words(resolved)) == (call.ts, False)

    asyncio.run(scene())


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


def question_of(answer: Kept) -> str:
    """The id that the thumbs carry."""
    return words(answer).split('"like ')[1].split('"')[0]
