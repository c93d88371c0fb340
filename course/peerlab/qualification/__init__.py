"""The qualification: units, outcomes, criteria and the evidence each needs, read from one TOML file."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from peerlab.parsing import parse, read_toml
from peerlab.places import course
from peerlab.qualification.checks import first_problem
from peerlab.qualification.models import Award, Criterion, Evidence, Gate, Outcome, Qualification, Rules, Unit

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Award",
    "Criterion",
    "Evidence",
    "Gate",
    "Outcome",
    "Qualification",
    "Rules",
    "Unit",
    "read_qualification",
    "the_qualification",
]


def read_qualification(path: Path) -> Qualification:
    """Return the qualification at *path*; raises CourseError for the first thing that does not fit."""
    qualification = parse(Qualification, read_toml(path), where=path.name)
    problem = first_problem(qualification, path.name)
    if problem:
        raise problem
    return qualification


@cache
def the_qualification() -> Qualification:
    """Return this course's qualification."""
    return read_qualification(course().qualification)
