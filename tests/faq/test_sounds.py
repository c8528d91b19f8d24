"""How characters sound."""

from importlib.resources import files

import pytest
from pypinyin import Style, pinyin

from bot.faq.sounds import Sounds, coarse

SOUNDS = Sounds.shipped()


def test_the_table_agrees_with_pypinyin() -> None:
    table = (line.split(" ") for line in table_lines())
    wrong = [
        (character, syllable)
        for syllable, characters in table
        for character in characters
        if pinyin(character, style=Style.NORMAL)[0][0].replace("ü", "v") != syllable
    ]

    assert wrong == []


def table_lines() -> list[str]:
    lines = (files("bot.faq") / "pinyin.txt").read_text("utf-8").splitlines()
    return [
        line
        for line in lines[: lines.index("# Second readings that people type in this business.")]
        if line[0] != "#"
    ]


def test_homophones_sound_alike() -> None:
    assert set(SOUNDS.pairs("短心")) == set(SOUNDS.pairs("短信"))


def test_what_many_speakers_do_not_tell_apart_sounds_alike() -> None:
    assert coarse("shen") == coarse("seng")
    assert set(SOUNDS.pairs("深请")) == set(SOUNDS.pairs("申请"))


def test_a_character_with_two_readings_is_heard_in_both() -> None:
    assert {"duo'zan", "duo'can"} <= set(SOUNDS.pairs("多长"))


@pytest.mark.parametrize(
    ("letters", "syllables"),
    [("duanxin", ("duan", "xin")), ("xian", ("xian",)), ("template", ()), ("", ())],
)
def test_letters_are_cut_into_as_few_syllables_as_they_can(letters: str, syllables: tuple[str, ...]) -> None:
    assert SOUNDS.syllables(letters) == syllables
