"""What must be true before an award: every gate is worked out, and each says in words why it is open or shut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from peerlab.qualification import Unit
    from peerlab.records.status import CriterionStatus

#: Per unit id, the status of each of its criteria by id.
Statuses = "Mapping[str, Mapping[str, CriterionStatus]]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """One thing that must be true before an award, whether it is, and why in words."""

    name: str
    open: bool
    reason: str


def gates(
    units: Sequence[Unit],
    statuses: Mapping[str, Mapping[str, CriterionStatus]],
    *,
    assessors: Collection[str],
    issuer: str,
) -> tuple[Gate, ...]:
    """Return the gates of an award made of *units*: one for each unit's criteria, and one for who may issue it."""
    return (*(_criteria_gate(unit, statuses.get(unit.id, {})) for unit in units), _issuer_gate(assessors, issuer))


def shut(of: Sequence[Gate]) -> tuple[Gate, ...]:
    """Return the gates that are shut, in order."""
    return tuple(gate for gate in of if not gate.open)


def _criteria_gate(unit: Unit, statuses: Mapping[str, CriterionStatus]) -> Gate:
    missing = [one.id for one in unit.criteria if one.id not in statuses or statuses[one.id].state != "met"]
    name = f"{unit.id} criteria"
    if not missing:
        return Gate(name=name, open=True, reason=f"All {len(unit.criteria)} criteria are met.")
    told = "; ".join(f"{one} ({statuses[one].reason.rstrip('.')})" if one in statuses else one for one in missing)
    return Gate(name=name, open=False, reason=f"{len(missing)} of {len(unit.criteria)} criteria are not met: {told}.")


def _issuer_gate(assessors: Collection[str], issuer: str) -> Gate:
    name = "a second person"
    if issuer in assessors:
        return Gate(name=name, open=False, reason=f"{issuer} decided some of the criteria, so someone else must issue.")
    return Gate(name=name, open=True, reason=f"{issuer} decided none of the criteria.")
