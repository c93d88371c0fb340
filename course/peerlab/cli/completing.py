"""Commands that end in a certificate: issue, verify, withdraw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peerlab.cli.shared import ByOption, CentreOption, OpenCentre, now, open_centre, say
from peerlab.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

    from peerlab.awards.office import Issued, Office
    from peerlab.awards.verify import Verdict
    from peerlab.records.settings import Staff

VERDICTS = {
    "valid": "VALID",
    "withdrawn": "WITHDRAWN",
    "altered": "ALTERED",
    "not-ours": "NOT OURS",
    "unchecked": "COULD NOT CHECK",
}


def issue(
    code: Annotated[str, typer.Argument(help="A unit (PRS-202), or award, or certificate.")],
    by: ByOption,
    learner: Annotated[str | None, typer.Option("--learner", help="One learner's id.")] = None,
    cohort: Annotated[str | None, typer.Option("--cohort", help="Everyone in this cohort who is ready.")] = None,
    name_in_credential: Annotated[
        bool, typer.Option("--name-in-credential", help="The learner chose to have their name in the credential too.")
    ] = False,
    centre: CentreOption = None,
) -> None:
    """Issue a completion: a certificate (PDF) with its signed credential inside."""
    at = now()
    if (cohort is None) == (learner is None):
        raise InputError("peerlab issue", "it needs a learner or a cohort.", "Name one with --learner or --cohort.")
    with open_centre(centre) as here:
        admin = here.staff(by, "admin", at)
        if learner:
            desk = office(here, at)
            with here.database.begin() as session:
                one = desk.issue(session, learner, code, by=admin, at=at, name_in_credential=name_in_credential)
            say_issued(one)
            return
        issued, blocked = issue_all(here, code, cohort or "", by=admin, at=at)
    for one in issued:
        say_issued(one)
    say(f"{len(issued)} issued. {len(blocked)} not yet.")
    for name, problem in blocked:
        say(f"{name}: {problem.what}")
    if not issued:
        raise typer.Exit(1)


def verify(
    file: Annotated[Path, typer.Argument(help="A certificate (.pdf) or a credential (.jwt, .json).")],
    centre: CentreOption = None,
) -> None:
    """Say whether a certificate or credential is valid, and why."""
    with open_centre(centre) as here:
        verdict = verdict_of(here, file)
    say_verdict(file, verdict)
    if verdict.state != "valid":
        raise typer.Exit(1)


def withdraw(
    number: Annotated[str, typer.Argument(help="The certificate's number, such as PRS-2026-0001.")],
    by: ByOption,
    reason: Annotated[str, typer.Option(help="Why. It stays in the centre's records and is not published.")],
    centre: CentreOption = None,
) -> None:
    """Withdraw a completion: from now on it verifies as withdrawn."""
    at = now()
    with open_centre(centre) as here:
        admin = here.staff(by, "admin", at)
        with here.database.begin() as session:
            office(here, at).withdraw(session, number, by=admin, reason=reason, at=at)
    say(f"{number} is withdrawn. Publish the new status list, and tell the learner.")


def office(here: OpenCentre, at: datetime) -> Office:
    """Return the centre's office; raises CentreError without a usable signing key."""
    from peerlab.awards.office import open_office
    from peerlab.places import course
    from peerlab.qualification import the_qualification

    template = course().grading / "certificates" / "certificate.typ"
    return open_office(here.folder, here.settings, the_qualification(), template, at=at)


def issue_all(
    here: OpenCentre, code: str, cohort: str, *, by: Staff, at: datetime
) -> tuple[list[Issued], list[tuple[str, InputError]]]:
    """Issue *code* to everyone in *cohort* who is ready; return also who is not, and why."""
    from peerlab.grading.rounds import learners_of

    desk = office(here, at)
    with here.database.read() as session:
        learners = sorted(learners_of(session, cohort))
    issued: list[Issued] = []
    blocked: list[tuple[str, InputError]] = []
    for learner in learners:
        try:
            with here.database.begin() as session:
                issued.append(desk.issue(session, learner, code, by=by, at=at))
        except InputError as problem:
            blocked.append((learner, problem))
    return issued, blocked


def say_issued(one: Issued) -> None:
    """Print what was issued to whom."""
    say(f"{one.number}  {one.title}, to {one.name} ({one.learner})")


def verdict_of(here: OpenCentre, file: Path) -> Verdict:
    """Return what checking *file* against this centre's keys and status list says."""
    from sqlalchemy import select

    from peerlab.awards.keys import published_keys
    from peerlab.awards.office import status_list_file
    from peerlab.awards.verify import verify_file
    from peerlab.records.tables import Completion

    listed = status_list_file(here.folder)
    with here.database.read() as session:
        rows = session.execute(select(Completion.credential_id, Completion.pdf_hash)).all()
    return verify_file(
        file,
        published=published_keys(here.folder.keys),
        status_list=listed.read_text("ascii") if listed.is_file() else None,
        on=now(),
        known_pdfs={row.credential_id: row.pdf_hash for row in rows if row.pdf_hash},
    )


def say_verdict(file: Path, verdict: Verdict) -> None:
    """Print a verdict as an employer reads it."""
    say(f"{VERDICTS[verdict.state]}  {file.name}: {verdict.reason}")
