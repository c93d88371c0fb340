"""The fixed folders of the course and of a centre, so that no other module spells a path."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from peerlab.errors import CentreError, CourseError

PACKAGE = Path(__file__).parent
_IN_WHEEL = PACKAGE / "_course"


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """Where the course's content lies, in a checkout or in an installed wheel.

    A wheel carries what learners need (activities, datasets, the qualification); notebooks and marking
    material are read from a checkout only, because a learner's machine must not hold them.
    """

    qualification: Path
    activities: Path
    datasets: Path
    root: Path | None

    @property
    def notebooks(self) -> Path:
        """The folder with one folder per module; raises CourseError outside a checkout."""
        return self._checkout() / "notebooks"

    @property
    def grading(self) -> Path:
        """The folder with marking material and certificate templates; raises CourseError outside a checkout."""
        return self._checkout() / "grading"

    def _checkout(self) -> Path:
        if self.root is None:
            raise CourseError(
                "peerlab",
                "this command needs the course's checkout, and only the installed package was found.",
                "Clone the course, and run the command there, or set PEERLAB_COURSE to the clone's folder.",
            )
        return self.root


def course() -> Course:
    """Return the course's folders: `PEERLAB_COURSE` if set, else the checkout we run from, else the wheel."""
    named = os.environ.get("PEERLAB_COURSE")
    root = Path(named) if named else PACKAGE.parents[1]
    if (root / "course" / "qualification.toml").is_file():
        return course_at(root)
    if named:
        raise CourseError(
            named, "PEERLAB_COURSE names a folder without course/qualification.toml.", "Correct or unset it."
        )
    return Course(
        qualification=_IN_WHEEL / "qualification.toml",
        activities=_IN_WHEEL / "activities",
        datasets=_IN_WHEEL / "datasets",
        root=None,
    )


def course_at(root: Path) -> Course:
    """Return the folders of the checkout at *root*, whether or not it is the one that runs."""
    return Course(
        qualification=root / "course" / "qualification.toml",
        activities=root / "course" / "activities",
        datasets=root / "datasets",
        root=root,
    )


def module_slug(folder: str) -> str:
    """Return a module's name without its number: `02-asking-good-questions` is `asking-good-questions`."""
    number, dash, slug = folder.partition("-")
    return slug if dash and number.isdigit() else folder


@dataclass(frozen=True, slots=True)
class CentreFolder:
    """Where one centre keeps what it produces; nothing is ever written into the checkout."""

    root: Path

    @property
    def settings(self) -> Path:
        """The centre's own settings, written by `peerlab init` and edited by an admin."""
        return self.root / "centre.toml"

    @property
    def database(self) -> Path:
        """The SQLite file of the centre's records."""
        return self.root / "records.db"

    @property
    def keys(self) -> Path:
        """Signing keys: private ones readable by the owner only, every public one kept for ever."""
        return self.root / "keys"

    @property
    def exchange(self) -> Path:
        """The nbgrader exchange between this centre and its learners."""
        return self.root / "exchange"

    @property
    def attempts(self) -> Path:
        """Every collected submission, one folder per content hash."""
        return self.root / "attempts"

    @property
    def completions(self) -> Path:
        """Issued certificates and credentials, and the signed status list."""
        return self.root / "completions"

    def cohort(self, name: str) -> Path:
        """Return the nbgrader course folder of one cohort."""
        return self.root / "cohorts" / name


def find_centre(named: Path | None) -> CentreFolder:
    """Return the centre's folder: *named*, else `PEERLAB_CENTRE`, else here, else `centre/` here.

    Raises CentreError when no `centre.toml` is there.
    """
    here = Path.cwd()
    chosen = named or (Path(os.environ["PEERLAB_CENTRE"]) if os.environ.get("PEERLAB_CENTRE") else None)
    candidates = [chosen] if chosen else [here, here / "centre"]
    for folder in candidates:
        if (folder / "centre.toml").is_file():
            return CentreFolder(folder.resolve())
    raise CentreError(
        str(chosen or here),
        "this is not a centre: there is no centre.toml.",
        "Name one with --centre FOLDER or PEERLAB_CENTRE, or make one with `peerlab init centre/`.",
    )
