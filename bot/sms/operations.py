"""The verbs: one row each, from which help, the commands and the tests are made."""

import re
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from typing import Literal

from bot.errors import BotError
from bot.language import language_of
from bot.sms import help as helping
from bot.sms.alerts import alerts
from bot.sms.alerts import sets as sets_alerts
from bot.sms.audit import audit
from bot.sms.balance import balance
from bot.sms.check import check
from bot.sms.command import Command, folded
from bot.sms.desk import Desk
from bot.sms.digest import digest
from bot.sms.digest import sets as sets_digest
from bot.sms.help import Topic
from bot.sms.replies import replies
from bot.sms.report import Report
from bot.sms.reviews import signatures, templates
from bot.sms.send_test import cancel, confirm, freeze, send_test, sent
from bot.sms.stats import stats
from bot.sms.trace import trace

# reads: open to members; sets: too, for the channel that they are in; sends: costs money; administers: for admins.
Right = Literal["reads", "sets", "sends", "administers"]
# What a verb sets is allowed under its name behind this.
SETTING = "set-"

# What a Chinese keyboard types for the slash is one as well.
SLASH_WORD = re.compile(r"[/／、][sｓ][mｍ][sｓ](?=\s|$)", re.IGNORECASE)
# How alike a word must be to a verb. Two Chinese characters that share one are not alike at all, and what
# is far longer than any verb is pasted.
ALIKE = 0.7
SHORTEST_ALIKE = 3
LONGEST_ALIKE = 20


@dataclass(frozen=True, slots=True)
class Verb:
    """`examples` are what one would type behind /sms; what the verb does stands in the phrases verb.<name>.

    `names` are other words for the verb, `further` is a phrase with which its help ends. Without an example it
    is nothing to type, and help is silent on it.
    `sets` tells whether what stands behind the verb changes something for the whole channel: that is governed
    apart, under the name set-<verb>.
    """

    run: Callable[[Command, Desk], Awaitable[Report]]
    right: Right
    examples: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sets: Callable[[str], bool] | None = None
    further: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A verb by its own name, and what stands behind it as it was typed; `word` is what it was called by."""

    verb: str
    rest: str
    word: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Misspelt:
    """`word` is no verb, `near` is one that it may have meant."""

    word: str
    near: str
    rest: str


@dataclass(frozen=True, slots=True)
class Question:
    """No verb at all, but words: something for the assistant."""

    text: str


@dataclass(frozen=True, slots=True)
class NoVerb:
    """One word, neither a verb nor like one."""

    word: str


Spoken = Called | Misspelt | Question | NoVerb


def read_verb(text: str) -> Spoken:
    """What stands behind /sms (which may stand before it), understood. Nothing at all asks for help."""
    text = SLASH_WORD.sub("", text.strip(), count=1).strip()
    first, *behind = text.split(maxsplit=1)[:2] or ["help"]
    rest = "".join(behind)
    word = folded(first).removeprefix("/")
    verb = names_of_verbs().get(word)
    if verb and (typed(verb) or len(rest.split()) == 1):
        return Called(verb, rest, first)
    if not verb and (near := nearest(word)):
        return Misspelt(first, near, rest)
    if rest or language_of(word) == "zh":
        return Question(text)
    return NoVerb(first)


def typed(verb: str) -> bool:
    """Whether people type it. Buttons say the others with one word behind; "sent two, none came" is a question."""
    return verb not in VERBS or bool(VERBS[verb].examples)


def nearest(word: str) -> str:
    """The verb with the name most like `word`; "" when none is."""
    if len(word) > LONGEST_ALIKE:
        return ""
    near = get_close_matches(word, names_to_miss(word.isascii()), n=1, cutoff=ALIKE)
    return names_of_verbs()[near[0]] if near else ""


@cache
def names_to_miss(latin: bool) -> tuple[str, ...]:  # noqa: FBT001 -- of two scripts, which
    """The names that one could mistype: none is alike to a word of another script."""
    return tuple(
        name
        for name, verb in names_of_verbs().items()
        if typed(verb) and len(name) >= SHORTEST_ALIKE and name.isascii() == latin
    )


@cache
def names_of_verbs() -> Mapping[str, str]:
    """Every word for a verb, and the verb."""
    return {name: topic.verb for topic in topics(admin=True) for name in (topic.verb, *topic.names)}


def topics(*, admin: bool) -> tuple[Topic, ...]:
    """What help tells of, to admins or to others."""
    own = (
        Topic(name, it.examples, it.names, it.further)
        for name, it in VERBS.items()
        if admin or it.right != "administers"
    )
    return (*ASSISTANT, *own)


async def carry_out(command: Command, desk: Desk) -> Report:
    """What the verb of `command` finds out.

    Raises:
        BotError: when it can't, or the asker may not.
    """
    verb = VERBS[command.verb]
    if verb.right == "administers" and (command.asker.guest or not command.asker.admin):
        raise BotError("guard.not_admin")
    if verb.sets and asks_for_help(command.text):
        return helped(replace(command, text=command.verb))
    return await verb.run(command, desk)


def asks_for_help(text: str) -> bool:
    """Whether what stands behind a verb with words of its own asks for them: `digest help`, `alerts ?`."""
    return read_verb(text) == Called("help", "") if text.strip() else False


async def examine(command: Command, desk: Desk) -> Report:  # noqa: ARG001 -- every verb takes a command
    return await desk.checkup()


async def show_help(command: Command, _desk: Desk) -> Report:
    return helped(command)


def verbs_shown(*, admin: bool) -> list[str]:
    return [topic.verb for topic in topics(admin=admin) if topic.examples]


def rights() -> dict[str, Right]:
    """Every verb, and the right that it needs; what a verb sets stands apart."""
    settings: dict[str, Right] = {f"{SETTING}{name}": "sets" for name, it in VERBS.items() if it.sets}
    own = {name: it.right for name, it in VERBS.items()}
    return {**dict.fromkeys((it.verb for it in ASSISTANT), "reads"), **own, **settings}


def governed(verb: str, text: str) -> str:
    """The name under which it is allowed or not: that of the verb, or of what it sets."""
    sets = VERBS[verb].sets if verb in VERBS else None
    return f"{SETTING}{verb}" if sets and sets(text) else verb


def helped(command: Command, allowed: AbstractSet[str] | None = None) -> Report:
    """All that the asker may use (those `allowed`, if that is known), or the verb that is named."""
    admin = command.asker.admin
    theirs = [it for it in topics(admin=admin) if it.examples and (allowed is None or it.verb in allowed)]
    if not command.words:
        return helping.overview(theirs)
    spoken = read_verb(command.words[0])
    wanted = (
        spoken.verb if isinstance(spoken, Called) else spoken.near if isinstance(spoken, Misspelt) else ""
    )
    named = [it for it in theirs if it.verb == wanted]
    return helping.detail(named[0]) if named else helping.unknown(command.words[0], theirs)


# Answered from the knowledge base, without an account.
ASSISTANT: tuple[Topic, ...] = (
    Topic("ask", ("ask 多少个字算一条短信", "ask how do I get a refund"), ("问", "提问", "question")),
    Topic("error", ("error 1031", "error MK:0001 DB:0141"), ("错误", "错误码", "报错", "code", "errors")),
)
# In the order in which help shows them.
VERBS: Mapping[str, Verb] = {
    "balance": Verb(
        balance,
        "reads",
        ("balance",),
        ("余量", "余额", "余额查询", "余量查询", "查余额", "查余量", "餘額", "餘量", "套餐包", "quota"),
    ),
    "stats": Verb(
        stats,
        "reads",
        ("stats", "stats yesterday", "stats 7d", "stats 30d"),
        ("统计", "数据统计", "发送统计", "統計", "statistics"),
    ),
    "digest": Verb(
        digest,
        "reads",
        (
            "digest now",
            "digest on 09:00 Asia/Shanghai",
            "digest on 9:30 mon-fri",
            "digest snooze 3d",
            "digest off",
            "digest",
        ),
        ("日报", "每日报告", "日報", "report"),
        sets=sets_digest,
        further="help.further_digest",
    ),
    "alerts": Verb(
        alerts,
        "reads",
        ("alerts", "alerts snooze run_out 1d", "alerts resume run_out"),
        ("告警", "报警", "警报", "告警狀態", "alert", "alarms"),
        sets=sets_alerts,
        further="help.further_alerts",
    ),
    "trace": Verb(
        trace,
        "reads",
        ("trace 13800138000", "trace +86 138-0013-8000 yesterday", "trace 13800138000 昨天"),
        ("轨迹", "查号", "查号码", "轨迹查询", "軌跡"),
    ),
    "replies": Verb(
        replies,
        "reads",
        ("replies 13800138000", "replies 138 0013 8000 today"),
        ("回复", "回覆", "上行", "reply"),
    ),
    "templates": Verb(
        templates,
        "reads",
        ("templates", "templates rejected", "templates 1110001"),
        ("模板", "查模板", "模版", "template"),
    ),
    "signatures": Verb(
        signatures,
        "reads",
        ("signatures", "signatures 审核中"),
        ("签名", "查签名", "簽名", "signature"),
    ),
    "check": Verb(
        check,
        "reads",
        ("check 【星河科技】您的验证码为{1}，5分钟内有效。", "check marketing Big sale today only"),
        ("检查", "检测", "检查文案", "文案检查", "檢查"),
    ),
    "send-test": Verb(
        send_test,
        "sends",
        ("send-test", "send-test qa 1110001 4370 5"),
        ("测试发送", "发测试", "测试短信", "測試發送"),
    ),
    # What the buttons of a preview say, and how a message that updates itself asks for its news.
    "confirm": Verb(confirm, "sends"),
    "cancel": Verb(cancel, "sends"),
    "sent": Verb(sent, "sends"),
    "doctor": Verb(examine, "administers", ("doctor",), ("自检", "体检", "自檢")),
    "audit": Verb(audit, "administers", ("audit", "audit 30"), ("审计", "操作记录", "審計")),
    "freeze": Verb(
        freeze,
        "administers",
        ("freeze", "freeze somebody complained", "freeze off"),
        ("停用", "停用测试发送", "冻结", "凍結"),
    ),
    "help": Verb(show_help, "reads", ("help", "help balance"), ("帮助", "幫助", "?")),
}
