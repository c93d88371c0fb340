"""The history verifies after any acts, stays valid when text is erased, and shows the first link that was touched."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import record_factories as make
from peerlab.records.audit import Head, erase_payloads, head, record, verify
from peerlab.records.database import Database


@pytest.fixture(name="path")
def _path(tmp_path):
    return tmp_path / "records.db"


@pytest.fixture(name="database")
def _database(path):
    with Database.create(path) as database:
        yield database


def append(session, number, subject="L-7F3K"):
    return record(
        session,
        actor="amina-khan",
        action="test.made",
        subject=subject,
        payload={"name": f"Zoë {number}", "when": make.NOW},
        at=make.NOW + timedelta(seconds=number),
    )


def tamper(path, *statements):
    """Change the file as somebody with the file could: without our triggers."""
    with closing(sqlite3.connect(path)) as raw, raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            raw.execute(statement)


def test_no_events_verify(database):
    """A new centre has an empty, whole history."""
    with database.read() as session:
        assert verify(session).intact
        assert head(session) == Head(0, "0" * 64)


def test_an_event_is_kept_with_its_transaction_or_not_at_all(database):
    """An act that failed leaves no event."""
    with suppress(RuntimeError), database.begin() as session:
        append(session, 1)
        raise RuntimeError
    with database.read() as session:
        assert verify(session).events == 0


def test_a_payload_takes_only_what_json_holds(database):
    """A mistake in our code, said at once."""
    with pytest.raises(TypeError, match="object has no place"), database.begin() as session:
        record(session, actor="a", action="b", subject="c", payload={"x": object()}, at=make.NOW)


SUBJECTS = ["L-7F3K", "L-7F3K/PRS-202/1.1", "L-7F3X", "cohort/a_b", "cohort/axb", "cohort/a_b/02"]
ACTS = st.lists(st.tuples(st.booleans(), st.sampled_from(SUBJECTS)), max_size=12)


@settings(deadline=None, max_examples=40)  # it touches the disk
@given(acts=ACTS)
def test_the_chain_verifies_after_any_sequence_of_acts_and_erasures(tmp_path_factory, acts):
    """And only what is under the erased subject is gone."""
    with Database.create(tmp_path_factory.mktemp("audit") / "records.db") as database:
        kept = []
        for number, (erases, subject) in enumerate(acts):
            with database.begin() as session:
                if erases:
                    under = [each for each in kept if each == subject or each.startswith(subject + "/")]
                    assert erase_payloads(session, subject) == len(under)
                    kept = [each for each in kept if each not in under]
                else:
                    append(session, number, subject)
                    kept.append(subject)
        with database.read() as session:
            report = verify(session, known=head(session))
        events = sum(not erases for erases, _ in acts)
        assert (report.intact, report.events, report.erased) == (True, events, events - len(kept))


@pytest.mark.parametrize(
    ("statement", "broken_at", "problem"),
    [
        ("UPDATE audit_event SET actor = 'bo-li' WHERE seq = 3", 3, "the event was altered"),
        ("UPDATE audit_event SET at = '2026-01-01 00:00:00.000000' WHERE seq = 2", 2, "the event was altered"),
        ("UPDATE audit_event SET prev = 'x' WHERE seq = 4", 4, "does not follow"),
        ("UPDATE audit_payload SET payload = '{}' WHERE seq = 2", 2, "what the event was about was altered"),
        ("UPDATE audit_payload SET salt = x'00' WHERE seq = 5", 5, "what the event was about was altered"),
        ("DELETE FROM audit_event WHERE seq = 3", 3, "the event is missing; the next one there is 4"),
        ("DELETE FROM audit_event WHERE seq = 1", 1, "the event is missing"),
    ],
)
def test_the_first_touched_link_is_named(database, path, statement, broken_at, problem):
    """With what is the matter with it."""
    with database.begin() as session:
        for number in range(5):
            append(session, number)
    tamper(path, statement)
    with database.read() as session:
        report = verify(session)
    assert (report.intact, report.broken_at) == (False, broken_at)
    assert problem in report.problem
    assert report.head.seq == broken_at - 1


def test_events_cut_off_the_end_are_found_by_a_head_kept_elsewhere(database, path):
    """The chain alone would look whole."""
    with database.begin() as session:
        for number in range(5):
            append(session, number)
        known = head(session)
    tamper(path, "DELETE FROM audit_payload WHERE seq > 3", "DELETE FROM audit_event WHERE seq > 3")
    with database.read() as session:
        assert verify(session).intact
        report = verify(session, known=known)
    assert (report.broken_at, "cut off" in report.problem) == (4, True)


def test_a_chain_written_anew_is_found_by_a_head_kept_elsewhere(database, path):
    """Somebody with the file can make a chain that fits together, and not the one that was seen."""
    with database.begin() as session:
        append(session, 1)
        known = head(session)
    tamper(path, "DELETE FROM audit_payload", "DELETE FROM audit_event")
    with database.begin() as session:
        append(session, 2)
    with database.read() as session:
        assert verify(session).intact
        assert "written anew" in verify(session, known=known).problem
