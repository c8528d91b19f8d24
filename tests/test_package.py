"""What is shipped: the wheel carries its knowledge and works from any folder; the project's files agree."""

import itertools
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from bot.settings import Settings


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, check=True, cwd=project, capture_output=True)
    (file,) = folder.glob("*.whl")
    return file


def test_the_wheel_carries_all_knowledge_and_no_tests(wheel: Path, project: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {name.removeprefix("bot/knowledge/") for name in names if name.startswith("bot/knowledge/")}

    assert shipped == {
        path.relative_to(project / "knowledge").as_posix()
        for path in (project / "knowledge").rglob("*")
        if path.is_file()
    }
    assert not any(name.startswith("tests/") for name in names)


@pytest.mark.usefixtures("bot")
def test_what_was_installed_from_the_wheel_answers_from_any_folder(
    wheel: Path, settings: Settings, tmp_path: Path
) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path / "site"),
        "XDG_CACHE_HOME": str(settings.cache.parent),
    }
    environment.pop("SMSBOT_KNOWLEDGE", None)

    done = subprocess.run(
        [sys.executable, "-P", "-m", "bot", "check"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
    )

    assert b"112" in done.stdout


def test_the_lock_file_has_hashes_and_no_addresses(project: Path) -> None:
    lock = (project / "requirements.lock").read_text("utf-8")

    assert "://" not in lock
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z])", lock) if "==" in block)


def test_every_dependency_is_locked(project: Path) -> None:
    pyproject = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    locked = set(
        re.findall(r"^([a-z0-9\-]+)==", (project / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    )

    named = [*pyproject["dependencies"], *itertools.chain(*pyproject["optional-dependencies"].values())]

    assert {re.split(r"[\[<>=;]", name)[0].lower() for name in named} <= locked


def test_the_readme_is_short_and_names_every_command_and_module(project: Path) -> None:
    readme = (project / "README.md").read_text("utf-8")
    modules = {path.stem for path in (project / "bot").iterdir() if not path.stem.startswith("__")}

    assert len(readme.splitlines()) < 150
    assert [
        command
        for command in ("ask", "error", "check", "evaluate", "console", "doctor", "audit")
        if f"smsbot {command}" not in readme
    ] == []
    assert {name for name in modules if not re.search(rf"\b{name}\b", readme)} == set()


def test_every_ignored_rule_has_its_reason(project: Path) -> None:
    lines = (project / "pyproject.toml").read_text("utf-8").splitlines()
    rules = [line for line in lines if re.match(r'\s+"[A-Z]+\d*",', line)]

    assert rules
    assert [line for line in rules if "# " not in line] == []
