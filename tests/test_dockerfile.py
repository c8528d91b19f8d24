"""The image, as far as it can be checked without an engine that builds it."""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path, PurePosixPath
from threading import Thread

import pytest

from bot import cli
from bot.configuration.words import http_address
from bot.settings import cache_folder, state_folder

# What a build has before it copies anything: the base image, and what it says there.
SHELL_TOOLS = {"cp", "install", "python", "pip"}


@dataclass(frozen=True, slots=True)
class Instruction:
    """`words` are those behind the name, without flags; `flags` as --name=value or --name value."""

    name: str
    text: str
    flags: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        return list(json.loads(self.text)) if self.text.startswith("[") else self.text.split()


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    image: str
    instructions: tuple[Instruction, ...]

    def all(self, name: str) -> list[Instruction]:
        return [it for it in self.instructions if it.name == name]

    def only(self, name: str) -> Instruction:
        (found,) = self.all(name)
        return found


@pytest.fixture(scope="module")
def stages(project: Path) -> list[Stage]:
    return list(read_stages((project / "Dockerfile").read_text("utf-8")))


@pytest.fixture(scope="module")
def image(stages: list[Stage]) -> Stage:
    """The last stage: what is shipped."""
    return stages[-1]


def read_stages(text: str) -> Iterator[Stage]:
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    rows = re.sub(r"\\\n\s*", " ", lines).splitlines()
    instructions = [read_instruction(row) for row in rows if row.strip()]
    begins = [place for place, it in enumerate(instructions) if it.name == "FROM"]
    for begin, end in zip(begins, [*begins[1:], len(instructions)], strict=True):
        image, *named = instructions[begin].words
        yield Stage(named[1] if named else "", image, tuple(instructions[begin + 1 : end]))


def read_instruction(row: str) -> Instruction:
    name, rest = row.split(maxsplit=1)
    flags = dict[str, str]()
    while flag := re.match(r"--(\w[\w-]*)=(\S+)\s+", rest):
        flags[flag[1]] = flag[2]
        rest = rest[flag.end() :]
    return Instruction(name, rest, flags)


def variables(stage: Stage) -> dict[str, str]:
    return dict(word.split("=", 1) for it in stage.all("ENV") for word in shlex.split(it.text))


def copied(stages: list[Stage]) -> list[str]:
    """What comes out of the project, not out of another stage."""
    return [
        source
        for stage in stages
        for it in stage.all("COPY")
        if "from" not in it.flags
        for source in it.words[:-1]
    ]


# What it is made of


def test_the_base_is_a_plain_name_with_a_version_and_one_for_all_stages(stages: list[Stage]) -> None:
    bases = {it.image for it in stages} - {it.name for it in stages}

    (base,) = bases
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", base)


def test_everything_that_is_copied_exists_and_is_let_through(stages: list[Stage], project: Path) -> None:
    ignored = (project / ".dockerignore").read_text("utf-8").splitlines()
    let_through = {line.removeprefix("!") for line in ignored if line.startswith("!")}

    assert [it for it in copied(stages) if not (project / it).exists()] == []
    assert "*" in ignored
    assert set(copied(stages)) == let_through


def test_what_another_stage_gives_has_been_made_there(stages: list[Stage]) -> None:
    scripts = {it.name: " ".join(run.text for run in it.all("RUN")) for it in stages}
    taken = [(it.flags["from"], it.words[0]) for it in stages[-1].all("COPY")]

    assert taken
    assert [
        (stage, path) for stage, path in taken if str(PurePosixPath(path).parent) not in scripts[stage]
    ] == []


def test_dependencies_come_before_the_source_in_the_build_and_in_the_image(
    stages: list[Stage], image: Stage
) -> None:
    first, second, *_ = stages
    sources = {source for it in first.all("COPY") for source in it.words[:-1]}
    taken = [it.flags["from"] for it in image.all("COPY")]

    assert sources == {"requirements.lock", "pyproject.toml"}
    assert second.image == first.name
    assert taken[0] == first.name
    assert set(taken[1:]) == {second.name}


def test_everything_is_installed_from_files_that_were_checked_against_their_hashes(
    stages: list[Stage],
) -> None:
    scripts = [
        command for it in stages for run in it.all("RUN") for command in commands(run) if command[0] == "pip"
    ]
    online = [it for it in scripts if "--no-index" not in it]

    assert len(scripts) >= 4
    assert [it[1] for it in online] == ["download"]
    assert {"--require-hashes", "requirements.lock"} <= set(online[0])


def commands(run: Instruction) -> Iterator[list[str]]:
    if run.text.startswith("["):
        yield run.words
    else:
        yield from (shlex.split(it) for it in run.text.split(" && "))


def test_every_command_that_is_named_exists(stages: list[Stage], image: Stage) -> None:
    named = [
        [word for word in words if "=" not in word]
        for it in stages
        for run in it.all("RUN")
        for words in commands(run)
    ]
    programs = {words[0] for words in named}
    verbs = {words[1] for words in named if words[0].endswith("/smsbot")}

    assert programs - SHELL_TOOLS == {"/opt/smsbot/bin/smsbot"}
    assert verbs
    assert verbs <= {it.name or it.callback.__name__ for it in cli.app.registered_commands if it.callback}
    assert image.only("ENTRYPOINT").words == ["smsbot"]


# How it runs


def test_it_runs_as_nobody_that_the_host_knows(image: Stage) -> None:
    names = [it.name for it in image.instructions]

    assert re.fullmatch(r"[1-9]\d{4}:[1-9]\d{4}", image.only("USER").text)
    assert "RUN" not in names[names.index("USER") :]


def test_it_is_started_and_stopped_without_a_shell_between(image: Stage) -> None:
    check = image.only("HEALTHCHECK")

    assert image.only("ENTRYPOINT").text.startswith("[")
    assert re.search(r"\bCMD \[", check.text)
    assert image.only("STOPSIGNAL").text == "SIGTERM"


def test_what_it_keeps_lies_on_the_volume_and_belongs_to_it(image: Stage) -> None:
    environment, volume = variables(image), image.only("VOLUME").text
    owner = image.only("USER").text.split(":")
    made = next(words for it in image.all("RUN") for words in commands(it) if words[-1] == volume)

    assert state_folder(environment).is_relative_to(volume)
    assert environment["HOME"] == volume
    assert [made[made.index(flag) + 1] for flag in ("--owner", "--group")] == owner


def test_the_index_lies_where_it_is_looked_for_and_is_the_users_own(
    stages: list[Stage], image: Stage
) -> None:
    fitting = next(
        words for it in stages for run in it.all("RUN") for words in commands(run) if "=" in words[0]
    )
    made = cache_folder(dict([fitting[0].split("=", 1)])).as_posix()

    (taken,) = (it for it in image.all("COPY") if it.words[0] == made)
    assert taken.words[1] == cache_folder(variables(image)).as_posix()
    assert taken.flags["chown"] == image.only("USER").text


def test_it_listens_where_it_says(image: Stage) -> None:
    host, port = http_address(variables(image)["SMSBOT_HTTP"])

    assert image.only("EXPOSE").text == str(port)
    assert host in {"", "0.0.0.0"}  # noqa: S104 -- inside, only what is published can be reached


# What runs here as well


def test_the_health_that_is_asked_for_is_served(image: Stage, project: Path) -> None:
    asked = re.search(r"'(/\w+)'", image.only("HEALTHCHECK").text)
    web = ast.parse((project / "bot" / "web.py").read_text("utf-8"))

    assert asked
    assert asked[1] in {it.value for it in ast.walk(web) if isinstance(it, ast.Constant)}


class Health(BaseHTTPRequestHandler):
    """Says that all is well, on one path only."""

    path_of_health = "/healthz"

    def do_GET(self) -> None:
        self.send_response(200 if self.path == self.path_of_health else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the tests' output is for the tests."""


class Illness(Health):
    path_of_health = ""


@pytest.mark.parametrize(("answer", "status"), [(Health, 0), (Illness, 1), (None, 1)])
def test_the_health_check_tells_a_living_bot_from_others(
    answer: type[Health] | None, status: int, image: Stage
) -> None:
    command = json.loads(image.only("HEALTHCHECK").text.partition("CMD ")[2])
    with HTTPServer(("127.0.0.1", 0), answer or Health) as server:
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        if answer:
            serving.start()
        else:
            server.server_close()
        # A proxy of the environment is not for this machine itself.
        environment = {
            **os.environ,
            "SMSBOT_HTTP": f"0.0.0.0:{server.server_port}",
            "http_proxy": "http://127.0.0.1:9",
        }

        done = subprocess.run(
            [sys.executable, *command[1:]], check=False, env=environment, capture_output=True
        )

        if answer:
            server.shutdown()
            serving.join()
    assert done.returncode == status


def test_what_the_image_installs_is_what_the_program_needs_and_no_tool(
    stages: list[Stage], project: Path
) -> None:
    script = next(
        words[2] for run in stages[0].all("RUN") for words in commands(run) if words[:2] == ["python", "-c"]
    )

    listed = subprocess.run(
        [sys.executable, "-c", script], cwd=project, check=True, capture_output=True, text=True
    ).stdout

    names = {re.split(r"[\[<>=;]", line)[0] for line in listed.splitlines()}
    assert {"slack-bolt", "httpx", "sqlalchemy", "psycopg"} <= names
    assert names & {"pytest", "mypy", "ruff", "hatchling", "hypothesis"} == set()


def test_what_is_copied_is_enough_to_make_the_wheel(
    stages: list[Stage], project: Path, tmp_path: Path
) -> None:
    for source in copied(stages):
        if (project / source).is_dir():
            shutil.copytree(project / source, tmp_path / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(project / source, tmp_path / source)
    build = next(
        words for run in stages[1].all("RUN") for words in commands(run) if words[:2] == ["python", "-m"]
    )

    subprocess.run([sys.executable, *build[1:]], cwd=tmp_path, check=True, capture_output=True)

    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert "bot/knowledge/phrases.toml" in zipfile.ZipFile(wheel).namelist()
