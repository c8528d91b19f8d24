"""Answers as messages: the answer first, then everything that can be pressed."""

import re
from collections.abc import Iterator, Sequence

import pytest

from bot.faq.assistant import Answered, Hit, Unknown, Unsure
from bot.faq.codes import Named
from bot.faq.entry import Library
from bot.language import LANGUAGES, Language
from bot.slack.message import Block, Message
from bot.slack.shown.answers import Answers, Offer
from bot.slack.shown.blocks import Element
from bot.slack.shown.markdown import plain
from bot.wiring import Bot
from bot.wording import address
from tests.slack.judge import judged_message, within, words

QUESTION = "a1b2c3"
ALL: frozenset[Offer] = frozenset({"verdict", "not_this", "ask_a_person", "share"})
NOTHING: frozenset[Offer] = frozenset()
# Every so many of the codes: there are 947 of them.
STEP = 23
MARKER = re.compile(r"^ *(?:• |\d+\. )")


@pytest.fixture(scope="module")
def answers(bot: Bot) -> Answers:
    return Answers(bot.wording)


def answered(hits: Sequence[Hit], language: Language) -> Answered:
    return Answered("anything", language, tuple(hits), tuple(hits))


def values(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    """What can be pressed: the name of the action, and the value."""
    return [(it["action_id"].partition(":")[0], it["value"]) for it in elements(blocks) if "value" in it]


def elements(blocks: Sequence[Block]) -> Iterator[Element]:
    for block in within(blocks):
        if block["type"] in {"actions", "context_actions"}:
            yield from block["elements"]


def named(bot: Bot, name: str) -> Named:
    found = bot.assistant.codes.named(name)
    assert found is not None
    return found


def said(message: Message) -> str:
    return "\n".join(words(message.blocks))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_is_a_message_that_slack_takes_and_says_the_whole_answer(
    language: Language, library: Library, answers: Answers
) -> None:
    for entry in library.entries:
        message = answers.answer(answered([Hit(entry, 1.0)], language), QUESTION, offers=ALL)

        assert judged_message(message) == [], entry.id
        assert message.blocks[0]["elements"][0]["elements"][0]["text"] == entry.title[language]
        assert entry.updated.isoformat() in said(message)
        assert {address(link.url) for link in entry.links} <= {it.get("url") for it in links(message)}
        shown = "".join(words(message.blocks[0]))
        assert all(line in shown for line in lines(entry.answer[language]))


def lines(markdown: str) -> list[str]:
    """The lines of a text without what marks those of a list."""
    return [MARKER.sub("", line) for line in plain(markdown).splitlines()]


def links(message: Message) -> Iterator[Element]:
    for block in message.blocks:
        if block["type"] == "rich_text":
            for element in block["elements"]:
                for row in element["elements"]:
                    yield from row.get("elements", [row])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_a_box_that_slack_takes(language: Language, bot: Bot, answers: Answers) -> None:
    for name in sorted({it.name for it in bot.library.codes})[::STEP]:
        message = answers.answer(answered([Hit(named(bot, name), 1.0)], language), QUESTION, offers=ALL)

        assert judged_message(message) == [], name
        assert message.blocks[0]["type"] == "container"
        assert message.blocks[0]["title"]["text"].startswith(name)
        assert "is_collapsible" not in message.blocks[0]


def test_of_several_codes_only_the_first_is_open(bot: Bot, answers: Answers) -> None:
    reply = bot.assistant.explain_codes("1031 1033 UNDELIV FailedOperation.ContainSensitiveWord", "en")

    message = answers.answer(reply, QUESTION, offers=ALL)

    boxes = [it for it in message.blocks if it["type"] == "container"]
    assert [it["default_collapsed"] for it in boxes] == [False, True, True, True]
    assert [it["type"] for it in message.plain].count("divider") == len(boxes)
    assert judged_message(message) == []


def test_eight_long_codes_at_once_keep_their_buttons(bot: Bot, answers: Answers) -> None:
    by_length = sorted(
        {it.name for it in bot.library.codes}, key=lambda it: -len(bot.wording.code(named(bot, it), "en"))
    )
    hits = [Hit(named(bot, it), 1.0) for it in by_length[:8]]

    message = answers.answer(answered(hits, "en"), QUESTION, offers=ALL)

    assert judged_message(message) == []
    assert ("ask_a_person", QUESTION) in values(message.blocks)
    assert ("ask_a_person", QUESTION) in values(message.plain)


@pytest.mark.parametrize("form", ["blocks", "plain"])
def test_an_answer_can_be_judged_refused_handed_on_and_shared(form: str, bot: Bot, answers: Answers) -> None:
    entry = bot.assistant.entries["billing/mainland-package-refund"]

    message = answers.answer(answered([Hit(entry, 1.0)], "zh"), QUESTION, offers=ALL)

    pressed = values(getattr(message, form))
    assert [it for it in pressed if it[0] != "read"][-3:] == [
        ("not_this", f"{QUESTION} {entry.id}"),
        ("ask_a_person", QUESTION),
        ("share_answer", f"{QUESTION} {entry.id}"),
    ]
    assert {it[1] for it in pressed if it[0] == "read"} == set(entry.see)
    if form == "plain":
        assert ("verdict", f"like {QUESTION}") in pressed
        assert ("verdict", f"dislike {QUESTION}") in pressed


def test_both_thumbs_are_one_action_with_the_value_of_the_pressed_one(bot: Bot, answers: Answers) -> None:
    entry = bot.assistant.entries["billing/mainland-package-refund"]

    message = answers.answer(answered([Hit(entry, 1.0)], "en"), QUESTION, offers=frozenset({"verdict"}))

    (thumbs,) = (it for it in elements(message.blocks) if it["type"] == "feedback_buttons")
    assert thumbs["action_id"].startswith("verdict:")
    assert thumbs["positive_button"]["value"] == f"like {QUESTION}"
    assert thumbs["negative_button"]["value"] == f"dislike {QUESTION}"


def test_nothing_is_offered_that_makes_no_sense_there(bot: Bot, answers: Answers) -> None:
    entry = bot.assistant.entries["billing/mainland-package-refund"]

    message = answers.answer(answered([Hit(entry, 1.0)], "en"), QUESTION, offers=NOTHING)

    assert {name for name, _ in values(message.blocks)} == {"read"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_when_unsure_each_choice_has_its_full_title_and_a_button(
    language: Language, library: Library, answers: Answers
) -> None:
    longest = sorted(library.entries, key=lambda it: -len(it.title[language]))[:3]
    hits = tuple(Hit(it, 0.5) for it in longest)

    message = answers.answer(Unsure("?", language, hits, hits), QUESTION, offers=frozenset({"ask_a_person"}))

    assert judged_message(message) == []
    for form in (message.blocks, message.plain):
        shown = "\n".join(words(form))
        assert all(it.title[language] in shown for it in longest)
        assert values(form) == [
            *(("choose", f"{QUESTION} {it.id}") for it in longest),
            ("ask_a_person", QUESTION),
        ]


def test_a_code_that_no_table_has_is_named_with_what_it_may_have_been(bot: Bot, answers: Answers) -> None:
    reply = bot.assistant.explain_codes("1o31", "en")

    message = answers.answer(reply, QUESTION, offers=NOTHING)

    assert "1o31" in said(message)
    assert ("choose", f"{QUESTION} 1031") in values(message.blocks)
    assert judged_message(message) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", ["who won the match", "", "<!channel> *x*"])
def test_not_knowing_is_said_and_a_person_can_be_asked(
    language: Language, question: str, answers: Answers
) -> None:
    message = answers.answer(Unknown(question, language), QUESTION, offers=frozenset({"ask_a_person"}))

    assert judged_message(message) == []
    assert values(message.blocks) == values(message.plain) == [("ask_a_person", QUESTION)]
    assert "channel" not in said(message) + message.text
