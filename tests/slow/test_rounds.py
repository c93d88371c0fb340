"""A round with hand-ins that do not fit: each is named, nothing else is held up, and no fault becomes a nought."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import factories
from peerlab.grading.cohort import Cohort
from peerlab.grading.exchange import fetch, hand_in
from peerlab.places import CentreFolder, course_at

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
MODULE = "02-asking"
NAMES = ("Ada Obi", "Bo Lind", "Cy Ray", "Di Fox")
ANSWERS = {"asking/202-a1": {"q1": "leading"}, "asking/202-t1": {"why": "It tells people what to say."}}


class Stage:
    """A tiny course, a centre with four learners, and its commands."""

    def __init__(self, folder):
        self.checkout = factories.checkout(folder / "checkout")
        shutil.copy(ROOT / "grading" / "nbgrader_config.py", self.checkout / "grading")
        self.folder, self.work = folder / "centre", folder / "work"
        self.run("init", self.folder, "--name", "T", "--issuer", "https://t.example", "--admin", "Sam Reid")
        with (self.folder / "centre.toml").open("a") as settings:
            settings.write(
                '\n[[person]]\nid = "amina"\nname = "Amina"\nroles = [{role = "assessor", since = 2026-01-01}]\n'
            )
        lines = "".join(f"{name},{number}\n" for number, name in enumerate(NAMES))
        (folder / "l.csv").write_text(f"name,reference\n{lines}")
        said = self.run("enrol", folder / "l.csv", "--cohort", "autumn", "--by", "sam-reid").stdout
        self.learners = {name: re.search(rf"(L-\w+)  {name}", said).group(1) for name in NAMES}
        self.run("release", MODULE, "--cohort", "autumn", "--by", "amina")
        self.cohort = Cohort(centre=CentreFolder(self.folder), course=course_at(self.checkout), name="autumn")

    def run(self, *words):
        environment = {**os.environ, "PEERLAB_COURSE": str(self.checkout), "PEERLAB_CENTRE": str(self.folder)}
        command = [sys.executable, "-m", "peerlab", *map(str, words)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def hand_in(self, learner, change=None):
        folder = fetch(self.cohort, MODULE, learner, self.work / learner)
        records = {
            name: {"revision": 1, "saved_at": "2026-11-24T10:00:00.000Z", "fields": fields}
            for name, fields in ANSWERS.items()
        }
        (folder / "answers.json").write_text(json.dumps({"peerlab_answers": 1, "activities": records}))
        if change:
            change(folder)
        hand_in(self.cohort, MODULE, learner, self.work / learner)

    def marks(self, name):
        question = """
            select e.task, e.state, e.points, e.reason from evidence e join attempt a on a.id = e.attempt_id
            join registration r on r.id = a.registration_id where r.learner = ? order by e.task
        """
        with closing(sqlite3.connect(self.folder / "records.db")) as database:
            return database.execute(question, [self.learners[name]]).fetchall()


def not_a_notebook(folder):
    (folder / "asking.ipynb").write_text("hello")


def without_its_test(folder):
    path = folder / "asking.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "202-a1"]
    path.write_text(json.dumps(notebook))


@pytest.fixture(scope="module", name="stage")
def _stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("stage"))
    stage.hand_in(stage.learners["Ada Obi"])
    stage.hand_in(stage.learners["Bo Lind"], not_a_notebook)
    stage.hand_in(stage.learners["Cy Ray"], without_its_test)
    stage.hand_in("L-STRANGER")
    stage.collected = stage.run("collect", MODULE, "--cohort", "autumn", "--by", "amina")
    stage.graded = stage.run("grade", MODULE, "--cohort", "autumn", "--by", "amina")
    return stage


def test_collecting_names_the_stranger_and_the_file_that_is_no_notebook(stage):
    said = stage.collected.stdout

    assert stage.collected.returncode == 1
    assert "3 new attempts, 0 unchanged, and 1 learner with nothing handed in." in said
    assert "a hand-in by L-STRANGER, who is not enrolled in autumn" in said
    assert f"{stage.learners['Bo Lind']}, asking.ipynb is not a notebook" in said


def test_the_others_are_marked_all_the_same(stage):
    assert stage.graded.returncode == 0
    assert [row[:3] for row in stage.marks("Ada Obi")] == [("202-a1", "marked", 2.0), ("202-t1", "waiting", None)]


def test_a_file_that_is_no_notebook_is_for_a_tutor_to_look_at(stage):
    assert {row[1:] for row in stage.marks("Bo Lind")} == {("look", None, "asking.ipynb is not a notebook")}


def test_a_cell_that_was_deleted_is_put_back_marked_and_looked_at(stage):
    task, state, _, reason = stage.marks("Cy Ray")[0]

    assert (task, state) == ("202-a1", "look")
    assert reason == "its cell was missing and was put back; its test gave 2 of 2"


def test_handing_in_the_same_work_again_is_no_new_attempt(stage):
    hand_in(stage.cohort, MODULE, stage.learners["Ada Obi"], stage.work / stage.learners["Ada Obi"])

    said = stage.run("collect", MODULE, "--cohort", "autumn", "--by", "amina").stdout

    assert said.startswith("0 new attempts, 3 unchanged")


def test_a_release_is_refused_while_the_module_has_something_to_mend(stage):
    marking = stage.checkout / "grading" / "marking" / f"{MODULE}.toml"
    whole = marking.read_text()
    marking.write_text(whole.replace("polite", "rude"))

    done = stage.run("release", MODULE, "--cohort", "autumn", "--by", "amina")

    marking.write_text(whole)
    assert done.returncode == 1
    assert "`polite` has no words for the learner" in done.stderr
    assert "Nothing was released" in done.stderr
