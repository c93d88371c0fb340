"""The wheel holds what a learner needs, and nothing that would give an answer away."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", name="wheel")
def _wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module", name="names")
def _names(wheel):
    return zipfile.ZipFile(wheel).namelist()


def test_it_holds_the_lessons_activities_data_and_qualification(names):
    for name in ("qualification.toml", "activities/asking-good-questions.toml", "datasets/barriers/barriers.csv"):
        assert f"peerlab/_course/{name}" in names


def test_it_holds_every_file_the_package_reads(names):
    package = ROOT / "course" / "peerlab"
    files = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]

    assert not [name for name in files if f"peerlab/{name}" not in names]


def test_it_holds_no_notebook_marking_guide_exemplar_or_key(names):
    assert not [
        name for name in names if name.endswith(".ipynb") or "exemplar" in name.rpartition("/")[0] or "/keys/" in name
    ]
    assert not [name for name in names if "_course/grading" in name or "_course/notebooks" in name]


def test_a_lesson_finds_its_data_and_words_in_an_installed_wheel(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        "from peerlab.lesson import dataset; from peerlab.places import course;"
        "from peerlab.qualification import the_qualification;"
        "print(dataset('barriers')); print(course().root); print(len(the_qualification().units))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}

    said = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    ).stdout.split()

    assert said[0].startswith(str(tmp_path / "site"))
    assert said[1:] == ["None", "9"]
