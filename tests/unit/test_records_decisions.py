"""A decision is a named assessor's, on the work as it is; a later one supersedes it, and both are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

import record_factories as make
from peerlab.errors import CentreError, InputError
from peerlab.records.audit import verify
from peerlab.records.database import Database
from peerlab.records.enrolment import registration_of
from peerlab.records.progress import learner_progress, progress
from peerlab.records.tables import Decision, PersonPrivate


@pytest.fixture(name="database")
def _database(tmp_path):
    with Database.create(tmp_path / "records.db") as database:
        yield database


@pytest.fixture(name="learner")
def _learner(database):
    with database.begin() as session:
        return make.enrol_all(session, "Ada")[0].learner


@pytest.fixture(name="handed_in")
def _handed_in(database, learner):
    """Ada has handed in, and everything was graded; the test of 202-a3 failed."""
    marks = [make.mark("202-a1", points=2), make.mark("202-a2"), make.mark("202-a3", "look")]
    marks += [make.mark("202-t1", "waiting"), make.mark("202-t2", "waiting"), make.mark("202-t3", "blank", work="")]
    with database.begin() as session:
        make.hand_in(session, learner, *marks)
    return learner


def status(database, learner, criterion):
    with database.read() as session:
        found = learner_progress(session, make.PRS, registration_of(session, learner))
    return found.criteria["PRS-202", criterion].state


def decides(database, learner, criterion, outcome="met", **about):
    with database.begin() as session:
        return make.decides(session, learner, criterion, outcome, **about)


def test_a_decision_is_kept_with_who_when_and_on_what(database, handed_in):
    """All that a quality assurer asks for."""
    made = decides(database, handed_in, "2.1", "nearly", feedback="  Add a way to say no.  ", scripted=True)
    with database.read() as session:
        kept = session.get(Decision, made.id)
        assert (kept.assessor, kept.assessor_name, kept.decided_at) == ("amina-khan", "Amina Khan", make.NOW)
        assert (kept.outcome, kept.feedback, kept.scripted) == ("nearly", "Add a way to say no.", True)
        assert kept.judged == {"202-a2": "w1", "202-t2": "w1"}
        assert (kept.by_hand, kept.number, kept.supersedes) == ([], 1, None)
        assert verify(session).intact
    assert status(database, handed_in, "2.1") == "nearly"


def test_a_correction_supersedes_and_both_stay(database, handed_in):
    """Nothing is overwritten."""
    first = decides(database, handed_in, "1.2", "not-yet")
    second = decides(database, handed_in, "1.2", at=make.NOW + timedelta(hours=1))
    assert (second.number, second.supersedes) == (2, first.id)
    assert status(database, handed_in, "1.2") == "met"
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 2


def test_the_same_decision_twice_is_one(database, handed_in):
    """A second press of the button is no second decision."""
    first = decides(database, handed_in, "1.2")
    assert decides(database, handed_in, "1.2", at=make.NOW + timedelta(hours=1)).id == first.id
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 1
        assert verify(session).events == 4


def test_the_same_words_on_new_work_are_a_new_decision(database, handed_in):
    """Stale until the tutor has read it again."""
    first = decides(database, handed_in, "1.2")
    with database.begin() as session:
        make.hand_in(session, handed_in, make.mark("202-t1", "waiting", work="w2"))
    assert status(database, handed_in, "1.2") == "stale"
    assert decides(database, handed_in, "1.2").number == first.number + 1
    assert status(database, handed_in, "1.2") == "met"


def test_a_blank_hand_in_does_not_unseat_a_decision(database, handed_in):
    """The decision stays on the work it judged."""
    decides(database, handed_in, "1.2")
    with database.begin() as session:
        make.hand_in(session, handed_in, make.mark("202-t1", "blank", work=""))
    assert status(database, handed_in, "1.2") == "met"


def test_a_person_stands_in_where_grading_failed(database, learner):
    """The fault was the machine's, so a person decides, and may correct themselves."""
    with database.begin() as session:
        attempt = make.hand_in(session, learner, make.mark("202-a1", "look"))
    assert status(database, learner, "1.1") == "look"
    made = decides(database, learner, "1.1")
    assert (made.judged, made.by_hand) == ({"202-a1": "w1"}, ["202-a1"])
    assert status(database, learner, "1.1") == "met"
    with database.begin() as session:
        make.add_evidence(session, attempt, [make.mark("202-a1", points=1)], grader="peerlab", at=make.NOW)
    assert status(database, learner, "1.1") == "met"
    decides(database, learner, "1.1", "not-yet")
    assert status(database, learner, "1.1") == "not-yet"


def test_what_was_shown_needs_a_note(database, learner):
    """No attempt is needed for a portfolio piece; words about what was seen are."""
    with pytest.raises(InputError, match=r"202-P1 is not in the notebook\. Add a note"):
        decides(database, learner, "2.2", note="  ")
    made = decides(database, learner, "2.2", note="Saw the signed agreement, folder 3.")
    assert (made.judged, made.note) == ({}, "Saw the signed agreement, folder 3.")
    assert status(database, learner, "2.2") == "met"


def test_spoken_evidence_needs_a_note(database, learner):
    """A learner may say what others write."""
    with database.begin() as session:
        make.hand_in(session, learner, make.mark("202-t1", "blank", work=""))
    with pytest.raises(InputError, match=r"wrote nothing here\. If they told or showed you"):
        decides(database, learner, "1.2")
    decides(database, learner, "1.2", note="Told me on 24 November.")
    assert status(database, learner, "1.2") == "met"


def test_a_portfolio_criterion_with_a_written_part_may_be_discussed(database, learner):
    """Without any attempt."""
    decides(database, learner, "3.2", note="Talked it through.")
    assert status(database, learner, "3.2") == "met"


REFUSED = {
    "unknown learner": ({"learner": "L-ZZZZ"}, InputError, "nobody with this id is enrolled here"),
    "unknown unit": ({"unit": "PRS-20"}, InputError, r"there is no unit `PRS-20`\. Did you mean `PRS-202`\?"),
    "unknown criterion": ({"criterion": "9.9"}, InputError, r"PRS-202 has no criterion `9\.9`\. It has 1\.1, 1\.2"),
    "unknown outcome": ({"outcome": "not_yet"}, InputError, r"`not_yet` is not a decision\. Did you mean `not-yet`\?"),
    "nearly without feedback": ({"outcome": "nearly", "feedback": " "}, InputError, "“nearly” needs feedback"),
    "not yet without feedback": ({"outcome": "not-yet", "feedback": ""}, InputError, "“not-yet” needs feedback"),
    "a threshold's criterion": (
        {"criterion": "1.1"},
        InputError,
        r"its printed threshold decides this criterion \(5 of 6 in 202-A1\), not a person",
    ),
    "before the role began": (
        {"at": make.NOW.replace(month=8)},
        CentreError,
        "Amina Khan is not an assessor on 2026-08-24",
    ),
    "without the role": ({"assessor": make.ADMIN}, CentreError, "Bo Li is not an assessor"),
    "another version": (
        {"course": make.qualification("2")},
        CentreError,
        "is registered for PRS 1; this is PRS 2",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_decided_is_refused(database, handed_in, case):
    """In words, and nothing is kept."""
    about, error, says = case
    about = {"learner": handed_in, "criterion": "1.2", **about}
    with pytest.raises(error, match=says):
        decides(database, about.pop("learner"), about.pop("criterion"), **about)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 0
        assert verify(session).events == 3


def test_deciding_before_anything_was_handed_in_is_refused(database, learner):
    """There is nothing to judge."""
    with pytest.raises(InputError, match=r"has not handed in 02-asking: there is nothing to judge\. Collect"):
        decides(database, learner, "1.2")


def test_deciding_before_the_newest_work_was_graded_is_refused(database, handed_in):
    """Or the decision would be on older work than the learner thinks."""
    with database.begin() as session:
        make.hand_in(session, handed_in, work="newer")
    with pytest.raises(InputError, match="attempt 2 at 02-asking has not been graded yet"):
        decides(database, handed_in, "1.2")


def test_progress_shows_everyone_by_name_with_every_criterion(database, handed_in):
    """Also those who have not begun, those with work to be graded, and those whose details were erased."""
    with database.begin() as session:
        make.enrol_all(session, "Cy", "bo", cohort="2026-autumn", add=True, choose_code=iter(["CY", "BO"]).__next__)
        make.enrol_all(session, "Dee", cohort="2027-spring", choose_code=lambda: "DEE")
        make.hand_in(session, "L-BO", work="ungraded")
        session.delete(session.scalars(select(PersonPrivate).where(PersonPrivate.name == "Cy")).one())
    with database.read() as session:
        rows = progress(session, make.PRS, "2026-autumn")
    assert [(row.name, row.learner) for row in rows] == [("Ada", handed_in), ("bo", "L-BO"), (None, "L-CY")]
    ada, bo, cy = rows
    assert {name: found.state for (_, name), found in ada.criteria.items()} == {
        "1.1": "not-yet",
        "1.2": "waiting",
        "2.1": "waiting",
        "2.2": "not-started",
        "3.1": "look",
        "3.2": "not-started",
    }
    assert (ada.units["PRS-202"].state, ada.attempts, ada.ungraded) == ("under-way", {make.MODULE: 1}, ())
    assert (bo.attempts, bo.ungraded) == ({make.MODULE: 1}, (make.MODULE,))
    assert (cy.units["PRS-202"].state, cy.attempts, cy.reference) == ("not-started", {}, None)


def test_a_regrade_counts_instead_of_the_run_before(database, learner):
    """The newest run of an attempt is its mark, up or down."""
    with database.begin() as session:
        attempt = make.hand_in(session, learner, make.mark("202-a1", points=6))
    assert status(database, learner, "1.1") == "met"
    with database.begin() as session:
        make.add_evidence(session, attempt, [make.mark("202-a1", points=1)], grader="peerlab", at=make.NOW)
    assert status(database, learner, "1.1") == "not-yet"


def test_progress_of_no_cohort_is_refused(database, learner):
    """With the near miss."""
    with pytest.raises(InputError, match="Did you mean `2026-autumn`"), database.read() as session:
        progress(session, make.PRS, "2026-autum")


def test_progress_asks_as_little_for_many_as_for_one(database):
    """The number of queries does not grow with the cohort."""
    with database.begin() as session:
        for one in make.enrol_all(session, *(f"L{n}" for n in range(30))):
            make.hand_in(session, one.learner, make.mark("202-a1"), make.mark("202-t1", "waiting"))
            make.decides(session, one.learner, "1.2")
    asked = []
    with database.read() as session:
        event.listen(session.bind, "before_cursor_execute", lambda *about: asked.append(about[2]))
        rows = progress(session, make.PRS, "2026-autumn")
    assert {row.units["PRS-202"].met for row in rows} == {2}
    assert len([one for one in asked if one.startswith("SELECT")]) == 5
