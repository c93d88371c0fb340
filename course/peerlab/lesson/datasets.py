"""Where a lesson finds the course's clean tables."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from peerlab.errors import CourseError
from peerlab.places import course

if TYPE_CHECKING:
    from pathlib import Path


def dataset(name: str) -> Path:
    """Return the path of the clean CSV called *name*; raises CourseError, with the near miss, for any other name."""
    folder = course().datasets
    found = {path.name: path / f"{path.name}.csv" for path in sorted(folder.glob("*")) if path.is_dir()}
    known = {dataset_name: path for dataset_name, path in found.items() if path.is_file()}
    if name in known:
        return known[name]
    near = get_close_matches(str(name), known, n=1)
    if near:
        remedy = f'Did you mean dataset("{near[0]}")?'
    elif known:
        remedy = f"There is: {', '.join(known)}."
    else:
        remedy = "This installation has no datasets. Ask your tutor."
    raise CourseError("datasets", f'there is no dataset called "{name}".', remedy)
