"""Work between learner and centre, through nbgrader's exchange: fetched and handed in, and collected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from peerlab.errors import CentreError, CourseError, InputError
from peerlab.notebooks.cells import read_notebook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from peerlab.grading.cohort import Cohort


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """One hand-in that now lies in the cohort's `submitted` folder."""

    learner: str
    folder: Path
    submitted_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Harvest:
    """What a collection brought in, and what it left in the exchange."""

    collected: tuple[Collected, ...]
    strangers: tuple[str, ...]


def fetch(cohort: Cohort, module: str, learner: str, into: Path) -> Path:
    """Give *learner* the released *module* as a folder in *into*, and return that folder."""
    _exchange(cohort, "FetchAssignment", module, learner, into)
    return into / module


def hand_in(cohort: Cohort, module: str, learner: str, work: Path) -> None:
    """Hand in the folder *work*`/module` as *learner*; it can be done again, and every hand-in is kept."""
    if not (work / module).is_dir():
        raise InputError(str(work / module), "there is no such folder to hand in.", "Fetch the module first.")
    _exchange(cohort, "Submit", module, learner, work)


def collect(cohort: Cohort, module: str, enrolled: Collection[str]) -> Harvest:
    """Bring in the newest hand-in of every enrolled learner; a stranger's stays in the exchange and is named."""
    if not (cohort.centre.exchange / cohort.name / "inbound").is_dir():
        raise CentreError(
            f"{cohort.name}, {module}", "nothing was released to this cohort yet.", "Run `peerlab release` first."
        )
    with cohort.nbgrader():
        strangers = _take_in(cohort, module, enrolled)
    folders = [cohort.step("submitted", learner, module) for learner in sorted(enrolled)]
    found = tuple(
        Collected(learner=folder.parent.name, folder=folder, submitted_at=_submitted_at(folder))
        for folder in folders
        if folder.is_dir()
    )
    return Harvest(collected=found, strangers=strangers)


def not_a_notebook(folder: Path, expected: Iterable[str]) -> str:
    """Return why *folder* does not hold the *expected* notebooks, or nothing when it does."""
    for name in expected:
        path = folder / name
        if path.is_symlink() or not path.is_file():
            return f"{name} is not in what was handed in"
        try:
            read_notebook(path)
        except CourseError:
            return f"{name} is not a notebook"
    return ""


def _submitted_at(folder: Path) -> datetime:
    from nbgrader.utils import parse_utc

    stamp: datetime = parse_utc((folder / "timestamp.txt").read_text("utf-8").strip())
    return stamp.replace(tzinfo=UTC)


def _take_in(cohort: Cohort, module: str, enrolled: Collection[str]) -> tuple[str, ...]:
    from nbgrader.auth import Authenticator
    from nbgrader.exchange.default import ExchangeCollect

    class CollectEnrolled(ExchangeCollect):  # type: ignore[misc]
        """Stock collection, of enrolled learners only."""

        def init_src(self) -> None:
            super().init_src()
            records: list[dict[str, Any]] = self.src_records
            self.strangers = tuple(sorted({record["username"] for record in records} - set(enrolled)))
            self.src_records: list[dict[str, Any]] = [one for one in records if one["username"] in enrolled]

    config = cohort.config(module)
    config.ExchangeCollect.update = True
    collector = CollectEnrolled(
        coursedir=cohort.course_directory(config), config=config, authenticator=Authenticator(config=config)
    )
    collector.update = True
    collector.start()
    strangers: tuple[str, ...] = collector.strangers
    return strangers


def _exchange(cohort: Cohort, action: str, module: str, learner: str, folder: Path) -> None:
    from nbgrader.auth import Authenticator
    from nbgrader.exchange import ExchangeError, ExchangeFactory

    config: Any = cohort.config(module, learner)
    config.Exchange.assignment_dir = str(folder)
    try:
        with cohort.nbgrader():
            getattr(ExchangeFactory(config=config), action)(
                coursedir=cohort.course_directory(config), config=config, authenticator=Authenticator(config=config)
            ).start()
    except (ExchangeError, SystemExit) as fault:
        what = f"the exchange did not take it ({str(fault).strip() or 'no reason given'})."
        raise InputError(f"{learner}, {module}", what, f"The reason is in {cohort.log}.") from fault
