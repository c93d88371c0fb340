"""Play an exemplar against a lesson's own test cells, in seconds and without a kernel: an author's quick check.

The grading engine stays the judge; a slow test holds the two to the same marks.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peerlab.lesson import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from peerlab.notebooks.cells import Cell, Lesson
    from peerlab.notebooks.exemplars import Exemplar

SAVED_AT = "2026-01-05T09:00:00.000Z"  # exemplars are not dated; any one time does


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """What one task's test said of an exemplar, or why it stopped."""

    points: float
    misconceptions: tuple[str, ...]
    fault: str = ""


def play(exemplar: Exemplar, lesson: Lesson) -> Mapping[str, Played]:
    """Return what each auto task of *lesson* earns for the answers of *exemplar*."""
    with _as_handed_in(exemplar.answers_file(lesson.slug, SAVED_AT)):
        return {cell.grade_id: _run(cell) for cell in lesson.tasks if cell.kind == "auto"}


@contextlib.contextmanager
def _as_handed_in(answers: str) -> Iterator[None]:
    before = os.environ.get("NBGRADER_EXECUTION")
    with tempfile.TemporaryDirectory(prefix="peerlab-") as folder, contextlib.chdir(folder):
        Path("answers.json").write_text(answers, "utf-8")
        os.environ["NBGRADER_EXECUTION"] = "autograde"
        try:
            yield
        finally:
            if before is None:
                del os.environ["NBGRADER_EXECUTION"]
            else:
                os.environ["NBGRADER_EXECUTION"] = before


def _run(cell: Cell) -> Played:
    """Run one test cell as a kernel would: its last expression is the mark."""
    names: dict[str, Any] = {}
    try:
        body = ast.parse(cell.source)
        last = body.body.pop() if body.body else None
        value = ast.Expression(last.value if isinstance(last, ast.Expr) else ast.Constant(None))
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(body, cell.name, "exec"), names)  # noqa: S102 - the course's own test cells, never a learner's
            mark = eval(compile(ast.fix_missing_locations(value), cell.name, "eval"), names)  # noqa: S307
    except Exception as fault:  # noqa: BLE001 - whatever a test does, the author is told
        return Played(points=0, misconceptions=(), fault=f"{type(fault).__name__}: {fault}")
    if not isinstance(mark, Mark):
        return Played(points=0, misconceptions=(), fault="it does not end with a Mark")
    return Played(points=mark.points, misconceptions=tuple(mark.misconceptions))
