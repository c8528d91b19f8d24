"""What a text is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.faq.entry import Concept
from bot.faq.normalise import Normaliser
from bot.faq.sounds import Sounds
from bot.faq.words import Reader, stem
from bot.language import Both

CONCEPTS = [
    Concept("refund", Both(("退款", "退钱"), ("refund", "money back")), None),
    Concept("mms", Both(("彩信",), ("mms",)), "domain"),
    Concept("send", Both(("发", "发彩"), ("send",)), None),
    Concept("redis", Both((), ("redis",)), "foreign"),
    Concept("question", Both(("吗", "怎么"), ("how", "?")), "asking"),
]
READER = Reader(Normaliser(), Sounds.shipped(), CONCEPTS)


@pytest.mark.parametrize(
    "text", ["能退钱吗", "退款", "can I get my money back", "REFUNDS please", "refunded"]
)
def test_a_concept_is_the_same_in_any_words_of_either_language(text: str) -> None:
    assert READER.read(text).concepts == ("refund",)


def test_the_longest_word_decides_which_concept_is_meant() -> None:
    assert READER.read("发彩信").concepts == ("send",)
    assert READER.read("彩信").concepts == ("mms",)


def test_a_word_inside_a_longer_latin_word_is_not_found() -> None:
    assert READER.read("mmsx").concepts == ()


def test_two_concepts_of_one_text_are_a_feature_together() -> None:
    assert "d§mms+refund" in READER.read("彩信能退款吗").features


def test_chinese_is_read_by_characters_and_sounds_english_by_words() -> None:
    features = READER.read("签名 rejected twice").features

    assert {"h签", "hh签名", "s" + "qian'min", "wreject", "preject twic"} <= features.keys()


def test_typed_pinyin_is_heard_like_the_characters() -> None:
    typed, written = READER.read("duanxin tuikuan"), READER.read("短信退款")

    assert typed.pinyin
    assert typed.features.keys() == {feature for feature in written.features if feature.startswith("s")}


@pytest.mark.parametrize("text", ["can we send a menu", "how can he change it", "短信 duanxin le ma"])
def test_english_that_happens_to_be_spelt_in_syllables_is_not_pinyin(text: str) -> None:
    assert not READER.read(text).pinyin


@pytest.mark.parametrize(
    ("text", "asks"), [("能退吗", True), ("how so", True), ("发版了", False), ("show me", False)]
)
def test_it_is_noticed_whether_a_text_asks(text: str, asks: bool) -> None:  # noqa: FBT001 - a column of the table
    assert READER.read(text).asks is asks


def test_it_is_noticed_what_a_text_speaks_of() -> None:
    assert READER.read("彩信").domain
    assert READER.read("redis 挂了").foreign
    assert not READER.read("你好").domain


@pytest.mark.parametrize(
    "words",
    [("package", "packages", "packaged", "packaging"), ("reply", "replies", "replied"), ("ban", "banned")],
)
def test_the_forms_of_a_word_have_one_stem(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert all(count > 0 for count in READER.read(text).features.values())
