"""Write an answer in words; advice is given by the page while typing, and never stops anyone."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from typing_extensions import override

from peerlab.lesson.kinds.base import Said, Unjudged, Values, is_text


class Write(Unjudged):
    """One line, or a box of several, for the learner's own words."""

    kind: Literal["write"]
    lines: int = Field(default=4, ge=1, le=20)
    most: int = Field(default=1200, ge=10, le=8000)
    advice: bool = False

    @override
    def accepts(self, key: str, value: Any) -> bool:
        return key == self.id and is_text(value, self.most)

    @override
    def said(self, values: Values) -> tuple[Said, ...]:
        text = str(values.get(self.id) or "").strip()
        return (Said(question=self.label, answer=(text,) if text else ()),)

    @override
    def public(self) -> dict[str, Any]:
        return self.drawn(kind=self.kind, lines=self.lines, most=self.most, advice=self.advice)
