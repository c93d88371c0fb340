"""One nbgrader configuration for every cohort; a centre's cohort folder loads it and adds its own places."""

from pathlib import Path

c = get_config()

MODULES = [folder.name for folder in (Path(__file__).parents[1] / "notebooks").iterdir() if folder.is_dir()]

# A learner's answers lie beside the notebook. A file of the same name in the source would replace every learner's.
c.Autograde.exclude_overwriting = {module: ["answers.json"] for module in MODULES}

# A cell that a learner deleted is put back before marking, so that it can be marked and looked at.
c.PutBackCells.add_missing_cells = True
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "peerlab.grading.put_back.PutBackCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Learners are known by a pseudonym, never by the name of a computer account.
c.ExchangeCollect.check_owner = False
c.ExchangeSubmit.strict = True

c.ClearSolutions.code_stub = {"python": "# Write your answer here."}
c.Execute.timeout = 60
