"""Commands for a centre: make it, enrol, release, collect, grade."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peerlab.cli.shared import ByOption, CentreOption, count, now, open_centre, progress, say, start_line

if TYPE_CHECKING:
    from peerlab.grading.engine import Graded
    from peerlab.grading.rounds import Round

CohortOption = Annotated[str, typer.Option("--cohort", help="The cohort's name, such as 2026-autumn.")]
ModuleArgument = Annotated[str, typer.Argument(help="A folder in notebooks/, such as 02-asking-good-questions.")]


def init(
    folder: Annotated[Path, typer.Argument(help="The new centre's folder.")],
    name: Annotated[str, typer.Option(help="The centre's name, as certificates print it.")],
    issuer: Annotated[str, typer.Option(help="The centre's own web address, https://…")],
    admin: Annotated[str, typer.Option(help="The course admin's name.")],
) -> None:
    """Make a new centre: its settings, its records and its signing key."""
    from peerlab.awards.centre import make_centre

    at = now()
    centre = make_centre(folder, name=name, issuer=issuer, admin=admin, at=at)
    say(f"{name} is ready in {centre.root}.")
    say(f"Next: add your tutors and quality assurers to {centre.settings}, then run `peerlab enrol`.")
    say(f"Keep a copy of {centre.keys} in a safe place: a lost key cannot be made again.")


def upgrade(centre: CentreOption = None) -> None:
    """Bring a centre's records to this version of peerlab. Make a copy of the centre's folder first."""
    from peerlab.places import find_centre
    from peerlab.records.database import Database

    folder = find_centre(centre)
    with Database.upgrade(folder.database):
        say(f"{folder.database} is up to date.")


def new_key(
    name: Annotated[str, typer.Argument(help="A name for the key, such as 2027-spring.")],
    by: ByOption,
    centre: CentreOption = None,
) -> None:
    """Make a new signing key. Earlier public keys stay, so that everything they signed still verifies."""
    from peerlab.awards.keys import make_key
    from peerlab.records.audit import record

    at = now()
    with open_centre(centre) as here:
        admin = here.staff(by, "admin", at)
        with here.database.begin() as session:
            record(session, actor=admin.id, action="key.made", subject=f"key/{name}", payload={"name": name}, at=at)
            key = make_key(here.folder.keys, name, issuer=here.settings.issuer, at=at)
    say(f"New completions are signed with {key.kid}. Keep a copy of {here.folder.keys} in a safe place.")


def enrol(
    learners: Annotated[Path, typer.Argument(help="A CSV with the columns name and reference, and email if you like.")],
    cohort: CohortOption,
    by: ByOption,
    add: Annotated[bool, typer.Option("--add", help="Add them to a cohort that exists.")] = False,
    encoding: Annotated[str | None, typer.Option(help="How the file was saved, if not as UTF-8.")] = None,
    centre: CentreOption = None,
) -> None:
    """Put learners into a cohort, each under a pseudonym that nbgrader will know them by."""
    from peerlab.qualification import the_qualification
    from peerlab.records.enrolment import Intake, enrol
    from peerlab.records.learner_file import read_learners
    from peerlab.records.settings import person_in_role

    at = now()
    new = read_learners(learners, encoding)
    with open_centre(centre) as here:
        admin = person_in_role(here.settings, by, "admin", at.date())
        intake = Intake(cohort=cohort, learners=new, qualification=the_qualification(), add=add)
        with here.database.begin() as session:
            enrolled = enrol(session, intake, by=admin, at=at)
    for one in enrolled:
        say(f"{one.learner}  {one.name} ({one.reference})")
    say(f"{count(len(enrolled), 'learner')} enrolled in {cohort}. Next: `peerlab release MODULE --cohort {cohort}`.")


def release(
    module: ModuleArgument,
    cohort: CohortOption,
    by: ByOption,
    due: Annotated[str | None, typer.Option(help="The last day to hand in, such as 2026-12-18.")] = None,
    centre: CentreOption = None,
) -> None:
    """Check a module and give it to a cohort, without its answers."""
    at = now()
    due_at = _end_of_day(due)
    with open_centre(centre) as here:
        staff = here.staff(by, "assessor", at)
        start_line(f"Releasing {module}")
        here.round(cohort, module).release(by=staff, due=due_at, at=at)
    say(f"{module} is out to {cohort}." + (f" It is due on {due_at:%d %B %Y}." if due_at else " It has no due date."))


def collect(module: ModuleArgument, cohort: CohortOption, by: ByOption, centre: CentreOption = None) -> None:
    """Bring in what learners handed in; every attempt is kept for ever."""
    at = now()
    with open_centre(centre) as here:
        staff = here.staff(by, "assessor", at)
        report = here.round(cohort, module).collect(by=staff, grace=here.grace, at=at)
    for one in report.new:
        say(f"{one.learner}  attempt {one.number}" + (", after the due date" if one.late else ""))
    unchanged, absent = f"{report.unchanged} unchanged", count(report.absent, "learner")
    say(f"{count(len(report.new), 'new attempt')}, {unchanged}, and {absent} with nothing handed in.")
    for stranger in report.strangers:
        say(f"Left in the exchange: a hand-in by {stranger}, who is not enrolled in {cohort}.")
    for problem in report.unreadable:
        say(f"Kept for a tutor to look at: {problem}.")
    if report.strangers or report.unreadable:
        say("What to do: enrol the stranger or ask who they are; ask the learner to hand in again.")
        raise typer.Exit(1)


def grade(
    module: ModuleArgument,
    cohort: CohortOption,
    by: ByOption,
    workers: Annotated[int, typer.Option(min=1, help="How many attempts to mark at one time.")] = 2,
    without_sandbox: Annotated[
        bool, typer.Option("--without-sandbox", help="Mark hand-ins you trust as your own code, with no wall.")
    ] = False,
    centre: CentreOption = None,
) -> None:
    """Mark every attempt that has no mark yet; stop it at any time and run it again."""
    at = now()
    with open_centre(centre) as here:
        here.staff(by, "assessor", at)
        this = here.round(cohort, module)
        say_graded(mark_with_progress(this, workers=workers, bare=without_sandbox, at=at))


def mark_with_progress(this: Round, *, workers: int, bare: bool, at: datetime) -> list[Graded]:
    """Mark every attempt that has no marks yet, and show how far it is."""
    waiting, done = this.waiting(), []
    with progress("Marking", len(waiting)) as step:
        for graded in this.grade(waiting, workers=workers, bare=bare, at=at):
            done.append(graded)
            step()
    return done


def say_graded(done: list[Graded]) -> None:
    """Say what a tutor has to do after marking."""
    look = [(one.learner, mark) for one in done for mark in one.marks if mark.state == "look"]
    waiting = sum(mark.state == "waiting" for one in done for mark in one.marks)
    say(f"{count(len(done), 'attempt')} marked. {count(waiting, 'written answer')} to be read by a tutor.")
    for learner in sorted({name for name, _ in look}):
        reasons = {mark.reason for name, mark in look if name == learner}
        tasks = count(sum(name == learner for name, _ in look), "task")
        say(f"Tutor to look: {learner}, {tasks}: {'; '.join(sorted(reasons))}.")


def _end_of_day(day: str | None) -> datetime | None:
    from peerlab.errors import InputError

    if day is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59, 59), UTC)
    except ValueError:
        raise InputError(f"--due {day}", "this is not a date.", "Write it as 2026-12-18.") from None
