"""Answers to a response_url."""

from tests.workspace.town import ALICE, ELSEWHERE, OPS, Town, in_town


def test_an_answer_is_for_one_person_unless_it_says_otherwise() -> None:
    async def story(town: Town) -> None:
        url = town.workspace.team.hook(ELSEWHERE, ALICE)

        await town.answer(url, text="mine")
        await town.answer(url, text="ours", response_type="in_channel", thread_ts="1.000001")

        mine, ours = town.workspace.messages(ELSEWHERE)
        assert (mine.text, mine.only_for, ours.only_for, ours.thread) == ("mine", ALICE, "", "1.000001")

    in_town(story)


def test_five_answers_are_the_last() -> None:
    async def story(town: Town) -> None:
        url = town.workspace.team.hook(OPS, ALICE)

        answers = [await town.answer(url, text=str(it)) for it in range(6)]

        assert [status for status, _ in answers] == [200] * 5 + [404]
        assert answers[-1][1] == "used_url"
        assert len(town.workspace.messages(OPS)) == 5

    in_town(story)


def test_after_half_an_hour_nothing_can_be_answered() -> None:
    async def story(town: Town) -> None:
        url = town.workspace.team.hook(OPS, ALICE)
        town.clock.move(30 * 60 + 1)

        assert await town.answer(url, text="late") == (404, "used_url")

    in_town(story)


def test_a_message_that_was_pressed_can_be_replaced_and_deleted() -> None:
    async def story(town: Town) -> None:
        kept = town.workspace.team.post(OPS, "U0SMSBOT", "before", only_for=ALICE)
        url = town.workspace.team.hook(OPS, ALICE, kept.ts)

        await town.answer(url, text="after", replace_original=True)
        (now,) = town.workspace.messages(OPS)
        assert (now.ts, now.text, now.only_for) == (kept.ts, "after", ALICE)

        await town.answer(url, delete_original=True)
        assert town.workspace.messages(OPS) == []

    in_town(story)


def test_a_wrong_message_costs_no_use() -> None:
    async def story(town: Town) -> None:
        url = town.workspace.team.hook(OPS, ALICE)

        wrong = [await town.answer(url, blocks="nonsense") for _ in range(6)]

        assert wrong == [(400, "invalid_blocks_format")] * 6
        assert (await town.answer(url, text="x"))[0] == 200
        assert town.workspace.calls[0].method == "response_url"

    in_town(story)
