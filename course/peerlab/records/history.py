"""Reads marks and decisions out of the records as the frozen facts that the rules look at: few queries, any number."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select

from peerlab.records.facts import AttemptMark, Ruling, TaskMark
from peerlab.records.tables import Attempt, Decision, Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.orm import Session

    from peerlab.records.facts import Verdict


def marks_by_task(session: Session, which: ColumnElement[bool]) -> Mapping[int, Mapping[str, list[AttemptMark]]]:
    """Return the marks of the registrations *which* (a condition on attempts), by registration, then by task.

    Of several grading runs only the newest counts; attempts are from the oldest to the newest.
    """
    newest = (
        select(
            *(Attempt.registration_id, Attempt.number, Evidence.task, Evidence.state, Evidence.work_hash),
            *(Evidence.points, Evidence.out_of, Evidence.reason),
            func.row_number()
            .over(partition_by=(Evidence.attempt_id, Evidence.task), order_by=Evidence.run.desc())
            .label("age"),
        )
        .join(Attempt, Attempt.id == Evidence.attempt_id)
        .where(which)
        .subquery()
    )
    found: dict[int, dict[str, list[AttemptMark]]] = defaultdict(lambda: defaultdict(list))
    for row in session.execute(select(newest).where(newest.c.age == 1).order_by(newest.c.number)):
        found[row.registration_id][row.task].append(AttemptMark(attempt=row.number, mark=_mark(row)))
    return found


def rulings_by_criterion(
    session: Session, which: ColumnElement[bool]
) -> Mapping[int, Mapping[tuple[str, str], list[Ruling]]]:
    """Return the decisions of the registrations *which* (a condition on decisions), by unit and criterion, in order."""
    found: dict[int, dict[tuple[str, str], list[Ruling]]] = defaultdict(lambda: defaultdict(list))
    for row in session.execute(select(Decision.__table__).where(which).order_by(Decision.number)):
        found[row.registration_id][row.unit, row.criterion].append(ruling(row))
    return found


def ruling(row: Decision | Row[Any]) -> Ruling:
    """Return a decision as the rules see it."""
    return Ruling(
        outcome=cast("Verdict", row.outcome),  # the table itself refuses any other word
        feedback=row.feedback,
        note=row.note,
        assessor_name=row.assessor_name,
        decided_at=row.decided_at,
        judged=row.judged,
        by_hand=tuple(row.by_hand),
        scripted=row.scripted,
    )


def _mark(row: Row[Any]) -> TaskMark:
    return TaskMark(
        task=row.task,
        state=row.state,
        work_hash=row.work_hash,
        points=row.points,
        out_of=row.out_of,
        reason=row.reason,
    )
