"""The Web API of the stand-in, as a client of Slack meets it."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace.layout import MOST_IN_MESSAGE
from bot.workspace.methods import METHODS
from bot.workspace.server import APP_TOKEN
from bot.workspace.team import BOT, Channel
from tests.workspace.town import (
    ALICE,
    BUTTON,
    ELSEWHERE,
    GUEST,
    MODAL,
    OPS,
    SECRET,
    SECTION,
    STRANGER,
    Town,
    in_town,
)

CLUB, DIRECT = "C0CLUB", f"D0{ALICE}"


def test_who_we_are_comes_with_the_scopes_of_the_token() -> None:
    async def story(town: Town) -> None:
        town.workspace.scopes = ("commands", "chat:write")

        answer = await town.client.auth_test()

        assert (answer["user_id"], answer["team_id"]) == (BOT.id, "T0TEAM")
        assert answer.headers["x-oauth-scopes"] == "commands,chat:write"

    in_town(story)


def test_people_are_told_with_what_access_depends_on() -> None:
    async def story(town: Town) -> None:
        alice, guest, stranger = [
            (await town.client.users_info(user=it, include_locale=True))["user"]
            for it in (ALICE, GUEST, STRANGER)
        ]

        assert (alice["locale"], alice["is_restricted"], alice["is_stranger"]) == ("zh-CN", False, False)
        assert guest["is_restricted"]
        assert (stranger["is_stranger"], stranger["team_id"]) == (True, "T0OTHER")
        assert (await town.client.usergroups_users_list(usergroup="S0OPS"))["users"] == [ALICE]

    in_town(story)


def test_long_lists_come_in_pages() -> None:
    async def story(town: Town) -> None:
        for number in range(5):
            town.workspace.team.add_channel(Channel(f"C{number}", f"c{number}", frozenset({ALICE, BOT.id})))

        pages = await town.client.users_conversations(user=ALICE, limit=2)
        names = [[it["id"] for it in answer["channels"]] async for answer in pages]

        assert names == [[OPS, "C0"], ["C1", "C2"], ["C3", "C4"]]

    in_town(story)


def test_a_message_is_kept_as_it_was_sent_and_can_be_changed_and_deleted() -> None:
    async def story(town: Town) -> None:
        posted = await town.client.chat_postMessage(channel=OPS, text="hello", blocks=[SECTION])
        (kept,) = town.workspace.messages(OPS)
        assert (kept.text, kept.blocks[0]["text"], kept.ts) == ("hello", SECTION["text"], posted["ts"])

        await town.client.chat_update(channel=OPS, ts=kept.ts, text="bye", blocks=[])
        (kept,) = town.workspace.messages(OPS)
        assert (kept.text, kept.blocks, kept.edited) == ("bye", (), 1)

        await town.client.chat_delete(channel=OPS, ts=kept.ts)
        assert town.workspace.messages(OPS) == []

    in_town(story)


def test_arguments_come_as_json_or_as_a_form() -> None:
    async def story(town: Town) -> None:
        form = {"channel": OPS, "text": "form", "blocks": '[{"type": "divider"}]', "thread_ts": "1.000001"}

        await town.client.api_call("chat.postMessage", data=form)

        (kept,) = town.workspace.messages(OPS)
        assert (kept.text, kept.blocks[0]["type"], kept.thread) == ("form", "divider", "1.000001")

    in_town(story)


def test_what_one_person_sees_is_in_no_history_and_can_not_be_changed() -> None:
    async def story(town: Town) -> None:
        await town.client.chat_postMessage(channel=OPS, text="all")
        ts = (await town.client.chat_postEphemeral(channel=OPS, user=ALICE, text="one"))["message_ts"]

        history = await town.client.conversations_history(channel=OPS)

        assert [it["text"] for it in history["messages"]] == ["all"]
        assert town.workspace.messages(OPS)[-1].only_for == ALICE
        assert await town.refused("chat.update", channel=OPS, ts=ts, text="x") == "message_not_found"

    in_town(story)


def test_a_thread_is_told_from_its_first_message_on() -> None:
    async def story(town: Town) -> None:
        first = (await town.client.chat_postMessage(channel=OPS, text="first"))["ts"]
        await town.client.chat_postMessage(channel=OPS, text="second", thread_ts=first)
        await town.client.chat_postMessage(channel=OPS, text="third")

        replies = await town.client.conversations_replies(channel=OPS, ts=first)
        history = await town.client.conversations_history(channel=OPS)

        assert [it["text"] for it in replies["messages"]] == ["first", "second"]
        assert [it["text"] for it in history["messages"]] == ["third", "first"]
        assert await town.refused("conversations.replies", channel=OPS, ts="1.0") == "thread_not_found"

    in_town(story)


def test_metadata_is_told_only_to_those_who_ask_for_it() -> None:
    async def story(town: Town) -> None:
        metadata = {"event_type": "digest", "event_payload": {"key": "k"}}
        posted = await town.client.chat_postMessage(channel=OPS, text="hello", metadata=metadata)
        asked: dict[str, Any] = {"channel": OPS, "include_all_metadata": True}

        answers = [
            await town.client.conversations_history(channel=OPS),
            await town.client.conversations_history(**asked),
            await town.client.conversations_replies(channel=OPS, ts=posted["ts"]),
            await town.client.conversations_replies(**asked, ts=posted["ts"]),
        ]

        assert [it["messages"][0].get("metadata") for it in answers] == [None, metadata] * 2
        assert posted["message"]["metadata"] == metadata

    in_town(story)


@pytest.mark.parametrize(
    ("lacking", "read"),
    [
        ("channels:history", {OPS: "missing_scope", CLUB: "", DIRECT: ""}),
        ("groups:history", {OPS: "", CLUB: "missing_scope", DIRECT: ""}),
        ("im:history", {OPS: "", CLUB: "", DIRECT: "missing_scope"}),
    ],
)
def test_a_token_may_lack_the_scope_for_a_kind_of_channel(lacking: str, read: dict[str, str]) -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team
        team.add_channel(Channel(CLUB, "club", frozenset({BOT.id}), private=True))
        town.workspace.scopes = ("chat:write", lacking)
        team.direct(ALICE)
        team.lacking.add(lacking)

        for method, more in (("conversations.history", {}), ("conversations.replies", {"ts": "1.0"})):
            told = {it: await town.refused(method, channel=it, **more) for it in read}
            assert {it: code.replace("thread_not_found", "") for it, code in told.items()} == read

        assert (await town.client.auth_test()).headers["x-oauth-scopes"] == "chat:write"

    in_town(story)


def test_a_file_is_shown_when_all_of_it_has_come() -> None:
    async def story(town: Town) -> None:
        client = town.client
        begun = await client.files_getUploadURLExternal(filename="a.png", length=3, alt_txt="a line")
        ended = {"files": [{"id": begun["file_id"], "title": "A"}], "channel_id": OPS, "thread_ts": "1.0"}

        assert await town.refused("files.completeUploadExternal", **ended) == "file_not_found"
        assert [await town.uploaded(begun["upload_url"], it) for it in (b"12", b"123")] == [404, 200]
        assert await town.refused("files.completeUploadExternal", **ended) == ""
        assert await town.refused("files.completeUploadExternal", **ended) == "file_not_found"

        (kept,) = town.workspace.messages(OPS)
        (shown,) = (await client.conversations_replies(channel=OPS, ts="1.0"))["messages"]
        assert (kept.text, kept.thread, kept.files[0].content) == ("A", "1.0", b"123")
        assert shown["files"] == [{"id": begun["file_id"], "name": "a.png", "size": 3, "alt_txt": "a line"}]

    in_town(story)


def test_the_clients_own_upload_arrives() -> None:
    async def story(town: Town) -> None:
        await town.client.files_upload_v2(channel=OPS, content=b"123", filename="a.png", title="A")

        (kept,) = town.workspace.messages(OPS)
        assert (kept.text, kept.files[0].name, kept.files[0].content) == ("A", "a.png", b"123")

    in_town(story)


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_files_are_taken_only_from_a_token_that_may_write_them(method: str) -> None:
    async def story(town: Town) -> None:
        town.workspace.team.lacking.add("files:write")

        assert await town.refused(method) == "missing_scope"

    in_town(story)


def test_a_direct_message_opens_by_the_persons_id() -> None:
    async def story(town: Town) -> None:
        opened = (await town.client.conversations_open(users=ALICE))["channel"]["id"]

        posted = await town.client.chat_postMessage(channel=ALICE, text="hello")

        assert posted["channel"] == opened
        info = (await town.client.conversations_info(channel=opened))["channel"]
        assert (info["is_im"], info["user"]) == (True, ALICE)
        assert (await town.client.conversations_members(channel=opened))["members"] == sorted((ALICE, BOT.id))

    in_town(story)


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": SECRET, "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": ELSEWHERE, "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": OPS}, "no_text"),
        ("chat.postMessage", {"channel": OPS, "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": OPS, "blocks": [SECTION] * (MOST_IN_MESSAGE + 1)}, "invalid_blocks"),
        (
            "chat.postMessage",
            {"channel": OPS, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]},
            "invalid_blocks",
        ),
        (
            "chat.postMessage",
            {"channel": OPS, "blocks": [{"type": "actions", "elements": [BUTTON, BUTTON]}]},
            "invalid_blocks",
        ),
        (
            "chat.postMessage",
            {
                "channel": OPS,
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}] * 5,
            },
            "msg_blocks_too_long",
        ),
        ("chat.postMessage", {"channel": OPS, "blocks": "nonsense"}, "invalid_blocks_format"),
        ("chat.postEphemeral", {"channel": OPS, "user": GUEST, "text": "x"}, "user_not_in_channel"),
        ("chat.update", {"channel": OPS, "ts": "1.0", "text": "x"}, "message_not_found"),
        ("users.info", {"user": "U0NONE"}, "user_not_found"),
        ("usergroups.users.list", {"usergroup": "S0NONE"}, "no_such_subteam"),
        ("conversations.history", {"channel": ELSEWHERE}, "not_in_channel"),
        ("files.getUploadURLExternal", {"filename": "a.png", "length": 0}, "missing_argument"),
        ("files.completeUploadExternal", {"channel_id": OPS}, "invalid_arguments"),
        (
            "files.completeUploadExternal",
            {"channel_id": ELSEWHERE, "files": [{"id": "F1"}]},
            "not_in_channel",
        ),
        ("views.open", {"trigger_id": "none", "view": MODAL}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V0NONE", "view": MODAL}, "not_found"),
        ("views.publish", {"user_id": ALICE, "view": {"type": "home"}}, "invalid_arguments"),
        (
            "assistant.threads.setSuggestedPrompts",
            {"channel_id": OPS, "prompts": [{}] * 5},
            "invalid_arguments",
        ),
        ("chat.whisper", {}, "unknown_method"),
    ],
)
def test_what_slack_refuses_is_refused(method: str, arguments: dict[str, object], error: str) -> None:
    async def story(town: Town) -> None:
        assert await town.refused(method, **arguments) == error
        assert town.workspace.calls[-1].error == error

    in_town(story)


def test_the_message_of_somebody_else_is_not_ours_to_change() -> None:
    async def story(town: Town) -> None:
        kept = town.workspace.team.post(OPS, ALICE, "mine")

        assert await town.refused("chat.update", channel=OPS, ts=kept.ts, text="x") == "cant_update_message"
        assert await town.refused("chat.delete", channel=OPS, ts=kept.ts) == "cant_delete_message"

    in_town(story)


def test_a_judge_refuses_messages_and_views_with_its_reasons() -> None:
    async def story(town: Town) -> None:
        town.workspace.team.judge = lambda arguments: (
            ["/blocks/0 is wrong"] if "blocks" in arguments else ["no"]
        )

        assert await town.refused("chat.postMessage", channel=OPS, text="x") == "invalid_blocks"
        assert (
            await town.refused("views.publish", user_id=ALICE, view={**MODAL, "type": "home"})
            == "invalid_blocks"
        )
        assert town.workspace.messages(OPS) == []

    in_town(story)


def test_a_trigger_opens_one_view_within_three_seconds() -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team
        used, late = team.trigger(ALICE), team.trigger(ALICE)

        await town.client.views_open(trigger_id=used, view=MODAL)
        town.clock.move(3.1)

        assert await town.refused("views.open", trigger_id=used, view=MODAL) == "exchanged_trigger_id"
        assert await town.refused("views.open", trigger_id=late, view=MODAL) == "expired_trigger_id"

    in_town(story)


def test_views_stand_on_one_another_three_high() -> None:
    async def story(town: Town) -> None:
        team = town.workspace.team
        await town.client.views_open(trigger_id=team.trigger(ALICE), view=MODAL)
        second = await town.client.views_push(trigger_id=team.trigger(ALICE), view=MODAL)
        await town.client.views_push(trigger_id=team.trigger(ALICE), view=MODAL)

        assert second["view"]["previous_view_id"] == second["view"]["root_view_id"]
        trigger = team.trigger(ALICE)
        assert await town.refused("views.push", trigger_id=trigger, view=MODAL) == "push_limit_reached"

    in_town(story)


def test_a_view_that_has_changed_meanwhile_is_not_updated_by_an_old_hash() -> None:
    async def story(town: Town) -> None:
        home = {"type": "home", "blocks": [SECTION]}
        first = (await town.client.views_publish(user_id=ALICE, view=home))["view"]
        second = (await town.client.views_publish(user_id=ALICE, view=home, hash=first["hash"]))["view"]

        old = {"user_id": ALICE, "view": home, "hash": first["hash"]}
        assert await town.refused("views.publish", **old) == "hash_conflict"
        assert first["id"] == second["id"]
        assert [it.hash for it in town.workspace.views] == [second["hash"]]

    in_town(story)


def test_each_method_asks_for_its_kind_of_token() -> None:
    async def story(town: Town) -> None:
        assert await town.refused("apps.connections.open") == "not_allowed_token_type"
        town.client.token = APP_TOKEN
        assert await town.refused("auth.test") == "not_allowed_token_type"
        town.client.token = "xoxb-another"  # noqa: S105 - it opens nothing
        assert await town.refused("auth.test") == "invalid_auth"
        town.client.token = None
        assert await town.refused("auth.test") == "not_authed"

    in_town(story)


def test_every_method_is_one_that_the_client_knows() -> None:
    names = {it.replace(".", "_") for it in METHODS}

    assert {it for it in names if not hasattr(AsyncWebClient, it)} == set()


def test_an_update_keeps_the_blocks_that_it_does_not_name() -> None:
    async def story(town: Town) -> None:
        posted = await town.client.chat_postMessage(channel=OPS, text="hello", blocks=[SECTION])

        await town.client.chat_update(channel=OPS, ts=posted["ts"], text="bye")

        (kept,) = town.workspace.messages(OPS)
        assert (kept.text, [it["type"] for it in kept.blocks]) == ("bye", ["section"])

    in_town(story)


def test_what_was_said_can_be_forgotten() -> None:
    async def story(town: Town) -> None:
        await town.client.chat_postMessage(channel=OPS, text="hello")

        town.workspace.forget()

        assert (town.workspace.calls, town.workspace.messages(OPS)) == ([], [])
        assert await town.refused("chat.postMessage", channel=OPS, text="again") == ""

    in_town(story)
