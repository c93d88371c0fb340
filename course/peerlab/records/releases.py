"""Notes which version of a module a cohort was given, and until when work on it is in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from peerlab.errors import InputError
from peerlab.parsing import near_miss
from peerlab.records.audit import record
from peerlab.records.tables import Cohort, Release

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRelease:
    """A module as given to a cohort; *release_hash* is the content hash of what its learners got."""

    cohort: str
    module: str
    release_hash: str
    released_at: datetime
    due_at: datetime | None = None


def cohort_named(session: Session, name: str) -> Cohort:
    """Return the cohort called *name*; raises InputError with the near miss when there is none."""
    found = session.scalar(select(Cohort).where(Cohort.name == name))
    if not found:
        raise InputError(
            f"cohort {name}", "there is no such cohort.", near_miss(name, session.scalars(select(Cohort.name)))
        )
    return found


def add_release(session: Session, new: NewRelease, *, by: str) -> Release:
    """Note a release; the same content again is the same release, perhaps with another due time."""
    cohort = cohort_named(session, new.cohort)
    release = session.scalar(
        select(Release).where(
            Release.cohort_id == cohort.id, Release.module == new.module, Release.release_hash == new.release_hash
        )
    )
    if release and release.due_at == new.due_at:
        return release
    release = release or Release(
        cohort=cohort, module=new.module, release_hash=new.release_hash, released_at=new.released_at
    )
    release.due_at = new.due_at
    session.add(release)
    record(
        session,
        actor=by,
        action="module.released",
        subject=f"cohort/{cohort.name}/{new.module}",
        payload={"release": new.release_hash, "due_at": new.due_at},
        at=new.released_at,
    )
    return release


def latest_release(session: Session, cohort: str, module: str) -> Release | None:
    """Return what *cohort* was given last of *module*, or None."""
    return session.scalar(
        select(Release)
        .join(Cohort)
        .where(Cohort.name == cohort, Release.module == module)
        .order_by(Release.released_at.desc(), Release.id.desc())
        .limit(1)
    )
