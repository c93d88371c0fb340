"""A module goes out: checked, copied as it stands that day, stripped of its answers, put in the exchange."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from peerlab.errors import CourseError, PeerlabError
from peerlab.notebooks.cells import modules_in
from peerlab.notebooks.checks import RULES, read_module
from peerlab.parsing import near_miss
from peerlab.qualification import read_qualification
from peerlab.records.attempts import content_hash

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from peerlab.grading.cohort import Cohort
    from peerlab.places import Course


def module_folder(course: Course, module: str) -> Path:
    """Return the folder of *module*; raises CourseError with the near miss when there is none."""
    folder = course.notebooks / module
    if not folder.is_dir():
        names = [path.name for path in modules_in(course.notebooks)]
        raise CourseError(module, "there is no such module in notebooks/.", near_miss(module, names))
    return folder


def release(cohort: Cohort, module: str, *, due: datetime | None) -> str:
    """Release *module* to *cohort*, and return the content hash of what its learners are given.

    Raises CourseError at the first finding that `peerlab check` would give, and leaves everything as it was.
    """
    _refuse_findings(cohort.course, module)
    cohort.prepare()
    _copy_source(cohort, module)
    with cohort.nbgrader():
        _generate(cohort, module, due)
        _publish(cohort, module)
    return content_hash(cohort.step("release", ".", module))


def _refuse_findings(course: Course, module: str) -> None:
    folder = module_folder(course, module)
    unit = read_qualification(course.qualification).unit_of_module(module)
    read = read_module(folder, course, unit)
    for check in RULES:
        for finding in check(read):
            raise CourseError(finding.where, finding.what, f"{finding.remedy} Nothing was released.")


def _copy_source(cohort: Cohort, module: str) -> None:
    """Keep the module as it stands today: marking uses what was released, whatever the course says later."""
    target = cohort.step("source", ".", module)
    fresh = target.with_name(f".{module}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(cohort.course.notebooks / module, fresh, ignore=shutil.ignore_patterns(".*"))
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def _generate(cohort: Cohort, module: str, due: datetime | None) -> None:
    from nbgrader.api import Gradebook
    from nbgrader.converters import GenerateAssignment, NbGraderException

    config = cohort.config(module)
    coursedir = cohort.course_directory(config)
    try:
        converter = GenerateAssignment(coursedir=coursedir, config=config)
        converter.force = True
        converter.start()
    except (NbGraderException, SystemExit) as fault:
        raise _failed(cohort, module, str(fault)) from fault
    with Gradebook(coursedir.db_url, cohort.name) as gradebook:
        gradebook.update_or_create_assignment(module, duedate=due.replace(tzinfo=None) if due else None)


def _publish(cohort: Cohort, module: str) -> None:
    from nbgrader.auth import Authenticator
    from nbgrader.exchange import ExchangeError, ExchangeFactory

    config = cohort.config(module)
    config.ExchangeReleaseAssignment.force = True
    try:
        ExchangeFactory(config=config).ReleaseAssignment(
            coursedir=cohort.course_directory(config), config=config, authenticator=Authenticator(config=config)
        ).start()
    except (ExchangeError, SystemExit) as fault:
        raise _failed(cohort, module, str(fault)) from fault


def _failed(cohort: Cohort, module: str, said: str) -> PeerlabError:
    what = f"nbgrader could not release it ({said.strip() or 'no reason given'})."
    return CourseError(f"{cohort.name}, {module}", what, f"Its log is {cohort.log}.")
