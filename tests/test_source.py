"""One hand-edited file: what it holds, and on which line its mistakes stand."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from bot.errors import Mistake
from bot.source import ANY, HEAD, Source, read_text


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Row(Strict):
    title: str
    wait: str = ""


class Shape(Strict):
    verified: bool = False
    rows: list[Row] = []
    named: dict[str, Row] = {}


def test_a_table_of_the_right_shape_is_read_without_a_word() -> None:
    mistakes: list[Mistake] = []

    shape = Source("a.toml", '[[rows]]\ntitle = "x"\n', mistakes).shaped(Shape)

    assert shape == Shape(rows=[Row(title="x")])
    assert mistakes == []


def test_every_mistake_of_a_table_is_told_at_once() -> None:
    toml = "verified = 1\n\n[[rows]]\ntitle = 2\n[[rows]]\nwait = false\n"

    assert {(it.line, it.kind, it.details["key"]) for it in mistakes_in(toml)} == {
        (1, "wrong_type", "verified"),
        (4, "wrong_type", "rows.1.title"),
        (5, "missing_key", "rows.2.title"),
        (6, "wrong_type", "rows.2.wait"),
    }


@pytest.mark.parametrize(
    ("toml", "line", "key", "near"),
    [
        ("verifed = true\n", 1, "verifed", "verified"),
        ("\nrow = []\n", 2, "row", "rows"),
        ('[[rows]]\ntitle = "x"\ntitel = "y"\n', 3, "rows.1.titel", "title"),
        ('[named.x]\ntitle = "x"\nwiat = "y"\n', 3, "named.x.wiat", "wait"),
        ('named = { x = { title = "x", wiat = "y" } }\n', 1, "named.x.wiat", "wait"),
    ],
)
def test_a_misspelt_key_is_told_with_the_one_that_was_meant(
    toml: str, line: int, key: str, near: str
) -> None:
    assert mistakes_in(toml) == [Mistake("a.toml", line, "misspelt_key", {"key": key, "near": near})]


@pytest.mark.parametrize("toml", ['title = "x"', '[[rows]]\ntitle = "x"\nverified = true', "colour = 1"])
def test_a_key_that_may_not_stand_here_is_not_suggested(toml: str) -> None:
    assert [it.kind for it in mistakes_in(toml)] == ["unknown_key"]


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("a = 1\nb = \n", 2),
        ('a = 1\nb = "open\nc = 1\n', 2),
        ("a = 1\na = 2", 2),
        ("a = 1\na = 2\n\n\n", 2),
        ("a = 1\n\na = [\n  1,\n  2,\n]\nb = 1\n", 3),
        ('x.y = 1\nz = 1\nx.y = """\nlong\n"""\n', 3),
        ("[a]\n[b]\n[a]\nc = 1\n", 3),
        ("b = 1\na = [\n  1,\n  2,\n", 2),
        ('b = 1\na = [\n  "x",\n  "y"\n  "z",\n]\n', 5),
        ('b = 1\na = """\nnever\nends\n', 2),
        ("a = 2025-02-30\n", 1),
        ("a = [\n  1,\n  01,\n]\n", 3),
    ],
)
def test_broken_toml_is_told_on_the_line_where_it_breaks(toml: str, line: int) -> None:
    assert [(it.line, it.kind) for it in mistakes_in(toml)] == [(line, "broken_toml")]


@pytest.mark.parametrize("toml", ["a = " + "[" * 100_000, "a = " + "9" * 5_000])
def test_what_tomllib_gives_up_on_is_broken_toml_too(toml: str) -> None:
    assert [it.kind for it in mistakes_in(toml)] == ["broken_toml"]


@pytest.mark.parametrize(
    ("head", "line", "kind"),
    [
        ("verified = 1\n", 2, "wrong_type"),
        ("\n\nverifed = true\n", 4, "misspelt_key"),
        ("verified = true\n[[rows]]\n", 3, "missing_key"),
        ("verified = true\nrows = [\n", 3, "broken_toml"),
    ],
)
def test_lines_of_a_head_are_lines_of_its_file(head: str, line: int, kind: str) -> None:
    text = f"+++\n{head}+++\nverified = 7\n"
    mistakes: list[Mistake] = []

    Source("a.md", text, mistakes, HEAD.match(text)).shaped(Shape)

    assert [(it.line, it.kind) for it in mistakes] == [(line, kind)]


@pytest.mark.parametrize("text", ["+++\n+++", "+++\n+++\n", "+++ \nverified = true\n+++\t\n"])
def test_a_head_may_be_empty_and_blanks_behind_its_marks_do_not_matter(text: str) -> None:
    head = HEAD.match(text)

    assert head is not None
    assert Source("a.md", text, [], head).shaped(Shape) is not None


@pytest.mark.parametrize(
    "text", ["", "+++", "+++\n", "\n+++\n+++\n", "+++\na = 1\n", "++++\n+++\n", "# Title\n"]
)
def test_what_lacks_one_of_its_marks_is_no_head(text: str) -> None:
    assert HEAD.match(text) is None


def test_strings_come_with_the_steps_to_them_stripped_and_without_empty_ones() -> None:
    source = Source("a.toml", '[a.x]\nb = [" one ", "", "two"]\n[a.y]\nb = ["three"]\n', [])

    assert list(source.strings("a", ANY, "b", ANY)) == [
        (("a", "x", "b", 0), "one"),
        (("a", "x", "b", 2), "two"),
        (("a", "y", "b", 0), "three"),
    ]


@pytest.mark.parametrize("toml", ["a = 1", "a = [1]", 'a = "x"', "a = { b = 1 }", "a = { b = [[]] }", "a ="])
def test_strings_pass_over_what_has_another_shape(toml: str) -> None:
    assert list(Source("a.toml", toml, []).strings("a", "b", ANY)) == []


def test_windows_line_ends_and_a_byte_order_mark_are_taken_off(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")

    assert read_text(tmp_path, "a.toml", []) == "a = 1\nb = 2\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a = '短信'".encode("gbk"), 1),
        (b"a = 1\nb = '\xff'\n", 2),
        (b"\xef\xbb\xbfa = 1\r\n\r\nb = '\xe7\x9f'\r\n", 3),
        ("a = 1\n".encode("utf-16"), 1),
    ],
)
def test_what_is_not_utf8_is_told_on_the_line_of_the_first_wrong_byte(
    tmp_path: Path, content: bytes, line: int
) -> None:
    (tmp_path / "a.toml").write_bytes(content)
    mistakes: list[Mistake] = []

    text = read_text(tmp_path, "a.toml", mistakes)

    assert text is None
    assert mistakes == [Mistake("a.toml", line, "not_utf8")]


def test_a_file_that_can_not_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.toml").mkdir()
    mistakes: list[Mistake] = []

    text = read_text(tmp_path, "a.toml", mistakes)

    assert text is None
    assert [(it.file, it.line, it.kind) for it in mistakes] == [("a.toml", 1, "unreadable")]


def mistakes_in(toml: str) -> list[Mistake]:
    mistakes: list[Mistake] = []
    Source("a.toml", toml, mistakes).shaped(Shape)
    return mistakes
