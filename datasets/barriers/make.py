"""Rebuilds the barriers survey, byte for byte: `python datasets/barriers/make.py`.

It reads `fields.toml` beside it, and from `grading/keys/` (which only tutors have) the recipe and the comments.
It writes the two CSV files, `codebook.csv` and `datapackage.json` here, and the tutor's key into `grading/keys/`.
Only the standard library is used, so that no other package's version can change a byte.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import papers
from keying import key_in
from people import each, invent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from people import Row

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
KEYS = ROOT / "grading" / "keys"


def read(path: Path) -> dict[str, Any]:
    """Return a TOML file as plain data; ends the run with a sentence when it is not there."""
    if not path.is_file():
        sys.exit(f"{path.name} is not there. It is kept with the tutor's keys; the data files are complete without it.")
    return tomllib.loads(path.read_text("utf-8"))


def as_csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Return rows as CSV text with a header line, quoted only where it must be."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(each(rows, columns))
    return text.getvalue()


def turned(row: Row) -> Row:
    """Return a person's row as the clean file has it: the item asked the other way round is turned."""
    answer = row["l_benefits"]
    return row | {"l_benefits_turned": str(6 - int(answer)) if answer else ""}


def build() -> dict[str, str]:
    """Return every file that is made, by its path in the checkout."""
    about, recipe, comments = (
        read(path) for path in (HERE / "fields.toml", KEYS / "barriers-recipe.toml", KEYS / "barriers-comments.toml")
    )
    clean, raw = ([field["name"] for field in about["field"] if name in field["files"]] for name in ("clean", "raw"))
    people = invent(recipe, comments["comment"])
    forms, slips = key_in(people, recipe, raw)
    return {
        "datasets/barriers/barriers.csv": as_csv(map(turned, people), clean),
        "datasets/barriers/barriers-raw.csv": as_csv(forms, raw),
        "datasets/barriers/codebook.csv": as_csv(papers.codebook(about["field"]), papers.CODEBOOK),
        "datasets/barriers/datapackage.json": papers.package(about),
        "grading/keys/barriers.toml": papers.key(people, slips, recipe, comments),
    }


def main() -> None:
    """Write the files into this checkout, or into the folder named by --into."""
    parser = argparse.ArgumentParser(description="Rebuild the barriers survey.")
    parser.add_argument("--into", type=Path, default=ROOT, help="write below this folder instead of the checkout")
    into = parser.parse_args().into
    for name, text in build().items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
