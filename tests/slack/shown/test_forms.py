"""The forms: what Slack takes, and what comes back out of them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BotError
from bot.language import LANGUAGES, Language
from bot.slack.message import Message, View
from bot.slack.shown.blocks import actions, button, context, plain_section, rich_text
from bot.slack.shown.fields import Choice, Group, Values, chosen, lines, menu, typed
from bot.slack.shown.filled import (
    ENTRY,
    FAULTS,
    NUMBER,
    TEMPLATE,
    VALUES,
    Complaint,
    Trial,
    begun,
    complaint,
    read_complaint,
    read_question,
    read_trial,
    read_wording,
)
from bot.slack.shown.forms import TITLES, Modals
from bot.slack.shown.markdown import rich
from bot.slack.shown.private import Adding, Confirming, Disliking, Opened, unfolded
from bot.sms.phone import PhoneNumber
from bot.sms.report import Report
from bot.sms.sending import AllowedNumber, AllowedTemplate, Options
from bot.wiring import Bot
from tests.slack.filling import filled_in, options_of
from tests.slack.judge import judged, judged_message
from tests.sms.small_cloud import PHONE
from tests.sms.test_send_test import OPTIONS, said, wished

ACCOUNTS = ("prod", "test")
NOTHING_YET = Trial()
HOSTILE = (
    "<!channel> <@U0EVIL> <#C0EVIL> <https://evil.example|here> *b* _i_ `c` ~s~ & > @here",
    "``` \n\n> quoted\n\u202egnp.exe\u200b \u2066",
    "长" * 5_000,
    "\u200b",
    "",
)
# An address that Slack hands out is this long, about.
URL = "https://hooks.example/actions/" + "T" * 120
OPENED = {language: Opened(language, "C0GENERAL", "1763800000.000100", URL) for language in LANGUAGES}
CROWD = Options(
    tuple(
        AllowedNumber(f"{number} {'测试机' * 20}"[:60], PhoneNumber(f"+86138001380{number:02}"))
        for number in range(30)
    ),
    tuple(AllowedTemplate(1_110_000 + number, "星河科技" * 3) for number in range(30)),
)


@pytest.fixture
def modals(bot: Bot) -> Modals:
    return Modals(bot.phrases, bot.drawing, bot.assistant.entries)


def message(markdown: str) -> Message:
    """A preview with its buttons."""
    buttons = actions(button("Send", "run:1", "confirm t0ken"), button("Cancel", "run:2", "cancel t0ken"))
    plain = (plain_section(markdown), context("small"), *buttons)
    return Message("said", (*rich_text(rich(markdown)), *buttons), lambda: plain)


def views(modals: Modals, language: Language, text: str, options: Options) -> Iterator[View]:
    """Every form with `text` wherever people's words stand."""
    opened, ids = OPENED[language], tuple(f"q{number:031}" for number in range(60))
    values = Trial("test", options.numbers[0].name, str(options.templates[0].id), (text,) * 5)
    yield modals.ask(opened, text)
    yield modals.reason(Disliking(language, ids[0]))
    yield modals.send_test(opened, options, ACCOUNTS, values)
    yield modals.send_test(opened, options, ACCOUNTS[:1], NOTHING_YET)
    yield modals.confirm(Confirming(language, "t0ken", "C1", "", URL), message(text or "-"))
    yield modals.wording(Adding(language, ids), [text] * 3 + [f"{text}{it}" for it in range(500)], [])
    yield modals.shown(text, message(text or "-"), language)
    yield from (modals.loading(name, language) for name in TITLES)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_takes_every_form_whatever_people_wrote(modals: Modals, language: Language, text: str) -> None:
    for options in (OPTIONS, CROWD):
        for view in views(modals, language, text, options):
            assert judged({"trigger_id": "1.2", "view": view}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_but_those_to_read_knows_where_it_came_from(modals: Modals, language: Language) -> None:
    for view in views(modals, language, "x", OPTIONS):
        assert ("submit" in view) is ("private_metadata" in view) is (view["callback_id"] != "shown")


def test_a_question_comes_back_as_it_was_begun_or_typed(modals: Modals) -> None:
    view = modals.ask(OPENED["en"], "why 1031?")

    assert read_question(filled_in(view)) == "why 1031?"
    assert read_question(filled_in(view, question=" what else \n")) == "what else"
    assert unfolded(Opened, view["private_metadata"]) == OPENED["en"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_complaint_is_kept_as_one_text_and_read_again(modals: Modals, fault: str) -> None:
    view = modals.reason(Disliking("zh", "q1"))

    found = read_complaint(filled_in(view, fault=fault, words="价格: 变了"))

    assert (found.fault, found.words) == (fault, "价格: 变了")
    assert complaint(found.text) == found


def test_a_complaint_needs_no_words_and_no_reason(modals: Modals) -> None:
    view = modals.reason(Disliking("en", "q1"))

    assert read_complaint(filled_in(view)) == Complaint("")
    assert complaint("It lies: badly") == Complaint("", "It lies: badly")
    assert all(it.get("optional") for it in view["blocks"])


def test_a_form_is_previewed_as_it_was_filled_in(modals: Modals) -> None:
    view = modals.send_test(OPENED["en"], OPTIONS, ACCOUNTS, NOTHING_YET)

    state = filled_in(view, account="test", number="QA flat 2", template="1", values="prod\n\n two words ")
    wish = wished(read_trial(state, "prod").text)

    assert (wish.account, wish.number, wish.template) == ("test", OPTIONS.numbers[1], OPTIONS.templates[0])
    assert wish.parameters == ("prod", "two words")


def test_without_values_those_of_the_settings_are_used(modals: Modals) -> None:
    view = modals.send_test(OPENED["en"], OPTIONS, ("prod",), NOTHING_YET)

    wish = wished(read_trial(filled_in(view, number="qa", template="1"), "prod").text)

    assert (wish.account, wish.parameters) == ("prod", OPTIONS.templates[0].sample)


names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
values = st.tuples(*[st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)] * 2)


@settings(max_examples=40, deadline=None)
@given(name=names.filter(lambda it: it not in {"1", "prod", "test"}), filled=values)
def test_names_and_values_survive_the_command_line(name: str, filled: tuple[str, ...]) -> None:
    options = Options((AllowedNumber(name, PHONE),), OPTIONS.templates)
    trial = Trial("prod", name, "1", filled)

    assert wished(trial.text, options).parameters == filled
    assert begun(trial.text, options, ACCOUNTS) == trial


@pytest.mark.parametrize(
    ("text", "trial"),
    [
        ("", Trial()),
        ("test", Trial("test")),
        ("qa", Trial("", "qa")),
        ("138 0013 8000 2", Trial("", "qa", "2")),
        ("TEST QA flat 2", Trial("test", "QA flat 2")),
        ("qa test 1 4370 '5 6'", Trial("test", "qa", "1", ("4370", "5 6"))),
        ("qa 99 4370", Trial("", "qa")),
        ("boss 1 4370", Trial()),
    ],
)
def test_a_form_begins_with_what_was_typed(modals: Modals, text: str, trial: Trial) -> None:
    found = begun(text, OPTIONS, ACCOUNTS)
    state = filled_in(modals.send_test(OPENED["zh"], OPTIONS, ACCOUNTS, found))

    assert found == trial
    assert (chosen(state, NUMBER), chosen(state, TEMPLATE)) == (trial.number, trial.template)
    assert lines(state, VALUES) == trial.values


def test_the_only_phone_and_template_are_chosen_already(modals: Modals) -> None:
    options = Options(OPTIONS.numbers[:1], OPTIONS.templates[:1])

    state = filled_in(modals.send_test(OPENED["en"], options, ("prod",), NOTHING_YET))

    assert read_trial(state, "prod") == Trial("prod", "qa", "1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_without_anything_to_choose_says_how_to_allow_it(modals: Modals, language: Language) -> None:
    view = modals.send_test(OPENED[language], Options((), ()), ACCOUNTS, NOTHING_YET)

    assert judged({"trigger_id": "1.2", "view": view}) == []
    assert "smsbot.toml" in view["blocks"][0]["text"]["text"]
    assert "submit" not in view


def test_phones_are_shown_masked(modals: Modals) -> None:
    for options in (OPTIONS, CROWD):
        view = json.dumps(modals.send_test(OPENED["zh"], options, ACCOUNTS, NOTHING_YET))

        assert "138****" in view
        assert not any(it.number.e164.removeprefix("+86") in view for it in options.numbers)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("boss 1", "number"),
        ("qa 99", "template"),
        ("qa 1 prod 4370", "values"),
        ("", "number"),
        ("qa", "template"),
        ("qa 3", "template"),
    ],
)
def test_what_is_wrong_stands_below_the_field_that_it_is_about(
    modals: Modals, text: str, field: str, language: Language
) -> None:
    view = modals.send_test(OPENED[language], OPTIONS, ACCOUNTS, NOTHING_YET)

    errors = modals.errors(outcome_of(text), language, filled_in(view))

    assert list(errors) == [field]
    assert 0 < len(errors[field]) <= 300
    assert not {"\\", "\n"} & set(errors[field])


def outcome_of(text: str) -> BotError | Report:
    try:
        return said("send-test", text)
    except BotError as error:
        return error


def test_too_few_values_are_told_with_the_text_of_the_template(modals: Modals) -> None:
    errors = modals.errors(said("send-test", "qa 1 4370"), "zh", {"number": {}, "values": {}})

    assert errors == {"values": "这个模板有 2 个变量，收到 1 个：您的验证码为{1}，{2}分钟内有效。"}


def test_a_preview_is_no_error(modals: Modals) -> None:
    assert modals.errors(said("send-test", "qa 1"), "zh", ("number",)) == {}


def test_an_error_about_a_field_that_is_not_there_stands_below_the_first(modals: Modals) -> None:
    names = ("number", "template", "values")

    assert list(modals.errors(BotError("guard.no_account", name="x"), "en", names)) == ["number"]
    assert list(modals.errors(BotError("guard.frozen"), "en", names)) == ["number"]


def test_a_confirmation_shows_the_preview_without_the_buttons_of_a_message(modals: Modals) -> None:
    confirming = Confirming("zh", "t0ken", "C1", "1.2", URL)

    view = modals.confirm(confirming, message("> 您的验证码为 4370"))

    assert [it["type"] for it in view["blocks"]] == ["rich_text"]
    assert unfolded(Confirming, view["private_metadata"]) == confirming
    assert view["notify_on_close"]
    assert "t0ken" not in repr(confirming)
    assert URL not in repr(confirming)


def test_what_a_form_can_not_show_is_shown_in_its_plain_form(modals: Modals) -> None:
    rows = [[{"type": "raw_text", "text": "a"}]]
    shown = Message("t", ({"type": "table", "rows": rows},), lambda: (plain_section("a"),))

    view = modals.shown("Statistics of the last 30 days", shown, "en")

    assert judged_message(shown) == []
    assert list(view["blocks"]) == [plain_section("a")]
    assert view["title"]["text"] == "Statistics of the last…"


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_entries_can_be_chosen_once_each_the_nearest_first(
    modals: Modals, bot: Bot, language: Language
) -> None:
    nearest = ["billing/mainland-package-refund", "gone/entry", "billing/mainland-package-refund"]

    view = modals.wording(Adding(language, ("q1",)), ["能退吗"], nearest)

    element = view["blocks"][1]["element"]
    offered = [it["value"] for it in options_of(element)]
    assert offered[0] == nearest[0]
    assert sorted(offered) == sorted(bot.assistant.entries)
    assert len(element["option_groups"]) == 1 + 7


def test_wordings_come_back_one_by_one_with_their_entry_and_questions(modals: Modals) -> None:
    adding = Adding("zh", ("q1", "q2"))
    view = modals.wording(adding, ["能退吗", "能退吗", " 退\n钱 ", ""], [])

    begun_with = read_wording(filled_in(view, entry="billing/mainland-package-refund"))
    mended = read_wording(filled_in(view, entry="billing/low-balance-notice", wordings="a b\n\n a b \nc"))

    assert (begun_with.entry, begun_with.texts) == ("billing/mainland-package-refund", ("能退吗", "退 钱"))
    assert (mended.entry, mended.texts) == ("billing/low-balance-notice", ("a b", "c"))
    assert unfolded(Adding, view["private_metadata"]) == adding


def test_more_choices_than_a_group_may_have_go_into_further_groups() -> None:
    choices = tuple(Choice(str(it), str(it)) for it in range(250))

    element = menu(ENTRY, "Which", [Group("All", choices)], chosen="249")["element"]

    assert [len(it["options"]) for it in element["option_groups"]] == [100, 100, 50]
    assert element["initial_option"]["value"] == "249"


def states(depth: int = 3) -> st.SearchStrategy[Any]:
    leaves = st.none() | st.integers() | st.text(max_size=3)
    return st.recursive(leaves, lambda it: st.dictionaries(st.text(max_size=3), it), max_leaves=depth)


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(["number", "x"]), st.dictionaries(st.just("filled"), states())))
def test_a_state_of_any_other_shape_reads_as_nothing(state: Values) -> None:
    assert typed(state, "number") == ""
    assert chosen(state, "number") == ""
    assert lines(state, "words") == ()
