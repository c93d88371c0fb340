"""What a person answering would meet in a table of answer options: overlaps, gaps, no way out, a tilted scale."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Scale = Literal["range", "rating"]
FaultKind = Literal["overlap", "gap", "no-opt-out", "unbalanced", "too-few", "empty-label", "not-a-range"]

ROLES: Mapping[Scale, tuple[str, ...]] = {
    "range": ("answer", "opt-out"),
    "rating": ("good", "middle", "bad", "opt-out"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to mend, said in words; *rows* are the places (from 0) of the rows it is about."""

    kind: FaultKind
    what: str
    next: str
    rows: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """Both sentences: what a person answering would meet, and one next step."""
        return f"{self.what} {self.next}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    place: int
    label: str
    role: str
    low: int | None
    high: int | None

    @property
    def name(self) -> str:
        return f"Row {self.place + 1}"

    @property
    def blank(self) -> bool:
        return not self.label and self.low is None and self.high is None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """A box from *low* to *high*, both inside it; no *high* means "and over"."""

    place: int
    low: int
    high: int | None


def option_faults(rows: Sequence[Mapping[str, Any]], *, scale: Scale, lowest: int | None = None) -> tuple[Fault, ...]:
    """Return what is still to mend in *rows* of {label, role, from, to}, most basic first.

    Rows left wholly blank are not counted. On a "range" scale every whole number from *lowest* up must have one box.
    """
    filled = [row for row in map(_row, range(len(rows)), rows) if not row.blank]
    judged = _range_faults(filled, lowest) if scale == "range" else _rating_faults(filled)
    return (*_label_faults(filled), *judged, *_way_out_faults(filled))


def _row(place: int, raw: Mapping[str, Any]) -> _Row:
    label = str(raw.get("label") or "").strip()
    return _Row(place=place, label=label, role=str(raw.get("role") or ""), low=raw.get("from"), high=raw.get("to"))


def _label_faults(rows: Sequence[_Row]) -> Iterator[Fault]:
    for row in rows:
        if not row.label:
            yield Fault(
                kind="empty-label",
                what=f"{row.name} has no words.",
                next="Write what people will read there.",
                rows=(row.place,),
            )


def _way_out_faults(rows: Sequence[_Row]) -> Iterator[Fault]:
    if not any(row.role == "opt-out" for row in rows):
        yield Fault(
            kind="no-opt-out",
            what='You have no "prefer not to say". Without it, people may stop or guess.',
            next="Add one row that is a way out.",
        )


def _too_few(number: int) -> Iterator[Fault]:
    if number < 2:
        so_far = "no answers" if number == 0 else "1 answer"
        yield Fault(kind="too-few", what=f"You have {so_far} to choose from.", next="Make at least 2.")


def _range_faults(rows: Sequence[_Row], lowest: int | None) -> Iterator[Fault]:
    answers = [row for row in rows if row.role == "answer"]
    yield from _too_few(len(answers))
    ranges = []
    for row in answers:
        if row.low is None or (row.high is not None and row.high < row.low):
            yield _not_a_range(row)
        else:
            ranges.append(_Range(place=row.place, low=row.low, high=row.high))
    if ranges and len(ranges) == len(answers):
        yield from _tiling_faults(sorted(ranges, key=lambda box: (box.low, box.high is None)), lowest)


def _not_a_range(row: _Row) -> Fault:
    if row.low is None:
        what, next_step = f'{row.name} has no "from" number.', "Write the lowest number that fits there."
    else:
        what, next_step = f"{row.name} goes down, from {row.low} to {row.high}.", "Put the lower number first."
    return Fault(kind="not-a-range", what=what, next=next_step, rows=(row.place,))


def _tiling_faults(ranges: Sequence[_Range], lowest: int | None) -> Iterator[Fault]:
    """Walk up the numbers, and say where a number has two boxes or none."""
    first = ranges[0]
    if lowest is not None and first.low > lowest:
        yield _gap(str(lowest), f"Start the first box at {lowest}.", (first.place,))
    reach = first
    for box in ranges[1:]:
        if reach.high is None or box.low <= reach.high:
            yield _overlap(reach, box)
        elif box.low > reach.high + 1:
            yield _gap(str(reach.high + 1), f"Start the next box at {reach.high + 1}.", (reach.place, box.place))
        if reach.high is not None and (box.high is None or box.high > reach.high):
            reach = box
    if reach.high is not None:
        yield _gap(f"{reach.high + 1} or more", 'Leave the last "to" empty. It then means "and over".', (reach.place,))


def _gap(number: str, next_step: str, rows: tuple[int, ...]) -> Fault:
    return Fault(kind="gap", what=f"Someone who says {number} has no box.", next=next_step, rows=rows)


def _overlap(one: _Range, two: _Range) -> Fault:
    if one.high is None:
        next_step = f'Give row {one.place + 1} a "to" number.'
    elif two.high is not None and two.high <= one.high:
        next_step = f"Rows {one.place + 1} and {two.place + 1} share numbers. Change one of them."
    else:
        next_step = f"Start the second at {one.high + 1}."
    return Fault(
        kind="overlap",
        what=f"Someone who says {two.low} fits two boxes.",
        next=next_step,
        rows=(one.place, two.place),
    )


def _rating_faults(rows: Sequence[_Row]) -> Iterator[Fault]:
    roles = Counter(row.role for row in rows)
    good, bad = roles["good"], roles["bad"]
    yield from _too_few(good + bad + roles["middle"])
    for row in rows:
        if row.role not in ROLES["rating"]:
            yield Fault(
                kind="unbalanced",
                what=f"{row.name} has no kind yet.",
                next="Say if it is good, in the middle, bad, or a way out.",
                rows=(row.place,),
            )
    if good != bad:
        yield Fault(
            kind="unbalanced",
            what=f"You have {good} good {_labels(good)} and {bad} bad {_labels(bad)}.",
            next="Make them equal.",
            rows=tuple(row.place for row in rows if row.role in {"good", "bad"}),
        )


def _labels(number: int) -> str:
    return "label" if number == 1 else "labels"
