"""The barriers survey's files: nothing real is named, they agree with one another, and they can be made again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "datasets" / "barriers"
MADE = (
    *(f"datasets/barriers/{name}" for name in ("barriers.csv", "barriers-raw.csv", "codebook.csv", "datapackage.json")),
    "grading/keys/barriers.toml",
)


def as_text(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module", name="fields")
def _fields() -> list[dict]:
    return tomllib.loads((FOLDER / "fields.toml").read_text("utf-8"))["field"]


# ---- what must not be in it ----

POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b", re.IGNORECASE)
PHONE = re.compile(r"(?<!\d)(?:\+44|0)\s?\d(?:[\s-]?\d){8,9}(?!\d)")
ADDRESS = re.compile(r"@\w|www\.|https?://(?!creativecommons\.org/)")
SERVICES = (
    "jobcentre|change grow live|turning point|we are with you|nhs|crisis|shelter|citizens advice|samaritans"
    "|alcoholics anonymous|narcotics anonymous|salvation army|fulfilling lives"
)
TEXTS = [path for path in sorted(FOLDER.iterdir()) if path.suffix in {".csv", ".md", ".toml", ".json"}]


@pytest.mark.parametrize("path", TEXTS, ids=[path.name for path in TEXTS])
def test_nothing_real_is_named(path):
    """No postcode, address or service; the one phone number is from the range kept for fiction."""
    text = path.read_text("utf-8")

    assert POSTCODE.findall(text) == []
    assert ADDRESS.findall(text) == []
    assert all(re.fullmatch(r"07700 ?900\d{3}", number) for number in PHONE.findall(text))
    assert re.findall(rf"\b(?:{SERVICES})\b", text, re.IGNORECASE) == []


def test_the_datasheet_says_synthetic_first_and_gives_nothing_away():
    """Its first line says synthetic; no planted pattern is told."""
    sheet = (FOLDER / "datasheet.md").read_text("utf-8")

    assert "synthetic" in sheet.splitlines()[0]
    assert "CC BY 4.0" in sheet
    assert not re.search(r"planted|confound|revers|interviewer effect|38 of 88|P3's", sheet)


# ---- the files agree ----


def test_every_answer_is_one_that_fields_allow(fields):
    """The clean file has the columns and the answers that fields.toml lists, and blanks only where it lets them be."""
    clean = as_text("barriers.csv")
    here = [field for field in fields if "clean" in field["files"]]

    assert list(clean.columns) == [field["name"] for field in here]
    for field in here:
        allowed = set(field.get("values", clean[field["name"]])) | ({""} if field["missing"] else set())
        assert set(clean[field["name"]]) <= allowed, field["name"]
        assert field["missing"] or clean[field["name"]].ne("").all(), field["name"]


def test_the_data_package_describes_both_files():
    """Other tools read the same columns, in the same order."""
    package = json.loads((FOLDER / "datapackage.json").read_text("utf-8"))

    for resource in package["resources"]:
        names = [field["name"] for field in resource["schema"]["fields"]]
        assert names == list(as_text(resource["path"]).columns)


@pytest.mark.slow
def test_making_it_again_changes_no_byte(tmp_path):
    """The recipe gives every file again, byte for byte."""
    subprocess.run([sys.executable, FOLDER / "make.py", "--into", tmp_path], check=True, capture_output=True)

    assert [name for name in MADE if (tmp_path / name).read_bytes() != (ROOT / name).read_bytes()] == []
