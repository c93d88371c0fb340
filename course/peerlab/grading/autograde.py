"""The child process that marks: `python -m peerlab.grading.autograde CENTRE COHORT MODULE`, then one learner a line.

Each line in is a learner; each line out is JSON, `{"learner", "fault", "cause"}`. It is never run inside a web
server, and its death costs one attempt, which the parent gives to another child.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde

from peerlab.grading.cohort import Cohort
from peerlab.grading.sandbox import sandboxed
from peerlab.places import CentreFolder, course


class Attempted(Autograde):  # type: ignore[misc]
    """nbgrader's own autograder, which also remembers why a notebook could not be marked."""

    cause: BaseException | None = None

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Mark one notebook; keep what stopped it for the tutor."""
        try:
            super().convert_single_notebook(notebook_filename)
        except BaseException as cause:
            self.cause = cause
            raise


def mark(cohort: Cohort, module: str, learner: str, extra: Any) -> dict[str, str]:
    """Mark one learner's hand-in with nbgrader, and say what stopped it if anything did."""
    config = cohort.config(module, learner)
    config.merge(extra)
    converter = Attempted(coursedir=cohort.course_directory(config), config=config)
    converter.force = True
    try:
        converter.start()
    except (Exception, SystemExit) as fault:  # noqa: BLE001 - whatever a hand-in does, the next one is marked
        cause = converter.cause or fault
        return {"learner": learner, "fault": in_words(cause), "cause": f"{type(cause).__name__}: {cause}"[:2000]}
    return {"learner": learner, "fault": "", "cause": ""}


def in_words(cause: BaseException) -> str:
    """Return what a tutor reads about why an attempt could not be marked."""
    names = {kind.__name__ for kind in type(cause).__mro__}
    if "DeadKernelError" in names:
        return "the notebook stopped its own Python while it was being marked"
    if names & {"CellTimeoutError", "UnresponsiveKernelError", "TimeoutError"}:
        return "the notebook ran for too long and was stopped"
    if "NotJSONError" in names or "NotebookValidationError" in names or "JSONDecodeError" in names:
        return "the file handed in is not a notebook that can be read"
    return "the notebook could not be run"


def main() -> None:
    """Mark the learners named on standard input, one after the other."""
    centre, name, module = sys.argv[1:4]
    cohort = Cohort(centre=CentreFolder(Path(centre)), course=course(), name=name)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what nbgrader prints must not mix with our answers
    with sandboxed(wanted="--bare" not in sys.argv) as extra, cohort.nbgrader():
        for line in sys.stdin:
            answers.write(json.dumps(mark(cohort, module, line.strip(), extra)) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
