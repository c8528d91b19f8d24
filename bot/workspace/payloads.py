"""What Slack sends when somebody does something: the bodies of commands, events and interactions."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.workspace.layout import Block, Control, controls
from bot.workspace.shapes import Shape, channel_shape, message_shape, view_shape
from bot.workspace.team import APP, BOT, TEAM, Kept, Opened, Payload, Team

TOKEN = "verification-of-the-stand-in"  # noqa: S105 - Slack sends one in every body; it opens nothing
DOMAIN = "sample"

# What was typed or chosen, by block_id, or by action_id where a block has several inputs: a text, the value of
# an option, or the values of several.
Entered = Mapping[str, "str | Sequence[str] | None"]


def slash_command(team: Team, person: str, channel: str, text: str, command: str = "/sms") -> Shape:
    return {
        "token": TOKEN,
        "team_id": TEAM,
        "team_domain": DOMAIN,
        "channel_id": channel,
        "channel_name": channel_name(team, channel),
        "user_id": person,
        "user_name": team.people[person].name,
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": team.hook(channel, person),
        "trigger_id": team.trigger(person),
    }


def mention(team: Team, person: str, channel: str, text: str, thread: str = "") -> Shape:
    """Somebody names the bot in a channel, or in a thread of it; the message stands there then."""
    kept = team.post(channel, person, f"<@{BOT.id}> {text}", thread=thread)
    return event(team, {**said(team, kept), "type": "app_mention"})


def direct_message(team: Team, person: str, text: str, thread: str = "") -> Shape:
    kept = team.post(team.direct(person).id, person, text, thread=thread)
    return event(team, {**said(team, kept), "channel_type": "im"})


def home_opened(team: Team, person: str, tab: str = "home") -> Shape:
    """`tab` is "home" or "messages"."""
    opened: Shape = {
        "type": "app_home_opened",
        "user": person,
        "channel": team.direct(person).id,
        "tab": tab,
        "event_ts": team.next_ts(),
    }
    if tab == "home" and person in team.homes:
        opened["view"] = view_shape(team.homes[person])
    return event(team, opened)


def event(team: Team, happened: Payload) -> Shape:
    """The envelope of any event."""
    return {
        "token": TOKEN,
        "team_id": TEAM,
        "api_app_id": APP,
        "event": happened,
        "type": "event_callback",
        "event_id": team.new("Ev0"),
        "event_time": int(team.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": team.new("4-"),
    }


def message_shortcut(team: Team, person: str, kept: Kept, callback: str) -> Shape:
    return {
        **interaction(team, person, "message_action"),
        "callback_id": callback,
        "action_ts": team.next_ts(),
        "trigger_id": team.trigger(person),
        "response_url": team.hook(kept.channel, person),
        "channel": {"id": kept.channel, "name": channel_name(team, kept.channel)},
        "message_ts": kept.ts,
        "message": message_shape(kept),
    }


def global_shortcut(team: Team, person: str, callback: str) -> Shape:
    return {
        **interaction(team, person, "shortcut"),
        "callback_id": callback,
        "action_ts": team.next_ts(),
        "trigger_id": team.trigger(person),
    }


def press(  # noqa: PLR0913, PLR0917 - what a press consists of
    team: Team,
    person: str,
    place: Kept | Opened,
    control: Control,
    chosen: str | Sequence[str] | None = None,
    entered: Entered | None = None,
) -> Shape:
    """A button is pressed, something chosen in a menu, a text typed; `chosen` as in `Entered`.

    Of feedback buttons `chosen` is the value of one. `entered` is what stands in the other inputs.
    """
    body = {
        **interaction(team, person, "block_actions"),
        "api_app_id": APP,
        "trigger_id": team.trigger(person),
        "actions": [action(team, control, chosen)],
    }
    if isinstance(place, Opened):
        values = state(place.view["blocks"], entered or {})
        return {
            **body,
            "container": {"type": "view", "view_id": place.id},
            "view": view_shape(place, values),
        }
    return {**body, **pressed_message(team, person, place, state(place.blocks, entered or {}))}


def pressed_message(team: Team, person: str, kept: Kept, values: Shape) -> Shape:
    """Slack does not repeat a message that only one person sees."""
    container: Shape = {
        "type": "message",
        "message_ts": kept.ts,
        "channel_id": kept.channel,
        "is_ephemeral": bool(kept.only_for),
    }
    if kept.thread:
        container["thread_ts"] = kept.thread
    body = {
        "container": container,
        "channel": {"id": kept.channel, "name": channel_name(team, kept.channel)},
        "state": {"values": values},
        "response_url": team.hook(kept.channel, person, kept.ts),
    }
    return body if kept.only_for else {**body, "message": message_shape(kept)}


def submission(team: Team, person: str, opened: Opened, entered: Entered) -> Shape:
    return {
        **interaction(team, person, "view_submission"),
        "api_app_id": APP,
        "trigger_id": team.trigger(person),
        "view": view_shape(opened, state(opened.view["blocks"], entered)),
        "response_urls": [],
    }


def closing(team: Team, person: str, opened: Opened) -> Shape:
    """Slack sends it only for a view with notify_on_close."""
    return {
        **interaction(team, person, "view_closed"),
        "api_app_id": APP,
        "view": view_shape(opened),
        "is_cleared": False,
    }


def interaction(team: Team, person: str, kind: str) -> Shape:
    who = team.people[person]
    return {
        "type": kind,
        "token": TOKEN,
        "team": {"id": TEAM, "domain": DOMAIN},
        "user": {"id": who.id, "username": who.name, "name": who.name, "team_id": who.team},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def found(place: Kept | Opened, action_id: str) -> Control:
    """The control of this action_id in a message or view.

    Raises:
        LookupError: when there is none.
    """
    blocks = place.view["blocks"] if isinstance(place, Opened) else place.blocks
    for control in controls(blocks):
        if control.action_id == action_id:
            return control
    raise LookupError(f"no control {action_id!r}; there are {[it.action_id for it in controls(blocks)]}")


def action(team: Team, control: Control, chosen: str | Sequence[str] | None) -> Shape:
    element = control.element
    common: Shape = {
        "type": element["type"],
        "action_id": control.action_id,
        "block_id": control.block_id,
        "action_ts": team.next_ts(),
    }
    match element["type"]:
        case "button" | "icon_button":
            kept = {name: element[name] for name in ("text", "value", "style", "url") if name in element}
            return {**common, **kept}
        case "feedback_buttons":
            sides = (element["positive_button"], element["negative_button"])
            side = next(it for it in sides if it["value"] == chosen)
            return {**common, "text": side["text"], "value": side["value"]}
        case _:
            return {**common, **value(element, chosen)}


def state(blocks: Sequence[Block], entered: Entered) -> dict[str, dict[str, Any]]:
    """The values of all inputs by block_id and action_id: what was entered, else what they begin with."""
    values: dict[str, dict[str, Any]] = {}
    for control in controls(blocks):
        if control.element["type"] in {"button", "icon_button", "feedback_buttons", "overflow"}:
            continue
        name = control.block_id if control.block_id in entered else control.action_id
        chosen = entered[name] if name in entered else initial(control.element)
        values.setdefault(control.block_id, {})[control.action_id] = {
            "type": control.element["type"],
            **value(control.element, chosen),
        }
    return values


def value(element: Block, chosen: str | Sequence[str] | None) -> Shape:
    """What was chosen, under the name that this type of element has for it."""
    kind = str(element["type"])
    if kind in {"checkboxes", "multi_static_select"}:
        return {"selected_options": [option(element, it) for it in chosen or ()]}
    if kind in {"static_select", "external_select", "radio_buttons", "overflow"}:
        return {"selected_option": option(element, str(chosen)) if chosen else None}
    return {VALUE_NAMES.get(kind, "value"): chosen or None}


def option(element: Block, chosen: str) -> Block:
    """The option of this value.

    Raises:
        LookupError: when there is none.
    """
    for it in options(element):
        if it["value"] == chosen:
            return it
    raise LookupError(f"no option {chosen!r}; there are {[it['value'] for it in options(element)]}")


def options(element: Block) -> list[Block]:
    """All of a menu, those of groups as well."""
    grouped = [it for group in element.get("option_groups", ()) for it in group["options"]]
    return [*element.get("options", ()), *grouped]


def initial(element: Block) -> str | Sequence[str] | None:
    """What stands in an input before anybody touches it."""
    for name in (
        "initial_value",
        "initial_date",
        "initial_time",
        "initial_user",
        "initial_channel",
        "initial_conversation",
    ):
        if name in element:
            return str(element[name])
    if "initial_option" in element:
        return str(element["initial_option"]["value"])
    return [str(it["value"]) for it in element.get("initial_options", ())] or None


def said(team: Team, kept: Kept) -> Shape:
    shape: Shape = {
        "type": "message",
        "user": kept.author,
        "text": kept.text,
        "ts": kept.ts,
        "client_msg_id": f"said-{kept.ts}",
        "team": team.people[kept.author].team,
        "channel": kept.channel,
        "event_ts": kept.ts,
    }
    return {**shape, "thread_ts": kept.thread} if kept.thread else shape


def channel_name(team: Team, channel: str) -> str:
    """Private channels and conversations don't tell theirs."""
    known = team.channels[channel]
    if known.direct:
        return "directmessage"
    return "privategroup" if known.private else str(channel_shape(known)["name"])


VALUE_NAMES = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
