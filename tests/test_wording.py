"""What a reply says, in both languages."""

import re

import pytest

from bot.faq.assistant import Answered, Hit
from bot.faq.entry import Entry
from bot.language import LANGUAGES, Language
from bot.wiring import Bot
from bot.wording import see_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_comes_with_its_pages_and_its_date(bot: Bot, language: Language) -> None:
    words = bot.wording.markdown(bot.assistant.reply("没用完的国内套餐能退钱吗", language))

    assert "](https://" in words
    assert "2025-06-16" in words
    assert words.startswith(f"**{bot.assistant.entries['billing/mainland-package-refund'].title[language]}**")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_and_every_code_can_be_said(bot: Bot, language: Language) -> None:
    for entry in bot.library.entries:
        assert entry.answer[language] in bot.wording.entry(entry, language)
    for name in {code.name for code in bot.library.codes}:
        named = bot.assistant.codes.named(name)
        assert named is not None
        words = bot.wording.code(named, language)
        assert not re.search(r"\b(?:code|retry|origin|carrier|verified)\.[a-z_]+\b", words), words


def test_carriers_that_disagree_stand_side_by_side(bot: Bot) -> None:
    words = bot.wording.markdown(bot.assistant.explain_codes("UNDELIV", "en"))

    assert "China Mobile: " in words
    assert "China Unicom / China Telecom: " in words


def test_a_choice_is_a_numbered_line_each(bot: Bot) -> None:
    words = bot.wording.markdown(bot.assistant.explain_codes("1o31", "en"))

    assert "`1o31` is in no table" in words
    assert "\n1. `1031`: " in words


def test_an_unknown_says_so_and_what_to_do_next(bot: Bot) -> None:
    assert "I don't know" in bot.wording.markdown(bot.assistant.reply("who won the match", "en"))
    assert "我不知道" not in bot.wording.markdown(bot.assistant.reply("", "zh"))


def test_a_page_address_with_brackets_stays_one_link(bot: Bot) -> None:
    entry = bot.assistant.entries["security/mainland-versus-overseas"]

    words = bot.wording.entry(entry, "zh")

    assert all("(" not in address for address in re.findall(r"\]\((https://[^)\s]*)\)", words))
    assert "%28id.3Asign%29" in words


def test_a_code_names_itself_for_a_choice(bot: Bot) -> None:
    named = bot.assistant.codes.named("1031")
    assert named is not None

    assert bot.wording.title(Hit(named, 1.0), "zh").startswith("`1031`：")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pieces_of_an_answer_and_of_a_code_are_those_of_the_whole(bot: Bot, language: Language) -> None:
    entry, named = bot.assistant.entries["billing/mainland-package-refund"], bot.assistant.codes.named("1031")
    assert named is not None

    whole, code = bot.wording.entry(entry, language), bot.wording.code(named, language)

    assert f"\n\n{bot.wording.links(entry, language)}\n\n" in whole
    assert whole.endswith(f"\n\n*{bot.wording.source(entry, language)}*")
    assert code.startswith(
        f"{bot.wording.heading(named, language)}\n\n{bot.wording.readings(named, language)}"
    )
    assert [name for name, _ in bot.wording.titles((*see_of(named), "gone/away"), language)] == [
        *see_of(named)
    ]


def test_nothing_leads_on_to_what_stands_there_and_nothing_twice(bot: Bot) -> None:
    reply = bot.assistant.reply("1031 是什么意思")
    assert isinstance(reply, Answered)

    words = bot.wording.markdown(reply)

    titles = [hit.subject.title.zh for hit in reply.shown if isinstance(hit.subject, Entry)]
    rows = [line for line in words.splitlines() if line.startswith("- ")]
    assert titles
    assert not any(f"- {it}" in rows for it in titles)
    assert len(rows) == len(set(rows))


def test_below_a_title_with_the_meaning_it_is_not_said_again(bot: Bot) -> None:
    named = bot.assistant.codes.named("MI:0001")
    assert named is not None
    meaning = named.readings[0].meaning.zh

    assert meaning in bot.wording.readings(named, "zh")
    assert meaning not in bot.wording.advice(named, "zh")
    assert bot.wording.advice(named, "zh").startswith("中国移动\n\n- ")
