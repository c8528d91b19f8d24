"""How labelled questions are judged."""

from bot.faq.assistant import Answered, Hit, Unknown
from bot.faq.evaluate import Judged, Labelled, score, scores_by_kind
from bot.wiring import Bot


def judged(bot: Bot, expect: tuple[str, ...], *ids: str, kind: str = "ops") -> Judged:
    hits = tuple(Hit(bot.assistant.entries[name], 0.9) for name in ids)
    reply = Answered("q", "zh", hits[:1], hits) if hits else Unknown("q", "zh")
    return Judged(Labelled("q", expect, kind), reply)


VOUCHER, SEGMENTS = "短信支持使用不指定产品代金券吗？", "多少个字算一条短信？"


def test_any_of_the_expected_entries_counts_in_the_best_place_it_has(bot: Bot) -> None:
    row = judged(bot, (VOUCHER, SEGMENTS), "billing/segments", "billing/voucher")

    assert (row.rank, row.first, row.first_three) == (1, True, True)


def test_an_entry_in_the_fourth_place_is_not_among_the_first_three(bot: Bot) -> None:
    row = judged(bot, (VOUCHER,), "billing/segments", "content/mms", "other/invoice", "billing/voucher")

    assert (row.rank, row.first_three) == (4, False)


def test_a_right_entry_that_is_missing_has_no_place(bot: Bot) -> None:
    assert judged(bot, (VOUCHER,), "billing/segments").rank is None


def test_an_answer_counts_as_right_only_when_the_right_entry_came_first(bot: Bot) -> None:
    rows = [
        judged(bot, (VOUCHER,), "billing/voucher"),
        judged(bot, (VOUCHER,), "billing/segments", "billing/voucher"),
        judged(bot, (VOUCHER,)),
    ]

    found = score("all", rows)

    assert (found.count, found.first, found.first_three, found.answered, found.right_answers) == (
        3,
        1,
        2,
        2,
        1,
    )


def test_kinds_are_scored_apart_in_the_order_of_the_questions(bot: Bot) -> None:
    rows = [
        judged(bot, (VOUCHER,), kind="pm"),
        judged(bot, (), kind="chitchat"),
        judged(bot, (VOUCHER,), kind="pm"),
    ]

    assert [(row.kind, row.count) for row in scores_by_kind(rows)] == [("pm", 2), ("chitchat", 1)]
