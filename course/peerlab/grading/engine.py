"""Attempts in, marks out: child processes mark, the parent hands out work and never waits on a dead one."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peerlab.errors import CentreError
from peerlab.grading import sandbox
from peerlab.grading.exchange import not_a_notebook
from peerlab.grading.marks import could_not_be_marked, marks_of
from peerlab.notebooks.cells import lessons_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from peerlab.grading.cohort import Cohort
    from peerlab.records.facts import TaskMark

GRADER = "nbgrader-1"  # names this way of marking in every piece of evidence
LONGEST = 300.0  # seconds one attempt may take before its child is stopped
TRIES = 2  # what the machine caused is tried once more


@dataclass(frozen=True, kw_only=True, slots=True)
class Graded:
    """One learner's attempt with a mark for every task; *fault* says why a person must look at all of it."""

    learner: str
    marks: tuple[TaskMark, ...]
    fault: str = ""
    cause: str = ""


def grade(
    cohort: Cohort, module: str, learners: Sequence[str], *, workers: int = 2, bare: bool = False
) -> Iterator[Graded]:
    """Mark the hand-ins of *learners*, and yield each as it is done.

    Raises CentreError when the sandbox cannot be used, unless *bare* is set by an admin who trusts the hand-ins.
    """
    reason = "" if bare else sandbox.missing()
    if reason:
        remedy = "Install it, or use --without-sandbox for hand-ins you trust as your own code."
        raise CentreError("marking", f"there is no sandbox: {reason}.", remedy)
    lessons = lessons_in(cohort.step("source", ".", module))
    expected = [lesson.path.name for lesson in lessons]
    runnable = []
    for learner in learners:
        folder = cohort.step("submitted", learner, module)
        fault = not_a_notebook(folder, expected)
        if fault:
            yield Graded(learner=learner, marks=could_not_be_marked(lessons, folder, fault), fault=fault)
        else:
            runnable.append(learner)
    for said in _Children(cohort, module, bare=bare).mark(runnable, workers):
        learner, fault = said["learner"], said["fault"]
        submitted = cohort.step("submitted", learner, module)
        if fault:
            marks = could_not_be_marked(lessons, submitted, fault)
        else:
            marks = marks_of(lessons, submitted, cohort.step("autograded", learner, module))
        yield Graded(learner=learner, marks=marks, fault=fault, cause=said["cause"])


class _Children:
    """A few child processes, each marking one attempt at a time."""

    def __init__(self, cohort: Cohort, module: str, *, bare: bool) -> None:
        self.command = [sys.executable, "-m", "peerlab.grading.autograde"]
        self.command += [str(cohort.centre.root), cohort.name, module, *(["--bare"] if bare else [])]
        self.log = cohort.root / "marking.log"
        self.todo: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.done: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def mark(self, learners: Sequence[str], workers: int) -> Iterator[dict[str, Any]]:
        """Yield what was said of each learner, in the order they were finished."""
        count = max(1, min(workers, len(learners)))
        for name in [*learners, *[None] * count]:
            self.todo.put(name)
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count if learners else 0)]
        for thread in threads:
            thread.start()
        finished = 0
        while finished < len(threads):
            said = self.done.get()
            if said is None:
                finished += 1
            else:
                yield said

    def _work(self) -> None:
        child: subprocess.Popen[str] | None = None
        try:
            while (learner := self.todo.get()) is not None:
                said = None
                for _ in range(TRIES):
                    child = child or self._start()
                    said = _ask(child, learner)
                    if said is not None:
                        break
                    _stop(child)
                    child = None
                fault = {"learner": learner, "fault": "marking it stopped the marker twice", "cause": f"see {self.log}"}
                self.done.put(said or fault)
        finally:
            if child is not None:
                _stop(child)
            self.done.put(None)

    def _start(self) -> subprocess.Popen[str]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
            )


def _ask(child: subprocess.Popen[str], learner: str) -> dict[str, Any] | None:
    """Return what *child* says of *learner*, or None when it died or took too long."""
    assert child.stdin is not None  # noqa: S101 - it was started with pipes
    assert child.stdout is not None  # noqa: S101
    clock = threading.Timer(LONGEST, child.kill)
    clock.start()
    try:
        child.stdin.write(learner + "\n")
        child.stdin.flush()
        line = child.stdout.readline()
    except OSError:
        return None
    finally:
        clock.cancel()
    said: dict[str, Any] | None = json.loads(line) if line.endswith("\n") else None
    return said


def _stop(child: subprocess.Popen[str]) -> None:
    if child.stdin is not None and not child.stdin.closed:
        child.stdin.close()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()
