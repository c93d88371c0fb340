"""The checks an author runs: each rule is a small function whose docstring is the rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peerlab.errors import CourseError
from peerlab.lesson.activities import Activity, read_activities
from peerlab.lesson.practice import judge
from peerlab.notebooks.cells import HIDDEN_TESTS, MARK_SCHEME, Lesson, between, lessons_in, modules_in
from peerlab.notebooks.exemplars import Exemplar, read_exemplars
from peerlab.notebooks.marking import TaskGuide, read_marking
from peerlab.notebooks.play import Played, play
from peerlab.notebooks.tidy import is_tidy
from peerlab.parsing import near_miss
from peerlab.qualification import read_qualification

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from peerlab.places import Course
    from peerlab.qualification import Evidence, Unit

PICTURES = {".png", ".svg", ".jpg", ".jpeg"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an author should mend: where it is, what it is, what to do."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.remedy}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """One module with everything that belongs to it, read once for all rules."""

    folder: Path
    lessons: tuple[Lesson, ...]
    unit: Unit | None
    activities: Mapping[str, Activity]
    marking: Mapping[str, TaskGuide]
    exemplars: Mapping[str, Exemplar]

    @property
    def name(self) -> str:
        """The module's folder name."""
        return self.folder.name

    @property
    def evidence(self) -> Mapping[str, Evidence]:
        """The evidence the module's unit asks its notebooks for, by task."""
        asked = self.unit.evidence if self.unit else ()
        return {one.task: one for one in asked if one.kind != "portfolio"}


Rule = Callable[[Module], Iterator[Finding]]
RULES: list[Rule] = []


def rule(check: Rule) -> Rule:
    """Add *check* to the rules that `peerlab check` runs, in the order they stand here."""
    RULES.append(check)
    return check


def check_course(course: Course) -> list[Finding]:
    """Return every finding in the course, module by module; one that cannot be read is a finding too."""
    findings: list[Finding] = []
    qualification = read_qualification(course.qualification)
    for folder in modules_in(course.notebooks):
        try:
            module = read_module(folder, course, qualification.unit_of_module(folder.name))
        except CourseError as fault:
            findings.append(Finding(fault.where, fault.what, fault.remedy))
            continue
        findings.extend(finding for check in RULES for finding in check(module))
    return findings


def read_module(folder: Path, course: Course, unit: Unit | None) -> Module:
    """Return the module in *folder*; raises CourseError for the first part that cannot be read."""
    lessons = lessons_in(folder)
    marking = course.grading / "marking" / f"{folder.name}.toml"
    slug = lessons[0].slug if lessons else folder.name
    return Module(
        folder=folder,
        lessons=lessons,
        unit=unit,
        activities=read_activities(course.activities / f"{slug}.toml").all,
        marking=read_marking(marking) if marking.exists() else {},
        exemplars=read_exemplars(course.grading / "exemplars" / folder.name),
    )


@rule
def only_what_a_learner_may_see(module: Module) -> Iterator[Finding]:
    """A module's folder holds notebooks and pictures only: nbgrader hands every other file to learners."""
    for path in sorted(module.folder.rglob("*")):
        if path.is_file() and path.suffix not in PICTURES | {".ipynb"} and ".ipynb_checkpoints" not in path.parts:
            yield Finding(f"{module.name}/{path.name}", "learners would be given this file.", "Move it elsewhere.")


@rule
def notebooks_are_tidy(module: Module) -> Iterator[Finding]:
    """A notebook stands in its one tidy form."""
    for lesson in module.lessons:
        if not is_tidy(lesson.path):
            yield Finding(f"{module.name}/{lesson.path.name}", "the notebook is not tidy.", "Run `peerlab tidy`.")


@rule
def cell_names_are_used_once(module: Module) -> Iterator[Finding]:
    """A `grade_id` names one cell of the module."""
    names = Counter(cell.grade_id for lesson in module.lessons for cell in lesson.cells if cell.grade_id)
    for name, count in names.items():
        if count > 1:
            yield Finding(f"{module.name}, cell {name}", f"the name is used {count} times.", "Rename all but one.")


@rule
def every_graded_cell_is_evidence(module: Module) -> Iterator[Finding]:
    """A graded cell is evidence of a criterion, of the same kind and for the same points."""
    for lesson in module.lessons:
        for cell in lesson.tasks:
            asked = module.evidence.get(cell.grade_id)
            if asked is None or asked.kind != cell.kind:
                what = f"no criterion in qualification.toml asks for it as {cell.kind} evidence."
                yield Finding(lesson.where(cell), what, "Rename the cell, or add the evidence.")
            elif asked.out_of is not None and asked.out_of != cell.points:
                what = f"it is worth {cell.points:g} points, and its criterion says {asked.threshold}."
                yield Finding(lesson.where(cell), what, "Make the two agree.")


@rule
def all_evidence_has_a_cell(module: Module) -> Iterator[Finding]:
    """Evidence that a notebook must give has a graded cell in the module."""
    cells = {cell.grade_id for lesson in module.lessons for cell in lesson.tasks}
    for task, asked in module.evidence.items():
        if task not in cells:
            what = f"the criterion asks for {asked.kind} evidence, and no cell of {module.name} gives it."
            yield Finding(f"qualification.toml, {task}", what, f"Add a graded cell named `{task}`.")


@rule
def every_activity_shown_exists(module: Module) -> Iterator[Finding]:
    """A cell shows an activity that is in the module's activities file."""
    for lesson in module.lessons:
        for cell in lesson.cells:
            slug, _, name = (cell.shows or "").partition("/")
            if name and (slug != lesson.slug or name not in module.activities):
                yield Finding(lesson.where(cell), f"there is no activity `{cell.shows}`.", "Correct its name.")


@rule
def a_graded_task_has_its_activity(module: Module) -> Iterator[Finding]:
    """A graded cell follows a locked cell that shows the graded activity of the same name."""
    for lesson in module.lessons:
        shown = {cell.shows for cell in lesson.cells if cell.kind == "activity-locked"}
        for cell in lesson.tasks:
            activity = module.activities.get(cell.grade_id)
            if f"{lesson.slug}/{cell.grade_id}" not in shown:
                what = "no locked cell above it shows its activity."
                yield Finding(lesson.where(cell), what, f'Show "{lesson.slug}/{cell.grade_id}" in a locked cell.')
            elif activity and activity.purpose != "graded":
                yield Finding(lesson.where(cell), "its activity is not graded.", 'Give it purpose = "graded".')


@rule
def every_task_can_be_marked(module: Module) -> Iterator[Finding]:
    """An auto task holds hidden tests; a tutor task holds a mark scheme; both are locked."""
    for lesson in module.lessons:
        for cell in lesson.tasks:
            delimiters = HIDDEN_TESTS if cell.kind == "auto" else MARK_SCHEME
            if not (between(cell.source, delimiters) or "").strip():
                yield Finding(lesson.where(cell), f"it has no `{delimiters[0]}`.", "Add it and its end.")
            if not cell.locked:
                yield Finding(lesson.where(cell), "a learner could change it.", "Lock the cell.")


@rule
def tutors_have_examples(module: Module) -> Iterator[Finding]:
    """A tutor task has two example answers for each outcome in its marking guide."""
    for lesson in module.lessons:
        for cell in lesson.tasks:
            if cell.kind != "tutor":
                continue
            guide = module.marking.get(cell.grade_id, TaskGuide())
            have = Counter(example.outcome for example in guide.example)
            for outcome in ("met", "nearly", "not-yet"):
                if have[outcome] < 2:
                    what = f"the marking guide has {have[outcome]} example answers that are {outcome}."
                    yield Finding(f"marking/{module.name}.toml, {cell.grade_id}", what, "Write two.")


@rule
def misconceptions_have_words(module: Module) -> Iterator[Finding]:
    """A misconception that a hidden test can name has words for the learner in the marking guide."""
    for lesson in module.lessons:
        for cell in lesson.tasks:
            if cell.kind != "auto":
                continue
            words = module.marking.get(cell.grade_id, TaskGuide()).messages
            for exemplar in module.exemplars.values():
                earns = exemplar.earns.get(cell.grade_id)
                for code in earns.misconceptions if earns else ():
                    if code not in words:
                        what = f"`{code}` has no words for the learner."
                        yield Finding(
                            f"marking/{module.name}.toml, {cell.grade_id}",
                            what,
                            f"Add messages.{code} with did, why and next.",
                        )


@rule
def modules_have_exemplars(module: Module) -> Iterator[Finding]:
    """A module with graded cells has a `pass` exemplar, which answers every one of them."""
    tasks = [cell.grade_id for lesson in module.lessons for cell in lesson.tasks]
    if not tasks:
        return
    whole = module.exemplars.get("pass")
    if whole is None:
        yield Finding(f"exemplars/{module.name}", "there is no pass.toml.", "Write answers that earn every criterion.")
        return
    for task in tasks:
        if task not in whole.answers or task not in whole.earns:
            yield Finding(
                f"exemplars/{module.name}/pass.toml", f"it leaves out {task}.", "Add its answers and `earns`."
            )


@rule
def exemplars_earn_what_they_say(module: Module) -> Iterator[Finding]:
    """An exemplar earns exactly its stated points and misconceptions, and a `pass` reaches every threshold."""
    for exemplar in module.exemplars.values():
        where = f"exemplars/{module.name}/{exemplar.name}.toml"
        for lesson in module.lessons:
            for task, played in play(exemplar, lesson).items():
                yield from _compared(f"{where}, {task}", exemplar, task, played)
                threshold = module.evidence[task].met_at if task in module.evidence else None
                if exemplar.name.startswith("pass") and threshold and played.points < threshold:
                    what = f"it earns {played.points:g}, and {threshold} are needed."
                    yield Finding(f"{where}, {task}", what, "A pass must meet every criterion.")


@rule
def practice_names_the_misconception(module: Module) -> Iterator[Finding]:
    """An exemplar's practice answers earn feedback that names the misconceptions it says."""
    for exemplar in module.exemplars.values():
        for name, practised in exemplar.practice.items():
            where = f"exemplars/{module.name}/{exemplar.name}.toml, {name}"
            activity = module.activities.get(name)
            if activity is None:
                yield Finding(where, "there is no such activity.", near_miss(name, module.activities))
                continue
            shown = {one.misconception for one in judge(activity, practised.answers) if one.misconception}
            if shown != set(practised.shows):
                what = f"its feedback names {_codes(tuple(shown))}, and {_codes(practised.shows)} is stated."
                yield Finding(where, what, "Mend the activity or the exemplar.")


def _compared(where: str, exemplar: Exemplar, task: str, played: Played) -> Iterator[Finding]:
    stated = exemplar.earns.get(task)
    if played.fault:
        yield Finding(where, f"the test stopped ({played.fault}).", "Mend the hidden test.")
    elif stated is None:
        yield Finding(where, f"it earns {played.points:g}, and nothing is stated.", "State what it must earn.")
    elif stated.points != played.points or set(stated.misconceptions) != set(played.misconceptions):
        what = f"it earns {played.points:g} {_codes(played.misconceptions)}"
        what += (
            f" and {stated.points:g} {_codes(stated.misconceptions)} is stated." if stated.points is not None else "."
        )
        yield Finding(where, what, "Mend the test or the exemplar.")


def _codes(codes: tuple[str, ...]) -> str:
    return f"({', '.join(sorted(codes))})" if codes else "(no misconception)"


def written_modules(course: Course) -> tuple[str, ...]:
    """Return the modules that have a notebook, by name."""
    return tuple(folder.name for folder in modules_in(course.notebooks) if re.match(r"\d\d-", folder.name))
