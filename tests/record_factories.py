"""A small centre for tests: people with roles, a qualification of every kind of evidence, and learners who hand in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from peerlab.qualification import Qualification
from peerlab.records.attempts import NewAttempt, add_attempt, add_evidence
from peerlab.records.decisions import NewDecision, decide
from peerlab.records.enrolment import Intake, enrol, registration_of
from peerlab.records.facts import AttemptMark, Ruling, TaskMark
from peerlab.records.learner_file import NewLearner
from peerlab.records.settings import Centre, Role, Staff

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MODULE = "02-asking"
SINCE = date(2026, 9, 1)

TUTOR = Staff(id="amina-khan", name="Amina Khan", roles=(Role(role="assessor", since=SINCE),))
ADMIN = Staff(id="bo-li", name="Bo Li", roles=(Role(role="admin", since=SINCE),))
CENTRE = Centre(name="Tynford Centre", issuer="https://centre.example", person=(TUTOR, ADMIN))


def _evidence(task):
    kind = {"a": "auto", "t": "tutor", "p": "portfolio"}[task[4]]
    return {"task": task, "kind": kind} | ({"met_at": 5, "out_of": 6} if kind == "auto" else {})


def criterion_data(name, *tasks, safe=False):
    return {
        "id": name,
        "text": f"Do {name}",
        "safety_critical": safe,
        "evidence": [_evidence(task) for task in tasks],
    }


CRITERIA = [
    criterion_data("1.1", "202-a1"),
    criterion_data("1.2", "202-t1"),
    criterion_data("2.1", "202-a2", "202-t2"),
    criterion_data("2.2", "202-p1"),
    criterion_data("3.1", "202-a3", "202-p2", safe=True),
    criterion_data("3.2", "202-t3", "202-p3"),
]
_SIZE = {"credit": 1, "guided_hours": 8, "total_hours": 10}


def qualification(version="1"):
    unit = {
        "id": "PRS-202",
        "title": "Asking",
        "module": MODULE,
        "standing": "compulsory",
        "level": 2,
        "outcome": [{"id": "LO1", "text": "Ask", "criterion": CRITERIA}],
        **_SIZE,
    }
    whole = {"id": "PRS", "title": "Tiny", "version": version, "standing": "Not yet.", "level": 2, **_SIZE}
    award = {"id": "award", "title": "Tiny award", "units": ["PRS-202"], **_SIZE}
    rules = {"resubmissions": 2, "resubmission_days": 15}
    return Qualification.model_validate({"qualification": whole, "rules": rules, "award": [award], "unit": [unit]})


PRS = qualification()
UNIT = PRS.units[0]


def learners(*names):
    return tuple(NewLearner(name=name, reference=f"R-{name}", line=at) for at, name in enumerate(names, 2))


def codes():
    """Return a source of codes that are different each time, and the same in every test."""
    numbers = count(1)
    return lambda: f"{next(numbers):04d}".replace("0", "B").replace("1", "C")


def enrol_all(session, *names, cohort="2026-autumn", add=False, choose_code=None):
    intake = Intake(cohort=cohort, learners=learners(*names), qualification=PRS, add=add)
    return enrol(session, intake, by=ADMIN, at=NOW, choose_code=choose_code or codes())


def mark(task, state="marked", *, work="w1", points=None, reason=None):
    points = (6.0 if points is None else points) if state == "marked" else None
    reason = reason if reason is not None else ("The kernel died." if state == "look" else "")
    out_of = 6.0 if task[4] == "a" else None
    return TaskMark(task=task, state=state, work_hash=work, points=points, out_of=out_of, reason=reason)


def seen(attempt, task, state="marked", **about):
    return AttemptMark(attempt=attempt, mark=mark(task, state, **about))


def ruling(outcome="met", *, judged=None, by_hand=(), feedback="Name one more."):
    return Ruling(
        outcome=outcome,
        feedback="" if outcome == "met" else feedback,
        assessor_name=TUTOR.name,
        decided_at=NOW,
        judged=judged or {},
        by_hand=by_hand,
    )


def hand_in(session, learner, *marks, work=None, at=NOW):
    """Collect an attempt whose content is named *work*, and grade it when there are *marks*."""
    registration = registration_of(session, learner)
    work = work or "-".join(f"{each.task}.{each.work_hash}.{each.state}" for each in marks)
    new = NewAttempt(
        registration=registration,
        module=MODULE,
        work_hash=work[:64],
        submitted_at=at,
        collected_at=at + timedelta(hours=1),
    )
    attempt, _ = add_attempt(session, new, by="peerlab")
    if marks:
        add_evidence(session, attempt, marks, grader="peerlab", at=at + timedelta(hours=2))
    return attempt


def decides(session, learner, criterion, outcome="met", **about):
    """Let the tutor decide; feedback is given where it is needed."""
    about.setdefault("feedback", "" if outcome == "met" else "Name one more.")
    at, assessor, course = (about.pop(key, other) for key, other in (("at", NOW), ("assessor", TUTOR), ("course", PRS)))
    new = NewDecision(learner=learner, unit=about.pop("unit", "PRS-202"), criterion=criterion, outcome=outcome, **about)
    return decide(session, new, qualification=course, assessor=assessor, at=at)
