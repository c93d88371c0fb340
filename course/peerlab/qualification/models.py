"""What a learner must show, as frozen data: Qualification > Unit > Outcome > Criterion > Evidence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from peerlab.parsing import Strict

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
TaskName = Annotated[str, StringConstraints(pattern=r"^\d{3}-[atp]\d+$")]
Count = Annotated[int, Field(gt=0)]

HOURS_PER_CREDIT = 10  # what one credit stands for


class Evidence(Strict):
    """One thing that shows a criterion: a graded cell, or something a tutor saw."""

    task: TaskName
    kind: Literal["auto", "tutor", "portfolio"]
    met_at: Count | None = None
    out_of: Count | None = None
    note: str = ""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Evidence:
        if self.task[4] != self.kind[0]:
            raise ValueError(
                f"`{self.task}` has kind `{self.kind}`. | Name auto tasks …-a1, tutor tasks …-t1, portfolio …-p1."
            )
        if self.kind == "auto" and (self.met_at is None or self.out_of is None):
            raise ValueError(f"`{self.task}` is marked by a test without a threshold. | Add `met_at` and `out_of`.")
        if self.kind != "auto" and (self.met_at or self.out_of):
            raise ValueError(f"`{self.task}` is judged by a person, who needs no threshold. | Take `met_at` out.")
        if self.met_at and self.out_of and self.met_at > self.out_of:
            raise ValueError(f"`{self.task}` is met at {self.met_at} of {self.out_of}. | Lower `met_at`.")
        return self

    @property
    def ref(self) -> str:
        """The evidence reference as papers print it: `202-A1`."""
        return self.task.upper()

    @property
    def threshold(self) -> str:
        """The threshold in words, empty for evidence a person judges."""
        return f"{self.met_at} of {self.out_of}" if self.kind == "auto" else ""


class Criterion(Strict):
    """One thing the learner can do, and everything that must show it."""

    id: Annotated[str, StringConstraints(pattern=r"^\d\.\d$")]
    text: Text
    safety_critical: bool = False
    evidence: tuple[Evidence, ...]

    @model_validator(mode="after")
    def _has_evidence(self) -> Criterion:
        if not self.evidence:
            raise ValueError("this criterion has no evidence. | Name at least one task that shows it.")
        return self

    def by_kind(self, *kinds: str) -> tuple[Evidence, ...]:
        """Return the evidence of these kinds, in order."""
        return tuple(evidence for evidence in self.evidence if evidence.kind in kinds)


class Outcome(Strict):
    """What a learner will know or be able to do; its criteria say how that is shown."""

    id: Annotated[str, StringConstraints(pattern=r"^LO\d$")]
    text: Text
    criterion: Annotated[tuple[Criterion, ...], Field(min_length=1)]


class Sized(Strict):
    """Something with a stated size: credit, guided hours and total hours."""

    credit: Count
    guided_hours: Count
    total_hours: Count


class Unit(Sized):
    """One unit, taught by one module and certificated on its own."""

    id: Annotated[str, StringConstraints(pattern=r"^PRS-\d{3}$")]
    title: Text
    module: Text
    standing: Literal["compulsory", "recommended", "optional"]
    level: Count
    outcome: Annotated[tuple[Outcome, ...], Field(min_length=1)]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion of the unit, in order."""
        return tuple(criterion for outcome in self.outcome for criterion in outcome.criterion)

    def criterion(self, name: str) -> Criterion | None:
        """Return the criterion called *name* (`2.1`), or None."""
        return next((criterion for criterion in self.criteria if criterion.id == name), None)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every piece of evidence the unit asks for, in order."""
        return tuple(evidence for criterion in self.criteria for evidence in criterion.evidence)


class Award(Sized):
    """A combination of units that earns an award."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z]+$")]
    title: Text
    units: Annotated[tuple[str, ...], Field(min_length=1)]


class Gate(Strict):
    """A door that stays shut until what it needs is met."""

    id: Text
    title: Text
    shuts: Text
    needs: Annotated[tuple[str, ...], Field(min_length=1)]


class Rules(Strict):
    """How often, and within what time, a learner may try again."""

    resubmissions: Annotated[int, Field(ge=0)]
    resubmission_days: Count


class Standing(Sized):
    """The qualification's own name, version and stated size."""

    id: Text
    title: Text
    version: Text
    standing: Text
    level: Count


class Qualification(Strict):
    """The whole qualification; reading it checks that everything in it fits together."""

    qualification: Standing
    rules: Rules
    award: tuple[Award, ...]
    gate: tuple[Gate, ...] = ()
    unit: Annotated[tuple[Unit, ...], Field(min_length=1)]

    @property
    def id(self) -> str:
        """The qualification's short name."""
        return self.qualification.id

    @property
    def version(self) -> str:
        """The version a registration keeps for ever."""
        return self.qualification.version

    @property
    def units(self) -> tuple[Unit, ...]:
        """Every unit, in order."""
        return self.unit

    def find_unit(self, name: str) -> Unit | None:
        """Return the unit called *name* (`PRS-202`), or None."""
        return next((unit for unit in self.unit if unit.id == name), None)

    def unit_of_module(self, module: str) -> Unit | None:
        """Return the unit that *module* (a folder in notebooks/) teaches, or None."""
        return next((unit for unit in self.unit if unit.module == module), None)
