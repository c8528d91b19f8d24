"""Payloads as values: what each kind of delivery means, and that none of them can trip us."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.incoming import (
    Closed,
    Heard,
    Pressed,
    Stray,
    Submitted,
    Summoned,
    Visited,
    kept,
    keys_of,
    kind_of,
    read,
    unwrapped,
)
from bot.slack.message import Standing

COMMAND = "/sms"
MENTION = {
    "type": "event_callback",
    "team_id": "T1",
    "event_id": "Ev1",
    "token": "old",
    "authorizations": [{"user_id": "UBOT"}],
    "event": {
        "type": "app_mention",
        "user": "U1",
        "text": "<@UBOT> 1031",
        "channel": "C1",
        "ts": "1.5",
        "team": "T1",
        "client_msg_id": "m1",
    },
}
PRESS = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T1"},
    "container": {"type": "message", "message_ts": "2.5", "channel_id": "C1"},
    "channel": {"id": "C1"},
    "message": {"ts": "2.5", "thread_ts": "1.5"},
    "actions": [{"action_id": "run:1", "value": "balance"}],
    "response_url": "https://hooks.slack.com/x",
    "trigger_id": "tr1",
}
FORM = {
    "type": "view_submission",
    "user": {"id": "U1", "team_id": "T1"},
    "trigger_id": "tr2",
    "view": {
        "id": "V1",
        "hash": "h",
        "type": "modal",
        "callback_id": "ask",
        "private_metadata": "{}",
        "state": {"values": {"question": {"filled": {"type": "plain_text_input", "value": "1031"}}}},
    },
}


def mentioned(**event: Any) -> dict[str, Any]:
    return {**MENTION, "event": {**MENTION["event"], **event}}  # type: ignore[dict-item]


def direct(**event: Any) -> dict[str, Any]:
    return mentioned(type="message", channel="D1", channel_type="im", **event)


def test_a_mention_begins_a_thread_or_goes_on_in_one() -> None:
    first, later = read(mentioned(), COMMAND), read(mentioned(thread_ts="0.5"), COMMAND)

    assert isinstance(first, Heard)
    assert (first.text, first.through, first.origin.thread, first.in_thread) == (
        "1031",
        "mention",
        "1.5",
        False,
    )
    assert isinstance(later, Heard)
    assert (later.origin.thread, later.in_thread) == ("0.5", True)


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"bot_id": "B1"},
        {"user": None},
    ],
)
def test_what_no_person_has_just_written_is_nothing_to_us(event: dict[str, Any]) -> None:
    assert read(direct(**event), COMMAND) is None
    assert isinstance(read(direct(), COMMAND), Heard)


def test_what_is_said_in_channels_without_us_is_not_listened_to() -> None:
    assert read(mentioned(type="message", channel_type="channel"), COMMAND) is None


def test_an_edited_message_and_a_delivery_that_comes_again_have_a_name_that_is_known() -> None:
    first = set(keys_of(mentioned()))
    again = set(keys_of({**mentioned(), "retry": 1}))
    edited = set(keys_of({**mentioned(edited={"ts": "9.5"}, text="<@UBOT> 1033"), "event_id": "Ev2"}))
    as_message = set(keys_of({**mentioned(type="message", channel_type="im"), "event_id": "Ev3"}))

    assert first == again
    assert first & edited
    assert first & as_message


def test_a_message_that_is_nothing_to_us_does_not_pass_for_the_mention_in_it() -> None:
    overheard = {**mentioned(type="message", channel_type="channel"), "event_id": "Ev3"}

    assert not set(keys_of(overheard)) & set(keys_of(mentioned()))


def test_two_texts_and_two_workspaces_have_no_name_in_common() -> None:
    other = {**mentioned(ts="7.5", client_msg_id="m2"), "event_id": "Ev9"}

    assert not set(keys_of(mentioned())) & set(keys_of(other))
    assert not set(keys_of(mentioned())) & set(keys_of({**mentioned(), "team_id": "T2"}))


def test_where_somebody_comes_from_is_the_workspace_of_the_person() -> None:
    heard, pressed = (
        read(mentioned(user_team="T9"), COMMAND),
        read({**PRESS, "user": {"id": "U1", "team_id": "T9"}}, COMMAND),
    )

    assert isinstance(heard, Heard)
    assert isinstance(pressed, Pressed)
    assert (heard.origin.team, pressed.origin.team) == ("T9", "T9")


def test_a_press_tells_what_stands_there_unless_only_one_sees_it() -> None:
    pressed = read(PRESS, COMMAND)
    alone = read(
        {**PRESS, "container": {"message_ts": "2.5", "channel_id": "C1", "is_ephemeral": True}}, COMMAND
    )

    assert isinstance(pressed, Pressed)
    assert (pressed.action, pressed.value, pressed.message) == ("run", "balance", Standing("C1", "2.5"))
    assert pressed.origin.thread == "1.5"
    assert isinstance(alone, Pressed)
    assert (alone.ephemeral, alone.message) == (True, None)


def test_what_is_chosen_in_a_menu_counts_as_the_value() -> None:
    chosen = {"action_id": "category", "selected_option": {"value": "billing"}}

    pressed = read({**PRESS, "actions": [chosen]}, COMMAND)

    assert isinstance(pressed, Pressed)
    assert pressed.value == "billing"


def test_forms_shortcuts_and_home() -> None:
    closed = {**FORM, "type": "view_closed"}
    home = mentioned(type="app_home_opened", tab="home", channel="D1")

    assert isinstance(read(FORM, COMMAND), Submitted)
    assert isinstance(read(closed, COMMAND), Closed)
    assert isinstance(read({"type": "shortcut", "user": {"id": "U1"}}, COMMAND), Summoned)
    visited = read(home, COMMAND)
    assert isinstance(visited, Visited)
    assert visited.tab == "home"


def test_a_command_that_is_not_ours_is_a_stray() -> None:
    assert isinstance(read({"command": "/sms", "text": "1031", "user_id": "U1"}, COMMAND), Heard)
    assert isinstance(read({"command": "/smsold", "text": "1031", "user_id": "U1"}, COMMAND), Stray)


def test_a_shortcut_reads_what_another_app_says_in_attachments_and_blocks() -> None:
    alert = {
        "text": "",
        "attachments": [{"title": "SendSms", "fields": [{"title": "code", "value": "1031"}]}],
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "MK:0001"}}],
    }

    heard = read({"type": "message_action", "user": {"id": "U1"}, "message": alert}, COMMAND)

    assert isinstance(heard, Heard)
    assert heard.text.split() == ["SendSms", "code", "1031", "MK:0001"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<@UBOT> 1031", "1031"),
        ("<tel:13800138000|138 0013 8000> 收不到", "138 0013 8000 收不到"),
        ("<https://example.com/a|example.com/a>", "example.com/a"),
        ("<!channel> a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
    ],
)
def test_a_text_is_read_as_its_writer_typed_it(written: str, meant: str) -> None:
    assert unwrapped(written) == meant


def test_what_is_kept_holds_no_token_and_what_is_printed_no_key() -> None:
    assert "token" not in kept(MENTION)
    assert "authorizations" not in kept(MENTION)
    assert "hooks" not in repr(read(PRESS, COMMAND))
    assert "tr1" not in repr(read(PRESS, COMMAND))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> list[list[Any]]:
    """The paths to everything within."""
    found: list[list[Any]] = [[]]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, it in inner:
        found += [[name, *path] for path in places(it)]
    return found


def changed(value: Any, path: list[Any], instead: Any) -> Any:
    if not path:
        return instead
    name, *rest = path
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[name] = changed(value[name], rest, instead)
    return copied


@given(
    body=st.sampled_from([MENTION, direct(), PRESS, FORM, {**FORM, "type": "view_closed"}]), data=st.data()
)
@settings(max_examples=300, deadline=None)
def test_no_payload_trips_the_reading(body: dict[str, Any], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([it for it in places(body) if it]))
    spoilt = changed(body, path, data.draw(ANYTHING))

    keys, kind = keys_of(spoilt), kind_of(spoilt)
    read(spoilt, COMMAND)

    assert all(isinstance(it, str) for it in (*keys, kind))
