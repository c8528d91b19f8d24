"""Where an answer goes: what everybody may read, and what only one may."""

from dataclasses import replace
from itertools import product

from bot.slack.addressing import beside, instead, only_one_sees, open_place, private_place, shared
from bot.slack.incoming import Heard, Origin, Pressed, Through
from bot.slack.message import Answerable, Posted, Standing, Whispered

URL = "https://hooks.slack.com/x"
CHANNEL = Origin("T1", "U1", "C1", "1.5")
DIRECT = Origin("T1", "U1", "D1", "1.5")
EVERY_WAY: tuple[Through, ...] = ("slash", "mention", "direct", "shortcut")


def test_what_an_account_holds_is_never_said_where_others_read_along() -> None:
    for through, in_thread, url in product(EVERY_WAY, (True, False), (URL, "")):
        origin = replace(DIRECT if through == "direct" else CHANNEL, response_url=url)

        place = private_place(Heard(origin, "balance", through, in_thread))

        assert only_one_sees(place) or place == Posted("D1", "1.5")


def test_a_question_in_a_channel_is_answered_in_its_thread_for_everybody() -> None:
    assert open_place(Heard(CHANNEL, "1031", "mention")) == Posted("C1", "1.5")
    assert open_place(Heard(DIRECT, "1031", "direct")) == Posted("D1", "1.5")


def test_a_command_and_a_shortcut_are_answered_to_who_used_them() -> None:
    typed = Heard(Origin("T1", "U1", "C1", response_url=URL), "1031", "slash")

    assert open_place(typed) == Answerable(URL, "C1", "U1")
    assert only_one_sees(open_place(replace(typed, through="shortcut")))


def test_what_one_sees_is_not_put_into_a_thread_that_is_not_there_yet() -> None:
    first, later = Heard(CHANNEL, "balance", "mention"), Heard(CHANNEL, "balance", "mention", in_thread=True)

    assert private_place(first) == Whispered("C1", "U1")
    assert private_place(later) == Whispered("C1", "U1", "1.5")


def test_what_comes_of_a_press_is_seen_by_who_pressed() -> None:
    public = Pressed(replace(CHANNEL, response_url=URL), "run", "balance", message=Standing("C1", "2.5"))
    direct = Pressed(DIRECT, "run", "balance", message=Standing("D1", "2.5"))

    assert beside(public) == Answerable(URL, "C1", "U1", "1.5")
    assert beside(direct) == Posted("D1", "1.5")


def test_what_takes_the_place_of_a_message_is_seen_by_those_who_saw_that() -> None:
    origin = replace(CHANNEL, response_url=URL)
    standing = Pressed(origin, "resolve", "q1", message=Standing("C1", "2.5"))
    alone = Pressed(origin, "not_this", "q1", ephemeral=True)

    assert instead(standing) == Answerable(URL, "C1", "U1", "1.5", public=True, replace=True)
    assert instead(alone) == Answerable(URL, "C1", "U1", "1.5", public=False, replace=True)
    assert instead(replace(standing, origin=CHANNEL)) == Standing("C1", "2.5")
    assert instead(replace(alone, origin=CHANNEL)) == Whispered("C1", "U1", "1.5")


def test_what_is_shared_is_said_to_everybody_where_it_was_asked() -> None:
    assert shared(CHANNEL) == Posted("C1", "1.5")
    assert shared(replace(CHANNEL, response_url=URL)) == Answerable(URL, "C1", "U1", "1.5", public=True)
