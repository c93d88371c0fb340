"""What tutors mark by, beside the notebook: words for each misconception, example answers, ready comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from peerlab.parsing import Strict, parse, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Outcome = Literal["met", "nearly", "not-yet"]


class Message(Strict):
    """What a learner reads about one misconception: what they did, why it matters, one next step."""

    did: str
    why: str
    next: str


class Example(Strict):
    """An answer to a written task, the outcome it earns, and why."""

    outcome: Outcome
    text: str
    why: str


class TaskGuide(Strict):
    """Everything a tutor has beside one task."""

    messages: dict[str, Message] = {}
    slips: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    example: tuple[Example, ...] = ()


class _File(Strict):
    task: dict[str, TaskGuide]


def read_marking(path: Path) -> Mapping[str, TaskGuide]:
    """Return the guides of one module's tasks by task; raises CourseError for what does not fit."""
    return parse(_File, {"task": read_toml(path)}, where=f"marking/{path.name}").task
