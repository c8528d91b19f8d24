"""Speed, memory and start-up, beside plain RapidFuzz over the same phrasings in the same run: `make bench`."""

import gc
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

from bot.faq.fit import fit_index
from bot.faq.index import Index
from bot.faq.matcher import Matcher
from bot.settings import read_settings
from bot.wiring import Bot, build_bot

QUESTIONS = Path(__file__).parent / "questions"
SAMPLE = 300
STARTS = 7
SIZES = (10_000, 100_000)
FILLERS = (
    "请问",
    "想问下",
    "我们",
    "现在",
    "昨天开始",
    "线上",
    "麻烦看下",
    "hi team",
    "quick question",
    "老板问",
    "急",
)


def main() -> None:
    out = Console(width=110)
    questions = sample()
    with tempfile.TemporaryDirectory() as cache:
        settings = read_settings({**os.environ, "XDG_CACHE_HOME": cache})
        started = time.perf_counter()
        bot = build_bot(settings)
        cold = time.perf_counter() - started
        out.print(f"knowledge read and index fitted for the first time: {cold:.1f} s")
        out.print(f"smsbot ask as a process, cache warm: {start_up(cache)}")
        out.print(f"memory of this process with the index: {resident_mib():.0f} MiB")
        out.print(measured(bot, questions))
    out.print(f"peak memory of the whole benchmark: {peak_mib():.0f} MiB")


def sample() -> list[str]:
    rows = [json.loads(line)["q"] for line in (QUESTIONS / "tuned.jsonl").read_text("utf-8").splitlines()]
    return random.Random(7).sample(rows, SAMPLE)  # noqa: S311 - the same questions every time


def measured(bot: Bot, questions: Sequence[str]) -> Table:
    table = Table(title="milliseconds an answer")
    for column in ("phrasings", "fit s", "smsbot p50", "p99", "WRatio scan p50", "p99", "smsbot faster by"):
        table.add_column(column, justify="right")
    shipped = bot.assistant.matcher.index
    add_row(table, shipped, 0.0, bot.assistant.reply, questions)
    for size in SIZES:
        started = time.perf_counter()
        grown = grow(bot, size)
        fitted = time.perf_counter() - started
        add_row(table, grown, fitted, Matcher(grown, bot.assistant.matcher.reader).rank, questions)
    return table


def add_row(
    table: Table, index: Index, fitted: float, answer: Callable[[str], object], questions: Sequence[str]
) -> None:
    texts = [text for texts in index.texts for text in texts]
    gc.collect()
    gc.freeze()
    ours = timed(answer, questions)
    scanned = questions[:: max(1, len(texts) // 3_000)]
    plain = timed(lambda text: process.extract(text, texts, scorer=fuzz.WRatio, limit=5), scanned)
    gc.unfreeze()
    table.add_row(
        f"{len(texts):,}",
        f"{fitted:.1f}" if fitted else "–",
        *(f"{value:.2f}" for value in (*ours, *plain)),
        f"{plain[0] / ours[0]:.0f} ×",
    )


def grow(bot: Bot, size: int) -> Index:
    """The shipped phrasings with fillers and other phrasings' ends added, up to `size` in all."""
    index, chance = bot.assistant.matcher.index, random.Random(size)  # noqa: S311 - the same every time
    grown = [list(phrasings) for phrasings in index.phrasings]
    missing = size - sum(map(len, grown))
    while missing > 0:
        rows = chance.choice(grown)
        first, second = chance.choice(rows), chance.choice(rows)
        new = f"{chance.choice(FILLERS)} {first} {second[: chance.randrange(1, 12)]} {chance.randrange(1000)}"
        rows.append(new)
        missing -= 1
    if missing < 0:
        grown = [rows[: max(2, len(rows) * size // (size - missing))] for rows in grown]
    names = zip(index.names, grown, strict=True)
    return fit_index(list(names), index.entries, bot.assistant.matcher.reader)


def timed(answer: Callable[[str], object], questions: Sequence[str]) -> tuple[float, float]:
    """The median and the 99th percentile in milliseconds."""
    for question in questions[:20]:
        answer(question)
    times = []
    for question in questions:
        started = time.perf_counter()
        answer(question)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.99))]


def start_up(cache: str) -> str:
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    command = [sys.executable, "-m", "bot", "ask", "没用完的国内套餐能退钱吗"]
    times = []
    for _ in range(STARTS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        times.append(time.perf_counter() - started)
    return f"median {statistics.median(times):.2f} s, slowest {max(times):.2f} s of {STARTS}"


def resident_mib() -> float:
    pages = (
        int(Path("/proc/self/statm").read_text("ascii").split()[1])
        if Path("/proc/self/statm").exists()
        else 0
    )
    return pages * resource.getpagesize() / 2**20


def peak_mib() -> float:
    """Linux counts kibibytes, macOS bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
