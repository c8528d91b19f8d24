"""How far the reviews are."""

import pytest

from bot.faq.entry import Library
from bot.sms.cloud import Refused
from bot.sms.report import Code, Entries, Listing, Paragraph, Report, Table, say
from bot.sms.reviews import SIGNATURE_HINTS, TEMPLATE_HINTS, signatures, templates
from tests.sms.small_cloud import FakeCloud, desk, part_of, reported, signature, template

TEMPLATES = [
    template(1, "登录验证码"),
    template(2, "双十一促销", "rejected", "请添加退订方式"),
    template(3, "订单通知", "reviewing"),
    template(4, "Sign-in code", international=True),
]


def ids(report: Report) -> list[str]:
    return [row[1].name for row in part_of(report, Table).rows]


def paragraphs(report: Report) -> list[object]:
    return [it.text for it in report.parts if isinstance(it, Paragraph)]


def listed(text: str = "") -> Report:
    return reported(templates, desk(FakeCloud(templates_=TEMPLATES)), text)


def test_both_lists_are_one_table_with_the_rejected_first() -> None:
    report = listed()

    assert ids(report) == ["2", "3", "1", "4"]
    assert part_of(report, Table).rows[0][:4] == (
        say("reviews.rejected"),
        Code("2"),
        "双十一促销",
        say("reviews.mainland"),
    )
    assert paragraphs(report)[0] == say(
        "reviews.summary", count=4, rejected=1, reviewing=1, not_in_force=0, usable=2
    )


def test_of_one_state_no_others_are_counted() -> None:
    assert paragraphs(listed("usable"))[0] == say("reviews.summary_one", count=2, state=say("reviews.usable"))


def test_a_reviewers_reason_is_told_in_full() -> None:
    because = say("reviews.because", id=Code("2"), name="双十一促销", reason="请添加退订方式")

    assert part_of(listed(), Listing).rows == (because,)


def test_one_that_serves_everywhere_stands_in_both_lists_and_is_told_once() -> None:
    both = FakeCloud(templates_=[template(9, "通用", everywhere=True)])

    report = reported(templates, desk(both))

    assert ids(report) == ["9"]
    assert part_of(report, Table).rows[0][3] == say("reviews.everywhere")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3", ["3"]),
        ("促销", ["2"]),
        ("sign-IN code", ["4"]),
        ("驳回", ["2"]),
        ("reviewing", ["3"]),
        ("可用", ["1", "4"]),
    ],
)
def test_a_word_names_them_by_id_name_or_state(text: str, found: list[str]) -> None:
    assert ids(listed(text)) == found


def test_a_word_that_fits_none_is_told() -> None:
    assert part_of(listed("退款"), Paragraph).text == say("reviews.none_fits", wanted="退款", count=4)
    assert part_of(reported(templates, desk()), Paragraph).text == say("reviews.none")


@pytest.mark.parametrize(
    ("reason", "entry"),
    [
        ("营销短信请添加退订方式", "template/opt-out-text"),
        ("变量部分不允许带链接", "template/hyperlink"),
        ("暂不支持发送此类短信", "template/category-not-supported"),
        ("不符合规范", "template/allowed-content"),
    ],
)
def test_a_rejected_template_comes_with_the_answer_that_fits(reason: str, entry: str) -> None:
    cloud = FakeCloud(templates_=[template(1, "促销", "rejected", reason)])

    assert part_of(reported(templates, desk(cloud)), Entries).ids == (entry,)


@pytest.mark.parametrize(
    ("reason", "entry"),
    [
        ("签名为中性化签名", "signature/neutral-signature"),
        ("运营商首次报备未完成", "signature/filing-finished"),
        ("证明材料不清晰", "signature/materials"),
        ("", "signature/rejected"),
    ],
)
def test_a_rejected_signature_comes_with_the_answer_that_fits(reason: str, entry: str) -> None:
    cloud = FakeCloud(signatures_=[signature(1, "通知", "rejected", reason)])

    assert part_of(reported(signatures, desk(cloud)), Entries).ids == (entry,)


def test_what_is_fine_needs_no_answers() -> None:
    cloud = FakeCloud(signatures_=[signature(7, "星河科技"), signature(8, "Galaxy", international=True)])

    report = reported(signatures, desk(cloud))

    assert [row[1] for row in part_of(report, Table).rows] == [Code("7"), Code("8")]
    assert not [it for it in report.parts if isinstance(it, Entries)]


def test_a_long_list_is_cut_off_and_says_so() -> None:
    cloud = FakeCloud(templates_=[template(number, "通知") for number in range(60)])

    report = reported(templates, desk(cloud))

    assert len(ids(report)) == 40
    assert say("reviews.more", count=20) in report.notes


def test_a_refusal_is_passed_on() -> None:
    refused = Refused("DescribeSmsTemplateList", "FailedOperation.ProhibitSubAccountUse", "")

    with pytest.raises(Refused):
        reported(templates, desk(FakeCloud(failure=refused)))


def test_every_hint_leads_to_an_answer(library: Library) -> None:
    known = {entry.id for entry in library.entries}

    assert {id_ for _, id_ in (*TEMPLATE_HINTS, *SIGNATURE_HINTS)} <= known
