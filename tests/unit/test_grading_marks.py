"""What a marked notebook says of each task: nbgrader's own rule for points, and never a nought for a fault."""

from __future__ import annotations

import json

import pytest

import factories
from peerlab.grading.marks import could_not_be_marked, marks_of
from peerlab.lesson.marks import MARK_MIME
from peerlab.notebooks.cells import read_lesson

ANSWERED = {
    "peerlab_answers": 1,
    "activities": {"asking/202-a1": {"revision": 1, "saved_at": None, "fields": {"q1": "leading"}}},
}


@pytest.fixture(name="marked")
def _marked(tmp_path):
    """Mark a hand-in whose test cell put out *outputs*, and return the marks by task."""

    def mark(*outputs, answers=ANSWERED, handed_in=None):
        cells = factories.lesson_cells()
        lesson = read_lesson(factories.write(tmp_path / "02-asking" / "asking.ipynb", factories.notebook(*cells)))
        factories.write(tmp_path / "submitted" / "asking.ipynb", factories.notebook(*(handed_in or cells)))
        if answers is not None:
            factories.write(
                tmp_path / "submitted" / "answers.json", answers if isinstance(answers, str) else json.dumps(answers)
            )
        ran = json.loads(json.dumps(cells))
        ran[2]["outputs"] = list(outputs)
        factories.write(tmp_path / "autograded" / "asking.ipynb", factories.notebook(*ran))
        return {one.task: one for one in marks_of([lesson], tmp_path / "submitted", tmp_path / "autograded")}

    return mark


def result(text, mark=None):
    data = {"text/plain": text} | ({MARK_MIME: mark} if mark else {})
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}


def error(name, said="it stopped"):
    return {"output_type": "error", "ename": name, "evalue": said, "traceback": []}


def test_a_mark_gives_its_points_and_its_misconceptions(marked):
    one = marked(result("1.0", {"points": 1.0, "misconceptions": ["polite"]}))["202-a1"]

    assert (one.state, one.points, one.out_of, one.misconceptions) == ("marked", 1.0, 2.0, ("polite",))


@pytest.mark.parametrize(
    ("outputs", "points"),
    [([result("1.5")], 1.5), ([], 2.0), ([result("'fine'")], 2.0), ([error("AssertionError")], 0.0)],
    ids=["partial credit", "nothing put out", "not a number", "a failed assertion"],
)
def test_points_follow_nbgraders_own_rule(marked, outputs, points):
    one = marked(*outputs)["202-a1"]

    assert (one.state, one.points) == ("marked", points)


def test_a_test_that_stopped_is_for_a_tutor_to_look_at(marked):
    one = marked(error("NameError", "name 'x' is not defined"))["202-a1"]

    assert one.state == "look"
    assert one.reason == "its test stopped (NameError: name 'x' is not defined)"


def test_a_warning_is_for_a_tutor_to_look_at_and_not_a_nought(marked):
    warning = {"output_type": "stream", "name": "stderr", "text": "DeprecationWarning"}

    assert marked(warning, result("2.0"))["202-a1"].state == "look"


def test_a_cell_that_was_deleted_is_marked_and_looked_at(marked):
    left = [cell for cell in factories.lesson_cells() if cell["id"] != "202-a1"]

    one = marked(result("2.0"), handed_in=left)["202-a1"]

    assert (one.state, one.points, one.reason) == (
        "look",
        None,
        "its cell was missing and was put back; its test gave 2 of 2",
    )


def test_a_cell_that_was_copied_is_looked_at(marked):
    twice = [*factories.lesson_cells(), factories.auto("202-a1", points=2)]

    assert marked(result("2.0"), handed_in=twice)["202-a1"].reason == "its cell was there 2 times; its test gave 2 of 2"


def test_a_written_answer_waits_for_a_tutor_and_an_empty_one_is_blank(marked):
    written = {
        "peerlab_answers": 1,
        "activities": {"asking/202-t1": {"revision": 1, "saved_at": None, "fields": {"why": "It leads."}}},
    }
    empty = {
        "peerlab_answers": 1,
        "activities": {"asking/202-t1": {"revision": 2, "saved_at": None, "fields": {"why": ""}}},
    }

    assert marked(answers=written)["202-t1"].state == "waiting"
    assert marked(answers=empty)["202-t1"].state == "blank"


def test_nothing_answered_is_blank_and_has_no_work_hash(marked):
    one = marked(result("0.0", {"points": 0.0, "misconceptions": ["no-answer"]}), answers=None)["202-a1"]

    assert (one.state, one.points, one.work_hash) == ("blank", None, "")


def test_the_work_hash_changes_with_the_answers_and_only_with_them(marked):
    later = json.loads(json.dumps(ANSWERED))
    later["activities"]["asking/202-a1"] |= {"revision": 9, "saved_at": "2026-02-01T10:00:00.000Z"}
    other = json.loads(json.dumps(ANSWERED))
    other["activities"]["asking/202-a1"]["fields"]["q1"] = "none"

    first = marked(result("2.0"))["202-a1"].work_hash

    assert marked(result("2.0"), answers=later)["202-a1"].work_hash == first
    assert marked(result("2.0"), answers=other)["202-a1"].work_hash != first


@pytest.mark.parametrize("damaged", ["{", "[]", '{"peerlab_answers": 9, "activities": {}}'])
def test_answers_that_cannot_be_read_are_for_a_tutor_to_look_at(marked, damaged):
    marks = marked(result("0.0"), answers=damaged)

    assert {one.state for one in marks.values()} == {"look"}
    assert marks["202-a1"].reason.startswith("the saved answers cannot be read")


def test_an_attempt_that_could_not_run_is_looked_at_task_by_task(tmp_path):
    path = factories.write(tmp_path / "02-asking" / "asking.ipynb", factories.notebook(*factories.lesson_cells()))

    marks = could_not_be_marked([read_lesson(path)], tmp_path, "the notebook ran for too long and was stopped")

    assert [(one.task, one.state) for one in marks] == [("202-a1", "look"), ("202-t1", "look")]
    assert {one.reason for one in marks} == {"the notebook ran for too long and was stopped"}


def test_points_above_the_most_are_cut_down_to_it(marked):
    assert marked(result("5.0", {"points": 5.0, "misconceptions": []}))["202-a1"].points == 2.0
