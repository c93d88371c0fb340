"""The package keeps its floors: each imports only from those below, and what travels to a learner stays light."""

from __future__ import annotations

import subprocess
import sys


def test_a_floor_imports_only_from_floors_below_it():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_a_lesson_cell_does_not_pay_for_pandas_or_a_database():
    heavy = ["pandas", "seaborn", "sqlalchemy", "nbgrader"]
    code = f"import sys, peerlab.lesson; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
