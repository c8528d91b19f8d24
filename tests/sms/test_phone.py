"""A phone number is read however it is written, and shown to nobody."""

import re
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BotError
from bot.sms.phone import PhoneNumber, masked, read_number

MAINLAND = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
ABROAD = st.from_regex(r"[1-79][0-9]{6,14}", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "+8613800138000",
        "008613800138000",
        "8613800138000",
        "+86 138 0013 8000",
        "+86-138-0013-8000",
        "(+86) 138.0013.8000",
        "+86 (0)138 0013 8000",
        " 138·0013·8000 ",
        "＋８６　１３８００１３８０００",
        "138–0013–8000",
        "+86\u00a0138\u20110013\u20118000",
        "\u202a+8613800138000\u202c",
        "\u206813800138000\u2069",
    ],
)
def test_a_mainland_number_is_read_in_any_usual_form(text: str) -> None:
    number = read_number(text)

    assert number.e164 == "+8613800138000"
    assert number.mainland


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("+852 6123 4521", "+85261234521"),
        ("0085261234521", "+85261234521"),
        ("+1 (415) 555-0123", "+14155550123"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+886 912-345-678", "+886912345678"),
        ("+290 22222", "+29022222"),
    ],
)
def test_a_number_abroad_is_read_with_its_country_code(text: str, e164: str) -> None:
    number = read_number(text)

    assert number.e164 == e164
    assert not number.mainland


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "1380013800",
        "138001380001",
        "12800138000",
        "+8612345",
        "+861280013800",
        "008612800138000",
        "4155550123",
        "+0123456789",
        "+1234567890123456",
        "+123456",
        "13800138000, 13900139000",
        "13800138000x",
        "１３800１३८०००",
        "+86138٠٠138000",
        "+1415555٠١٢٣",
        "138\x0013800",
    ],
)
def test_what_is_no_number_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(BotError) as refused:
        read_number(text)

    assert refused.value.phrase == "sms.no_number"
    assert refused.value.details == {}
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+8618501234444", "+86 185****4444"),
        ("+85261234521", "+8526****21"),
        ("+14155550123", "+1415****23"),
        ("+29022222", "+29****22"),
        ("+2902222", "+2****22"),
    ],
)
def test_a_number_is_shown_masked(e164: str, shown: str) -> None:
    assert masked(e164) == shown


@given(digits=MAINLAND.map("86{}".format) | ABROAD)
@settings(max_examples=100)
def test_no_way_to_show_a_number_shows_it(digits: str) -> None:
    number = PhoneNumber(f"+{digits}")

    for shown in (
        str(number),
        repr(number),
        f"{number}",
        f"{number!s}{number!r}",
        repr([number]),
    ):
        assert digits not in re.sub(r"\W", "", shown)
        assert all(len(run) < 5 for run in re.findall(r"\d+", shown))
        assert len(re.findall(r"\d", str(number))) <= len(digits) - 4


@given(
    digits=MAINLAND, blanks=st.lists(st.sampled_from(["", " ", "-", ".", "\u200b"]), min_size=11, max_size=11)
)
@settings(max_examples=60)
def test_blanks_between_the_digits_do_not_matter(digits: str, blanks: list[str]) -> None:
    spaced = "".join(f"{digit}{blank}" for digit, blank in zip(digits, blanks, strict=True))

    assert read_number(spaced) == PhoneNumber(f"+86{digits}")


@given(text=st.text(max_size=30))
@settings(max_examples=80)
def test_any_text_is_a_number_in_ascii_digits_or_refused(text: str) -> None:
    try:
        number = read_number(text)
    except BotError:
        return

    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", number.e164)


def test_a_number_is_a_value() -> None:
    number = PhoneNumber("+8613800138000")

    assert number == read_number("138 0013 8000")
    assert {number: 1}[read_number("+8613800138000")] == 1
    with pytest.raises(FrozenInstanceError):
        number.e164 = "+8613900139000"  # type: ignore[misc]
