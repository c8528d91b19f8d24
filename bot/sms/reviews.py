"""How far the review of templates and signatures is, and what helps a rejected one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.sms.cloud import ACCOUNT_ZONE, Review, Signature, Template
from bot.sms.command import Command
from bot.sms.desk import Account, Desk
from bot.sms.notes import name_of, notes
from bot.sms.report import Cell, Code, Entries, Listing, Paragraph, Part, Report, Say, Table, say

# Beyond this a table is no longer read: a word behind the verb narrows it down.
MOST_ROWS = 40
MOST_ENTRIES = 3

# Rejected first: these need somebody.
ORDER: tuple[Review, ...] = ("rejected", "reviewing", "unknown", "not_in_force", "usable")
STATES: Mapping[Review, Say] = {
    "rejected": say("reviews.rejected"),
    "reviewing": say("reviews.reviewing"),
    "not_in_force": say("reviews.not_in_force"),
    "usable": say("reviews.usable"),
    "unknown": say("reviews.unknown"),
}
# What people call a state, to list those alone.
STATE_WORDS: Mapping[str, Review] = {
    **dict.fromkeys(
        ("rejected", "refused", "failed", "驳回", "被驳回", "已驳回", "被拒", "未通过"), "rejected"
    ),
    **dict.fromkeys(("reviewing", "pending", "review", "审核中", "待审核", "在审"), "reviewing"),
    **dict.fromkeys(("not_in_force", "inactive", "未生效", "待生效"), "not_in_force"),
    **dict.fromkeys(("usable", "approved", "ok", "可用", "通过", "已通过", "已生效"), "usable"),
}

# What a reviewer's reason speaks of, and the answer that fits; the first row that fits counts.
Hints = tuple[tuple[tuple[str, ...], str], ...]
SIGNATURE_HINTS: Hints = (
    (("中性", "宽泛", "neutral", "generic"), "signature/neutral-signature"),
    (("报备", "实名", "运营商", "filing", "carrier"), "signature/filing-finished"),
    (("他用", "授权", "委托", "on behalf"), "signature/on-behalf-of-others"),
    (("上架", "上线", "not live"), "signature/product-not-live"),
    (("材料", "资料", "证明", "document", "proof"), "signature/materials"),
)
TEMPLATE_HINTS: Hints = (
    (("退订", "拒收", "opt-out", "opt out"), "template/opt-out-text"),
    (("拉新",), "content/acquisition"),
    (("加微信", "微信群", "加群", "wechat"), "content/wechat-group"),
    (("贷款", "借款", "loan"), "content/loans"),
    (("催收", "催款", "collection"), "content/debt-collection"),
    (("返利", "返现", "rebate", "cashback"), "content/rebates"),
    (("装修", "decoration"), "content/decoration"),
    (("链接", "网址", "短链", "link", "url"), "template/hyperlink"),
    (("括号", "编号", "brace", "numbering"), "template/braces-and-numbering"),
    (("变量", "variable"), "template/variables-allowed"),
    (("暂不支持", "not supported"), "template/category-not-supported"),
)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A template or a signature, with what the table tells of both. `reason` is the reviewer's."""

    id: int
    name: str
    review: Review
    reason: str
    created: datetime
    scope: Say


async def templates(command: Command, desk: Desk) -> Report:
    """All templates, or those that the words behind the verb name by id, name or state.

    Raises:
        CloudError: when the API can't be asked, or refuses: it serves enterprises, and not every sub-account.
    """
    account, words = desk.account(command)
    mainland = await account.cloud.templates(international=False)
    abroad = await account.cloud.templates(international=True)
    title = say("reviews.templates", account=name_of(account))
    rows = [
        Reviewed(it.id, it.name, it.review, it.reason, it.created, scope(it)) for it in (*mainland, *abroad)
    ]
    return report(account, title, rows, " ".join(words), (TEMPLATE_HINTS, "template/allowed-content"))


async def signatures(command: Command, desk: Desk) -> Report:
    """The same for signatures."""
    account, words = desk.account(command)
    mainland = await account.cloud.signatures(international=False)
    abroad = await account.cloud.signatures(international=True)
    title = say("reviews.signatures", account=name_of(account))
    rows = [
        Reviewed(it.id, it.text, it.review, it.reason, it.created, scope(it)) for it in (*mainland, *abroad)
    ]
    return report(account, title, rows, " ".join(words), (SIGNATURE_HINTS, "signature/rejected"))


def scope(it: Template | Signature) -> Say:
    if isinstance(it, Template) and it.everywhere:
        return say("reviews.everywhere")
    return say("reviews.international") if it.international else say("reviews.mainland")


def report(
    account: Account, title: Say, rows: Sequence[Reviewed], wanted: str, helping: tuple[Hints, str]
) -> Report:
    """One table, rejected ones first, and the answers that fit the reasons. One for everywhere is listed once."""
    once = list({it.id: it for it in rows}.values())
    found = sorted((it for it in once if fits(it, wanted)), key=lambda it: ORDER.index(it.review))
    if not found:
        nothing = say("reviews.none_fits", wanted=wanted, count=len(once)) if once else say("reviews.none")
        return Report(title, (Paragraph(nothing),), notes(account))
    parts: list[Part] = [Paragraph(summary(found)), table(found[:MOST_ROWS])]
    if given := tuple(because(it) for it in found[:MOST_ROWS] if it.reason):
        parts += [Paragraph(say("reviews.reasons")), Listing(given)]
    if ids := entries(found, *helping):
        parts.append(Entries(ids))
    more = len(found) - MOST_ROWS
    left_out = (say("reviews.more", count=more),) if more > 0 else ()
    return Report(title, tuple(parts), notes(account, *left_out))


def fits(it: Reviewed, wanted: str) -> bool:
    """Whether a word names it: its state, its id, or a part of its name. No word names all."""
    word = wanted.casefold()
    if word in STATE_WORDS:
        return it.review == STATE_WORDS[word]
    return word == str(it.id) or word in it.name.casefold()


def summary(found: Sequence[Reviewed]) -> Say:
    if len({it.review for it in found}) == 1:
        return say("reviews.summary_one", count=len(found), state=STATES[found[0].review])
    counts = {review: sum(it.review == review for it in found) for review in ORDER if review != "unknown"}
    return say("reviews.summary", count=len(found), **counts)


def table(found: Iterable[Reviewed]) -> Table:
    columns = (
        say("reviews.state"),
        say("reviews.id"),
        say("reviews.name"),
        say("reviews.scope"),
        say("reviews.created"),
    )
    return Table(columns, tuple(map(row, found)))


def row(it: Reviewed) -> tuple[Cell, ...]:
    created = it.created.astimezone(ACCOUNT_ZONE).date()
    return STATES[it.review], Code(str(it.id)), it.name, it.scope, created


def because(it: Reviewed) -> Say:
    """The reviewer's words in full, which no column of a table has room for."""
    return say("reviews.because", id=Code(str(it.id)), name=it.name, reason=it.reason)


def entries(found: Iterable[Reviewed], hints: Hints, otherwise: str) -> tuple[str, ...]:
    """The answers that fit the reasons of what was rejected."""
    reasons = (it.reason for it in found if it.review == "rejected")
    return tuple(dict.fromkeys(entry(it.casefold(), hints, otherwise) for it in reasons))[:MOST_ENTRIES]


def entry(reason: str, hints: Hints, otherwise: str) -> str:
    return next((id_ for words, id_ in hints if any(it in reason for it in words)), otherwise)
