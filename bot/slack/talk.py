"""Words for us, understood: a verb to carry out, or a question.

Behind /sms the first word is a verb. In a sentence to us it may be just a word: "check why my message was
rejected" is a question, "check 【…】…" is a text to check.
"""

import re
from collections.abc import Callable, Collection, Mapping

from bot.sms import alerts, digest
from bot.sms.operations import Called, Misspelt, NoVerb, Question, Spoken, asks_for_help, read_verb

# Words that stand behind a verb in no sentence, besides numbers and the names of accounts.
TELLING = frozenset(
    (
        "today yesterday off on now status rejected pending approved usable marketing notification"
        " 今天 昨天 前天 今日 昨日 审核中 已拒绝 未通过 已通过 解除 关闭"
    ).split()
)
WITH_DIGITS = re.compile(r".*\d")
# What looks like a code or a line of a log: 1031, MK:0001, InvalidParameter.X, PhoneNumberInBlacklist.
CODE = re.compile(r".*(?:[\d:]|\w\.\w|[a-z][A-Z])")
# What asks, whatever verb it begins with.
ASKS = re.compile(r".*(?:[?？]|[吗呢]|怎么办|为什么|多久)[。.!！]*$", re.DOTALL)
# How nobody's message begins, behind "check".
WONDERS = re.compile(
    r"(?:why|how|what|when|where|whether|if|my|this|that|is|are)\b|一下|下|为什么|为啥|是不是|是否|怎么|我的",
    re.IGNORECASE,
)
# What is behind these may be anything at all.
FREE = frozenset({"ask", "confirm", "cancel", "sent"})
# Whether all words behind a verb are its own.
MEANT: Mapping[str, Callable[[str, Collection[str]], bool]] = {"digest": digest.meant, "alerts": alerts.meant}
# What is asked about the digest and the alerts is no question of the FAQ; the digest of a signature is none of ours.
OURS: Mapping[str, re.Pattern[str]] = {
    "digest": re.compile(
        r"(?!.*(?:sha|md5|hmac|hash|payload|sign|auth|header|摘要|签名|鉴权|加密)).*(?:日[报報]|\bdigests?\b)",
        re.IGNORECASE | re.DOTALL,
    ),
    "alerts": re.compile(
        r".*\brun_out\b|(?:/?sms )?(?:alerts?|告警|报警) ?(?:是什么|是啥|什么意思|怎么用|如何使用)"
        r"|(?:what (?:is|are)|how do I use) (?:the |your )?alerts\b",
        re.IGNORECASE | re.DOTALL,
    ),
}
# Nobody else calls anything so.
NAME_OF_OURS = "run_out"
WANTS_TO_KNOW = re.compile(
    r".*(?:[?？吗呢么嗎麼怎啥哪]|什么|如何|几点|\b(?:when|how|what|where|why|who|can|could|does|is)\b)",
    re.IGNORECASE | re.DOTALL,
)
# A word for the digest behind the slash, and of any sentence elsewhere: report 1031.
ONLY_TYPED = frozenset({"report"})
SLASH = re.compile(r"[/／、]\s*sms(?:\s|$)", re.IGNORECASE)


def understood(
    text: str, *, typed: bool, answered: Callable[[str], bool], accounts: Collection[str] = ()
) -> Spoken:
    """`typed` behind the slash; else said in a sentence. `answered`: whether a text is a question that we know."""
    spoken = read_verb(text)
    if typed or SLASH.match(text.strip()):
        return spoken
    match spoken:
        case Called(verb="digest", word=word) if word.casefold() in ONLY_TYPED:
            meant = False
        case Called(verb=verb, rest=rest):
            meant = verb in FREE or (said(verb, rest, accounts) and not known(verb, text, rest, answered))
        case Misspelt(near=near, rest=rest):
            meant = said(near, rest, accounts) and not answered(text)
        case Question() | NoVerb():
            meant = False
    return spoken if meant else asked(text, answered)


def asked(text: str, answered: Callable[[str], bool]) -> Spoken:
    """A question; one on our own digest or alerts that is no other that we know is answered by their help."""
    ours = next((verb for verb, about in OURS.items() if about.match(text)), "")
    if ours and WANTS_TO_KNOW.match(text) and (NAME_OF_OURS in text or not answered(text)):
        return Called("help", ours, text)
    return Question(text)


def known(verb: str, text: str, rest: str, answered: Callable[[str], bool]) -> bool:
    """Whether it is a question that we know. One word alone is a verb, whatever else it could ask for.

    So is `error` with its codes, `help` with another verb, `freeze` whatever its reason; and `digest` and
    `alerts`, whose words are all known to them.
    """
    if not rest or verb in {"error", "freeze", "help", "digest", "alerts"} or WITH_DIGITS.match(rest):
        return False
    return answered(text)


def said(verb: str, rest: str, accounts: Collection[str]) -> bool:
    """Whether what stands behind a verb is what one says to it."""
    words = rest.split()
    match verb:
        case "check":
            return not WONDERS.match(rest)
        case "error":
            return all(CODE.match(it) for it in words)
        case "help":
            return not rest or (len(words) == 1 and isinstance(read_verb(rest), Called))
        case "digest" | "alerts":
            return asks_for_help(rest) or (not ASKS.match(rest) and MEANT[verb](rest, accounts))
        case "freeze" | "send-test":
            return not ASKS.match(rest)
        case _:
            return all(
                it.casefold() in TELLING or it.casefold() in accounts or WITH_DIGITS.match(it) for it in words
            )
