"""Keeps what assessors decide; a later decision supersedes an earlier one, and both stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from sqlalchemy import select

from peerlab.errors import CentreError, InputError
from peerlab.parsing import near_miss
from peerlab.records.attempts import latest_attempt
from peerlab.records.audit import record
from peerlab.records.enrolment import registration_of
from peerlab.records.facts import Verdict
from peerlab.records.history import marks_by_task, ruling
from peerlab.records.status import current_work, stood_in
from peerlab.records.tables import Attempt, Decision, Evidence, Registration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from peerlab.qualification import Criterion, Qualification, Unit
    from peerlab.records.facts import AttemptMark
    from peerlab.records.settings import Staff


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDecision:
    """What an assessor says about one criterion; *note* says what was seen or heard outside the notebook.

    *scripted* marks a decision that a demonstration made, so that nobody takes it for a person's judgement.
    """

    learner: str
    unit: str
    criterion: str
    outcome: str
    feedback: str = ""
    note: str = ""
    scripted: bool = False

    @property
    def where(self) -> str:
        """The place of the decision, for messages and for the audit."""
        return f"{self.learner}/{self.unit}/{self.criterion}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """A decision with all that it is about: the criterion, the work as it is now, and what was decided before."""

    new: NewDecision
    registration: Registration
    unit: Unit
    criterion: Criterion
    work: Mapping[str, AttemptMark]
    earlier: Sequence[Decision]

    @property
    def by_hand(self) -> tuple[str, ...]:
        """The auto tasks whose grading failed, so that a person may stand in for it."""
        rulings = [ruling(decision) for decision in self.earlier]
        autos = (evidence.task for evidence in self.criterion.by_kind("auto") if evidence.task in self.work)
        marks = {task: self.work[task].mark for task in autos}
        return tuple(
            task for task, mark in marks.items() if mark.state == "look" or stood_in(task, mark.work_hash, rulings)
        )

    @property
    def judged(self) -> dict[str, str]:
        """The hashes of the work that the decision is tied to."""
        tasks = self.work if self.criterion.by_kind("tutor") else self.by_hand
        return {task: self.work[task].mark.work_hash for task in tasks}


def decide(
    session: Session, new: NewDecision, *, qualification: Qualification, assessor: Staff, at: datetime
) -> Decision:
    """Keep *new* and return it; the same decision on the same work said twice is one.

    Raises CentreError when *assessor* may not assess on that day, InputError when there is nothing such to decide.
    """
    assessor.require("assessor", at.date())
    _refuse_half_said(new)
    case = _case(session, new, qualification)
    _refuse_without_work(session, case)
    last = case.earlier[-1] if case.earlier else None
    if last and _is_same(last, case, assessor):
        return last
    decision = Decision(
        registration=case.registration,
        unit=new.unit,
        criterion=new.criterion,
        number=last.number + 1 if last else 1,
        outcome=new.outcome,
        feedback=new.feedback.strip(),
        assessor=assessor.id,
        assessor_name=assessor.name,
        decided_at=at,
        judged=case.judged,
        by_hand=list(case.by_hand),
        note=new.note.strip(),
        scripted=new.scripted,
        supersedes=last.id if last else None,
    )
    session.add(decision)
    session.flush()
    _note(session, decision, new.where)
    return decision


def _refuse_half_said(new: NewDecision) -> None:
    if new.outcome not in get_args(Verdict):
        raise InputError(new.where, f"`{new.outcome}` is not a decision.", near_miss(new.outcome, get_args(Verdict)))
    if new.outcome != "met" and not new.feedback.strip():
        raise InputError(
            new.where, f"“{new.outcome}” needs feedback.", "Say which one thing is missing, and the next step."
        )


def _case(session: Session, new: NewDecision, qualification: Qualification) -> _Case:
    registration = registration_of(session, new.learner)
    held = (registration.qualification, registration.version)
    if held != (qualification.id, qualification.version):
        raise CentreError(
            new.where,
            f"{new.learner} is registered for {' '.join(held)}; this is {qualification.id} {qualification.version}.",
            "Decide with the course at the version the learner is registered for.",
        )
    unit = qualification.find_unit(new.unit)
    if not unit:
        raise InputError(
            new.where, f"there is no unit `{new.unit}`.", near_miss(new.unit, [unit.id for unit in qualification.units])
        )
    criterion = unit.criterion(new.criterion)
    if not criterion:
        known = ", ".join(criterion.id for criterion in unit.criteria)
        raise InputError(new.where, f"{unit.id} has no criterion `{new.criterion}`.", f"It has {known}.")
    marks = marks_by_task(session, Attempt.registration_id == registration.id).get(registration.id, {})
    work = current_work(criterion, [seen for task in marks.values() for seen in task])
    earlier = _earlier(session, registration, new)
    return _Case(new=new, registration=registration, unit=unit, criterion=criterion, work=work, earlier=earlier)


def _earlier(session: Session, registration: Registration, new: NewDecision) -> Sequence[Decision]:
    return session.scalars(
        select(Decision)
        .where(
            Decision.registration_id == registration.id,
            Decision.unit == new.unit,
            Decision.criterion == new.criterion,
        )
        .order_by(Decision.number)
    ).all()


def _refuse_without_work(session: Session, case: _Case) -> None:
    where, criterion = case.new.where, case.criterion
    tutor, portfolio = criterion.by_kind("tutor"), criterion.by_kind("portfolio")
    if not tutor and not portfolio:
        _refuse_machine_decided(case)
    elif tutor:
        _refuse_without_attempt(session, case)
    if case.new.note.strip():
        return
    if portfolio:
        seen = " and ".join(evidence.ref for evidence in portfolio)
        raise InputError(where, f"{seen} is not in the notebook.", "Add a note: what you saw, and where it is kept.")
    if tutor and not any(evidence.task in case.work for evidence in tutor):
        raise InputError(
            where,
            "the learner wrote nothing here.",
            "If they told or showed you, add a note that says what and when.",
        )


def _refuse_machine_decided(case: _Case) -> None:
    if case.by_hand:
        return
    thresholds = " and ".join(f"{evidence.threshold} in {evidence.ref}" for evidence in case.criterion.evidence)
    raise InputError(
        case.new.where,
        f"its printed threshold decides this criterion ({thresholds}), not a person.",
        "Grade the learner's work, or let them hand it in again; a person decides only where grading failed.",
    )


def _refuse_without_attempt(session: Session, case: _Case) -> None:
    attempt = latest_attempt(session, case.registration, case.unit.module)
    if not attempt:
        if case.criterion.by_kind("portfolio"):
            return
        raise InputError(
            case.new.where,
            f"{case.new.learner} has not handed in {case.unit.module}: there is nothing to judge.",
            "Collect their work first.",
        )
    if not session.scalar(select(Evidence.id).where(Evidence.attempt_id == attempt.id).limit(1)):
        raise InputError(
            case.new.where,
            f"attempt {attempt.number} at {case.unit.module} has not been graded yet.",
            "Grade it with `peerlab grade`, then decide on what it shows.",
        )


def _is_same(last: Decision, case: _Case, assessor: Staff) -> bool:
    new = case.new
    said = (new.outcome, new.feedback.strip(), new.note.strip(), new.scripted, assessor.id)
    on = (case.judged, list(case.by_hand))
    return said == (last.outcome, last.feedback, last.note, last.scripted, last.assessor) and on == (
        last.judged,
        last.by_hand,
    )


def _note(session: Session, decision: Decision, where: str) -> None:
    record(
        session,
        actor=decision.assessor,
        action="criterion.decided",
        subject=where,
        payload={
            "number": decision.number,
            "outcome": decision.outcome,
            "feedback": decision.feedback,
            "assessor_name": decision.assessor_name,
            "judged": decision.judged,
            "by_hand": decision.by_hand,
            "note": decision.note,
            "scripted": decision.scripted,
        },
        at=decision.decided_at,
    )
