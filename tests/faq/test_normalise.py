"""One spelling for texts that say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.faq.normalise import LONGEST, Normaliser

NORMALISER = Normaliser()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  多少个字  算一条短信？ ", "多少个字 算一条短信?"),
        ("ＡＰＩ　３．０", "api 3.0"),
        ("國際簡訊的退費", "国际短信的退费"),
        ("<@U0ALICE> 验证码呢", "验证码呢"),
        ("看 https://example.com/a?b=1 这个", "看 url 这个"),
        ("短\u200b信", "短信"),
        ("a\n\tb", "a b"),
    ],
)
def test_a_text_is_read_as_it_is_meant(written: str, read: str) -> None:
    assert NORMALISER.normalise(written) == read


def test_a_very_long_text_is_read_at_its_beginning() -> None:
    assert len(NORMALISER.normalise("短信" * 500_000)) == LONGEST


@given(st.text())
def test_any_text_can_be_normalised_and_normalising_again_changes_no_letter(text: str) -> None:
    once = NORMALISER.normalise(text)

    assert len(once) <= LONGEST
    assert once == once.strip()


def test_two_phrasings_that_differ_in_signs_and_script_have_one_key() -> None:
    assert NORMALISER.key("簡訊，怎麼退費？") == NORMALISER.key("短信怎么退费")
