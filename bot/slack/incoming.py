"""What comes from Slack: payloads as values, and the names by which a delivery is known again.

Only this module knows what Slack's payloads look like.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.slack.message import Standing

# What Slack makes of mentions, links and numbers in a text: <what|label> or <what>.
WRAPPED = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
SPECIAL = ("@", "#", "!")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
# Kinds of message that a person has written. The others tell of edits, joins and the like.
WRITTEN = frozenset({"", "file_share", "thread_broadcast"})

Through = Literal["slash", "mention", "direct", "shortcut"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who, and where. Slack's ids; "" for what a payload has not.

    `thread` is the ts of the thread that an answer belongs to. `response_url` and `trigger` are keys to
    answer with and to open a view with: they don't show in a repr.
    """

    team: str
    person: str
    channel: str = ""
    thread: str = ""
    response_url: str = field(default="", repr=False)
    trigger: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """Words for us. `in_thread`: the thread was there before them."""

    origin: Origin
    text: str
    through: Through
    in_thread: bool = False


@dataclass(frozen=True, slots=True)
class OpenView:
    """A modal or a Home that something happened in."""

    id: str
    hash: str
    home: bool
    private: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button, a menu, or return in an input. `message` is None where it stands in a view, or is ephemeral."""

    origin: Origin
    action: str
    value: str
    ephemeral: bool = False
    message: Standing | None = None
    view: OpenView | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form. `values` is Slack's state: by block, by action, the element."""

    origin: Origin
    form: str
    values: Mapping[str, Mapping[str, Mapping[str, Any]]]
    view: OpenView


@dataclass(frozen=True, slots=True)
class Closed:
    """A form that was closed without being sent."""

    origin: Origin
    form: str
    view: OpenView


@dataclass(frozen=True, slots=True)
class Visited:
    origin: Origin
    tab: Literal["home", "messages"]


@dataclass(frozen=True, slots=True)
class Summoned:
    """A global shortcut."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Stray:
    """Something that no part of ours has sent for: a button of an older version, another app's command."""

    origin: Origin
    what: str


Incoming = Heard | Pressed | Submitted | Closed | Visited | Summoned | Stray


def keys_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of a delivery: one of them is enough to know it again.

    A mention and the message that holds it are two events about one text; so, now and then, are two messages
    with one client_msg_id. The message of a channel, which is nothing to us, must not pass for its mention.
    """
    team, event = team_of(body), part(body, "event")
    found = {"event": word(body, "event_id"), "trigger": word(body, "trigger_id")}
    if said_to_us(event):
        found["client"] = word(event, "client_msg_id")
        found["message"] = f"{word(event, 'channel')}:{word(event, 'ts')}"
    return tuple(f"{kind}:{team}:{value}" for kind, value in found.items() if value)


def said_to_us(event: Mapping[str, Any]) -> bool:
    kind, channel = word(event, "type"), word(event, "channel_type")
    to_us = kind == "app_mention" or (kind == "message" and channel == "im")
    return to_us and word(event, "subtype") in WRITTEN


def kind_of(body: Mapping[str, Any]) -> str:
    """A word for logs and metrics; of a bounded number."""
    if "command" in body:
        return "command"
    return word(part(body, "event"), "type") or word(body, "type")


def kept(body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a payload is worth keeping: not Slack's old verification token."""
    return {name: value for name, value in body.items() if name not in {"token", "authorizations"}}


def read(body: Mapping[str, Any], command: str) -> Incoming | None:  # noqa: PLR0911 - a line for each kind
    """The payload as a value; None when it is nothing to us. `command` is the slash command that is ours."""
    if "command" in body:
        return read_command(body, command)
    view = part(body, "view")
    match body.get("type"):
        case "event_callback":
            return read_event(body)
        case "block_actions":
            return read_press(body)
        case "view_submission":
            return Submitted(origin_of(body), word(view, "callback_id"), values_of(view), view_of(view))
        case "view_closed":
            return Closed(origin_of(body), word(view, "callback_id"), view_of(view))
        case "message_action":
            return Heard(origin_of(body), "\n".join(texts_of(part(body, "message"))), "shortcut")
        case "shortcut":
            return Summoned(origin_of(body))
        case _:
            return None


def read_command(body: Mapping[str, Any], command: str) -> Heard | Stray:
    origin = Origin(
        team_of(body),
        word(body, "user_id"),
        word(body, "channel_id"),
        response_url=word(body, "response_url"),
        trigger=word(body, "trigger_id"),
    )
    if body["command"] != command:
        return Stray(origin, "command")
    return Heard(origin, unwrapped(word(body, "text")), "slash")


def read_event(body: Mapping[str, Any]) -> Heard | Visited | None:
    event = part(body, "event")
    match event.get("type"):
        case "app_mention":
            return read_words(body, event, "mention")
        case "message" if event.get("channel_type") == "im":
            return read_words(body, event, "direct")
        case "app_home_opened":
            origin = Origin(team_of(body), word(event, "user"), word(event, "channel"))
            return Visited(origin, "home" if event.get("tab") == "home" else "messages")
        case _:
            return None


def read_words(
    body: Mapping[str, Any], event: Mapping[str, Any], through: Literal["mention", "direct"]
) -> Heard | None:
    """None for what no person has written."""
    if word(event, "subtype") not in WRITTEN or event.get("bot_id") or not word(event, "user"):
        return None
    thread = word(event, "thread_ts")
    origin = Origin(
        word(event, "user_team") or word(event, "team") or team_of(body),
        word(event, "user"),
        word(event, "channel"),
        thread or word(event, "ts"),
    )
    return Heard(origin, unwrapped(word(event, "text")), through, in_thread=bool(thread))


def read_press(body: Mapping[str, Any]) -> Pressed | Stray:
    origin = origin_of(body)
    pressed = next(parts(body, "actions"), None)
    if pressed is None:
        return Stray(origin, "action")
    container, view = part(body, "container"), part(body, "view")
    ephemeral = bool(container.get("is_ephemeral"))
    standing = None
    if not view and not ephemeral and origin.channel and (ts := word(container, "message_ts")):
        standing = Standing(origin.channel, ts)
    name = word(pressed, "action_id").partition(":")[0]
    return Pressed(origin, name, value_of(pressed), ephemeral, standing, view_of(view) if view else None)


def origin_of(body: Mapping[str, Any]) -> Origin:
    """Of an interaction."""
    user, container = part(body, "user"), part(body, "container")
    return Origin(
        word(user, "team_id") or team_of(body),
        word(user, "id"),
        word(part(body, "channel"), "id") or word(container, "channel_id"),
        word(part(body, "message"), "thread_ts") or word(container, "thread_ts"),
        word(body, "response_url"),
        word(body, "trigger_id"),
    )


def team_of(body: Mapping[str, Any]) -> str:
    return word(body, "team_id") or word(part(body, "team"), "id")


def view_of(view: Mapping[str, Any]) -> OpenView:
    return OpenView(
        word(view, "id"),
        word(view, "hash"),
        view.get("type") == "home",
        word(view, "private_metadata"),
    )


def values_of(view: Mapping[str, Any]) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Nothing that is not as Slack sends it."""
    values = part(part(view, "state"), "values")
    return {
        block: {name: part(part(values, block), name) for name in part(values, block)} for block in values
    }


def value_of(element: Mapping[str, Any]) -> str:
    """What was pressed, chosen or typed."""
    return word(part(element, "selected_option") or element, "value")


def unwrapped(text: str) -> str:
    """A text as its writer typed it: no mentions, links and numbers as they were written."""
    text = WRAPPED.sub(lambda it: "" if it[1].startswith(SPECIAL) else it[2] or it[1], text)
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    return text.strip()


def texts_of(message: Mapping[str, Any]) -> Iterator[str]:
    """All that a message says: alerts of other apps say it in attachments or blocks only."""
    yield unwrapped(word(message, "text"))
    for attachment in parts(message, "attachments"):
        for name in ("pretext", "title", "text", "fallback"):
            if words := word(attachment, name):
                yield unwrapped(words)
        for row in parts(attachment, "fields"):
            yield unwrapped(f"{word(row, 'title')} {word(row, 'value')}")
    if not message.get("text"):
        yield from (unwrapped(words) for words in words_within(message.get("blocks")))


def part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What stands there as an object; an empty one for anything else."""
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def parts(body: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list that stands there."""
    found = body.get(name)
    yield from (it for it in (found if isinstance(found, list) else ()) if isinstance(it, Mapping))


def word(body: Mapping[str, Any], name: str) -> str:
    """What stands there as a text; "" for anything else."""
    found = body.get(name)
    return found if isinstance(found, str) else ""


def words_within(blocks: object) -> Iterator[str]:
    match blocks:
        case {"text": str(words)}:
            yield words
        case Mapping():
            for value in blocks.values():
                yield from words_within(value)
        case list():
            for value in blocks:
                yield from words_within(value)
        case _:
            return
