"""Notes each collected submission, and what grading found in it; nothing is ever overwritten."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from peerlab.records.audit import record
from peerlab.records.kept_work import content_hash, keep
from peerlab.records.tables import Attempt, Evidence, Registration, Release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from peerlab.records.facts import TaskMark

__all__ = ["NewAttempt", "add_attempt", "add_evidence", "content_hash", "keep", "latest_attempt"]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAttempt:
    """A submission as collected; *grace* is how long after the due time it still counts as in time."""

    registration: Registration
    module: str
    work_hash: str
    submitted_at: datetime
    collected_at: datetime
    release: Release | None = None
    grace: timedelta = timedelta(0)

    @property
    def late(self) -> bool:
        """Whether the work came after the due time and the grace."""
        due = self.release.due_at if self.release else None
        return due is not None and self.submitted_at > due + self.grace


def latest_attempt(session: Session, registration: Registration, module: str) -> Attempt | None:
    """Return the learner's newest attempt at *module*, or None."""
    return session.scalar(
        select(Attempt)
        .where(Attempt.registration_id == registration.id, Attempt.module == module)
        .order_by(Attempt.number.desc())
        .limit(1)
    )


def add_attempt(session: Session, new: NewAttempt, *, by: str) -> tuple[Attempt, bool]:
    """Note a submission, and return it and whether it is new: the same work collected twice is one attempt."""
    before = latest_attempt(session, new.registration, new.module)
    if before and before.work_hash == new.work_hash:
        return before, False
    attempt = Attempt(
        registration=new.registration,
        module=new.module,
        number=before.number + 1 if before else 1,
        work_hash=new.work_hash,
        submitted_at=new.submitted_at,
        collected_at=new.collected_at,
        late=new.late,
        release=new.release,
    )
    session.add(attempt)
    record(
        session,
        actor=by,
        action="attempt.collected",
        subject=_subject(attempt),
        payload={"work": new.work_hash, "submitted_at": new.submitted_at, "late": new.late},
        at=new.collected_at,
    )
    return attempt, True


def add_evidence(
    session: Session, attempt: Attempt, marks: Sequence[TaskMark], *, grader: str, at: datetime
) -> tuple[Evidence, ...]:
    """Note what one grading run found; a later run counts instead of this one, and this one stays."""
    twice = [task for task, count in Counter(mark.task for mark in marks).items() if count > 1]
    if twice:
        raise ValueError(f"one run marked {twice[0]} twice")
    last = session.scalar(select(func.max(Evidence.run)).where(Evidence.attempt_id == attempt.id)) or 0
    rows = tuple(_row(attempt, mark, run=last + 1, grader=grader, at=at) for mark in marks)
    session.add_all(rows)
    record(
        session,
        actor=grader,
        action="attempt.graded",
        subject=_subject(attempt),
        payload={"run": last + 1, "marks": [_as_payload(mark) for mark in marks]},
        at=at,
    )
    return rows


def _row(attempt: Attempt, mark: TaskMark, *, run: int, grader: str, at: datetime) -> Evidence:
    return Evidence(
        attempt=attempt,
        task=mark.task,
        run=run,
        state=mark.state,
        points=mark.points,
        out_of=mark.out_of,
        reason=mark.reason,
        work_hash=mark.work_hash,
        misconceptions=list(mark.misconceptions),
        graded_at=at,
        grader=grader,
    )


def _as_payload(mark: TaskMark) -> dict[str, object]:
    return {
        "task": mark.task,
        "state": mark.state,
        "points": mark.points,
        "out_of": mark.out_of,
        "work": mark.work_hash,
        "misconceptions": list(mark.misconceptions),
    }


def _subject(attempt: Attempt) -> str:
    return f"{attempt.registration.learner}/{attempt.module}/{attempt.number}"
