"""Where a learner stands with a criterion follows from marks and decisions alone, and more never counts for less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import record_factories as make
from peerlab.qualification import Criterion
from peerlab.records.status import STATES, CriterionStatus, criterion_status, unit_status
from record_factories import ruling, seen

AUTO, TUTOR, BOTH, PORTFOLIO, SAFE, SPOKEN = make.UNIT.criteria


def state(criterion, history=(), rulings=()):
    return criterion_status(criterion, history, rulings).state


# (criterion, history, decisions) -> state, words of the reason, words of the next step
CASES = {
    "nothing at all": (AUTO, [], [], "not-started", "202-A1 is not answered yet", "Learner: answer 202-A1"),
    "left blank": (AUTO, [seen(1, "202-a1", "blank")], [], "not-started", "not answered yet", "Learner: answer"),
    "met by its threshold": (AUTO, [seen(1, "202-a1", points=5)], [], "met", "202-A1: 5 of 6, and 5 of 6 meet it.", ""),
    "half a point short": (
        AUTO,
        [seen(1, "202-a1", points=4.5)],
        [],
        "not-yet",
        "202-A1: 4.5 of 6 so far; 5 of 6 are needed.",
        "Learner: try 202-A1 again.",
    ),
    "a weaker second try": (AUTO, [seen(1, "202-a1"), seen(2, "202-a1", points=0, work="w2")], [], "met", "6 of 6", ""),
    "the best try is told": (
        AUTO,
        [seen(1, "202-a1", points=4), seen(2, "202-a1", points=1, work="w2")],
        [],
        "not-yet",
        "4 of 6 so far",
        "try",
    ),
    "grading failed": (
        AUTO,
        [seen(1, "202-a1", "look")],
        [],
        "look",
        "202-A1 could not be graded: The kernel died.",
        "Tutor: look at 202-A1.",
    ),
    "grading failed after it was met": (
        AUTO,
        [seen(1, "202-a1"), seen(2, "202-a1", "look", work="w2")],
        [],
        "met",
        "6 of 6",
        "",
    ),
    "not graded yet": (
        AUTO,
        [seen(1, "202-a1", "waiting")],
        [],
        "waiting",
        "waits to be graded",
        "Tutor: grade 202-A1",
    ),
    "a tutor stood in": (
        AUTO,
        [seen(1, "202-a1", "look")],
        [ruling(judged={"202-a1": "w1"}, by_hand=("202-a1",))],
        "met",
        "202-A1: Amina Khan decided on 24 November 2026 that this is met.",
        "",
    ),
    "a tutor stood in, then other work failed": (
        AUTO,
        [seen(1, "202-a1", "look"), seen(2, "202-a1", points=0, work="w2")],
        [ruling(judged={"202-a1": "w1"}, by_hand=("202-a1",))],
        "met",
        "Amina Khan",
        "",
    ),
    "a tutor stood in with nearly": (
        AUTO,
        [seen(1, "202-a1", "look")],
        [ruling("nearly", judged={"202-a1": "w1"}, by_hand=("202-a1",))],
        "nearly",
        "nearly. Name one more.",
        "mend what the feedback names",
    ),
    "new work after a tutor stood in": (
        AUTO,
        [seen(1, "202-a1", "look"), seen(2, "202-a1", "look", work="w2")],
        [ruling("nearly", judged={"202-a1": "w1"}, by_hand=("202-a1",))],
        "look",
        "could not be graded",
        "Tutor: look",
    ),
    "written, not read": (
        TUTOR,
        [seen(1, "202-t1", "waiting")],
        [],
        "waiting",
        "202-T1 waits for a tutor.",
        "Tutor: read 202-T1, then decide.",
    ),
    "nothing written": (
        TUTOR,
        [seen(1, "202-t1", "blank")],
        [],
        "not-started",
        "202-T1 is not answered yet",
        "Learner",
    ),
    "written, and a fault": (TUTOR, [seen(1, "202-t1", "look")], [], "look", "The kernel died.", "then decide"),
    "decided": (
        TUTOR,
        [seen(1, "202-t1", "waiting")],
        [ruling(judged={"202-t1": "w1"})],
        "met",
        "202-T1: Amina Khan decided on 24 November 2026 that this is met.",
        "",
    ),
    "decided nearly": (
        TUTOR,
        [seen(1, "202-t1", "waiting")],
        [ruling("nearly", judged={"202-t1": "w1"})],
        "nearly",
        "nearly. Name one more.",
        "Learner: mend what the feedback names in 202-T1.",
    ),
    "decided not yet": (
        TUTOR,
        [seen(1, "202-t1", "waiting")],
        [ruling("not-yet", judged={"202-t1": "w1"})],
        "not-yet",
        "not yet. Name one more.",
        "Learner: talk with your tutor",
    ),
    "the newest decision counts": (
        TUTOR,
        [seen(1, "202-t1", "waiting")],
        [ruling(judged={"202-t1": "w1"}), ruling("not-yet", judged={"202-t1": "w1"})],
        "not-yet",
        "not yet",
        "talk",
    ),
    "changed after met": (
        TUTOR,
        [seen(1, "202-t1", "waiting"), seen(2, "202-t1", "waiting", work="w2")],
        [ruling(judged={"202-t1": "w1"})],
        "stale",
        "The work changed after Amina Khan decided “met” on 24 November 2026.",
        "Tutor: read 202-T1 again",
    ),
    "changed after nearly": (
        TUTOR,
        [seen(1, "202-t1", "waiting"), seen(2, "202-t1", "waiting", work="w2")],
        [ruling("nearly", judged={"202-t1": "w1"})],
        "waiting",
        "202-T1 was handed in again and waits for a tutor.",
        "Tutor: read",
    ),
    "changed, and a fault": (
        TUTOR,
        [seen(1, "202-t1", "waiting"), seen(2, "202-t1", "look", work="w2")],
        [ruling("nearly", judged={"202-t1": "w1"})],
        "look",
        "needs a look",
        "Tutor: look",
    ),
    "handed in again unchanged": (
        TUTOR,
        [seen(1, "202-t1", "waiting"), seen(2, "202-t1", "waiting")],
        [ruling(judged={"202-t1": "w1"})],
        "met",
        "is met",
        "",
    ),
    "left blank after met": (
        TUTOR,
        [seen(1, "202-t1", "waiting"), seen(2, "202-t1", "blank", work="")],
        [ruling(judged={"202-t1": "w1"})],
        "met",
        "is met",
        "",
    ),
    "changed back": (
        TUTOR,
        [seen(1, "202-t1", "waiting"), seen(2, "202-t1", "waiting", work="w2"), seen(3, "202-t1", "waiting")],
        [ruling(judged={"202-t1": "w1"})],
        "met",
        "is met",
        "",
    ),
    "spoken instead": (TUTOR, [seen(1, "202-t1", "blank")], [ruling()], "met", "is met", ""),
    "written after it was spoken": (
        TUTOR,
        [seen(1, "202-t1", "blank"), seen(2, "202-t1", "waiting")],
        [ruling()],
        "stale",
        "The work changed",
        "read 202-T1 again",
    ),
    "both, only the test passed": (
        BOTH,
        [seen(1, "202-a2"), seen(1, "202-t2", "waiting")],
        [],
        "waiting",
        "202-T2 waits for a tutor.",
        "Tutor: read 202-T2, then decide.",
    ),
    "both, only the tutor agreed": (
        BOTH,
        [seen(1, "202-a2", points=1), seen(1, "202-t2", "waiting")],
        [ruling(judged={"202-a2": "w1", "202-t2": "w1"})],
        "not-yet",
        "202-A2: 1 of 6 so far",
        "Learner: try 202-A2 again.",
    ),
    "both": (
        BOTH,
        [seen(1, "202-a2"), seen(1, "202-t2", "waiting")],
        [ruling(judged={"202-a2": "w1", "202-t2": "w1"})],
        "met",
        "202-A2: 6 of 6, and 5 of 6 meet it. 202-T2: Amina Khan decided",
        "",
    ),
    "both, test work changed": (
        BOTH,
        [seen(1, "202-a2"), seen(1, "202-t2", "waiting"), seen(2, "202-a2", work="w2"), seen(2, "202-t2", "waiting")],
        [ruling(judged={"202-a2": "w1", "202-t2": "w1"})],
        "stale",
        "The work changed",
        "Tutor: read 202-T2 again",
    ),
    "both, one begun": (
        BOTH,
        [seen(1, "202-a2"), seen(1, "202-t2", "blank")],
        [],
        "not-yet",
        "202-T2 is not answered yet.",
        "Learner: answer 202-T2.",
    ),
    "both, the test failed and a tutor stood in": (
        BOTH,
        [seen(1, "202-a2", "look"), seen(1, "202-t2", "waiting")],
        [ruling(judged={"202-a2": "w1", "202-t2": "w1"}, by_hand=("202-a2",))],
        "met",
        "202-A2: Amina Khan",
        "",
    ),
    "nothing shown": (PORTFOLIO, [], [], "not-started", "202-P1 has not been seen yet.", "show 202-P1 to your tutor"),
    "shown": (PORTFOLIO, [], [ruling()], "met", "202-P1: Amina Khan", ""),
    "shown, nearly": (PORTFOLIO, [], [ruling("nearly")], "nearly", "Name one more.", "202-P1"),
    "safe, one part": (
        SAFE,
        [seen(1, "202-a3")],
        [],
        "not-yet",
        "202-P2 has not been seen yet. This criterion keeps people safe, so every part of it must be met.",
        "show 202-P2",
    ),
    "safe, nearly": (SAFE, [seen(1, "202-a3")], [ruling("nearly")], "nearly", "keeps people safe", "202-P2"),
    "safe, all": (SAFE, [seen(1, "202-a3")], [ruling()], "met", "202-P2: Amina Khan", ""),
    "safe, test changed after it was seen": (
        SAFE,
        [seen(1, "202-a3"), seen(2, "202-a3", points=0, work="w2")],
        [ruling()],
        "met",
        "202-A3: 6 of 6",
        "",
    ),
    "discussed instead of written": (SPOKEN, [], [ruling()], "met", "202-T3 and 202-P3: Amina Khan", ""),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_criterion_stands_where_the_rules_say(case):
    """With a reason and a next step that a tutor and a learner can read."""
    criterion, history, rulings, expected, reason, step = case
    status = criterion_status(criterion, history, rulings)
    assert status.state == expected
    assert reason in status.reason
    assert step in status.needed_next
    assert bool(status.needed_next) == (expected != "met")


def test_marks_of_other_tasks_do_not_count():
    """Nor does the order in which they are told."""
    marks = [seen(2, "202-t1", "waiting", work="w2"), seen(1, "202-t1", "waiting"), seen(3, "202-a1")]
    assert state(TUTOR, marks, [ruling(judged={"202-t1": "w2"})]) == "met"


def test_a_safety_criterion_with_a_miss_is_not_met():
    """Full marks in one part do not make up for the other."""
    criterion = Criterion.model_validate(make.criterion_data("2.2", "202-a1", "202-a2", safe=True))
    assert state(criterion, [seen(1, "202-a1"), seen(1, "202-a2", points=4)]) == "not-yet"
    assert state(criterion, [seen(1, "202-a1"), seen(1, "202-a2", points=5)]) == "met"


TASKS = [evidence.task for criterion in make.UNIT.criteria for evidence in criterion.evidence]
WORK = st.sampled_from(["w1", "w2"])
MARKS = st.builds(
    lambda attempt, task, kind, points, work: seen(
        attempt, task, kind if task[4] == "a" or kind != "marked" else "waiting", points=points, work=work
    ),
    st.integers(1, 3),
    st.sampled_from(TASKS),
    st.sampled_from(["marked", "marked", "marked", "look", "waiting", "blank"]),
    st.integers(0, 6).map(float),
    WORK,
)
HISTORIES = st.lists(MARKS, max_size=8, unique_by=lambda one: (one.attempt, one.mark.task))
RULINGS = st.lists(
    st.builds(
        lambda outcome, judged, by_hand: ruling(
            outcome, judged=judged, by_hand=tuple(t for t in judged if t in by_hand)
        ),
        st.sampled_from(["met", "nearly", "not-yet"]),
        st.dictionaries(st.sampled_from(TASKS), WORK, max_size=2),
        st.sets(st.sampled_from(TASKS)),
    ),
    max_size=3,
)
CRITERIA = st.sampled_from(make.UNIT.criteria)


def rank(criterion, history, rulings):
    return STATES.index(state(criterion, history, rulings))


@given(criterion=CRITERIA, history=HISTORIES, rulings=RULINGS, data=st.data())
def test_more_points_never_lower_a_status(criterion, history, rulings, data):
    """Whatever else was marked and decided."""
    more = [
        replace(one, mark=replace(one.mark, points=data.draw(st.floats(one.mark.points, 6.0))))
        if one.mark.state == "marked"
        else one
        for one in history
    ]
    assert rank(criterion, more, rulings) >= rank(criterion, history, rulings)


@given(history=HISTORIES, rulings=RULINGS, later=MARKS)
def test_a_criterion_met_by_its_threshold_stays_met(history, rulings, later):
    """Whatever is handed in afterwards."""
    before = [one for one in history if one.attempt < later.attempt]
    if state(AUTO, before, []) == "met":
        assert state(AUTO, [*before, later], rulings) == "met"


@given(criterion=CRITERIA, history=HISTORIES, rulings=RULINGS)
def test_a_blank_hand_in_changes_nothing(criterion, history, rulings):
    """A learner who opens the notebook again and hands it in empty loses nothing."""
    blank = [seen(4, task, "blank", work="") for task in TASKS]
    assert criterion_status(criterion, [*history, *blank], rulings) == criterion_status(criterion, history, rulings)


@given(criterion=CRITERIA, history=HISTORIES, rulings=RULINGS)
def test_every_status_says_why_and_what_next(criterion, history, rulings):
    """Met needs nothing; anything else names the next person."""
    status = criterion_status(criterion, history, rulings)
    assert status.reason
    assert bool(status.needed_next) == (status.state != "met")
    assert all(step.startswith(("Learner:", "Tutor:")) for step in status.needed_next.split(". ")[:1] if step)


@given(states=st.lists(st.sampled_from(STATES), min_size=6, max_size=6), at=st.integers(0, 5))
def test_one_more_criterion_met_never_lowers_a_unit(states, at):
    """And a unit is met when every criterion is."""
    ids = [criterion.id for criterion in make.UNIT.criteria]

    def unit(these):
        return unit_status(
            make.UNIT, {name: CriterionStatus(state=s, reason="") for name, s in zip(ids, these, strict=True)}
        )

    before, after = unit(states), unit([*states[:at], "met", *states[at + 1 :]])
    order = ["not-started", "under-way", "met"]
    assert order.index(after.state) >= order.index(before.state)
    assert after.met >= before.met
    assert (before.state == "met") == (set(states) == {"met"}) == (before.missing == ())
    assert (before.state == "not-started") == (set(states) == {"not-started"})


def test_a_unit_counts_what_is_missing():
    """A criterion without a status is missing too."""
    status = unit_status(make.UNIT, {"1.1": CriterionStatus(state="met", reason="")})
    assert (status.state, status.met, status.of) == ("under-way", 1, 6)
    assert status.missing == ("1.2", "2.1", "2.2", "3.1", "3.2")
