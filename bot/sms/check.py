"""A text before it is sent: how many segments it takes, and what of it would be refused."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.errors import BotError
from bot.faq.entry import MessageKind
from bot.sms.command import Command
from bot.sms.desk import Desk
from bot.sms.report import Cell, Facts, Paragraph, Part, Quoted, Report, Say, say
from bot.sms.segments import Segments
from bot.sms.textcheck import Checked, Rules, check_text, finding_parts, shortened

# Of a text, in characters: twice what a message may hold.
LONGEST_SHOWN = 1000

KINDS: Mapping[str, MessageKind] = {
    **dict.fromkeys(("verification", "验证码", "驗證碼"), "verification"),
    **dict.fromkeys(("notification", "通知"), "notification"),
    **dict.fromkeys(("marketing", "营销", "營銷"), "marketing"),
}
KIND_NAMES: Mapping[MessageKind, Say] = {
    "verification": say("textcheck.verification"),
    "notification": say("textcheck.notification"),
    "marketing": say("textcheck.marketing"),
}
# What shows that the word before it belongs to the text: "验证码 1234", "verification code is {1}".
GOES_ON = re.compile(r"code\b|[0-9{]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text to check, and its kind if that was said."""

    text: str
    kind: MessageKind | None


async def check(command: Command, desk: Desk) -> Report:
    """What of the text would be refused; a first word may say which kind of message it is.

    Raises:
        BotError: when there is no text.
    """
    return checked(command.text, desk.rules)


def checked(words: str, rules: Rules) -> Report:
    wanted = read_wanted(words)
    result = check_text(wanted.text, rules, wanted.kind)
    return Report(
        say("textcheck.title"),
        (Quoted(shortened(result.text, LONGEST_SHOWN)), facts(result), *findings(result)),
        notes=tuple(notes(result)),
    )


def read_wanted(words: str) -> Wanted:
    """The kind, if the first word is one and a text comes behind it, and the text, out of its code marks."""
    first, *rest = words.split(maxsplit=1) or [""]
    behind = "".join(rest)
    kind = KINDS.get(first.casefold())
    said = kind is not None and behind and not GOES_ON.match(behind)
    text = (behind if said else words).strip().strip("`").strip()
    if not text:
        raise BotError("textcheck.no_text")
    return Wanted(text, kind if said else None)


def facts(result: Checked) -> Facts:
    kind = (
        say("textcheck.guessed", kind=KIND_NAMES[result.kind]) if result.guessed else KIND_NAMES[result.kind]
    )
    rows: list[tuple[Say, Cell]] = [
        (say("textcheck.mainland"), size(result.segments)),
        (say("textcheck.kind"), kind),
    ]
    if result.overseas:
        rows.insert(1, (say("textcheck.overseas"), size(result.overseas)))
    if result.variables:
        rows.append((say("textcheck.variables"), " ".join(dict.fromkeys(result.variables))))
    return Facts(tuple(rows))


def size(segments: Segments) -> Say:
    return say(
        "textcheck.size",
        count=segments.count,
        units=segments.units,
        alone=segments.alone,
        each=segments.each,
        room=segments.room,
    )


def findings(result: Checked) -> tuple[Part, ...]:
    return finding_parts(result) or (Paragraph(say("textcheck.nothing_found")),)


def notes(result: Checked) -> Iterator[Cell]:
    """What the figures leave out, and who decides."""
    yield say("textcheck.about") if result.signature else say("textcheck.no_signature")
    if result.variables:
        yield say("textcheck.variables_grow")
    if result.overseas and result.overseas.foreign:
        yield say("textcheck.foreign", characters=" ".join(result.overseas.foreign))
    yield say("textcheck.review_decides")
