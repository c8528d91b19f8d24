"""The bot in a terminal, with a small Bolt app in the place of ours."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest, AsyncRespond, AsyncSay
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.language import Language
from bot.making import read_phrases
from bot.phrases import Phrases
from bot.settings import shipped_knowledge
from bot.slack.names import ASK, EXPLAIN
from bot.terminal.console import CHANNEL, PERSON, Console
from bot.workspace.server import BOT_TOKEN, Workspace
from bot.workspace.team import BOT, BOT_ID, Channel, Payload

Block = dict[str, Any]

ANYTHING = re.compile("")
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


PHRASES = Phrases(read_phrases(shipped_knowledge()))
PRIVATE = "*In Slack, only you would see such a reply at first.*"


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(label: str, action: str, **more: Any) -> Block:
    return {"type": "button", "text": plain(label), "action_id": action, "value": action, **more}


def row(*buttons: Block) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def typed(name: str, label: str, **more: Any) -> Block:
    element = {"type": "plain_text_input", "action_id": "filled", "max_length": 20, **more.pop("element", {})}
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, **more}


def menu(name: str, label: str, **more: Any) -> Block:
    options = [{"text": plain(it), "value": it.lower()} for it in ("Qa", "Boss")]
    element = {"type": "static_select", "action_id": "filled", "options": options, **more}
    return {"type": "input", "block_id": name, "label": plain(label), "element": element}


def modal(*blocks: Block, **more: Any) -> Block:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Test send"),
        "blocks": list(blocks),
        **more,
    }


PREVIEW = [section("Preview"), row(button("Send", "send", style="danger"), button("Cancel", "stop"))]
DIALOG = {
    "title": plain("Really?"),
    "text": plain("It costs."),
    "confirm": plain("Do it"),
    "deny": plain("No"),
}
FORM = modal(
    menu("phone", "Phone"),
    typed("words", "Words", hint=plain("a few"), optional=True, element={"initial_value": "hi"}),
    submit=plain("Next"),
)
HOME = {
    "type": "home",
    "blocks": [
        section("Welcome"),
        row(button("Balance", "balance")),
        {**typed("seek", "Search", element={"action_id": "seek"}), "dispatch_action": True},
    ],
}


@dataclass
class Small:
    """An app that answers with what it is given, and notes what it was asked."""

    client: AsyncWebClient
    answers: Mapping[str, Sequence[Block]]
    commands: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def command(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        text = body["text"]
        self.commands.append(text)
        match text:
            case "form":
                await self.client.views_open(trigger_id=body["trigger_id"], view=FORM)
            case "read":
                view = modal(section("A long answer"), row(button("Share", "share")), notify_on_close=True)
                await self.client.views_open(trigger_id=body["trigger_id"], view=view)
            case "sure":
                view = modal(section("Really send?"), submit=plain("Send"))
                await self.client.views_open(trigger_id=body["trigger_id"], view=view)
            case "load":
                opened = await self.client.views_open(
                    trigger_id=body["trigger_id"], view=modal(section("Loading"))
                )
                await self.client.views_update(view_id=opened["view"]["id"], view=FORM)
            case "watch":
                posted = await self.client.chat_postMessage(channel=CHANNEL, text="Waiting\nfor the receipt")
                self.tasks.append(asyncio.create_task(self.deliver(posted["ts"])))
            case "balance twice":
                for left in ("so far", "all"):
                    blocks = [section("Balance"), section(f"Left: {left}"), row(button("Share", left))]
                    await respond(text="Balance", blocks=[*blocks, section("as of noon")])
            case "call":
                await self.client.chat_postMessage(channel="C0CALL", text="Somebody needs help")
            case _:
                await respond(text=f"said {text}", blocks=list(self.answers.get(text, ())) or None)

    async def deliver(self, ts: str) -> None:
        await self.client.chat_update(channel=CHANNEL, ts=ts, text="Waiting\nDelivered")

    async def mention(self, body: dict[str, Any], say: AsyncSay) -> None:
        event = body["event"]
        thread = event.get("thread_ts")
        words = f"{'more' if thread else 'asked'} {event['text'].removeprefix(f'<@{BOT.id}> ')}"
        blocks = list(self.answers.get(words, ())) or None
        await say(text=words, blocks=blocks, thread_ts=thread or event["ts"])

    async def direct(self, body: dict[str, Any], say: AsyncSay) -> None:
        await say(text=f"privately {body['event']['text']}")

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        action = body["actions"][0]
        self.pressed.append(action["action_id"] if action["type"] == "button" else str(action.get("value")))
        match action["action_id"]:
            case "send":
                await respond(text="Handed over", replace_original=True)
            case "more":
                await respond(text="Thank you")
            case "seek":
                found = {**HOME, "blocks": [*HOME["blocks"], section(f"Found {action['value']}")]}
                await self.client.views_publish(user_id=PERSON, view=found)
            case _:
                pass

    async def submit(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        self.sent.append(values)
        words = values.get("words", {}).get("filled", {}).get("value")
        if words == "bad":
            await ack(response_action="errors", errors={"words": "Not these"})
        else:
            await ack()
            await self.client.chat_postMessage(channel=CHANNEL, text="Form taken")

    async def close(self, ack: AsyncAck) -> None:
        await ack()
        self.closed.append("view")

    async def home(self) -> None:
        await self.client.views_publish(user_id=PERSON, view=HOME)

    async def explain(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        await respond(text=f"explained {body['message']['text']}")

    async def ask(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await self.client.views_open(trigger_id=body["trigger_id"], view=FORM)

    def build(self) -> AsyncApp:
        app = AsyncApp(client=self.client, authorize=authorise, process_before_response=True)
        app.command("/sms")(self.command)
        app.event("app_mention")(self.mention)
        app.event("message")(self.direct)
        app.event("app_home_opened")(self.home)
        app.action({"type": "block_actions", "action_id": ANYTHING})(self.press)
        app.view("form")(self.submit)
        app.view_closed("form")(self.close)
        app.shortcut(EXPLAIN.callback)(self.explain)
        app.shortcut(ASK.callback)(self.ask)
        return app


async def authorise() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id="T0TEAM", bot_user_id=BOT.id, bot_id=BOT_ID, bot_token=BOT_TOKEN
    )


@dataclass
class Session:
    """What was shown, and the app that stood behind it."""

    shown: list[str]
    app: Small


def talk(
    *lines: str,
    language: Language = "en",
    answers: Mapping[str, Sequence[Block]] | None = None,
    show: Callable[[str], None] | None = None,
    typed: bool = True,
) -> Session:
    shown: list[str] = []

    async def typing() -> AsyncIterator[str]:
        for line in lines:
            yield line

    async def run() -> Small:
        workspace = Workspace(lambda: NOW)
        workspace.team.add_channel(Channel("C0CALL", "on-call", frozenset({BOT.id})))
        async with workspace.serving() as url:
            small = Small(AsyncWebClient(token=BOT_TOKEN, base_url=url), answers or {})
            app = small.build()

            async def dispatch(body: Payload) -> Payload:
                response = await app.async_dispatch(AsyncBoltRequest(body=dict(body), mode="socket_mode"))
                return dict(json.loads(response.body)) if response.body else {}

            async def settled() -> None:
                return

            async def finished() -> None:
                await asyncio.gather(*small.tasks)

            console = Console(
                workspace.team,
                dispatch,
                settled,
                PHRASES,
                language,
                show or shown.append,
                finished=finished,
                typed=typed,
            )
            await console.run(typing())
            return small

    app = asyncio.run(run())
    return Session([it for it in shown if it], app)


def said(*lines: str, **more: Any) -> list[str]:
    return talk(*lines, **more).shown


def test_a_question_is_a_mention_and_its_answer_is_drawn() -> None:
    assert said("多少个字算一条短信？") == ["asked 多少个字算一条短信？"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("/sms error 1031", "error 1031"),
        ("/error 1031", "error 1031"),
        ("／sms error 1031", "error 1031"),
        ("、sms　balance", "balance"),
        ("／ｓｍｓ", ""),
        ("/SMS balance", "balance"),
        ("help", "help"),
        ("？", "help"),
        ("帮助", "help"),
    ],
)
def test_a_command_is_found_with_whatever_a_keyboard_types(line: str, text: str) -> None:
    assert talk(line).app.commands == [text]


def test_that_only_the_reader_would_see_it_is_told_once_and_lightly() -> None:
    assert said("/sms balance", "a question", "/sms stats") == [
        "said balance",
        PRIVATE,
        "asked a question",
        "said stats",
    ]


def test_help_tells_what_else_can_be_typed() -> None:
    help_text, mark, also = said("/sms help")

    assert (help_text, mark) == ("said help", PRIVATE)
    assert also.startswith("Just type a question")


def test_a_number_presses_what_was_offered() -> None:
    session = talk("/sms preview", "1", answers={"preview": PREVIEW})

    assert session.shown[0] == "Preview\n\n\\[1\\] ⚠ Send   \\[2\\] Cancel"
    assert session.shown[-1] == "Handed over"
    assert session.app.pressed == ["send"]


@pytest.mark.parametrize("number", ["0", "9"])
def test_a_number_that_was_not_offered_is_told(number: str) -> None:
    session = talk("/sms preview", number, answers={"preview": PREVIEW})

    assert session.shown[-1].startswith(f"There is no choice {number}.")
    assert session.app.pressed == []


def test_a_number_is_a_question_when_nothing_was_offered_or_it_is_as_long_as_a_code() -> None:
    assert said("1031") == ["asked 1031"]
    assert said("/sms preview", "1031", answers={"preview": PREVIEW})[-1] == "asked 1031"


@pytest.mark.parametrize("between", ["/sms blance", "/sms", "help", "what is this", "home", "dm hello"])
def test_whatever_comes_between_a_preview_and_its_number_nothing_is_sent(between: str) -> None:
    session = talk("/sms preview", between, "2", answers={"preview": PREVIEW})

    assert "send" not in session.app.pressed
    assert "stop" not in session.app.pressed


def test_what_was_pressed_is_offered_no_longer_when_it_is_gone() -> None:
    session = talk("/sms preview", "1", "1", answers={"preview": PREVIEW})

    assert session.app.pressed == ["send"]
    assert session.shown[-1].startswith("There is no choice 1.")


@pytest.mark.parametrize("word", ["yes", "Confirm", "确认", "取消"])
def test_only_its_number_chooses_what_a_preview_offers(word: str) -> None:
    session = talk("/sms preview", word, "2", answers={"preview": PREVIEW})

    assert session.shown[-1] == "Please type the number of your choice (1 to 2)."
    assert session.app.pressed == ["stop"]


def test_a_plain_answer_may_be_followed_by_any_word() -> None:
    blocks = [section("Answer"), row(button("Share", "more"))]

    assert said("/sms answer", "好", answers={"answer": blocks})[-1] == "asked 好"


def test_buttons_stay_offered_while_they_stand_there() -> None:
    blocks = [section("Answer"), row(button("Thanks", "more"), button("Share", "share"))]

    session = talk("/sms answer", "1", "2", answers={"answer": blocks})

    assert session.app.pressed == ["more", "share"]


def test_the_buttons_of_two_messages_are_numbered_through() -> None:
    blocks = [section("Answer"), row(button("First", "more")), section("and"), row(button("Second", "other"))]

    session = talk("/sms answer", "2", answers={"answer": blocks})

    assert session.shown[0] == "Answer\n\n\\[1\\] First\n\nand\n\n\\[2\\] Second"
    assert session.app.pressed == ["other"]


def test_a_typed_number_is_no_slip_so_that_a_dangerous_button_asks_nothing_more() -> None:
    blocks = [section("Answer"), row(button("Send", "send", style="danger", confirm=DIALOG))]

    session = talk("/sms answer", "1", answers={"answer": blocks})

    assert session.app.pressed == ["send"]


def test_leaving_leaves_what_comes_behind_unread() -> None:
    assert said("", "quit", "1031") == []


def test_of_a_message_that_changes_only_what_is_new_is_drawn() -> None:
    assert said("/sms watch") == ["Waiting\\\nfor the receipt", "Delivered"]


def test_a_pipe_gets_all_of_an_answer_before_the_next_line_is_read() -> None:
    told = ["Waiting\\\nfor the receipt", "Delivered", "asked what next"]

    assert said("/sms watch", "what next", typed=False) == told


def test_of_an_answer_that_is_completed_only_what_is_new_is_drawn() -> None:
    assert said("/sms balance twice") == [
        "Balance\n\nLeft\\: so far\n\n\\[1\\] Share\n\nas of noon",
        PRIVATE,
        "Left\\: all\n\n\\[2\\] Share",
    ]


def test_the_same_answer_to_another_line_is_drawn_whole() -> None:
    blocks = [section("Answer"), section("the same")]

    first, _, second = said("/sms answer", "/sms answer", answers={"answer": blocks})

    assert first == second == "Answer\n\nthe same"


def test_a_message_elsewhere_says_where_it_stands() -> None:
    assert said("/sms call") == ["*\\#on\\-call*\n\nSomebody needs help"]


def test_a_thread_a_direct_message_and_a_shortcut_can_be_typed() -> None:
    shown = said("first", "thread second", "dm third", "私信 第四", "shortcut 1031 again")

    assert shown[:4] == ["asked first", "more second", "privately third", "privately 第四"]
    assert shown[4] == "explained 1031 again"


def test_a_form_is_asked_field_by_field_and_an_empty_line_keeps_what_is_there() -> None:
    session = talk("/sms form", "2", "")

    assert session.shown == [
        "**Test send**",
        "**Phone**\\\n\\[1\\] Qa\\\n\\[2\\] Boss",
        "**Words (optional)** \\[hi\\]\\\n*a few*",
        "Form taken",
    ]
    (values,) = session.app.sent
    assert values["phone"]["filled"]["selected_option"]["value"] == "boss"
    assert values["words"]["filled"]["value"] == "hi"


def test_an_answer_that_does_not_fit_its_field_is_asked_for_again() -> None:
    session = talk("/sms form", "", "3", "qa", "x" * 21, "fine")

    complaints = [it for it in session.shown if not it.startswith("**")]
    assert complaints == [
        "This one is needed; cancel closes the form.",
        "Please type the number of an option (1 to 2).",
        "Too long: 21 characters, at most 20. Please shorten it.",
        "Form taken",
    ]
    assert session.app.sent[0]["words"]["filled"]["value"] == "fine"


def test_what_the_app_refuses_is_told_at_its_field_and_asked_again() -> None:
    session = talk("/sms form", "1", "bad", "good")

    assert session.shown[-3:] == [
        "Words: Not these",
        "**Words (optional)** \\[bad\\]\\\n*a few*",
        "Form taken",
    ]
    assert [it["phone"]["filled"]["selected_option"]["value"] for it in session.app.sent] == ["qa", "qa"]


def test_a_command_in_full_leaves_a_form() -> None:
    session = talk("/sms form", "/sms balance")

    assert "said balance" in session.shown
    assert session.app.commands == ["form", "balance"]
    assert session.app.sent == []


@pytest.mark.parametrize("word", ["cancel", "取消"])
def test_a_form_can_be_left(word: str) -> None:
    session = talk("/sms form", "1", word, "a question")

    assert session.app.sent == []
    assert session.shown[-1] == "asked a question"


def test_a_form_that_is_loaded_later_is_asked_when_it_is_there() -> None:
    session = talk("/sms load", "1", "x")

    assert "Loading" in session.shown[0]
    assert session.shown[-1] == "Form taken"


def test_a_form_without_fields_is_sent_by_its_number_only() -> None:
    said_yes = talk("/sms sure", "yes")
    numbered = talk("/sms sure", "1")
    left = talk("/sms sure", "2")

    assert said_yes.shown == [
        "**Test send**\n\nReally send?\n\n\\[1\\] Send   \\[2\\] Close",
        "Please type the number of your choice (1 to 2).",
    ]
    assert (len(said_yes.app.sent), len(numbered.app.sent), len(left.app.sent)) == (0, 1, 0)


def test_something_to_read_has_buttons_and_is_left_by_going_on() -> None:
    session = talk("/sms read", "1", "a question")

    assert session.shown == ["**Test send**\n\nA long answer\n\n\\[1\\] Share", "asked a question"]
    assert (session.app.pressed, session.app.closed) == (["share"], ["view"])


def test_the_home_is_shown_and_searched() -> None:
    session = talk("home", "2", "refund")

    assert session.shown == [
        "Welcome\n\n\\[1\\] Balance\n\n\\[2\\] Search",
        "**Search**",
        "Found refund",
    ]
    assert session.app.pressed == ["refund"]


def test_a_shortcut_without_a_text_opens_its_form() -> None:
    assert talk("shortcut", "qa", "x").shown[-1] == "Form taken"


def test_the_console_speaks_its_readers_language() -> None:
    shown = said("/sms form", "", language="zh")

    assert shown[-2] == "这一项必须填写；输入 cancel 关闭表单。"


def test_a_pipe_that_nobody_reads_any_more_ends_the_console() -> None:
    def show(_words: str) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        talk("a question", "another", show=show)
