"""Markdown on a terminal and in a pipe."""

from itertools import pairwise

import pytest
from rich.console import Console

from bot.output import STYLE, show_markdown, terminal

TABLE = "| a | b |\n| --- | --- |\n| x | {words} |\n\nbehind"


def shown(markdown: str, capsys: pytest.CaptureFixture[str], width: int = 40) -> str:
    console = terminal()
    console.width = width

    show_markdown(console, markdown)

    return capsys.readouterr().out


@pytest.mark.parametrize("words", ["营销内容缺少退订方式" * 6, "a" * 90])
def test_a_long_cell_is_broken_and_never_cut(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(TABLE.format(words=words), capsys)

    assert "…" not in lines
    assert "".join(lines.split()).count(words[0]) >= words.count(words[0])


def test_no_line_ends_in_blanks_and_no_two_are_empty(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown("before\n\n" + TABLE.format(words="y"), capsys).split("\n")

    assert lines[0] == "before"
    assert lines[-2:] == ["behind", ""]
    assert all(line == line.rstrip() for line in lines)
    assert not any(line == before == "" for before, line in pairwise(lines))


def test_on_a_terminal_a_coloured_empty_line_is_one_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(force_terminal=True, color_system="standard", width=40)

    show_markdown(console, "before\n\n" + TABLE.format(words="y"))

    before, empty, head, *_ = capsys.readouterr().out.split("\n")
    assert (before, empty) == ("before", "")
    assert "\x1b" in head
    assert STYLE.sub("", head).split() == ["a", "b"]


def test_chinese_is_broken_within_a_sentence_and_never_before_a_full_stop(
    capsys: pytest.CaptureFixture[str],
) -> None:
    label = "多少个字算一条短信，超过了又怎么算？"

    assert shown(f"- {label}\n\n\\[1\\] {label}", capsys, 31).splitlines() == [
        " • 多少个字算一条短信，超过了又",
        "   怎么算？",
        "",
        "[1] 多少个字算一条短信，超过了",
        "又怎么算？",
    ]


def test_nothing_is_an_empty_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown("", capsys) == "\n"
