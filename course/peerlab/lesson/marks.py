"""What a test cell ends with: the points it gives, and the misconceptions it saw."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from peerlab.errors import CourseError

MARK_MIME = "application/vnd.peerlab.mark+json"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Mark:
    """The points of one task, shown so that stock nbgrader reads partial credit and our runner reads the reasons.

    Raises CourseError for points that are not a number from 0 up, or a misconception that is not a code.
    """

    points: float
    misconceptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a mark that nobody could act on."""
        if not math.isfinite(self.points) or self.points < 0:
            raise CourseError("Mark", f"{self.points!r} is not a number of points.", "Give a number from 0 up.")
        for code in self.misconceptions:
            if not _SLUG.fullmatch(code):
                raise CourseError("Mark", f"{code!r} is not a misconception's code.", 'Write it as "no-way-out".')

    def __repr__(self) -> str:
        """Return the bare number: nbgrader reads a test cell's last value as its partial credit."""
        return repr(float(self.points))

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        """Return the number as text, and the whole mark as JSON beside it."""
        mark = {"points": float(self.points), "misconceptions": list(self.misconceptions)}
        return {"text/plain": repr(self), MARK_MIME: mark}
