"""What the settings write of times is read strictly, and told in both languages."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.drawing import Drawing
from bot.language import LANGUAGES, Language
from bot.sms.cloud import ACCOUNT_ZONE
from bot.sms.wallclock import WEEK, clock, days, days_said, duration, typed_duration, written, zone
from bot.wiring import Bot

WORKDAYS = frozenset(range(5))


@pytest.fixture(scope="module")
def drawing(bot: Bot) -> Drawing:
    return Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)


def test_a_time_of_day_has_two_digits_each() -> None:
    assert (clock("09:05"), clock("00:00"), clock("23:59")) == (time(9, 5), time(0), time(23, 59))


@pytest.mark.parametrize("text", ["9:00", "24:00", "12:60", "09:00\n", " 09:00", "09:00:00", "０９:00", ""])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - nothing is said of it: the settings tell what is wrong
        clock(text)


def test_a_zone_is_found_by_its_name() -> None:
    assert zone("Europe/Berlin").key == "Europe/Berlin"


@pytest.mark.parametrize(
    "text", ["", "Asia", "Asia/Shangai", "../Berlin", "/etc/localtime", "a\0b", "上海", "\ud800", "x" * 300]
)
def test_what_is_no_zone_is_refused_and_no_file_is_looked_into(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        zone(text)


def test_a_length_is_in_minutes_hours_or_days() -> None:
    assert duration("90m") == timedelta(minutes=90)
    assert duration("6h") == timedelta(hours=6)
    assert duration("7d") == duration("168h") == timedelta(days=7)


@pytest.mark.parametrize("text", ["0m", "8d", "169h", "6", "h", "6 h", "-1h", "1.5h", "1w", "6H", "10081m"])
def test_what_is_no_length_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        duration(text)


@pytest.mark.parametrize(
    "text",
    ["6h", "6 hours", "六小时", "六個小時", "６Ｈ", "6小时", "6 个小时", "6個小時", "360m", "360分鐘", "06h"],
)
def test_a_length_is_understood_as_people_type_it(text: str) -> None:
    assert typed_duration(text) == timedelta(hours=6)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("一天", timedelta(days=1)),
        ("三天", timedelta(days=3)),
        ("两天", timedelta(days=2)),
        ("两个小时", timedelta(hours=2)),
        ("兩小時", timedelta(hours=2)),
        ("十分钟", timedelta(minutes=10)),
        ("半天", timedelta(hours=12)),
        ("半小时", timedelta(minutes=30)),
        ("半个小时", timedelta(minutes=30)),
    ],
)
def test_a_length_may_be_in_chinese_numerals(text: str, length: timedelta) -> None:
    assert typed_duration(text) == length


@pytest.mark.parametrize("text", ["0h", "8天", "八天", "9999 hours"])
def test_a_typed_length_of_nothing_or_of_more_than_a_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        typed_duration(text)


@pytest.mark.parametrize("text", ["", "6", "h", "6w", "balance", "6h6h", "三", "十一天", "半"])
def test_another_word_is_no_length(text: str) -> None:
    assert typed_duration(text) is None


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("mon-fri", WORKDAYS),
        ("mon,wed,fri", {0, 2, 4}),
        ("Sat-Mon", {5, 6, 0}),
        ("mon-tue, sun", {0, 1, 6}),
        ("thu", {3}),
        ("thu-thu", {3}),
        ("mon-sun", set(range(7))),
    ],
)
def test_days_are_listed_or_from_one_to_another(text: str, chosen: set[int]) -> None:
    assert days(text) == chosen


@pytest.mark.parametrize(
    "text", ["", "mo", "monday", "mon-", "-fri", "mon,", "mon;tue", "mon-tue-wed", "周一"]
)
def test_what_names_no_days_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        days(text)


@given(chosen=st.frozensets(st.integers(0, 6), min_size=1))
def test_days_are_written_as_they_are_read(chosen: frozenset[int]) -> None:
    assert days(written(chosen)) == chosen


@pytest.mark.parametrize(
    ("chosen", "zh", "en"),
    [
        (set(range(7)), "每天", "every day"),
        (WORKDAYS, "周一至周五", "Mon–Fri"),
        ({5, 6}, "周六、周日", "Sat, Sun"),
        ({0, 2, 4}, "周一、周三、周五", "Mon, Wed, Fri"),
        ({3}, "周四", "Thu"),
        ({4, 5, 6, 0}, "周一、周五、周六、周日", "Mon, Fri, Sat, Sun"),
    ],
)
def test_days_are_told_in_words(chosen: set[int], zh: str, en: str, drawing: Drawing) -> None:
    said = {language: drawing.cell(days_said(chosen), language) for language in LANGUAGES}

    assert said == {"zh": zh, "en": en}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(len(WEEK)))
def test_each_day_of_the_week_has_a_name(number: int, language: Language, drawing: Drawing) -> None:
    said = drawing.cell(days_said({number}), language)

    assert said.casefold() == WEEK[number] if language == "en" else said == "周" + "一二三四五六日"[number]
