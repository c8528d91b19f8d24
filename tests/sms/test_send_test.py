"""A test send as a conversation: choose, preview, confirm, watch it arrive."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.drawing import Drawing
from bot.errors import BotError
from bot.faq.entry import Rule, RuleBook, Sought, Wording
from bot.language import Both
from bot.sms.cloud import ACCOUNT_ZONE
from bot.sms.command import Asker, Command
from bot.sms.desk import Account, Desk
from bot.sms.operations import VERBS
from bot.sms.phone import PhoneNumber
from bot.sms.report import (
    Code,
    EntryTitle,
    Explained,
    Facts,
    Listing,
    Paragraph,
    Quoted,
    Report,
    say,
)
from bot.sms.sending import AllowedNumber, AllowedTemplate, Draft, Options, Record, Send, State, Wish
from bot.sms.textcheck import Rules
from bot.wiring import Bot
from tests.sms.small_cloud import (
    ABROAD,
    NOW,
    PHONE,
    FakeCloud,
    FakeHistory,
    NoAlarms,
    NoDigests,
    no_checkup,
    part_of,
    template,
)

# What confirms a draft.
MARK = "d4aft"
QA, FLAT = AllowedNumber("qa", PHONE), AllowedNumber("QA flat 2", PhoneNumber("+8613900139000"))
LOGIN = AllowedTemplate(1, "星河科技", text="您的验证码为{1}，{2}分钟内有效。", sample=("4370", "5"))
FIXED = AllowedTemplate(2, "星河科技", text="您的订单已发出。")
ASKED = AllowedTemplate(3, "星河科技")
OPTIONS = Options((QA, FLAT), (LOGIN, FIXED, ASKED))
SEND = Send(
    id="s1",
    state="accepted",
    account="prod",
    person="U1",
    channel="C1",
    number_name="qa",
    number_mark="mark",
    number_masked=str(PHONE),
    template=1,
    signature="星河科技",
    segments=1,
    drafted=NOW,
    expires=NOW,
    confirmed=NOW,
    sending=NOW,
    serial="5000:1",
    request_id="r-1",
    billed=1,
)
LINK = Rule(
    "link",
    "block",
    ("verification", "notification", "marketing"),
    "template/link-in-parameter",
    Both("不能传链接。", "No links."),
    Sought(Wording(("t.cn",)), where="variables"),
)


@dataclass(slots=True)
class FakeSender:
    """Keeps what it was asked, and answers with `send`."""

    allowed: Options = OPTIONS
    send: Send = SEND
    rows: Sequence[Record] = ()
    wishes: list[Wish] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)

    async def options(self, asker: Asker) -> Options:
        if asker.guest:
            raise BotError("guard.not_person")
        return self.allowed

    async def draft(self, asker: Asker, wish: Wish) -> Draft:
        assert asker.person == "U1"
        self.wishes.append(wish)
        send = replace(
            self.send,
            account=wish.account,
            number_name=wish.number.name,
            number_masked=str(wish.number.number),
        )
        return Draft(replace(send, template=wish.template.id, segments=wish.segments), MARK, 90, 20)

    async def confirm(self, asker: Asker, token: str) -> Send:
        return self._called("confirm", asker, token)

    async def cancel(self, asker: Asker, token: str) -> Send:
        return self._called("cancel", asker, token)

    async def track(self, asker: Asker, name: str) -> Send:
        return self._called("track", asker, name)

    async def freeze(self, asker: Asker, reason: str) -> None:
        self._called("freeze", asker, reason)

    async def thaw(self, asker: Asker) -> None:
        self._called("thaw", asker, "")

    async def records(self, asker: Asker, most: int) -> Sequence[Record]:
        self._called("records", asker, str(most))
        return self.rows[:most]

    def _called(self, name: str, asker: Asker, word: str) -> Send:
        assert asker.person == "U1"
        self.calls.append((name, word))
        return self.send


def desk_with(sender: FakeSender, cloud: FakeCloud | None = None, *, sample: bool = False) -> Desk:
    """Accounts prod, the default, and test."""
    accounts = {name: Account(name, cloud or FakeCloud(), FakeHistory(), sample) for name in ("prod", "test")}
    rules = Rules(RuleBook((LINK,), ()), str.lower)
    return Desk(accounts, sender, rules, NoDigests(), NoAlarms(), no_checkup)


def said(  # noqa: PLR0913 - what a test may want to be different
    verb: str,
    text: str = "",
    sender: FakeSender | None = None,
    *,
    cloud: FakeCloud | None = None,
    at: datetime = NOW,
    sample: bool = False,
) -> Report:
    async def run() -> Report:
        command = Command(verb, text, "en", Asker("U1", "C1", admin=True), at)
        return await VERBS[verb].run(command, desk_with(sender or FakeSender(), cloud, sample=sample))

    return asyncio.run(run())


def wished(text: str, allowed: Options = OPTIONS) -> Wish:
    """The wish that a preview was asked for."""
    sender = FakeSender(allowed)
    said("send-test", text, sender)
    (wish,) = sender.wishes
    return wish


def test_without_a_phone_those_that_are_allowed_are_offered_masked() -> None:
    report = said("send-test")

    assert report.title == say("send.which_number")
    assert [it.command for it in report.actions] == ["send-test prod qa", "send-test prod QA flat 2"]
    assert report.actions[0].label == say("send.to_value", name="qa", number=PHONE)
    assert not any(it.dangerous for it in report.actions)


def test_with_a_phone_the_templates_are_offered() -> None:
    report = said("send-test", "qa")

    assert report.title == say("send.which_template", name="qa")
    assert [it.command for it in report.actions] == [f"send-test prod qa {id_}" for id_ in (1, 2, 3)]


def test_every_offer_leads_to_the_next_step_in_the_same_account() -> None:
    sender = FakeSender()

    report = said("send-test", "test", sender)
    for choice in (1, 0):
        report = said("send-test", report.actions[choice].command.removeprefix("send-test "), sender)

    assert [(it.account, it.number, it.template) for it in sender.wishes] == [("test", FLAT, LOGIN)]


def test_a_choice_of_one_is_no_choice() -> None:
    wish = wished("", Options((QA,), (FIXED,)))

    assert (wish.number, wish.template) == (QA, FIXED)


@pytest.mark.parametrize(
    ("text", "account", "number", "values"),
    [
        ("qa 1 1234 5", "prod", QA, ("1234", "5")),
        ("QA Flat 2 1 1234 5", "prod", FLAT, ("1234", "5")),
        ("13800138000 1 1234 5", "prod", QA, ("1234", "5")),
        ("+86 138-0013-8000 1 1234 5", "prod", QA, ("1234", "5")),
        ("qa 1 'two words' \"and  more\"", "prod", QA, ("two words", "and  more")),
        ("qa 1 it's 5", "prod", QA, ("it's", "5")),
        ("qa 1", "prod", QA, ("4370", "5")),
        ("test qa 1 1234 5", "test", QA, ("1234", "5")),
        ("qa TEST 1 1234 5", "test", QA, ("1234", "5")),
        ("qa 1 test 1234 5", "test", QA, ("1234", "5")),
        ("qa 1 test", "test", QA, ("4370", "5")),
    ],
)
def test_what_was_said_is_what_is_previewed(
    text: str, account: str, number: AllowedNumber, values: tuple[str, ...]
) -> None:
    wish = wished(text)

    assert (wish.account, wish.number, wish.template, wish.parameters) == (account, number, LOGIN, values)


def test_behind_a_named_account_a_value_may_have_the_name_of_one() -> None:
    wish = wished("prod qa 1 test prod")

    assert (wish.account, wish.parameters) == ("prod", ("test", "prod"))


def test_a_phones_name_may_hold_that_of_an_account() -> None:
    phone = AllowedNumber("test phone", PHONE)

    wish = wished("test phone 2", Options((QA, phone), (FIXED,)))

    assert (wish.account, wish.number) == ("prod", phone)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("13911112222 1", "send.not_a_number"),
        ("boss 1", "send.not_a_number"),
        ("qa 99", "send.not_a_template"),
        ("qa 登录", "send.not_a_template"),
    ],
)
def test_only_what_is_allowed_can_be_chosen_and_no_number_is_repeated(text: str, phrase: str) -> None:
    with pytest.raises(BotError) as caught:
        said("send-test", text)

    assert caught.value.phrase == phrase
    assert "139" not in str(caught.value.details)


@pytest.mark.parametrize(
    ("text", "count", "given"), [("qa 1 x", 2, 1), ("qa 1 x y z", 2, 3), ("qa 2 x", 0, 1)]
)
def test_values_that_are_missing_or_too_many_are_asked_for_with_the_whole_line(
    text: str, count: int, given: int
) -> None:
    sender = FakeSender()

    report = said("send-test", text, sender)

    line = " ".join([f"/sms send-test {text[:4]}", "<1> <2>"][: 1 + count // 2])
    assert report.title == say("send.which_parameters", count=count, given=given)
    assert part_of(report, Paragraph).text == say("send.parameters_how", usage=Code(line))
    assert not sender.wishes


def test_the_line_to_type_keeps_the_account_that_was_named() -> None:
    report = said("send-test", "test qa 1 x")

    assert part_of(report, Paragraph).text.details["usage"] == Code("/sms send-test test qa 1 <1> <2>")


def test_a_preview_shows_the_final_text_its_cost_and_its_findings() -> None:
    report = said("send-test", "qa 1 https://t.cn/x 5")

    facts = {name.phrase: value for name, value in part_of(report, Facts).rows}
    assert report.title == say("send.preview")
    assert part_of(report, Quoted).text == "【星河科技】您的验证码为https://t.cn/x，5分钟内有效。"
    assert facts["send.segments"] == 1
    assert facts["send.left_today"] == 20
    (finding,) = part_of(report, Listing).rows
    assert finding.details["see"] == EntryTitle("template/link-in-parameter")


@pytest.mark.parametrize(("number", "segments"), [(QA, 2), (AllowedNumber("hk", ABROAD), 1)])
def test_segments_are_those_of_the_country(number: AllowedNumber, segments: int) -> None:
    text = AllowedTemplate(4, "", text="a" * 100)

    assert wished("", Options((number,), (text,))).segments == segments


def test_a_preview_can_be_confirmed_or_cancelled_by_its_token() -> None:
    report = said("send-test", "qa 2")

    assert [(it.command, it.dangerous) for it in report.actions] == [
        (f"confirm {MARK}", True),
        (f"cancel {MARK}", False),
    ]
    assert say("send.confirm_within", seconds=90) in report.notes


def test_the_text_of_a_template_comes_from_the_account() -> None:
    sender = FakeSender()
    cloud = FakeCloud(templates_=[template(3, "login")])

    report = said("send-test", "qa 3 4370", sender, cloud=cloud)

    assert part_of(report, Quoted).text == "【星河科技】您的验证码为4370。"


@pytest.mark.parametrize(
    ("cloud", "phrase"),
    [
        (FakeCloud(), "send.template_missing"),
        (FakeCloud(templates_=[template(3, "login", "reviewing")]), "send.template_not_usable"),
    ],
)
def test_a_template_that_can_not_be_used_is_not_previewed(cloud: FakeCloud, phrase: str) -> None:
    with pytest.raises(BotError) as caught:
        said("send-test", "qa 3 4370", cloud=cloud)

    assert caught.value.phrase == phrase


@pytest.mark.parametrize(("verb", "call"), [("confirm", "confirm"), ("cancel", "cancel"), ("sent", "track")])
def test_a_press_is_handed_on_once(verb: str, call: str) -> None:
    sender = FakeSender()

    said(verb, MARK, sender)

    assert sender.calls == [(call, MARK)]


@pytest.mark.parametrize("text", ["", "one two"])
def test_a_confirmation_without_its_one_word_sends_nothing(text: str) -> None:
    sender = FakeSender()

    with pytest.raises(BotError, match=r"guard\.no_draft"):
        said("confirm", text, sender)

    assert sender.calls == []


@pytest.mark.parametrize(
    ("send", "title"),
    [
        (replace(SEND, state="sending"), "send.state_sending"),
        (SEND, "send.state_accepted"),
        (replace(SEND, state="rejected", reason="cloud.no_connection"), "send.state_rejected"),
        (replace(SEND, state="unknown", serial=""), "send.state_unknown"),
        (replace(SEND, state="cancelled"), "send.cancelled"),
        (replace(SEND, arrival="delivered", receipt="DELIVRD", received=NOW), "send.arrival_delivered"),
        (replace(SEND, arrival="failed", receipt="MK:0001", received=NOW), "send.arrival_failed"),
        (replace(SEND, state="unknown", arrival="delivered"), "send.arrival_delivered"),
        (replace(SEND, arrival="unreported"), "send.arrival_unreported"),
    ],
)
def test_each_state_is_told_and_watched_until_nothing_more_is_to_come(send: Send, title: str) -> None:
    report = said("sent", "s1", FakeSender(send=send))

    assert report.title == say(title)
    assert (report.refresh is None) == send.finished
    assert report.refresh is None or report.refresh.command == "sent s1"


@pytest.mark.parametrize(
    ("state", "reason", "part"),
    [
        ("rejected", "LimitExceeded.X", Explained(("LimitExceeded.X",))),
        ("rejected", "cloud.no_connection", Paragraph(say("send.not_reached"))),
        ("rejected", "guard.interrupted", Paragraph(say("guard.interrupted"))),
        ("unknown", "", Paragraph(say("send.unknown_how"))),
    ],
)
def test_what_did_not_go_well_is_told_with_what_to_do(
    state: State, reason: str, part: Explained | Paragraph
) -> None:
    report = said("sent", "s1", FakeSender(send=replace(SEND, state=state, reason=reason)))

    assert report.parts[-1] == part


def test_a_failed_delivery_is_explained_by_the_carriers_code() -> None:
    report = said("sent", "s1", FakeSender(send=replace(SEND, arrival="failed", receipt="MK:0001")))

    assert report.parts[-1] == Explained(("MK:0001",))


@pytest.mark.parametrize(
    ("passed", "pause"),
    [
        (timedelta(0), 2.0),
        (timedelta(seconds=30), 6.0),
        (timedelta(minutes=10), 120.0),
        (timedelta(hours=20), 600.0),
    ],
)
def test_the_longer_it_takes_the_less_often_is_it_asked_for(passed: timedelta, pause: float) -> None:
    refresh = said("sent", "s1", at=NOW + passed).refresh

    assert refresh is not None
    assert refresh.seconds == pause
    assert refresh.worth == "each"


@pytest.mark.parametrize(
    ("text", "call"), [("投诉", ("freeze", "投诉")), ("off", ("thaw", "")), ("解除", ("thaw", ""))]
)
def test_all_sends_are_stopped_and_let_go_again(text: str, call: tuple[str, str]) -> None:
    sender = FakeSender()

    said("freeze", text, sender)

    assert sender.calls == [call]


@pytest.mark.parametrize(
    ("verb", "text"), [("send-test", ""), ("send-test", "qa"), ("send-test", "qa 1 1"), ("send-test", "qa 2")]
)
def test_every_step_says_that_an_account_is_a_sample(verb: str, text: str) -> None:
    assert say("sms.sample") in said(verb, text, sample=True).notes
    assert say("sms.sample") not in said(verb, text).notes


@pytest.mark.parametrize("verb", ["confirm", "cancel", "sent"])
def test_every_outcome_says_that_an_account_is_a_sample(verb: str) -> None:
    assert say("sms.sample") in said(verb, "x", sample=True).notes
    assert say("sms.sample") not in said(verb, "x").notes


def test_the_send_of_an_account_that_is_gone_is_told_all_the_same() -> None:
    report = said("sent", "s1", FakeSender(send=replace(SEND, account="old")), sample=True)

    assert report.title == say("send.state_accepted")


@pytest.mark.parametrize("text", ["", "qa", "qa 1 1", "qa 1", "QA flat 2 2"])
def test_neither_a_full_number_nor_the_token_is_drawn(text: str, bot: Bot) -> None:
    drawing = Drawing(bot.phrases, bot.assistant.codes, bot.assistant.entries, ACCOUNT_ZONE)
    report = said("send-test", text)

    words = "\n".join([drawing.markdown(report, "zh"), *drawing.actions(report, "zh")])

    assert "13800138000" not in words
    assert "13900139000" not in words
    assert MARK not in words


def test_whoever_may_not_send_is_told_so_first() -> None:
    async def run() -> Report:
        command = Command("send-test", "boss", "en", Asker("U1", "C1", guest=True), NOW)
        return await VERBS["send-test"].run(command, desk_with(FakeSender()))

    with pytest.raises(BotError, match=r"guard\.not_person"):
        asyncio.run(run())
