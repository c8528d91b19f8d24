"""What a number chooses."""

from hypothesis import given
from hypothesis import strategies as st

from bot.terminal.offers import Offer, Offers, Press, told
from bot.terminal.screen import Choice
from bot.workspace.layout import Control

KEYS = (("C", "1"), ("C", "2"), ("V",))


def press(name: str, key: tuple[str, ...] = KEYS[0]) -> Press:
    return Press(key, Choice(name, Control("b", {"type": "button", "action_id": name}, {})))


def offered(*names: str, key: tuple[str, ...] = KEYS[0]) -> list[Offer]:
    return [press(it, key) for it in names]


def test_what_a_line_brings_about_stands_instead_of_what_was_there() -> None:
    offers = Offers()
    offers.begin()
    offers.add(KEYS[0], offered("a", "b"))

    offers.begin()
    first = offers.add(KEYS[1], offered("c", key=KEYS[1]))
    second = offers.add(KEYS[2], offered("d", key=KEYS[2]))

    assert (first, second, len(offers)) == (1, 2, 2)
    assert told([offers.at(1), offers.at(2)]) == told(offered("c", "d"))


def test_what_comes_by_itself_stands_below() -> None:
    offers = Offers()
    offers.begin()
    offers.add(KEYS[0], offered("a"))
    offers.end()

    assert offers.add(KEYS[1], offered("b", key=KEYS[1])) == 2
    assert told([offers.at(1)]) == told(offered("a"))


def test_the_same_buttons_keep_their_numbers_when_their_message_changes() -> None:
    offers = Offers()
    offers.add(KEYS[0], offered("a", "b"))
    offers.add(KEYS[1], offered("c", key=KEYS[1]))

    assert offers.add(KEYS[0], offered("a", "b")) == 1
    assert len(offers) == 3


def test_what_goes_on_elsewhere_keeps_its_numbers() -> None:
    offers = Offers()
    offers.add(KEYS[0], offered("a", "b"))

    offers.hand_on(KEYS[0], KEYS[1])

    assert offers.add(KEYS[1], offered("a", "b", key=KEYS[1])) == 1
    assert [it.key for it in (offers.at(1), offers.at(2)) if it] == [KEYS[1], KEYS[1]]


def test_what_is_gone_can_not_be_chosen() -> None:
    offers = Offers()
    offers.add(KEYS[0], offered("a"))
    offers.retire(KEYS[0])

    assert (offers.at(1), offers.at(0), offers.at(2), offers.any) == (None, None, None, False)


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.lists(st.sampled_from("abc"), unique=True)), max_size=8))
def test_between_two_lines_a_number_keeps_its_meaning_or_loses_it(
    changes: list[tuple[tuple[str, ...], list[str]]],
) -> None:
    offers = Offers()
    meant: dict[int, object] = {}

    for key, names in changes:
        offers.add(key, offered(*names, key=key))
        for number in range(1, len(offers) + 1):
            if offer := offers.at(number):
                now = (offer.key, told([offer]))
                assert meant.setdefault(number, now) == now
