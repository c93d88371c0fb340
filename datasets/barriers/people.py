"""Invents the people of the barriers survey: the recipe says how many of each, chance says only who.

All counts come from `grading/keys/barriers-recipe.toml`, which learners do not get.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Row = dict[str, str]
Answers = dict[str, list[str]]
Lean = dict[str, dict[str, float]]
Thing = TypeVar("Thing")

AGES = {"18 to 24": (18, 24), "25 to 34": (25, 34), "35 to 44": (35, 44), "45 to 54": (45, 54), "55 and over": (55, 66)}


class Dice:
    """Chance from `random.random()` alone: the one draw whose sequence Python promises never to change."""

    def __init__(self, *seed: object) -> None:
        self._random = random.Random(" ".join(map(str, seed)))  # noqa: S311 -- invented people are no secret

    def roll(self) -> float:
        """Return the next number from 0 up to 1."""
        return self._random.random()

    def below(self, count: int) -> int:
        """Return a whole number from 0 to *count* - 1."""
        return int(self.roll() * count)

    def shuffled(self, things: Iterable[Thing]) -> list[Thing]:
        """Return *things* in a new order."""
        return [thing for _, _, thing in sorted((self.roll(), place, thing) for place, thing in enumerate(things))]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Deals values of one column to the rows among which it is still open; the recipe's head explains the parts."""

    column: str
    counts: dict[str, int]
    among: Answers = field(default_factory=dict)
    rest: str | None = None
    lean: Lean = field(default_factory=dict)

    def deal(self, rows: Sequence[Row], dice: Dice) -> None:
        """Give the values out; raises ValueError when there are more values than rows."""
        waiting = [row for row in rows if self.column not in row and suits(row, self.among)]
        values = [value for value, count in self.counts.items() for _ in range(count)]
        if len(values) > len(waiting):
            raise ValueError(f"{self.column}: {len(values)} values for {len(waiting)} rows among {self.among}.")
        if self.rest is not None:
            values += [self.rest] * (len(waiting) - len(values))
        for row, value in zip(ranked(waiting, self.lean, dice), values, strict=False):
            row[self.column] = value


def suits(row: Row, among: Mapping[str, Sequence[str]]) -> bool:
    """Say whether the row has one of the given answers in each of the given columns."""
    return all(row.get(column) in answers for column, answers in among.items())


def pull(row: Row, lean: Lean) -> float:
    """Return how strongly the row's answers lean one way; 0 is not at all."""
    return sum(weights.get(row.get(column, ""), 0.0) for column, weights in lean.items())


def ranked(rows: Sequence[Row], lean: Lean, dice: Dice) -> list[Row]:
    """Return the rows with the likeliest first: their lean, and a throw of the dice from 0 to 1."""
    scores = [pull(row, lean) + dice.roll() for row in rows]
    return [rows[place] for place in sorted(range(len(rows)), key=lambda place: (-scores[place], place))]


def invent(recipe: Mapping[str, Any], comments: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return one row per person, sorted by code, every column filled (a blank is an answer not given)."""
    seed = recipe["seed"]
    rows: list[Row] = [{} for _ in range(recipe["people"])]
    for number, step in enumerate(recipe["step"]):
        Step(**step).deal(rows, Dice(seed, step["column"], number))
    _date(rows, recipe, Dice(seed, "dates"))
    rows.sort(key=lambda row: (row["date"], row["_order"]))
    _code(rows, taken={removed["id"] for removed in recipe["removed"]})
    _age(rows, Dice(seed, "ages"))
    _tick(rows)
    _make_look_alikes(rows, recipe["look_alike"], Dice(seed, "look-alikes"))
    _comment(rows, recipe["comments"], comments, Dice(seed, "comments"))
    return rows


def _date(rows: Sequence[Row], recipe: Mapping[str, Any], dice: Dice) -> None:
    """Give each form a day: in person on working days, alone on a screen on any day."""
    days = [recipe["first_day"] + timedelta(days=number) for number in range(recipe["days_in_person"])]
    working = [day for day in days if day.weekday() < 5]
    for row in rows:
        open_days: list[date] = days if row["interviewer"] == "Self" else working
        row["date"] = open_days[dice.below(len(open_days))].isoformat()
        row["_order"] = f"{dice.roll():.12f}"


def _code(rows: Sequence[Row], taken: set[str]) -> None:
    """Number the forms in the order they came in, around the codes of the forms taken out."""
    free = (code for number in range(1, 1000) if (code := f"T{number:03}") not in taken)
    for row, code in zip(rows, free, strict=False):
        row["id"] = code


def _age(rows: Sequence[Row], dice: Dice) -> None:
    for row in rows:
        low, high = AGES[row["age_band"]]
        row["age"] = str(low + dice.below(high - low + 1))


def _tick(rows: Sequence[Row]) -> None:
    """Fill the boxes nobody dealt: not ticked, or blank where the whole question was skipped."""
    columns = sorted({column for row in rows for column in row if column.startswith("b_")})
    for row in rows:
        empty = "" if row["_ticks"] == "skipped" else "No"
        for column in [*columns, "b_prefer_not"]:
            row.setdefault(column, empty)
        row["b_none"] = "Yes" if row["_ticks"] == "none" else empty
    for row in rows:
        if row["_ticks"] == "some" and not ticked(row):
            _hand_over_a_tick(rows, row, columns)


def ticked(row: Row) -> list[str]:
    """Return the columns of the boxes this person ticked."""
    return [column for column in row if column.startswith("b_") and row[column] == "Yes"]


def _hand_over_a_tick(rows: Sequence[Row], row: Row, columns: Sequence[str]) -> None:
    """Let whoever ticked most pass one tick to someone left with none, so that the totals stay."""
    giver = max(rows, key=lambda other: (len(ticked(other)), other["id"]))
    column = next(column for column in columns if giver[column] == "Yes" and column not in ("b_online", "b_record"))
    giver[column], row[column] = "No", "Yes"


def _make_look_alikes(rows: Sequence[Row], wish: Mapping[str, list[str]], dice: Dice) -> None:
    """Make two different people answer alike, by swaps with others that leave every total as it was."""
    one, other = _pair(rows, wish["same"], dice)
    one["_look_alike"], other["_look_alike"] = other["id"], one["id"]
    for column in [name for name in one if name.startswith(("b_", "l_")) and name not in wish["keep"]]:
        if one[column] != other[column]:
            _swap(rows, other, column, one[column])


def _pair(rows: Sequence[Row], same: Sequence[str], dice: Dice) -> tuple[Row, Row]:
    ticking = dice.shuffled(row["id"] for row in rows if row["_ticks"] == "some")
    by_code = {row["id"]: row for row in rows}
    pairs = ((by_code[a], by_code[b]) for place, a in enumerate(ticking) for b in ticking[place + 1 :])
    return next(
        (one, other) for one, other in pairs if one["date"] != other["date"] and all(one[c] == other[c] for c in same)
    )


def _swap(rows: Sequence[Row], row: Row, column: str, wanted: str) -> None:
    """Swap one answer with somebody like *row* who has the wanted one and can spare it."""
    alike = {"_ticks": ["some"], **{name: [row[name]] for name in ("digital_barrier", "conviction")}}
    for other in rows:
        free = "_look_alike" not in other and len(ticked(other)) > 2
        if free and other[column] == wanted and suits(other, alike):
            other[column], row[column] = row[column], wanted
            return


def _comment(rows: Sequence[Row], wish: Mapping[str, Any], comments: Sequence[Mapping[str, Any]], dice: Dice) -> None:
    """Give each comment to someone it fits; the comments that fit fewest people choose first."""
    for row in rows:
        row["help_text"] = ""
    fitting = [[row for row in rows if suits(row, comment.get("fits", {}))] for comment in comments]
    for place in sorted(range(len(comments)), key=lambda place: (len(fitting[place]), place)):
        free = [row for row in fitting[place] if not row["help_text"]]
        likely = [row for row in free if not suits(row, wish["unlikely"])]
        if not free:
            raise ValueError(f"Nobody is left whom this comment fits: {comments[place]['text']}")
        lean: Lean = next((wish["lean"][theme] for theme in comments[place]["themes"]), {})
        ranked(likely or free, lean, dice)[0]["help_text"] = comments[place]["text"]


def each(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows with these columns only, in this order."""
    for row in rows:
        yield {column: row[column] for column in columns}
