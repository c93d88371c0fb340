"""The qualification reads as what was agreed, and refuses a file that does not fit together."""

from __future__ import annotations

import re

import pytest

from peerlab.errors import CourseError
from peerlab.places import course
from peerlab.qualification import read_qualification

TEXT = course().qualification.read_text("utf-8")


@pytest.fixture(name="the")
def _the():
    return read_qualification(course().qualification)


@pytest.fixture(name="refusal")
def _refusal(tmp_path):
    """Change one thing in the real file and return what reading it says."""

    def change(old, new, count=1):
        assert old in TEXT
        path = tmp_path / "qualification.toml"
        path.write_text(TEXT.replace(old, new, count), "utf-8")
        with pytest.raises(CourseError) as refused:
            read_qualification(path)
        return str(refused.value)

    return change


def test_it_has_nine_units_and_sixty_six_criteria(the):
    assert [unit.id for unit in the.units] == [f"PRS-20{n}" for n in range(1, 10)]
    assert sum(len(unit.criteria) for unit in the.units) == 66


def test_its_size_is_that_of_a_certificate(the):
    assert (the.qualification.credit, the.qualification.guided_hours, the.qualification.total_hours) == (18, 121, 180)


def test_the_award_is_the_four_compulsory_units_and_the_induction(the):
    award = next(award for award in the.award if award.id == "award")
    compulsory = {unit.id for unit in the.units if unit.standing == "compulsory"}

    assert set(award.units) == compulsory | {"PRS-201"}
    assert (award.credit, award.total_hours) == (10, 100)


def test_the_safety_critical_criteria_are_the_agreed_ones(the):
    flagged = {f"{unit.id} {one.id}" for unit in the.units for one in unit.criteria if one.safety_critical}

    assert flagged == {"PRS-203 2.1", "PRS-203 2.2", "PRS-203 3.1", "PRS-206 3.2", "PRS-209 1.2"}


def test_every_criterion_has_evidence_and_every_auto_task_a_threshold(the):
    for unit in the.units:
        for evidence in unit.evidence:
            assert (evidence.kind == "auto") == bool(evidence.threshold)
        assert all(criterion.evidence for criterion in unit.criteria)


def test_fieldwork_waits_for_ethics_and_the_signed_risk_assessment(the):
    gate = next(gate for gate in the.gate if gate.id == "fieldwork")

    assert gate.shuts == "PRS-209 LO2"
    assert set(gate.needs) == {"PRS-203", "PRS-209 1.2"}


def test_an_evidence_reference_is_its_task_in_capitals(the):
    assert the.find_unit("PRS-202").criterion("1.1").evidence[0].ref == "202-A1"


def test_an_unknown_key_is_refused_with_the_near_miss(refusal):
    said = refusal("safety_critical = true", "safety_criticle = true")

    assert "unit PRS-203" in said
    assert "criterion 2.1" in said
    assert "Did you mean `safety_critical`?" in said


def test_a_unit_named_twice_is_refused(refusal):
    assert "unit PRS-201: this id is used twice" in refusal('id = "PRS-202"', 'id = "PRS-201"')


def test_a_criterion_named_twice_is_refused(refusal):
    assert "criterion 1.1: this id is used twice" in refusal('id = "1.2"', 'id = "1.1"')


def test_a_task_that_shows_two_criteria_is_refused(refusal):
    assert "task 201-t1: this id is used twice" in refusal('task = "201-t2"', 'task = "201-t1"')


def test_hours_that_do_not_fit_the_credit_are_refused(refusal):
    assert "1 credits stand for 10 hours, and 11 are given" in refusal("total_hours = 10\n", "total_hours = 11\n")


def test_hours_that_do_not_add_up_are_refused(refusal):
    said = refusal("guided_hours = 73", "guided_hours = 74")

    assert "award award" in said
    assert "`guided_hours` says 74, and its units add up to 73" in said


def test_a_criterion_without_evidence_is_refused(refusal):
    first = re.search(r"evidence = \[.*?\n\]", TEXT, re.DOTALL).group()

    said = refusal(first, "evidence = []")

    assert "unit PRS-201, outcome LO1, criterion 1.1: this criterion has no evidence." in said


def test_a_combination_of_a_missing_unit_is_refused_with_the_near_miss(refusal):
    said = refusal('"PRS-204", "PRS-206"]', '"PRS-240", "PRS-206"]')

    assert "it counts on unit `PRS-240`, which is not here." in said
    assert "Did you mean `PRS-2" in said


def test_a_gate_that_needs_something_missing_is_refused(refusal):
    assert "gate fieldwork: `PRS-209 1.9` is not here" in refusal('"PRS-209 1.2"]', '"PRS-209 1.9"]')


def test_an_auto_task_without_a_threshold_is_refused(refusal):
    said = refusal("met_at = 6, out_of = 8, ", "")

    assert "`201-a1` is marked by a test without a threshold. Add `met_at` and `out_of`." in said


def test_a_missing_key_is_named(refusal):
    assert "`title` is missing" in refusal('title = "Question design"\n', "")


def test_a_file_that_is_not_toml_is_refused(refusal):
    assert "this is not TOML" in refusal("[rules]", "[rules")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CourseError, match="the file is not there"):
        read_qualification(tmp_path / "nowhere.toml")
