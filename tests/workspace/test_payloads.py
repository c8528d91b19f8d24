"""What Slack sends, as a Bolt app understands it, and what the answers to it do."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.workspace.acks import acknowledge
from bot.workspace.payloads import (
    closing,
    direct_message,
    found,
    global_shortcut,
    home_opened,
    mention,
    message_shortcut,
    press,
    slash_command,
    submission,
)
from bot.workspace.refusal import Refusal
from bot.workspace.team import BOT
from tests.workspace.town import ALICE, BUTTON, ELSEWHERE, MODAL, OPS, SECRET, STRANGER, Town, in_town

ACTIONS = {"type": "actions", "block_id": "row", "elements": [BUTTON]}
MENU = {
    "type": "static_select",
    "action_id": "filled",
    "options": [
        {"text": {"type": "plain_text", "text": "One"}, "value": "1"},
        {"text": {"type": "plain_text", "text": "Two"}, "value": "2"},
    ],
}
FORM = {
    **MODAL,
    "blocks": [
        *MODAL["blocks"],
        {
            "type": "input",
            "block_id": "which",
            "label": {"type": "plain_text", "text": "Which"},
            "element": {**MENU, "initial_option": MENU["options"][0]},
        },
    ],
}


async def heard(town: Town, body: Mapping[str, Any]) -> str:
    """Which listener of a Bolt app takes a body."""
    names: list[str] = []

    async def authorise() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0TEAM", bot_user_id=BOT.id, bot_id="B0SMSBOT")

    app = AsyncApp(client=town.client, authorize=authorise, process_before_response=True)

    def listening(name: str) -> Any:
        async def listen(ack: AsyncAck) -> None:
            names.append(name)
            await ack()

        return listen

    app.command("/sms")(listening("command"))
    app.event("app_mention")(listening("mention"))
    app.event("message")(listening("message"))
    app.event("app_home_opened")(listening("home"))
    app.shortcut("explain")(listening("shortcut"))
    app.action("run")(listening("action"))
    app.view("ask")(listening("view"))
    app.view_closed("ask")(listening("closed"))
    response = await app.async_dispatch(AsyncBoltRequest(body=dict(body), mode="socket_mode"))
    assert response.status == 200
    return names[0]


def test_a_bolt_app_takes_every_body_for_what_it_is() -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team
        kept = team.post(OPS, BOT.id, "", [ACTIONS])
        opened = team.open(ALICE, MODAL)

        bodies = {
            "command": slash_command(team, ALICE, OPS, "balance"),
            "mention": mention(team, ALICE, OPS, "hello"),
            "message": direct_message(team, ALICE, "hello"),
            "home": home_opened(team, ALICE),
            "action": press(team, ALICE, kept, found(kept, "run")),
            "view": submission(team, ALICE, opened, {"question": "why"}),
            "closed": closing(team, ALICE, opened),
        }

        assert {name: await heard(town, body) for name, body in bodies.items()} == {it: it for it in bodies}
        assert await heard(town, message_shortcut(team, ALICE, kept, "explain")) == "shortcut"
        assert await heard(town, global_shortcut(team, ALICE, "explain")) == "shortcut"

    in_town(story)


def test_a_mention_stands_in_its_channel_and_thread() -> None:
    async def story(town: Town) -> None:
        first = mention(town.workspace.team, ALICE, OPS, "hello")["event"]
        second = mention(town.workspace.team, ALICE, OPS, "and", first["ts"])["event"]

        assert "thread_ts" not in first
        assert second["thread_ts"] == first["ts"] < second["ts"]
        assert [it.author for it in town.workspace.messages(OPS)] == [ALICE, ALICE]

    in_town(story)


def test_every_delivery_has_a_name_of_its_own() -> None:
    async def story(town: Town) -> None:
        bodies = [home_opened(town.workspace.team, ALICE) for _ in range(3)]

        assert len({it["event_id"] for it in bodies}) == 3

    in_town(story)


def test_a_private_channel_keeps_its_name_to_itself() -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team

        names = [
            slash_command(team, ALICE, it, "")["channel_name"] for it in (OPS, SECRET, team.direct(ALICE).id)
        ]

        assert names == ["ops", "privategroup", "directmessage"]

    in_town(story)


def test_somebody_of_another_team_is_known_by_it() -> None:
    async def story(town: Town) -> None:
        kept = town.workspace.team.post(OPS, BOT.id, "", [ACTIONS])

        pressed = press(town.workspace.team, STRANGER, kept, found(kept, "run"))
        said = mention(town.workspace.team, STRANGER, OPS, "hello")["event"]

        assert pressed["user"]["team_id"] == "T0OTHER"
        assert said["team"] == "T0OTHER"

    in_town(story)


def test_a_press_on_what_only_one_person_sees_does_not_repeat_it() -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team
        everybody, one = (team.post(OPS, BOT.id, "", [ACTIONS], only_for=it) for it in ("", ALICE))

        public, private = (press(team, ALICE, it, found(it, "run")) for it in (everybody, one))

        assert (public["message"]["ts"], public["container"]["is_ephemeral"]) == (everybody.ts, False)
        assert private["container"]["is_ephemeral"]
        assert "message" not in private
        assert public["actions"][0] | {"action_ts": ""} == {
            "type": "button",
            "action_id": "run",
            "block_id": "row",
            "action_ts": "",
            "text": BUTTON["text"],
            "value": "balance",
        }

    in_town(story)


def test_the_response_url_of_a_press_replaces_what_was_pressed() -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team
        kept = team.post(ELSEWHERE, BOT.id, "before", [ACTIONS], only_for=ALICE)

        url = press(team, ALICE, kept, found(kept, "run"))["response_url"]
        await town.answer(url, text="after", replace_original=True)

        assert [it.text for it in town.workspace.messages(ELSEWHERE)] == ["after"]

    in_town(story)


def test_feedback_and_menus_say_what_was_chosen() -> None:
    async def story(town: Town) -> None:
        thumbs = {
            "type": "feedback_buttons",
            "action_id": "verdict",
            "positive_button": {"text": {"type": "plain_text", "text": "Yes"}, "value": "like 1"},
            "negative_button": {"text": {"type": "plain_text", "text": "No"}, "value": "dislike 1"},
        }
        team = town.workspace.team
        blocks = [{"type": "context_actions", "elements": [thumbs]}, {"type": "actions", "elements": [MENU]}]
        kept = team.post(OPS, BOT.id, "", blocks)

        disliked = press(team, ALICE, kept, found(kept, "verdict"), "dislike 1")["actions"][0]
        chosen = press(team, ALICE, kept, found(kept, "filled"), "2")["actions"][0]

        assert (disliked["type"], disliked["value"]) == ("feedback_buttons", "dislike 1")
        assert chosen["selected_option"]["value"] == "2"

    in_town(story)


def test_a_form_is_sent_with_what_was_entered_and_what_stood_there() -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team
        opened = team.open(ALICE, FORM)

        begun = submission(team, ALICE, opened, {})["view"]["state"]["values"]
        filled = submission(team, ALICE, opened, {"question": "why", "which": "2"})["view"]["state"]["values"]

        assert begun["question"]["filled"] == {"type": "plain_text_input", "value": None}
        assert begun["which"]["filled"]["selected_option"]["value"] == "1"
        assert filled["question"]["filled"]["value"] == "why"
        assert filled["which"]["filled"]["selected_option"]["value"] == "2"

    in_town(story)


def test_the_answer_to_a_form_closes_keeps_changes_or_covers_it() -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team
        opened = team.open(ALICE, FORM)
        body = submission(team, ALICE, opened, {"question": "why"})

        errors = {"response_action": "errors", "errors": {"question": "too short"}}
        assert acknowledge(team, body, errors) == {"question": "too short"}
        acknowledge(team, body, {"response_action": "push", "view": MODAL})
        assert len(team.stacks[ALICE]) == 2
        acknowledge(team, body, {"response_action": "update", "view": MODAL})
        assert len(team.view(opened.id).view["blocks"]) == 1
        acknowledge(team, body, {"response_action": "clear"})
        assert team.stacks[ALICE] == []

    in_town(story)


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"another": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "dance"},
    ],
)
def test_an_answer_that_slack_does_not_understand_is_an_error(answer: dict[str, object]) -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team
        body = submission(team, ALICE, team.open(ALICE, FORM), {})

        with pytest.raises(Refusal):
            acknowledge(team, body, answer)

    in_town(story)


def test_every_body_is_json() -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team
        team.publish(ALICE, {"type": "home", "blocks": [ACTIONS]})

        body = home_opened(team, ALICE)

        assert json.loads(json.dumps(body)) == body
        assert body["event"]["view"]["id"] == team.homes[ALICE].id

    in_town(story)
