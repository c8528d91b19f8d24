"""People, channels, messages and views in the shapes in which Slack tells them."""

from collections.abc import Sequence
from typing import Any

from bot.workspace.team import APP, BOT, BOT_ID, TEAM, Channel, File, Kept, Opened, Payload, Person

Shape = dict[str, Any]


def person_shape(person: Person, *, locale: bool) -> Shape:
    shape: Shape = {
        "id": person.id,
        "team_id": person.team,
        "name": person.name,
        "real_name": person.name,
        "deleted": False,
        "is_bot": person.is_bot,
        "is_restricted": person.guest,
        "is_ultra_restricted": False,
        "is_stranger": person.team != TEAM,
        "is_app_user": False,
        "profile": {"real_name": person.name, "display_name": person.name, "team": person.team},
    }
    return {**shape, "locale": person.locale} if locale else shape


def channel_shape(channel: Channel) -> Shape:
    shape: Shape = {
        "id": channel.id,
        "is_channel": not channel.direct and not channel.private,
        "is_group": channel.private and not channel.direct,
        "is_im": channel.direct,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": BOT.id in channel.members,
    }
    if channel.direct:
        return {**shape, "user": next(iter(channel.members - {BOT.id}), BOT.id)}
    return {**shape, "name": channel.name, "num_members": len(channel.members)}


def message_shape(kept: Kept, *, metadata: bool = True) -> Shape:
    """API: conversations.history and .replies tell no `metadata` unless they are asked to."""
    shape: Shape = {"type": "message", "user": kept.author, "text": kept.text, "ts": kept.ts, "team": TEAM}
    if kept.author == BOT.id:
        shape |= {"bot_id": BOT_ID, "app_id": APP}
    if kept.blocks:
        shape["blocks"] = list(kept.blocks)
    if kept.thread:
        shape["thread_ts"] = kept.thread
    if kept.edited:
        shape["edited"] = {"user": kept.author, "ts": kept.ts}
    if kept.metadata and metadata:
        shape["metadata"] = kept.metadata
    if kept.files:
        shape["files"] = [file_shape(it) for it in kept.files]
    return shape


def file_shape(file: File) -> Shape:
    return {"id": file.id, "name": file.name, "size": file.length, "alt_txt": file.alt_text}


def view_shape(opened: Opened, state: Payload | None = None) -> Shape:
    """A view with all that Slack adds to it; `state` is what was filled in."""
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "submit": None,
        "close": None,
        **opened.view,
        "id": opened.id,
        "team_id": TEAM,
        "app_id": APP,
        "app_installed_team_id": TEAM,
        "bot_id": BOT_ID,
        "hash": opened.hash,
        "root_view_id": opened.root,
        "previous_view_id": opened.previous or None,
        "state": {"values": state or {}},
    }


def page(rows: Sequence[object], name: str, cursor: str, limit: int) -> Shape:
    """The rows from `cursor` on, at most `limit`, and the cursor of what follows."""
    first = int(cursor.removeprefix("from:") or 0)
    last = first + limit
    following = f"from:{last}" if last < len(rows) else ""
    return {name: list(rows[first:last]), "response_metadata": {"next_cursor": following}}
