"""Reads the CSV of new learners; what is odd about it is said with its line, before anything is kept."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peerlab.errors import InputError
from peerlab.parsing import near_miss
from peerlab.records.decoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REQUIRED = ("name", "reference")
OPTIONAL = ("email",)
_NOT_LETTERS = {"Cc", "Cn", "Co", "Cs"}  # control, unassigned, private and half characters
_LONGEST = {"name": 200, "reference": 100, "email": 320}


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLearner:
    """One line of the file: a person, by the name a certificate will print and the centre's own reference."""

    name: str
    reference: str
    email: str | None = None
    line: int = 0


def reference_key(reference: str) -> str:
    """Return *reference* as it is compared: `r-001` and `R-001` are one learner."""
    return unicodedata.normalize("NFKC", reference).casefold()


def read_learners(path: Path, encoding: str | None = None) -> tuple[NewLearner, ...]:
    """Return the learners in the CSV at *path*; raises InputError for the first thing that does not fit."""
    rows = _rows(decode(path, encoding), path)
    line, header = next(rows, (1, []))
    columns = _columns(header, f"{path}, line {line}")
    learners = tuple(
        _learner(dict(zip(columns, row, strict=True)), path, line) for line, row in _whole(rows, columns, path)
    )
    if not learners:
        raise InputError(str(path), "there is no learner in this file.", "Add a line for each learner.")
    _refuse_twice(learners, path)
    return learners


def _rows(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty, with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    begins = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield begins, row
            begins = reader.line_num + 1
    except csv.Error as fault:
        raise InputError(
            f"{path}, line {begins}", f"this is not CSV ({fault}).", "Save the list as CSV from your spreadsheet."
        ) from None


def _delimiter(text: str) -> str:
    """Return what parts the columns: spreadsheets write semicolons in some countries, and tabs when asked."""
    header = text.lstrip().partition("\n")[0]
    return max(",;\t", key=header.count)


def _columns(header: list[str], where: str) -> list[str]:
    columns = [cell.strip().casefold() for cell in header]
    known = (*REQUIRED, *OPTIONAL)
    strange = [column for column in columns if column not in known]
    missing = [column for column in REQUIRED if column not in columns]
    if not set(columns) & set(known) and not any(near_miss(name, known).startswith("Did") for name in columns):
        raise InputError(
            where, "this is not a list of learners.", "Begin a CSV file with the columns name, reference and email."
        )
    if missing:
        hint = f" Is `{strange[0]}` that column? Rename it." if strange else ""
        raise InputError(where, f"the column `{missing[0]}` is missing.", f"Add it to the first line.{hint}")
    if strange:
        name = strange[0] or "(empty)"
        raise InputError(where, f"the column `{name}` is not one we know.", f"{near_miss(name, known)} Or take it out.")
    for column in columns:
        if columns.count(column) > 1:
            raise InputError(where, f"the column `{column}` is there twice.", "Take one of them out.")
    return columns


def _whole(rows: Iterator[tuple[int, list[str]]], columns: list[str], path: Path) -> Iterator[tuple[int, list[str]]]:
    for line, row in rows:
        if len(row) != len(columns):
            raise InputError(
                f"{path}, line {line}",
                f"there are {len(columns)} columns, and this line has {len(row)} cells.",
                "Put quotes round a cell that has a comma in it.",
            )
        yield line, row


def _learner(row: dict[str, str], path: Path, line: int) -> NewLearner:
    where = f"{path}, line {line}"
    cells = {column: _clean(cell, column, where) for column, cell in row.items()}
    for column in REQUIRED:
        if not cells[column]:
            raise InputError(where, f"the {column} is empty.", "Fill it in, or take the line out.")
    email = cells.get("email") or None
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise InputError(where, f"`{email}` is not an email address.", "Correct it, or leave it empty.")
    return NewLearner(name=cells["name"], reference=cells["reference"], email=email, line=line)


def _clean(cell: str, column: str, where: str) -> str:
    """Return *cell* with single spaces, its letters composed as one keyboard would write them."""
    text = unicodedata.normalize("NFC", " ".join(cell.split()))
    if any(
        unicodedata.category(letter) in {"Cc", "Co", "Cn"} or letter == "\N{REPLACEMENT CHARACTER}" for letter in text
    ):
        raise InputError(where, f"the {column} has a character that is not text: {text!r}.", "Type it again.")
    if len(text) > _LONGEST[column]:
        raise InputError(where, f"the {column} is longer than {_LONGEST[column]} characters.", "Shorten it.")
    return text


def _refuse_twice(learners: tuple[NewLearner, ...], path: Path) -> None:
    first: dict[str, NewLearner] = {}
    for learner in learners:
        before = first.setdefault(reference_key(learner.reference), learner)
        if before is not learner:
            raise InputError(
                f"{path}, lines {before.line} and {learner.line}",
                f"both have the reference `{learner.reference}`.",
                "Give each learner their own, or take one line out.",
            )
