"""What can be asked for."""

from bot.sms.help import Topic, detail, overview, unknown
from bot.sms.report import Code, Facts, Listing, Paragraph, Table, say
from tests.sms.small_cloud import part_of

SEND = Topic("send-test", ("send-test",), ("测试",))
ASK = Topic("ask", ("ask why",))


def test_every_topic_has_its_line() -> None:
    rows = part_of(overview([SEND, ASK]), Table).rows

    assert rows == (
        (say("help.command", usage=say("usage.send_test")), say("verb.send_test")),
        (say("help.command", usage=say("usage.ask")), say("verb.ask")),
    )


def test_a_topic_is_told_with_examples_and_its_other_names() -> None:
    report = detail(SEND)

    assert part_of(report, Listing).rows == (Code("/sms send-test"),)
    assert part_of(report, Facts).rows[1] == (say("help.names"), "测试")


def test_a_topic_without_other_names_names_none() -> None:
    assert len(part_of(detail(ASK), Facts).rows) == 1


def test_where_there_is_more_to_say_it_is_said_last() -> None:
    more = Topic("alerts", ("alerts",), further="help.further_alerts")

    assert detail(more).parts[-1] == Paragraph(say("help.further_alerts"))
    assert detail(SEND).parts[-1] == Listing((Code("/sms send-test"),))


def test_a_word_that_is_no_verb_is_told_with_all_that_are() -> None:
    report = unknown("blance", [ASK])

    assert report.parts[0] == Paragraph(say("help.no_such_verb", verb="blance"))
    assert len(part_of(report, Table).rows) == 1
