"""The promise in figures, on questions that nobody tuned on. Floors, a little below what was measured."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.cli import judge
from bot.faq.evaluate import Judged, score
from bot.questions import read_labelled
from bot.wiring import Bot

QUESTIONS = Path(__file__).parent / "questions"


@pytest.fixture(scope="module")
def in_scope(bot: Bot) -> list[Judged]:
    return judged(bot, "untouched.jsonl")


@pytest.fixture(scope="module")
def out_of_scope(bot: Bot) -> list[Judged]:
    return judged(bot, "untouched_out_of_scope.jsonl")


def judged(bot: Bot, name: str) -> list[Judged]:
    titles = {entry.title.zh for entry in bot.library.entries}
    return [judge(bot, row) for row in read_labelled(QUESTIONS / name, titles)]


@pytest.mark.parametrize(
    ("kinds", "floor"),
    [
        (("ops", "pm"), 0.95),
        (("en",), 0.94),
        (("mixed",), 0.97),
        (("short", "keywords"), 0.97),
        (("typo",), 0.95),
        (("trad",), 0.97),
        (("log",), 1.0),
        (("pinyin",), 0.97),
    ],
)
def test_the_right_entry_comes_first(in_scope: list[Judged], kinds: Sequence[str], floor: float) -> None:
    found = score("", (row for row in in_scope if row.labelled.kind in kinds))

    assert found.first / found.count >= floor


def test_the_right_entry_is_among_the_first_three(in_scope: list[Judged]) -> None:
    found = score("", in_scope)

    assert found.first_three / found.count >= 0.985


def test_what_is_shown_as_the_answer_is_right_and_most_questions_get_one(in_scope: list[Judged]) -> None:
    found = score("", in_scope)

    assert found.right_answers / found.answered >= 0.975
    assert found.answered / found.count >= 0.91


def test_what_is_out_of_scope_is_not_answered(out_of_scope: list[Judged]) -> None:
    found = score("", out_of_scope)

    assert found.answered / found.count <= 0.03
    assert found.offered / found.count <= 0.05


@pytest.mark.parametrize(("name", "least"), [("tuned", 300), ("untouched", 300)])
def test_there_are_enough_questions_to_measure_by(bot: Bot, name: str, least: int) -> None:
    assert len(judged(bot, f"{name}.jsonl")) >= least


def test_no_untouched_question_is_a_phrasing_or_a_tuned_question(bot: Bot) -> None:
    key = bot.assistant.matcher.reader.normaliser.key
    asked = {key(it) for entry in bot.library.entries for it in (*entry.ask.zh, *entry.ask.en)}
    tuned = {key(row.labelled.question) for row in judged(bot, "tuned.jsonl")}
    untouched = [key(row.labelled.question) for row in judged(bot, "untouched.jsonl")]

    # Two people may well type the same four characters.
    assert len([it for it in untouched if it in asked | tuned]) <= len(untouched) * 0.02
