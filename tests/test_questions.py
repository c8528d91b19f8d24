"""Files of labelled questions."""

from pathlib import Path

import pytest

from bot.errors import BotError
from bot.faq.evaluate import Labelled
from bot.questions import read_labelled


def test_a_line_is_a_question_with_its_labels(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"q": "能退吗", "expect": ["退款"], "kind": "short"}\n\n{"q": "hi"}\n', "utf-8")

    assert list(read_labelled(file, {"退款"})) == [
        Labelled("能退吗", ("退款",), "short"),
        Labelled("hi", (), "-"),
    ]


@pytest.mark.parametrize(
    ("line", "phrase"),
    [
        ("not json", "command.bad_row"),
        ('{"question": "x"}', "command.bad_row"),
        ('{"q": 1}', "command.bad_row"),
        ('{"q": "x", "expect": ["gone"]}', "command.unknown_title"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, phrase: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(f'{{"q": "fine"}}\n{line}\n', "utf-8")

    with pytest.raises(BotError) as caught:
        list(read_labelled(file, set()))

    assert caught.value.phrase == phrase
    assert caught.value.details["line"] == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BotError) as caught:
        list(read_labelled(tmp_path / "gone.jsonl", set()))

    assert caught.value.phrase == "command.no_file"
