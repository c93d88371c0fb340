"""Questions with no right answer: how far along a scale, and what is done from a list."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from peerlab.lesson.kinds.base import Said, Text, Unjudged, Values, refusal, refuse_duplicates
from peerlab.lesson.kinds.match import Choice

MOST_POINTS = 11


class Rate(Unjudged):
    """One point of a scale, every point with its words; saved as the point's number, counted from 1."""

    kind: Literal["rate"]
    points: tuple[Text, ...]

    @model_validator(mode="after")
    def _has_a_scale(self) -> Rate:
        if not 2 <= len(self.points) <= MOST_POINTS:
            raise refusal(f"a scale of {len(self.points)} is no scale.", f"Give 2 to {MOST_POINTS} `points`.")
        return self

    @override
    def accepts(self, key: str, value: Any) -> bool:
        return key == self.id and isinstance(value, str) and value in self._ids()

    @override
    def said(self, values: Values) -> tuple[Said, ...]:
        chosen = values.get(self.id)
        answer = tuple(text for name, text in zip(self._ids(), self.points, strict=True) if name == chosen)
        return (Said(question=self.label, answer=answer),)

    @override
    def public(self) -> dict[str, Any]:
        options = [{"id": name, "text": text} for name, text in zip(self._ids(), self.points, strict=True)]
        return self.drawn(kind=self.kind, options=options)

    def _ids(self) -> tuple[str, ...]:
        return tuple(str(place) for place in range(1, len(self.points) + 1))


class Checklist(Unjudged):
    """Things to tick off as they are done; it is complete when every one is."""

    kind: Literal["checklist"]
    items: tuple[Choice, ...] = Field(default=(), alias="item")

    @model_validator(mode="after")
    def _has_items(self) -> Checklist:
        refuse_duplicates((item.id for item in self.items), "item")
        if not self.items:
            raise refusal("it has no items.", "Add at least one `item` table.")
        return self

    @override
    def accepts(self, key: str, value: Any) -> bool:
        if key != self.id or not isinstance(value, list) or len(set(map(str, value))) != len(value):
            return False
        known = {item.id for item in self.items}
        return all(isinstance(one, str) and one in known for one in value)

    @override
    def said(self, values: Values) -> tuple[Said, ...]:
        ticked = values.get(self.id) or ()
        return (Said(question=self.label, answer=tuple(item.text for item in self.items if item.id in ticked)),)

    @override
    def missing(self, values: Values) -> tuple[str, ...]:
        return () if len(values.get(self.id) or ()) == len(self.items) else (self.label,)

    @override
    def public(self) -> dict[str, Any]:
        options = [{"id": item.id, "text": item.text} for item in self.items]
        return self.drawn(kind=self.kind, options=options)
