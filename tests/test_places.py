"""Where in a TOML text each key and value stands."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.places import Places, Steps

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
# Between two values of an array: a comma, then whatever an editor leaves there.
BETWEEN = st.sampled_from([",", ", ", ",\n", ",\n\n    ", ', # a ] and a "\n', "\n,\n"])
# Statements that agree with each other in some order or other; many orders are no TOML.
STATEMENTS = st.sampled_from(
    [
        "# [[comment]] = ['",
        "[a]",
        "[a.b]",
        "[ a . 'b' ]",
        "[[rows]]",
        "[[rows.inner]]",
        "[rows.table]",
        "[[ 'rows' ]]",
        "a = 1",
        "b.c = 2025-01-02 07:30:00",
        'b."c.d" = { x = 1, y.z = "}", w = { } }',
        '"\\u0061e" = [ [1, [2, "]"]], [], # ]\n { k = 3 },\n]',
        'f = """\nk = 1\n[x]\n"" \\""""',
        "g = '''\n[[y]]\n''''",
        'h = "# \\" ["',
        "i = 'C:\\'",
        "3 = -1.5e3",
    ]
)


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        (("zh",), 1),
        (("ask",), 2),
        (("ask", "zh"), 2),
        (("ask", "zh", 0), 3),
        (("ask", "zh", 1), 4),
        (("ask", "zh", 2), 4),
        (("ask", "en"), 6),
        (("links", 0), 8),
        (("links", 1), 10),
        (("links", 1, "url"), 12),
    ],
)
def test_each_key_and_value_has_its_own_line(steps: Steps, line: int) -> None:
    toml = """zh = "71字"
ask.zh = [
    "71字", # "71字", zh = "71字"
    "[[links]]", "71字",
]
ask.en = ["url"]

[[links]]
title = "url"
[[links]]
title = "links"
url = "zh"
"""

    assert line_of(toml, *steps) == line


def test_what_is_not_there_is_where_it_should_be() -> None:
    toml = "[a]\nb = 1\n\n[[rows]]\nc = 1\n[[rows]]\nd = 1\n"

    assert line_of(toml, "a", "gone") == 1
    assert line_of(toml, "rows", 1, "c") == 6
    assert line_of(toml, "gone", 3, "c") == 1
    assert line_of("\n" + toml, "gone") == 1


def test_a_table_inside_the_last_row_belongs_to_that_row() -> None:
    toml = "[[code]]\n[code.zh]\nnote = 1\n[[code]]\n[code.zh]\nnote = 2\n"

    assert line_of(toml, "code", 0, "zh", "note") == 3
    assert line_of(toml, "code", 1, "zh", "note") == 6


@given(st.lists(st.tuples(TEXTS, BETWEEN), min_size=1))
@settings(max_examples=100)
def test_a_text_stands_where_it_was_written_whatever_it_holds(rows: list[tuple[str, str]]) -> None:
    toml, wanted = "ask.zh = [", {}
    for position, (text, between) in enumerate(rows):
        wanted["ask", "zh", position] = len(toml)
        # TOML and JSON escape alike, but for the one character that JSON leaves as it is.
        toml += json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f") + between
    toml += "]"

    places = Places(toml)

    assert {steps: places.offset(steps) for steps in wanted} == wanted
    assert tomllib.loads(toml) == {"ask": {"zh": [text for text, _ in rows]}}


@given(st.lists(STATEMENTS, max_size=8))
@settings(max_examples=300)
def test_every_key_and_value_that_tomllib_finds_has_a_place(statements: list[str]) -> None:
    toml = "\n".join(statements)
    try:
        found = dict(everything_in(tomllib.loads(toml)))
    except tomllib.TOMLDecodeError:
        return

    assert Places(toml).offsets.keys() == found.keys()


def line_of(toml: str, *steps: str | int) -> int:
    return toml.count("\n", 0, Places(toml).offset(steps)) + 1


def everything_in(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    if steps:
        yield steps, value
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, deeper in inside:
        yield from everything_in(deeper, (*steps, step))
