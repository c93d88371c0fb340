"""How long marking takes beside stock `nbgrader autograde`, on the same hand-ins in the same run."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from peerlab.grading.cohort import Cohort
from peerlab.grading.engine import grade
from peerlab.grading.exchange import collect, fetch, hand_in
from peerlab.grading.release import release
from peerlab.notebooks.cells import read_lesson
from peerlab.notebooks.exemplars import read_exemplars
from peerlab.places import CentreFolder, course

MODULE = "02-asking-good-questions"
LEARNERS = [f"L-{letter}2222" for letter in "BCDFGH"]
ROUNDS = 3


def against_stock():
    """Time both on six hand-ins of module 2, in turns, and compare the medians."""
    with tempfile.TemporaryDirectory(prefix="peerlab-bench-") as folder:
        cohort = Cohort(centre=CentreFolder(Path(folder)), course=course(), name="bench")
        _hand_in_all(cohort, Path(folder) / "learners")
        stock, ours, two = [], [], []
        for _ in range(ROUNDS):
            stock.append(_timed(lambda: _stock(cohort)))
            ours.append(_timed(lambda: _ours(cohort, 1)))
            two.append(_timed(lambda: _ours(cohort, 2)))
    ratio = {"unit": "times as fast", "better": "higher"}
    base = statistics.median(stock)
    return [
        {"name": "grade-vs-stock-1", "value": base / statistics.median(ours), "goal": 8, **ratio},
        {"name": "grade-vs-stock-2", "value": base / statistics.median(two), "goal": 10, **ratio},
    ]


def _hand_in_all(cohort, work):
    release(cohort, MODULE, due=None)
    lesson = read_lesson(next((cohort.course.notebooks / MODULE).glob("*.ipynb")))
    whole = read_exemplars(cohort.course.grading / "exemplars" / MODULE)["pass"]
    for learner in LEARNERS:
        folder = fetch(cohort, MODULE, learner, work / learner)
        (folder / "answers.json").write_text(whole.answers_file(lesson.slug, "2026-01-05T09:00:00.000Z"), "utf-8")
        hand_in(cohort, MODULE, learner, work / learner)
    collect(cohort, MODULE, set(LEARNERS))


def _timed(work):
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def _stock(cohort):
    shutil.rmtree(cohort.root / "autograded", ignore_errors=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "nbgrader", "autograde", MODULE, "--force"]
    subprocess.run(command, cwd=cohort.root, check=True, capture_output=True, env={**os.environ, "PATH": path})


def _ours(cohort, workers):
    marked = list(grade(cohort, MODULE, LEARNERS, workers=workers))
    assert all(not one.fault for one in marked)
