"""The barriers survey, from raw to clean: the published rules, taken one by one, give the clean file cell for cell."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "datasets" / "barriers"
BANDS = {"18 to 24": range(18, 25), "25 to 34": range(25, 35), "35 to 44": range(35, 45), "45 to 54": range(45, 55)}
SCALE = {"strongly disagree": 1, "disagree": 2, "neither agree nor disagree": 3, "agree": 4, "strongly agree": 5}


def as_text(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module", name="key")
def _key() -> dict:
    return tomllib.loads((ROOT / "grading" / "keys" / "barriers.toml").read_text("utf-8"))


def published_tables() -> tuple[list[list[str]], list[list[str]]]:
    """Return tables A and B of cleaning.md as lists of cells."""
    rules = (FOLDER / "cleaning.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in rules.splitlines() if line[:1] == "|"]
    rows = [row for row in rows if not set("".join(row)) <= {"-"}]
    return [row for row in rows[1:] if len(row) == 4], [row for row in rows if len(row) == 3][1:]


def cleaned(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the raw file after the rules of cleaning.md, taken one by one in their order."""
    forms, spellings = published_tables()
    data = raw.drop_duplicates("id", keep="first")
    data = data[~data.id.isin(["T031", "T077", "T102"])]
    data = data.apply(lambda column: column.str.strip()).replace(["-99", "n/a"], "").set_index("id", drop=False)
    for code, column, typed, form_says in forms:
        assert data.loc[code, column] == typed
        data.loc[code, column] = form_says
    data["date"] = data.date.str.replace(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\2-\1", regex=True)
    for column, typed, means in spellings:
        assert data[column].eq(typed).any()
        data.loc[data[column].eq(typed), column] = means
    numbers = ["age", *[column for column in data if column.startswith("l_")]]
    data[numbers] = data[numbers].apply(lambda column: column.str.replace(r"^(\d+)\D.*$", r"\1", regex=True))
    return turn(untick(band(data)))


def band(data: pd.DataFrame) -> pd.DataFrame:
    """Apply rule 9: years of birth, adults only, bands in place of ages."""
    age = data.age.astype(int)
    data = data.assign(age=age.where(age < 1900, 2025 - age))
    data = data[data.age >= 18]
    bands = [next((name for name, ages in BANDS.items() if age in ages), "55 and over") for age in data.age]
    return data.assign(age_band=bands)


def untick(data: pd.DataFrame) -> pd.DataFrame:
    """Apply rules 10 and 11: ticks typed in one cell, and 'none' beside other ticks."""
    boxes = [column for column in data if column.startswith("b_") and column != "b_ticked"]
    for code, typed in data.b_ticked[data.b_ticked.ne("")].items():
        named = {"b_" + tick.lower().replace(" ", "_") for tick in typed.split(", ")}
        assert named <= set(boxes)
        data.loc[code, boxes] = ["Yes" if box in named else "No" for box in boxes]
    others = data[boxes].drop(columns="b_none").eq("Yes").any(axis=1)
    data.loc[others, "b_none"] = "No"
    return data


def turn(data: pd.DataFrame) -> pd.DataFrame:
    """Apply rules 12 to 14: words to numbers, the turned item, and the order."""
    for column in [name for name in data if name.startswith("l_")]:
        data[column] = [str(SCALE.get(answer.lower(), answer)) for answer in data[column]]
    data["l_benefits_turned"] = [str(6 - int(answer)) if answer else "" for answer in data.l_benefits]
    order = [name for name, where in as_text("codebook.csv")[["column", "clean_file"]].to_numpy() if where == "yes"]
    return data.sort_index()[order].reset_index(drop=True)


def test_raw_and_the_published_rules_give_clean():
    """Every cell of the clean file comes out of the raw file by the rules in cleaning.md, and nothing else does."""
    raw = as_text("barriers-raw.csv")

    assert len(raw) == 142
    pd.testing.assert_frame_equal(cleaned(raw), as_text("barriers.csv"), check_dtype=False, check_column_type=False)


def test_the_key_counts_thirteen_kinds_of_slip(key):
    """The raw file holds all thirteen kinds, each as often as the key says."""
    raw, slips = as_text("barriers-raw.csv"), {slip["slip"]: slip for slip in key["slip"]}

    assert {slip["number"] for slip in key["slip"]} == set(range(1, 14))
    assert slips["ticks in one cell"]["cells"] == raw.b_ticked.ne("").sum() == 20
    assert slips["date day first"]["cells"] + slips["impossible date"]["cells"] == raw.date.str.contains("/").sum()
    assert slips["scale in words"]["cells"] == raw.filter(like="l_").isin(["Agree", "Disagree"]).sum().sum() + sum(
        slips["scale in words"]["typed"][word] for word in slips["scale in words"]["typed"] if " " in word
    )
    assert set(raw.id[raw.id.duplicated()]) == {*slips["keyed twice, the same"]["ids"], *nearly(slips)}
    assert raw.duplicated().sum() == 1
    assert slips["stray spaces"]["cells"] == (raw.apply(lambda column: column.str.strip()) != raw).sum().sum()


def nearly(slips: dict) -> list[str]:
    return slips["keyed twice, nearly the same"]["ids"]


def test_two_look_alikes_stay(key):
    """Two people give the same ticks and nearly the same ratings, on different days under different codes."""
    pair = as_text("barriers.csv").set_index("id").loc[key["look_alikes"]["ids"]]
    ticks = pair.filter(like="b_")

    assert ticks.iloc[0].equals(ticks.iloc[1])
    assert pair.date.nunique() == 2
