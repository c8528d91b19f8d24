"""What is said to a text, over the shipped knowledge."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.faq.assistant import ANSWER, OFFER, Answered, Assistant, Unknown, Unsure, decide
from bot.faq.codes import Named
from bot.faq.entry import Entry
from bot.wiring import Bot


@pytest.fixture
def assistant(bot: Bot) -> Assistant:
    return bot.assistant


def test_the_questions_of_the_faq_find_themselves(assistant: Assistant) -> None:
    lost = [
        entry.id
        for entry in assistant.entries.values()
        for title in (entry.title.zh, entry.title.en)
        if entry.title.zh not in [hit.title for hit in assistant.reply(title).hits[:1]]
    ]

    # Two pairs of the FAQ's questions ask the same.
    assert len(lost) <= 2, lost


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("没用完的国内套餐能退钱吗", "billing/mainland-package-refund"),
        ("How many characters fit in one text?", "billing/segments"),
        ("國際簡訊套餐可以退費嗎", "billing/overseas-package-refund"),
        ("yanzhengma shoubudao", "other/not-received"),
    ],
)
def test_a_question_is_answered(assistant: Assistant, text: str, name: str) -> None:
    reply = assistant.reply(text)

    assert isinstance(reply, Answered)
    assert [hit.id for hit in reply.shown] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "今天天气不错",
        "hello there",
        "哈哈哈",
        "CVM 怎么退款",
        "周五发版",
        "",
        "   ",
        "🙂",
        "👍👍",
        "ありがとう",
        "?" * 50,
    ],
)
def test_what_asks_nothing_of_us_is_unknown(assistant: Assistant, text: str) -> None:
    assert isinstance(assistant.reply(text), Unknown)


def test_a_lone_code_is_explained_before_the_entry_behind_it(assistant: Assistant) -> None:
    reply = assistant.reply("1031")

    assert isinstance(reply, Answered)
    assert [hit.id for hit in reply.shown] == ["1031", "billing/error-1031-despite-balance"]


def test_a_code_in_a_sentence_comes_with_the_entry_that_answers_it(assistant: Assistant) -> None:
    reply = assistant.reply("线上一直报1031，账户里明明有钱")

    assert isinstance(reply, Answered)
    assert [hit.id for hit in reply.shown] == ["billing/error-1031-despite-balance", "1031"]


def test_several_codes_in_one_text_are_all_explained(assistant: Assistant) -> None:
    reply = assistant.reply('{"Code":"LimitExceeded.PhoneNumberDailyLimit"} 还有回执 MK:0001 和 1016')

    assert isinstance(reply, Answered)
    codes = [hit.id for hit in reply.shown if isinstance(hit.subject, Named)]
    assert set(codes) == {"LimitExceeded.PhoneNumberDailyLimit", "MK:0001", "1016"}


def test_a_mistyped_code_is_met_with_did_you_mean(assistant: Assistant) -> None:
    reply = assistant.reply("FailedOperation.InsufficientBalanceInSmsPackge")

    assert isinstance(reply, Unsure)
    assert reply.choices[0].id == "FailedOperation.InsufficientBalanceInSmsPackage"
    assert reply.unlisted[0].name == "FailedOperation.InsufficientBalanceInSmsPackge"


def test_a_code_that_no_table_has_tells_what_its_family_says(assistant: Assistant) -> None:
    reply = assistant.explain_codes("LimitExceeded.SomethingQuiteNew", "en")

    assert isinstance(reply, Unknown)
    assert reply.unlisted[0].family is not None


def test_a_question_with_two_answers_is_offered_as_a_choice(assistant: Assistant) -> None:
    reply = assistant.reply("套餐包")

    assert isinstance(reply, Unsure | Unknown)


@pytest.mark.parametrize(
    ("text", "language"),
    [("套餐能退吗", "zh"), ("refund?", "en"), ("taocan neng tui ma", "zh"), ("1031", "en"), ("🙂", "en")],
)
def test_the_answer_is_in_the_language_of_the_question(
    assistant: Assistant, text: str, language: str
) -> None:
    assert assistant.reply(text).language == language


def test_a_language_can_be_asked_for(assistant: Assistant) -> None:
    assert assistant.reply("套餐能退吗", "en").language == "en"


@pytest.mark.parametrize(
    ("text", "language"), [("1031", "zh"), ("🙂", "zh"), ("refund?", "en"), ("taocan neng tui ma", "zh")]
)
def test_a_text_that_shows_no_language_is_answered_in_the_persons(
    assistant: Assistant, text: str, language: str
) -> None:
    assert assistant.reply(text, otherwise="zh").language == language


def test_certainty_alone_decides(assistant: Assistant) -> None:
    hit = assistant.reply("套餐能退吗").hits[0]

    outcomes = [
        type(decide("", "zh", (type(hit)(hit.subject, certainty),))) for certainty in (ANSWER, OFFER, 0.0)
    ]

    assert outcomes == [Answered, Unsure, Unknown]


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=400))
def test_any_text_gets_some_reply(bot: Bot, text: str) -> None:
    reply = bot.assistant.reply(text)

    assert all(isinstance(hit.subject, Entry | Named) for hit in reply.hits)
