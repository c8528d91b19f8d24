"""The program as a person or a script starts it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import Settings

# The fixture `bot` fills the cache that the programs started here read.
pytestmark = pytest.mark.usefixtures("bot")

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def run(settings: Settings, tmp_path: Path) -> Run:
    """Starts `python -m bot` in an empty folder."""

    def start(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parent.parent),
            "XDG_CACHE_HOME": str(settings.cache.parent),
            "LANG": "en_GB.UTF-8",
            **environment,
        }
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(
            command, input=stdin, capture_output=True, env=variables, cwd=tmp_path, check=False
        )

    return start


def test_a_question_gets_its_answer_as_text(run: Run) -> None:
    done = run("ask", "没用完的国内套餐能退钱吗")

    assert done.returncode == 0
    assert "3 个月" in done.stdout.decode()
    assert done.stderr == b""


def test_text_for_a_pipe_has_no_colour_and_no_blanks_at_line_ends(run: Run) -> None:
    lines = run("ask", "多少个字算一条短信").stdout.decode().splitlines()

    assert not any("\x1b" in line or line.endswith(" ") for line in lines)
    assert all(len(line) <= 100 for line in lines)


def test_json_has_what_the_contract_says(run: Run) -> None:
    row = json.loads(run("ask", "--json", "没用完的国内套餐能退钱吗").stdout)

    assert list(row) == ["question", "language", "outcome", "matches", "answer", "elapsed_ms"]
    assert (row["language"], row["outcome"]) == ("zh", "answered")
    assert row["matches"][0].keys() == {"id", "kind", "title", "score"}
    assert row["matches"][0]["title"] == "国内短信套餐包支持余额退款吗？"
    assert 1 <= len(row["matches"]) <= 5
    assert row["answer"].keys() == {"markdown", "links", "updated"}
    assert row["answer"]["links"][0].keys() == {"title", "url"}
    assert row["answer"]["updated"] == "2025-06-16"


def test_an_unknown_has_no_answer(run: Run) -> None:
    row = json.loads(run("ask", "--json", "今天天气不错").stdout)

    assert (row["outcome"], row["answer"]) == ("unknown", None)


def test_jsonl_answers_every_line_in_order(run: Run) -> None:
    lines = ['{"q": "能开发票吗"}', "1031", "", '{"result":1033,"errmsg":"x"}', "hello"]

    done = run("ask", "--jsonl", stdin="\n".join(lines).encode() + b"\n\xff\xfe\n")
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]

    assert done.returncode == 0
    assert [row["question"] for row in rows[:5]] == ["能开发票吗", "1031", "", lines[3], "hello"]
    assert [row["outcome"] for row in rows] == [
        "answered",
        "answered",
        "unknown",
        "answered",
        "unknown",
        "unknown",
    ]


def test_the_language_can_be_chosen(run: Run) -> None:
    row = json.loads(run("ask", "--json", "--lang", "en", "能开发票吗").stdout)

    assert row["language"] == "en"
    assert row["answer"]["markdown"].isascii() is False or "invoice" in row["answer"]["markdown"].lower()


def test_explain_tells_what_decided_and_why_the_runner_up_lost(run: Run) -> None:
    words = run("ask", "--explain", "--lang", "en", "没用完的国内套餐能退钱吗").stdout.decode()

    for expected in (
        "outcome: answered",
        "concepts: ",
        "refund",
        "most alike phrasing",
        " beats ",
        "speaks for it",
    ):
        assert expected in words


def test_an_error_code_is_explained(run: Run) -> None:
    row = json.loads(run("error", "--json", "1031").stdout)

    assert [(match["kind"], match["title"]) for match in row["matches"] if match["kind"] == "error"] == [
        ("error", "1031")
    ]
    assert row["outcome"] == "answered"


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("ask", "  "),
        ("error",),
        ("ask", "--lang", "fr", "x"),
        ("ask", "--jsonl", "x"),
        ("quux",),
        ("evaluate", "gone"),
    ],
)
def test_wrong_use_is_told_in_words_with_status_2(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.strip()
    assert b"Traceback" not in done.stderr


def test_wrong_use_is_told_in_the_operators_language(run: Run) -> None:
    assert "没有问题" in run("ask", LANG="zh_CN.UTF-8").stderr.decode()


@pytest.mark.parametrize(
    "question", [b"a" * 1_000_000, b"\x00\xff\xfe\x80" * 1000, "短信".encode() * 200_000, b"{" * 5000]
)
def test_enormous_and_binary_lines_are_answered_calmly(run: Run, question: bytes) -> None:
    done = run("ask", "--jsonl", stdin=question + b"\n")

    assert done.returncode == 0
    assert json.loads(done.stdout)["outcome"] in {"unknown", "unsure"}
    assert done.stderr == b""


def test_a_pipe_into_the_console_is_answered_line_by_line(run: Run) -> None:
    done = run(stdin="多少个字算一条短信？\n/sms error 1031\n".encode())

    assert done.returncode == 0
    assert "67" in done.stdout.decode()
    assert "1031" in done.stdout.decode()
    assert b">" not in done.stdout[:2]


def test_a_reader_that_stops_listening_is_no_error(settings: Settings) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(settings.cache.parent)}
    program = [sys.executable, "-m", "bot", "ask", "--jsonl"]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write("能开发票吗\n".encode() * 50)
        process.stdin.close()
        errors = process.stderr.read()

    assert b"Traceback" not in errors


def test_check_tells_that_all_is_fine(run: Run) -> None:
    done = run("check")

    assert done.returncode == 0
    assert "112 answers" in done.stdout.decode()


def test_check_names_every_mistake_with_file_and_line(run: Run, project: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(project / "knowledge", broken)
    page = broken / "faq" / "billing" / "voucher.md"
    page.write_text(page.read_text("utf-8").replace("see = [", "seee = [", 1), "utf-8")
    (broken / "faq" / "billing" / "segments.md").write_bytes(b"+++\n\xff\n+++\n")

    done = run("check", SMSBOT_KNOWLEDGE=str(broken))

    assert done.returncode == 1
    assert b"faq/billing/segments.md:2: not UTF-8" in done.stderr
    assert b"unknown key seee, did you mean see?" in done.stderr


def test_a_broken_knowledge_base_never_starts_half_read(run: Run, tmp_path: Path) -> None:
    done = run("ask", "能退吗", SMSBOT_KNOWLEDGE=str(tmp_path / "gone"))

    assert done.returncode == 1
    assert done.stdout == b""
    assert b"Check SMSBOT_KNOWLEDGE" in done.stderr


def test_evaluate_prints_figures_and_misses(run: Run, tmp_path: Path) -> None:
    rows = [
        {"q": "能开发票吗", "expect": ["是否可以开发票？"], "kind": "short"},
        {"q": "能开发票吗", "expect": ["多少个字算一条短信？"], "kind": "short"},
        {"q": "今天天气不错", "kind": "chitchat"},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")

    words = run("evaluate", str(file)).stdout.decode()

    assert "50.0 %" in words
    assert "other/invoice" in words
    assert "chitchat" in words


def test_the_self_check_of_sample_data_is_fine(run: Run) -> None:
    done = run("doctor")

    assert done.returncode == 0
    assert "sample" in done.stdout.decode()


def test_the_self_check_names_every_wrong_setting_with_its_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "smsbot.toml").write_text("langauge = 'zh'\n[send_test]\nenabled = 1\n", "utf-8")

    done = run("doctor", TENCENTCLOUD_SECRET_ID="AKID" + 32 * "x")

    assert done.returncode == 1
    words = done.stdout.decode()
    assert "smsbot.toml:1" in words
    assert "language" in words
    assert "smsbot.toml:3" in words
    assert "SMS_SDK_APP_ID" in words
    assert 32 * "x" not in words


def test_check_tells_what_is_wrong_with_the_settings_beside_the_knowledge(run: Run, tmp_path: Path) -> None:
    (tmp_path / "smsbot.toml").write_text("langauge = 'zh'\n", "utf-8")

    done = run("check")

    assert done.returncode == 1
    assert "112 answers" in done.stdout.decode()
    assert "smsbot.toml:1" in done.stderr.decode()


def test_wrong_settings_are_wrong_use_elsewhere(run: Run, tmp_path: Path) -> None:
    (tmp_path / "smsbot.toml").write_text("langauge = 'zh'\n", "utf-8")

    done = run("audit", "verify")

    assert done.returncode == 2
    assert "smsbot.toml:1" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_the_manifest_of_the_slack_app_is_printed_as_json(run: Run) -> None:
    over_sockets, over_http = run("manifest", "--lang", "zh"), run("manifest", "--url", "https://bot.example")

    assert json.loads(over_sockets.stdout)["settings"]["socket_mode_enabled"]
    assert json.loads(over_sockets.stdout)["display_information"]["name"] == "短信助手"
    assert "https://bot.example" in over_http.stdout.decode()


def test_with_nothing_added_in_slack_nothing_is_written_and_that_is_told(run: Run, tmp_path: Path) -> None:
    done = run("knowledge", "export", XDG_STATE_HOME=str(tmp_path))

    assert (done.returncode, done.stdout.decode()) == (0, "There are no ways to ask to write.\n")


def test_the_audit_is_verified_from_the_shell(run: Run, tmp_path: Path) -> None:
    state = str(tmp_path / "state")

    fine = run("audit", "verify", XDG_STATE_HOME=state)
    cut = run("audit", "verify", "--head", "0" * 63 + "1", XDG_STATE_HOME=state)

    assert (fine.returncode, cut.returncode) == (0, 1)
    assert "0 rows" in fine.stdout.decode()
    assert "not among them" in cut.stdout.decode()
