"""The one form a lesson is kept in, so that a change shows as its own few lines and nothing of a run stays."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from peerlab.notebooks.cells import read_notebook, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
CELL_METADATA = ("deletable", "editable", "jupyter", "nbgrader", "tags")
NOTEBOOK_METADATA = ("peerlab",)
NBGRADER_KEYS = ("cell_type", "grade", "grade_id", "locked", "points", "schema_version", "solution", "task")


def tidy(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return *notebook* without outputs or counts, ids equal to `grade_id`, and only the metadata a lesson needs."""
    taken: set[str] = set()
    cells = [_cell(cell, index, taken) for index, cell in enumerate(notebook["cells"])]
    kept = {key: notebook["metadata"][key] for key in NOTEBOOK_METADATA if key in notebook["metadata"]}
    metadata = {**kept, "kernelspec": KERNEL, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def written(notebook: Mapping[str, Any]) -> str:
    """Return *notebook* as the text of a file, in the style that JupyterLab's own save has."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": ")) + "\n"


def tidy_file(path: Path) -> bool:
    """Make the notebook at *path* tidy; return whether that changed it."""
    before = path.read_text("utf-8")
    after = written(tidy(read_notebook(path)))
    if after != before:
        path.write_text(after, "utf-8")
    return after != before


def is_tidy(path: Path) -> bool:
    """Return whether the notebook at *path* already stands as `tidy_file` would leave it."""
    return path.read_text("utf-8") == written(tidy(read_notebook(path)))


def _cell(cell: Mapping[str, Any], index: int, taken: set[str]) -> dict[str, Any]:
    metadata = {key: cell["metadata"][key] for key in CELL_METADATA if cell["metadata"].get(key) not in (None, [], {})}
    if "nbgrader" in metadata:
        metadata["nbgrader"] = {key: metadata["nbgrader"][key] for key in NBGRADER_KEYS if key in metadata["nbgrader"]}
    source = "\n".join(line.rstrip() for line in text_of(cell["source"]).splitlines()).strip("\n")
    tidied = {
        "cell_type": cell["cell_type"],
        "id": _id(cell, metadata, index, taken),
        "metadata": metadata,
        "source": source.splitlines(keepends=True),
    }
    if cell["cell_type"] == "code":
        tidied |= {"execution_count": None, "outputs": []}
    return tidied


def _id(cell: Mapping[str, Any], metadata: Mapping[str, Any], index: int, taken: set[str]) -> str:
    named = metadata.get("nbgrader", {}).get("grade_id") or cell.get("id") or ""
    wanted = re.sub(r"[^a-zA-Z0-9_-]", "-", str(named))[:64] or f"cell-{index + 1}"
    chosen, count = wanted, 1
    while chosen in taken:
        count += 1
        chosen = f"{wanted[:60]}-{count}"
    taken.add(chosen)
    return chosen
