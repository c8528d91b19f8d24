"""Why a reply is what it is: what decided for its first match, and why the next one lost."""

from dataclasses import dataclass

from bot.faq.index import Index, shares
from bot.faq.matcher import Ranking

MOST_FEATURES = 8

Feature = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Decision:
    """The features that speak for and against the first match, and those that put it before the second.

    Strongest first, each with its weight.
    """

    speaking_for: tuple[Feature, ...]
    speaking_against: tuple[Feature, ...]
    before_second: tuple[Feature, ...]


def explain(index: Index, ranking: Ranking) -> Decision | None:
    """None when there is no match at all."""
    if not ranking.matches:
        return None
    features = ranking.words.features
    first = shares(index, features, ranking.matches[0].name)
    second = shares(index, features, ranking.matches[1].name) if len(ranking.matches) > 1 else {}
    lead = {feature: first.get(feature, 0.0) - second.get(feature, 0.0) for feature in {*first, *second}}
    return Decision(
        strongest({feature: weight for feature, weight in first.items() if weight > 0}),
        strongest({feature: weight for feature, weight in first.items() if weight < 0}),
        strongest({feature: weight for feature, weight in lead.items() if weight > 0}),
    )


def strongest(weights: dict[str, float]) -> tuple[Feature, ...]:
    return tuple(sorted(weights.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:MOST_FEATURES])
