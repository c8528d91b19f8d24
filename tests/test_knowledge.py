"""The cache of what was read and fitted: never stale, never damaged, never needed."""

import os
from pathlib import Path

import pytest

from bot.knowledge import Knowledge, cached_knowledge, fingerprint
from bot.wiring import Bot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "phrases.toml").write_text("[a]\n")
    return folder


class Maker:
    """Makes knowledge and counts how often."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.times = 0

    def __call__(self) -> Knowledge:
        self.times += 1
        return self.knowledge


@pytest.fixture
def maker(bot: Bot) -> Maker:
    return Maker(Knowledge(bot.library, bot.assistant.matcher.index))


def test_what_comes_from_the_cache_equals_what_was_made(folder: Path, tmp_path: Path, maker: Maker) -> None:
    made = cached_knowledge(folder, tmp_path / "cache", maker)

    loaded = cached_knowledge(folder, tmp_path / "cache", maker)

    assert maker.times == 1
    assert loaded.library == made.library
    assert loaded.index.features == made.index.features
    assert loaded.index.weights == made.index.weights


def test_changed_knowledge_is_made_anew(folder: Path, tmp_path: Path, maker: Maker) -> None:
    cached_knowledge(folder, tmp_path / "cache", maker)
    (folder / "phrases.toml").write_text("[b]\n")

    cached_knowledge(folder, tmp_path / "cache", maker)

    assert maker.times == 2


def test_a_renamed_file_is_a_change(folder: Path) -> None:
    before = fingerprint(folder)

    (folder / "phrases.toml").rename(folder / "words.toml")

    assert fingerprint(folder) != before


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "foreign"])
def test_a_damaged_cache_is_made_anew_without_a_word(
    folder: Path, tmp_path: Path, maker: Maker, damage: str, capfd: pytest.CaptureFixture[str]
) -> None:
    cached_knowledge(folder, tmp_path / "cache", maker)
    (file,) = (tmp_path / "cache").iterdir()
    content = file.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    file.write_bytes({"cut": content[:middle], "flipped": flipped, "emptied": b"", "foreign": b"{}"}[damage])

    cached_knowledge(folder, tmp_path / "cache", maker)

    assert maker.times == 2
    assert capfd.readouterr() == ("", "")


def test_without_a_writable_folder_the_bot_runs_all_the_same(
    folder: Path, tmp_path: Path, maker: Maker
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")

    assert cached_knowledge(folder, tmp_path / "cache", maker) is maker.knowledge


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")
def test_a_cache_that_somebody_else_wrote_is_not_trusted(folder: Path, tmp_path: Path, maker: Maker) -> None:
    cached_knowledge(folder, tmp_path / "cache", maker)
    (file,) = (tmp_path / "cache").iterdir()
    os.chown(file, 12345, -1)

    cached_knowledge(folder, tmp_path / "cache", maker)

    assert maker.times == 2


def test_old_caches_do_not_pile_up(folder: Path, tmp_path: Path, maker: Maker) -> None:
    for number in range(8):
        (folder / "phrases.toml").write_text(f"[a{number}]\n")
        cached_knowledge(folder, tmp_path / "cache", maker)

    assert len(list((tmp_path / "cache").iterdir())) == 4
