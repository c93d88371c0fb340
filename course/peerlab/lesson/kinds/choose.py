"""Choose one, or choose many, from options in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from peerlab.lesson.kinds.base import (
    Feedback,
    FieldBase,
    Part,
    Said,
    Slug,
    Text,
    Values,
    Words,
    refusal,
    refuse_duplicates,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import PydanticCustomError


class Option(Part):
    """One answer a learner can choose; the last three keys are for practice only."""

    id: Slug
    text: Text
    right: bool = False
    feedback: Words | None = None
    misconception: Slug | None = None

    def key_material(self) -> Iterator[str]:
        """Name whatever would give the answer away."""
        for name in ("right", "feedback", "misconception"):
            if name in self.model_fields_set:
                yield f"option {self.id}: {name}"


class _Choose(FieldBase):
    options: tuple[Option, ...] = Field(default=(), alias="option")

    @model_validator(mode="after")
    def _has_two_options(self) -> _Choose:
        refuse_duplicates((option.id for option in self.options), "option")
        if len(self.options) < 2:
            raise refusal(f"it has {len(self.options) or 'no'} options.", "Add at least two `option` tables.")
        return self

    @override
    def key_material(self) -> Iterator[str]:
        for option in self.options:
            yield from option.key_material()

    @override
    def practice_faults(self) -> Iterator[PydanticCustomError]:
        for option in self.options:
            if option.feedback is None:
                remedy = "Add feedback = {did = ..., why = ..., next = ...}."
                yield refusal("practice needs feedback on every option.", remedy, f"option {option.id}")
        if not any(option.right for option in self.options):
            yield refusal("no option is right.", "Add `right = true` to one.")

    @override
    def public(self) -> dict[str, Any]:
        options = [{"id": option.id, "text": option.text} for option in self.options]
        return self.drawn(options=options)


class ChooseOne(_Choose):
    """Radio buttons: exactly one option."""

    kind: Literal["choose-one"]

    @override
    def accepts(self, key: str, value: Any) -> bool:
        return key == self.id and isinstance(value, str) and any(value == option.id for option in self.options)

    @override
    def said(self, values: Values) -> tuple[Said, ...]:
        chosen = tuple(option.text for option in self.options if option.id == values.get(self.id))
        return (Said(question=self.label, answer=chosen),)

    @override
    def judge(self, values: Values) -> tuple[Feedback, ...]:
        return tuple(
            Feedback.of(self.id, option.feedback, right=option.right, misconception=option.misconception)
            for option in self.options
            if option.id == values.get(self.id) and option.feedback is not None
        )

    @override
    def public(self) -> dict[str, Any]:
        return super().public() | {"kind": self.kind}


class ChooseMany(_Choose):
    """Tick boxes: any number of options, judged together."""

    kind: Literal["choose-many"]
    feedback: Words | None = None

    @override
    def accepts(self, key: str, value: Any) -> bool:
        if key != self.id or not isinstance(value, list) or len(value) > len(self.options):
            return False
        known = {option.id for option in self.options}
        return all(isinstance(one, str) and one in known for one in value) and len(set(value)) == len(value)

    @override
    def said(self, values: Values) -> tuple[Said, ...]:
        ticked = values.get(self.id) or ()
        chosen = tuple(option.text for option in self.options if option.id in ticked)
        return (Said(question=self.label, answer=chosen),)

    @override
    def judge(self, values: Values) -> tuple[Feedback, ...]:
        """Return feedback on each option got mistaken (ticked though not right, or left though right), else on all."""
        ticked = values.get(self.id)
        if not ticked:
            return ()
        mistaken = tuple(
            Feedback.of(self.id, option.feedback, right=False, misconception=option.misconception)
            for option in self.options
            if option.right != (option.id in ticked) and option.feedback is not None
        )
        if mistaken or self.feedback is None:
            return mistaken
        return (Feedback.of(self.id, self.feedback, right=True),)

    @override
    def key_material(self) -> Iterator[str]:
        if self.feedback is not None:
            yield "feedback"
        yield from super().key_material()

    @override
    def practice_faults(self) -> Iterator[PydanticCustomError]:
        yield from super().practice_faults()
        if self.feedback is None:
            yield refusal("practice needs feedback for when all are as they should be.", "Add `feedback` to the field.")

    @override
    def public(self) -> dict[str, Any]:
        return super().public() | {"kind": self.kind}
