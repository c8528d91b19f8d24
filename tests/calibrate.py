"""Fits the constants of bot/faq/certainty.py on the tuned questions: `python -m tests.calibrate`.

A logistic regression of "the first match is right" on the evidence, by Newton's method. The untouched
questions are never read here.
"""

import os
import sys
from dataclasses import astuple
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.faq.certainty import Evidence
from bot.faq.evaluate import Labelled
from bot.questions import read_labelled
from bot.settings import read_settings
from bot.wiring import Bot, build_bot

QUESTIONS = Path(__file__).parent / "questions"
# Keeps constants small where the questions don't decide.
RIDGE = 0.3

Floats = NDArray[np.float64]


def main() -> None:
    bot = build_bot(read_settings(os.environ))
    titles = {entry.title.zh for entry in bot.library.entries}
    files = [QUESTIONS / "tuned.jsonl", QUESTIONS / "tuned_out_of_scope.jsonl"]
    rows = [seen(bot, it) for file in files for it in read_labelled(file, titles)]
    evidence = np.array([[1.0, *map(float, astuple(it))] for it, _ in rows])
    constants = fit(evidence, np.array([float(right) for _, right in rows]))
    names = ["constant", *Evidence.__dataclass_fields__]
    for name, value in zip(names, constants, strict=True):
        sys.stdout.write(f"{name} = {value:.2f}\n")


def seen(bot: Bot, labelled: Labelled) -> tuple[Evidence, bool]:
    first = bot.assistant.matcher.rank(labelled.question).matches[0]
    return first.evidence, bot.assistant.entries[first.name].title.zh in labelled.expect


def fit(evidence: Floats, right: Floats, steps: int = 30) -> Floats:
    constants = np.zeros(evidence.shape[1])
    penalty = RIDGE * np.diag([0.0, *[1.0] * (evidence.shape[1] - 1)])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-evidence @ constants))
        slope = evidence.T @ (right - chance) - penalty @ constants
        bend = (evidence * (chance * (1 - chance))[:, None]).T @ evidence + penalty
        constants += np.linalg.solve(bend, slope)
    return constants


if __name__ == "__main__":
    main()
