"""What is wrong with the text of a message, by the rules of knowledge/rules.toml."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from bot.faq.entry import Form, MessageKind, Rule, RuleBook, Severity, Sought, Wording
from bot.language import HAN, Both
from bot.sms.report import Cell, EntryTitle, Listing, Part, Say, say
from bot.sms.segments import LONGEST, Segments, segments_of, signed

# Looked at for words, in characters: four times what a message may hold. Patterns are the editors' own, and
# some take ever longer over a long text.
LONGEST_LOOKED_AT = 4 * LONGEST
# Of a word that fits many times in many ways, the reader needs a few.
MOST_WORDS = 5
LONGEST_WORDS = 40

SEVERITIES: tuple[Severity, ...] = ("block", "warn", "hint")
# FAQ: 短信发送提示：FailedOperation.SignatureIncorrectOrUnapproved 如何处理？
SIGNATURE_LENGTHS = range(2, 13)

SIGNATURE = re.compile(r"\s*【([^】]*)】")
BRACKETED = re.compile(r"【[^】]*】?|】")
VARIABLE = re.compile(r"\{([0-9]+)\}")
# FAQ: 模板中变量的括号是什么格式？变量怎么填写呢？ · what else people write: ｛1｝ { 1 } {code} ${code} #code# %s, a lone brace.
OTHER_VARIABLE = re.compile(r"[$#]?[{｛]+[^{}｛｝\n]{0,40}[}｝]+|#[A-Za-z_]+#|(?<![0-9])%[sd]\b|[{}｛｝]")
SOMETHING = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a text breaks, with the words in which it does; none where words are missing."""

    rule: str
    severity: Severity
    words: tuple[str, ...]
    see: str
    sentence: Both[str]


@dataclass(frozen=True, slots=True)
class Checked:
    """A text with its findings, the gravest first.

    `text` is what is counted: with its signature, and with the values of those variables that have one.
    `overseas` is None for a text with Chinese in it: it takes as many as on the mainland.
    """

    text: str
    signature: str
    segments: Segments
    overseas: Segments | None
    variables: tuple[str, ...]
    kind: MessageKind
    guessed: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A text taken apart. `signature` is None where none stands in front; `parameters` fill {1}, {2} and so on."""

    signature: str | None
    body: str
    parameters: tuple[str, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(it[0] for it in VARIABLE.finditer(self.body))

    @property
    def texts(self) -> tuple[str, ...]:
        """All that somebody wrote: signature, body, values."""
        return (self.signature or "", self.body, *self.parameters)

    @property
    def final(self) -> str:
        """As the recipient reads it; a variable without a value stays as it is."""
        values = {str(at): value for at, value in enumerate(self.parameters, 1)}
        return signed(self.signature or "", VARIABLE.sub(lambda it: values.get(it[1], it[0]), self.body))


class Rules:
    """The rules of the knowledge base, ready to be applied; what they look for is compiled at first use.

    `fold` brings one character into the spelling in which words are compared (small, half width,
    simplified) or to nothing, where it can't be seen: `Normaliser.normalise` does.
    """

    def __init__(self, book: RuleBook, fold: Callable[[str], str]) -> None:
        self._book = book
        self._fold = fold

    def findings(self, layout: Layout, kind: MessageKind) -> Iterator[Finding]:
        """In the order of the rules."""
        folded = {text: self.folded(text) for text in layout.texts}
        for rule in self._book.rules:
            if kind in rule.kinds and (words := self._broken(rule, layout, folded)) is not None:
                yield Finding(rule.name, rule.severity, words, rule.see, rule.sentence)

    def kind_of(self, layout: Layout) -> MessageKind:
        """What kind of message this seems to be."""
        body = self.folded(layout.body)
        fitting = (it.kind for it in self._book.guesses if any(self._pattern(it.wording).found_in(body)))
        return next(fitting, "notification")

    def folded(self, text: str) -> "Folded":
        looked_at = text[:LONGEST_LOOKED_AT]
        pieces = [" " if character.isspace() else self._fold(character) for character in looked_at]
        at = tuple(place for place, piece in enumerate(pieces) for _ in piece)
        return Folded(text, "".join(pieces), at)

    def _broken(self, rule: Rule, layout: Layout, folded: Mapping[str, "Folded"]) -> tuple[str, ...] | None:
        """The words that break the rule, if it is broken."""
        match rule.about:
            case Sought():
                return self._sought(rule.about, [folded[text] for text in texts_of(rule.about, layout)])
            case form:
                return wrong_form(form, layout)

    def _sought(self, sought: Sought, texts: Sequence["Folded"]) -> tuple[str, ...] | None:
        pattern = self._pattern(sought.wording)
        if sought.where == "signature":
            words = [it.text for it in texts if pattern.is_all_of(it)]
        else:
            words = [word for it in texts for word in pattern.found_in(it)]
        if sought.missing:
            return None if words else ()
        return tuple(dict.fromkeys(words)) or None

    def _pattern(self, wording: Wording) -> "Pattern":
        return self._patterns[wording]

    @cached_property
    def _patterns(self) -> Mapping[Wording, "Pattern"]:
        rules = (it.about.wording for it in self._book.rules if isinstance(it.about, Sought))
        wordings = (*rules, *(it.wording for it in self._book.guesses))
        return {it: Pattern.of(it, lambda word: self.folded(word).folded.strip()) for it in wordings}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in the spelling in which it is compared, and for each of its characters its place in `text`."""

    text: str
    folded: str
    places: tuple[int, ...]

    def original(self, start: int, end: int) -> str:
        return self.text[self.places[start] : self.places[end - 1] + 1].strip()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A wording as expressions; one of `alone` fits a text that consists of nothing but its words."""

    expressions: tuple[re.Pattern[str], ...]
    alone: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None

    @classmethod
    def of(cls, wording: Wording, fold: Callable[[str], str]) -> "Pattern":
        words = either(fold(it) for it in wording.words)
        only = either((fold(it) for it in wording.words), whole=False)
        unless = either(fold(it) for it in wording.unless)
        patterns = tuple(re.compile(it, re.IGNORECASE) for it in wording.patterns)
        return cls(
            expressions=(*([re.compile(words)] if words else []), *patterns),
            # Digits may stand between them. Atomic: a long row of words is read in one way only.
            alone=(*([re.compile(rf"[0-9\s]*+(?:(?>{only})[0-9\s]*+)+")] if only else []), *patterns),
            unless=re.compile(unless) if unless else None,
        )

    def found_in(self, it: Folded) -> Iterator[str]:
        """The words of the text that fit, as they stand in it; none that lies within one before it."""
        text = self.unless.sub(lambda other: "\0" * len(other[0]), it.folded) if self.unless else it.folded
        spans = (found.span() for expression in self.expressions for found in expression.finditer(text))
        reached = 0
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            if end > reached:
                yield it.original(start, end)
                reached = end

    def is_all_of(self, it: Folded) -> bool:
        return any(expression.fullmatch(it.folded) for expression in self.alone)


def check_text(
    text: str, rules: Rules, kind: MessageKind | None = None, parameters: Sequence[str] = ()
) -> Checked:
    """What a text costs and what is wrong with it. `parameters` are the values of {1}, {2} and so on, if known."""
    layout = layout_of(text, parameters)
    message_kind = kind or rules.kind_of(layout)
    found = sorted(rules.findings(layout, message_kind), key=lambda it: SEVERITIES.index(it.severity))
    return Checked(
        text=layout.final,
        signature=layout.signature or "",
        segments=segments_of(layout.final),
        overseas=None if HAN.search(layout.final) else segments_of(layout.final, abroad=True),
        variables=layout.variables,
        kind=message_kind,
        guessed=kind is None,
        findings=tuple(found),
    )


def finding_parts(checked: Checked) -> tuple[Part, ...]:
    """The findings for people, a line each."""
    return (Listing(tuple(map(told, checked.findings))),) if checked.findings else ()


def told(finding: Finding) -> Say:
    """How grave it is, the words that caused it, what to do, and the answer that it comes from."""
    details: dict[str, Cell] = {
        "severity": say(f"severity.{finding.severity}"),
        "sentence": finding.sentence,
        "see": EntryTitle(finding.see),
    }
    if not finding.words:
        return say("textcheck.finding", **details)
    words = " · ".join(shortened(it, LONGEST_WORDS) for it in finding.words[:MOST_WORDS])
    return say("textcheck.finding_words", words=words, **details)


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def layout_of(text: str, parameters: Sequence[str] = ()) -> Layout:
    """The text without blanks around it; what stands in 【】 in front is its signature."""
    text = text.strip()
    signature = SIGNATURE.match(text)
    return Layout(
        signature=signature[1].strip() if signature else None,
        body=text[signature.end() :] if signature else text,
        parameters=tuple(parameters),
    )


def texts_of(sought: Sought, layout: Layout) -> tuple[str, ...]:
    match sought.where:
        case "text":
            return layout.texts
        case "variables":
            return layout.parameters
        case "signature":
            return () if layout.signature is None else (layout.signature,)
    assert_never(sought.where)


def either(words: Iterable[str], *, whole: bool = True) -> str:
    """An expression for any of the words, the longest first; `whole`: Latin words aren't part of others."""
    longest_first = sorted(filter(None, words), key=len, reverse=True)
    return "|".join(bounded(it) if whole else re.escape(it) for it in longest_first)


def bounded(word: str) -> str:
    before = r"(?<![a-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
    behind = r"(?![a-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
    return before + r"\s+".join(map(re.escape, word.split())) + behind


def wrong_form(form: Form, layout: Layout) -> tuple[str, ...] | None:  # noqa: PLR0911 - one row a form
    """The words in which a text has the wrong form, if it has."""
    match form:
        case "empty":
            return None if layout.body.strip() else ()
        case "too_long":
            return () if segments_of(layout.final).units > LONGEST else None
        case "all_variable":
            return None if SOMETHING.search(VARIABLE.sub("", layout.body)) else layout.variables or None
        case "braces":
            return other_variables(layout.body)
        case "numbering":
            return misnumbered(layout.variables)
        case "repeated_variable":
            return tuple(it for it, times in Counter(layout.variables).items() if times > 1) or None
        case "brackets":
            return tuple(dict.fromkeys(BRACKETED.findall(layout.body))) or None
        case "signature_length":
            return long_or_short(layout.signature)
        case "signature_characters":
            return foreign_characters(layout.signature)
    assert_never(form)


def other_variables(body: str) -> tuple[str, ...] | None:
    found = (it[0] for it in OTHER_VARIABLE.finditer(body))
    return tuple(dict.fromkeys(it for it in found if not VARIABLE.fullmatch(it))) or None


def misnumbered(variables: tuple[str, ...]) -> tuple[str, ...] | None:
    """Those that don't have the number of their place; one that stands again has a rule of its own."""
    places = enumerate(dict.fromkeys(variables), 1)
    return tuple(it for place, it in places if it != f"{{{place}}}") or None


def long_or_short(signature: str | None) -> tuple[str, ...] | None:
    return (signature,) if signature is not None and len(signature) not in SIGNATURE_LENGTHS else None


def foreign_characters(signature: str | None) -> tuple[str, ...] | None:
    odd = (it for it in signature or "" if not (HAN.match(it) or (it.isascii() and it.isalnum())))
    return tuple(dict.fromkeys(odd)) or None
