"""What must hold across a whole qualification, beyond each table being well formed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from peerlab.errors import CourseError
from peerlab.parsing import near_miss
from peerlab.qualification.models import HOURS_PER_CREDIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from peerlab.qualification.models import Award, Qualification, Sized, Unit


def first_problem(qualification: Qualification, where: str) -> CourseError | None:
    """Return the first thing that does not fit together, or None."""
    return next(_problems(qualification, where), None)


def _problems(qualification: Qualification, where: str) -> Iterator[CourseError]:
    yield from _duplicates(qualification, where)
    for unit in qualification.units:
        yield from _hours(unit, f"{where}, unit {unit.id}")
    for award in qualification.award:
        yield from _combination(award, qualification, f"{where}, award {award.id}")
    yield from _sum(qualification.qualification, qualification.units, where)
    yield from _gates(qualification, where)


def _duplicates(qualification: Qualification, where: str) -> Iterator[CourseError]:
    groups = [
        ("unit", [unit.id for unit in qualification.units]),
        ("module", [unit.module for unit in qualification.units]),
        ("award", [award.id for award in qualification.award]),
        ("task", [evidence.task for unit in qualification.units for evidence in unit.evidence]),
    ]
    for unit in qualification.units:
        groups.append((f"unit {unit.id}, outcome", [outcome.id for outcome in unit.outcome]))
        groups.append((f"unit {unit.id}, criterion", [criterion.id for criterion in unit.criteria]))
    for kind, names in groups:
        for name in _twice(names):
            yield CourseError(f"{where}, {kind} {name}", "this id is used twice.", "Give one of them another id.")


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _hours(sized: Sized, where: str) -> Iterator[CourseError]:
    stand_for = sized.credit * HOURS_PER_CREDIT
    if sized.total_hours != stand_for:
        yield CourseError(
            where,
            f"{sized.credit} credits stand for {stand_for} hours, and {sized.total_hours} are given.",
            "Correct `credit` or `total_hours`.",
        )
    if sized.guided_hours > sized.total_hours:
        yield CourseError(
            where,
            f"{sized.guided_hours} guided hours do not fit in {sized.total_hours} hours.",
            "Correct `guided_hours` or `total_hours`.",
        )


def _combination(award: Award, qualification: Qualification, where: str) -> Iterator[CourseError]:
    known = {unit.id: unit for unit in qualification.units}
    for name in award.units:
        if name not in known:
            yield CourseError(where, f"it counts on unit `{name}`, which is not here.", near_miss(name, known))
            return
    for name in _twice(award.units):
        yield CourseError(where, f"it counts unit `{name}` twice.", "Name each unit once.")
    yield from _sum(award, [known[name] for name in award.units], where)


def _sum(whole: Sized, units: Iterable[Unit], where: str) -> Iterator[CourseError]:
    parts = tuple(units)
    for field in ("credit", "guided_hours", "total_hours"):
        stated, added = getattr(whole, field), sum(getattr(unit, field) for unit in parts)
        if stated != added:
            yield CourseError(
                where,
                f"`{field}` says {stated}, and its units add up to {added}.",
                f"Correct `{field}` here or in a unit.",
            )


def _gates(qualification: Qualification, where: str) -> Iterator[CourseError]:
    known = {unit.id for unit in qualification.units}
    known |= {f"{unit.id} {outcome.id}" for unit in qualification.units for outcome in unit.outcome}
    known |= {f"{unit.id} {criterion.id}" for unit in qualification.units for criterion in unit.criteria}
    for gate in qualification.gate:
        for name in (gate.shuts, *gate.needs):
            if name not in known:
                yield CourseError(f"{where}, gate {gate.id}", f"`{name}` is not here.", near_miss(name, known))
