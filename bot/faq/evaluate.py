"""How well labelled questions are answered."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.faq.assistant import Answered, Hit, Reply, Unknown, Unsure


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question, and the FAQ's questions that an expert would show for it; none when it is out of scope."""

    question: str
    expect: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Judged:
    labelled: Labelled
    reply: Reply

    @property
    def in_scope(self) -> bool:
        return bool(self.labelled.expect)

    @property
    def first(self) -> bool:
        return self.rank == 1

    @property
    def first_three(self) -> bool:
        return self.rank is not None and self.rank <= 3

    @property
    def rank(self) -> int | None:
        """The place of the right entry among the hits, from 1."""
        titles = [hit.title for hit in self.reply.hits]
        places = [titles.index(title) + 1 for title in self.labelled.expect if title in titles]
        return min(places, default=None)

    @property
    def answered(self) -> bool:
        return isinstance(self.reply, Answered)

    @property
    def offered(self) -> bool:
        return isinstance(self.reply, Unsure)

    @property
    def unknown(self) -> bool:
        return isinstance(self.reply, Unknown)

    @property
    def best(self) -> Hit | None:
        return next(iter(self.reply.hits), None)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of questions of one kind. Rates are of `count`, but for `right_answers`: of `answered`."""

    kind: str
    count: int
    first: int
    first_three: int
    answered: int
    right_answers: int
    offered: int


def score(kind: str, judged: Iterable[Judged]) -> Score:
    rows = list(judged)
    return Score(
        kind=kind,
        count=len(rows),
        first=sum(row.first for row in rows),
        first_three=sum(row.first_three for row in rows),
        answered=sum(row.answered for row in rows),
        right_answers=sum(row.answered and row.first for row in rows),
        offered=sum(row.offered for row in rows),
    )


def scores_by_kind(judged: Iterable[Judged]) -> list[Score]:
    """One score a kind, in the order in which the kinds first occur."""
    kinds: dict[str, list[Judged]] = {}
    for row in judged:
        kinds.setdefault(row.labelled.kind, []).append(row)
    return [score(kind, rows) for kind, rows in kinds.items()]
