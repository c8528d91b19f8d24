"""From phrasings to a ranking, on a base small enough to reason about."""

import pytest

from bot.faq.certainty import Evidence, certainty
from bot.faq.explain import explain
from bot.faq.fit import fit_index
from bot.faq.index import Index, shares, weigh
from bot.faq.matcher import Matcher
from bot.faq.normalise import Normaliser
from bot.faq.sounds import Sounds
from bot.faq.words import Reader

SUBJECTS = [
    ("refund", ["套餐包能退款吗", "想退钱", "refund for a package", "退款多久到账", "get a refund"]),
    ("invoice", ["怎么开发票", "要发票", "invoice for a package", "发票抬头怎么填", "get an invoice"]),
    ("weather", ["今天天气怎么样", "会下雨吗", "will it rain", "天气预报", "nice weather"]),
]
READER = Reader(Normaliser(), Sounds.shipped(), [])


@pytest.fixture(scope="module")
def index() -> Index:
    return fit_index(SUBJECTS, 2, READER)


@pytest.fixture(scope="module")
def matcher(index: Index) -> Matcher:
    return Matcher(index, READER)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我想退款", "refund"),
        ("發票怎麼開", "invoice"),
        ("refnd package refund", "refund"),
        ("tuikuan duojiu", "refund"),
    ],
)
def test_the_entry_that_was_meant_comes_first(matcher: Matcher, text: str, name: str) -> None:
    assert matcher.rank(text).matches[0].name == name


def test_a_topic_beyond_the_faq_is_never_a_match_but_lowers_certainty(matcher: Matcher) -> None:
    ranking = matcher.rank("今天会下雨吗，天气怎么样")

    assert {match.name for match in ranking.matches} == {"refund", "invoice"}
    assert ranking.beyond is not None
    assert ranking.beyond.name == "weather"
    assert ranking.matches[0].evidence.beyond < 0


def test_the_most_alike_phrasing_is_named_as_it_was_written(matcher: Matcher) -> None:
    assert matcher.rank("怎麼開發票").matches[0].phrasing == "怎么开发票"


def test_the_same_phrasings_give_the_same_index(index: Index) -> None:
    again = fit_index(SUBJECTS, 2, READER)

    assert (again.features, list(again.weights)) == (index.features, list(index.weights))


def test_a_text_of_unknown_words_is_known_to_be_unknown(index: Index) -> None:
    assert weigh(index, READER.read("quantum chromodynamics").features).known == 0


def test_an_empty_text_weighs_nothing(matcher: Matcher) -> None:
    assert all(match.evidence.weight == 0 for match in matcher.rank("").matches)


def test_the_weights_of_an_explanation_add_up_to_the_score(index: Index) -> None:
    features = READER.read("想退款").features
    length = sum(shares(index, features, "refund").values()) / weigh(index, features).scores[0]

    for subject, name in enumerate(index.names):
        assert sum(shares(index, features, name).values()) / length == pytest.approx(
            weigh(index, features).scores[subject], abs=1e-6
        )


def test_an_explanation_names_what_put_the_first_before_the_second(matcher: Matcher) -> None:
    decision = explain(matcher.index, matcher.rank("套餐包退款"))

    assert decision is not None
    assert any("退款" in name for name, _ in decision.before_second)
    assert all(weight > 0 for _, weight in decision.speaking_for)


EVIDENCE = Evidence(0.4, 0.2, 0.1, 0.5, 0.6, asks=True, domain=True, foreign=False)


@pytest.mark.parametrize(
    "better",
    [
        Evidence(0.6, 0.2, 0.1, 0.5, 0.6, asks=True, domain=True, foreign=False),
        Evidence(0.4, 0.4, 0.1, 0.5, 0.6, asks=True, domain=True, foreign=False),
        Evidence(0.4, 0.2, 0.3, 0.5, 0.6, asks=True, domain=True, foreign=False),
        Evidence(0.4, 0.2, 0.1, 0.9, 0.6, asks=True, domain=True, foreign=False),
        Evidence(0.4, 0.2, 0.1, 0.5, 0.9, asks=True, domain=True, foreign=False),
    ],
)
def test_more_evidence_is_never_less_certain(better: Evidence) -> None:
    assert certainty(better) > certainty(EVIDENCE)


def test_what_names_another_product_is_less_certain() -> None:
    foreign = Evidence(0.4, 0.2, 0.1, 0.5, 0.6, asks=True, domain=True, foreign=True)

    assert 0 < certainty(foreign) < certainty(EVIDENCE) < 1
