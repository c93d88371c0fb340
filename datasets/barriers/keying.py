"""Keys the forms in as tired people do: the raw file, and a log of every slip for the tutor's key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any

from people import AGES, Dice, Row, suits, ticked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SCALE = {
    "1": "Strongly disagree",
    "2": "Disagree",
    "3": "Neither agree nor disagree",
    "4": "Agree",
    "5": "Strongly agree",
}
TENS = {2: "twenty", 3: "thirty", 4: "forty", 5: "fifty", 6: "sixty"}
UNITS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PADDINGS = (" {}", "{} ", "{}  ")
PADDED = ("gender", "housing", "route", "conviction", "programme", "ready_now")


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """One cell (or one form) that was keyed in another way than the code book asks for."""

    kind: str
    id: str
    column: str = ""
    typed: str = ""
    means: str = ""


@dataclass(kw_only=True)
class Keyboard:
    """The raw rows while they are being keyed, and the log of what went astray."""

    forms: list[Row]
    dice: Dice
    aside: frozenset[str]
    log: list[Slip] = field(default_factory=list)

    def key(self, form: Row, column: str, typed: str, kind: str) -> None:
        """Type something else into one cell, and write it down."""
        self.log.append(Slip(kind=kind, id=form["id"], column=column, typed=typed, means=form[column]))
        form[column] = typed

    def pick(self, column: str, wanted: Callable[[Row], bool]) -> Row:
        """Return a paper form that answers *wanted* and has no slip in *column* yet."""
        touched = {(slip.id, slip.column) for slip in self.log}
        paper = [form for form in self.forms if form["interviewer"] != "Self" and form["id"] not in self.aside]
        open_forms = [form for form in paper if (form["id"], column) not in touched and wanted(form)]
        if not open_forms:
            raise ValueError(f"No form is left for a slip in {column}.")
        return open_forms[self.dice.below(len(open_forms))]


def answering(column: str, *answers: str) -> Callable[[Row], bool]:
    """Return a test for forms with one of these answers in the column."""
    return partial(suits, among={column: answers})


def key_in(people: Sequence[Row], recipe: Mapping[str, Any], columns: Sequence[str]) -> tuple[list[Row], list[Slip]]:
    """Return the raw rows with the given columns, and every slip made in keying them."""
    taken_out = [_removed(removed, people, columns) for removed in recipe["removed"]]
    forms = [{column: row.get(column, "") for column in columns} for row in people] + taken_out
    forms.sort(key=lambda form: form["id"])
    aside = frozenset(form["id"] for form in taken_out)
    board = Keyboard(forms=forms, dice=Dice(recipe["seed"], "keying"), aside=aside)
    wish = recipe["keying"]
    _habits(board, wish)
    _spellings(board, wish["spellings"])
    _ages(board, wish)
    _odd_cells(board, wish)
    _spaces(board, wish["spaces"])
    board.log += [Slip(kind=removed["why"], id=removed["id"]) for removed in recipe["removed"]]
    raw = _with_copies(board)
    board.log += [Slip(kind="not turned round", id=row["id"]) for row in [*people, *taken_out] if row["l_benefits"]]
    return raw, board.log


def _removed(removed: Mapping[str, Any], people: Sequence[Row], columns: Sequence[str]) -> Row:
    """Return a form that cleaning takes out again; it came in on the same day as the form before it."""
    earlier = max((row for row in people if row["id"] < removed["id"]), key=lambda row: row["id"])
    form = {column: "No" if column.startswith("b_") else "" for column in columns}
    form |= {"id": removed["id"], "date": earlier["date"], "b_ticked": ""}
    form |= removed["answers"] | dict.fromkeys(removed["ticked"], "Yes")
    return form


def _habits(board: Keyboard, wish: Mapping[str, Any]) -> None:
    """Key whole forms the way one person always does: dates, scales, a batch of ticks, signs for no answer."""
    _no_answers(board, wish["no_answer"])
    for form in board.forms:
        if form["interviewer"] in wish["day_first_by"]:
            board.key(form, "date", date.fromisoformat(form["date"]).strftime("%d/%m/%Y"), "date day first")
        for column in (name for name in form if name.startswith("l_")):
            if form["interviewer"] in wish["words_by"] and form[column] in SCALE:
                board.key(form, column, SCALE[form[column]], "scale in words")
    later = [form for form in board.forms if form["id"] >= wish["batch_from"] and form["id"] not in board.aside]
    paper = [form for form in later if form["interviewer"] != "Self" and ticked(form) not in ([], ["b_none"])]
    for form in paper[: wish["batch_forms"]]:
        _tick_in_one_cell(board, form)


def _no_answers(board: Keyboard, signs: Mapping[str, list[str]]) -> None:
    scale, ticks, words = cycle(signs["scale"]), cycle(signs["ticks"]), cycle(signs["help_text"])
    for form in (form for form in board.forms if form["id"] not in board.aside):
        boxes = [name for name in form if name.startswith("b_") and name != "b_ticked"]
        blanks = {name: next(scale) for name in form if name.startswith("l_") and not form[name]}
        if all(not form[name] for name in boxes):
            blanks |= dict.fromkeys(boxes, next(ticks))
        if not form["help_text"]:
            blanks["help_text"] = next(words)
        for column, sign in blanks.items():
            board.key(form, column, sign, "no answer")


def _tick_in_one_cell(board: Keyboard, form: Row) -> None:
    """Type all ticks with commas between: `Confidence, Mental health`."""
    names = [name.removeprefix("b_").replace("_", " ").capitalize() for name in ticked(form)]
    for name in [name for name in form if name.startswith("b_")]:
        form[name] = ""
    board.key(form, "b_ticked", ", ".join(names), "ticks in one cell")


def _spellings(board: Keyboard, spellings: Mapping[str, Mapping[str, list[str]]]) -> None:
    for column, answers in spellings.items():
        for answer, ways in answers.items():
            for typed in ways:
                form = board.pick(column, answering(column, answer))
                board.key(form, column, typed, "spelling")


def _ages(board: Keyboard, wish: Mapping[str, Any]) -> None:
    """Type one age as 204, one as a year of birth, and a few as words."""
    for error in wish["typing_errors"]:
        form = board.pick("age", answering("age", error["age"]))
        board.key(form, "age", error["typed"], error["kind"])
    joins = cycle("- ")
    for _ in range(wish["ages_in_words"]):
        form = board.pick("age", _sayable)
        tens, units = divmod(int(form["age"]), 10)
        board.key(form, "age", TENS[tens] + next(joins) + UNITS[units], "age in words")


def _sayable(form: Row) -> bool:
    """Say whether the age is one of two words, such as thirty-one."""
    return int(form["age"]) // 10 in TENS and int(form["age"]) % 10 > 0


def _odd_cells(board: Keyboard, wish: Mapping[str, Any]) -> None:
    """Type a day that does not exist, notes into number columns, and 'none' beside other ticks."""
    impossible = wish["impossible"]
    form = board.pick("date", answering("date", impossible["date"]))
    board.key(form, "date", impossible["typed"], "impossible date")
    for note in wish["notes"]:
        form = board.pick(note["column"], answering(note["column"], *map(str, range(100))))
        board.key(form, note["column"], form[note["column"]] + note["note"], "note in a number column")
    for _ in range(wish["none_and_others"]):
        form = board.pick("b_none", lambda form: len(ticked(form)) > 1)
        board.key(form, "b_none", "Yes", "none ticked with others")


def _spaces(board: Keyboard, count: int) -> None:
    for _, column, padding in zip(range(count), cycle(PADDED), cycle(PADDINGS), strict=False):
        form = board.pick(column, lambda _form: True)
        board.key(form, column, padding.format(form[column]), "stray spaces")


def _with_copies(board: Keyboard) -> list[Row]:
    """Return the forms with two keyed a second time: one the same in every cell, one with two slips of the finger."""
    unfit = {slip.id for slip in board.log} | board.aside
    paper = [form for form in board.forms if form["interviewer"] != "Self" and form["id"] not in unfit]
    plain = [form for form in paper if "1" < form["l_ready"] < "5"]
    exact, near, *_ = board.dice.shuffled(range(len(plain)))
    again = dict(plain[near])
    last_of_band = again["age"] in {str(high) for _, high in AGES.values()}
    again["age"] = str(int(again["age"]) + (-1 if last_of_band else 1))
    again["l_ready"] = str(int(again["l_ready"]) - 1)
    board.log.append(Slip(kind="keyed twice, the same", id=plain[exact]["id"]))
    board.log.append(Slip(kind="keyed twice, nearly the same", id=again["id"], column="age and l_ready"))
    place = board.forms.index(plain[exact])
    return [*board.forms[: place + 9], dict(plain[exact]), *board.forms[place + 9 :], again]
