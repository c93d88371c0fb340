"""The history nobody can quietly change: each event carries the hash of the one before it.

What an event was about lies apart, under a random salt; the event holds only a commitment to it. So personal text can
be erased and the chain still verifies, and altered text is found.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, or_, select

from peerlab.records.tables import AuditEvent, AuditPayload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

FIRST_PREV = "0" * 64
_HASHED = ("seq", "at", "actor", "action", "subject", "commitment", "prev")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event; kept outside the centre, it shows later whether the end of the chain was cut."""

    seq: int
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditReport:
    """What verifying found: the head of an unbroken chain, or the first event that does not fit and why."""

    events: int
    erased: int
    head: Head
    broken_at: int | None = None
    problem: str = ""

    @property
    def intact(self) -> bool:
        """Whether every link holds."""
        return self.broken_at is None


def record(
    session: Session, *, actor: str, action: str, subject: str, payload: Mapping[str, Any], at: datetime
) -> Head:
    """Append one event in the transaction of what it records, and return the new head.

    A *subject* that is about a learner begins with the learner's id (`L-7F3K/PRS-202/1.1`), so that erasing finds it.
    """
    before = head(session)
    text, salt = _canonical(payload), secrets.token_bytes(16)
    row = {
        "seq": before.seq + 1,
        "at": at,
        "actor": actor,
        "action": action,
        "subject": subject,
        "commitment": _commitment(salt, text),
        "prev": before.hash,
    }
    after = Head(before.seq + 1, _hash(row))
    session.execute(insert(AuditEvent).values(**row, hash=after.hash))
    session.execute(insert(AuditPayload).values(seq=after.seq, salt=salt, payload=text))
    return after


def head(session: Session) -> Head:
    """Return the newest event's place and hash; an empty chain begins at 0."""
    newest = session.execute(select(AuditEvent.seq, AuditEvent.hash).order_by(AuditEvent.seq.desc()).limit(1)).first()
    return Head(newest.seq, newest.hash) if newest else Head(0, FIRST_PREV)


def erase_payloads(session: Session, subject: str) -> int:
    """Erase what events about *subject*, and about anything under it, were about; returns how many were erased."""
    under = subject.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "/%"
    about = select(AuditEvent.seq).where(
        or_(AuditEvent.subject == subject, AuditEvent.subject.like(under, escape="\\"))
    )
    gone = session.execute(delete(AuditPayload).where(AuditPayload.seq.in_(about)).returning(AuditPayload.seq))
    return len(gone.all())


def verify(session: Session, *, known: Head | None = None) -> AuditReport:
    """Walk the whole chain and report the first break; *known* is a head that was kept elsewhere."""
    rows = session.execute(
        select(AuditEvent, AuditPayload)
        .outerjoin(AuditPayload, AuditPayload.seq == AuditEvent.seq)
        .order_by(AuditEvent.seq)
        .execution_options(yield_per=1000, populate_existing=True)
    )
    at, erased = Head(0, FIRST_PREV), 0
    for event, payload in rows:
        problem = _problem(event, payload, at) or _differs(event, known)
        if problem:
            return AuditReport(events=at.seq, erased=erased, head=at, broken_at=at.seq + 1, problem=problem)
        at, erased = Head(event.seq, event.hash), erased + (payload is None)
    if known and known.seq > at.seq:
        cut = f"the chain ends here, and event {known.seq} was seen before: events were cut off"
        return AuditReport(events=at.seq, erased=erased, head=at, broken_at=at.seq + 1, problem=cut)
    return AuditReport(events=at.seq, erased=erased, head=at)


def _problem(event: AuditEvent, payload: AuditPayload | None, before: Head) -> str:
    if event.seq != before.seq + 1:
        return f"the event is missing; the next one there is {event.seq}"
    if event.prev != before.hash:
        return "the event does not follow from the one before it"
    if event.hash != _hash({name: getattr(event, name) for name in _HASHED}):
        return "the event was altered after it was recorded"
    if payload and event.commitment != _commitment(payload.salt, payload.payload):
        return "what the event was about was altered after it was recorded"
    return ""


def _differs(event: AuditEvent, known: Head | None) -> str:
    if known and known.seq == event.seq and known.hash != event.hash:
        return "the event is not the one that was seen before: the chain was written anew"
    return ""


def _hash(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(row).encode()).hexdigest()


def _commitment(salt: bytes, text: str) -> str:
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _canonical(data: Mapping[str, Any]) -> str:
    """Return *data* as JSON in its one canonical form; moments become ISO 8601 text."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_as_text)


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} has no place in an audit payload")
