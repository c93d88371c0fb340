"""What the rules look at: marks and decisions as frozen data, apart from the database that keeps them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MarkState = Literal["marked", "look", "waiting", "blank"]
Verdict = Literal["met", "nearly", "not-yet"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskMark:
    """What grading found in one task of one attempt.

    `marked` has points; `look` means the machine failed and a tutor looks, with the reason; `waiting` is for a tutor to
    mark; `blank` means that the learner left the task empty. *work_hash* is of the learner's work in this task alone.
    """

    task: str
    state: MarkState
    work_hash: str
    points: float | None = None
    out_of: float | None = None
    reason: str = ""
    misconceptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a mark that would turn a fault into a score: raises ValueError, for it is a mistake in our code."""
        if self.state == "marked":
            if self.points is None or self.out_of is None or not math.isfinite(self.points):
                raise ValueError(f"{self.task} is marked without points")
            if not 0 <= self.points <= self.out_of:
                raise ValueError(f"{self.task} has {self.points} points of {self.out_of}")
        elif self.points is not None:
            raise ValueError(f"{self.task} is {self.state} and yet has points")
        if self.state == "look" and not self.reason:
            raise ValueError(f"{self.task} is for a tutor to look at, without a reason")


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptMark:
    """A task's mark, and the number of the attempt it belongs to; of several grading runs, the newest."""

    attempt: int
    mark: TaskMark


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """An assessor's decision of one criterion, and the hashes of the work it judged."""

    outcome: Verdict
    feedback: str = ""
    note: str = ""
    assessor_name: str
    decided_at: datetime
    judged: Mapping[str, str] = field(default_factory=dict)
    by_hand: tuple[str, ...] = ()
    scripted: bool = False
