"""Match each item to one of the same few choices, by a menu."""

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
    in_words,
    refusal,
    refuse_duplicates,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import PydanticCustomError


class Choice(Part):
    """One line of every item's menu."""

    id: Slug
    text: Text


class Slip(Words):
    """Feedback on one exact choice, and the misconception it shows."""

    misconception: Slug | None = None


class ItemFeedback(Part):
    """Feedback on an item matched as it should be, and on any other choice."""

    right: Words
    other: Words


class Item(Part):
    """One thing to match, saved under its own id; the last three keys are for practice only."""

    id: Slug
    text: Text
    right: tuple[Slug, ...] = ()
    feedback: ItemFeedback | None = None
    slips: dict[str, Slip] = Field(default_factory=dict)

    def key_material(self) -> Iterator[str]:
        """Name whatever would give the answer away."""
        for name in ("right", "feedback", "slips"):
            if name in self.model_fields_set:
                yield f"item {self.id}: {name}"

    def judge(self, chosen: Any) -> tuple[Feedback, ...]:
        """Return feedback on the choice *chosen* for this item."""
        if not chosen or self.feedback is None:
            return ()
        if chosen in self.right:
            return (Feedback.of(self.id, self.feedback.right, right=True),)
        slip = self.slips.get(chosen)
        if slip is not None:
            return (Feedback.of(self.id, slip, right=False, misconception=slip.misconception),)
        return (Feedback.of(self.id, self.feedback.other, right=False),)


class Match(FieldBase):
    """A list of items, each with a menu of the same choices."""

    kind: Literal["match"]
    choices: tuple[Choice, ...] = Field(default=(), alias="choice")
    items: tuple[Item, ...] = Field(default=(), alias="item")

    @model_validator(mode="after")
    def _is_whole(self) -> Match:
        refuse_duplicates((choice.id for choice in self.choices), "choice")
        refuse_duplicates((item.id for item in self.items), "item")
        if len(self.choices) < 2:
            raise refusal(f"it has {len(self.choices) or 'no'} choices.", "Add at least two `choice` tables.")
        if not self.items:
            raise refusal("it has no items.", "Add at least one `item` table.")
        known = [choice.id for choice in self.choices]
        for item in self.items:
            for name in (*item.right, *item.slips):
                if name not in known:
                    where = "right" if name in item.right else "slips"
                    what = f'`{where}` names "{name}", which is not a choice.'
                    raise refusal(what, f"Choices here: {in_words(known)}.", f"item {item.id}")
        return self

    @property
    @override
    def keys(self) -> tuple[str, ...]:
        return tuple(item.id for item in self.items)

    @override
    def accepts(self, key: str, value: Any) -> bool:
        return key in self.keys and isinstance(value, str) and any(value == choice.id for choice in self.choices)

    @override
    def said(self, values: Values) -> tuple[Said, ...]:
        texts = {choice.id: choice.text for choice in self.choices}
        chosen = {item.id: texts.get(str(values.get(item.id)), "") for item in self.items}
        return tuple(
            Said(question=item.text, answer=(chosen[item.id],) if chosen[item.id] else ()) for item in self.items
        )

    @override
    def judge(self, values: Values) -> tuple[Feedback, ...]:
        return tuple(feedback for item in self.items for feedback in item.judge(values.get(item.id)))

    @override
    def key_material(self) -> Iterator[str]:
        for item in self.items:
            yield from item.key_material()

    @override
    def practice_faults(self) -> Iterator[PydanticCustomError]:
        for item in self.items:
            if item.feedback is None:
                remedy = "Add feedback = {right = {did, why, next}, other = {did, why, next}}."
                yield refusal("practice needs feedback on every item.", remedy, f"item {item.id}")
            if not item.right:
                yield refusal("no choice is right.", 'Add right = ["..."] with a choice id.', f"item {item.id}")
            for name in item.slips:
                if name in item.right:
                    what = f'"{name}" is both right and a slip.'
                    yield refusal(what, "Take it out of one of them.", f"item {item.id}")

    @override
    def public(self) -> dict[str, Any]:
        choices = [{"id": choice.id, "text": choice.text} for choice in self.choices]
        items = [{"id": item.id, "text": item.text} for item in self.items]
        return self.drawn(kind=self.kind, choices=choices, items=items)
