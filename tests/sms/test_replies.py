"""What a recipient wrote back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sms.replies import opts_out, replies
from bot.sms.report import Entries, Listing, Paragraph, say
from tests.sms.small_cloud import NOW, FakeCloud, desk, part_of, reply, reported


def test_replies_are_told_as_they_were_written() -> None:
    cloud = FakeCloud(replies_=[reply("收到，谢谢")])

    report = reported(replies, desk(cloud), "13800138000")

    assert part_of(report, Listing).rows == (
        say(
            "replies.row",
            received=NOW - timedelta(hours=1),
            signature=say("replies.signature", signature="星河科技"),
            text="收到，谢谢",
        ),
    )


def test_an_opt_out_is_flagged_with_what_it_means() -> None:
    cloud = FakeCloud(replies_=[reply("td"), reply("好的")])

    report = reported(replies, desk(cloud), "13800138000")

    assert [row.phrase for row in part_of(report, Listing).rows] == ["replies.row_opt_out", "replies.row"]
    assert Paragraph(say("replies.opted_out")) in report.parts
    assert part_of(report, Entries).ids == ("other/do-not-disturb-list",)


def test_a_reply_from_abroad_has_no_signature() -> None:
    unsigned = replace(reply("ok"), signature="")

    report = reported(replies, desk(FakeCloud(replies_=[unsigned])), "13800138000")

    assert not part_of(report, Listing).rows[0].details["signature"]


@pytest.mark.parametrize(
    "text", ["R", "t", "N", "TD", "退订", "T退订", "t退订", "qx", "0000", " r ", "Ｒ", "ＴＤ"]
)
def test_every_word_of_the_faq_opts_out(text: str) -> None:
    assert opts_out(text)


@pytest.mark.parametrize("text", ["", "好", "收到R", "RT", "00000", "怎么退订", "Thanks"])
def test_a_text_that_only_contains_one_does_not(text: str) -> None:
    assert not opts_out(text)


def test_no_replies_are_told_with_the_time_that_they_have() -> None:
    report = reported(replies, desk(), "13800138000 yesterday")

    assert Paragraph(say("replies.nothing")) in report.parts
    assert report.title.phrase == "replies.title_day"
