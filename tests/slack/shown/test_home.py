"""Home: what each person finds there, within what Slack takes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BotError
from bot.faq.asked import Asked
from bot.faq.codes import Named
from bot.faq.entry import Entry
from bot.faq.gaps import Gap
from bot.language import LANGUAGES, Language
from bot.slack.message import View
from bot.slack.shown.home import Balance, Digest, Home, HomeFacts, Left, Loading, Missing, browsed, sought
from bot.slack.shown.private import Browsing, unfolded
from bot.sms.cloud import Refused
from bot.sms.operations import VERBS
from bot.sms.report import say
from bot.wiring import Bot
from tests.slack.judge import judged
from tests.slack.shown.test_forms import HOSTILE
from tests.sms.small_cloud import NOW, TODAY

EVERYTHING = frozenset({"ask", "error", *VERBS})
LEFT = Left(
    12_345,
    50_000,
    date(2026, 12, 31),
    say("forecast.days", usual=say("forecast.count", count=9)),
    NOW,
)


@pytest.fixture
def home(bot: Bot) -> Home:
    return Home(bot.phrases, bot.drawing, bot.assistant.entries)


def asked(number: int, text: str = "能退吗", **changes: Any) -> Asked:
    made = Asked(
        f"q{number:031}",
        NOW,
        f"U{number % 7}",
        "C0OPS",
        "",
        "zh",
        text,
        "unknown",
        reasons=("wrong: 价格变了",),
    )
    return replace(made, **changes)


def gap(*questions: Asked) -> Gap:
    return Gap(questions or (asked(1),))


def full(home_entries: Mapping[str, Entry], text: str, browsing: Browsing) -> HomeFacts:
    """As much of everything as a team could ever have, `text` wherever people's words stand."""
    accounts = [
        Balance(text[:60] or "prod", state)
        for state in (
            LEFT,
            Missing(Refused("SmsPackagesStatistics", "FailedOperation.Unlisted", text)),
            Loading(),
        )
    ]
    channels = tuple(f"{'CGD'[it % 3]}0{it:08}" for it in range(60))
    crowd = [
        asked(
            it,
            text or "x",
            channel=channels[it % 60],
            reasons=(text, f"outdated: {text}"),
            offered=tuple(home_entries),
        )
        for it in range(300)
    ]
    return HomeFacts(
        NOW,
        EVERYTHING,
        tuple(accounts) * 4,
        tuple(Digest(it, time(9), "Asia/Shanghai", frozenset({0, 2, 4})) for it in channels),
        browsing,
        tuple(home_entries.values()) * 2,
        (gap(*crowd), *(gap(asked(it, text or "x")) for it in range(500))),
        sample=True,
    )


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_takes_home_however_much_there_is_and_whatever_people_wrote(
    home: Home, bot: Bot, language: Language, text: str
) -> None:
    for browsing in (Browsing(), sought(text), Browsing("other", 2), Browsing("gone", 9)):
        view = home.view(full(bot.assistant.entries, text, browsing), language)

        assert judged({"user_id": "U1", "view": view}) == []
        assert len(view["blocks"]) <= 60
        assert len(json.dumps(view)) < 250_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guest_finds_the_faq_and_nothing_else(home: Home, bot: Bot, language: Language) -> None:
    facts = full(bot.assistant.entries, "x", Browsing())

    view = home.view(
        replace(facts, verbs=frozenset({"ask", "error", "help"}), digests=(), gaps=None), language
    )

    assert {it["action_id"].partition(":")[0] for it in pressable(view)} == {
        "open_form",
        "refresh_home",
        "category",
        "search",
    }
    assert [it["value"] for it in pressable(view) if it["action_id"].startswith("open_form")] == ["ask"]
    assert "12,345" not in json.dumps(view)


@pytest.mark.parametrize("verb", ["balance", "stats", "templates", "doctor", "audit", "send-test"])
def test_what_a_person_may_not_use_has_no_button(home: Home, verb: str) -> None:
    value = verb.replace("-", "_")

    everything = values(home.view(HomeFacts(NOW, EVERYTHING), "en"))
    without = values(home.view(HomeFacts(NOW, EVERYTHING - {verb}), "en"))

    assert set(everything) - set(without) == {value}


def test_a_button_says_a_command_that_there_is(home: Home) -> None:
    view = home.view(HomeFacts(NOW, EVERYTHING), "zh")

    runs = [it["value"] for it in pressable(view) if it["action_id"].startswith("run:")]

    assert set(runs) <= VERBS.keys()
    assert len(runs) == 7


def test_a_balance_is_shown_with_what_it_lasts_and_its_age(home: Home) -> None:
    later = NOW + timedelta(minutes=7, seconds=59)

    words = said(home.view(HomeFacts(later, {"balance"}, (Balance("prod", LEFT),)), "zh"))

    assert "12,345 条（共 50,000 条）" in words
    assert "约 9 天" in words
    assert "2026-12-31" in words
    assert "7 分钟前" in words
    assert "prod" not in words


def test_an_old_balance_says_that_no_newer_one_can_be_had(home: Home) -> None:
    stale = Balance("prod", replace(LEFT, stale=True, asked=NOW - timedelta(hours=2), lasts=None, ends=None))

    words = said(home.view(HomeFacts(NOW, {"balance"}, (stale,)), "en"))

    assert "120 min ago (newer figures" in words
    assert "not known" in words


def test_each_of_several_accounts_is_named_and_may_fail_by_itself(home: Home) -> None:
    failed = Balance("test", Missing(BotError("sms.no_account")))
    balances = (Balance("prod", LEFT), failed, Balance("third", Loading()))

    words = said(home.view(HomeFacts(NOW, {"balance"}, balances), "en"))

    assert "prod" in words
    assert "test: " in words
    assert "third: asking" in words


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (range(7), "每天 09:30", "every day at 09:30"),
        (range(5), "周一至周五 09:30", "Mon–Fri at 09:30"),
        ((0, 2, 5), "周一、周三、周六 09:30", "Mon, Wed, Sat at 09:30"),
        ((5, 6), "周六、周日 09:30", "Sat, Sun at 09:30"),
    ],
)
def test_a_digest_says_when_it_comes(home: Home, days: range | tuple[int, ...], zh: str, en: str) -> None:
    digest = Digest("C0OPS", time(9, 30), "Asia/Shanghai", frozenset(days))

    view = home.view(HomeFacts(NOW, frozenset(), digests=(digest,)), "zh")

    assert f"{zh}（Asia/Shanghai）" in said(view)
    assert f"{en} (Asia/Shanghai)" in said(home.view(HomeFacts(NOW, frozenset(), digests=(digest,)), "en"))
    assert {"type": "channel", "channel_id": "C0OPS"} in list(parts(view))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_reached_by_its_category_and_page(home: Home, bot: Bot, language: Language) -> None:
    reached = set()
    following = {
        it["value"] for it in pressable(faq(home, Browsing(), language)) if "category" in it["action_id"]
    }
    seen: set[str] = set()
    while following - seen:
        value = min(following - seen)
        seen.add(value)
        view = faq(home, browsed(value), language)
        reached |= {it["value"] for it in pressable(view) if it["action_id"].startswith("read:")}
        following |= {it["value"] for it in pressable(view) if it["action_id"].startswith("category:")}

    assert reached == set(bot.assistant.entries)


def test_a_page_beyond_the_last_is_the_last(home: Home) -> None:
    last, beyond = faq(home, Browsing("other", 3), "en"), faq(home, Browsing("other", 99), "en")

    assert values(last) == values(beyond)


def test_the_category_that_is_looked_at_stands_out_and_can_be_closed(home: Home) -> None:
    view = faq(home, Browsing("billing"), "en")

    marked = [
        it["value"]
        for it in pressable(view)
        if it.get("style") == "primary" and "category" in it["action_id"]
    ]

    assert marked == ["billing 1"]
    assert browsed("all 1") == Browsing()
    assert "all 1" in values(view)
    assert "all 1" not in values(faq(home, Browsing(), "en"))


def test_a_search_shows_what_was_found_and_keeps_its_words(home: Home, bot: Bot) -> None:
    code = bot.assistant.codes.named("1031")
    assert isinstance(code, Named)
    entry = bot.assistant.entries["billing/mainland-package-refund"]

    view = faq(home, sought(" 退款\n"), "zh", (entry, code))

    assert [it["value"] for it in pressable(view) if it["action_id"].startswith("read:")] == [
        entry.id,
        "1031",
    ]
    assert {"退款"} == {it["initial_value"] for it in parts(view) if "initial_value" in it}
    assert entry.title.zh in said(view)
    assert unfolded(Browsing, view["private_metadata"]) == Browsing(search="退款")


def test_a_search_without_a_result_leads_to_asking(home: Home) -> None:
    view = faq(home, sought("who won <!here>"), "en")

    assert "ask who won <!here>" in values(view)
    assert "“who won <!here>”" in said(view)


def test_what_was_typed_does_not_stay_where_something_else_is_shown(home: Home) -> None:
    shown = [Browsing(), Browsing("billing"), Browsing("other"), sought("x")]

    names = [
        it["block_id"] for browsing in shown for it in parts(faq(home, browsing, "en")) if "block_id" in it
    ]

    assert len(set(names)) == 4


def test_a_gap_tells_how_often_by_whom_where_and_why(home: Home) -> None:
    questions = (
        asked(1, offered=("billing/mainland-package-refund", "1031")),
        asked(2, channel="D0PRIVATE", reasons=("看不懂",)),
        asked(9, channel="G0SECRET"),
    )

    view = home.view(HomeFacts(NOW, frozenset(), gaps=(gap(*questions),)), "zh")

    words = said(view)
    assert "能退吗" in words
    assert "提问 3 次，2 人" in words
    assert "答案不对、价格变了" in words
    assert "反馈：看不懂" in words
    assert "国内短信套餐包支持余额退款吗" in words
    assert "1031" in words
    assert [it["channel_id"] for it in parts(view) if it.get("type") == "channel"] == ["C0OPS", "G0SECRET"]
    assert "私聊" in words


def test_a_gap_is_settled_or_added_by_the_ids_of_its_questions(home: Home) -> None:
    view = home.view(
        HomeFacts(NOW, frozenset(), gaps=(gap(asked(1), asked(2)), gap(*map(asked, range(500))))), "en"
    )

    settling = [it["value"].split() for it in pressable(view) if it["action_id"].startswith("settle:")]
    adding = [it["value"].split() for it in pressable(view) if it["action_id"].startswith("open_form:")]

    assert settling[0] == [asked(1).id, asked(2).id]
    assert adding[0] == ["wording", asked(1).id, asked(2).id]
    assert {len(it) for row in settling for it in row} == {32}
    assert settling[1] == [asked(it).id for it in range(len(settling[1]))]


def test_only_owners_hear_of_gaps_and_that_there_are_none(home: Home) -> None:
    owner = said(home.view(HomeFacts(NOW, frozenset(), gaps=()), "en"))
    other = said(home.view(HomeFacts(NOW, frozenset()), "en"))

    assert "There are none" in owner
    assert "without a good answer" not in other


def test_sample_data_is_called_so(home: Home) -> None:
    assert "sample data" in said(home.view(HomeFacts(NOW, frozenset(), sample=True), "en"))
    assert "sample data" not in said(home.view(HomeFacts(NOW, frozenset()), "en"))


def test_home_tells_when_it_was_drawn_in_the_readers_own_zone(home: Home) -> None:
    drawn = next(it for it in parts(home.view(HomeFacts(NOW, frozenset()), "en")) if it.get("type") == "date")

    assert datetime.fromtimestamp(drawn["timestamp"], tz=NOW.tzinfo) == NOW
    assert str(TODAY) in drawn["fallback"]


@given(st.text())
def test_any_value_of_a_button_leads_somewhere(value: str) -> None:
    assert browsed(value).page >= 1


def faq(home: Home, browsing: Browsing, language: Language, found: tuple[Entry | Named, ...] = ()) -> View:
    return home.view(HomeFacts(NOW, frozenset({"ask"}), browsing=browsing, found=found), language)


def parts(value: object) -> Iterator[Mapping[str, Any]]:
    """Every object of a view, its blocks and elements among them, top to bottom."""
    match value:
        case Mapping():
            yield value
            for inner in value.values():
                yield from parts(inner)
        case list() | tuple():
            for inner in value:
                yield from parts(inner)
        case _:
            return


def pressable(view: View) -> list[Mapping[str, Any]]:
    return [it for it in parts(view) if "action_id" in it]


def values(view: View) -> list[str]:
    return [it["value"] for it in pressable(view) if "value" in it]


def said(view: View) -> str:
    """Every word of a view."""
    return "\n".join(it["text"] for it in parts(view) if isinstance(it.get("text"), str))
