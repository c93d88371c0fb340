"""Stored answers, right ones and named misconceptions, and what each must earn when it is graded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from peerlab.errors import CourseError
from peerlab.notebooks.marking import Outcome
from peerlab.parsing import Strict, near_miss, parse, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ANSWERS_SCHEMA = 1


class Earns(Strict):
    """What one task must earn: points and misconceptions from a test, or the outcome a tutor would give."""

    points: float | None = None
    misconceptions: tuple[str, ...] = ()
    outcome: Outcome | None = None


class Practice(Strict):
    """Answers to a practice activity, and the misconceptions its feedback must name."""

    answers: dict[str, Any]
    shows: tuple[str, ...]


class _File(Strict):
    title: str
    misconception: str = ""
    base: str = ""
    answers: dict[str, dict[str, Any]] = {}
    earns: dict[str, Earns] = {}
    practice: dict[str, Practice] = {}


class Exemplar(Strict):
    """One stored set of answers to a module, with what it must earn; its base is already put in."""

    name: str
    title: str
    misconception: str
    answers: dict[str, dict[str, Any]]
    earns: dict[str, Earns]
    practice: dict[str, Practice]

    def answers_file(self, slug: str, saved_at: str) -> str:
        """Return the `answers.json` a learner who answered like this would hand in."""
        activities = {
            f"{slug}/{activity}": {"revision": len(fields), "saved_at": saved_at, "fields": fields}
            for activity, fields in self.answers.items()
        }
        return json.dumps({"peerlab_answers": ANSWERS_SCHEMA, "activities": activities}, indent=1, ensure_ascii=False)


def read_exemplars(folder: Path) -> Mapping[str, Exemplar]:
    """Return the exemplars of one module by name; raises CourseError for what does not fit."""
    files = {path.stem: parse(_File, read_toml(path), where=_where(path)) for path in sorted(folder.glob("*.toml"))}
    return {name: _with_base(name, files, folder) for name in files}


def _with_base(name: str, files: Mapping[str, _File], folder: Path) -> Exemplar:
    own = files[name]
    if own.base and (own.base not in files or files[own.base].base):
        what = f"its base `{own.base}` is not an exemplar that stands on its own."
        raise CourseError(_where(folder / f"{name}.toml"), what, near_miss(own.base, files))
    base = files[own.base] if own.base else own
    tasks = dict.fromkeys([*base.answers, *own.answers])
    return Exemplar(
        name=name,
        title=own.title,
        misconception=own.misconception,
        answers={task: {**base.answers.get(task, {}), **own.answers.get(task, {})} for task in tasks},
        earns={**base.earns, **own.earns},
        practice=own.practice,
    )


def _where(path: Path) -> str:
    return f"exemplars/{path.parent.name}/{path.name}"
