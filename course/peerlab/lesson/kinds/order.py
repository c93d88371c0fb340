"""Put items in order, by buttons that work from the keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from peerlab.lesson.kinds.base import Feedback, FieldBase, Said, Slug, Values, in_words, refusal, refuse_duplicates
from peerlab.lesson.kinds.match import Choice, ItemFeedback, Slip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import PydanticCustomError


class Order(FieldBase):
    """A list that a learner puts in order; the last three keys are for practice only.

    *first* gives feedback on an order that begins with that item: the commonest slip is the wrong first step.
    """

    kind: Literal["order"]
    items: tuple[Choice, ...] = Field(default=(), alias="item")
    right: tuple[Slug, ...] = ()
    feedback: ItemFeedback | None = None
    first: Mapping[str, Slip] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_whole(self) -> Order:
        ids = [item.id for item in self.items]
        refuse_duplicates(ids, "item")
        if len(ids) < 2:
            raise refusal(f"it has {len(ids) or 'no'} items.", "Add at least two `item` tables.")
        if self.right and sorted(self.right) != sorted(ids):
            raise refusal("`right` does not name every item once.", f"Items here: {in_words(ids)}.")
        for name in self.first:
            if name not in ids:
                raise refusal(f'`first` names "{name}", which is not an item.', f"Items here: {in_words(ids)}.")
        return self

    @override
    def accepts(self, key: str, value: Any) -> bool:
        known = sorted(item.id for item in self.items)
        if key != self.id or not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            return False
        return sorted(value) == known

    @override
    def said(self, values: Values) -> tuple[Said, ...]:
        texts = {item.id: item.text for item in self.items}
        order = values.get(self.id) or ()
        answer = tuple(f"{place}. {texts[name]}" for place, name in enumerate(order, start=1))
        return (Said(question=self.label, answer=answer),)

    @override
    def judge(self, values: Values) -> tuple[Feedback, ...]:
        order = values.get(self.id)
        if not order or self.feedback is None:
            return ()
        if tuple(order) == self.right:
            return (Feedback.of(self.id, self.feedback.right, right=True),)
        slip = self.first.get(order[0])
        if slip is not None:
            return (Feedback.of(self.id, slip, right=False, misconception=slip.misconception),)
        return (Feedback.of(self.id, self.feedback.other, right=False),)

    @override
    def key_material(self) -> Iterator[str]:
        for name in ("right", "feedback", "first"):
            if name in self.model_fields_set:
                yield name

    @override
    def practice_faults(self) -> Iterator[PydanticCustomError]:
        if not self.right:
            yield refusal("no order is right.", "Add right = [...] with every item id, in order.")
        if self.feedback is None:
            remedy = "Add feedback = {right = {did, why, next}, other = {did, why, next}}."
            yield refusal("practice needs feedback.", remedy)
        if self.right and self.right == tuple(item.id for item in self.items):
            yield refusal("the items stand in the right order already.", "Write them in another order.")
        if self.right and self.right[0] in self.first:
            yield refusal(f'"{self.right[0]}" is both right and a slip.', "Take it out of `first`.")

    @override
    def public(self) -> dict[str, Any]:
        return self.drawn(kind=self.kind, items=[{"id": item.id, "text": item.text} for item in self.items])
