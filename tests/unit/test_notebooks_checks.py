"""Each thing an author can get out of step is one finding, at its own place; a sound course has none."""

from __future__ import annotations

import pytest

import factories
from peerlab.notebooks.checks import check_course
from peerlab.places import course_at


@pytest.fixture(name="findings")
def _findings(tmp_path, monkeypatch):
    def check(**changes):
        root = factories.checkout(tmp_path / "checkout", **changes)
        monkeypatch.setenv("PEERLAB_COURSE", str(root))
        return [str(finding) for finding in check_course(course_at(root))]

    return check


def without(name):
    return factories.notebook(*[cell for cell in factories.lesson_cells() if cell["id"] != name])


def replaced(name, cell):
    return factories.notebook(*[cell if one["id"] == name else one for one in factories.lesson_cells()])


def changed(name, **settings):
    cells = factories.lesson_cells()
    next(cell for cell in cells if cell["id"] == name)["metadata"]["nbgrader"] |= settings
    return factories.notebook(*cells)


def test_a_sound_course_has_no_finding(findings):
    assert findings() == []


def test_evidence_without_a_cell_is_found(findings):
    found = findings(notebook=without("202-t1"))

    assert any("qualification.toml, 202-t1: the criterion asks for tutor evidence" in said for said in found)


def test_a_graded_cell_that_no_criterion_asks_for_is_found(findings):
    found = findings(notebook=replaced("202-t1", factories.tutor("202-t9")))

    assert any(
        "cell 202-t9: no criterion in qualification.toml asks for it as tutor evidence" in said for said in found
    )


def test_points_that_differ_from_the_threshold_are_found(findings):
    found = findings(notebook=changed("202-a1", points=3))

    assert any("it is worth 3 points, and its criterion says 1 of 2" in said for said in found)


def test_a_name_used_twice_is_found(findings):
    found = findings(notebook=factories.notebook(*factories.lesson_cells(), factories.auto("202-a1", points=2)))

    assert any("cell 202-a1: the name is used 2 times" in said for said in found)


def test_an_untidy_notebook_is_found(findings):
    cells = factories.lesson_cells()
    cells[1]["execution_count"] = 4

    assert findings(notebook=factories.notebook(*cells)) == [
        "02-asking/asking.ipynb: the notebook is not tidy. Run `peerlab tidy`."
    ]


def test_an_activity_that_is_not_there_is_found(findings):
    cells = [*factories.lesson_cells(), factories.shows("asking/faults")]

    assert any("there is no activity `asking/faults`" in said for said in findings(notebook=factories.notebook(*cells)))


def test_a_task_without_its_activity_is_found(findings):
    found = findings(notebook=without("202-t1-activity"))

    assert any("cell 202-t1: no locked cell above it shows its activity" in said for said in found)


def test_an_auto_task_without_hidden_tests_is_found(findings):
    bare = factories.auto("202-a1", points=2)
    bare["source"] = ["from peerlab.lesson import Mark\n", "Mark(2)"]

    assert any("it has no `### BEGIN HIDDEN TESTS`" in said for said in findings(notebook=replaced("202-a1", bare)))


def test_a_task_a_learner_could_change_is_found(findings):
    assert any("a learner could change it" in said for said in findings(notebook=changed("202-a1", locked=False)))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"schema_version": 1}, "`schema_version` must be 3"),
        ({"points": 0}, "`points` must be above nought"),
        ({"grade_id": "cell 1"}, "`grade_id` must be words in lower case with dashes"),
    ],
)
def test_a_broken_nbgrader_cell_is_one_clear_finding(findings, broken, said):
    found = findings(notebook=changed("202-a1", **broken))

    assert len(found) == 1
    assert said in found[0]
    assert "02-asking/asking.ipynb, cell 202-a1" in found[0]


def test_a_hidden_test_that_is_never_closed_is_found(findings):
    cell = factories.auto("202-a1", points=2)
    cell["source"] = ["### BEGIN HIDDEN TESTS\n", "Mark(2)"]

    found = findings(notebook=replaced("202-a1", cell))

    assert "do not pair up" in found[0]


def test_a_file_that_learners_would_be_given_is_found(findings, tmp_path):
    factories.write(tmp_path / "checkout" / "notebooks" / "02-asking" / "answers.json", "{}")

    assert findings() == ["02-asking/answers.json: learners would be given this file. Move it elsewhere."]


def test_a_written_task_without_examples_is_found(findings):
    only_messages = factories.MARKING.partition("[202-t1]")[0]

    found = findings(marking=only_messages)

    assert len([said for said in found if "example answers that are" in said]) == 3


def test_a_misconception_without_words_is_found(findings):
    found = findings(marking=factories.MARKING.replace("polite", "rude"))

    assert found == [
        (
            "marking/02-asking.toml, 202-a1: `polite` has no words for the learner. "
            "Add messages.polite with did, why and next."
        )
    ]


def test_an_exemplar_that_earns_something_else_is_found(findings):
    found = findings(polite=factories.POLITE.replace("points = 0", "points = 1"))

    assert found == [
        (
            "exemplars/02-asking/polite.toml, 202-a1: it earns 0 (polite) and 1 (polite) is stated. "
            "Mend the test or the exemplar."
        )
    ]


def test_an_exemplar_whose_message_differs_is_found(findings):
    found = findings(polite=factories.POLITE.replace('["polite"]', "[]"))

    assert any("it earns 0 (polite) and 0 (no misconception) is stated" in said for said in found)


def test_a_pass_below_a_threshold_is_found(findings):
    whole = factories.PASS.replace('"leading"', '"none"').replace(
        "points = 2", 'points = 0\nmisconceptions = ["polite"]'
    )

    assert any("it earns 0, and 1 are needed" in said for said in findings(whole=whole))


def test_a_module_without_a_pass_is_found(findings):
    found = findings(whole=None, polite=None)

    assert found == ["exemplars/02-asking: there is no pass.toml. Write answers that earn every criterion."]


def test_a_hidden_test_that_stops_is_found_with_its_reason(findings):
    found = findings(notebook=replaced("202-a1", factories.auto("202-a1", "1 / 0", points=2)))

    assert any("the test stopped (ZeroDivisionError: division by zero)" in said for said in found)


def test_an_exemplar_on_a_missing_base_is_refused_with_the_near_miss(findings):
    found = findings(polite=factories.POLITE.replace('base = "pass"', 'base = "past"'))

    assert "its base `past` is not an exemplar that stands on its own. Did you mean `pass`?" in found[0]
