"""What every command uses: plain printing, and progress that a terminal shows and a log file can bear."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from peerlab.places import CentreFolder, course, find_centre

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peerlab.grading.rounds import Round
    from peerlab.records.database import Database
    from peerlab.records.settings import Centre, RoleName, Staff

console = Console(highlight=False, soft_wrap=True)


def say(text: str = "") -> None:
    """Print one plain line."""
    console.print(text, markup=False)


def start_line(text: str) -> None:
    """Print that something begins which takes a while."""
    console.print(f"{text} …", markup=False)


def count(number: int, what: str) -> str:
    """Return a number with its noun: 1 attempt, 2 attempts."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def now() -> datetime:
    """Return the time, read once at the edge of each command."""
    return datetime.now(UTC)


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how many of *total* are done; the block calls what it is given after each."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


ByOption = Annotated[str, typer.Option("--by", help="Your id in centre.toml.")]
CentreOption = Annotated[Path | None, typer.Option("--centre", help="The centre's folder.")]


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCentre:
    """A centre at work: its folder, its settings and its records."""

    folder: CentreFolder
    settings: Centre
    database: Database

    @property
    def grace(self) -> timedelta:
        """How long after the due time work still counts as in time."""
        return timedelta(minutes=self.settings.policy.grace_minutes)

    def round(self, cohort: str, module: str) -> Round:
        """Return *module* with *cohort*; raises InputError with the near miss when there is no such cohort."""
        from peerlab.grading.rounds import Round, cohort_of

        return Round(
            cohort=cohort_of(self.folder, course(), self.database, cohort), database=self.database, module=module
        )

    def staff(self, person: str, role: RoleName, at: datetime) -> Staff:
        """Return the person who holds *role* today; raises CentreError with who does."""
        from peerlab.records.settings import person_in_role

        return person_in_role(self.settings, person, role, at.date())


@contextmanager
def open_centre(named: Path | None) -> Iterator[OpenCentre]:
    """Open the centre a command works in; raises CentreError outside one."""
    from peerlab.records.database import Database
    from peerlab.records.settings import read_settings

    folder = find_centre(named)
    settings = read_settings(folder.settings)
    with Database.open(folder.database) as database:
        yield OpenCentre(folder=folder, settings=settings, database=database)
