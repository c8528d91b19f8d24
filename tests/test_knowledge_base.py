"""The shipped knowledge: complete, verbatim, in both languages."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.faq.entry import Library
from bot.language import LANGUAGES

HERE = Path(__file__).parent
FAQ = [line.split("\t") for line in (HERE / "questions" / "faq.tsv").read_text("utf-8").splitlines()]


def test_every_question_of_the_faq_has_its_entry_verbatim(library: Library) -> None:
    titles = {entry.id: entry.title.zh for entry in library.entries}

    assert titles == dict(FAQ)


def test_every_entry_is_asked_in_many_ways(library: Library) -> None:
    few = [entry.id for entry in library.entries if len(entry.ask.zh) < 20 or len(entry.ask.en) < 12]

    assert few == []


def test_a_first_line_is_short_enough_to_be_an_answer(library: Library) -> None:
    long = [
        (entry.id, language)
        for entry in library.entries
        for language in LANGUAGES
        if len(entry.answer[language].split("\n\n")[0]) > {"zh": 110, "en": 320}[language]
    ]

    assert long == []


def test_chinese_answers_are_chinese_and_english_ones_english(library: Library) -> None:
    for entry in library.entries:
        assert re.search(r"[一-鿿]", entry.answer.zh), entry.id
        assert len(re.findall(r"[一-鿿]", entry.answer.en)) < len(entry.answer.en) / 4, entry.id


@pytest.mark.parametrize(
    ("origin", "count"),
    [("api", 96), ("api-2019", 6), ("platform", 35), ("legacy", 40), ("gateway", 8), ("sdk", 6)],
)
def test_every_code_of_each_api_is_there(library: Library, origin: str, count: int) -> None:
    assert sum(code.origin == origin for code in library.codes) == count


def test_every_carrier_receipt_is_there(library: Library) -> None:
    carriers = Counter(code.carrier for code in library.codes if code.origin == "receipt" and not code.second)

    # 286 rows of China Telecom's table, four of them ranges: 7 + 7 + 5 + 128 numbers.
    assert carriers == {"all": 32, "cmcc": 739, "unicom": 529, "telecom": 286 - 4 + 147}


def test_a_code_without_a_known_meaning_says_so(library: Library) -> None:
    unknown = {code.name: code for code in library.codes if code.verified == "unknown"}

    assert set(unknown) == {"1035", "1037", "1044"}
    assert all("No meaning is known" in code.meaning.en for code in unknown.values())


def test_the_old_and_the_new_api_point_at_each_other(library: Library) -> None:
    counterparts = {code.name: set(code.counterparts) for code in library.codes if not code.alias_of}
    one_way = [
        (name, other)
        for name, others in counterparts.items()
        for other in others
        if name not in counterparts[other]
    ]

    assert one_way == []


def test_every_phrase_that_the_code_asks_for_exists(library: Library, project: Path) -> None:
    asked = set(phrases_asked(project / "bot", library))

    assert asked - library.phrases.keys() == set()
    assert len(asked) > 30


def test_no_phrase_is_left_over(library: Library, project: Path) -> None:
    asked = set(phrases_asked(project / "bot", library))
    by_value = {"category", "origin", "carrier", "retry", "verified", "mistake", "explain", "evaluate"}
    by_value |= {"severity", "verb", "usage", "manifest"}

    assert {name for name in library.phrases if name.partition(".")[0] not in by_value} <= asked


def phrases_asked(folder: Path, library: Library) -> Iterator[str]:
    """Every string in the program that has the form of a phrase's name and the group of one."""
    groups = {name.partition(".")[0] for name in library.phrases}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                group, _, name = node.value.partition(".")
                if group in groups and re.fullmatch(r"[a-z_]*[a-z]", name):
                    yield node.value
