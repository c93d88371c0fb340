"""Small real notebooks, made cell by cell, and a tiny checkout to put them in."""

from __future__ import annotations

import json
import textwrap

SETTINGS = {"schema_version": 3, "locked": True, "solution": False, "grade": False, "task": False}


def prose(text, name="words"):
    return _cell("markdown", name, text)


def code(text, name="line"):
    return _cell("code", name, text)


def shows(name, grade_id=None):
    source = f'from peerlab.lesson import show\n\nshow("{name}")'
    if grade_id is None:
        return _cell("code", name.replace("/", "-"), source)
    return _cell("code", grade_id, source, {**SETTINGS, "cell_type": "code", "grade_id": grade_id})


def auto(grade_id, hidden="Mark(1.0)", *, points=1, visible="from peerlab.lesson import Mark"):
    source = f"{visible}\n### BEGIN HIDDEN TESTS\n{textwrap.dedent(hidden)}\n### END HIDDEN TESTS"
    settings = {**SETTINGS, "grade": True, "points": points, "cell_type": "code", "grade_id": grade_id}
    return _cell("code", grade_id, source, settings)


def tutor(grade_id, scheme="met: it is there", *, points=2):
    source = f"For your tutor.\n\n=== BEGIN MARK SCHEME ===\n{scheme}\n=== END MARK SCHEME ==="
    settings = {**SETTINGS, "task": True, "points": points, "cell_type": "markdown", "grade_id": grade_id}
    return _cell("markdown", grade_id, source, settings)


def notebook(*cells, lesson="asking"):
    metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "peerlab": {"lesson": lesson},
    }
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = data if isinstance(data, str) else json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    path.write_text(text, "utf-8")
    return path


def _cell(cell_type, name, source, settings=None):
    cell = {
        "cell_type": cell_type,
        "id": name,
        "metadata": {"nbgrader": settings} if settings else {},
        "source": source.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if cell_type == "code" else {})


QUALIFICATION = """
[qualification]
id = "PRS"
title = "Tiny"
version = "1"
standing = "Designed to be accredited."
level = 2
credit = 1
guided_hours = 8
total_hours = 10

[rules]
resubmissions = 2
resubmission_days = 15

[[award]]
id = "award"
title = "Tiny award"
units = ["PRS-202"]
credit = 1
guided_hours = 8
total_hours = 10

[[unit]]
id = "PRS-202"
title = "Asking"
module = "02-asking"
standing = "compulsory"
level = 2
credit = 1
guided_hours = 8
total_hours = 10

[[unit.outcome]]
id = "LO1"
text = "Ask"

[[unit.outcome.criterion]]
id = "1.1"
text = "Spot a fault"
evidence = [{ task = "202-a1", kind = "auto", met_at = 1, out_of = 2 }]

[[unit.outcome.criterion]]
id = "1.2"
text = "Explain it"
evidence = [{ task = "202-t1", kind = "tutor" }]
"""

ACTIVITIES = """
[202-a1]
title = "Spot"
purpose = "graded"
minutes = 1
intro = "Choose."
[[202-a1.field]]
id = "q1"
kind = "choose-one"
label = "Which?"
[[202-a1.field.option]]
id = "leading"
text = "Leading"
[[202-a1.field.option]]
id = "none"
text = "None"

[202-t1]
title = "Explain"
purpose = "graded"
minutes = 1
intro = "Write."
[[202-t1.field]]
id = "why"
kind = "write"
label = "Why?"
lines = 3
most = 500
advice = false
"""

HIDDEN = """
from peerlab.lesson import answers
chosen = answers("asking/202-a1").get("q1")
Mark(2.0 if chosen == "leading" else 0.0, () if chosen == "leading" else ("polite",))
"""

MARKING = """
[202-a1.messages.polite]
did = "You let it pass."
why = "It leads."
next = "Look again."

[202-t1]
""" + "".join(
    f'[[202-t1.example]]\noutcome = "{outcome}"\ntext = "t"\nwhy = "w"\n'
    for outcome in ("met", "nearly", "not-yet") * 2
)

PASS = """
title = "All right"
[answers.202-a1]
q1 = "leading"
[answers.202-t1]
why = "It tells people what to say."
[earns.202-a1]
points = 2
[earns.202-t1]
outcome = "met"
"""

POLITE = """
title = "Lets politeness pass"
misconception = "polite"
base = "pass"
[answers.202-a1]
q1 = "none"
[earns.202-a1]
points = 0
misconceptions = ["polite"]
"""


def lesson_cells():
    return [
        prose("# Asking", "title"),
        shows("asking/202-a1", "202-a1-activity"),
        auto("202-a1", HIDDEN, points=2),
        shows("asking/202-t1", "202-t1-activity"),
        tutor("202-t1"),
    ]


def checkout(root, **changes):
    """Write a whole tiny checkout at *root*; *changes* replaces files by a short name."""
    files = {
        "course/qualification.toml": changes.get("qualification", QUALIFICATION),
        "course/activities/asking.toml": changes.get("activities", ACTIVITIES),
        "notebooks/02-asking/asking.ipynb": changes.get("notebook", notebook(*lesson_cells())),
        "grading/marking/02-asking.toml": changes.get("marking", MARKING),
        "grading/exemplars/02-asking/pass.toml": changes.get("whole", PASS),
        "grading/exemplars/02-asking/polite.toml": changes.get("polite", POLITE),
    }
    for name, data in files.items():
        if data is not None:
            write(root / name, data)
    return root
