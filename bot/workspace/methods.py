"""The methods of the Web API that the stand-in speaks: a row each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.workspace.arguments import Arguments
from bot.workspace.layout import check_message, check_view
from bot.workspace.refusal import Refusal
from bot.workspace.shapes import (
    Shape,
    channel_shape,
    file_shape,
    message_shape,
    page,
    person_shape,
    view_shape,
)
from bot.workspace.team import BOT, BOT_ID, TEAM, Channel, File, Kept, Opened, Payload, Team

MOST_PROMPTS = 4
PAGE = 100
# The scope that the history of a kind of channel is told with.
HISTORY = {"public_channel": "channels:history", "private_channel": "groups:history", "im": "im:history"}


@dataclass(frozen=True, slots=True)
class Method:
    """`credential` is the kind of token that it asks for."""

    run: Callable[[Team, Arguments], Shape]
    credential: Literal["bot", "app"] = "bot"


def auth_test(team: Team, _arguments: Arguments) -> Shape:
    return {
        "url": f"{team.address}/",
        "team": "Sample",
        "user": BOT.name,
        "team_id": TEAM,
        "user_id": BOT.id,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def users_info(team: Team, arguments: Arguments) -> Shape:
    person = team.people.get(arguments.needed("user"))
    if person is None:
        raise Refusal("user_not_found")
    return {"user": person_shape(person, locale=arguments.flag("include_locale"))}


def users_conversations(team: Team, arguments: Arguments) -> Shape:
    person = arguments.text("user") or BOT.id
    kinds = set((arguments.text("types") or "public_channel").split(","))
    rows = [
        channel_shape(it)
        for it in team.channels.values()
        if {person, BOT.id} <= it.members
        and kind_of(it) in kinds
        and not (it.archived and arguments.flag("exclude_archived"))
    ]
    return paged(rows, "channels", arguments)


def usergroups_users_list(team: Team, arguments: Arguments) -> Shape:
    if (members := team.groups.get(arguments.needed("usergroup"))) is None:
        raise Refusal("no_such_subteam")
    return {"users": list(members)}


def conversations_open(team: Team, arguments: Arguments) -> Shape:
    return {"channel": {"id": team.direct(arguments.needed("users")).id}}


def conversations_info(team: Team, arguments: Arguments) -> Shape:
    return {"channel": channel_shape(visible(team, arguments.needed("channel")))}


def conversations_members(team: Team, arguments: Arguments) -> Shape:
    return paged(sorted(visible(team, arguments.needed("channel")).members), "members", arguments)


def conversations_history(team: Team, arguments: Arguments) -> Shape:
    channel, told = legible(team, arguments.needed("channel")), arguments.flag("include_all_metadata")
    oldest, latest = arguments.text("oldest") or "0", arguments.text("latest") or "9999999999"
    inclusive = arguments.flag("inclusive")
    rows = [
        message_shape(it, metadata=told)
        for it in reversed(team.messages(channel.id))
        if not it.only_for
        and it.thread in {"", it.ts}
        and (oldest < it.ts < latest or (inclusive and it.ts in {oldest, latest}))
    ]
    answer = paged(rows, "messages", arguments)
    return {**answer, "has_more": bool(answer["response_metadata"]["next_cursor"])}


def conversations_replies(team: Team, arguments: Arguments) -> Shape:
    channel, thread = legible(team, arguments.needed("channel")), arguments.needed("ts")
    told = arguments.flag("include_all_metadata")
    rows = [
        message_shape(it, metadata=told)
        for it in team.messages(channel.id)
        if not it.only_for and thread in {it.ts, it.thread}
    ]
    if not rows:
        raise Refusal("thread_not_found")
    return paged(rows, "messages", arguments)


def begin_upload(team: Team, arguments: Arguments) -> Shape:
    check_scope(team, "files:write")
    name, length = arguments.needed("filename"), arguments.number("length", 0)
    if not length:
        raise Refusal("missing_argument")
    file = File(team.new("F0"), name, length, arguments.text("alt_txt"))
    team.uploads[file.id] = file
    return {"upload_url": f"{team.address}/upload/{file.id}", "file_id": file.id}


def complete_upload(team: Team, arguments: Arguments) -> Shape:
    """One message with what was uploaded; its text are the titles."""
    check_scope(team, "files:write")
    channel = joined(team, arguments.needed("channel_id"))
    rows = [it for it in arguments.rows("files") if isinstance(it, Mapping)]
    files = [uploaded(team, str(it.get("id"))) for it in rows]
    if not files:
        raise Refusal("invalid_arguments", "[ERROR] must be a list of files [json-pointer:/files]")
    titles = [str(row.get("title") or file.name) for row, file in zip(rows, files, strict=True)]
    team.post(channel.id, BOT.id, "\n".join(titles), thread=arguments.text("thread_ts"), files=files)
    for file in files:
        del team.uploads[file.id]
    return {"files": [file_shape(it) for it in files]}


def post_message(team: Team, arguments: Arguments) -> Shape:
    name = arguments.needed("channel")
    to_person = name in team.people and name not in team.channels
    channel = joined(team, team.direct(name).id if to_person else name)
    text, blocks = arguments.text("text"), arguments.blocks()
    check_message(text, blocks, team.judge)
    thread, metadata = arguments.text("thread_ts"), arguments.structure("metadata")
    kept = team.post(channel.id, BOT.id, text, blocks, thread=thread, metadata=metadata)
    return {"channel": kept.channel, "ts": kept.ts, "message": message_shape(kept)}


def post_ephemeral(team: Team, arguments: Arguments) -> Shape:
    channel, person = joined(team, arguments.needed("channel")), arguments.needed("user")
    if person not in channel.members:
        raise Refusal("user_not_in_channel")
    text, blocks = arguments.text("text"), arguments.blocks()
    check_message(text, blocks, team.judge)
    thread = arguments.text("thread_ts")
    return {"message_ts": team.post(channel.id, BOT.id, text, blocks, thread=thread, only_for=person).ts}


def update_message(team: Team, arguments: Arguments) -> Shape:
    kept = own(team, arguments, "cant_update_message")
    text = arguments.text("text")
    # API: chat.update keeps the blocks that it is not told of.
    blocks = arguments.blocks() if "blocks" in arguments.values else kept.blocks
    check_message(text, blocks, team.judge)
    now = team.change(kept, text, blocks)
    return {"channel": now.channel, "ts": now.ts, "text": now.text, "message": message_shape(now)}


def delete_message(team: Team, arguments: Arguments) -> Shape:
    kept = own(team, arguments, "cant_delete_message")
    team.delete(kept)
    return {"channel": kept.channel, "ts": kept.ts}


def add_reaction(team: Team, arguments: Arguments) -> Shape:
    channel, name = joined(team, arguments.needed("channel")), arguments.needed("name")
    kept = team.message(channel.id, arguments.needed("timestamp"))
    if name in kept.reactions:
        raise Refusal("already_reacted")
    team.react(kept, name)
    return {}


def open_view(team: Team, arguments: Arguments) -> Shape:
    view = modal(team, arguments)
    return viewed(team.open(team.pull(arguments.needed("trigger_id")), view))


def push_view(team: Team, arguments: Arguments) -> Shape:
    view = modal(team, arguments)
    return viewed(team.push(team.pull(arguments.needed("trigger_id")), view))


def update_view(team: Team, arguments: Arguments) -> Shape:
    view = arguments.structure("view")
    check_view(view, team.judge)
    opened = team.view(arguments.text("view_id") or arguments.needed("external_id"))
    check_hash(opened, arguments)
    return viewed(team.update(opened, view))


def publish_view(team: Team, arguments: Arguments) -> Shape:
    view, person = arguments.structure("view"), arguments.needed("user_id")
    check_view(view, team.judge)
    if person not in team.people:
        raise Refusal("invalid_arguments", "[ERROR] no such user [json-pointer:/user_id]")
    if person in team.homes:
        check_hash(team.homes[person], arguments)
    return viewed(team.publish(person, view))


def set_in_thread(team: Team, arguments: Arguments) -> Shape:
    visible(team, arguments.needed("channel_id"))
    if len(arguments.rows("prompts")) > MOST_PROMPTS:
        raise Refusal("invalid_arguments", "[ERROR] no more than 4 items allowed [json-pointer:/prompts]")
    return {}


def nothing(_team: Team, _arguments: Arguments) -> Shape:
    return {}


def kind_of(channel: Channel) -> str:
    if channel.direct:
        return "im"
    return "private_channel" if channel.private else "public_channel"


def visible(team: Team, name: str) -> Channel:
    """A channel that the bot can see: a private one only from inside.

    Raises:
        Refusal: channel_not_found.
    """
    channel = team.channels.get(name)
    if channel is None or (channel.private and BOT.id not in channel.members):
        raise Refusal("channel_not_found")
    return channel


def joined(team: Team, name: str) -> Channel:
    """
    Raises:
        Refusal: channel_not_found, is_archived or not_in_channel.
    """
    channel = visible(team, name)
    if channel.archived:
        raise Refusal("is_archived")
    if BOT.id not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def legible(team: Team, name: str) -> Channel:
    """A channel whose messages the bot may read.

    Raises:
        Refusal: channel_not_found, missing_scope, is_archived or not_in_channel.
    """
    check_scope(team, HISTORY[kind_of(visible(team, name))])
    return joined(team, name)


def check_scope(team: Team, scope: str) -> None:
    """
    Raises:
        Refusal: missing_scope.
    """
    if scope in team.lacking:
        raise Refusal("missing_scope")


def uploaded(team: Team, name: str) -> File:
    """A file that has come whole.

    Raises:
        Refusal: file_not_found.
    """
    file = team.uploads.get(name)
    if file is None or not file.content:
        raise Refusal("file_not_found")
    return file


def own(team: Team, arguments: Arguments, otherwise: str) -> Kept:
    """The bot's own message that is named; what only one person sees can't be changed by its name."""
    channel = visible(team, arguments.needed("channel"))
    kept = team.message(channel.id, arguments.needed("ts"))
    if kept.only_for:
        raise Refusal("message_not_found")
    if kept.author != BOT.id:
        raise Refusal(otherwise)
    return kept


def modal(team: Team, arguments: Arguments) -> Payload:
    view = arguments.structure("view")
    check_view(view, team.judge)
    if view["type"] != "modal":
        raise Refusal("invalid_arguments", "[ERROR] must be a modal [json-pointer:/view/type]")
    return view


def check_hash(opened: Opened, arguments: Arguments) -> None:
    if arguments.text("hash") not in {"", opened.hash}:
        raise Refusal("hash_conflict")


def viewed(opened: Opened) -> Shape:
    return {"view": view_shape(opened)}


def paged(rows: list[Shape] | list[str], name: str, arguments: Arguments) -> Shape:
    return page(rows, name, arguments.text("cursor"), arguments.number("limit", PAGE))


METHODS: Mapping[str, Method] = {
    "apps.connections.open": Method(nothing, "app"),
    "assistant.threads.setStatus": Method(set_in_thread),
    "assistant.threads.setSuggestedPrompts": Method(set_in_thread),
    "assistant.threads.setTitle": Method(set_in_thread),
    "auth.test": Method(auth_test),
    "chat.delete": Method(delete_message),
    "chat.postEphemeral": Method(post_ephemeral),
    "chat.postMessage": Method(post_message),
    "chat.update": Method(update_message),
    "conversations.history": Method(conversations_history),
    "conversations.info": Method(conversations_info),
    "conversations.members": Method(conversations_members),
    "conversations.open": Method(conversations_open),
    "conversations.replies": Method(conversations_replies),
    "files.completeUploadExternal": Method(complete_upload),
    "files.getUploadURLExternal": Method(begin_upload),
    "reactions.add": Method(add_reaction),
    "usergroups.users.list": Method(usergroups_users_list),
    "users.conversations": Method(users_conversations),
    "users.info": Method(users_info),
    "views.open": Method(open_view),
    "views.publish": Method(publish_view),
    "views.push": Method(push_view),
    "views.update": Method(update_view),
}
