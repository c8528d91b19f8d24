"""How certain a match is: a chance that was measured on labelled questions, not a feeling."""

from dataclasses import dataclass
from math import exp


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to judge by.

    `weight` of the match; its `lead` over the next entry and over what lies `beyond` the FAQ; its
    `likeness` to its nearest phrasing and the share of the question that is `known` at all (0 to 1); whether
    the question asks anything, speaks of SMS, and names other products.
    """

    weight: float
    lead: float
    beyond: float
    likeness: float
    known: float
    asks: bool
    domain: bool
    foreign: bool


def certainty(evidence: Evidence) -> float:
    """The chance, 0 to 1, that an expert would show this entry.

    The constants are a logistic regression over the tuned half of tests/questions, made by
    `python -m tests.calibrate`; run it again after the phrasings or the matcher have changed much.
    """
    odds = (
        -5.57
        + 2.28 * evidence.weight
        + 4.39 * evidence.lead
        + 9.75 * evidence.beyond
        + 1.21 * evidence.likeness
        + 1.48 * evidence.known
        + 1.33 * evidence.asks
        + 0.54 * evidence.domain
        - 1.95 * evidence.foreign
    )
    return 1 / (1 + exp(-odds))
