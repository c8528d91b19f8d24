"""Questions without an answer, put together over the shipped knowledge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faq.asked import Asked
from bot.faq.gaps import Gap, gaps
from bot.language import Language
from bot.wiring import Bot

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def asked(text: str, person: str = "U0ANN", minutes: int = 0, language: Language = "zh") -> Asked:
    return Asked(
        id=f"{minutes:03}",
        at=NOW + timedelta(minutes=minutes),
        person=person,
        channel="C0OPS",
        thread="",
        language=language,
        text=text,
        outcome="unknown",
    )


def gaps_of(bot: Bot, *rows: Asked) -> list[Gap]:
    matcher = bot.assistant.matcher
    return gaps(rows, matcher.reader, matcher.index)


def test_questions_that_ask_the_same_are_one_gap(bot: Bot) -> None:
    found = gaps_of(
        bot,
        asked("有没有 Rust 的 SDK", minutes=1),
        asked("有 Rust 的 SDK 没有啊", minutes=2),
        asked("中秋节客服上班吗", minutes=3),
        asked("Rust 语言的 SDK 有没有", minutes=4),
    )

    assert [gap.names for gap in found] == [("004", "002", "001"), ("003",)]


def test_the_two_languages_have_gaps_of_their_own(bot: Bot) -> None:
    found = gaps_of(bot, asked("Rust SDK", minutes=1), asked("Rust SDK", minutes=2, language="en"))

    assert sorted(gap.language for gap in found) == ["en", "zh"]


def test_what_more_people_ask_for_comes_first_then_what_was_asked_last(bot: Bot) -> None:
    found = gaps_of(
        bot,
        asked("有没有 Rust 的 SDK", "U0ANN", 1),
        asked("有没有 Rust 的 SDK？", "U0BEN", 2),
        asked("中秋节客服上班吗", "U0ANN", 3),
        asked("中秋节客服上班吗？", "U0ANN", 4),
        asked("中秋节客服上班么", "U0ANN", 5),
        asked("能定时到明早八点再发出去吗", "U0ANN", 6),
    )

    assert [gap.questions[0].id for gap in found] == ["002", "006", "005"]


def test_a_gap_tells_who_asked_where_and_how_often(bot: Bot) -> None:
    (gap,) = gaps_of(
        bot,
        replace(asked("有没有 Rust 的 SDK", "U0ANN", 1), channel="C0DEV"),
        replace(asked("有没有 Rust 的 SDK", "U0BEN", 2), reasons=("答非所问",)),
        replace(asked("有没有 rust 的 SDK？", "U0ANN", 3), channel="", reasons=("答非所问", "没说 Rust")),
    )

    assert gap.count == 3
    assert gap.people == ("U0ANN", "U0BEN")
    assert gap.channels == ("C0OPS", "C0DEV")
    assert gap.reasons == ("答非所问", "没说 Rust")
    assert gap.texts == ("有没有 rust 的 SDK？", "有没有 Rust 的 SDK")
    assert gap.example == "有没有 Rust 的 SDK"
    assert gap.last == NOW + timedelta(minutes=3)


def test_the_nearest_entries_are_those_offered_most_without_those_that_were_not_it(bot: Bot) -> None:
    (gap,) = gaps_of(
        bot,
        replace(asked("有没有 Rust 的 SDK", minutes=1), offered=("a/one", "a/two", "a/three")),
        replace(asked("有没有 Rust 的 SDK", minutes=2), offered=("a/two", "a/four"), rejected=("a/one",)),
    )

    assert gap.nearest == ("a/two", "a/four", "a/three")


def test_the_order_in_which_questions_are_given_does_not_matter(bot: Bot) -> None:
    texts = ("有没有 Rust 的 SDK", "Rust SDK 什么时候出", "中秋节客服上班吗", "中秋客服放假吗")
    rows = [asked(text, minutes=at) for at, text in enumerate(texts)]

    found = {tuple(gap.names for gap in gaps_of(bot, *order)) for order in permutations(rows)}

    assert len(found) == 1


def test_nothing_asked_leaves_no_gap(bot: Bot) -> None:
    assert gaps_of(bot) == []


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(st.text(max_size=30), max_size=12))
def test_every_question_is_in_exactly_one_gap(bot: Bot, texts: list[str]) -> None:
    rows = [asked(text, minutes=at) for at, text in enumerate(texts)]

    found = gaps_of(bot, *rows)

    assert sorted(name for gap in found for name in gap.names) == [row.id for row in rows]
    assert all(gap.example in gap.texts or not gap.texts for gap in found)
