"""A whole list is enrolled or nobody; each person has one record and a new pseudonym in each cohort."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

import record_factories as make
from peerlab.errors import CentreError, InputError
from peerlab.records.audit import erase_payloads, verify
from peerlab.records.database import Database
from peerlab.records.enrolment import ALPHABET, Intake, enrol, random_code, registration_of
from peerlab.records.learner_file import NewLearner
from peerlab.records.tables import AuditPayload, Cohort, Person, PersonPrivate, Registration


@pytest.fixture(name="database")
def _database(tmp_path):
    with Database.create(tmp_path / "records.db") as database:
        yield database


def how_many(database, table):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_learners_are_enrolled_under_pseudonyms(database):
    """The id that goes into nbgrader says nothing about the person."""
    with database.begin() as session:
        enrolled = make.enrol_all(session, "Ada", "Bo", choose_code=random_code)
    for one in enrolled:
        assert re.fullmatch(rf"L-[{ALPHABET}]{{4}}", one.learner)
    with database.read() as session:
        registration = registration_of(session, enrolled[1].learner)
        assert registration.person.private.name == "Bo"
        assert (registration.qualification, registration.version) == ("PRS", "1")
        assert registration.registered_at == make.NOW


def test_pseudonyms_cannot_be_misread():
    """No letter or digit that looks like another, and no vowel to make a word."""
    assert not set("AEIOU01IL") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_a_cohort_that_exists_is_refused_unless_it_is_meant(database):
    """A second file needs `--add`."""
    with database.begin() as session:
        make.enrol_all(session, "Ada")
    with (
        pytest.raises(InputError, match=r"there is a cohort of this name already\. Run again with `--add`"),
        database.begin() as session,
    ):
        make.enrol_all(session, "Bo")
    with database.begin() as session:
        codes = iter(["BBBC", "BBBC", "2222"])
        (bo,) = make.enrol_all(session, "Bo", add=True, choose_code=lambda: next(codes))
    assert bo.learner == "L-2222"
    assert how_many(database, Registration) == 2


def test_adding_to_no_cohort_is_refused(database):
    """With the name that was perhaps meant."""
    with database.begin() as session:
        make.enrol_all(session, "Ada")
    with (
        pytest.raises(InputError, match=r"no such cohort to add to\. Did you mean `2026-autumn`\?"),
        database.begin() as session,
    ):
        make.enrol_all(session, "Bo", cohort="2026-autum", add=True)


@pytest.mark.parametrize("name", ["2026 Autumn", "../up", "", "-a", "a--b", "a" * 65, "Autumn"])
def test_a_cohort_name_that_cannot_be_a_folder_is_refused(database, name):
    """nbgrader keeps a course folder of that name."""
    with pytest.raises(InputError, match="this name cannot be a folder"), database.begin() as session:
        make.enrol_all(session, "Ada", cohort=name)


def test_one_learner_there_already_stops_the_whole_file(database):
    """All or nothing: the others of the file are not enrolled either."""
    with database.begin() as session:
        (ada,) = make.enrol_all(session, "Ada")
    with (
        pytest.raises(InputError, match=f"line 3: the reference `R-Ada` is in .* already, as {ada.learner}"),
        database.begin() as session,
    ):
        make.enrol_all(session, "Cy", "Ada", add=True)
    assert how_many(database, Person) == how_many(database, Registration) == 1


def test_a_person_in_a_second_cohort_is_the_same_person(database):
    """One record of who they are, another pseudonym; a new email replaces the old one."""
    with database.begin() as session:
        (first,) = make.enrol_all(session, "Ada")
    again = NewLearner(name="ADA", reference="r-ada", email="ada@example.org")
    intake = Intake(cohort="2027-spring", learners=(again,), qualification=make.PRS)
    with database.begin() as session:
        (second,) = enrol(session, intake, by=make.ADMIN, at=make.NOW)
    assert first.learner != second.learner
    assert how_many(database, Person) == 1
    with database.read() as session:
        private = session.scalars(select(PersonPrivate)).one()
        assert (private.name, private.email) == ("Ada", "ada@example.org")


def test_a_reference_of_somebody_else_is_refused(database):
    """Or one person's completion would carry another's name."""
    with database.begin() as session:
        make.enrol_all(session, "Ada")
    other = NewLearner(name="Bo", reference="R-Ada", line=7)
    with (
        pytest.raises(InputError, match="line 7: the reference `R-Ada` belongs to Ada, and this line says Bo"),
        database.begin() as session,
    ):
        enrol(
            session,
            Intake(cohort="2027-spring", learners=(other,), qualification=make.PRS),
            by=make.ADMIN,
            at=make.NOW,
        )
    assert how_many(database, Cohort) == 1


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ((), "there is nobody to enrol"),
        ((NewLearner(name="A", reference="R"), NewLearner(name="B", reference="r")), "have the same reference"),
    ],
    ids=["nobody", "twice"],
)
def test_a_list_that_cannot_be_enrolled_is_refused(database, people, says):
    """Also when it did not come from a file."""
    intake = Intake(cohort="2026-autumn", learners=people, qualification=make.PRS)
    with pytest.raises(InputError, match=says), database.begin() as session:
        enrol(session, intake, by=make.ADMIN, at=make.NOW)


def test_only_an_admin_enrols(database):
    """Asked in the records, whichever page or command it came from."""
    intake = Intake(cohort="2026-autumn", learners=make.learners("Ada"), qualification=make.PRS)
    with pytest.raises(CentreError, match="Amina Khan is not a course admin"), database.begin() as session:
        enrol(session, intake, by=make.TUTOR, at=make.NOW)


def test_codes_that_are_all_taken_end_with_words(database):
    """Not with a loop for ever."""
    with pytest.raises(CentreError, match="random ids in a row were taken"), database.begin() as session:
        make.enrol_all(session, "Ada", "Bo", choose_code=lambda: "2222")
    assert how_many(database, Registration) == 0


def test_an_unknown_learner_is_refused(database):
    """With the near miss, never with the names of others."""
    with database.begin() as session:
        make.enrol_all(session, "Ada", choose_code=lambda: "7F3K")
        with pytest.raises(InputError, match=r"nobody with this id is enrolled here\. Did you mean `L-7F3K`\?"):
            registration_of(session, "L-7F3X")
        with pytest.raises(InputError, match="Look it up with `peerlab progress`"):
            registration_of(session, "somebody")


def test_each_enrolment_is_an_event_and_can_be_forgotten(database):
    """Who was enrolled is erased from the history too, and the history still verifies."""
    with database.begin() as session:
        ada, _bo = make.enrol_all(session, "Ada", "Bo")
        assert erase_payloads(session, ada.learner) == 1
    with database.read() as session:
        report = verify(session)
        assert (report.intact, report.events, report.erased) == (True, 2, 1)
        assert not any("Ada" in text for text in session.scalars(select(AuditPayload.payload)))


def test_a_large_list_is_enrolled_in_seconds(database):
    """A region's cohort does not need a night."""
    with database.begin() as session:
        enrolled = make.enrol_all(session, *(f"Learner {n}" for n in range(300)), choose_code=random_code)
    assert len({one.learner for one in enrolled}) == 300
