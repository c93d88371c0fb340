"""Commands for tutors: decide a criterion, and see where learners stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from peerlab.cli.shared import ByOption, CentreOption, console, now, open_centre, say
from peerlab.errors import InputError

if TYPE_CHECKING:
    from peerlab.qualification import Qualification, Unit
    from peerlab.records.progress import LearnerProgress

SHORT = {
    "met": "met",
    "waiting": "wait",
    "look": "look",
    "nearly": "near",
    "not-yet": "not",
    "stale": "stale",
    "not-started": "-",
}
WORDS = SHORT | {"waiting": "waiting", "nearly": "nearly", "not-yet": "not yet", "not-started": "not started"}


def decide(
    learner: Annotated[str, typer.Argument(help="The learner's id, such as L-7F3K.")],
    unit: Annotated[str, typer.Argument(help="The unit, such as PRS-202.")],
    criterion: Annotated[str, typer.Argument(help="The criterion, such as 1.2.")],
    outcome: Annotated[str, typer.Argument(help="met, nearly or not-yet.")],
    by: ByOption,
    feedback: Annotated[str, typer.Option(help="What the learner will read. Needed unless it is met.")] = "",
    seen: Annotated[str, typer.Option(help="What you saw or heard outside the notebook, for portfolio evidence.")] = "",
    centre: CentreOption = None,
) -> None:
    """Decide one criterion: met, nearly or not yet. A later decision counts, and the earlier one is kept."""
    from peerlab.qualification import the_qualification
    from peerlab.records.decisions import NewDecision
    from peerlab.records.decisions import decide as keep

    at = now()
    new = NewDecision(learner=learner, unit=unit, criterion=criterion, outcome=outcome, feedback=feedback, note=seen)
    with open_centre(centre) as here:
        assessor = here.staff(by, "assessor", at)
        with here.database.begin() as session:
            keep(session, new, qualification=the_qualification(), assessor=assessor, at=at)
    say(f"{learner}, {unit} {criterion}: {outcome.replace('-', ' ')}. Kept with your name and today's date.")


def progress(
    cohort: Annotated[str | None, typer.Option("--cohort", help="Everyone in this cohort.")] = None,
    learner: Annotated[str | None, typer.Option("--learner", help="One learner, with reasons.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="One unit, criterion by criterion.")] = None,
    centre: CentreOption = None,
) -> None:
    """Show where learners stand and what is needed next."""
    from peerlab.qualification import the_qualification
    from peerlab.records.enrolment import registration_of
    from peerlab.records.progress import learner_progress
    from peerlab.records.progress import progress as of_cohort

    qualification = the_qualification()
    if (cohort is None) == (learner is None):
        raise InputError("peerlab progress", "it needs a cohort or a learner.", "Name one with --cohort or --learner.")
    with open_centre(centre) as here, here.database.read() as session:
        chosen = _unit(qualification, unit) if unit else None
        if learner:
            say_learner(
                learner_progress(session, qualification, registration_of(session, learner)), qualification, chosen
            )
        else:
            rows = of_cohort(session, qualification, cohort or "")
            show_table(rows, qualification, chosen)


def show_table(rows: tuple[LearnerProgress, ...], qualification: Qualification, unit: Unit | None) -> None:
    """Print one line for each learner: the criteria of *unit*, or every unit."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Learner", no_wrap=True)
    table.add_column("Name", no_wrap=True, overflow="ellipsis", max_width=15)
    for name in (
        [one.id for one in unit.criteria] if unit else [one.id.removeprefix("PRS-") for one in qualification.units]
    ):
        table.add_column(name, no_wrap=True)
    table.add_column("Next", no_wrap=True)
    for row in rows:
        table.add_row(row.learner, row.name or "(erased)", *_marks(row, qualification, unit), _next(row, unit))
    console.print(table)
    if unit:
        say("\nnear: nearly.  not: not yet.  wait, look, stale: a tutor's turn.  -: not started.")


def say_learner(row: LearnerProgress, qualification: Qualification, only: Unit | None) -> None:
    """Print one learner's criteria with the reason for each state, and what is needed next."""
    say(f"{row.learner}  {row.name or '(erased)'}")
    for module, count in row.attempts.items():
        say(f"{module}: {count} attempt{'s' * (count > 1)}" + (", not marked yet" if module in row.ungraded else ""))
    for unit in [only] if only else qualification.units:
        status = row.units[unit.id]
        if status.state == "not-started" and not only:
            continue
        say(f"\n{unit.id} {unit.title}: {status.met} of {status.of} criteria met")
        for criterion in unit.criteria:
            one = row.criteria[unit.id, criterion.id]
            say(f"  {criterion.id}  {WORDS[one.state]:<12}{one.reason}")
            if one.needed_next:
                say(f"{'':19}{one.needed_next}")


def _marks(row: LearnerProgress, qualification: Qualification, unit: Unit | None) -> list[str]:
    if unit:
        return [SHORT[row.criteria[unit.id, one.id].state] for one in unit.criteria]
    return [f"{row.units[one.id].met}/{row.units[one.id].of}" for one in qualification.units]


def _next(row: LearnerProgress, unit: Unit | None) -> str:
    """Return who has the next step, in a word or two."""
    keys = [(unit.id, one.id) for one in unit.criteria] if unit else list(row.criteria)
    states = {row.criteria[key].state for key in keys}
    if row.ungraded:
        return "grade"
    if states == {"met"}:
        return "ready"
    if states & {"waiting", "look", "stale"}:
        return "tutor"
    return "learner"


def _unit(qualification: Qualification, name: str) -> Unit:
    from peerlab.parsing import near_miss

    found = qualification.find_unit(name)
    if found is None:
        raise InputError(name, "there is no such unit.", near_miss(name, [one.id for one in qualification.units]))
    return found
