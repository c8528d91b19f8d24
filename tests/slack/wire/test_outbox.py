"""What goes out to Slack, whatever Slack does with it."""

import asyncio
import gc
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from aiohttp import ClientTimeout

from bot.errors import BotError
from bot.slack.message import Answerable, Message, Posted, Standing, Whispered
from bot.slack.wire.client import Accepted, Lost, Outcome, Refused, Unreachable, slack_client, slack_session
from bot.slack.wire.hook import Hooks
from bot.slack.wire.lane import Lane, Ticket
from bot.slack.wire.outbox import Attempted, Outbox, PostedOnce, Withheld
from tests.slack.api import (
    SHORT,
    TOKEN,
    USUAL,
    Api,
    Hands,
    Step,
    body,
    dropped,
    held,
    limited,
    outbox_of,
    refused,
)

Value = TypeVar("Value")

PLAIN = ({"type": "section", "text": {"type": "plain_text", "text": "hello"}},)
RICH = ({"type": "container", "child_blocks": []}, {"type": "section"})
HELLO = Message("hello", RICH, lambda: PLAIN)
HERE, THERE = Posted("C1"), Posted("C2")
STANDING = Standing("C1", "1.0")
UNKNOWN_KIND = "unsupported type [json-pointer:/blocks/0/type]"
VIEW = {"type": "modal"}
METADATA = {"event_type": "digest", "event_payload": {"key": "digest|C1|2026-11-22"}}


def words(text: str) -> Message:
    return Message(text, PLAIN, lambda: PLAIN)


def doing(api: Api, act: Callable[[Outbox], Awaitable[Value]], patience: ClientTimeout = USUAL) -> Value:
    async def run() -> Value:
        async with outbox_of(api, patience=patience) as outbox:
            return await act(outbox)

    return asyncio.run(run())


def phrase_of(api: Api, act: Callable[[Outbox], Awaitable[Any]]) -> str:
    with pytest.raises(BotError) as caught:
        doing(api, act)
    return caught.value.phrase


class Claim:
    """Says each time what is next in its answers, then no more; counts how often it was asked."""

    def __init__(self, *answers: bool) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def still(self) -> bool:
        self.asked += 1
        return bool(self._answers) and self._answers.pop(0)


def posted_once(api: Api, claim: Claim, place: Posted = HERE, message: Message = HELLO) -> PostedOnce:
    return doing(api, lambda outbox: outbox.post_once(place, message, METADATA, claim.still))


def alive(kind: type) -> int:
    gc.collect()
    return sum(isinstance(it, kind) for it in gc.get_objects())


# Posting


def test_a_message_is_posted_where_it_belongs_quietly_and_can_be_changed_later() -> None:
    api = Api()

    standing = doing(api, lambda outbox: outbox.send(Posted("C1", "5.0"), HELLO, {"event_type": "digest"}))

    assert standing == STANDING
    assert api.of("chat.postMessage") == [
        {
            "channel": "C1",
            "thread_ts": "5.0",
            "text": "hello",
            "blocks": list(RICH),
            "metadata": {"event_type": "digest"},
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
    ]


@pytest.mark.parametrize(
    "fault", [dropped, body("", status=500), refused("fatal_error"), refused("internal_error")]
)
def test_a_message_whose_answer_was_lost_is_not_posted_again(fault: Step) -> None:
    api = Api()
    api.plan("chat.postMessage", fault)

    standing = doing(api, lambda outbox: outbox.send(HERE, HELLO))

    assert standing is None
    assert api.texts() == ["hello"]


def test_a_message_that_is_answered_too_late_is_not_posted_again() -> None:
    async def act(outbox: Outbox) -> None:
        assert await outbox.send(HERE, HELLO) is None
        assert await outbox.send(HERE, words("next"))

    api = Api()
    api.plan("chat.postMessage", held(asyncio.Event(), dropped))

    doing(api, act, SHORT)

    assert api.texts() == ["hello", "next"]


def test_what_never_left_is_tried_again_and_then_told() -> None:
    async def run() -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}/api/"
            async with slack_session(USUAL) as session:
                client = slack_client(TOKEN, url, session)
                outbox = Outbox(client, Hooks(session), hands.clock(), lambda *told: results.append(told))
                with pytest.raises(BotError) as caught:
                    await outbox.send(HERE, HELLO)
        assert caught.value.phrase == "slack.out_away"

    hands = Hands()
    results: list[tuple[str, str]] = []

    asyncio.run(run())

    assert results == [("chat.postMessage", "unreachable")] * 3


def test_messages_to_a_channel_keep_their_order_and_a_second_between_them() -> None:
    async def act(outbox: Outbox) -> None:
        await asyncio.gather(*(outbox.send(HERE, words(str(number))) for number in range(20)))

    api = Api()

    doing(api, act)

    assert api.texts() == [str(number) for number in range(20)]
    assert [it.at for it in api.calls] == [1000.0 + number for number in range(20)]


def test_the_wait_that_slack_asks_for_is_kept_and_the_order_too() -> None:
    async def act(outbox: Outbox) -> None:
        await asyncio.gather(*(outbox.send(HERE, words(text)) for text in ("first", "second")))

    api = Api()
    api.plan("chat.postMessage", limited("30"))

    doing(api, act)

    assert api.texts() == ["first", "first", "second"]
    assert [it.at - 1000.0 for it in api.calls] == [0.0, 30.0, 31.0]


def test_a_channel_that_has_to_wait_holds_up_no_other_and_no_other_method() -> None:
    async def act(outbox: Outbox) -> None:
        waiting = asyncio.create_task(outbox.send(HERE, words("limited")))
        await api.heard(1)
        async with asyncio.timeout(5):
            await outbox.send(THERE, words("elsewhere"))
            await outbox.send(STANDING, words("changed"))
            await outbox.send(Whispered("C1", "U1"), words("whispered"))
        await hands.asleep.wait()
        assert not waiting.done()
        hands.forward(30)
        assert await waiting

    hands = Hands(hasty=False)
    api = Api(hands)
    api.plan("chat.postMessage", limited("30"))

    doing(api, act)

    assert api.texts() == ["limited", "elsewhere", "limited"]


def test_a_slow_channel_holds_up_no_other() -> None:
    async def act(outbox: Outbox) -> None:
        slow = asyncio.create_task(outbox.send(HERE, words("slow")))
        await api.heard(1)
        assert await outbox.send(THERE, words("quick"))
        assert not slow.done()
        release.set()
        await slow

    api, release = Api(), asyncio.Event()
    api.plan("chat.postMessage", held(release, refused("fatal_error")))

    doing(api, act)


def test_slack_that_asks_to_wait_for_minutes_is_told_of() -> None:
    api = Api()
    api.plan("chat.postMessage", limited("600"))

    assert phrase_of(api, lambda outbox: outbox.send(HERE, HELLO)) == "slack.out_busy"


def test_a_flood_to_one_channel_is_bounded_and_leaves_nothing_behind() -> None:
    async def act(outbox: Outbox) -> Counter[str]:
        flood = (outbox.send(HERE, words("flood")) for _ in range(3_000))
        outcomes = await asyncio.gather(*flood, return_exceptions=True)
        assert outbox.waiting == 0
        assert alive(Ticket) == 0
        return Counter(it.phrase if isinstance(it, BotError) else "sent" for it in outcomes)

    api = Api()

    outcomes = doing(api, act)

    assert outcomes == {"sent": 101, "slack.out_busy": 2_899}
    assert len(api.texts()) == 101


def test_many_channels_leave_nothing_behind() -> None:
    async def act(outbox: Outbox) -> None:
        for number in range(100):
            await outbox.send(Posted(f"C{number}"), HELLO)
            await outbox.send(Whispered(f"C{number}", "U1"), HELLO)
            api.hands.at += 1
        assert alive(Lane) < 5

    api = Api()

    doing(api, act)


def test_one_who_gives_up_waiting_takes_nobody_with_them() -> None:
    async def act(outbox: Outbox) -> None:
        first = asyncio.create_task(outbox.send(HERE, words("first")))
        await api.heard(1)
        second = asyncio.create_task(outbox.send(HERE, words("second")))
        third = asyncio.create_task(outbox.send(HERE, words("third")))
        await asyncio.sleep(0)
        second.cancel()
        release.set()
        await asyncio.gather(first, third)

    api, release = Api(), asyncio.Event()
    api.plan("chat.postMessage", held(release, refused("fatal_error")))

    doing(api, act)

    assert api.texts() == ["first", "third"]


@pytest.mark.parametrize(
    ("code", "phrase"),
    [
        ("channel_not_found", "slack.out_invite"),
        ("not_in_channel", "slack.out_invite"),
        ("is_archived", "slack.out_archived"),
        ("restricted_action", "slack.out_refused"),
    ],
)
def test_a_channel_that_takes_no_message_is_told_with_what_to_do(code: str, phrase: str) -> None:
    api = Api()
    api.plan("chat.postMessage", refused(code))

    assert phrase_of(api, lambda outbox: outbox.send(HERE, HELLO)) == phrase
    assert len(api.calls) == 1


# Posting once


def test_what_is_posted_once_carries_its_metadata_and_is_posted_quietly() -> None:
    api, claim = Api(), Claim(True)

    posted = posted_once(api, claim, Posted("C1", "5.0"))

    assert posted == Attempted(Accepted({"ok": True, "channel": "C1", "ts": "1.0"}))
    assert api.of("chat.postMessage") == [
        {
            "channel": "C1",
            "thread_ts": "5.0",
            "text": "hello",
            "blocks": list(RICH),
            "metadata": METADATA,
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
    ]
    assert claim.asked == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (limited("1"), Refused("ratelimited", 1.0)),
        (refused("channel_not_found"), Refused("channel_not_found")),
        (refused("internal_error"), Lost("internal_error")),
        (body("", status=503), Lost("http_503")),
        (dropped, Lost("ServerDisconnectedError")),
    ],
)
def test_what_is_posted_once_is_tried_once_whatever_becomes_of_it(fault: Step, outcome: Outcome) -> None:
    api, claim = Api(), Claim(True, True, True)
    api.plan("chat.postMessage", fault)

    posted = posted_once(api, claim)

    assert posted == Attempted(outcome)
    assert (api.texts(), claim.asked, api.hands.pauses) == (["hello"], 1, [])


def test_what_is_posted_once_and_never_left_is_not_tried_again_either() -> None:
    async def run() -> PostedOnce:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}/api/"
            async with slack_session(USUAL) as session:
                client = slack_client(TOKEN, url, session)
                outbox = Outbox(client, Hooks(session), Hands().clock(), lambda *told: results.append(told))
                return await outbox.post_once(HERE, HELLO, METADATA, Claim(True, True).still)

    results: list[tuple[str, str]] = []

    posted = asyncio.run(run())

    assert isinstance(posted, Attempted)
    assert isinstance(posted.outcome, Unreachable)
    assert results == [("chat.postMessage", "unreachable")]


def test_what_is_no_longer_to_be_posted_is_withheld() -> None:
    api = Api()

    assert posted_once(api, Claim(False)) == Withheld()
    assert api.calls == []


def test_refused_blocks_are_said_plainly_once_and_that_is_told() -> None:
    api, claim = Api(), Claim(True, True)
    api.plan("chat.postMessage", refused("invalid_blocks", UNKNOWN_KIND))

    posted = posted_once(api, claim)

    assert posted == Attempted(Accepted({"ok": True, "channel": "C1", "ts": "2.0"}), plainly=True)
    assert [it["blocks"] for it in api.of("chat.postMessage")] == [list(RICH), list(PLAIN)]


def test_a_plainer_guise_is_withheld_as_well_when_it_is_no_longer_to_be_posted() -> None:
    api = Api()
    api.plan("chat.postMessage", refused("invalid_blocks"))

    assert posted_once(api, Claim(True, False)) == Withheld()
    assert len(api.calls) == 1


def test_a_plainer_guise_whose_answer_was_lost_is_the_last() -> None:
    api = Api()
    api.plan("chat.postMessage", refused("invalid_blocks"), dropped)

    posted = posted_once(api, Claim(True, True, True))

    assert posted == Attempted(Lost("ServerDisconnectedError"))
    assert len(api.calls) == 2


def test_what_is_plain_from_the_start_is_told_to_be_so_while_slack_does_not_know_a_block() -> None:
    async def act(outbox: Outbox) -> list[PostedOnce]:
        claim = Claim(True, True, True)
        return [await outbox.post_once(HERE, HELLO, METADATA, claim.still) for _ in range(2)]

    api = Api()
    api.plan("chat.postMessage", refused("invalid_blocks", UNKNOWN_KIND))

    posted = doing(api, act)

    assert [isinstance(it, Attempted) and it.plainly for it in posted] == [True, True]
    assert len(api.calls) == 3


def test_whether_it_is_still_to_be_posted_is_asked_when_its_turn_has_come() -> None:
    async def act(outbox: Outbox) -> PostedOnce:
        first = asyncio.create_task(outbox.send(HERE, words("first")))
        await api.heard(1)
        once = asyncio.create_task(outbox.post_once(HERE, HELLO, METADATA, claim.still))
        await asyncio.sleep(0)
        assert (claim.asked, outbox.waiting) == (0, 2)
        release.set()
        await first
        posted = await once
        assert outbox.waiting == 0
        return posted

    api, release, claim = Api(), asyncio.Event(), Claim(True)
    api.plan("chat.postMessage", held(release, body('{"ok": true, "ts": "1.0"}')))

    posted = doing(api, act)

    assert isinstance(posted, Attempted)
    assert [it.at - 1000.0 for it in api.calls] == [0.0, 1.0]


def test_where_too_many_wait_what_is_posted_once_never_left() -> None:
    async def act(outbox: Outbox) -> PostedOnce:
        flood = [asyncio.create_task(outbox.send(HERE, words("flood"))) for _ in range(101)]
        await asyncio.sleep(0)
        posted = await outbox.post_once(HERE, HELLO, METADATA, claim.still)
        assert outbox.waiting == 101
        await asyncio.gather(*flood)
        return posted

    api, claim = Api(), Claim(True)

    assert doing(api, act) == Attempted(Unreachable("too_many_wait"))
    assert "hello" not in api.texts()
    assert claim.asked == 0


def test_what_keeps_us_from_asking_keeps_us_from_posting_and_the_lane_goes_on() -> None:
    async def fail() -> bool:
        raise BotError("store.away")

    async def act(outbox: Outbox) -> None:
        with pytest.raises(BotError, match=r"store\.away"):
            await outbox.post_once(HERE, HELLO, METADATA, fail)
        await outbox.send(HERE, words("next"))

    api = Api()

    doing(api, act)

    assert api.texts() == ["next"]


# Blocks


@pytest.mark.parametrize(
    "refusal",
    [
        refused("invalid_blocks", "must be less than 3001 characters [json-pointer:/blocks/1/text]"),
        refused("invalid_attachments"),
        refused("msg_blocks_too_long"),
        refused("invalid_arguments", "[ERROR] bad [json-pointer:/blocks/0]"),
    ],
)
def test_blocks_that_slack_refuses_are_said_plainly(refusal: Step) -> None:
    api = Api()
    api.plan("chat.postMessage", refusal)

    standing = doing(api, lambda outbox: outbox.send(HERE, HELLO))

    assert standing
    assert [it["blocks"] for it in api.of("chat.postMessage")] == [list(RICH), list(PLAIN)]


@pytest.mark.parametrize(
    ("place", "method"),
    [
        (HERE, "chat.postMessage"),
        (Whispered("C1", "U1"), "chat.postEphemeral"),
        (STANDING, "chat.update"),
    ],
)
def test_when_plain_blocks_are_refused_as_well_the_words_remain(
    place: Posted | Whispered | Standing, method: str
) -> None:
    api = Api()
    api.plan(method, refused("invalid_blocks"), refused("invalid_blocks"))

    doing(api, lambda outbox: outbox.send(place, HELLO))

    assert [it["blocks"] for it in api.of(method)] == [list(RICH), list(PLAIN), []]
    assert api.texts(method) == ["hello"] * 3


def test_a_kind_of_block_that_slack_does_not_know_is_left_out_for_a_while() -> None:
    async def act(outbox: Outbox) -> None:
        for seconds in (0, 0, 700):
            api.hands.at += seconds
            await outbox.send(HERE, HELLO)

    api = Api()
    api.plan("chat.postMessage", refused("invalid_blocks", UNKNOWN_KIND))

    doing(api, act)

    first, *others = [len(it["blocks"]) for it in api.of("chat.postMessage")]
    assert (first, others) == (2, [1, 1, 2])


def test_one_bad_block_does_not_make_all_others_plain() -> None:
    async def act(outbox: Outbox) -> None:
        await outbox.send(HERE, HELLO)
        await outbox.send(HERE, HELLO)

    api = Api()
    api.plan("chat.postMessage", refused("invalid_blocks", "too long [json-pointer:/blocks/0/title/text]"))

    doing(api, act)

    assert [len(it["blocks"]) for it in api.of("chat.postMessage")] == [2, 1, 2]


# Changing


def test_of_changes_that_wait_only_the_newest_is_made() -> None:
    async def act(outbox: Outbox) -> None:
        first = asyncio.create_task(outbox.send(STANDING, words("0")))
        await api.heard(1)
        others = [asyncio.create_task(outbox.send(STANDING, words(str(number)))) for number in range(1, 50)]
        other = asyncio.create_task(outbox.send(Standing("C1", "2.0"), words("another message")))
        await asyncio.sleep(0)
        release.set()
        assert await asyncio.gather(first, *others) == [STANDING] * 50
        await other

    api, release = Api(), asyncio.Event()
    api.plan("chat.update", held(release, body('{"ok": true}')))

    doing(api, act)

    assert api.texts("chat.update") == ["0", "49", "another message"]


@pytest.mark.parametrize("fault", [dropped, body("", status=500), refused("internal_error"), limited("2")])
def test_a_change_whose_answer_was_lost_is_made_again(fault: Step) -> None:
    api = Api()
    api.plan("chat.update", fault)

    assert doing(api, lambda outbox: outbox.send(STANDING, HELLO)) == STANDING
    assert api.texts("chat.update") == ["hello"] * 2


def test_a_message_that_is_gone_can_not_be_changed() -> None:
    api = Api()
    api.plan("chat.update", refused("message_not_found"))

    assert phrase_of(api, lambda outbox: outbox.send(STANDING, HELLO)) == "slack.out_gone"


# What only one person sees


def test_a_whisper_reaches_one_person_in_a_thread_if_there_is_one() -> None:
    async def act(outbox: Outbox) -> None:
        assert await outbox.send(Whispered("C1", "U1"), HELLO) is None
        assert await outbox.send(Whispered("C1", "U1", "5.0"), HELLO) is None

    api = Api()

    doing(api, act)

    whispered = api.of("chat.postEphemeral")
    assert [(it["channel"], it["user"], it.get("thread_ts")) for it in whispered] == [
        ("C1", "U1", None),
        ("C1", "U1", "5.0"),
    ]


@pytest.mark.parametrize(
    "code", ["user_not_in_channel", "channel_not_found", "not_in_channel", "is_archived"]
)
def test_who_can_not_be_reached_in_a_channel_gets_a_direct_message(code: str) -> None:
    api = Api()
    api.plan("chat.postEphemeral", refused(code))

    standing = doing(api, lambda outbox: outbox.send(Whispered("C1", "U1", "5.0"), HELLO))

    assert standing == Standing("D-U1", "3.0")
    assert "thread_ts" not in api.of("chat.postMessage")[0]


def test_a_whisper_whose_answer_was_lost_is_not_repeated() -> None:
    api = Api()
    api.plan("chat.postEphemeral", dropped)

    doing(api, lambda outbox: outbox.send(Whispered("C1", "U1"), HELLO))

    assert [it.method for it in api.calls] == ["chat.postEphemeral"]


# A response_url


def at_url(api: Api, *, public: bool = False, replace: bool = False) -> Answerable:
    return Answerable(api.url, "C1", "U1", "5.0", public=public, replace=replace)


@pytest.mark.parametrize(
    ("public", "replace", "expected"),
    [
        (False, False, {"response_type": "ephemeral", "replace_original": False, "thread_ts": "5.0"}),
        (True, False, {"response_type": "in_channel", "replace_original": False, "thread_ts": "5.0"}),
        (False, True, {"response_type": "ephemeral", "replace_original": True}),
    ],
)
def test_an_answer_at_a_response_url_says_who_may_read_it(
    public: bool,  # noqa: FBT001 - a parameter of the test
    replace: bool,  # noqa: FBT001 - a parameter of the test
    expected: dict[str, object],
) -> None:
    api = Api()
    api.plan("response_url", body("ok", kind="text/plain"))

    doing(api, lambda outbox: outbox.send(at_url(api, public=public, replace=replace), HELLO))

    assert api.of("response_url") == [
        {"text": "hello", "blocks": list(RICH), "unfurl_links": False, "unfurl_media": False, **expected}
    ]


@pytest.mark.parametrize(
    "used_up",
    [
        body("used_url", status=404, kind="text/plain"),
        body('{"ok": false, "error": "expired_url"}', status=404),
        body('{"ok": false, "error": "used_url"}'),
        body("", status=410, kind="text/plain"),
        body("<html>gone</html>", status=404, kind="text/html"),
    ],
)
@pytest.mark.parametrize(("public", "method"), [(False, "chat.postEphemeral"), (True, "chat.postMessage")])
def test_when_the_url_is_used_up_another_way_is_taken(
    used_up: Step,
    public: bool,  # noqa: FBT001 - a parameter of the test
    method: str,
) -> None:
    api = Api()
    api.plan("response_url", used_up)

    doing(api, lambda outbox: outbox.send(at_url(api, public=public), HELLO))

    assert [it.method for it in api.calls] == ["response_url", method]
    assert api.of(method)[0]["thread_ts"] == "5.0"


def test_an_address_that_is_none_of_slacks_is_left_alone_and_another_way_taken() -> None:
    api = Api()

    doing(api, lambda outbox: outbox.send(Answerable("http://169.254.169.254/latest", "C1", "U1"), HELLO))

    assert [it.method for it in api.calls] == ["chat.postEphemeral"]


def test_an_answer_that_was_lost_is_repeated_only_where_it_replaces_something() -> None:
    async def act(outbox: Outbox) -> None:
        for public, replace in ((True, False), (False, False), (False, True)):
            api.plan("response_url", dropped)
            await outbox.send(at_url(api, public=public, replace=replace), HELLO)

    api = Api()

    doing(api, act)

    kinds = Counter((it["response_type"], it["replace_original"]) for it in api.of("response_url"))
    assert kinds == {("in_channel", False): 1, ("ephemeral", False): 1, ("ephemeral", True): 2}


def test_a_response_url_keeps_the_rate_limit_and_says_refused_blocks_plainly() -> None:
    api = Api()
    api.plan("response_url", limited("4"), body('{"ok": false, "error": "invalid_blocks"}', status=400))

    doing(api, lambda outbox: outbox.send(at_url(api), HELLO))

    assert [it.at - 1000.0 for it in api.calls] == [0.0, 4.0, 4.0]
    assert [len(it["blocks"]) for it in api.of("response_url")] == [2, 2, 1]


# Views, direct messages, polish


def test_a_modal_that_comes_too_late_is_told_and_not_tried_again() -> None:
    api = Api()
    api.plan("views.open", refused("expired_trigger_id"))

    assert phrase_of(api, lambda outbox: outbox.show("T1", VIEW)) == "slack.out_too_late"
    assert len(api.calls) == 1


def test_a_modal_tells_its_id() -> None:
    assert doing(Api(), lambda outbox: outbox.show("T1", VIEW)) == "V1"


def test_a_view_that_was_overtaken_is_left_alone() -> None:
    async def act(outbox: Outbox) -> list[bool]:
        return [await outbox.change_view("V1", VIEW, "h1"), await outbox.change_view("V1", VIEW)]

    api = Api()
    api.plan("views.update", refused("hash_conflict"))

    assert doing(api, act) == [False, True]
    assert [it.get("hash") for it in api.of("views.update")] == ["h1", None]


def test_of_homes_that_wait_only_the_newest_is_shown_and_a_lost_one_again() -> None:
    async def act(outbox: Outbox) -> None:
        first = asyncio.create_task(outbox.publish("U1", {"number": 0}))
        await api.heard(1)
        others = [asyncio.create_task(outbox.publish("U1", {"number": number})) for number in (1, 2, 3)]
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(first, *others)

    api, release = Api(), asyncio.Event()
    api.plan("views.publish", held(release, dropped))

    doing(api, act)

    assert [it["view"]["number"] for it in api.of("views.publish")] == [0, 0, 3]


def test_several_people_share_one_direct_message() -> None:
    api = Api()

    assert doing(api, lambda outbox: outbox.direct_channel("U1", "U2")) == "D-U1,U2"


@pytest.mark.parametrize("fault", [dropped, limited("5"), refused("unknown_method"), body("", status=500)])
def test_polish_that_slack_lacks_hurts_nobody(fault: Step) -> None:
    async def act(outbox: Outbox) -> None:
        await outbox.status("D1", "1.0", "looking")
        await outbox.prompts("D1", [("Balance", "How much is left?")])

    api = Api()
    api.standing |= {"assistant.threads.setStatus": fault, "assistant.threads.setSuggestedPrompts": fault}

    doing(api, act)

    assert len(api.calls) == 2


@pytest.mark.parametrize(
    ("fault", "calls"), [(refused("missing_scope"), 1), (refused("invalid_thread_ts"), 3), (limited("60"), 1)]
)
def test_polish_that_slack_lacks_is_not_tried_at_every_message(fault: Step, calls: int) -> None:
    async def act(outbox: Outbox) -> None:
        for _ in range(3):
            await outbox.status("D1", "1.0", "looking")
        api.hands.at += 3_601
        await outbox.status("D1", "1.0", "looking")

    api = Api()
    api.standing["assistant.threads.setStatus"] = fault

    doing(api, act)

    assert len(api.calls) == calls + 1


# The end


def test_what_is_queued_goes_out_before_the_end() -> None:
    async def act(outbox: Outbox) -> None:
        sending = [asyncio.create_task(outbox.send(HERE, words(str(number)))) for number in range(5)]
        await asyncio.sleep(0)
        assert outbox.waiting == 5
        assert await outbox.drain(5) == 0
        assert api.texts() == ["0", "1", "2", "3", "4"]
        await asyncio.gather(*sending)

    api = Api()

    doing(api, act)


def test_the_end_does_not_wait_for_ever_and_cuts_off_who_is_left() -> None:
    async def act(outbox: Outbox) -> None:
        slow = asyncio.create_task(outbox.send(HERE, words("slow")))
        await api.heard(1)
        left = asyncio.create_task(outbox.send(HERE, words("left")))
        assert await outbox.drain(0.05) == 2
        outbox.close()
        with pytest.raises(asyncio.CancelledError):
            await left
        release.set()
        await slow

    api, release = Api(), asyncio.Event()
    api.plan("chat.postMessage", held(release, refused("fatal_error")))

    doing(api, act)

    assert api.texts() == ["slow"]


def test_every_call_is_counted_by_what_became_of_it() -> None:
    async def run() -> None:
        async with outbox_of(api, lambda *told: results.append(told)) as outbox:
            await outbox.send(HERE, HELLO)
            await outbox.send(THERE, HELLO)
            await outbox.send(at_url(api), HELLO)
            await outbox.status("D1", "1.0", "looking")

    api = Api()
    results: list[tuple[str, str]] = []
    api.plan(
        "chat.postMessage", limited("1"), refused("invalid_blocks"), body('{"ok": true, "ts": "1"}'), dropped
    )

    asyncio.run(run())

    assert results == [
        ("chat.postMessage", "limited"),
        ("chat.postMessage", "refused"),
        ("chat.postMessage", "ok"),
        ("chat.postMessage", "lost"),
        ("response_url", "ok"),
        ("assistant.threads.setStatus", "ok"),
    ]
