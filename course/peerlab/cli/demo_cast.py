"""The demo's invented people: what each one hands in, and what its scripted tutors decide, both from the exemplars."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from peerlab.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from peerlab.grading.engine import Graded
    from peerlab.grading.rounds import Round
    from peerlab.notebooks.exemplars import Exemplar
    from peerlab.notebooks.marking import TaskGuide
    from peerlab.qualification import Criterion
    from peerlab.records.decisions import NewDecision

MODULE = "02-asking-good-questions"
UNIT = "PRS-202"
COHORT = "2026-autumn"
CRASHES = "a pass, but the notebook stops its own Python"
TRIES_AGAIN = "touching-ranges"  # whoever answers like this hands in again, after the due date
SKIPS_PILOT = "skips-pilot"

# Invented learners of an invented town, and the exemplar each one answers like.
LEARNERS = (
    ("Amara Okafor", "pass"),
    ("Zoë Łukasiewicz", "pass-differently"),
    ("Gurpreet Kaur", SKIPS_PILOT),
    ("Dilys Bevan", "polite-is-not-leading"),
    ("Sami Haddad", "double-barrel-saves-time"),
    ("Terry Whitlock", TRIES_AGAIN),
    ("Nkechi Adeyemi", "other-covers-gaps"),
    ("Róisín Byrne", "unbalanced-scale"),
    ("Jordan Pike", "prefer-not-to-say-wastes-data"),
    ("Farida Rahman", "long-recall-is-fine"),
    ("Colin Marsh", CRASHES),
    ("Bex Turnbull", "blank"),
)
PEOPLE = (("Amina Khan", "assessor"), ("Joe Lister", "assessor"), ("Priya Nair", "quality"))


@dataclass(kw_only=True)
class Cast:
    """Who answers like which exemplar, by pseudonym, and the folder the learners work in."""

    work: Path
    like: dict[str, str] = field(default_factory=dict)

    @cached_property
    def exemplars(self) -> dict[str, Exemplar]:
        """Every stored set of answers of the module, and the pass whose notebook crashes."""
        from peerlab.notebooks.exemplars import read_exemplars
        from peerlab.places import course

        found = dict(read_exemplars(course().grading / "exemplars" / MODULE))
        return {**found, CRASHES: found["pass"]}

    @cached_property
    def guides(self) -> dict[str, TaskGuide]:
        """The marking guides, whose own words the scripted tutors use."""
        from peerlab.notebooks.marking import read_marking
        from peerlab.places import course

        return dict(read_marking(course().grading / "marking" / f"{MODULE}.toml"))

    def who(self, name: str) -> str:
        """Return the learner who answers like the exemplar *name*."""
        return next(learner for learner, like in self.like.items() if like == name)

    def is_judged(self, learner: str) -> bool:
        """Say whether there is anything for a tutor to judge: not after a crash, not when nothing was answered."""
        return self.like[learner] not in {CRASHES, "blank"}

    def hand_in(self, round_: Round, learner: str) -> None:
        """Fetch the lesson for *learner*, put the exemplar's answers beside it, and hand it in."""
        from peerlab.grading.exchange import fetch, hand_in
        from peerlab.places import module_slug

        folder, answers_like = self.work / learner / MODULE, self.exemplars[self.like[learner]]
        if not folder.exists():
            fetch(round_.cohort, MODULE, learner, self.work / learner)
        if answers_like.answers:
            stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            (folder / "answers.json").write_text(answers_like.answers_file(module_slug(MODULE), stamp), "utf-8")
        if self.like[learner] == CRASHES:
            _add_crash(next(folder.glob("*.ipynb")))
        hand_in(round_.cohort, MODULE, learner, self.work / learner)

    def compare(self, graded: Sequence[Graded]) -> int:
        """Return how many marks by test were compared with the exemplars; raises InputError when one differs."""
        agreed = 0
        for one in graded:
            stated = self.exemplars[self.like[one.learner]].earns
            for mark in one.marks:
                wanted = stated.get(mark.task)
                if mark.state != "marked" or wanted is None or wanted.points is None:
                    continue
                if (wanted.points, set(wanted.misconceptions)) != (mark.points, set(mark.misconceptions)):
                    what = f"{mark.task} earned {mark.points}, and the exemplar says {wanted.points}."
                    raise InputError(f"{one.learner}, like {self.like[one.learner]}", what, "Mend the exemplar.")
                agreed += 1
        return agreed

    def decision(self, learner: str, criterion: Criterion) -> NewDecision | None:
        """Return what a scripted tutor decides, None for a criterion that its printed threshold decides."""
        from peerlab.records.decisions import NewDecision

        tasks = [one.task for one in criterion.by_kind("tutor")]
        portfolio = bool(criterion.by_kind("portfolio"))
        if not tasks and not portfolio:
            return None
        like = self.exemplars[self.like[learner]]
        outcomes = [like.earns[task].outcome or "met" for task in tasks]
        outcome = next((one for one in ("not-yet", "nearly") if one in outcomes), "met")
        if like.name == SKIPS_PILOT and criterion.id == "4.2":
            outcome = "not-yet"
        return NewDecision(
            learner=learner,
            unit=UNIT,
            criterion=criterion.id,
            outcome=outcome,
            feedback="" if outcome == "met" else self._feedback(tasks, like),
            note=f"Seen: {criterion.evidence[0].note}." if portfolio else "",
            scripted=True,
        )

    def _feedback(self, tasks: Sequence[str], like: Exemplar) -> str:
        """Return the marking guide's own words about an answer of that outcome."""
        for task in tasks:
            for example in self.guides[task].example:
                if example.outcome == like.earns[task].outcome != "met":
                    return example.why
        return "Ask two people to say your questions back in their own words, and write down what you change."


def _add_crash(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    cell = {"cell_type": "code", "id": "boom", "metadata": {}, "source": "import os\nos._exit(3)"}
    notebook["cells"].insert(1, cell | {"execution_count": None, "outputs": []})
    path.write_text(json.dumps(notebook, indent=1), "utf-8")
