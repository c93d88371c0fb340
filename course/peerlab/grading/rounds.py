"""One round of a module with a cohort: release, collect, grade, each written to the centre's records as it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from peerlab.grading.cohort import Cohort
from peerlab.grading.engine import GRADER, Graded, grade
from peerlab.grading.exchange import collect, not_a_notebook
from peerlab.grading.release import release
from peerlab.records.attempts import NewAttempt, add_attempt, add_evidence, keep, latest_attempt
from peerlab.records.enrolment import registration_of
from peerlab.records.releases import NewRelease, add_release, cohort_named, latest_release
from peerlab.records.tables import Evidence, Registration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from peerlab.grading.exchange import Collected
    from peerlab.places import CentreFolder, Course
    from peerlab.records.database import Database
    from peerlab.records.settings import Staff


# nbgrader adds these to every hand-in; without them the same work handed in twice is one attempt.
BY_THE_EXCHANGE = frozenset({"timestamp.txt", "submission_secret.txt"})


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtIn:
    """One attempt that a collection brought in."""

    learner: str
    number: int
    late: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectReport:
    """What a collection did, in counts and names."""

    new: tuple[BroughtIn, ...]
    unchanged: int
    absent: int
    strangers: tuple[str, ...]
    unreadable: tuple[str, ...]


def cohort_of(centre: CentreFolder, course: Course, database: Database, name: str) -> Cohort:
    """Return the cohort called *name*; raises InputError with the near miss when nobody is enrolled in it."""
    with database.read() as session:
        cohort_named(session, name)
    return Cohort(centre=centre, course=course, name=name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One module with one cohort, and the records that every step of it is written to."""

    cohort: Cohort
    database: Database
    module: str

    def release(self, *, by: Staff, due: datetime | None, at: datetime) -> None:
        """Release the module and record it; the same content released again changes only the due date."""
        released = release(self.cohort, self.module, due=due)
        new = NewRelease(cohort=self.cohort.name, module=self.module, release_hash=released, released_at=at, due_at=due)
        with self.database.begin() as session:
            add_release(session, new, by=by.id)

    def collect(self, *, by: Staff, grace: timedelta, at: datetime) -> CollectReport:
        """Bring in every newer hand-in, keep it by its content, and record it as an attempt."""
        with self.database.read() as session:
            enrolled = learners_of(session, self.cohort.name)
        harvest = collect(self.cohort, self.module, enrolled)
        new = [self._keep(one, by=by, grace=grace, at=at) for one in harvest.collected]
        expected = [path.name for path in self.cohort.step("source", ".", self.module).glob("*.ipynb")]
        faults = [(one.learner, not_a_notebook(one.folder, expected)) for one in harvest.collected]
        brought_in = tuple(one for one in new if one)
        return CollectReport(
            new=brought_in,
            unchanged=len(new) - len(brought_in),
            absent=len(enrolled) - len(new),
            strangers=harvest.strangers,
            unreadable=tuple(f"{learner}, {fault}" for learner, fault in faults if fault),
        )

    def waiting(self) -> tuple[str, ...]:
        """Return the learners whose newest attempt has no marks yet."""
        with self.database.read() as session:
            graded = set(session.scalars(select(Evidence.attempt_id).distinct()))
            return tuple(
                learner
                for learner in sorted(learners_of(session, self.cohort.name))
                if (attempt := latest_attempt(session, registration_of(session, learner), self.module))
                and attempt.id not in graded
            )

    def grade(self, learners: Sequence[str], *, workers: int, bare: bool, at: datetime) -> Iterator[Graded]:
        """Mark *learners*, write each one's marks to the records as soon as they are there, and yield them."""
        for graded in grade(self.cohort, self.module, learners, workers=workers, bare=bare):
            with self.database.begin() as session:
                attempt = latest_attempt(session, registration_of(session, graded.learner), self.module)
                assert attempt is not None  # noqa: S101 - only attempts are marked
                add_evidence(session, attempt, graded.marks, grader=GRADER, at=at)
            yield graded

    def _keep(self, collected: Collected, *, by: Staff, grace: timedelta, at: datetime) -> BroughtIn | None:
        kept = keep(collected.folder, self.cohort.centre.attempts, leave_out=BY_THE_EXCHANGE)
        with self.database.begin() as session:
            new = NewAttempt(
                registration=registration_of(session, collected.learner),
                module=self.module,
                work_hash=kept,
                submitted_at=collected.submitted_at,
                collected_at=at,
                release=latest_release(session, self.cohort.name, self.module),
                grace=grace,
            )
            attempt, is_new = add_attempt(session, new, by=by.id)
            number, late = attempt.number, attempt.late
        return BroughtIn(learner=collected.learner, number=number, late=late) if is_new else None


def learners_of(session: Session, cohort: str) -> frozenset[str]:
    """Return the pseudonyms of everyone enrolled in *cohort*."""
    named = cohort_named(session, cohort)
    return frozenset(session.scalars(select(Registration.learner).where(Registration.cohort_id == named.id)))
