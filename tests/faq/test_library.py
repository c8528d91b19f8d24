"""The knowledge folder: read whole, or not at all and with every mistake."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import KnowledgeError, Mistake
from bot.faq.entry import Guess, Library, Link, MessageKind, Rule, RuleBook, Sought, Wording
from bot.faq.library import read_library, read_phrases
from bot.faq.normalise import Normaliser
from bot.language import Both
from tests.faq.small_knowledge import FILES, write_knowledge

NORMALISER = Normaliser()

PAGE = "faq/billing/segments.md"
OTHER_PAGE = "faq/other/parse-error.md"
API = "errors/api.toml"
LEGACY = "errors/legacy.toml"
SDK = "errors/sdk.toml"
RECEIPTS = "errors/receipts.toml"
FAMILIES = "errors/families.toml"
CONCEPTS = "concepts.toml"
BEYOND = "beyond.toml"
RULES = "rules.toml"
PHRASES = "phrases.toml"
TABLES = [name for name in FILES if name.endswith(".toml")]

Told = tuple[str, int, str, Mapping[str, str]]


class Edit(NamedTuple):
    """One change in a file, and the text at which its mistake should be told: `new` if nothing else."""

    file: str
    old: str
    new: str
    at: str = ""

    def make(self, folder: Path) -> int:
        """The line on which the mistake then stands."""
        path = folder / self.file
        text = path.read_text("utf-8")
        assert text.count(self.old) == 1
        path.write_bytes(text.replace(self.old, self.new).encode())
        return self.line(folder)

    def line(self, folder: Path) -> int:
        text, at = (folder / self.file).read_text("utf-8"), self.at or self.new
        assert text.count(at) == 1
        offset = text.index(at) + len(at) - len(at.lstrip("\n"))
        return text.count("\n", 0, offset) + 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    write_knowledge(folder)
    return folder


def test_an_entry_is_its_head_and_both_answers(folder: Path) -> None:
    entry = read(folder).entries[0]

    assert entry.id == "billing/segments"
    assert entry.title == Both("多少个字算一条？", "How long is one message?")
    assert entry.updated == date(2025, 6, 16)
    assert entry.ask.en == ("characters per message", 'what does "70 or 67" mean')
    assert entry.codes == ("1004", "MK:0001")
    assert entry.see == ("other/parse-error",)
    assert entry.links[0] == Link("Billing", "https://example.com/billing?page=2#segments")
    assert entry.answer.zh.endswith("67 字拆分。")
    assert entry.answer.en.startswith("Up to 70")
    assert "### Longer ones" in entry.answer.en


def test_entries_and_codes_come_in_the_order_of_their_files(folder: Path) -> None:
    library = read(folder)

    assert [entry.id for entry in library.entries] == ["billing/segments", "other/parse-error"]
    assert [code.name for code in library.codes] == [
        "FailedOperation.FailResolvePacket",
        "LimitExceeded.DailyLimit",
        "1004",
        "DELIVRD",
        "MK:0001",
        "MK:0002",
        "MK:0003",
        "MK:0003",
    ]


def test_a_code_knows_where_it_comes_from_and_what_is_said_of_it(folder: Path) -> None:
    failed, limited, old = read(folder).codes[:3]

    assert (failed.origin, old.origin) == ("api", "legacy")
    assert failed.note == Both("老代码里常见。", "Frequent in old code.")
    assert failed.fix == Both(("检查请求",), ("Check the request", "Check the address"))
    assert limited.wait == Both("明天", "tomorrow")
    assert limited.note is None
    assert old.alias_of == failed.name


def test_a_receipt_has_the_words_of_its_reason_and_its_carrier(folder: Path) -> None:
    *_, main, second = read(folder).codes

    assert (main.origin, main.retry, main.verified) == ("receipt", "wait", "older")
    assert (main.meaning.en, main.carrier, main.second) == ("Switched off.", "cmcc", False)
    assert (second.meaning.en, second.carrier, second.second) == ("Delivered.", "cmcc", True)


def test_families_concepts_topics_and_phrases_are_read(folder: Path) -> None:
    library = read(folder)

    assert library.families["LimitExceeded"].en == "A limit was reached."
    assert library.receipt_families["MK"].zh == "手机侧的问题。"
    assert [(it.name, it.role) for it in library.concepts] == [
        ("sms", "domain"),
        ("refund", None),
        ("asking", "asking"),
    ]
    assert library.topics[0].ask.en == ("send it tomorrow", "schedule a message")
    assert library.phrases["answer.unsure"].en == "Did you mean: {{1}}"


def test_the_rules_for_messages_are_read_in_their_order(folder: Path) -> None:
    everywhere: tuple[MessageKind, ...] = ("verification", "notification", "marketing")

    assert read(folder).rules == RuleBook(
        rules=(
            Rule(
                "empty",
                "block",
                everywhere,
                "billing/segments",
                Both("没有正文。", "There is no text."),
                about="empty",
            ),
            Rule(
                "loans",
                "block",
                ("notification", "marketing"),
                "other/parse-error",
                Both("不能发贷款。", "Loans can't be sent."),
                about=Sought(Wording(("贷款", "loan"), ("[0-9]+ ?% interest",), ("贷款诈骗",))),
            ),
            Rule(
                "opt-out",
                "warn",
                everywhere,
                "other/parse-error",
                Both("请加上 {1}。", "Add {1}."),
                about=Sought(Wording(("拒收请回复R",)), missing=True),
            ),
        ),
        guesses=(Guess("verification", Wording(("验证码", "code"))),),
    )


def test_a_phrase_keeps_the_blanks_around_it(folder: Path) -> None:
    assert read(folder).phrases["answer.between"] == Both("；", "; ")


def test_what_windows_editors_write_reads_the_same(folder: Path) -> None:
    before = read(folder)

    for name, text in FILES.items():
        (folder / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert read(folder) == before


def test_an_answer_may_be_as_long_as_slack_takes_it(folder: Path) -> None:
    Edit(OTHER_PAGE, "请求不是 JSON。", "字" * 2_900).make(folder)

    assert len(read(folder).entries[1].answer.zh) == 2_900


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store",
        ".git/notes.md",
        "faq/.trash/old.md",
        "faq/billing/.segments.md.swp",
        "faq/billing/segments.md~",
        "faq/Thumbs.db",
        "README.md",
        "faq/billing/README.md",
    ],
)
def test_what_tools_leave_behind_and_manuals_do_not_matter(folder: Path, name: str) -> None:
    before = read(folder)

    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"\xff+++")

    assert read(folder) == before


@pytest.mark.parametrize(
    ("edit", "kind", "key"),
    [
        (Edit(PAGE, "updated = 2025-06-16", 'updated = "2025-06-16"'), "wrong_type", "updated"),
        (Edit(PAGE, "updated = 2025-06-16", "updated = 2025-06-16T08:00:00"), "wrong_type", "updated"),
        (Edit(PAGE, "updated = 2025-06-16", "updated = true"), "wrong_type", "updated"),
        (Edit(PAGE, 'en = "How long is one message?"', "en = false"), "wrong_type", "en"),
        (Edit(PAGE, 'en = "How long is one message?"', 'en = "  "'), "empty", "en"),
        (Edit(PAGE, '"长短信怎么拆"', "10086"), "wrong_type", "ask.zh.2"),
        (Edit(PAGE, '"characters per message"', '"say \\"7\\"", 7'), "wrong_type", "ask.en.2"),
        (Edit(PAGE, '"characters per message"', '""'), "empty", "ask.en.1"),
        (Edit(PAGE, '"1004", "MK:0001"', '"1004",\n1004', at="\n1004"), "wrong_type", "codes.2"),
        (Edit(PAGE, 'codes = ["1004", "MK:0001"]', 'codes = "1004"'), "no_list", "codes"),
        (Edit(PAGE, '["other/parse-error"]', "{ other = 1 }"), "no_list", "see"),
        (Edit(PAGE, 'title = "Prices"', "title = 7"), "wrong_type", "links.2.title"),
        (Edit(OTHER_PAGE, 'ask.zh = ["解析不了"]', "ask.zh = []"), "empty", "ask.zh"),
        (Edit(OTHER_PAGE, 'ask.en = ["cannot parse"]', "ask.en = [\n]"), "empty", "ask.en"),
        (Edit(API, '["Not JSON"]', '"Not JSON"'), "no_list", "code.1.en.causes"),
        (Edit(API, '"Check the address"', "false"), "wrong_type", "code.1.en.fix.2"),
        (Edit(API, 'retry = "wait"', 'retry = "later"'), "not_one_of", "code.2.retry"),
        (Edit(API, 'retry = "wait"', "retry = true"), "not_one_of", "code.2.retry"),
        (Edit(API, 'en = "tomorrow"', "en = 1"), "wrong_type", "code.2.wait.en"),
        (Edit(SDK, "code = []", '\ncode = "1004"'), "no_list", "code"),
        (Edit(RECEIPTS, 'verified = "older"', 'verified = "yes"'), "not_one_of", "verified"),
        (Edit(RECEIPTS, "[carrier.all]", "[carrier.any]"), "not_one_of", "carrier.any"),
        (Edit(RECEIPTS, '"MK:0003",', "3,"), "wrong_type", "carrier.cmcc.powered_off.3"),
        (Edit(FAMILIES, 'zh = "超过上限。"', "zh = []"), "wrong_type", "api.LimitExceeded.zh"),
        (Edit(CONCEPTS, 'role = "domain"', 'role = "main"'), "not_one_of", "concept.sms.role"),
        (Edit(CONCEPTS, '"money back"', "1"), "wrong_type", "concept.refund.en.2"),
        (Edit(BEYOND, '["能定时发吗"]', "[]"), "empty", "topic.scheduled-sending.zh"),
        (Edit(BEYOND, '"schedule a message"', "8"), "wrong_type", "topic.scheduled-sending.en.2"),
        (Edit(RULES, 'kind = "verification"', 'kind = "login"'), "not_one_of", "guess.1.kind"),
        (Edit(RULES, '["验证码", "code"]', '["验证码", 7]'), "wrong_type", "guess.1.words.2"),
        (Edit(RULES, '["验证码", "code"]', "[]", at="[[guess]]"), "empty", "guess.1"),
        (Edit(RULES, "[form.empty]", "[form.blank]"), "not_one_of", "form.blank"),
        (Edit(RULES, 'severity = "warn"', 'severity = "error"'), "not_one_of", "rule.opt-out.severity"),
        (Edit(RULES, '"marketing"]', '"marketing", "sales"]'), "not_one_of", "rule.loans.kinds.3"),
        (Edit(RULES, '["notification", "marketing"]', "[]"), "empty", "rule.loans.kinds"),
        (Edit(RULES, 'where = "text"', 'where = "title"'), "not_one_of", "rule.opt-out.where"),
        (Edit(RULES, "missing = true", 'missing = "yes"'), "wrong_type", "rule.opt-out.missing"),
        (Edit(RULES, 'en = "Add {1}."', 'en = " "'), "empty", "rule.opt-out.en"),
        (Edit(PHRASES, 'zh = "是不是：{{1}}"', 'zh = " "'), "empty", "answer.unsure.zh"),
        (Edit(PHRASES, 'en = "Billing"', "en = 1"), "wrong_type", "category.billing.en"),
    ],
)
def test_a_wrong_value_is_told_on_its_line(folder: Path, edit: Edit, kind: str, key: str) -> None:
    line = edit.make(folder)

    assert told(folder) == [(edit.file, line, kind, {"key": key})]


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        (Edit(PAGE, 'en = "How long is one message?"\n', "", at='zh = "多少'), "en"),
        (Edit(PAGE, "updated = 2025-06-16\n", "", at='zh = "多少'), "updated"),
        (Edit(OTHER_PAGE, 'ask.en = ["cannot parse"]\n', "", at="ask.zh"), "ask.en"),
        (Edit(PAGE, 'title = "Prices"\n', "", at="[[links]]\nurl"), "links.2.title"),
        (Edit(API, 'retry = "wait"\n', "", at='[[code]]\ncode = "Limit'), "code.2.retry"),
        (Edit(API, 'en.meaning = "Over the limit of a day."\n', "", at='[[code]]\ncode = "L'), "code.2.en"),
        (Edit(API, 'zh = "明天", ', "", at="wait = {"), "code.2.wait.zh"),
        (Edit(SDK, "code = []", "# nothing"), "code"),
        (Edit(RECEIPTS, 'verified = "older"\n\n', "", at="[reason.delivered]"), "verified"),
        (Edit(FAMILIES, 'zh = "超过上限。"\n', "", at="[api."), "api.LimitExceeded.zh"),
        (Edit(BEYOND, 'zh = ["能定时发吗"]\n', "", at="[topic."), "topic.scheduled-sending.zh"),
        (Edit(RULES, 'en = "Add {1}."\n', "", at="[rule.opt-out]"), "rule.opt-out.en"),
        (Edit(RULES, 'zh = "没有正文。"\n', "", at="[form.empty]"), "form.empty.zh"),
        (Edit(RULES, 'kind = "verification"\n', "", at="[[guess]]"), "guess.1.kind"),
        (Edit(PHRASES, 'zh = "费用", en = "Billing"', 'zh = "费用"'), "category.billing.en"),
        (Edit(PHRASES, 'zh = "是不是：{{1}}"\n', "", at="[answer.unsure]"), "answer.unsure.zh"),
    ],
)
def test_a_missing_key_or_language_is_told_where_its_table_begins(folder: Path, edit: Edit, key: str) -> None:
    line = edit.make(folder)

    assert told(folder) == [(edit.file, line, "missing_key", {"key": key})]


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        (Edit(API, 'en.note = "Frequent in old code."\n', "", at='en.meaning = "Pars'), "code.1.en.note"),
        (Edit(API, 'zh.causes = ["不是 JSON"]\n', "", at='zh.meaning = "解析'), "code.1.zh.causes"),
        (Edit(RECEIPTS, '["开机后再发"]', "[]", at='zh.meaning = "关机'), "reason.powered_off.zh.fix"),
    ],
)
def test_what_is_said_of_a_code_in_one_language_only_is_told(folder: Path, edit: Edit, key: str) -> None:
    line = edit.make(folder)

    assert told(folder) == [(edit.file, line, "missing_key", {"key": key})]


@pytest.mark.parametrize(
    ("edit", "key", "near"),
    [
        (
            Edit(PAGE, "updated = 2025-06-16", "updated = 2025-06-16\nupdate = 1", at="update ="),
            "update",
            "updated",
        ),
        (
            Edit(PAGE, 'url = "https://example.com/prices"', "url = 'https://x.y'\nurll = 1", at="urll"),
            "links.2.urll",
            "url",
        ),
        (Edit(API, "zh.note", "zh.notes"), "code.1.zh.notes", "note"),
        (
            Edit(RECEIPTS, "[reason.powered_off]", '[reason.powered_off]\nretyr = "wait"', at="retyr"),
            "reason.powered_off.retyr",
            "retry",
        ),
        (Edit(CONCEPTS, 'role = "domain"', 'rolle = "domain"'), "concept.sms.rolle", "role"),
        (Edit(BEYOND, "en = [", "zhs = []\nen = ["), "topic.scheduled-sending.zhs", "zh"),
        (Edit(RULES, 'where = "text"', 'wheer = "text"'), "rule.opt-out.wheer", "where"),
        (Edit(RULES, "[[guess]]", "[[guess]]\nword = []", at="word = []"), "guess.1.word", "words"),
        (Edit(RULES, "[form.empty]", "[form.empty]\nkind = 1", at="kind = 1"), "form.empty.kind", "kinds"),
        (Edit(PHRASES, 'zh = "费用"', 'zh = "费用", enn = 1'), "category.billing.enn", "en"),
    ],
)
def test_an_unknown_key_is_told_with_the_one_that_was_meant(
    folder: Path, edit: Edit, key: str, near: str
) -> None:
    line = edit.make(folder)

    assert (edit.file, line, "misspelt_key", {"key": key, "near": near}) in told(folder)


def test_an_unknown_key_like_no_other_is_told_too(folder: Path) -> None:
    line = Edit(API, 'retry = "wait"', 'retry = "wait"\ncolour = "red"', at="colour").make(folder)

    assert told(folder) == [(API, line, "unknown_key", {"key": "code.2.colour", "near": ""})]


@pytest.mark.parametrize(
    ("edit", "kind", "value"),
    [
        (
            Edit(PAGE, '["other/parse-error"]', '[\n"other/parse-error",\n"other/gone"]', at='"other/gone'),
            "dead_see",
            "other/gone",
        ),
        (Edit(PAGE, '["other/parse-error"]', '["billing/segments"]'), "dead_see", "billing/segments"),
        (
            Edit(API, 'see = ["other/parse-error"]', 'see = ["faq/other/parse-error"]'),
            "dead_see",
            "faq/other/parse-error",
        ),
        (Edit(RECEIPTS, "other/parse-error", "other/parse_error"), "dead_see", "other/parse_error"),
        (Edit(RULES, 'see = "billing/segments"', 'see = "billing/gone"'), "dead_see", "billing/gone"),
        (
            Edit(
                RULES, '["贷款诈骗"]\nsee = "other/parse-error"', '["x"]\nsee = "other"', at='see = "other"'
            ),
            "dead_see",
            "other",
        ),
        (Edit(PAGE, '"1004", "MK:0001"', '"1004",\n"MK:0009"', at='"MK:0009'), "dead_code", "MK:0009"),
        (Edit(API, 'counterparts = ["1004"]', 'counterparts = ["1005"]'), "dead_code", "1005"),
        (
            Edit(API, "related = [", 'related = ["LimitExceeded.DailyLimit",'),
            "dead_code",
            "LimitExceeded.DailyLimit",
        ),
        (
            Edit(LEGACY, 'alias_of = "FailedOperation.FailResolvePacket"', 'alias_of = "failed"'),
            "dead_code",
            "failed",
        ),
    ],
)
def test_what_leads_nowhere_or_to_itself_is_told_on_its_line(
    folder: Path, edit: Edit, kind: str, value: str
) -> None:
    line = edit.make(folder)

    assert told(folder) == [(edit.file, line, kind, {"value": value})]


@pytest.mark.parametrize("section", ["carrier.all", "second.cmcc"])
def test_receipts_without_a_reason_are_told(folder: Path, section: str) -> None:
    line = Edit(RECEIPTS, f"[{section}]\n", f"[{section}]\nlost = []\n", at="lost").make(folder)

    assert told(folder) == [(RECEIPTS, line, "dead_reason", {"reason": "lost"})]


@pytest.mark.parametrize(
    ("edit", "value"),
    [
        (
            Edit(API, 'code = "LimitExceeded.DailyLimit"', 'code = "failedoperation.FailResolvePacket"'),
            "failedoperation.FailResolvePacket",
        ),
        (Edit(SDK, "code = []", FILES[LEGACY], at='code = "1004"'), "1004"),
        (Edit(RECEIPTS, '"MK:0003",', '"MK:0001", # again'), "MK:0001"),
        (
            Edit(
                RECEIPTS,
                'delivered = ["DELIVRD"]',
                'delivered = ["DELIVRD"]\npowered_off = ["DELIVRD"]',
                at='powered_off = ["D',
            ),
            "DELIVRD",
        ),
    ],
)
def test_a_code_that_stands_twice_is_told_at_its_second_place(folder: Path, edit: Edit, value: str) -> None:
    line = edit.make(folder)

    assert told(folder) == [(edit.file, line, "twice", {"value": value})]


def test_two_carriers_may_mean_different_things_by_one_code(folder: Path) -> None:
    Edit(RECEIPTS, "[second.cmcc]", '[carrier.unicom]\ndelivered = ["MK:0001"]\n[second.cmcc]').make(folder)

    assert [code.carrier for code in read(folder).codes if code.name == "MK:0001"] == ["cmcc", "unicom"]


@pytest.mark.parametrize(
    ("edit", "phrasing", "place"),
    [
        (Edit(PAGE, '"长短信怎么拆"', '"71 字，几条？"'), "71 字，几条？", f"{PAGE}:6"),
        (
            Edit(PAGE, '"characters per message"', '"What does 70 or 67 mean?"', at='"what does'),
            'what does "70 or 67" mean',
            f"{PAGE}:10",
        ),
        (Edit(PAGE, '"长短信怎么拆"', '"多少個字算一條"'), "多少個字算一條", f"{PAGE}:2"),
        (
            Edit(OTHER_PAGE, '"cannot parse"', '"Characters per message"'),
            "Characters per message",
            f"{PAGE}:10",
        ),
        (Edit(BEYOND, '"schedule a message"', '"CANNOT PARSE!"'), "CANNOT PARSE!", f"{OTHER_PAGE}:6"),
        (
            Edit(BEYOND, '"schedule a message"', '"send it tomorrow"', at='"send it tomorrow",\n]'),
            "send it tomorrow",
            f"{BEYOND}:4",
        ),
    ],
)
def test_a_phrasing_that_stands_twice_is_told_with_its_other_place(
    folder: Path, edit: Edit, phrasing: str, place: str
) -> None:
    line = edit.make(folder)

    assert told(folder) == [(edit.file, line, "phrasing_twice", {"phrasing": phrasing, "place": place})]


def test_a_phrasing_without_letters_is_told(folder: Path) -> None:
    line = Edit(PAGE, '"长短信怎么拆"', '"？？"').make(folder)

    assert told(folder) == [(PAGE, line, "no_words", {"phrasing": "？？"})]


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (Edit(CONCEPTS, 'en = ["refund", "money back"]', 'en = ["refund",\n"SMS"]', at='"SMS"'), "SMS"),
        (Edit(CONCEPTS, 'zh = ["退款"]', 'zh = ["退款", "短訊"]'), "短訊"),
    ],
)
def test_a_word_in_two_concepts_is_told(folder: Path, edit: Edit, word: str) -> None:
    line = edit.make(folder)

    assert told(folder) == [(CONCEPTS, line, "word_twice", {"word": word, "concept": "sms"})]


@pytest.mark.parametrize(
    "new",
    ["{category}，{date}", "{category}", "{category}，{updated}，{{more}}，{more}", ""],
)
def test_phrases_with_other_blanks_in_the_other_language_are_told(folder: Path, new: str) -> None:
    line = Edit(PHRASES, "来源：{category}，{updated}", f"来源：{new}").make(folder)

    assert told(folder) == [(PHRASES, line, "unlike_blanks", {"phrase": "answer.source"})]


@pytest.mark.parametrize("new", ["{1", "1}", "{}", "{0}", "{a b}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9}"])
def test_braces_that_the_program_can_not_fill_are_told(folder: Path, new: str) -> None:
    line = Edit(PHRASES, "是不是：{{1}}", f"是不是：{new}").make(folder)

    assert told(folder) == [(PHRASES, line, "broken_blanks", {"phrase": "answer.unsure.zh"})]


@pytest.mark.parametrize(
    ("new", "kind"),
    [
        ("'[0-9'", "broken_pattern"),
        ("'(?P<a'", "broken_pattern"),
        ("'a{9999999999999}'", "broken_pattern"),
        ("'[：:]'", "wide_pattern"),
        ("'｛1｝'", "wide_pattern"),
    ],
)
def test_a_pattern_that_can_not_be_looked_for_is_told(folder: Path, new: str, kind: str) -> None:
    line = Edit(RULES, "'[0-9]+ ?% interest'", new).make(folder)

    assert told(folder) == [(RULES, line, kind, {"key": "rule.loans.patterns.1"})]


def test_a_rule_with_the_name_of_a_form_is_told(folder: Path) -> None:
    line = Edit(RULES, "[rule.loans]", "[rule.empty]").make(folder)

    assert told(folder) == [(RULES, line, "rule_twice", {"rule": "empty"})]


def test_a_category_without_a_name_is_told_by_its_entries(folder: Path) -> None:
    Edit(PHRASES, "billing =", "prices =").make(folder)

    assert told(folder) == [(PAGE, 1, "unknown_category", {"category": "billing"})]


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        (Edit(PAGE, 'url = "https://example.com/prices"', 'url = "http://x.example"'), "links.2.url"),
        (Edit(PAGE, 'url = "https://example.com/prices"', 'url = "https://"'), "links.2.url"),
        (Edit(PAGE, 'url = "https://example.com/prices"', 'url = "example.com"'), "links.2.url"),
        (Edit(PAGE, "(https://example.com/prices)", "(http://example.com/prices)"), "answer"),
        (Edit(PAGE, "(https://example.com/prices)", "(../other/parse-error.md)"), "answer"),
        (Edit(PAGE, "They are split", "See HTTP://example.com, they are split"), "answer"),
        (Edit(API, "Check the address", "See http://example.com"), "code.1.en.fix.2"),
        (Edit(PHRASES, "Did you mean: {{1}}", "See http://example.com"), "answer.unsure.en"),
    ],
)
def test_a_link_that_is_not_https_is_told_on_its_line(folder: Path, edit: Edit, key: str) -> None:
    line = edit.make(folder)

    assert told(folder) == [(edit.file, line, "not_https", {"key": key})]


def test_people_may_ask_about_a_link_that_is_not_https(folder: Path) -> None:
    Edit(PAGE, "characters per message", "may I send http://example.com").make(folder)

    assert "may I send http://example.com" in read(folder).entries[0].ask.en


@pytest.mark.parametrize(
    ("edit", "kind", "details"),
    [
        (
            Edit(OTHER_PAGE, "请求不是 JSON。", "字" * 2_901, at="## 中文"),
            "too_long",
            {"length": "2901", "limit": "2900"},
        ),
        (Edit(OTHER_PAGE, "请求不是 JSON。", " \n", at="## 中文"), "empty", {"key": "answer"}),
        (Edit(OTHER_PAGE, "The request is not JSON.", "", at="## English"), "empty", {"key": "answer"}),
    ],
)
def test_an_answer_that_is_empty_or_too_long_for_slack_is_told_at_its_heading(
    folder: Path, edit: Edit, kind: str, details: dict[str, str]
) -> None:
    line = edit.make(folder)

    assert told(folder) == [(edit.file, line, kind, details)]


@pytest.mark.parametrize(
    "edit",
    [
        Edit(OTHER_PAGE, "## 中文\n\n请求", "请求"),
        Edit(OTHER_PAGE, "## 中文", "# 中文"),
        Edit(OTHER_PAGE, "## 中文", "Before.\n\n## 中文"),
        Edit(OTHER_PAGE, "## 中文\n\n请求不是 JSON。\n\n", "", at="## English"),
        Edit(OTHER_PAGE, "## 中文", "## Chinese"),
        Edit(OTHER_PAGE, "## English", "## 中文", at="## 中文\n\nThe"),
        Edit(OTHER_PAGE, "## English", "## English\n\nYes.\n\n## English", at="## English\n\nThe"),
        Edit(OTHER_PAGE, "请求不是 JSON。", "请求不是 JSON。\n\n## 更多", at="## 更多"),
        Edit(OTHER_PAGE, "## English", "### English", at="The request"),
        Edit(OTHER_PAGE, "## English\n\nThe request is not JSON.\n", "", at="请求不是"),
    ],
)
def test_headings_that_are_missing_doubled_or_swapped_are_told_where_they_go_wrong(
    folder: Path, edit: Edit
) -> None:
    line = edit.make(folder)

    assert told(folder) == [(OTHER_PAGE, line, "headings", {})]


def test_swapped_headings_are_told_at_the_first(folder: Path) -> None:
    head, _, body = FILES[OTHER_PAGE].partition("## 中文")
    (folder / OTHER_PAGE).write_text(f"{head}## English{body.replace('## English', '## 中文')}", "utf-8")

    assert told(folder) == [(OTHER_PAGE, 9, "headings", {})]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("+++\nzh", "zh"),
        ("+++\nzh", "\n+++\nzh"),
        ("+++\n\n##", "\n##"),
        ("+++", "++"),
        (FILES[OTHER_PAGE], ""),
    ],
)
def test_a_page_without_a_whole_head_is_told(folder: Path, old: str, new: str) -> None:
    (folder / OTHER_PAGE).write_bytes(FILES[OTHER_PAGE].replace(old, new).encode())

    assert told(folder) == [(OTHER_PAGE, 1, "no_head", {})]


@pytest.mark.parametrize(
    "edit",
    [
        Edit(PAGE, 'en = "How long is one message?"', 'en = "How long is one message?'),
        Edit(PAGE, '    "characters per message",', '    "characters per message"', at='    "what'),
        Edit(PAGE, "updated = 2025-06-16", "updated = 2025-02-30"),
        Edit(PAGE, "codes =", 'ask.zh = [\n"x",\n]\ncodes =', at='ask.zh = [\n"x"'),
        Edit(PAGE, "see = [", "see = "),
        Edit(
            PAGE,
            'ask.zh = [\n    "71字几条",\n    "长短信怎么拆",\n]',
            'ask.zh = [\n    "71字几条",\n    "长短信怎么拆",',
            at="ask.en",
        ),
        Edit(API, 'retry = "wait"', "retry = “wait”"),
        Edit(BEYOND, '"schedule a message",\n]', '"schedule a message",', at="en = ["),
        Edit(PHRASES, '"Billing" }', '"Billing"'),
    ],
)
def test_broken_toml_is_told_on_its_line_and_makes_nothing_else_dead(folder: Path, edit: Edit) -> None:
    line = edit.make(folder)

    assert told(folder) == [(edit.file, line, "broken_toml", {})]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_utf8_is_told_on_its_line_and_makes_nothing_else_dead(
    folder: Path, name: str
) -> None:
    (folder / name).write_bytes(FILES[name].encode() + "\n短信".encode("gbk"))

    assert told(folder) == [(name, FILES[name].count("\n") + 2, "not_utf8", {})]


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_file_is_told(folder: Path, name: str) -> None:
    (folder / name).unlink()

    assert told(folder) == [(name, 1, "missing_file", {})]


def test_a_file_that_can_not_be_opened_is_told(folder: Path) -> None:
    (folder / PAGE).unlink()
    (folder / PAGE).symlink_to("nowhere.md")

    assert told(folder) == [(PAGE, 1, "unreadable", {})]


@pytest.mark.parametrize(
    "name",
    [
        "faq/loose.md",
        "faq/billing/deeper/page.md",
        "faq/billing/page.md.txt",
        "faq/billing/page.MD",
        "faq/billing/page.markdown",
        "faq/billing/page (copy).md",
        "faq/billing/page.toml",
        "billing/page.md",
        "errors/page.md",
        "errors/more.toml",
        "more.toml",
        "faq/phrases.toml",
        "notes.txt",
    ],
)
def test_a_file_in_the_wrong_place_or_of_an_unknown_name_is_told(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"")

    assert told(folder) == [(name, 1, "unknown_file", {})]


def test_a_folder_that_is_a_link_is_told_since_it_is_not_read(folder: Path) -> None:
    (folder / "faq" / "more").symlink_to(folder / "faq" / "other")

    assert told(folder) == [("faq/more", 1, "unknown_file", {})]


@pytest.mark.parametrize("there", [False, True])
def test_without_a_folder_only_that_is_told(tmp_path: Path, there: bool) -> None:  # noqa: FBT001
    folder = tmp_path / "knowledge"
    if there:
        folder.write_bytes(b"a file")

    assert told(folder) == [(".", 1, "no_folder", {"folder": str(folder)})]


def test_of_an_empty_folder_all_that_is_missing_is_told(tmp_path: Path) -> None:
    assert told(tmp_path) == [(name, 1, "missing_file", {}) for name in sorted([*TABLES, "faq/*/*.md"])]


def test_all_mistakes_of_all_files_are_told_at_once_in_the_order_of_files_and_lines(folder: Path) -> None:
    edits = [
        (Edit(BEYOND, '"schedule a message"', '"Cannot parse?"'), "phrasing_twice"),
        (Edit(CONCEPTS, 'role = "domain"', 'role = "main"'), "not_one_of"),
        (Edit(CONCEPTS, '"money back"', '"SMS"'), "word_twice"),
        (Edit(API, 'verified = "official"\nretry = "never"', 'verified = 1\nretry = "never"'), "not_one_of"),
        (Edit(API, 'counterparts = ["1004"]', 'counterparts = ["1004", "1005"]'), "dead_code"),
        (Edit(API, 'retry = "wait"\n', "", at='[[code]]\ncode = "L'), "missing_key"),
        (Edit(API, 'zh.meaning = "超', 'see = ["gone"]\nzh.meaning = "超'), "dead_see"),
        (Edit(RECEIPTS, 'delivered = ["DELIVRD"]', 'lost = ["DELIVRD"]'), "dead_reason"),
        (Edit(PAGE, "updated = 2025-06-16", 'updated = "today"'), "wrong_type"),
        (Edit(PAGE, '"长短信怎么拆"', '"71字几条"', at='"71字几条",\n]'), "phrasing_twice"),
        (Edit(PAGE, '"MK:0001"', '"MK:0009"'), "dead_code"),
        (Edit(PAGE, '["other/parse-error"]', '["other/gone"]'), "dead_see"),
        (Edit(PAGE, "(https://example.com/prices)", "(http://example.com)"), "not_https"),
        (Edit(OTHER_PAGE, "## English", "## 英文"), "headings"),
        (Edit(PHRASES, "来源：{category}，{updated}", "来源：{updated}"), "unlike_blanks"),
    ]
    for edit, _ in edits:
        edit.make(folder)
    (folder / FAMILIES).write_bytes(b"\xff")

    assert [it[:3] for it in told(folder)] == sorted(
        [(FAMILIES, 1, "not_utf8"), *((edit.file, edit.line(folder), kind) for edit, kind in edits)]
    )


def test_the_phrases_can_be_read_alone_from_a_folder_with_mistakes(folder: Path) -> None:
    (folder / API).write_bytes(b"\xff")

    assert read_phrases(folder)["answer.between"] == Both("；", "; ")


@pytest.mark.parametrize("content", [None, b"\xff", b"a =", b"a = 1"])
def test_phrases_that_can_not_be_read_are_none(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / PHRASES).write_bytes(content)

    assert read_phrases(tmp_path) == {}


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worn")
    write_knowledge(folder)
    return folder


@given(
    name=st.sampled_from(list(FILES)),
    content=st.binary(max_size=40),
    where=st.floats(0, 1),
    kept=st.sampled_from(["none", "before", "after", "both"]),
)
@settings(max_examples=120)
def test_no_content_of_a_file_raises_anything_but_a_knowledge_error(
    worn: Path, name: str, content: bytes, where: float, kept: str
) -> None:
    whole = FILES[name].encode()
    cut = int(where * len(whole))
    before = whole[:cut] if kept in {"before", "both"} else b""
    after = whole[cut:] if kept in {"after", "both"} else b""
    changed = before + content + after
    (worn / name).write_bytes(changed)

    mistakes = told(worn)

    (worn / name).write_bytes(whole)
    assert all(1 <= line <= changed.count(b"\n") + 1 for file, line, _, _ in mistakes if file == name)


def read(folder: Path) -> Library:
    return read_library(folder, NORMALISER)


def told(folder: Path) -> list[Told]:
    """The mistakes, without the reasons that other programs word; none if the folder can be read."""
    try:
        read(folder)
    except KnowledgeError as error:
        return [(it.file, it.line, it.kind, without_reason(it)) for it in error.mistakes]
    return []


def without_reason(mistake: Mistake) -> dict[str, str]:
    worded = mistake.kind != "dead_reason"
    return {name: value for name, value in mistake.details.items() if name != "reason" or not worded}
