"""Where an answer goes: pure rules.

Who asks in a channel is answered where everybody can read it, in the thread. What an account holds is for who
asked alone, until they share it. A thread that isn't there yet can't hold what only one person sees.
"""

from dataclasses import replace

from bot.slack.incoming import Heard, Origin, Pressed
from bot.slack.message import Answerable, Place, Posted, Whispered


def open_place(heard: Heard) -> Place:
    """For what everybody may read."""
    if heard.through in {"mention", "direct"}:
        return Posted(heard.origin.channel, heard.origin.thread)
    return private_place(heard)


def private_place(heard: Heard) -> Place:
    """For what only the asker may read."""
    if heard.through == "direct":
        return Posted(heard.origin.channel, heard.origin.thread)
    return hushed(heard.origin, heard.origin.thread if heard.in_thread else "")


def hushed(origin: Origin, thread: str) -> Answerable | Whispered:
    if origin.response_url:
        return Answerable(origin.response_url, origin.channel, origin.person, thread)
    return Whispered(origin.channel, origin.person, thread)


def beside(pressed: Pressed) -> Place:
    """For the one who pressed, besides what stands there. A direct message has nobody else to read along."""
    origin = pressed.origin
    if origin.channel.startswith("D"):
        return Posted(origin.channel, origin.thread or (pressed.message.ts if pressed.message else ""))
    return hushed(origin, origin.thread)


def instead(pressed: Pressed) -> Place:
    """In place of the message whose button was pressed."""
    if pressed.origin.response_url:
        return replace(hushed_by_url(pressed.origin), public=not pressed.ephemeral, replace=True)
    return pressed.message or beside(pressed)


def shared(origin: Origin) -> Place:
    """To everybody where it was asked."""
    if origin.response_url:
        return replace(hushed_by_url(origin), public=True)
    return Posted(origin.channel, origin.thread)


def opened(place: Place) -> Place:
    """The same place, for everybody."""
    match place:
        case Answerable():
            return replace(place, public=True, replace=False)
        case Whispered():
            return Posted(place.channel, place.thread)
        case _:
            return place


def hushed_by_url(origin: Origin) -> Answerable:
    return Answerable(origin.response_url, origin.channel, origin.person, origin.thread)


def only_one_sees(place: Place) -> bool:
    match place:
        case Answerable(public=public):
            return not public
        case Whispered():
            return True
        case _:
            return False
