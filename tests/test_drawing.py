"""Reports as Markdown: our words as they are, foreign ones harmless."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.drawing import Drawing, code_span, escaped, percent, plain, quoted, sparkline
from bot.errors import BotError, ConfigurationError, Mistake
from bot.faq.entry import Library
from bot.language import LANGUAGES, Both, Language
from bot.sms.cloud import ACCOUNT_ZONE, NoAnswer, Refused
from bot.sms.report import (
    Action,
    Cell,
    Code,
    Entries,
    EntryTitle,
    Explained,
    Facts,
    Listing,
    Paragraph,
    Part,
    Quoted,
    Report,
    Series,
    Share,
    Table,
    say,
)
from bot.wiring import Bot
from tests.sms.small_cloud import NOW, PHONE

TITLE = say("help.title")
# What a reader's Markdown may be able to do; the addresses in plain text made live as well.
READER = MarkdownIt("gfm-like", {"linkify": False, "html": True})
HARMLESS = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak"}
HOSTILE = (
    "[free](https://evil.example) ![](x) <b>x</b> <!channel> <@U1> @here https://evil.example www.evil.example"
    " a@evil.example **b** _i_ ~~s~~ `c` # h &amp; | - 1. > = \\ $x$"
)
FOREIGN = st.text(
    st.sampled_from("[]()<>!`*_~#&|\\-+=:;@$^{}./ \n\t\r1ab用户\u202e\u200b") | st.characters(), max_size=40
)


@pytest.fixture(scope="module")
def drawing(bot: Bot) -> Drawing:
    return Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)


def drawn(drawing: Drawing, *parts: Part, notes: tuple[Cell, ...] = (), language: Language = "en") -> str:
    """What stands below the title."""
    return drawing.markdown(Report(TITLE, parts, notes), language).partition("\n\n")[2]


def tokens(markdown: str) -> Iterator[Token]:
    for token in READER.parse(markdown):
        yield token
        yield from token.children or ()


def shown(markdown: str) -> str:
    """The text that a reader sees."""
    return "".join(
        it.content for it in tokens(markdown) if it.type in {"text", "text_special", "code_inline"}
    )


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (1234567, "1,234,567"),
        (1234.56, "1,234.6"),
        (Share(0.5), "50%"),
        (Share(0.9733), "97.3%"),
        (NOW, "2026-11-22 14:00"),
        (date(2026, 11, 22), "2026-11-22"),
        (None, "not known"),
        (Both("余量", "left"), "left"),
        (Code("MK:0001"), "`MK:0001`"),
        ("a*b", r"a\*b"),
        (PHONE, r"\+86 138\*\*\*\*8000"),
        (say("balance.over", expired=1000, used_up=2), "Not listed: 1,000 expired, 2 used up."),
    ],
)
def test_every_kind_of_value_is_drawn_in_its_way(cell: Cell, words: str, drawing: Drawing) -> None:
    assert drawing.cell(cell, "en") == words


def test_moments_are_in_the_readers_zone_and_days_are_not(bot: Bot) -> None:
    abroad = Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ZoneInfo("America/New_York"))

    words = drawn(abroad, Listing((NOW, date(2026, 11, 23))))

    assert "2026-11-22 01:00" in words
    assert "2026-11-23" in words
    assert "America/New" in shown(words)


def test_the_zone_is_told_only_where_a_moment_is(drawing: Drawing) -> None:
    assert "Asia/Shanghai" in drawn(drawing, notes=(say("balance.asked", asked=NOW),))
    assert "Asia/Shanghai" not in drawn(drawing, Paragraph(date(2026, 11, 22)))


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "0%"), (1.0, "100%"), (0.9999, r"\>99.9%"), (0.0001, r"\<0.1%"), (0.25, "25%")]
)
def test_what_is_not_all_or_nothing_is_not_rounded_to_it(share: float, words: str) -> None:
    assert percent(share) == words


def test_every_phrase_is_said_with_the_blanks_that_it_has(library: Library, project: Path) -> None:
    wrong = [
        phrase
        for phrase, blanks in said(project / "bot")
        if phrase in library.phrases and blanks != blanks_of(library.phrases[phrase])
    ]

    assert wrong == []


def said(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """Every phrase that stands in a call of `say` with its blanks spelt out."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "say":
                continue
            names = [it.arg for it in node.keywords]
            match node.args:
                case [ast.Constant(value=str(phrase))] if None not in names:
                    yield phrase, {it for it in names if it}
                case _:
                    continue


def blanks_of(phrase: Both[str]) -> set[str]:
    return {name for language in LANGUAGES for _, name, _, _ in Formatter().parse(phrase[language]) if name}


def test_a_table_is_one_with_its_numbers_to_the_right(drawing: Drawing) -> None:
    table = Table(
        (say("stats.day"), say("stats.billed")), ((date(2026, 11, 22), 1200), (date(2026, 11, 23), None))
    )

    assert drawn(drawing, table) == (
        "| Day | Billed (segments) |\n| --- | ---: |\n| 2026-11-22 | 1,200 |\n| 2026-11-23 | not known |"
    )


def test_facts_and_lists_are_bullets(drawing: Drawing) -> None:
    assert drawn(drawing, Facts(((say("stats.failed"), 3),))) == "- **Failed**: 3"
    assert drawn(drawing, Listing((1, 2))) == "- 1\n- 2"


def test_a_series_is_a_line_with_its_bounds_and_a_dot_for_what_is_not_known(drawing: Drawing) -> None:
    points = tuple((date(2026, 11, 18 + place), it) for place, it in enumerate((0, 70, None, 35)))

    words = drawn(drawing, Series(say("stats.billed_by_day"), points))

    assert "`▁█·▄`" in words
    assert "(2026-11-18 to 2026-11-21, least 0, most 70)" in words


def test_a_series_of_nothing_known_says_so(drawing: Drawing) -> None:
    assert "not known" in drawn(drawing, Series(say("stats.billed_by_day"), ((date(2026, 11, 18), None),)))


@settings(max_examples=50)
@given(values=st.lists(st.none() | st.integers(0, 10**9), max_size=40))
def test_a_chart_has_one_column_a_day(values: list[int | None]) -> None:
    assert len(sparkline(values)) == len(values)


def test_a_code_is_explained_with_its_meaning_and_what_to_do(drawing: Drawing) -> None:
    words = drawn(drawing, Explained(("LimitExceeded.PhoneNumberDailyLimit", "UNDELIV", "NO:SUCH")))

    first, second, *carriers, last = words.split("\n")
    assert first.startswith("- `LimitExceeded.PhoneNumberDailyLimit`: ")
    assert "What to do: " in first
    assert second == "- `UNDELIV`: it has several meanings:"
    assert carriers[0].startswith("  - China Unicom / China Telecom: ")
    assert last.startswith("- `NO:SUCH`: no table has this code.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_can_be_explained_in_short(drawing: Drawing, bot: Bot, language: Language) -> None:
    for name in {code.name for code in bot.library.codes}:
        words = drawn(drawing, Explained((name,)), language=language)
        assert all(re.match("- |  - ", line) for line in words.split("\n")), words
        assert not re.search(
            r"\b(?:code|carrier|draw)\.[a-z_]+\b|[。.][。.]|[.。]\s*。", words.replace("...", "")
        ), words


def test_answers_that_help_are_named_by_their_titles(drawing: Drawing, bot: Bot) -> None:
    words = drawn(drawing, Entries(("other/not-received",)), language="zh")

    assert words.endswith(f"- {bot.assistant.entries['other/not-received'].title.zh}")


def test_notes_stand_last_and_small(drawing: Drawing) -> None:
    words = drawn(drawing, Paragraph(1), notes=(say("sms.sample"), say("stats.lag")))

    assert [it.type for it in tokens(words) if it.type in {"em_open", "hardbreak"}] == [
        "em_open",
        "hardbreak",
        "em_open",
    ]


def test_actions_are_told_by_their_labels(drawing: Drawing) -> None:
    report = Report(TITLE, actions=(Action(say("balance.see_statistics"), "stats 30d"),))

    assert drawing.actions(report, "en") == ["See the last 30 days"]


def test_foreign_text_is_shown_and_does_nothing() -> None:
    markdown = escaped(HOSTILE)

    assert shown(markdown) == HOSTILE
    assert {it.type for it in tokens(markdown)} <= HARMLESS | {"text_special"}
    assert not re.search(r"(?<!\\)(?:@|://)|www\.", markdown)


@settings(max_examples=200, deadline=None)
@given(text=FOREIGN)
def test_no_foreign_text_becomes_markup(text: str) -> None:
    markdown = escaped(text)

    assert {it.type for it in tokens(markdown)} <= HARMLESS
    assert shown(markdown) == plain(text)


@settings(max_examples=100, deadline=None)
@given(text=FOREIGN)
def test_what_can_not_be_seen_is_gone(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", escaped(text))


@settings(max_examples=150, deadline=None)
@given(cells=st.tuples(FOREIGN, FOREIGN, FOREIGN))
def test_no_foreign_text_breaks_a_row(drawing: Drawing, cells: tuple[str, str, str]) -> None:
    row: tuple[Cell, ...] = (cells[0], Code(cells[1]), say("reviews.none_fits", wanted=cells[2], count=1))
    columns = (say("reviews.name"), say("reviews.id"), say("reviews.state"))

    kinds = [it.type for it in tokens(drawn(drawing, Table(columns, (row, row))))]

    assert kinds.count("tr_open") == 3
    assert kinds.count("td_open") == 6
    assert not {"link_open", "html_inline", "html_block", "image", "em_open", "strong_open", "s_open"} & set(
        kinds
    )


@settings(max_examples=150, deadline=None)
@given(text=FOREIGN)
def test_a_quotation_is_one_block_that_nothing_leaves(text: str) -> None:
    top = [it.type for it in READER.parse(quoted(text)) if it.level == 0]

    assert top == ["blockquote_open", "blockquote_close"]
    kinds = {it.type for it in tokens(quoted(text))}
    assert kinds <= HARMLESS | {"blockquote_open", "blockquote_close", "hardbreak"}


def test_a_quotation_keeps_its_lines(drawing: Drawing) -> None:
    words = drawn(drawing, Quoted("【星河】您的验证码为{1}\n拒收请回复R"))

    assert [it.content for it in tokens(words) if it.type == "text"] == [
        "【星河】您的验证码为{1}",
        "拒收请回复R",
    ]


@settings(max_examples=100, deadline=None)
@given(text=FOREIGN)
def test_a_code_span_is_left_by_nothing(text: str) -> None:
    assert {it.type for it in tokens(code_span(text))} <= HARMLESS | {"code_inline"}


@pytest.mark.parametrize("number", ["13800138000", "+8613800138000", "138 0013 8000", "+86 138-0013-8000"])
def test_a_number_in_foreign_text_is_masked(number: str) -> None:
    assert shown(escaped(f"打{number}找我")) == "打+86 138****8000找我"


@pytest.mark.parametrize("text", ["验证码 482913", "5000:1380013800012345", "1732252800", "400-800-1234"])
def test_other_digits_in_foreign_text_stay(text: str) -> None:
    assert shown(escaped(text)) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_explained_from_the_knowledge_and_has_its_request(
    drawing: Drawing, language: Language
) -> None:
    refused = Refused("SendSms", "FailedOperation.InsufficientBalanceInSmsPackage", "<b>no", "7f-01")

    words = drawing.error(refused, language)

    assert "`FailedOperation.InsufficientBalanceInSmsPackage`" in words
    assert ("套餐包" if language == "zh" else "package") in words
    assert shown(words).count("7f-01") == 1
    assert not {"html_inline", "link_open"} & {it.type for it in tokens(words)}


@pytest.mark.parametrize(
    ("code", "leads"),
    [
        ("AuthFailure.SignatureFailure", True),
        ("UnauthorizedOperation.SmsSdkAppIdVerifyFail", True),
        ("LimitExceeded.PhoneNumberDailyLimit", False),
    ],
)
def test_what_is_about_the_key_leads_to_the_self_check(code: str, leads: bool, drawing: Drawing) -> None:  # noqa: FBT001 - a column of the table
    words = drawing.error(Refused("SmsPackagesStatistics", code, "no"), "zh")

    assert ("/sms doctor" in words) == leads


def test_an_answer_is_named_by_its_title_and_one_that_is_gone_by_its_id(drawing: Drawing, bot: Bot) -> None:
    title = bot.assistant.entries["content/loans"].title.en

    assert drawing.cell(EntryTitle("content/loans"), "en") == title
    assert drawing.cell(EntryTitle("content/gone"), "en") == "`content/gone`"


def test_another_error_is_its_phrase_with_escaped_details_and_its_request(drawing: Drawing) -> None:
    period = drawing.error(
        BotError("stats.unknown_period", period="[x](y)", periods="7d", names="prod"), "en"
    )
    lost = drawing.error(NoAnswer("stats.nothing_known", "SendStatusStatistics", "7f-02"), "en")

    assert r"“\[x\]\(y\)”" in period
    assert lost.endswith("RequestId: `7f-02`")


def test_wrong_settings_are_told_one_by_one_with_their_places(drawing: Drawing) -> None:
    error = ConfigurationError(
        [
            Mistake("smsbot.toml", 3, "unknown_key", {"key": "[x](y)"}),
            Mistake("SMS_SDK_APP_ID", 0, "empty", {"key": "x"}),
        ]
    )

    words = drawing.error(error, "en")

    assert "`smsbot.toml:3` unknown key" in words
    assert "`SMS_SDK_APP_ID`" in words
    assert not any(it.type == "link_open" for it in tokens(words))


def test_what_stands_small_tells_the_zone_only_beside_a_moment(drawing: Drawing) -> None:
    assert drawing.notes(Report(TITLE, (), ("a_b",)), "en") == [r"a\_b"]
    assert drawing.notes(Report(TITLE, (Paragraph(NOW),)), "en") == ["Dates and times are in Asia/Shanghai."]


def test_of_the_answers_only_those_there_are_are_named_each_once(drawing: Drawing, library: Library) -> None:
    known = library.entries[0].id

    assert drawing.known((known, "gone/away", known)) == [known]
