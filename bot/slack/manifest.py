"""The manifest: what Slack has to know of the app, made from the same names as the listeners.

Its texts are the phrases of the group `manifest`, in one language: Slack has no second one.
"""

from collections.abc import Mapping

from bot.language import Language
from bot.phrases import Phrases
from bot.slack.names import COMMAND, EVENTS, SHORTCUTS, Shortcut

# Where Slack sends what happens, in HTTP mode: see bot/web.py.
PATH = "/slack/events"
# Slack: of a bot's name, small letters, digits, hyphens, underscores and dots.
BOT_NAME = "smsbot"
COLOUR = "#0052D9"
# The questions that a direct message begins with, each a phrase for its title and one for its message. Slack
# takes four.
PROMPTS = ("balance", "missing", "code", "segments")

# The scopes that an event is only sent with.
EVENT_SCOPES: Mapping[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "message.im": ("im:history",),
    "tokens_revoked": (),
}
# Every method of the Web API that the bot token is used for, and the scopes that it needs.
METHODS: Mapping[str, tuple[str, ...]] = {
    "assistant.threads.setStatus": ("assistant:write",),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.info": ("channels:read", "groups:read"),
    # The second for a conversation of three: who asks, who is on call, the bot.
    "conversations.open": ("im:write", "mpim:write"),
    "usergroups.users.list": ("usergroups:read",),
    # One for each type of channel that is asked for: Slack refuses the whole call if one is missing.
    "users.conversations": ("channels:read", "groups:read"),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}
# Those that it is used for only where somebody wants it, and the scopes, one or the other, that they need.
# Without them less is certain, or less is seen, and everything else works.
OPTIONAL_METHODS: Mapping[str, tuple[str, ...]] = {
    # One for each type of channel: direct messages are read with im:history, which is not optional.
    "conversations.history": ("channels:history", "groups:history"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
}
# Slash commands and shortcuts.
COMMANDS_SCOPE = "commands"


def manifest(phrases: Phrases, language: Language, url: str = "") -> dict[str, object]:
    """As Slack takes it under "From a manifest".

    `url` is where we can be reached, `https://` and a host, in HTTP mode; without one it is Socket Mode.
    """
    address = f"{url.rstrip('/')}{PATH}" if url else ""
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": phrases.say("manifest.app_name", language),
            "description": phrases.say("manifest.app_description", language),
            "background_color": COLOUR,
        },
        "features": features(phrases, language, address),
        # Slack: what is optional stands in both lists.
        "oauth_config": {
            "scopes": {"bot": sorted([*scopes(), *optional_scopes()]), "bot_optional": optional_scopes()}
        },
        "settings": {
            "event_subscriptions": {**reached("request_url", address), "bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True, **reached("request_url", address)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def features(phrases: Phrases, language: Language, address: str) -> dict[str, object]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": BOT_NAME, "always_online": True},
        "agent_view": {
            "agent_description": phrases.say("manifest.agent_description", language),
            "suggested_prompts": [
                {"title": title, "message": message} for title, message in prompts(phrases, language)
            ],
        },
        "shortcuts": [shortcut(phrases, language, it) for it in SHORTCUTS],
        "slash_commands": [slash_command(phrases, language, address)],
    }


def prompts(phrases: Phrases, language: Language) -> list[tuple[str, str]]:
    """Title and message of each: the same for the manifest as when a direct message is opened."""
    return [
        (
            phrases.say(f"manifest.prompt_{name}_title", language),
            phrases.say(f"manifest.prompt_{name}_message", language),
        )
        for name in PROMPTS
    ]


def shortcut(phrases: Phrases, language: Language, it: Shortcut) -> dict[str, object]:
    return {
        "name": phrases.say(f"manifest.{it.callback}_name", language),
        "description": phrases.say(f"manifest.{it.callback}_description", language),
        "type": it.type,
        "callback_id": it.callback,
    }


def slash_command(phrases: Phrases, language: Language, address: str) -> dict[str, object]:
    return {
        "command": COMMAND,
        "description": phrases.say("manifest.command_description", language),
        "usage_hint": phrases.say("manifest.command_usage", language),
        # No verb takes people or channels, and a text that is checked must come as it was typed.
        "should_escape": False,
        **reached("url", address),
    }


def reached(key: str, address: str) -> dict[str, str]:
    """In Socket Mode there is no address to be reached at."""
    return {key: address} if address else {}


def scopes() -> list[str]:
    """What the bot token needs for the commands, events and methods that there are, and nothing more."""
    needed = {COMMANDS_SCOPE}
    for event in EVENTS:
        needed.update(EVENT_SCOPES[event])
    for each in METHODS.values():
        needed.update(each)
    return sorted(needed)


def optional_scopes() -> list[str]:
    """What an admin may leave out when the app is installed."""
    return sorted(set[str]().union(*OPTIONAL_METHODS.values()))
