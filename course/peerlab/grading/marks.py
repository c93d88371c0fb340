"""What a marked notebook says of each task, as plain data; a fault is never a nought."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from peerlab.lesson import answerfile
from peerlab.lesson.marks import MARK_MIME
from peerlab.notebooks.cells import read_notebook
from peerlab.records.facts import TaskMark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from peerlab.notebooks.cells import Cell, Lesson


def could_not_be_marked(lessons: Iterable[Lesson], submitted: Path, reason: str) -> tuple[TaskMark, ...]:
    """Return the marks of an attempt that could not be run: every task is for a tutor to look at."""
    answers = _answers(submitted)
    return tuple(_to_look(_unmarked(cell, lesson, answers), reason) for lesson in lessons for cell in lesson.tasks)


def marks_of(lessons: Iterable[Lesson], submitted: Path, autograded: Path) -> tuple[TaskMark, ...]:
    """Return the mark of every task, read from the notebooks that nbgrader ran."""
    answers = _answers(submitted)
    if isinstance(answers, str):
        return could_not_be_marked(lessons, submitted, answers)
    return tuple(mark for lesson in lessons for mark in _marks(lesson, answers, submitted, autograded))


def _answers(submitted: Path) -> Mapping[str, answerfile.Record] | str:
    """Return the saved answers, or why they cannot be read."""
    try:
        return answerfile.read(submitted / answerfile.FILE)
    except answerfile.DamagedAnswersError as fault:
        return f"the saved answers cannot be read: {fault}"
    except OSError as fault:
        return f"the saved answers cannot be read: {fault.strerror}"


def _marks(
    lesson: Lesson, answers: Mapping[str, answerfile.Record], submitted: Path, autograded: Path
) -> Iterator[TaskMark]:
    handed_in = Counter(_grade_id(cell) for cell in read_notebook(submitted / lesson.path.name)["cells"])
    ran = {_grade_id(cell): cell for cell in read_notebook(autograded / lesson.path.name)["cells"]}
    for cell in lesson.tasks:
        unmarked = _unmarked(cell, lesson, answers)
        count = handed_in[cell.grade_id]
        if cell.kind == "tutor":
            yield unmarked
        elif count != 1:
            reason = "its cell was missing and was put back" if count == 0 else f"its cell was there {count} times"
            judged = _judged(unmarked, ran.get(cell.grade_id))
            earned = f"; its test gave {judged.points:g} of {cell.points:g}" if judged.points is not None else ""
            yield _to_look(unmarked, reason + earned)
        else:
            yield _judged(unmarked, ran.get(cell.grade_id))


def _unmarked(cell: Cell, lesson: Lesson, answers: Mapping[str, answerfile.Record] | str) -> TaskMark:
    record = None if isinstance(answers, str) else answers.get(f"{lesson.slug}/{cell.grade_id}")
    fields = dict(record.fields) if record else {}
    answered = any(value not in (None, "", [], {}) for value in fields.values())
    return TaskMark(
        task=cell.grade_id,
        out_of=cell.points,
        state="waiting" if answered else "blank",
        work_hash=_hash(fields) if answered else "",
    )


def _to_look(mark: TaskMark, reason: str) -> TaskMark:
    return replace(mark, state="look", points=None, misconceptions=(), reason=reason)


def _judged(unmarked: TaskMark, cell: Mapping[str, Any] | None) -> TaskMark:
    """Return the mark of an auto task from what its cell put out, by nbgrader's own rule for points."""
    outputs = cell["outputs"] if cell else []
    stopped = next((o for o in outputs if o["output_type"] == "error"), None)
    if cell is None:
        return _to_look(unmarked, "its cell is not in the marked notebook")
    if stopped is not None and stopped["ename"] != "AssertionError":
        return _to_look(unmarked, f"its test stopped ({stopped['ename']}: {stopped['evalue'][:200]})")
    if any(o["output_type"] == "stream" and o["name"] == "stderr" for o in outputs):
        return _to_look(unmarked, "a warning was printed while it was marked")
    result: Mapping[str, Any] = next((o["data"] for o in outputs if o["output_type"] == "execute_result"), {})
    points, misconceptions = _points(result, unmarked.out_of or 0, failed=stopped is not None)
    if unmarked.state == "blank" and points == 0:
        return unmarked
    return replace(unmarked, points=points, state="marked", misconceptions=misconceptions)


def _points(result: Mapping[str, Any], out_of: float, *, failed: bool) -> tuple[float, tuple[str, ...]]:
    if failed:
        return 0.0, ()
    said = result.get(MARK_MIME)
    if isinstance(said, dict):
        codes = tuple(str(code)[:100] for code in said.get("misconceptions", ()))
        return min(float(said["points"]), out_of), codes
    try:
        given = float("".join(result.get("text/plain", "")))
    except ValueError:
        return out_of, ()
    return (given, ()) if 0 <= given <= out_of else (out_of, ())


def _grade_id(cell: Mapping[str, Any]) -> str:
    settings = cell.get("metadata", {}).get("nbgrader", {})
    return str(settings.get("grade_id", "")) if isinstance(settings, dict) else ""


def _hash(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
