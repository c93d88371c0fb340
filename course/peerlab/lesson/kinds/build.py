"""Build a table of answer options, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator
from typing_extensions import override

from peerlab.lesson.kinds.base import Feedback, FieldBase, Said, Values, is_text, refusal
from peerlab.lesson.options import ROLES, Fault, FaultKind, Scale, option_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS = 20
MOST_LABEL = 200
MOST_NUMBER = 1_000_000
ROLE_WORDS = {"answer": "An answer", "good": "Good", "middle": "In the middle", "bad": "Bad", "opt-out": "A way out"}

_WHY: dict[FaultKind, str] = {
    "overlap": "People must guess which box you meant, and each may guess differently.",
    "gap": "They may leave the question out, or pick a box that is not true for them.",
    "no-opt-out": "An honest gap is better than a false answer.",
    "unbalanced": "A tilted list tips people towards one side.",
    "too-few": "People need a real choice.",
    "empty-label": "Nobody can choose a box without words.",
    "not-a-range": "We cannot tell which numbers belong in that box.",
}
_WHOLE = {
    "range": "Every number fits one box, and there is a way out.",
    "rating": "Both sides have the same number of labels, and there is a way out.",
}


class Options(FieldBase):
    """Rows of {label, role, from, to}, added and removed by buttons."""

    kind: Literal["options"]
    scale: Scale
    lowest: int | None = Field(default=None, ge=0, le=MOST_NUMBER)
    rows: int = Field(default=4, ge=1, le=MOST_ROWS)

    @model_validator(mode="after")
    def _lowest_fits_the_scale(self) -> Options:
        if self.scale == "range" and self.lowest is None:
            raise refusal("a range needs `lowest`.", "Add the lowest number that must have a box, such as lowest = 18.")
        if self.scale == "rating" and self.lowest is not None:
            raise refusal("a rating has no numbers.", "Take out `lowest`.")
        return self

    @override
    def accepts(self, key: str, value: Any) -> bool:
        if key != self.id or not isinstance(value, list) or len(value) > MOST_ROWS:
            return False
        return all(self._accepts_row(row) for row in value)

    def _accepts_row(self, row: Any) -> bool:
        if not isinstance(row, dict) or not {"label", "role"} <= row.keys() <= {"label", "role", "from", "to"}:
            return False
        numbers = (row.get("from"), row.get("to"))
        numbers_fit = all(map(_is_number, numbers)) if self.scale == "range" else numbers == (None, None)
        # A row just added has no role yet.
        return numbers_fit and is_text(row["label"], MOST_LABEL) and row["role"] in ("", *ROLES[self.scale])

    @override
    def said(self, values: Values) -> tuple[Said, ...]:
        rows = tuple(filter(None, map(_row_in_words, values.get(self.id) or ())))
        return (Said(question=self.label, answer=rows),)

    @override
    def judge(self, values: Values) -> tuple[Feedback, ...]:
        if not self.said(values)[0].answer:
            return ()
        faults = option_faults(values[self.id], scale=self.scale, lowest=self.lowest)
        return tuple(map(self._say, faults)) or (self._whole(),)

    def _say(self, fault: Fault) -> Feedback:
        return Feedback(field=self.id, right=False, did=fault.what, why=_WHY[fault.kind], next=fault.next)

    def _whole(self) -> Feedback:
        return Feedback(
            field=self.id,
            right=True,
            did=_WHOLE[self.scale],
            why="Each person can find themselves, once.",
            next="Read your list aloud to someone and ask what they would tick.",
        )

    @override
    def key_material(self) -> Iterator[str]:
        return iter(())

    @override
    def public(self) -> dict[str, Any]:
        roles = [{"id": role, "text": ROLE_WORDS[role]} for role in ROLES[self.scale]]
        limits = {"mostRows": MOST_ROWS, "mostLabel": MOST_LABEL, "mostNumber": MOST_NUMBER}
        return self.drawn(kind=self.kind, scale=self.scale, rows=self.rows, roles=roles, **limits)


def _is_number(value: Any) -> bool:
    return value is None or (type(value) is int and 0 <= value <= MOST_NUMBER)


def _row_in_words(row: dict[str, Any]) -> str:
    low, high = row.get("from"), row.get("to")
    numbers = (
        "" if low is None and high is None else f"from {_number(low)} " + ("and over" if high is None else f"to {high}")
    )
    details = "; ".join(filter(None, (numbers, ROLE_WORDS.get(row["role"], "").lower())))
    if not row["label"] and not numbers:
        return ""
    return f"{row['label'] or 'No words yet'} ({details})" if details else str(row["label"])


def _number(low: int | None) -> str:
    return "no number" if low is None else str(low)
