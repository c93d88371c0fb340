"""Where every learner of a cohort stands, criterion by criterion, with a handful of queries whatever its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, select

from peerlab.records.history import marks_by_task, rulings_by_criterion
from peerlab.records.releases import cohort_named
from peerlab.records.status import CriterionStatus, UnitStatus, criterion_status, unit_status
from peerlab.records.tables import Attempt, Decision, Evidence, PersonPrivate, Registration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.orm import Session

    from peerlab.qualification import Qualification, Unit
    from peerlab.records.facts import AttemptMark, Ruling


@dataclass(frozen=True, kw_only=True, slots=True)
class LearnerProgress:
    """One learner: every criterion's status by unit and criterion, every unit's, and what was handed in.

    Name and reference are empty once a person's details were erased. *attempts* counts by module; *ungraded* names the
    modules whose newest attempt has not been graded.
    """

    registration_id: int
    learner: str
    name: str | None
    reference: str | None
    criteria: Mapping[tuple[str, str], CriterionStatus]
    units: Mapping[str, UnitStatus]
    attempts: Mapping[str, int]
    ungraded: tuple[str, ...]


class _Learner(NamedTuple):
    id: int
    learner: str
    name: str | None
    reference: str | None


def progress(session: Session, qualification: Qualification, cohort: str) -> tuple[LearnerProgress, ...]:
    """Return the progress of everyone in *cohort*, by name; raises InputError when there is no such cohort."""
    found = cohort_named(session, cohort)
    return tuple(_progress(session, qualification, Registration.cohort_id == found.id))


def learner_progress(session: Session, qualification: Qualification, registration: Registration) -> LearnerProgress:
    """Return the progress of one learner."""
    return next(_progress(session, qualification, Registration.id == registration.id))


def _progress(session: Session, qualification: Qualification, which: ColumnElement[bool]) -> Iterator[LearnerProgress]:
    chosen = select(Registration.id).where(which)
    marks = marks_by_task(session, Attempt.registration_id.in_(chosen))
    rulings = rulings_by_criterion(session, Decision.registration_id.in_(chosen))
    handed_in = _handed_in(session, Attempt.registration_id.in_(chosen))
    untouched = {
        (unit.id, criterion.id): criterion_status(criterion, (), ())
        for unit in qualification.units
        for criterion in unit.criteria
    }
    for row in _learners(session, which):
        criteria = dict(untouched)
        for unit in qualification.units:
            criteria.update(_touched(unit, marks.get(row.id, {}), rulings.get(row.id, {})))
        mine = handed_in.get(row.id, {})
        yield LearnerProgress(
            registration_id=row.id,
            learner=row.learner,
            name=row.name,
            reference=row.reference,
            criteria=criteria,
            units={unit.id: _unit(unit, criteria) for unit in qualification.units},
            attempts={module: number for module, (number, _) in mine.items()},
            ungraded=tuple(module for module, (_, graded) in mine.items() if not graded),
        )


def _touched(
    unit: Unit, marks: Mapping[str, list[AttemptMark]], rulings: Mapping[tuple[str, str], list[Ruling]]
) -> Iterator[tuple[tuple[str, str], CriterionStatus]]:
    """Yield the statuses of the criteria that the learner or a tutor has done something about."""
    for criterion in unit.criteria:
        key = (unit.id, criterion.id)
        history = [seen for evidence in criterion.evidence for seen in marks.get(evidence.task, ())]
        decided = rulings.get(key, ())
        if history or decided:
            yield key, criterion_status(criterion, history, decided)


def _unit(unit: Unit, criteria: Mapping[tuple[str, str], CriterionStatus]) -> UnitStatus:
    return unit_status(unit, {criterion.id: criteria[unit.id, criterion.id] for criterion in unit.criteria})


def _learners(session: Session, which: ColumnElement[bool]) -> list[_Learner]:
    rows = session.execute(
        select(Registration.id, Registration.learner, PersonPrivate.name, PersonPrivate.reference)
        .outerjoin(PersonPrivate, PersonPrivate.person_id == Registration.person_id)
        .where(which)
    )
    learners = [_Learner(*row) for row in rows]
    return sorted(learners, key=lambda each: (each.name is None, (each.name or "").casefold(), each.learner))


def _handed_in(session: Session, which: ColumnElement[bool]) -> dict[int, dict[str, tuple[int, bool]]]:
    """Return, by registration and module, the newest attempt's number and whether it was graded."""
    graded = select(Evidence.id).where(Evidence.attempt_id == Attempt.id).exists()
    rows = session.execute(
        select(Attempt.registration_id, Attempt.module, Attempt.number, graded.label("graded"))
        .where(which)
        .order_by(Attempt.number)
    )
    found: dict[int, dict[str, tuple[int, bool]]] = {}
    for row in rows:
        found.setdefault(row.registration_id, {})[row.module] = (row.number, bool(row.graded))
    return found
