"""When somebody wants a digest is understood as people say it, in any order, and nothing is guessed."""

from contextlib import suppress
from datetime import time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.drawing import Drawing
from bot.language import LANGUAGES, Language
from bot.sms.cloud import ACCOUNT_ZONE
from bot.sms.plans import CATCH_UP, Plan
from bot.sms.timetable import FIXED, NO_CLOCK, Wish, length_of, near_zone, places, read_wish, zones
from bot.sms.wallclock import EVERY_DAY, days_said
from bot.wiring import Bot
from tests.sms.small_cloud import DAY, NOW

ACCOUNTS = ("prod", "test")
WORKDAYS, WEEKEND = frozenset(range(5)), frozenset({5, 6})
BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def drawing(bot: Bot) -> Drawing:
    return Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)


def said(text: str) -> Wish:
    return read_wish(text.split(), ACCOUNTS)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("9:00", time(9)),
        ("09:30", time(9, 30)),
        ("9：30", time(9, 30)),
        ("０９：３０", time(9, 30)),
        ("0:00", time(0)),
        ("23:59", time(23, 59)),
        ("9点", time(9)),
        ("9點", time(9)),
        ("9点半", time(9, 30)),
        ("9点05", time(9, 5)),
        ("9点5分", time(9, 5)),
        ("9点整", time(9)),
        ("九点", time(9)),
        ("九点钟", time(9)),
        ("十点半", time(10, 30)),
        ("十二点", time(12)),
        ("两点", time(2)),
        ("零点", time(0)),
        ("早上8点", time(8)),
        ("下午3点", time(15)),
        ("下午三点半", time(15, 30)),
        ("下午15点", time(15)),
        ("下午 3 点 半", time(15, 30)),
        ("晚上8点", time(20)),
        ("中午12点", time(12)),
        ("中午1点", time(13)),
        ("中午11点", time(11)),
        ("晚上12点", time(0)),
        ("晚上1点", time(1)),
        ("凌晨1点", time(1)),
        ("noon", time(12)),
        ("中午", time(12)),
        ("9am", time(9)),
        ("9PM", time(21)),
        ("9 am", time(9)),
        ("9:30pm", time(21, 30)),
        ("9:30 pm", time(21, 30)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("12:30am", time(0, 30)),
    ],
)
def test_a_time_of_day_is_read_as_it_is_spoken(text: str, at: time) -> None:
    assert said(text) == Wish(at=at)


@pytest.mark.parametrize(
    "text", ["9", "24:00", "9:60", "9:5", "25点", "9点75", "am", "129:00", "九", "点", "9:"]
)
def test_what_is_no_time_of_day_is_strange(text: str) -> None:
    wish = said(text)

    assert wish.at is None
    assert wish.strange


@pytest.mark.parametrize("text", ["9", "24:00", "25:00", "9:60", "9:5", "25点", "9.30", "25am"])
def test_what_may_be_meant_for_a_time_of_day_is_known_as_that(text: str) -> None:
    assert all(NO_CLOCK.fullmatch(it) for it in said(text).strange)
    assert not NO_CLOCK.fullmatch("129:00")
    assert not NO_CLOCK.fullmatch("3d")


@given(at=st.times())
def test_every_minute_can_be_said_as_it_is_shown(at: time) -> None:
    assert said(f"{at:%H:%M}").at == at.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", WORKDAYS),
        ("Mon–Fri", WORKDAYS),
        ("monday-friday", WORKDAYS),
        ("weekdays", WORKDAYS),
        ("every weekday", WORKDAYS),
        ("工作日", WORKDAYS),
        ("每个工作日", WORKDAYS),
        ("周一至周五", WORKDAYS),
        ("周一到周五", WORKDAYS),
        ("周一到五", WORKDAYS),
        ("周一-周五", WORKDAYS),
        ("星期一至星期五", WORKDAYS),
        ("週一至週五", WORKDAYS),
        ("礼拜一到礼拜五", WORKDAYS),
        ("weekend", WEEKEND),
        ("周末", WEEKEND),
        ("周六日", WEEKEND),
        ("sat,sun", WEEKEND),
        ("sat, sun", WEEKEND),
        ("saturdays and sundays", WEEKEND),
        ("周六、周日", WEEKEND),
        ("周六 周日", WEEKEND),
        ("星期六和星期天", WEEKEND),
        ("周一三五", {0, 2, 4}),
        ("每周一", {0}),
        ("wednesday", {2}),
        ("fri-mon", {4, 5, 6, 0}),
        ("daily", EVERY_DAY),
        ("every day", EVERY_DAY),
        ("每天", EVERY_DAY),
        ("每日", EVERY_DAY),
    ],
)
def test_days_are_read_as_they_are_spoken(text: str, days: frozenset[int]) -> None:
    assert said(text) == Wish(days=frozenset(days))


@pytest.mark.parametrize("text", ["周", "每周", "一", "mon-", "months", "周八", "fry"])
def test_what_names_no_days_is_strange(text: str) -> None:
    wish = said(text)

    assert not wish.days
    assert wish.strange


@pytest.mark.parametrize("language", LANGUAGES)
@given(chosen=st.frozensets(st.integers(0, 6), min_size=1))
@example(chosen=EVERY_DAY)
def test_the_days_are_read_as_the_bot_itself_tells_them(
    drawing: Drawing, language: Language, chosen: frozenset[int]
) -> None:
    assert said(drawing.cell(days_said(chosen), language)).days == chosen


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Asia/Shanghai", "Asia/Shanghai"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("Shanghai", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("UTC+8", "Asia/Shanghai"),
        ("CST", "Asia/Shanghai"),
        ("Berlin", "Europe/Berlin"),
        ("柏林", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("New_York", "America/New_York"),
        ("纽约", "America/New_York"),
        ("ho chi minh", "Asia/Ho_Chi_Minh"),
        ("US/Pacific", "US/Pacific"),
        ("香港", "Asia/Hong_Kong"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_known_by_its_name_and_by_its_city(text: str, zone: str) -> None:
    assert said(text) == Wish(zone=ZoneInfo(zone))


def test_every_zone_is_known_by_its_own_name() -> None:
    assert all(zones()[name.casefold()] == name for name in available_timezones() - FIXED)


@pytest.mark.parametrize(
    "word", ["UTC+1", "gmt-5", "UTC+01:00", "UTC+0530", "+1", "EST", "mst", "HST", "PST"]
)
def test_hours_from_greenwich_and_clocks_without_summer_time_are_no_zone_and_like_none(word: str) -> None:
    assert said(f"9:00 {word}") == Wish(time(9), strange=(word,))


def test_a_city_is_never_that_of_another_clock() -> None:
    """Of the zones that share a city's name, each shows the same time."""
    named: dict[str, set[str]] = {}
    for name, place in places(available_timezones()):
        named.setdefault(place, set()).add(name)

    for names in named.values():
        offsets = {tuple(ZoneInfo(name).utcoffset(NOW + it * 180 * DAY) for it in range(2)) for name in names}
        assert len(offsets) == 1, names


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("Shangai", "Asia/Shanghai"),
        ("Asia/Shangai", "Asia/Shanghai"),
        ("berln", "Europe/Berlin"),
        ("tokio", "Asia/Tokyo"),
        ("newyork", "America/New_York"),
    ],
)
def test_a_mistyped_zone_has_one_that_it_may_mean(word: str, near: str) -> None:
    wish = said(f"9:00 {word}")

    assert (wish.strange, wish.near) == ((word,), near)


@pytest.mark.parametrize("word", ["quarterly", "prdo", "短信", "", "x", "9.30"])
def test_nonsense_is_like_no_zone(word: str) -> None:
    assert near_zone(word) == ""


def test_the_language_the_accounts_and_a_channel_are_known() -> None:
    assert said("中文").language == said("zh").language == said("Chinese").language == "zh"
    assert said("英文").language == said("EN").language == "en"
    assert said("prod TEST prod").accounts == ("prod", "test")
    assert said("全部").accounts == said("all").accounts == ()
    assert said("9:00").accounts is None
    assert said("C0OPS").channel == said("<#C0OPS|ops>").channel == said("<#C0OPS>").channel == "C0OPS"


def test_a_channel_is_not_torn_apart_for_what_its_id_looks_like() -> None:
    assert said("C01AM2XYZ").channel == "C01AM2XYZ"
    assert said("C09PM 8:00") == Wish(at=time(8), channel="C09PM")


def test_the_words_may_come_in_any_order() -> None:
    words = ("9:30", "Berlin", "mon-fri", "zh", "test", "C0OPS")
    wanted = Wish(time(9, 30), BERLIN, WORKDAYS, "zh", ("test",), "C0OPS")

    assert all(said(" ".join(it)) == wanted for it in permutations(words))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("每天早上9点半", Wish(time(9, 30), days=EVERY_DAY)),
        ("工作日9点", Wish(time(9), days=WORKDAYS)),
        ("周一至周五九点半", Wish(time(9, 30), days=WORKDAYS)),
        ("每天中午", Wish(time(12), days=EVERY_DAY)),
        ("weekdays at noon", Wish(time(12), days=WORKDAYS)),
        ("9点，工作日", Wish(time(9), days=WORKDAYS)),
        ("9点工作日", Wish(time(9), days=WORKDAYS)),
        ("北京时间9点", Wish(time(9), SHANGHAI)),
        ("在 9点 。", Wish(time(9))),
        ("daily at 9am in new york", Wish(time(9), ZoneInfo("America/New_York"), EVERY_DAY)),
        ("mon-fri at 8:30, Berlin time", Wish(time(8, 30), BERLIN, WORKDAYS)),
    ],
)
def test_whole_phrases_are_understood(text: str, wanted: Wish) -> None:
    assert said(text) == wanted


def test_of_two_times_zones_or_languages_the_last_counts() -> None:
    assert said("9:00 10:00 Berlin 上海 zh en") == Wish(time(10), SHANGHAI, language="en")


def test_a_number_before_a_time_is_not_part_of_it() -> None:
    wish = said("1 9:00")

    assert (wish.at, wish.strange) == (time(9), ("1",))


def test_an_account_is_one_whatever_its_name_looks_like() -> None:
    assert read_wish(["9AM", "berlin"], ("9am", "berlin")).accounts == ("9am", "berlin")


def test_what_means_nothing_is_kept_in_its_order() -> None:
    assert said("hello 9:00 you").strange == ("hello", "you")


@given(text=st.text(max_size=40))
def test_whatever_is_typed_can_be_read(text: str) -> None:
    assert isinstance(said(text), Wish)
    with suppress(ValueError):
        length_of(text.split())


@pytest.mark.parametrize("piece", ["9点", "周", "x ", "9:00 ", "1", "，"])
def test_however_much_is_pasted_can_be_read(piece: str) -> None:
    assert isinstance(said(piece * 4000), Wish)


def test_a_plan_keeps_what_was_not_said() -> None:
    before = Plan(
        "C1", time(9), BERLIN, WORKDAYS, "zh", ("prod",), CATCH_UP / 2, since=NOW - DAY, on=False, person="U0"
    )

    after = said("10:00").applied(before, NOW, "U1")

    assert after == Plan(
        "C1", time(10), BERLIN, WORKDAYS, "zh", ("prod",), CATCH_UP / 2, since=NOW, on=True, person="U1"
    )


def test_a_plan_takes_what_was_said_and_midnight_is_a_time() -> None:
    before = Plan("C1", time(9), BERLIN, WORKDAYS, "zh", ("prod",))

    after = said("0:00 上海 周末 en test").applied(before, NOW, "U1")

    assert (after.at, after.zone, after.days, after.language, after.accounts) == (
        time(0),
        SHANGHAI,
        WEEKEND,
        "en",
        ("test",),
    )
    assert said("all").applied(before, NOW, "U1").accounts == ()


@pytest.mark.parametrize(
    ("text", "length", "rest"),
    [
        ("90m", timedelta(minutes=90), []),
        ("6h", timedelta(hours=6), []),
        ("3D", timedelta(days=3), []),
        ("3天", timedelta(days=3), []),
        ("6 hours", timedelta(hours=6), []),
        ("3 天", timedelta(days=3), []),
        ("1个小时", timedelta(hours=1), []),
        ("30分钟", timedelta(minutes=30), []),
        ("３ｄ", timedelta(days=3), []),
        ("C0OPS 3d", timedelta(days=3), ["C0OPS"]),
        ("3 days C0OPS", timedelta(days=3), ["C0OPS"]),
        ("C0OPS", None, ["C0OPS"]),
        ("", None, []),
    ],
)
def test_a_length_is_found_among_other_words(text: str, length: timedelta | None, rest: list[str]) -> None:
    assert length_of(text.split()) == (length, rest)


@pytest.mark.parametrize("text", ["0d", "8d", "8 天", "200h"])
def test_a_length_of_nothing_or_of_more_than_a_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - who reads it says what is wrong
        length_of(text.split())
