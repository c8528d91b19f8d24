"""The secret: made once, by whoever comes first, and never half."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.store.secret import LENGTH, kept_secret

MAKER = "import sys; from pathlib import Path; from bot.store.secret import kept_secret as it; print(it(Path(sys.argv[1])).hex())"


def test_a_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "inner" / "smsbot.key"

    secret = kept_secret(file)

    assert len(secret) == LENGTH
    assert kept_secret(file) == secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file], "nothing is left beside it"


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    assert kept_secret(tmp_path / "one.key") != kept_secret(tmp_path / "two.key")


def test_all_who_start_at_once_end_with_one_secret(tmp_path: Path) -> None:
    file = tmp_path / "smsbot.key"
    words = [sys.executable, "-c", MAKER, str(file)]

    processes = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    with ThreadPoolExecutor(8) as threads:
        found = {it.hex() for it in threads.map(kept_secret, [file] * 40)}
    found |= {process.communicate()[0].strip() for process in processes}

    assert found == {file.read_text()}


def test_what_a_crash_has_left_beside_it_is_in_nobodys_way(tmp_path: Path) -> None:
    """In a container every start may have the process id of the one before."""
    file = tmp_path / "smsbot.key"
    (tmp_path / f"smsbot.key.{os.getpid()}").write_text("half")

    assert len(kept_secret(file)) == LENGTH


@pytest.mark.parametrize("content", ["", "ab", "no secret at all", "密钥", "ab" * 31, "ab" * 33])
def test_what_is_no_secret_of_ours_is_told_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    """An empty one would seal the audit with nothing."""
    file = tmp_path / "smsbot.key"
    file.write_text(content)

    with pytest.raises(ValueError, match=r"\w") as caught:
        kept_secret(file)

    assert not content or content not in str(caught.value)
    assert file.read_text() == content


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OSError, match="file"):
        kept_secret(tmp_path / "file" / "smsbot.key")
