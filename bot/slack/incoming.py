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
WRITTEN = frozenset({None, "file_share", "thread_broadcast"})

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
    with one client_msg_id.
    """
    team = team_of(body)
    event = body.get("event") or {}
    found = {
        "event": body.get("event_id"),
        "trigger": body.get("trigger_id"),
        "client": event.get("client_msg_id"),
        "message": said_at(event),
    }
    return tuple(f"{kind}:{team}:{value}" for kind, value in found.items() if value)


def said_at(event: Mapping[str, Any]) -> str:
    if event.get("type") not in {"app_mention", "message"} or event.get("subtype") not in WRITTEN:
        return ""
    return f"{event.get('channel')}:{event.get('ts')}"


def kind_of(body: Mapping[str, Any]) -> str:
    """A word for logs and metrics; of a bounded number."""
    if "command" in body:
        return "command"
    if body.get("type") == "event_callback":
        return str((body.get("event") or {}).get("type"))
    return str(body.get("type"))


def kept(body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a payload is worth keeping: not Slack's old verification token."""
    return {name: value for name, value in body.items() if name not in {"token", "authorizations"}}


def read(body: Mapping[str, Any], command: str) -> Incoming | None:  # noqa: PLR0911 - a line for each kind
    """The payload as a value; None when it is nothing to us. `command` is the slash command that is ours."""
    if "command" in body:
        return read_command(body, command)
    match body.get("type"):
        case "event_callback":
            return read_event(body)
        case "block_actions":
            return read_press(body)
        case "view_submission":
            return Submitted(origin_of(body), view_name(body), values_of(body["view"]), view_of(body["view"]))
        case "view_closed":
            return Closed(origin_of(body), view_name(body), view_of(body["view"]))
        case "message_action":
            origin = origin_of(body)
            return Heard(origin, "\n".join(texts_of(body.get("message") or {})), "shortcut")
        case "shortcut":
            return Summoned(origin_of(body))
        case _:
            return None


def read_command(body: Mapping[str, Any], command: str) -> Heard | Stray:
    origin = Origin(
        team_of(body),
        str(body.get("user_id", "")),
        str(body.get("channel_id", "")),
        response_url=str(body.get("response_url", "")),
        trigger=str(body.get("trigger_id", "")),
    )
    if body["command"] != command:
        return Stray(origin, "command")
    return Heard(origin, unwrapped(str(body.get("text") or "")), "slash")


def read_event(body: Mapping[str, Any]) -> Heard | Visited | None:
    event = body.get("event") or {}
    match event.get("type"):
        case "app_mention":
            return read_words(body, event, "mention")
        case "message" if event.get("channel_type") == "im":
            return read_words(body, event, "direct")
        case "app_home_opened":
            origin = Origin(team_of(body), str(event.get("user", "")), str(event.get("channel", "")))
            return Visited(origin, "home" if event.get("tab") == "home" else "messages")
        case _:
            return None


def read_words(
    body: Mapping[str, Any], event: Mapping[str, Any], through: Literal["mention", "direct"]
) -> Heard | None:
    """None for what no person has written."""
    if event.get("subtype") not in WRITTEN or event.get("bot_id") or not event.get("user"):
        return None
    thread = str(event.get("thread_ts") or "")
    origin = Origin(
        str(event.get("user_team") or event.get("team") or team_of(body)),
        str(event["user"]),
        str(event.get("channel", "")),
        thread or str(event.get("ts", "")),
    )
    return Heard(origin, unwrapped(str(event.get("text") or "")), through, in_thread=bool(thread))


def read_press(body: Mapping[str, Any]) -> Pressed | Stray:
    origin = origin_of(body)
    pressed = next(iter(body.get("actions") or ()), None)
    if not isinstance(pressed, Mapping):
        return Stray(origin, "action")
    container, view = body.get("container") or {}, body.get("view")
    ephemeral = bool(container.get("is_ephemeral"))
    standing = None
    if not view and not ephemeral and origin.channel and container.get("message_ts"):
        standing = Standing(origin.channel, str(container["message_ts"]))
    name = str(pressed.get("action_id", "")).partition(":")[0]
    return Pressed(origin, name, value_of(pressed), ephemeral, standing, view_of(view) if view else None)


def origin_of(body: Mapping[str, Any]) -> Origin:
    """Of an interaction."""
    user, container = body.get("user") or {}, body.get("container") or {}
    message = body.get("message") or {}
    return Origin(
        str(user.get("team_id") or team_of(body)),
        str(user.get("id", "")),
        str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        str(message.get("thread_ts") or container.get("thread_ts") or ""),
        str(body.get("response_url") or ""),
        str(body.get("trigger_id") or ""),
    )


def team_of(body: Mapping[str, Any]) -> str:
    return str(body.get("team_id") or (body.get("team") or {}).get("id") or "")


def view_of(view: Mapping[str, Any]) -> OpenView:
    return OpenView(
        str(view.get("id", "")),
        str(view.get("hash", "")),
        view.get("type") == "home",
        str(view.get("private_metadata") or ""),
    )


def view_name(body: Mapping[str, Any]) -> str:
    return str(body["view"].get("callback_id") or "")


def values_of(view: Mapping[str, Any]) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = (view.get("state") or {}).get("values") or {}
    return values


def value_of(element: Mapping[str, Any]) -> str:
    """What was pressed, chosen or typed."""
    chosen = element.get("selected_option")
    return str((chosen if isinstance(chosen, Mapping) else element).get("value") or "")


def unwrapped(text: str) -> str:
    """A text as its writer typed it: no mentions, links and numbers as they were written."""
    text = WRAPPED.sub(lambda it: "" if it[1].startswith(SPECIAL) else it[2] or it[1], text)
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    return text.strip()


def texts_of(message: Mapping[str, Any]) -> Iterator[str]:
    """All that a message says: alerts of other apps say it in attachments or blocks only."""
    yield unwrapped(str(message.get("text") or ""))
    for attachment in message.get("attachments") or ():
        for name in ("pretext", "title", "text", "fallback"):
            if words := attachment.get(name):
                yield unwrapped(str(words))
        for row in attachment.get("fields") or ():
            yield unwrapped(f"{row.get('title', '')} {row.get('value', '')}")
    if not message.get("text"):
        yield from (unwrapped(words) for words in words_within(message.get("blocks")))


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
