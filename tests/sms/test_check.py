"""`/sms check`: what a text costs and what is wrong with it, as a report."""

import pytest

from bot.errors import BotError
from bot.faq.entry import MessageKind, Rule, RuleBook, Sought, Wording
from bot.language import Both
from bot.sms.check import LONGEST_SHOWN, Wanted, checked, read_wanted
from bot.sms.report import Cell, EntryTitle, Facts, Listing, Paragraph, Quoted, Report, Say, say
from bot.sms.textcheck import Rules

RULES = Rules(
    RuleBook(
        rules=(
            Rule(
                "loans",
                "block",
                ("notification", "marketing"),
                "content/loans",
                Both("不能发贷款。", "No loans."),
                Sought(Wording(("贷款", "loan"))),
            ),
            Rule("empty", "warn", ("notification",), "template/remarks", Both("空", "Empty"), "empty"),
        ),
        guesses=(),
    ),
    str.lower,
)


@pytest.mark.parametrize(
    ("words", "text", "kind"),
    [
        ("營銷：【星河】会员日", "營銷：【星河】会员日", None),
        ("营销 【星河】会员日", "【星河】会员日", "marketing"),
        ("通知\n您的订单\n已发货", "您的订单\n已发货", "notification"),
        ("Verification your code is {1}", "your code is {1}", "verification"),
        ("Verification code is {1}", "Verification code is {1}", None),
        ("验证码 {1}，请勿告诉他人", "验证码 {1}，请勿告诉他人", None),
        ("验证码: {1}", "验证码: {1}", None),
        ("验证码 您的验证码是{1}", "您的验证码是{1}", "verification"),
        ("验证码{1}，5分钟内有效", "验证码{1}，5分钟内有效", None),
        ("您好  世界", "您好  世界", None),
        ("marketing", "marketing", None),
        ("```您的订单已发货```", "您的订单已发货", None),
        ("通知 `您的订单`", "您的订单", "notification"),
    ],
)
def test_a_first_word_may_say_the_kind(words: str, text: str, kind: MessageKind | None) -> None:
    assert read_wanted(words) == Wanted(text, kind)


@pytest.mark.parametrize("words", ["", "  \n", "``````", "通知 ``"])
def test_without_a_text_one_is_asked_for(words: str) -> None:
    with pytest.raises(BotError, match=r"textcheck\.no_text"):
        checked(words, RULES)


def test_a_report_shows_the_text_its_size_and_its_findings_with_their_answer() -> None:
    report = checked("【星河】您有一笔贷款{1}", RULES)

    quoted, facts, findings = report.parts
    assert quoted == Quoted("【星河】您有一笔贷款{1}")
    assert isinstance(facts, Facts)
    assert value(facts, "textcheck.mainland") == say(
        "textcheck.size", count=1, units=13, alone=70, each=67, room=57
    )
    assert value(facts, "textcheck.kind") == say("textcheck.guessed", kind=say("textcheck.notification"))
    assert value(facts, "textcheck.variables") == "{1}"
    assert isinstance(findings, Listing)
    assert findings.rows == (
        say(
            "textcheck.finding_words",
            severity=say("severity.block"),
            words="贷款",
            sentence=Both("不能发贷款。", "No loans."),
            see=EntryTitle("content/loans"),
        ),
    )


def test_of_a_text_far_too_long_only_the_beginning_is_shown() -> None:
    quoted = checked("长" * 9_000, RULES).parts[0]

    assert quoted == Quoted("长" * LONGEST_SHOWN + "…")


def test_a_clean_text_says_so() -> None:
    report = checked("【星河】您的订单已发货", RULES)

    assert report.parts[2:] == (Paragraph(say("textcheck.nothing_found")),)


@pytest.mark.parametrize("words", ["【星河】贷款", "您好", "Hello", "营销 €"])
def test_every_report_says_that_the_review_decides_and_that_it_is_an_estimate(words: str) -> None:
    names = noted(checked(words, RULES))

    assert names[-1] == "textcheck.review_decides"
    assert {"textcheck.about", "textcheck.no_signature"} & set(names)


def test_a_text_without_chinese_is_counted_for_abroad_as_well() -> None:
    report = checked("notification Price: €5 — ok", RULES)

    facts = report.parts[1]
    assert isinstance(facts, Facts)
    assert value(facts, "textcheck.overseas") == say(
        "textcheck.size", count=1, units=14, alone=70, each=67, room=56
    )
    assert value(facts, "textcheck.kind") == say("textcheck.notification")
    assert say("textcheck.foreign", characters="—") in report.notes


def test_a_chinese_text_is_not_counted_for_abroad() -> None:
    facts = checked("您好", RULES).parts[1]

    assert isinstance(facts, Facts)
    assert "textcheck.overseas" not in [name.phrase for name, _ in facts.rows]


def test_what_variables_make_of_the_length_is_noted_where_there_are_some() -> None:
    assert "textcheck.variables_grow" in noted(checked("您好{1}", RULES))
    assert "textcheck.variables_grow" not in noted(checked("您好", RULES))


def value(facts: Facts, name: str) -> Cell:
    return next(cell for row, cell in facts.rows if row.phrase == name)


def noted(report: Report) -> list[str]:
    return [note.phrase for note in report.notes if isinstance(note, Say)]
