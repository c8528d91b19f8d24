"""Phrasings that were added in Slack, brought into a small knowledge folder."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BotError, KnowledgeError
from bot.export import Change, difference, export, line_of, with_phrasings, write
from bot.faq.added import Added
from bot.faq.normalise import Normaliser
from bot.language import Language
from bot.making import read_library
from tests.faq.small_knowledge import PARSE_ERROR, SEGMENTS, write_knowledge

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
NORMALISER = Normaliser()
SEGMENTS_FILE = "faq/billing/segments.md"


def added(text: str, entry: str = "billing/segments", language: Language = "zh", minutes: int = 0) -> Added:
    return Added(entry, language, text, "U0OWNER", NOW + timedelta(minutes=minutes))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_knowledge(tmp_path)
    return tmp_path


def made(folder: Path, *phrasings: Added) -> Change:
    return export(folder, phrasings, NORMALISER)


def test_a_phrasing_becomes_a_line_at_the_end_of_its_list_and_nothing_else_changes(folder: Path) -> None:
    change = made(folder, added("几个字算一条"), added("how many letters", language="en"))
    write(folder, change)

    wanted = SEGMENTS.replace('    "长短信怎么拆",\n', '    "长短信怎么拆",\n    "几个字算一条",\n').replace(
        'mean",\n', 'mean",\n    "how many letters",\n'
    )
    assert (folder / SEGMENTS_FILE).read_text("utf-8") == wanted
    assert [file.name for file in change.files] == [SEGMENTS_FILE]


def test_a_list_that_is_written_in_one_line_stays_in_one_line(folder: Path) -> None:
    write(folder, made(folder, added("读不懂", "other/parse-error"), added("看不了", "other/parse-error")))

    wanted = PARSE_ERROR.replace('["解析不了"]', '["解析不了", "读不懂", "看不了"]')
    assert (folder / "faq/other/parse-error.md").read_text("utf-8") == wanted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('ask.zh = [\n  "一",\n]\n', 'ask.zh = [\n  "一",\n  "二",\n]\n'),
        ('ask.zh = [\n\t"一" # why\n]\n', 'ask.zh = [\n\t"一", # why\n\t"二"\n]\n'),
        ('ask.zh = [\n  "一", # why\n  # more?\n]\n', 'ask.zh = [\n  "一", # why\n  "二",\n  # more?\n]\n'),
        ('ask.zh = [\n  "一",]\n', 'ask.zh = [\n  "一", "二",]\n'),
        ("ask.zh = ['一' , ]\n", "ask.zh = ['一', \"二\" , ]\n"),
        ('ask = { zh = ["]", "一"] }\n', 'ask = { zh = ["]", "一", "二"] }\n'),
        ('[ask]\nzh = ["""\n一""",\n]\n', '[ask]\nzh = ["""\n一""", "二",\n]\n'),
    ],
)
def test_the_style_of_a_list_is_kept(before: str, after: str) -> None:
    page = "+++\n{}+++\n\n## 中文\n"

    content = with_phrasings(page.format(before).encode(), "zh", ["二"])

    assert content.decode() == page.format(after)
    assert tomllib.loads(after)["ask"]["zh"][-1] == "二"


def test_the_line_ends_and_the_mark_of_a_windows_editor_stay(folder: Path) -> None:
    path = folder / SEGMENTS_FILE
    path.write_bytes(b"\xef\xbb\xbf" + SEGMENTS.replace("\n", "\r\n").encode())

    write(folder, made(folder, added("几个字算一条")))

    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf+++\r\n")
    assert '"长短信怎么拆",\r\n    "几个字算一条",\r\n]'.encode() in content
    assert content.count(b"\n") == content.count(b"\r\n")


def test_the_change_can_be_read_before_it_is_made(folder: Path) -> None:
    change = made(folder, added("几个字算一条"))

    lines = difference(change).splitlines()

    assert lines[:2] == [f"--- a/{SEGMENTS_FILE}", f"+++ b/{SEGMENTS_FILE}"]
    assert [line for line in lines[2:] if line[0] in "+-"] == ['+    "几个字算一条",']
    assert (folder / SEGMENTS_FILE).read_text("utf-8") == SEGMENTS


@pytest.mark.parametrize(
    ("phrasing", "reason", "place"),
    [
        (added("要多少字", "billing/gone"), "export.no_entry", "billing/gone"),
        (added("？！"), "export.no_words", "billing/segments"),
        (added("解析 不了！"), "export.elsewhere", "other/parse-error"),
        (added("能定时发吗"), "export.elsewhere", "scheduled-sending"),
    ],
)
def test_what_gets_into_no_file_is_told_with_the_reason(
    folder: Path, phrasing: Added, reason: str, place: str
) -> None:
    change = made(folder, phrasing)

    assert [(it.added, it.reason, it.place) for it in change.skipped] == [(phrasing, reason, place)]
    assert (change.files, change.exported) == ((), ())


def test_what_stands_in_its_entry_already_is_not_added_again(folder: Path) -> None:
    phrasing = added("长短信，怎么拆？")

    change = made(folder, phrasing)

    assert change.present == (phrasing,)
    assert change.files == ()


def test_of_two_that_say_the_same_the_later_counts(folder: Path) -> None:
    later, earlier = added("要 几个字", "other/parse-error", minutes=5), added("要几个字")

    change = made(folder, later, earlier)

    assert change.exported == (later,)
    assert [(it.added, it.reason) for it in change.skipped] == [(earlier, "export.replaced")]


def test_exporting_twice_changes_nothing_the_second_time(folder: Path) -> None:
    phrasings = added("几个字算一条"), added("how many letters", language="en")
    write(folder, made(folder, *phrasings))

    again = made(folder, *phrasings)

    assert again.files == ()
    assert again.present == phrasings


def test_a_folder_with_a_mistake_in_it_is_left_alone(folder: Path) -> None:
    (folder / "concepts.toml").write_text("broken", "utf-8")

    with pytest.raises(KnowledgeError):
        made(folder, added("几个字算一条"))


def test_a_file_that_somebody_has_edited_meanwhile_keeps_all_files_as_they_are(folder: Path) -> None:
    change = made(folder, added("几个字算一条"), added("读不懂", "other/parse-error"))
    edited = folder / "faq/other/parse-error.md"
    edited.write_text(PARSE_ERROR + "\nMore.\n", "utf-8")

    with pytest.raises(BotError, match=r"export\.edited"):
        write(folder, change)

    assert (folder / SEGMENTS_FILE).read_text("utf-8") == SEGMENTS
    assert edited.read_text("utf-8") == PARSE_ERROR + "\nMore.\n"


def test_a_folder_that_is_gone_is_told_and_not_made_anew(folder: Path) -> None:
    change = made(folder, added("几个字算一条"))
    (folder / SEGMENTS_FILE).unlink()

    with pytest.raises(BotError, match=r"export\.unwritable"):
        write(folder, change)

    assert list((folder / SEGMENTS_FILE).parent.iterdir()) == []


texts = st.text(st.characters(exclude_categories=()), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(texts, st.sampled_from(("zh", "en")), st.booleans()), max_size=5))
def test_what_is_read_afterwards_is_what_was_there_and_what_was_added(
    rows: list[tuple[str, Language, bool]],
) -> None:
    phrasings = [
        added(text, "other/parse-error" if other else "billing/segments", language)
        for text, language, other in rows
    ]
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_knowledge(folder)
        before = dict(asks(folder))

        change = made(folder, *phrasings)
        write(folder, change)

        more = {key: tuple(line_of(it) for it in change.exported if at(it) == key) for key in before}
        assert dict(asks(folder)) == {key: old + more[key] for key, old in before.items()}
        assert len(change.exported + change.present + change.skipped) == len(phrasings)


def asks(folder: Path) -> Iterator[tuple[tuple[str, Language], tuple[str, ...]]]:
    for entry in read_library(folder, NORMALISER).entries:
        yield (entry.id, "zh"), entry.ask.zh
        yield (entry.id, "en"), entry.ask.en


def at(phrasing: Added) -> tuple[str, Language]:
    return phrasing.entry, phrasing.language
