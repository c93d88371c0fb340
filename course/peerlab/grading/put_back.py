"""Puts cells that a learner deleted back where the lesson had them, so that what is left can still be marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbformat import from_dict
from nbgrader.preprocessors import OverwriteCells

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from nbgrader.api import SourceCell


class PutBackCells(OverwriteCells):  # type: ignore[misc]
    """nbgrader's own overwriting of locked cells, with its own cells put back after whichever came before them.

    Stock nbgrader looks for the missing cell's neighbour among graded cells only, and stops when it is another kind.
    """

    def add_missing_grade_cells(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Put every missing cell that the gradebook knows back in the lesson's order."""
        lesson = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        graded = {cell.name: cell.max_score for cell in lesson.grade_cells}
        tasks = {cell.name: cell.max_score for cell in lesson.task_cells}
        solutions = {cell.name for cell in lesson.solution_cells}
        at = 0
        for source in lesson.source_cells:
            found = next((i for i, cell in enumerate(nb.cells) if _grade_id(cell) == source.name), None)
            if found is None:
                most = graded.get(source.name, tasks.get(source.name))
                if most is None:
                    cell = _plain(source)
                else:
                    cell = self.missing_cell_transform(
                        source, most, is_solution=source.name in solutions, is_task=source.name in tasks
                    )
                nb.cells.insert(at, cell)
                found = at
            at = found + 1
        return nb, resources

    def add_missing_task_cells(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Do nothing: they are back already."""
        return nb, resources


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _plain(source: SourceCell) -> NotebookNode:
    """Return a locked cell that is not graded: an activity."""
    settings = {"grade": False, "solution": False, "task": False, "locked": True, "schema_version": 3}
    settings |= {"grade_id": source.name, "cell_type": source.cell_type, "checksum": source.checksum}
    cell = {"cell_type": source.cell_type, "metadata": {"nbgrader": settings}, "source": source.source}
    if source.cell_type == "code":
        cell |= {"execution_count": None, "outputs": []}
    node: NotebookNode = from_dict(cell)  # type: ignore[no-untyped-call]
    return node
