"""Home, drawn: what is left, what to press, the FAQ to browse, and what its owners should add to it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import assert_never

from bot.drawing import Drawing
from bot.drawing import plain as one_line
from bot.errors import BotError
from bot.faq.codes import Named
from bot.faq.entry import Entry
from bot.faq.gaps import Gap
from bot.language import Language
from bot.phrases import Phrases
from bot.slack.message import Block, View
from bot.slack.shown import fields
from bot.slack.shown.blocks import (
    MOST_IN_VALUE,
    Element,
    actions,
    button,
    context,
    cut,
    header,
    mention,
    plain_section,
    rich_text,
)
from bot.slack.shown.blocks import fields as facts_section
from bot.slack.shown.filled import Fault, complaint
from bot.slack.shown.forms import FAULT_NAMES
from bot.slack.shown.markdown import escaped, mrkdwn, text
from bot.slack.shown.markdown import plain as characters
from bot.slack.shown.private import Browsing, folded, joined
from bot.sms import report
from bot.sms.report import Cell
from bot.sms.wallclock import days_said

# Ours: Home should be read at a glance. API: a view takes 100 blocks.
MOST_ACCOUNTS, MOST_DIGESTS, MOST_LISTED, MOST_GAPS = 6, 15, 12, 10
MOST_CHANNELS, MOST_REASONS, MOST_NEAREST = 5, 3, 3
MOST_QUOTED, MOST_IN_REASON = 300, 200
# What stands for all of the FAQ where a category is named: Slack wants a button to have a value.
ALL = "all"
# Conversations that a reader may be shown by name; others are between two.
CHANNELS = ("C", "G")
MINUTE = timedelta(minutes=1)

# What can be pressed, by verb, in this order: all of it only asks.
ASKING = {
    "balance": "home.run_balance",
    "stats": "home.run_stats",
    "digest": "home.run_digest",
    "alerts": "home.run_alerts",
    "templates": "home.run_templates",
    "doctor": "home.run_doctor",
    "audit": "home.run_audit",
}


@dataclass(frozen=True, slots=True)
class Left:
    """What the valid packages of an account hold, in messages, as of `asked`.

    `ends` is the last day of the package that ends first. `lasts` says for how many days there is enough,
    None where that isn't known. `stale`: the API can't be asked for newer figures.
    """

    left: int
    total: int
    ends: date | None
    lasts: Cell
    asked: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """The balance can't be had, for this reason."""

    error: BotError


@dataclass(frozen=True, slots=True)
class Loading:
    """The balance is being asked for."""


@dataclass(frozen=True, slots=True)
class Balance:
    account: str
    state: Left | Missing | Loading


@dataclass(frozen=True, slots=True)
class Digest:
    """A daily digest of a channel, at the wall clock of `zone`. `days` count from 0, Monday."""

    channel: str
    at: time
    zone: str
    days: AbstractSet[int]


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """What is to be shown to one person. Nothing appears that is not in `verbs`, what they may use.

    `found` is what the search of `browsing` found, best first. `gaps` are for knowledge owners, None for
    others. `drawn` is when, aware. `sample`: the accounts are not real.
    """

    drawn: datetime
    verbs: AbstractSet[str]
    balances: tuple[Balance, ...] = ()
    digests: tuple[Digest, ...] = ()
    browsing: Browsing = field(default_factory=Browsing)
    found: tuple[Entry | Named, ...] = ()
    gaps: tuple[Gap, ...] | None = None
    sample: bool = False


def browsed(value: str) -> Browsing:
    """What a button of the FAQ leads to: the name of a category (or "all"), a blank, a page."""
    category, _, page = value.partition(" ")
    number = int(page) if page.isdecimal() else 1
    return Browsing("" if category == ALL else category, max(number, 1))


def sought(words: str) -> Browsing:
    """What was typed into the search, as the search that is shown."""
    return Browsing(search=one_line(words)[: fields.MOST_SOUGHT])


class Home:
    """`entries` by id, in the order in which they are shown."""

    def __init__(self, phrases: Phrases, drawing: Drawing, entries: Mapping[str, Entry]) -> None:
        self._phrases = phrases
        self._drawing = drawing
        self._entries = entries

    def view(self, facts: HomeFacts, language: Language) -> View:
        return {
            "type": "home",
            "blocks": [
                *self._account(facts, language),
                *self._digests(facts.digests, language),
                *self._browsing(facts, language),
                *self._gaps(facts.gaps, language),
            ],
            "private_metadata": folded(facts.browsing),
        }

    def _account(self, facts: HomeFacts, language: Language) -> Iterator[Block]:
        say = self._phrases.say
        yield header(say("home.title", language))
        if facts.sample:
            yield context(say("home.sample", language))
        if "balance" in facts.verbs:
            named = len(facts.balances) > 1
            for balance in facts.balances[:MOST_ACCOUNTS]:
                yield from self._balance(balance, facts.drawn, language, named=named)
        yield from actions(*self._buttons(facts.verbs, language))
        drawn = moment(facts.drawn, self._drawing.cell(facts.drawn, language))
        yield from rich_text([section([text(f"{say('home.drawn', language)} "), drawn])])

    def _balance(
        self, balance: Balance, drawn: datetime, language: Language, *, named: bool
    ) -> Iterable[Block]:
        say, account, state = self._phrases.say, balance.account, balance.state
        match state:
            case Left():
                return facts_section(list(self._left(account if named else "", state, drawn, language)))
            case Missing():
                reason = characters(self._drawing.error(state.error, language))
                return [plain_section(say("home.missing", language, account=account, reason=reason))]
            case Loading():
                return [plain_section(say("home.loading", language, account=account))]
            case _:
                assert_never(state)

    def _left(self, account: str, it: Left, drawn: datetime, language: Language) -> Iterator[tuple[str, str]]:
        say = self._phrases.say
        if account:
            yield say("send.account", language), escaped(account)
        left = report.say("balance.left_of", left=it.left, amount=it.total)
        yield say("balance.left_in_all", language), mrkdwn(self._drawing.cell(left, language))
        yield say("forecast.days_left", language), mrkdwn(self._drawing.cell(it.lasts, language))
        if it.ends:
            yield say("home.ends", language), it.ends.isoformat()
        yield say("home.age", language), self._age(it, drawn, language)

    def _age(self, it: Left, drawn: datetime, language: Language) -> str:
        minutes = (drawn - it.asked) // MINUTE
        if it.stale:
            return self._phrases.say("home.stale", language, minutes=max(minutes, 0))
        if minutes < 1:
            return self._phrases.say("home.just_now", language)
        return self._phrases.say("home.minutes_ago", language, minutes=minutes)

    def _buttons(self, verbs: AbstractSet[str], language: Language) -> Iterator[Element]:
        say = self._phrases.say
        if "ask" in verbs:
            yield button(say("home.ask", language), "open_form:ask", "ask", style="primary")
        for verb, phrase in ASKING.items():
            if verb in verbs:
                yield button(say(phrase, language), f"run:{verb}", verb)
        if "send-test" in verbs:
            yield button(say("home.send_test", language), "open_form:send_test", "send_test")
        yield button(say("home.refresh", language), "refresh_home:now", "now")

    def _digests(self, digests: Sequence[Digest], language: Language) -> Iterator[Block]:
        if not digests:
            return
        say = self._phrases.say
        yield header(say("home.digests", language))
        rows = [self._digest(it, language) for it in digests[:MOST_DIGESTS]]
        yield from rich_text([{"type": "rich_text_list", "style": "bullet", "elements": rows}])
        if len(digests) > MOST_DIGESTS:
            yield context(say("home.more_digests", language, count=len(digests) - MOST_DIGESTS))

    def _digest(self, digest: Digest, language: Language) -> Element:
        days = self._drawing.cell(days_said(digest.days), language)
        words = self._phrases.say(
            "home.digest", language, days=days, at=f"{digest.at:%H:%M}", zone=digest.zone
        )
        return section([mention(digest.channel), text(f" {words}")])

    def _browsing(self, facts: HomeFacts, language: Language) -> Iterator[Block]:
        if "ask" not in facts.verbs:
            return
        say, browsing = self._phrases.say, facts.browsing
        yield header(say("home.faq", language))
        yield fields.search(
            # What was typed stays in a field of the same name, whatever the new view says.
            f"search-{'found' if browsing.search else browsing.category or ALL}",
            "search:faq",
            say("home.search", language),
            say("home.search_example", language),
            browsing.search,
        )
        yield from actions(*self._categories(browsing, language))
        if browsing.search:
            yield from self._found(browsing.search, facts.found, language)
        elif browsing.category:
            yield from self._category(browsing, language)

    def _categories(self, browsing: Browsing, language: Language) -> Iterator[Element]:
        say = self._phrases.say
        counts = Counter(entry.category for entry in self._entries.values())
        known = [it for it in self._phrases.names("category") if counts[it]]
        for place, category in enumerate(known, 1):
            name = say(f"category.{category}", language)
            words = say("home.category", language, name=name, count=counts[category])
            here = category == browsing.category and not browsing.search
            yield button(words, f"category:{place}", f"{category} 1", style="primary" if here else None)
        if browsing.search or browsing.category:
            yield button(say("home.close", language), "category:all", f"{ALL} 1")

    def _found(self, words: str, found: Sequence[Entry | Named], language: Language) -> Iterator[Block]:
        say = self._phrases.say
        if not found:
            yield plain_section(
                say("home.nothing_found", language, text=words),
                button(say("home.ask", language), "open_form:found", f"ask {words}"),
            )
        yield from self._listed(found[:MOST_LISTED], language)
        if len(found) > MOST_LISTED:
            yield context(say("home.more_found", language, count=len(found) - MOST_LISTED))

    def _category(self, browsing: Browsing, language: Language) -> Iterator[Block]:
        entries = [it for it in self._entries.values() if it.category == browsing.category]
        pages = max(-(-len(entries) // MOST_LISTED), 1)
        page = min(browsing.page, pages)
        yield from self._listed(entries[(page - 1) * MOST_LISTED : page * MOST_LISTED], language)
        if pages > 1:
            yield from actions(*self._turning(browsing.category, page, pages, language))

    def _listed(self, subjects: Iterable[Entry | Named], language: Language) -> Iterator[Block]:
        read = self._phrases.say("home.read", language)
        for place, subject in zip(count(1), subjects, strict=False):
            name = subject.id if isinstance(subject, Entry) else subject.name
            yield plain_section(self._title(subject, language), button(read, f"read:{place}", name))

    def _title(self, subject: Entry | Named, language: Language) -> str:
        if isinstance(subject, Entry):
            return subject.title[language]
        meaning = subject.readings[0].meaning[language]
        return self._phrases.say("code.choice", language, name=subject.name, meaning=meaning)

    def _turning(self, category: str, page: int, pages: int, language: Language) -> Iterator[Element]:
        say = self._phrases.say
        if page > 1:
            words = say("home.earlier", language, page=page - 1, pages=pages)
            yield button(words, "category:earlier", f"{category} {page - 1}")
        if page < pages:
            words = say("home.later", language, page=page + 1, pages=pages)
            yield button(words, "category:later", f"{category} {page + 1}")

    def _gaps(self, gaps: Sequence[Gap] | None, language: Language) -> Iterator[Block]:
        if gaps is None:
            return
        say = self._phrases.say
        yield header(say("home.gaps", language))
        if not gaps:
            yield plain_section(say("home.no_gaps", language))
        for place, gap in enumerate(gaps[:MOST_GAPS], 1):
            yield from self._gap(gap, place, language)
        if len(gaps) > MOST_GAPS:
            yield context(say("home.more_gaps", language, count=len(gaps) - MOST_GAPS))

    def _gap(self, gap: Gap, place: int, language: Language) -> Iterator[Block]:
        say = self._phrases.say
        example = text(cut(one_line(gap.example), MOST_QUOTED))
        yield from rich_text(
            [
                {"type": "rich_text_quote", "elements": [example]},
                section(list(self._circumstances(gap, language))),
            ]
        )
        add = f"wording {joined(gap.names, MOST_IN_VALUE - len('wording '))}"
        yield from actions(
            button(say("home.add_wording", language), f"open_form:{place}", add),
            button(say("home.settle", language), f"settle:{place}", joined(gap.names, MOST_IN_VALUE)),
        )

    def _circumstances(self, gap: Gap, language: Language) -> Iterator[Element]:
        """How often, by how many, where; what was wrong with the answer; what comes near."""
        say = self._phrases.say
        yield text(say("home.gap", language, count=gap.count, people=len(gap.people)))
        channels = [it for it in gap.channels if it.startswith(CHANNELS)]
        for channel in channels[:MOST_CHANNELS]:
            yield from (text(" "), mention(channel))
        if len(channels) > MOST_CHANNELS:
            yield text(" …")
        if len(channels) < len(gap.channels):
            yield text(f" {say('home.gap_direct', language)}")
        for reason in gap.reasons[:MOST_REASONS]:
            yield text(f"\n{say('home.gap_reason', language, reason=self._reason(reason, language))}")
        for name in gap.nearest[:MOST_NEAREST]:
            title = self._entries[name].title[language] if name in self._entries else name
            yield text(f"\n{say('home.gap_nearest', language, title=title)}")

    def _reason(self, kept: str, language: Language) -> str:
        found = complaint(kept)
        fault = self._fault(found.fault, language) if found.fault else ""
        words = cut(one_line(found.words), MOST_IN_REASON) if found.words else ""
        return self._phrases.say("home.between", language).join(filter(None, (fault, words)))

    def _fault(self, fault: Fault, language: Language) -> str:
        return self._phrases.say(FAULT_NAMES[fault], language)


def section(elements: Sequence[Element]) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def moment(at: datetime, fallback: str) -> Element:
    """In the reader's own zone."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": "{date_short_pretty} {time}",
        "fallback": fallback,
    }
