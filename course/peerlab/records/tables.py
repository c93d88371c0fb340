"""What a centre keeps: one class per table. Names and contact details lie apart, so that they can be erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from peerlab.records.columns import NAMES, UtcDateTime

OUTCOMES = ("met", "nearly", "not-yet")
EVIDENCE_STATES = ("marked", "look", "waiting", "blank")
AWARD_KINDS = ("unit", "award", "certificate")


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Base(DeclarativeBase):
    """Every table of the centre's records."""

    metadata = NAMES
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, str]: JSON,
        dict[str, Any]: JSON,
        list[str]: JSON,
        UUID: Uuid,
        float: Double,
    }


class Person(Base):
    """Someone who learns here, known by nothing but a random number."""

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime]
    private: Mapped[PersonPrivate | None] = relationship(back_populates="person")


class PersonPrivate(Base):
    """Who a person is; the row goes when the centre may no longer keep it, and the rest of the records stay."""

    __tablename__ = "person_private"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(100))
    reference_key: Mapped[str] = mapped_column(String(100), unique=True)  # the reference as compared: case folded
    email: Mapped[str | None] = mapped_column(String(320))
    person: Mapped[Person] = relationship(back_populates="private")


class Cohort(Base):
    """A group that learns together; nbgrader keeps one course and one gradebook for each."""

    __tablename__ = "cohort"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]


class Registration(Base):
    """A person in a cohort, for one version of a qualification, under a pseudonym such as `L-7F3K`."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("person_id", "cohort_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    learner: Mapped[str] = mapped_column(String(16), unique=True)
    qualification: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(32))
    registered_at: Mapped[datetime]
    person: Mapped[Person] = relationship()
    cohort: Mapped[Cohort] = relationship()


class Release(Base):
    """A module as it was handed to a cohort."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("cohort_id", "module", "release_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    module: Mapped[str] = mapped_column(String(100))
    release_hash: Mapped[str] = mapped_column(String(64))
    released_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    cohort: Mapped[Cohort] = relationship()


class Attempt(Base):
    """One collected submission of one module; the work itself is kept in `attempts/<work hash>/`."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("registration_id", "module", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    module: Mapped[str] = mapped_column(String(100))
    number: Mapped[int]
    work_hash: Mapped[str] = mapped_column(String(64), index=True)
    submitted_at: Mapped[datetime]
    collected_at: Mapped[datetime]
    late: Mapped[bool]
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    registration: Mapped[Registration] = relationship()
    release: Mapped[Release | None] = relationship()


class Evidence(Base):
    """What one task of an attempt showed; a regrade adds a row with a higher run, and the highest run counts."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("attempt_id", "task", "run"),
        CheckConstraint("run > 0", name="run"),
        _one_of("state", EVIDENCE_STATES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    task: Mapped[str] = mapped_column(String(32))
    run: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    points: Mapped[float | None]
    out_of: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    work_hash: Mapped[str] = mapped_column(String(64))
    misconceptions: Mapped[list[str]] = mapped_column(default=list)
    graded_at: Mapped[datetime]
    grader: Mapped[str] = mapped_column(String(64))
    attempt: Mapped[Attempt] = relationship()


class Decision(Base):
    """A named assessor's judgement of one criterion, tied to the work it judged; the highest number counts."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("registration_id", "unit", "criterion", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(number = 1) = (supersedes IS NULL)", name="supersedes"),
        _one_of("outcome", OUTCOMES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    unit: Mapped[str] = mapped_column(String(32))
    criterion: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(16))
    feedback: Mapped[str] = mapped_column(Text, default="")
    assessor: Mapped[str] = mapped_column(String(64))
    assessor_name: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime]
    judged: Mapped[dict[str, str]]  # task -> hash of the learner's work in it
    by_hand: Mapped[list[str]]  # the auto tasks whose grading failed, and which this decision stands in for
    note: Mapped[str] = mapped_column(Text, default="")
    scripted: Mapped[bool] = mapped_column(default=False)
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    registration: Mapped[Registration] = relationship()


class Award(Base):
    """A unit, Award or Certificate given to a learner by a named person, with the gates as they stood."""

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("registration_id", "kind", "code"), _one_of("kind", AWARD_KINDS))

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(64))
    awarded_by: Mapped[str] = mapped_column(String(64))
    awarded_at: Mapped[datetime]
    gates: Mapped[dict[str, Any]]
    registration: Mapped[Registration] = relationship()


class Completion(Base):
    """A certificate and its credential; an award has at most one that is not withdrawn."""

    __tablename__ = "completion"
    __table_args__ = (
        Index(
            "uq_completion_live_award",
            "award_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("status_index >= 0", name="status_index"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    credential_id: Mapped[str] = mapped_column(String(300), unique=True)
    status_index: Mapped[int] = mapped_column(unique=True)
    holder: Mapped[str | None] = mapped_column(String(200))  # the name as printed, for the award register
    pdf_hash: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the certificate as issued
    issued_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)
    award: Mapped[Award] = relationship()


class AuditEvent(Base):
    """One act: who, what, when, on what. Each row carries the hash of the one before; none is ever changed."""

    __tablename__ = "audit_event"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    commitment: Mapped[str] = mapped_column(String(64))
    prev: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditPayload(Base):
    """What an event was about, in canonical JSON; it may be erased, and the chain still verifies."""

    __tablename__ = "audit_payload"

    seq: Mapped[int] = mapped_column(ForeignKey("audit_event.seq"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    payload: Mapped[str] = mapped_column(Text)
