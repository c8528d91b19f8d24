"""Which language a text is answered in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import Both, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("短信收不到", "zh"),
        ("template 里的 variable 能放 link 吗", "zh"),
        ("SendSms 报 FailedOperation.ContainSensitiveWord 怎么办", "zh"),
        ("why does it not arrive", "en"),
        ("the reviewer says 拒收请回复R is missing, why do I need it", "en"),
        ("1031", None),
        ("🙂🙂", None),
        ("", None),
        ("メッセージ", None),
    ],
)
def test_a_text_is_answered_in_its_own_language(text: str, language: str | None) -> None:
    assert language_of(text) == language


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1))
def test_chinese_alone_is_chinese(text: str) -> None:
    assert language_of(text) == "zh"


def test_a_value_in_both_languages_is_taken_by_language() -> None:
    assert (Both("是", "yes")["zh"], Both("是", "yes")["en"]) == ("是", "yes")
