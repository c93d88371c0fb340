"""Writes what stands beside the data: the code book, the data package for other tools, and the tutor's key."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from people import Row, suits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keying import Slip

LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
CODEBOOK = ("column", "title", "question", "meaning", "type", "answers", "blank", "clean_file", "raw_file", "note")
FRICTIONLESS = {"date": "date", "scale": "integer", "whole-number": "integer"}
JOINED = {
    "gender (joined)": ("gender", {"Man": "Man", "Woman": "Woman"}, "Another way or not said"),
    "housing (joined)": ("housing", {"Own or rented tenancy": "settled"}, "not settled"),
    "time (joined)": (
        "time_in_recovery",
        {"Under 6 months": "under 1 year", "6 months to under 1 year": "under 1 year"},
        "1 year or more",
    ),
    "ethnic group (joined)": ("ethnic_group", {"White": "White"}, "Asian, Black, Mixed or Other"),
}


def codebook(fields: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the code book, one row per column of either file."""
    return [dict(zip(CODEBOOK, _codebook_row(field), strict=True)) for field in fields]


def _codebook_row(field: Mapping[str, Any]) -> list[str]:
    answers = field.get("values", [])
    if "labels" in field:
        answers = [f"{value} = {label}" for value, label in zip(answers, field["labels"], strict=True)]
    blank = "no answer" if field["missing"] else "never blank in the clean file"
    where = ["yes" if name in field["files"] else "no" for name in ("clean", "raw")]
    words = [field["name"], field["title"], field.get("question", ""), field["meaning"], field["type"]]
    return [*words, " | ".join(answers), blank, *where, field.get("raw", "")]


def package(about: Mapping[str, Any]) -> str:
    """Return datapackage.json: a Frictionless Data Package (version 1) of the two data files and the code book."""
    resources = [
        _resource("barriers", "Clean: 136 people", _schema(about["field"], clean=True)),
        _resource("barriers-raw", "Raw: 142 forms as keyed", _schema(about["field"], clean=False)),
        _resource("codebook", "Every column explained", {"fields": [_text(name) for name in CODEBOOK]}),
    ]
    resources[1]["schema"]["missingValues"] = about["raw_missing"]
    whole = {"profile": "tabular-data-package", **{name: about[name] for name in ("name", "title", "description")}}
    whole |= {"version": about["version"], "licenses": [LICENCE], "resources": resources}
    return json.dumps(whole, indent=2) + "\n"


def _resource(name: str, title: str, schema: dict[str, Any]) -> dict[str, Any]:
    form = {"profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
    return {"name": name, "title": title, "path": f"{name}.csv", **form, "schema": schema}


def _schema(fields: Sequence[Mapping[str, Any]], *, clean: bool) -> dict[str, Any]:
    """Return a table schema: the clean file is held to its allowed answers, the raw file is text as typed."""
    here = [field for field in fields if ("clean" if clean else "raw") in field["files"]]
    if not clean:
        return {"fields": [_text(field["name"], field["title"], field["meaning"]) for field in here]}
    return {"fields": [_strict(field) for field in here], "missingValues": [""], "primaryKey": "id"}


def _text(name: str, title: str = "", meaning: str = "") -> dict[str, Any]:
    words = {"title": title, "description": meaning}
    return {"name": name, "type": "string", **{key: value for key, value in words.items() if value}}


def _strict(field: Mapping[str, Any]) -> dict[str, Any]:
    kind = FRICTIONLESS.get(field["type"], "string")
    limits: dict[str, Any] = {} if field["missing"] else {"required": True}
    if "values" in field:
        limits["enum"] = [int(value) for value in field["values"]] if kind == "integer" else field["values"]
    if "pattern" in field:
        limits |= {"pattern": field["pattern"], "unique": True}
    return _text(field["name"], field["title"], field["meaning"]) | {"type": kind, "constraints": limits}


def key(people: Sequence[Row], slips: Sequence[Slip], recipe: Mapping[str, Any], comments: Mapping[str, Any]) -> str:
    """Return the tutor's key as TOML: what is planted, counted from the rows; every slip; every comment's themes."""
    lines = ["# What is planted in the barriers survey, and where. Tutor-only. Made by datasets/barriers/make.py."]
    lines += _table("tied", recipe["tied"])
    pair = sorted(row["id"] for row in people if "_look_alike" in row)
    lines += _table("look_alikes", {"ids": pair, "what": "Two people who answer alike; both stay."})
    for pattern in recipe["planted"]:
        lines += _pattern(people, pattern)
    lines += _dirt(slips, recipe["keying"]["kinds"])
    lines += _comments(people, comments)
    return "\n".join(lines) + "\n"


def _table(name: str, values: Mapping[str, Any]) -> list[str]:
    return ["", f"[{name}]", *(f"{key} = {_value(value)}" for key, value in values.items())]


def _value(value: Any) -> str:
    """Return a TOML value; JSON writes text, numbers, booleans and lists of them in the same way."""
    return json.dumps(value, ensure_ascii=True)


def joined(row: Row, column: str) -> str:
    """Return a row's answer in a column, or in one of the joined groups our tables use."""
    if column not in JOINED:
        return row[column]
    source, groups, others = JOINED[column]
    return groups.get(row[source], others)


def counts(people: Sequence[Row], by: Sequence[str], yes: Mapping[str, list[str]]) -> dict[tuple[str, ...], list[int]]:
    """Return `[yes, people]` per group; a blank is in no base."""
    cells: dict[tuple[str, ...], list[int]] = {}
    for row in people:
        cell = cells.setdefault(tuple(joined(row, column) for column in by), [0, 0])
        cell[0] += suits(row, yes)
        cell[1] += all(row[column] for column in yes)
    return dict(sorted(cells.items()))


def _pattern(people: Sequence[Row], pattern: Mapping[str, Any]) -> Iterator[str]:
    yield from _table("[planted]", {name: pattern[name] for name in ("name", "what", "honest", "by")})
    for depth in range(1, len(pattern["by"]) + 1):
        for group, (yes, base) in counts(people, pattern["by"][:depth], pattern["yes"]).items():
            yield from ("  [[planted.cell]]", f"  group = {_value(list(group))}", f"  yes = {yes}", f"  base = {base}")


def _dirt(slips: Sequence[Slip], kinds: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each kind of slip; counts are over the 140 forms, before two of them were keyed again."""
    for number, kind in enumerate(kinds, start=1):
        for name in kind["logged"]:
            these = [slip for slip in slips if slip.kind == name]
            ids = sorted({slip.id for slip in these})
            yield from _table("[slip]", {"number": number, "kind": kind["name"], "slip": name})
            yield from (f"cells = {len(these)}", f"forms = {len(ids)}", f"ids = {_value(ids)}")
            yield from _cells(these)


def _cells(slips: Sequence[Slip]) -> Iterator[str]:
    """Yield what was typed and what it means, where that is one cell; what was typed, where it is many."""
    typed = Counter(slip.typed for slip in slips)
    if sum(typed.values()) > 40 and len(typed) > 1:
        yield "typed = {" + ", ".join(f"{_value(text)} = {count}" for text, count in sorted(typed.items())) + "}"
    elif any(slip.means for slip in slips):
        yield "cell = ["
        yield from (f"  {_value([slip.id, slip.column, slip.typed, slip.means])}," for slip in slips)
        yield "]"


def _comments(people: Sequence[Row], comments: Mapping[str, Any]) -> Iterator[str]:
    yield from _table("themes", comments["themes"])
    said = {row["help_text"]: row for row in people if row["help_text"]}
    for comment in sorted(comments["comment"], key=lambda comment: said[comment["text"]]["id"]):
        row = said[comment["text"]]
        words = {"id": row["id"], "themes": comment["themes"], "quote_ok": row["quote_ok"]}
        words |= {name: comment[name] for name in ("spelling", "plant", "note") if name in comment}
        yield from _table("[comment]", words)
