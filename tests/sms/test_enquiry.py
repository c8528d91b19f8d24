"""Which number, and which days."""

from datetime import UTC, date, datetime

import pytest

from bot.errors import BotError
from bot.sms.enquiry import FARTHEST, read_enquiry
from tests.sms.small_cloud import NOW, PHONE


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "(+86) 138 0013 8000",
        "0086 13800138000",
        "１３８００１３８０００",
    ],
)
def test_a_number_is_read_in_any_usual_form(text: str) -> None:
    enquiry = read_enquiry(text.split(), NOW)

    assert enquiry.number == PHONE
    assert (enquiry.since, enquiry.until) == (NOW - FARTHEST, NOW)


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026/11/20", date(2026, 11, 20)),
        ("11-20", date(2026, 11, 20)),
        ("11月20日", date(2026, 11, 20)),
        ("昨天", date(2026, 11, 21)),
        ("Yesterday", date(2026, 11, 21)),
        ("前天", date(2026, 11, 20)),
        ("today", date(2026, 11, 22)),
    ],
)
def test_a_day_stands_behind_or_before_the_number(word: str, day: date) -> None:
    assert read_enquiry(["138", "0013", "8000", word], NOW).day == day
    assert read_enquiry([word, "13800138000"], NOW).day == day


@pytest.mark.parametrize(
    "text", ["13800138000，昨天", "昨天：138 0013 8000。", "13800138000、yesterday", "13800138000; 昨天"]
)
def test_punctuation_may_stand_between_number_and_day(text: str) -> None:
    enquiry = read_enquiry(text.split(), NOW)

    assert (enquiry.number, enquiry.day) == (PHONE, date(2026, 11, 21))


def test_a_day_is_one_of_the_account() -> None:
    enquiry = read_enquiry(["13800138000", "昨天"], NOW)

    assert enquiry.since == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert enquiry.until == datetime(2026, 11, 21, 16, tzinfo=UTC)


def test_of_the_first_day_that_is_kept_only_the_rest_is_asked_for() -> None:
    enquiry = read_enquiry(["13800138000", "11-15"], NOW)

    assert enquiry.since == NOW - FARTHEST


def test_in_january_a_december_day_is_last_years() -> None:
    january = datetime(2027, 1, 2, 4, tzinfo=UTC)

    assert read_enquiry(["13800138000", "12-30"], january).day == date(2026, 12, 30)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("", "sms.no_number"),
        ("昨天", "sms.no_number"),
        ("1380013", "sms.no_number"),
        ("13800138000 lastweek", "enquiry.unknown_day"),
        ("13800138000 2026-13-45", "enquiry.unknown_day"),
        ("13800138000 2026-11-23", "enquiry.day_ahead"),
        ("13800138000 2026-11-14", "enquiry.day_gone"),
    ],
)
def test_what_can_not_be_asked_for_is_told(text: str, phrase: str) -> None:
    with pytest.raises(BotError) as caught:
        read_enquiry(text.split(), NOW)

    assert caught.value.phrase == phrase


def test_a_word_that_is_not_understood_is_repeated_without_its_digits() -> None:
    with pytest.raises(BotError) as caught:
        read_enquiry(["13800138000", "tel13900139000"], NOW)

    assert "9" not in str(caught.value.details)
