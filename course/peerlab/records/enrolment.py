"""Puts learners into a cohort, each under a random pseudonym; a whole file is enrolled or none of it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from peerlab.errors import CentreError, InputError
from peerlab.parsing import near_miss
from peerlab.records.audit import record
from peerlab.records.learner_file import reference_key
from peerlab.records.tables import Cohort, Person, PersonPrivate, Registration

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from peerlab.qualification import Qualification
    from peerlab.records.learner_file import NewLearner
    from peerlab.records.settings import Staff

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"  # no vowels, so no words; no 0 or O, no 1, I or L
CODE_LENGTH = 4
_TRIES = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """Who shall join which cohort; *add* says that the cohort is meant to exist."""

    cohort: str
    learners: tuple[NewLearner, ...]
    qualification: Qualification
    add: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolled:
    """A learner as enrolled: the pseudonym that goes into nbgrader, beside who it stands for."""

    learner: str
    name: str
    reference: str


def random_code() -> str:
    """Return the random part of a pseudonym, such as `7F3K`."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def enrol(
    session: Session, intake: Intake, *, by: Staff, at: datetime, choose_code: Callable[[], str] = random_code
) -> tuple[Enrolled, ...]:
    """Enrol everyone in *intake*; raises InputError when one of them cannot be, and then nobody is."""
    by.require("admin", at.date())
    cohort = _cohort(session, intake, at)
    held = _held(session, intake.learners)
    _refuse_enrolled(session, intake, cohort)
    taken = set(session.scalars(select(Registration.learner)))
    enrolled = []
    for new in intake.learners:
        person = _person(session, new, held.get(reference_key(new.reference)), at)
        learner = _free_id(taken, choose_code)
        registered = _registration(person, cohort, learner, intake.qualification, at)
        session.add(registered)
        _note(session, new, registered, by, at)
        enrolled.append(Enrolled(learner=learner, name=new.name, reference=new.reference))
    return tuple(enrolled)


def registration_of(session: Session, learner: str) -> Registration:
    """Return the registration with the pseudonym *learner*; raises InputError when nobody has it."""
    found = session.scalar(select(Registration).where(Registration.learner == learner))
    if not found:
        near = near_miss(learner, session.scalars(select(Registration.learner)))
        hint = near if near.startswith("Did you mean") else "Look it up with `peerlab progress`."
        raise InputError(f"learner {learner}", "nobody with this id is enrolled here.", hint)
    return found


def _cohort(session: Session, intake: Intake, at: datetime) -> Cohort:
    name = intake.cohort
    if not intake.learners:
        raise InputError(f"cohort {name}", "there is nobody to enrol.", "Name a file with at least one learner.")
    cohort = session.scalar(select(Cohort).where(Cohort.name == name))
    if cohort and not intake.add:
        raise InputError(
            f"cohort {name}",
            "there is a cohort of this name already.",
            "Run again with `--add`, or name another one.",
        )
    if intake.add and not cohort:
        known = session.scalars(select(Cohort.name))
        raise InputError(f"cohort {name}", "there is no such cohort to add to.", near_miss(name, known))
    return cohort or _new_cohort(session, name, at)


def _new_cohort(session: Session, name: str, at: datetime) -> Cohort:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 64:
        raise InputError(
            f"cohort {name}", "this name cannot be a folder.", "Use small letters, digits and dashes: 2026-autumn."
        )
    cohort = Cohort(name=name, created_at=at)
    session.add(cohort)
    session.flush()
    return cohort


def _held(session: Session, learners: tuple[NewLearner, ...]) -> dict[str, PersonPrivate]:
    """Return whom the centre knows by these references; raises InputError when one stands for another name."""
    names = {reference_key(new.reference): new for new in learners}
    if len(names) < len(learners):
        raise InputError("learners", "two of them have the same reference.", "Give each learner their own.")
    rows = session.scalars(select(PersonPrivate).where(PersonPrivate.reference_key.in_(names)))
    held = {row.reference_key: row for row in rows}
    for key, row in held.items():
        if row.name.casefold() != names[key].name.casefold():
            raise InputError(
                _line(names[key]),
                f"the reference `{row.reference}` belongs to {row.name}, and this line says {names[key].name}.",
                "Give another person their own reference; write the same person as before.",
            )
    return held


def _refuse_enrolled(session: Session, intake: Intake, cohort: Cohort) -> None:
    rows = session.execute(
        select(PersonPrivate.reference_key, Registration.learner)
        .join(Registration, Registration.person_id == PersonPrivate.person_id)
        .where(Registration.cohort_id == cohort.id)
    )
    there = {row.reference_key: row.learner for row in rows}
    for new in intake.learners:
        learner = there.get(reference_key(new.reference))
        if learner:
            raise InputError(
                _line(new),
                f"the reference `{new.reference}` is in cohort {cohort.name} already, as {learner}.",
                "Take the line out. Nobody was enrolled.",
            )


def _line(new: NewLearner) -> str:
    return f"line {new.line}" if new.line else f"learner {new.reference}"


def _person(session: Session, new: NewLearner, held: PersonPrivate | None, at: datetime) -> Person:
    if held:
        held.email = new.email or held.email
        return held.person
    private = PersonPrivate(
        name=new.name, reference=new.reference, reference_key=reference_key(new.reference), email=new.email
    )
    person = Person(created_at=at, private=private)
    session.add(person)
    return person


def _registration(
    person: Person, cohort: Cohort, learner: str, qualification: Qualification, at: datetime
) -> Registration:
    return Registration(
        person=person,
        cohort=cohort,
        learner=learner,
        qualification=qualification.id,
        version=qualification.version,
        registered_at=at,
    )


def _free_id(taken: set[str], choose_code: Callable[[], str]) -> str:
    """Return a pseudonym nobody at this centre has had, and mark it as taken."""
    for _ in range(_TRIES):
        learner = f"L-{choose_code()}"
        if learner not in taken:
            taken.add(learner)
            return learner
    raise CentreError("learner ids", f"{_TRIES} random ids in a row were taken.", "Use longer codes for this centre.")


def _note(session: Session, new: NewLearner, registered: Registration, by: Staff, at: datetime) -> None:
    record(
        session,
        actor=by.id,
        action="learner.enrolled",
        subject=registered.learner,
        payload={
            "name": new.name,
            "reference": new.reference,
            "email": new.email,
            "cohort": registered.cohort.name,
            "qualification": registered.qualification,
            "version": registered.version,
        },
        at=at,
    )
