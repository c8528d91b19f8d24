"""The verbs, and how a line is read as one."""

import asyncio
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drawing import Drawing
from bot.faq.entry import Library
from bot.language import LANGUAGES
from bot.sms.cloud import ACCOUNT_ZONE
from bot.sms.operations import VERBS, Called, Misspelt, NoVerb, Question, Spoken, read_verb, show_help, topics
from bot.sms.report import Facts, Paragraph, Report, Table, say
from bot.wiring import Bot
from tests.sms.small_cloud import (
    FakeCloud,
    command,
    delivery,
    desk,
    history,
    package,
    part_of,
    reply,
    signature,
    template,
)

READING = ("balance", "stats", "trace", "replies", "templates", "signatures", "check", "help")


SHOWN = [it for it in topics(admin=True) if it.examples]


def helped(text: str = "", *, admin: bool = False) -> Report:
    async def run() -> Report:
        return await show_help(command("help", text, admin=admin), desk())

    return asyncio.run(run())


@pytest.mark.parametrize("topic", SHOWN, ids=lambda it: it.verb)
def test_every_verb_says_in_both_languages_what_it_does_and_what_to_type(
    topic: object, library: Library
) -> None:
    phrase = getattr(topic, "phrase", "")

    for name in (f"verb.{phrase}", f"usage.{phrase}"):
        assert all(library.phrases[name][language] for language in LANGUAGES)


@pytest.mark.parametrize(
    ("verb", "example"), [(it.verb, text) for it in topics(admin=True) for text in it.examples]
)
def test_every_example_is_a_call_of_its_verb(verb: str, example: str) -> None:
    spoken = read_verb(f"/sms {example}")

    assert isinstance(spoken, Called)
    assert spoken.verb == verb


def test_no_two_verbs_share_a_name() -> None:
    names = [name for it in topics(admin=True) for name in (it.verb, *it.names)]

    assert len(names) == len(set(names))
    assert all(name == name.casefold() for name in names)


def test_the_reading_verbs_are_there_and_open_to_readers() -> None:
    assert [VERBS[name].right for name in READING] == ["reads"] * len(READING)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("/sms balance prod", Called("balance", "prod")),
        ("/balance", Called("balance", "")),
        ("BALANCE", Called("balance", "")),
        ("/SMS 余额", Called("balance", "")),
        ("查号 138 0013 8000", Called("trace", "138 0013 8000")),
        ("error line one\n  line two", Called("error", "line one\n  line two")),
        ("/sms", Called("help", "")),
        ("？", Called("help", "")),
        ("ballance prod", Misspelt("ballance", "balance", "prod")),
        ("eror 1031", Misspelt("eror", "error", "1031")),
        ("余额查寻", Misspelt("余额查寻", "balance", "")),
        ("签名失败", Question("签名失败")),
        ("/sms 多少个字算一条短信？", Question("多少个字算一条短信？")),
        ("why is it late", Question("why is it late")),
        ("rate limits", Question("rate limits")),
        ("quux", NoVerb("quux")),
        ("confirm 4f7a", Called("confirm", "4f7a")),
        ("sent two messages and none arrived", Question("sent two messages and none arrived")),
        ("cancel", NoVerb("cancel")),
    ],
)
def test_a_line_is_read_as_what_it_is(text: str, spoken: Spoken) -> None:
    assert read_verb(text) == spoken


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=30))
def test_any_line_is_read_as_something(text: str) -> None:
    spoken = read_verb(text)

    assert not isinstance(spoken, Called | Misspelt) or spoken.rest == spoken.rest.strip()


def test_help_lists_every_verb_that_the_asker_may_use() -> None:
    open_to_all = [it for it in SHOWN if it.verb not in VERBS or VERBS[it.verb].right != "administers"]

    assert len(part_of(helped(), Table).rows) == len(open_to_all)
    assert len(part_of(helped(admin=True), Table).rows) == len(SHOWN) > len(open_to_all)


@pytest.mark.parametrize("word", ["trace", "轨迹", "tarce"])
def test_help_on_one_verb_is_found_by_any_of_its_names(word: str) -> None:
    report = helped(word)

    assert report.title == say("help.title_of", verb="trace")
    assert part_of(report, Facts).rows[0][1] == say("help.command", usage=say("usage.trace"))


def test_help_on_no_verb_lists_all() -> None:
    assert helped("quux").parts[0] == Paragraph(say("help.no_such_verb", verb="quux"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name in READING for text in VERBS[name].examples]
)
def test_no_drawn_report_shows_a_phone_number(name: str, text: str, language: str, bot: Bot) -> None:
    drawing = Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)
    cloud = FakeCloud(
        packages_=[package()],
        deliveries_=[delivery(), delivery("MK:0001", 30)],
        replies_=[reply("我是 139 0013 9000，打 +86 13900139000"), reply("R", 30)],
        templates_=[template(1110001, "回电13900139000", "rejected", "含手机号 13900139000")],
        signatures_=[signature(1, "星河")],
    )
    rest = text.removeprefix(name)

    async def run() -> Report:
        return await VERBS[name].run(command(name, rest), desk(cloud, history(*[1000] * 30)))

    words = drawing.markdown(asyncio.run(run()), "zh" if language == "zh" else "en")

    digits = re.sub(r"[^0-9]", "", re.sub(r"/sms [^`]*", "", words))
    assert not re.search(r"13[89]001[38]", digits)
    assert not re.search(
        r"\b(?:balance|forecast|trace|replies|stats|reviews|help|sms|draw|enquiry)\.[a-z_]+", words
    )
