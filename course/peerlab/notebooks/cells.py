"""A lesson's notebook as cells whose kinds we know; the only module that knows nbgrader's flags."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from peerlab.errors import CourseError
from peerlab.places import module_slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Kind = Literal["prose", "code", "activity", "activity-locked", "auto", "tutor", "answer"]

#: The one form of cell that a lesson starts by itself.
SHOW = re.compile(r'from peerlab\.lesson import show\n\nshow\("([a-z0-9-]+/[a-z0-9-]+)"\)')
HIDDEN_TESTS = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
MARK_SCHEME = ("=== BEGIN MARK SCHEME ===", "=== END MARK SCHEME ===")
SCHEMA = 3  # nbgrader's cell metadata


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell: what kind it is, and for a graded one its task and points."""

    index: int
    id: str
    kind: Kind
    source: str
    grade_id: str = ""
    points: float = 0
    locked: bool = False

    @property
    def is_task(self) -> bool:
        """Whether the cell is graded, by a test or by a tutor."""
        return self.kind in {"auto", "tutor"}

    @property
    def shows(self) -> str | None:
        """The activity the cell shows, or None."""
        found = SHOW.fullmatch(self.source.strip())
        return found.group(1) if found else None

    @property
    def name(self) -> str:
        """What a message calls the cell: its id, or its place counted from one."""
        return self.grade_id or self.id or f"number {self.index + 1}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """One notebook of one module."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def module(self) -> str:
        """The module's folder, which is nbgrader's assignment."""
        return self.path.parent.name

    @property
    def slug(self) -> str:
        """The module's name without its number, as activities use it."""
        return module_slug(self.module)

    @property
    def tasks(self) -> tuple[Cell, ...]:
        """Every graded cell, in order."""
        return tuple(cell for cell in self.cells if cell.is_task)

    def where(self, cell: Cell) -> str:
        """Return the name of *cell* as a message gives it."""
        return f"{self.module}/{self.path.name}, cell {cell.name}"


def read_notebook(path: Path) -> dict[str, Any]:
    """Return the notebook at *path* as plain data; raises CourseError when it is not one."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list) or data.get("nbformat") != 4:
        raise CourseError(str(path), "this is not a notebook.", "Open it in JupyterLab, save it, and try again.")
    return data


def read_lesson(path: Path) -> Lesson:
    """Return the lesson at *path*; raises CourseError at the first cell whose nbgrader settings are broken."""
    cells = []
    for index, raw in enumerate(read_notebook(path)["cells"]):
        try:
            cells.append(_cell(index, raw))
        except (KeyError, TypeError, ValueError) as fault:
            raise CourseError(
                f"{path.parent.name}/{path.name}, cell {_name(raw, index)}",
                f"its nbgrader settings are broken ({_fault(fault)}).",
                "Set them again in JupyterLab's Create Assignment panel, or see the author's handbook.",
            ) from None
    return Lesson(path=path, cells=tuple(cells))


def lessons_in(module: Path) -> tuple[Lesson, ...]:
    """Return every lesson of the *module* folder, by name."""
    return tuple(read_lesson(path) for path in sorted(module.glob("*.ipynb")))


def modules_in(notebooks: Path) -> tuple[Path, ...]:
    """Return the module folders under *notebooks*, in the order a learner meets them."""
    return tuple(sorted(path for path in notebooks.iterdir() if path.is_dir() and not path.name.startswith(".")))


def text_of(source: str | list[str]) -> str:
    """Return a cell's source as one string; notebooks keep it as a list of lines or as text."""
    return source if isinstance(source, str) else "".join(source)


def between(source: str, delimiters: tuple[str, str]) -> str | None:
    """Return what stands between two delimiter lines, None without them; raises ValueError when unbalanced."""
    begin, end = delimiters
    if source.count(begin) != source.count(end) or source.count(begin) > 1:
        raise ValueError(f"`{begin}` and `{end}` do not pair up")
    if begin not in source:
        return None
    before, _, rest = source.partition(begin)
    if end in before:
        raise ValueError(f"`{end}` comes before `{begin}`")
    return rest.partition(end)[0]


def _cell(index: int, raw: Mapping[str, Any]) -> Cell:
    source = text_of(raw["source"])
    settings = raw["metadata"].get("nbgrader")
    if settings is None:
        kind = _plain_kind(raw["cell_type"], source)
        return Cell(index=index, id=raw.get("id", ""), kind=kind, source=source)
    kind = _graded_kind(raw["cell_type"], settings, source)
    points = float(settings["points"]) if kind in {"auto", "tutor"} else 0.0
    if kind in {"auto", "tutor"} and points <= 0:
        raise ValueError("`points` must be above nought")
    if kind == "auto":
        between(source, HIDDEN_TESTS)
    if kind == "tutor":
        between(source, MARK_SCHEME)
    return Cell(
        index=index,
        id=raw.get("id", ""),
        kind=kind,
        source=source,
        grade_id=_grade_id(settings),
        points=points,
        locked=bool(settings.get("locked")),
    )


def _plain_kind(cell_type: str, source: str) -> Kind:
    if cell_type != "code":
        return "prose"
    return "activity" if SHOW.fullmatch(source.strip()) else "code"


def _graded_kind(cell_type: str, settings: Mapping[str, Any], source: str) -> Kind:
    if settings.get("schema_version") != SCHEMA:
        raise ValueError(f"`schema_version` must be {SCHEMA}")
    if settings.get("task"):
        if cell_type != "markdown":
            raise ValueError("a task for a tutor must be a text cell")
        return "tutor"
    if settings["solution"]:
        return "answer"
    if settings["grade"]:
        if cell_type != "code":
            raise ValueError("a task marked by a test must be a code cell")
        return "auto"
    return "activity-locked" if SHOW.fullmatch(source.strip()) else "code" if cell_type == "code" else "prose"


def _grade_id(settings: Mapping[str, Any]) -> str:
    name = settings["grade_id"]
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError("`grade_id` must be words in lower case with dashes")
    return name


def _name(raw: Any, index: int) -> str:
    named = raw.get("id") if isinstance(raw, dict) else None
    return str(named or f"number {index + 1}")


def _fault(fault: Exception) -> str:
    return f"{fault} is missing" if isinstance(fault, KeyError) else str(fault)
