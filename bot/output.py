"""Replies as lines of a terminal or as JSON."""

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Any, ClassVar, assert_never

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, Paragraph, TableElement
from rich.table import Table
from rich.text import Text

from bot.errors import Mistake
from bot.faq.assistant import ANSWER, OFFER, Answered, Hit, Reply, Unknown, Unsure
from bot.faq.entry import Entry
from bot.faq.evaluate import Judged, Score
from bot.faq.explain import Decision, Feature
from bot.faq.matcher import MOST_MATCHES, Ranking
from bot.guard.chain import Broken, HeadMissing, Intact, Verdict
from bot.language import Language
from bot.phrases import Phrases
from bot.wording import Wording
from bot.wrapping import breaks

WIDEST = 100
# What changes colour on a terminal and shows nothing itself.
STYLE = re.compile(r"\x1b\[[0-9;]*m")
OUTCOMES: dict[type[Reply], str] = {Answered: "answered", Unsure: "unsure", Unknown: "unknown"}


def terminal(*, stderr: bool = False) -> Console:
    """A console no wider than reads well; colour only where there is a terminal."""
    console = Console(stderr=stderr, highlight=False)
    console.width = min(console.width, WIDEST)
    return console


class WholeTable(TableElement):
    """A table that breaks what is too long for its column, where Rich's own would cut it off."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for table in super().__rich_console__(console, options):
            if isinstance(table, Table):
                for column in table.columns:
                    column.overflow = "fold"
            yield table


class WrappedParagraph(Paragraph):
    """A paragraph whose lines are broken as Chinese is, too."""

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        lines = (wrapped(it, options.max_width) for it in self.text.split(allow_blank=True))
        yield Text("\n", justify=self.justify).join(chain.from_iterable(lines))


class WholeMarkdown(Markdown):
    elements: ClassVar = {
        **Markdown.elements,
        "table_open": WholeTable,
        "paragraph_open": WrappedParagraph,
    }


def wrapped(line: Text, width: int) -> Iterator[Text]:
    for part in line.divide(breaks(line.plain, width)):
        part.rstrip()
        yield part


def show_markdown(console: Console, markdown: str) -> None:
    """Rich fills every line with blanks and sets tables apart by two lines: neither is needed."""
    with console.capture() as capture:
        console.print(WholeMarkdown(markdown, hyperlinks=False))
    lines = (line.rstrip() if STYLE.sub("", line).strip() else "" for line in capture.get().splitlines())
    drawn = (line for before, line in pairwise(chain(("",), lines)) if line or before)
    sys.stdout.write("\n".join(drawn) + "\n")
    sys.stdout.flush()


def show_plain(console: Console, words: str) -> None:
    """Words with no markup in them, whatever brackets they hold; whole lines for a pipe, so that grep works."""
    console.print(words, markup=False, soft_wrap=not console.is_terminal)


def as_json(reply: Reply, wording: Wording, elapsed_ms: float) -> dict[str, Any]:
    """What `ask --json` prints."""
    return {
        "question": reply.question,
        "language": reply.language,
        "outcome": OUTCOMES[type(reply)],
        "matches": [match_json(hit) for hit in reply.hits[:MOST_MATCHES]],
        "answer": answer_json(reply, wording) if isinstance(reply, Answered) else None,
        "elapsed_ms": round(elapsed_ms, 3),
    }


def match_json(hit: Hit) -> dict[str, Any]:
    kind = "faq" if isinstance(hit.subject, Entry) else "error"
    return {"id": hit.id, "kind": kind, "title": hit.title, "score": round(100 * hit.certainty, 1)}


def answer_json(reply: Answered, wording: Wording) -> dict[str, Any]:
    entries = [hit.subject for hit in reply.shown if isinstance(hit.subject, Entry)]
    return {
        "markdown": wording.markdown(reply),
        "links": [{"title": link.title, "url": link.url} for entry in entries for link in entry.links],
        "updated": max((entry.updated for entry in entries), default=wording.updated).isoformat(),
    }


def explanation(
    reply: Reply, ranking: Ranking, decision: Decision | None, phrases: Phrases, language: Language
) -> Iterator[str]:
    """Which phrasing, concepts and words decided, and why the runner-up lost, line by line."""
    say = phrases.say
    certainty = ranking.matches[0].certainty if ranking.matches else 0.0
    needed = OFFER if isinstance(reply, Unknown) else ANSWER
    yield say(
        f"explain.{OUTCOMES[type(reply)]}", language, certainty=percent(certainty), needed=percent(needed)
    )
    yield say("explain.read_as", language, text=ranking.words.text)
    if ranking.words.pinyin:
        yield say("explain.pinyin", language)
    none = say("explain.none", language)
    yield say("explain.concepts", language, concepts=", ".join(ranking.words.concepts) or none)
    codes = [hit.id for hit in reply.hits if not isinstance(hit.subject, Entry)]
    yield say("explain.codes", language, codes=", ".join(codes) or none)
    yield from candidates(ranking, phrases, language)
    if decision is not None:
        yield from deciding(ranking, decision, phrases, language)


def candidates(ranking: Ranking, phrases: Phrases, language: Language) -> Iterator[str]:
    for place, match in enumerate(ranking.matches[:3], 1):
        yield phrases.say(
            "explain.candidate",
            language,
            place=place,
            id=match.name,
            certainty=percent(match.certainty),
            weight=f"{match.evidence.weight:.2f}",
            likeness=round(100 * match.evidence.likeness),
        )
        yield "   " + phrases.say("explain.phrasing", language, phrasing=match.phrasing)
    if beyond := ranking.beyond:
        weight = f"{beyond.weight:.2f}"
        yield phrases.say(
            "explain.beyond", language, name=beyond.name, weight=weight, phrasing=beyond.phrasing
        )


def deciding(ranking: Ranking, decision: Decision, phrases: Phrases, language: Language) -> Iterator[str]:
    if decision.speaking_for:
        yield phrases.say("explain.features_for", language, features=weighed(decision.speaking_for))
    if decision.speaking_against:
        yield phrases.say("explain.features_against", language, features=weighed(decision.speaking_against))
    if decision.before_second and len(ranking.matches) > 1:
        winner, loser = ranking.matches[0].name, ranking.matches[1].name
        features = weighed(decision.before_second)
        yield phrases.say("explain.why", language, winner=winner, loser=loser, features=features)


def weighed(features: Iterable[Feature]) -> str:
    return ", ".join(f"{readable(name)} {weight:+.2f}" for name, weight in features)


def readable(feature: str) -> str:
    """A feature without the letter of its kind: 「签名」, [refund], “template rejected”, /duan'xin/, ~temp~."""
    kind, rest = feature[0], feature.lstrip("h") if feature[0] == "h" else feature[1:]
    frames = {"h": "「{}」", "c": "[{}]", "d": "[{}]", "s": "/{}/", "~": "~{}~"}
    return frames.get(kind, "“{}”").format(rest.removeprefix("§"))


def percent(share: float) -> int:
    return round(100 * share)


def audit_words(verdict: Verdict, phrases: Phrases, language: Language) -> str:
    match verdict:
        case Intact():
            return phrases.say("audit.intact", language, rows=verdict.rows, head=verdict.head)
        case Broken():
            return phrases.say("audit.broken", language, number=verdict.number)
        case HeadMissing():
            return phrases.say("audit.head_missing", language, rows=verdict.rows)
        case _:
            assert_never(verdict)


def mistakes(found: Iterable[Mistake], phrases: Phrases, language: Language) -> Iterator[str]:
    """A line for each, with its place."""
    for it in found:
        yield f"{it.place}: {phrases.say(f'mistake.{it.kind}', language, **it.details)}"


def scores_table(scores: Iterable[Score], phrases: Phrases, language: Language, *, in_scope: bool) -> Table:
    columns = ["kind", "count", "first", "first_three", "answered", "right_answers"]
    if not in_scope:
        columns = ["kind", "count", "false_answers", "offered"]
    table = Table(title=phrases.say("evaluate.in_scope" if in_scope else "evaluate.out_of_scope", language))
    for name in columns:
        table.add_column(
            phrases.say(f"evaluate.{name}", language), justify="left" if name == "kind" else "right"
        )
    for row in scores:
        shares = [(row.first, row.count), (row.first_three, row.count), (row.answered, row.count)]
        shares.append((row.right_answers, row.answered))
        if not in_scope:
            shares = [(row.answered, row.count), (row.offered, row.count)]
        table.add_row(row.kind, str(row.count), *(rate(part, whole) for part, whole in shares))
    return table


def rate(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def miss(row: Judged, phrases: Phrases, language: Language) -> str:
    best = row.best
    return phrases.say(
        "evaluate.miss",
        language,
        kind=row.labelled.kind,
        question=row.labelled.question[:200],
        got=best.id if best else phrases.say("explain.none", language),
        certainty=percent(best.certainty if best else 0.0),
        expected=" / ".join(row.labelled.expect) or phrases.say("explain.none", language),
    )
