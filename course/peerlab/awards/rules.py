"""What must be true before an award: every gate is worked out, and each says in words why it is open or shut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from peerlab.errors import InputError
from peerlab.parsing import near_miss

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from peerlab.awards.credential import Kind
    from peerlab.qualification import Qualification, Unit
    from peerlab.records.progress import LearnerProgress


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """Something that can be awarded: one unit, or a combination of units."""

    kind: Kind
    code: str
    title: str
    level: int
    credit: int
    guided_hours: int
    total_hours: int
    units: tuple[Unit, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """One thing that must be true before an award, whether it is, and why in words."""

    name: str
    open: bool
    reason: str


def goal(qualification: Qualification, code: str) -> Goal:
    """Return what *code* (`PRS-202`, `award`) names; raises InputError with the near miss when it names nothing."""
    unit = qualification.find_unit(code)
    award = next((award for award in qualification.award if award.id == code), None)
    sized = unit or award
    if sized is None:
        known = [*(one.id for one in qualification.units), *(one.id for one in qualification.award)]
        raise InputError(code, "this is neither a unit nor an award.", near_miss(code, known))
    return Goal(
        kind="unit" if unit else "certificate" if code == "certificate" else "award",
        code=code,
        title=sized.title,
        level=qualification.qualification.level,
        credit=sized.credit,
        guided_hours=sized.guided_hours,
        total_hours=sized.total_hours,
        units=tuple(one for one in qualification.units if one is unit or (award and one.id in award.units)),
    )


def gates(wanted: Goal, progress: LearnerProgress, *, assessors: Collection[str], issuer: str) -> tuple[Gate, ...]:
    """Return the gates of *wanted* for one learner: one for each unit's criteria, and one for who may issue it."""
    return (*(_criteria_gate(unit, progress) for unit in wanted.units), _issuer_gate(assessors, issuer))


def shut(of: Sequence[Gate]) -> tuple[Gate, ...]:
    """Return the gates that are shut, in order."""
    return tuple(gate for gate in of if not gate.open)


def _criteria_gate(unit: Unit, progress: LearnerProgress) -> Gate:
    missing = progress.units[unit.id].missing
    name, count = f"{unit.id} criteria", len(unit.criteria)
    if not missing:
        return Gate(name=name, open=True, reason=f"All {count} criteria are met.")
    told = "".join(f"\n  {one}  {progress.criteria[unit.id, one].reason}" for one in missing)
    return Gate(name=name, open=False, reason=f"{len(missing)} of {count} criteria are not met:{told}")


def _issuer_gate(assessors: Collection[str], issuer: str) -> Gate:
    name = "a second person"
    if issuer in assessors:
        return Gate(name=name, open=False, reason=f"{issuer} decided some of the criteria, so someone else must issue.")
    return Gate(name=name, open=True, reason=f"{issuer} decided none of the criteria.")
