"""Words for us, understood: a verb to carry out, or a question.

Behind /sms the first word is a verb. In a sentence to us it may be just a word: "check why my message was
rejected" is a question, "check 【…】…" is a text to check.
"""

import re
from collections.abc import Callable, Collection

from bot.sms.operations import Called, Misspelt, NoVerb, Question, Spoken, read_verb

# Words that stand behind a verb in no sentence, besides numbers and the names of accounts.
TELLING = frozenset(
    (
        "today yesterday off on now status rejected pending approved usable marketing notification"
        " 今天 昨天 前天 今日 昨日 审核中 已拒绝 未通过 已通过 解除 关闭"
    ).split()
)
WITH_DIGITS = re.compile(r".*\d")
# What is behind these may be anything at all.
FREE = frozenset({"ask", "error", "freeze", "help", "send-test", "confirm", "cancel", "sent"})
SLASH = re.compile(r"[/／、]\s*sms(?:\s|$)", re.IGNORECASE)


def understood(
    text: str, *, typed: bool, answered: Callable[[str], bool], accounts: Collection[str] = ()
) -> Spoken:
    """`typed` behind the slash; else said in a sentence. `answered`: whether a text is a question that we know."""
    spoken = read_verb(text)
    if typed or SLASH.match(text.strip()):
        return spoken
    match spoken:
        case Called(verb=verb, rest=rest):
            meant = verb in FREE or (said(verb, rest, accounts) and not known(text, rest, answered))
        case Misspelt(near=near, rest=rest):
            meant = said(near, rest, accounts) and not answered(text)
        case Question() | NoVerb():
            meant = False
    return spoken if meant else Question(text)


def known(text: str, rest: str, answered: Callable[[str], bool]) -> bool:
    """One word alone is a verb, whatever else it could ask for."""
    return bool(rest) and answered(text) and not WITH_DIGITS.match(rest)


def said(verb: str, rest: str, accounts: Collection[str]) -> bool:
    """Whether what stands behind a verb is what one says to it."""
    words = rest.casefold().split()
    return verb == "check" or all(it in TELLING or it in accounts or WITH_DIGITS.match(it) for it in words)
