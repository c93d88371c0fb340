"""The course as a learner has it: every module, in a folder of their own, and no answer ever overwritten."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from peerlab.grading.cohort import Cohort
from peerlab.grading.release import release
from peerlab.notebooks.checks import written_modules
from peerlab.places import CentreFolder

if TYPE_CHECKING:
    from peerlab.places import Course


def learner_copy(course: Course, into: Path) -> tuple[Path, ...]:
    """Put the modules that *into* does not have yet there, as they would be released, and return all its lessons."""
    wanted = written_modules(course)
    missing = [module for module in wanted if not (into / module).exists()]
    if missing:
        with tempfile.TemporaryDirectory(prefix="peerlab-") as folder:
            cohort = Cohort(centre=CentreFolder(Path(folder)), course=course, name="learner")
            for module in missing:
                release(cohort, module, due=None)
                shutil.copytree(cohort.step("release", ".", module), into / module)
    return tuple(path for module in wanted for path in sorted((into / module).glob("*.ipynb")))
