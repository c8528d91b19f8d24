"""Brevity: nothing that a reader would see goes, and what goes is told."""

from bot.slack.shown.brevity import brief
from bot.sms.report import Code, Facts, Listing, Paragraph, Quoted, Report, Table, say

TITLE = say("reviews.none_fits", wanted="a", count=1)


def test_a_report_of_usual_size_stays_as_it_is() -> None:
    report = Report(
        TITLE,
        (
            Paragraph("text\n"),
            Facts(((say("balance.used"), Code("1031")),)),
            Listing(("a", 1, None)),
            Quoted("a\nb"),
            Table((TITLE,), (("a",),) * 99),
        ),
        ("note",),
    )

    assert brief(report) == report


def test_rows_that_have_no_room_are_counted_once_for_all_tables() -> None:
    table = Table((TITLE,), (("x" * 300,),) * 60)

    short = brief(Report(TITLE, (table, table), ("note",)))

    assert [len(it.rows) for it in short.parts if isinstance(it, Table)] == [34, 34]
    assert short.notes == (say("block.rows_left_out", count=52), "note")


def test_texts_are_cut_in_blanks_of_phrases_too() -> None:
    short = brief(Report(say("reviews.none_fits", wanted="x" * 1000)))

    assert short.title.details["wanted"] == "x" * 299 + "…"
