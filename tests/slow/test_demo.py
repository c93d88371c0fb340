"""The whole way, as `make demo` runs it: what the exemplars say is what learners earn, get and can show."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from peerlab.notebooks.exemplars import read_exemplars
from peerlab.places import course

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MODULE = "02-asking-good-questions"
COHORT = "2026-autumn"
COMMAND = [sys.executable, "-m", "peerlab"]
EXEMPLARS = course().grading / "exemplars" / MODULE


def run(*words, centre=None, check=True):
    environment = {**os.environ, "PYTHONWARNINGS": "default"} | ({"PEERLAB_CENTRE": str(centre)} if centre else {})
    return subprocess.run(
        [*COMMAND, *map(str, words)], env=environment, check=check, capture_output=True, text=True, encoding="utf-8"
    )


@pytest.fixture(scope="module", name="demo")
def _demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "demo"
    return folder, run("demo", folder).stdout


@pytest.fixture(scope="module", name="centre")
def _centre(demo):
    return demo[0] / "centre"


def ask(centre, question, *values):
    with closing(sqlite3.connect(centre / "records.db")) as database:
        return database.execute(question, values).fetchall()


def named(centre, name):
    return ask(
        centre,
        "select r.learner from registration r join person_private p on p.person_id = r.person_id where p.name = ?",
        name,
    )[0][0]


def test_it_says_what_is_invented_and_what_is_scripted(demo):
    assert "Everything here is invented" in demo[1]
    assert "Tutors decide (scripted)" in demo[1]


def test_every_mark_by_test_is_the_one_its_exemplar_states(demo):
    assert re.search(r"(\d+) marks by test compared with the exemplars: all as stated", demo[1]).group(1) >= "30"


def test_a_crash_is_for_a_tutor_to_look_at_and_never_a_nought(centre):
    learner = named(centre, "Colin Marsh")
    found = ask(
        centre,
        "select distinct e.state, e.points, e.reason from evidence e join attempt a on a.id = e.attempt_id "
        "join registration r on r.id = a.registration_id where r.learner = ?",
        learner,
    )

    assert found == [("look", None, "the notebook stopped its own Python while it was being marked")]


def test_a_blank_hand_in_is_not_started_and_not_failed(centre):
    said = run("progress", "--learner", named(centre, "Bex Turnbull"), "--unit", "PRS-202", centre=centre).stdout

    assert said.count("not started") == 8


def test_a_late_second_attempt_is_kept_beside_the_first(centre):
    found = ask(
        centre,
        "select a.number, a.late from attempt a join registration r on r.id = a.registration_id "
        "where r.learner = ? order by a.number",
        named(centre, "Terry Whitlock"),
    )

    assert found == [(1, 0), (2, 1)]
    assert len(list((centre / "attempts").iterdir())) == 13


def test_completions_go_to_those_who_met_every_criterion_and_to_nobody_else(centre):
    assert {row[0] for row in ask(centre, "select holder from completion")} == {
        "Amara Okafor",
        "Zoë Łukasiewicz",
        "Terry Whitlock",
    }


def test_an_employer_is_told_valid_altered_or_withdrawn(demo):
    said = demo[1]

    assert re.search(r"^VALID  certificate.pdf", said, re.MULTILINE)
    assert re.search(r"^ALTERED  altered.jwt", said, re.MULTILINE)
    assert re.search(r"^WITHDRAWN  certificate.pdf", said, re.MULTILINE)


def test_a_certificate_changed_by_one_byte_is_not_valid(centre, tmp_path):
    pdf = bytearray((centre / "completions" / "PRS-2026-0001" / "certificate.pdf").read_bytes())
    pdf[-20] ^= 1
    (tmp_path / "changed.pdf").write_bytes(pdf)

    done = run("verify", tmp_path / "changed.pdf", centre=centre, check=False)

    assert done.returncode == 1
    assert not done.stdout.startswith("VALID")


def test_another_centre_does_not_vouch_for_it(centre, tmp_path):
    run("init", tmp_path / "other", "--name", "Other", "--issuer", "https://other.example", "--admin", "Pat Moss")

    done = run(
        "verify", centre / "completions" / "PRS-2026-0001" / "credential.jwt", centre=tmp_path / "other", check=False
    )

    assert done.returncode == 1
    assert done.stdout.startswith("NOT OURS")


def test_no_name_reaches_nbgrader_or_the_credential(centre):
    gradebook = (centre / "cohorts" / COHORT / "gradebook.db").read_bytes()
    credential = (centre / "completions" / "PRS-2026-0001" / "credential.jwt").read_bytes()

    assert b"Okafor" not in gradebook
    assert b"Okafor" not in credential


def test_grading_and_collecting_again_change_nothing(centre):
    before = ask(centre, "select count(*) from evidence"), ask(centre, "select count(*) from attempt")

    run("collect", MODULE, "--cohort", COHORT, "--by", "amina-khan", centre=centre)
    run("grade", MODULE, "--cohort", COHORT, "--by", "amina-khan", centre=centre)

    assert (ask(centre, "select count(*) from evidence"), ask(centre, "select count(*) from attempt")) == before


def test_the_demo_never_clears_a_folder_it_did_not_make(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    done = run("demo", tmp_path, check=False)

    assert done.returncode == 1
    assert "no demo made" in done.stderr
    assert (tmp_path / "mine.txt").exists()


@pytest.fixture(scope="module", name="stock")
def _stock(centre, tmp_path_factory):
    """Grade some of the same hand-ins with the stock command and no configuration of ours; return its gradebook."""
    root = tmp_path_factory.mktemp("stock")
    cohort = centre / "cohorts" / COHORT
    shutil.copytree(cohort / "source", root / "source")
    people = ["Zoë Łukasiewicz", "Dilys Bevan", "Róisín Byrne", "Jordan Pike", "Bex Turnbull"]
    for learner in [named(centre, name) for name in people]:
        shutil.copytree(cohort / "submitted" / learner, root / "submitted" / learner)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for words in (["generate_assignment", MODULE], ["autograde", MODULE]):
        command = [sys.executable, "-m", "nbgrader", *words, "--CourseDirectory.course_id=stock"]
        subprocess.run(command, cwd=root, env={**os.environ, "PATH": path}, check=True, capture_output=True)
    return root / "gradebook.db"


def scores(gradebook, learners=None):
    question = """
        select s.student_id, c.name, g.auto_score, g.needs_manual_grade from grade g
        join base_cell c on c.id = g.cell_id
        join submitted_notebook n on n.id = g.notebook_id
        join submitted_assignment s on s.id = n.assignment_id
    """
    with closing(sqlite3.connect(gradebook)) as database:
        found = {(row[0], row[1]): row[2:] for row in database.execute(question)}
    return {key: value for key, value in found.items() if learners is None or key[0] in learners}


def test_the_stock_command_gives_the_same_scores_in_every_cell(centre, stock):
    theirs = scores(stock)

    assert len(theirs) == 5 * 8
    assert scores(centre / "cohorts" / COHORT / "gradebook.db", {key[0] for key in theirs}) == theirs


def test_our_evidence_says_what_the_stock_gradebook_says(centre, stock):
    for (learner, task), (auto, manual) in scores(stock).items():
        state, points = ask(
            centre,
            "select e.state, e.points from evidence e join attempt a on a.id = e.attempt_id "
            "join registration r on r.id = a.registration_id where r.learner = ? and e.task = ? and a.number = 1",
            learner,
            task,
        )[0]
        if manual:
            assert state in {"waiting", "blank"}
        else:
            assert (points or 0.0) == auto


def test_the_exemplars_cover_every_misconception_of_the_module():
    names = {one.misconception for one in read_exemplars(EXEMPLARS).values()}

    assert names >= {
        "polite-is-not-leading",
        "double-barrel-saves-time",
        "touching-ranges",
        "other-covers-gaps",
        "unbalanced-scale",
        "prefer-not-to-say-wastes-data",
        "long-recall-is-fine",
        "skips-pilot",
    }
