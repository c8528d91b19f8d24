"""Reports as messages: everything in them is shown, nothing in them is live, and a press does what it says."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as within_limits
from hypothesis import strategies as st

from bot.errors import BotError
from bot.language import LANGUAGES, Language
from bot.opening import CONSOLE, open_office
from bot.settings import Environment, Settings
from bot.slack.message import Block, Message
from bot.slack.shown.cards import Cards
from bot.sms.cloud import Refused
from bot.sms.command import Asker, Command
from bot.sms.operations import VERBS, carry_out
from bot.sms.phone import PhoneNumber
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
from tests.slack.judge import judged_message, within, words

TITLE, NAME = say("help.title"), say("balance.used")
OPERATOR = Asker(CONSOLE, CONSOLE, admin=True)
TYPED = [example for verb in VERBS.values() for example in verb.examples]
HOSTILE = "<!channel> <@U1> <https://evil.example|x> *b* `c` _i_\n> q\n# h \u202egnp.\u200b ``` | [f](https://evil.example) &amp; "
FIRST = date(2026, 11, 1)
FOREIGN = st.text(
    st.sampled_from("<>@!#&;*_~`|[]()\\-+.: \n1a用户\u202e\u200b") | st.characters(), max_size=30
)


@pytest.fixture(scope="module")
def cards(bot: Bot) -> Cards:
    return Cards(bot.wording, bot.drawing, bot.phrases)


@pytest.fixture(scope="module")
def samples(bot: Bot, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """Every example of every verb on sample data, with alerts set up."""
    file = tmp_path_factory.mktemp("settings") / "smsbot.toml"
    file.write_text('[alerts]\nchannel = "C0OPS"\n', "utf-8")
    here = replace(settings, environment=Environment({"SMSBOT_CONFIG": str(file)}))

    async def gathered() -> dict[str, Report]:
        async with open_office(here, bot.library, bot.rules) as office:
            return {typed: await carry_out(command(typed), office.desk) for typed in TYPED}

    return asyncio.run(gathered())


def command(typed: str) -> Command:
    verb, _, text = typed.partition(" ")
    return Command(verb, text, "en", OPERATOR, datetime.now(UTC))


def made(
    cards: Cards, *parts: Part, notes: tuple[Cell, ...] = (), actions: tuple[Action, ...] = ()
) -> Message:
    message = cards.report(Report(TITLE, parts, notes, actions), "en", share="stats 7d")
    assert judged_message(message) == []
    return message


def types(blocks: Sequence[Block]) -> list[str]:
    return [it["type"] for it in blocks]


def of_type(name: str, message: Message) -> list[Block]:
    return [it for it in within(message.blocks) if it["type"] == name]


def days(*values: int | None) -> Series:
    return Series(TITLE, tuple((FIRST + timedelta(place), value) for place, value in enumerate(values)))


@pytest.mark.parametrize("typed", TYPED)
def test_every_verb_gives_a_message_that_slack_takes(
    typed: str, samples: dict[str, Report], bot: Bot, cards: Cards
) -> None:
    report = samples[typed]

    for language in LANGUAGES:
        message = cards.report(report, language, share=typed)

        assert judged_message(message) == []
        assert "13800138000" not in "".join((message.text, *words(message.blocks), *words(message.plain)))
        pressed = [it["value"] for it in of_type("actions", message)[-1]["elements"]]
        assert pressed[-1] == typed
        entries = {it.id for it in bot.library.entries}
        said = [it.command for it in report.actions if not it.about]
        assert said == [it for it in pressed[:-1] if it not in entries and not it.startswith("ask ")]
        assert bot.phrases.say("block.cut", language) not in words(message.blocks)


def test_a_report_begins_with_its_title_and_ends_with_what_is_small_and_the_buttons(cards: Cards) -> None:
    message = made(
        cards,
        Paragraph("text"),
        notes=("a note",),
        actions=(Action(say("balance.see_statistics"), "stats 30d"), Action(say("stats.day"), "x" * 2001)),
    )

    assert types(message.blocks) == ["header", "rich_text", "context", "actions"]
    assert types(message.plain) == ["section", "section", "context", "actions"]
    assert [it["value"] for it in message.blocks[-1]["elements"]] == ["stats 30d", "stats 7d"]
    assert message.text.startswith("What /sms can do")


def test_what_costs_money_is_asked_again_before_it_happens(cards: Cards) -> None:
    message = made(
        cards, actions=(Action(say("balance.see_statistics"), "send-test confirm t", dangerous=True),)
    )

    button, share = message.blocks[-1]["elements"]
    assert button["style"] == "danger"
    assert "See the last 30 days" in button["confirm"]["text"]["text"]
    assert (button["action_id"], button["value"]) == ("run:1", "send-test confirm t")
    assert "confirm" not in share


def test_a_table_keeps_its_cells_and_numbers_stand_to_the_right(cards: Cards) -> None:
    cells: tuple[Cell, ...] = (
        "<@U1> a|b",
        12345,
        Share(0.5),
        Code("MI:0001"),
        PhoneNumber("+8613800138000"),
        None,
        "",
    )

    message = made(cards, Table((NAME,) * 7, (cells,)))

    (table,) = of_type("table", message)
    shown = ["".join(words([it])) for it in table["rows"][1]]
    assert shown == ["<@U1> a|b", "12,345", "50%", "MI:0001", "+86 138****8000", "not known", "–"]
    assert [it["type"] for it in table["rows"][1]].count("rich_text") == 1
    assert [it["align"] for it in table["column_settings"]] == ["left", "right", "right", *["left"] * 4]


def test_slack_draws_the_longest_table_and_the_others_are_drawn_in_characters(cards: Cards) -> None:
    short, long = Table((NAME,), (("a",),)), Table((NAME,), (("b",), ("c",)))

    message = made(cards, short, long, short)

    assert types(message.blocks) == ["header", "rich_text", "table", "rich_text", "actions"]
    assert words([of_type("table", message)[0]])[1:] == ["b", "c"]


def test_rows_that_slack_does_not_take_are_counted(cards: Cards) -> None:
    message = made(cards, Table((NAME,), (("a",),) * 120))

    assert len(of_type("table", message)[0]["rows"]) == 100
    assert "21 more rows are not shown." in words(message.blocks)


def test_a_chart_shows_the_days_that_are_known_and_says_how_many(cards: Cards) -> None:
    message = made(cards, days(1, None, 3))

    (chart,) = of_type("data_visualization", message)
    assert chart["chart"]["series"][0]["data"] == [
        {"label": "11-01", "value": 1},
        {"label": "11-03", "value": 3},
    ]
    assert "last known 2 of 3 days" in chart["title"]
    assert "▃·█" in " ".join(words(message.plain))


def test_of_many_days_the_last_are_charted_and_none_are_summed(cards: Cards) -> None:
    message = made(cards, days(*range(30)))

    (chart,) = of_type("data_visualization", message)
    assert [it["value"] for it in chart["chart"]["series"][0]["data"]] == list(range(10, 30))


def test_a_third_chart_and_one_of_nothing_are_lines(cards: Cards) -> None:
    message = made(cards, days(None), *[days(1, 2)] * 3)

    assert types(message.blocks).count("data_visualization") == 2
    assert "not known" in " ".join(words(message.blocks))


@pytest.mark.parametrize(
    ("codes", "collapsed"), [(("MI:0001",), [None]), (("MI:0001", "1031"), [True, True])]
)
def test_each_code_is_a_box_that_says_what_it_means(
    codes: tuple[str, ...], collapsed: list[bool | None], cards: Cards
) -> None:
    message = made(cards, Explained((*codes, "NOSUCHCODE")) if len(codes) > 1 else Explained(codes))

    boxes = of_type("container", message)
    assert [it["title"]["text"].partition(":")[0] for it in boxes] == [it.partition(":")[0] for it in codes]
    assert [it.get("default_collapsed") for it in boxes] == collapsed
    if len(codes) > 1:
        assert "NOSUCHCODE" in "".join(words(message.blocks))


def test_a_code_of_several_meanings_is_not_titled_with_one_of_them(cards: Cards) -> None:
    (box,) = of_type("container", made(cards, Explained(("UNDELIV",))))

    assert "carrier receipt code" in box["title"]["text"]


def test_answers_that_help_can_be_opened_each_once(bot: Bot, cards: Cards) -> None:
    known = bot.library.entries[0].id

    message = made(cards, Entries((known, "gone/away", known)))

    (read, _) = of_type("actions", message)
    assert [it["value"] for it in read["elements"]] == [known]


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE * 80, "x" * 10_000, "\n", ""])
def test_whatever_people_and_the_api_wrote_the_message_is_one_that_slack_takes(
    text: str, cards: Cards
) -> None:
    parts = (
        Quoted(text),
        Paragraph(text),
        Facts(((NAME, text), (NAME, Code(text)), (NAME, EntryTitle(text)))),
        Listing((text,) * 5),
        Table((NAME,) * 20, ((text,) * 20,) * 50),
        Explained((text,)),
    )
    report = Report(say("reviews.none_fits", wanted=text, count=1), parts, (text,) * 12)

    for message in (
        cards.report(report, "zh", share="stats"),
        *(cards.report(Report(TITLE, (part,)), "en") for part in parts[:4]),
        cards.error(BotError("reviews.none_fits", wanted=text, count=1), "en"),
        cards.error(Refused("SendSms", text, text, text), "en"),
        cards.said("reviews.none_fits", "en", wanted=text, count=1),
    ):
        assert judged_message(message) == []


@pytest.mark.parametrize("begin", range(285, 305))
def test_no_number_is_cut_before_it_is_masked(begin: int, cards: Cards) -> None:
    message = made(cards, Table((NAME,), (("x" * begin + " 13800138000 " + "y" * 300,),)))

    assert "1380013" not in "".join((message.text, *words(message.blocks), *words(message.plain)))


@given(FOREIGN)
@within_limits(max_examples=30, deadline=None)
def test_no_foreign_text_is_live_in_any_part(cards: Cards, text: str) -> None:
    message = made(
        cards,
        Quoted(text),
        Facts(((NAME, text),)),
        Table((NAME,), ((text,),)),
        Listing((text,)),
        notes=(text,),
    )

    for block in within(message.blocks):
        for element in block.get("elements", []) if block["type"] == "rich_text" else []:
            assert {it["type"] for it in element["elements"]} <= {"text", "rich_text_section"}


def test_what_is_cut_off_is_told_and_the_buttons_stay(cards: Cards) -> None:
    message = made(cards, Listing(("words " * 50,) * 200), actions=(Action(TITLE, "stats"),))

    assert "Too long for one message: the rest is not shown." in words(message.blocks)
    assert [it["value"] for it in message.blocks[-1]["elements"]] == ["stats", "stats 7d"]
    assert [it["value"] for it in message.plain[-1]["elements"]] == ["stats", "stats 7d"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_of_the_api_is_told_with_its_code_and_what_to_do(language: Language, cards: Cards) -> None:
    error = Refused("SendSms", "FailedOperation.InsufficientBalanceInSmsPackage", "no <!here>", "r-1")

    message = cards.error(error, language)

    assert judged_message(message) == []
    shown = "".join(words(message.blocks))
    assert "FailedOperation.InsufficientBalanceInSmsPackage" in shown
    assert "no <!here>" in shown
    assert "r-1" in shown


def test_a_phrase_is_said_as_characters_where_nothing_else_fits(cards: Cards) -> None:
    assert cards.words("reviews.unknown", "en") == "❔ unknown state"
