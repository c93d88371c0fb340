"""Says where a learner stands with a criterion: pure rules over the marks and decisions, with reasons in words.

A criterion is as far as its parts are. Auto tasks are met by their printed threshold in any attempt; tutor tasks and
portfolio pieces by an assessor's decision, which counts only for the work it judged. Every part must be met, above all
where a criterion keeps people safe: a good mark on one part never makes up for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from peerlab.qualification import Criterion, Evidence, Unit
    from peerlab.records.facts import AttemptMark, Ruling

State = Literal["not-started", "look", "stale", "waiting", "not-yet", "nearly", "met"]

STATES: tuple[State, ...] = ("not-started", "look", "stale", "waiting", "not-yet", "nearly", "met")
"""Every state, from the farthest to met; more points never move a criterion to the left."""

FOR_TUTOR: tuple[State, ...] = ("look", "stale", "waiting")
"""The states in which a tutor has the next step."""

_SAFETY = "This criterion keeps people safe, so every part of it must be met."


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionStatus:
    """A state, why it is so, and the next step; the next step is empty when the criterion is met."""

    state: State
    reason: str
    needed_next: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitStatus:
    """How far a unit is: met when every criterion is."""

    unit: str
    state: Literal["not-started", "under-way", "met"]
    met: int
    of: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    state: State
    reason: str
    step: str = ""


def criterion_status(
    criterion: Criterion, history: Sequence[AttemptMark], rulings: Sequence[Ruling]
) -> CriterionStatus:
    """Return where *criterion* stands, from one learner's marks and decisions, each from the oldest to the newest."""
    tasks = {evidence.task for evidence in criterion.evidence}
    marks = sorted((seen for seen in history if seen.mark.task in tasks), key=lambda seen: seen.attempt)
    parts = [_auto(evidence, marks, rulings) for evidence in criterion.by_kind("auto")]
    parts += _judged(criterion, marks, rulings)
    state = _together([part.state for part in parts])
    shown = [part for part in parts if part.state != "met" or state == "met"]
    reasons = [part.reason for part in shown]
    if criterion.safety_critical and state not in {"met", "not-started"}:
        reasons.append(_SAFETY)
    return CriterionStatus(state=state, reason=_once(reasons), needed_next=_once(part.step for part in shown))


def unit_status(unit: Unit, statuses: Mapping[str, CriterionStatus]) -> UnitStatus:
    """Return how far *unit* is, from its criteria's statuses by id; one that is not there is not started."""
    states = {criterion.id: statuses[criterion.id].state for criterion in unit.criteria if criterion.id in statuses}
    missing = tuple(criterion.id for criterion in unit.criteria if states.get(criterion.id) != "met")
    started = any(state != "not-started" for state in states.values())
    return UnitStatus(
        unit=unit.id,
        state="met" if not missing else "under-way" if started else "not-started",
        met=len(unit.criteria) - len(missing),
        of=len(unit.criteria),
        missing=missing,
    )


def current_work(criterion: Criterion, history: Sequence[AttemptMark]) -> dict[str, AttemptMark]:
    """Return, for each of the criterion's tasks, its mark in the latest attempt that did not leave it blank."""
    tasks = {evidence.task for evidence in criterion.by_kind("auto", "tutor")}
    latest: dict[str, AttemptMark] = {}
    for seen in sorted(history, key=lambda seen: seen.attempt):
        if seen.mark.task in tasks and seen.mark.state != "blank":
            latest[seen.mark.task] = seen
    return latest


def stands(criterion: Criterion, ruling: Ruling, work: Mapping[str, AttemptMark]) -> bool:
    """Say whether *ruling* judged the work as it is now."""
    bound = work.keys() if criterion.by_kind("tutor") else ruling.judged.keys()
    return {task: work[task].mark.work_hash for task in bound if task in work} == dict(ruling.judged)


def stood_in(task: str, work_hash: str, rulings: Sequence[Ruling]) -> Ruling | None:
    """Return the last ruling that stood in for the failed grading of this very work, or None."""
    for ruling in reversed(rulings):
        if task in ruling.by_hand and ruling.judged.get(task) == work_hash:
            return ruling
    return None


def _together(states: Sequence[State]) -> State:
    """Return the state of the whole: what waits for a tutor comes first, then what the learner does next."""
    for state in FOR_TUTOR:
        if state in states:
            return state
    if all(state == "not-started" for state in states):
        return "not-started"
    if "not-yet" in states or "not-started" in states:
        return "not-yet"
    return "nearly" if "nearly" in states else "met"


def _auto(evidence: Evidence, history: Sequence[AttemptMark], rulings: Sequence[Ruling]) -> _Part:
    marks = [seen for seen in history if seen.mark.task == evidence.task and seen.mark.state != "blank"]
    best = max((seen.mark.points or 0.0 for seen in marks if seen.mark.state == "marked"), default=None)
    threshold = f"{evidence.met_at} of {evidence.out_of}"
    if best is not None and best >= (evidence.met_at or 0):
        return _Part("met", f"{evidence.ref}: {_number(best)} of {evidence.out_of}, and {threshold} meet it.")
    for seen in reversed(marks):
        ruling = stood_in(evidence.task, seen.mark.work_hash, rulings)
        if ruling and (ruling.outcome == "met" or seen is marks[-1]):
            return _from_ruling(ruling, evidence.ref)
    if not marks:
        return _Part("not-started", f"{evidence.ref} is not answered yet.", f"Learner: answer {evidence.ref}.")
    last = marks[-1].mark
    if last.state == "look":
        return _Part("look", f"{evidence.ref} could not be graded: {last.reason}", f"Tutor: look at {evidence.ref}.")
    if best is None or last.state == "waiting":
        return _Part("waiting", f"{evidence.ref} waits to be graded.", f"Tutor: grade {evidence.ref}.")
    return _Part(
        "not-yet",
        f"{evidence.ref}: {_number(best)} of {evidence.out_of} so far; {threshold} are needed.",
        f"Learner: try {evidence.ref} again.",
    )


def _judged(criterion: Criterion, history: Sequence[AttemptMark], rulings: Sequence[Ruling]) -> Iterator[_Part]:
    """Yield the part that a person judges: one decision is about the whole criterion."""
    tutor, portfolio = criterion.by_kind("tutor"), criterion.by_kind("portfolio")
    if tutor:
        yield _tutor(criterion, current_work(criterion, history), rulings)
    elif portfolio and rulings:
        yield _from_ruling(rulings[-1], _refs(portfolio))
    elif portfolio:
        refs = _refs(portfolio)
        yield _Part("not-started", f"{refs} has not been seen yet.", f"Learner: show {refs} to your tutor.")


def _tutor(criterion: Criterion, work: Mapping[str, AttemptMark], rulings: Sequence[Ruling]) -> _Part:
    tasks = criterion.by_kind("tutor")
    marks = [work[evidence.task].mark for evidence in tasks if evidence.task in work]
    refs, last = _refs(tasks), rulings[-1] if rulings else None
    if last and stands(criterion, last, work):
        return _from_ruling(last, _refs(criterion.by_kind("tutor", "portfolio")))
    failed = next((mark for mark in marks if mark.state == "look"), None)
    if failed:
        ref = failed.task.upper()
        return _Part("look", f"{ref} needs a look: {failed.reason}", f"Tutor: look at {ref}, then decide.")
    if last and last.outcome == "met":
        return _Part(
            "stale",
            f"The work changed after {last.assessor_name} decided “met” on {_day(last)}.",
            f"Tutor: read {refs} again, then decide.",
        )
    missing = _refs(tuple(evidence for evidence in tasks if evidence.task not in work))
    if missing:
        return _Part("not-started", f"{missing} is not answered yet.", f"Learner: answer {missing}.")
    again = "was handed in again and " if last else ""
    return _Part("waiting", f"{refs} {again}waits for a tutor.", f"Tutor: read {refs}, then decide.")


def _from_ruling(ruling: Ruling, refs: str) -> _Part:
    who = f"{ruling.assessor_name} decided on {_day(ruling)}"
    if ruling.outcome == "met":
        return _Part("met", f"{refs}: {who} that this is met.")
    if ruling.outcome == "nearly":
        return _Part(
            "nearly", f"{refs}: {who}: nearly. {ruling.feedback}", f"Learner: mend what the feedback names in {refs}."
        )
    return _Part(
        "not-yet", f"{refs}: {who}: not yet. {ruling.feedback}", f"Learner: talk with your tutor, then do {refs} again."
    )


def _refs(evidence: Sequence[Evidence]) -> str:
    return " and ".join(piece.ref for piece in evidence)


def _day(ruling: Ruling) -> str:
    return f"{ruling.decided_at.day} {ruling.decided_at:%B %Y}"


def _number(points: float) -> str:
    return f"{points:g}"


def _once(sentences: Iterable[str]) -> str:
    """Return the sentences, each once: two parts may have one reason."""
    return " ".join(dict.fromkeys(sentence for sentence in sentences if sentence))
