"""One cohort as nbgrader sees it: a course folder inside the centre, with the stock layout and its own gradebook."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets.config.loader import PyFileConfigLoader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from traitlets.config import Config

    from peerlab.places import CentreFolder, Course

_OWN_CONFIG = '''"""The nbgrader settings of this cohort, so that the stock commands work in this folder too."""

c = get_config()
load_subconfig({shared!r})
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = {name!r}
c.Exchange.root = {exchange!r}
c.Exchange.cache = {cache!r}
'''


@dataclass(frozen=True, kw_only=True, slots=True)
class Cohort:
    """Where one cohort's work lies, and the settings nbgrader needs to find it."""

    centre: CentreFolder
    course: Course
    name: str

    @property
    def root(self) -> Path:
        """The folder nbgrader calls the course directory."""
        return self.centre.cohort(self.name)

    @property
    def log(self) -> Path:
        """What nbgrader said while it worked."""
        return self.root / "nbgrader.log"

    def step(self, step: str, learner: str, module: str) -> Path:
        """Return the folder of one step: source, release, submitted, autograded or feedback."""
        return self.root / step / learner / module

    def prepare(self) -> None:
        """Make the cohort's folder with its nbgrader configuration."""
        self.root.mkdir(parents=True, exist_ok=True)
        text = _OWN_CONFIG.format(
            shared=str(self.course.grading / "nbgrader_config.py"),
            root=str(self.root),
            name=self.name,
            exchange=str(self.centre.exchange),
            cache=str(self.root / ".exchange-cache"),
        )
        (self.root / "nbgrader_config.py").write_text(text, "utf-8")

    def config(self, module: str, learner: str = "*") -> Config:
        """Return nbgrader's settings for work on *module*, for one learner or for all."""
        config: Config = PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()
        config.CourseDirectory.assignment_id = module
        config.CourseDirectory.student_id = learner
        return config

    def course_directory(self, config: Config) -> Any:
        """Return nbgrader's own object for this cohort."""
        from nbgrader.coursedir import CourseDirectory

        return CourseDirectory(config=config)

    @contextmanager
    def nbgrader(self) -> Iterator[None]:
        """Let nbgrader work: its log goes to a file, and it finds the `alembic` command it calls."""
        self.root.mkdir(parents=True, exist_ok=True)
        before = os.environ.get("PATH", "")
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
        logger = logging.getLogger("traitlets")
        kept, handler = (logger.handlers[:], logger.level, logger.propagate), logging.FileHandler(self.log)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
        try:
            yield
        finally:
            handler.close()
            logger.handlers, level, logger.propagate = kept
            logger.setLevel(level)
            os.environ["PATH"] = before
