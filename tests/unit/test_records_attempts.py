"""Work is kept once, whole and unchanged; attempts and marks are added and never overwritten."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import record_factories as make
from peerlab.errors import CentreError, InputError
from peerlab.records import kept_work
from peerlab.records.attempts import NewAttempt, add_attempt, add_evidence, content_hash, keep, latest_attempt
from peerlab.records.audit import verify
from peerlab.records.database import Database
from peerlab.records.enrolment import registration_of
from peerlab.records.facts import TaskMark
from peerlab.records.releases import NewRelease, add_release, latest_release
from peerlab.records.tables import Attempt, Evidence


def write(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(name="work")
def _work(tmp_path):
    return write(tmp_path / "work", {"a.ipynb": b"{}", "pictures/b.png": b"\x89", "answers.json": b"{}"})


@pytest.fixture(name="database")
def _database(tmp_path):
    with Database.create(tmp_path / "records.db") as database:
        yield database


@pytest.fixture(name="learner")
def _learner(database):
    with database.begin() as session:
        return make.enrol_all(session, "Ada")[0].learner


NAMES = st.text("abc.-_éZ 1", min_size=1, max_size=6).filter(lambda name: name.strip(".") != "")
FOLDERS = st.dictionaries(NAMES, st.binary(max_size=12), max_size=5)


@settings(deadline=None, max_examples=40)  # it touches the disk
@given(files=FOLDERS, order=st.randoms(use_true_random=False))
def test_the_hash_does_not_depend_on_the_order_of_copying(tmp_path_factory, files, order):
    """Nor on the folder's own name or on when the files were made."""
    shuffled = list(files.items())
    order.shuffle(shuffled)
    one = write(tmp_path_factory.mktemp("one"), files)
    other = write(tmp_path_factory.mktemp("other"), dict(shuffled))
    assert content_hash(one) == content_hash(other)


@settings(deadline=None, max_examples=40)  # it touches the disk
@given(one=FOLDERS, other=FOLDERS)
def test_two_folders_have_one_hash_only_when_they_are_the_same(tmp_path_factory, one, other):
    """Names and bytes cannot be moved across the line between them."""
    hashes = [content_hash(write(tmp_path_factory.mktemp("f"), files)) for files in (one, other)]
    assert (hashes[0] == hashes[1]) == (one == other)


@settings(deadline=None, max_examples=40)  # it touches the disk
@given(files=FOLDERS)
def test_kept_work_has_the_hash_of_the_work(tmp_path_factory, files):
    """What is kept is what was handed in."""
    root = tmp_path_factory.mktemp("keep")
    folder = write(root / "work", files)
    kept = keep(folder, root / "attempts")
    assert kept == content_hash(folder) == content_hash(root / "attempts" / kept)


def test_the_same_work_is_kept_once(work, tmp_path):
    """In a folder named by its hash, and nothing else beside it."""
    store = tmp_path / "attempts"
    assert keep(work, store) == keep(work, store)
    (only,) = store.iterdir()
    assert (only / "pictures" / "b.png").read_bytes() == b"\x89"
    assert not (only / "a.ipynb").stat().st_mode & 0o222


def test_an_empty_folder_is_kept(tmp_path):
    """A learner who handed in nothing has handed in."""
    (tmp_path / "work").mkdir()
    kept = keep(tmp_path / "work", tmp_path / "attempts")
    assert list((tmp_path / "attempts" / kept).iterdir()) == []


def _link(folder):
    (folder / "odd").symlink_to("/etc/hostname")


def _linked_folder(folder):
    (folder / "odd").symlink_to("/etc")


def _pipe(folder):
    os.mkfifo(folder / "odd")


def _socket(folder):
    here = Path.cwd()
    os.chdir(folder)  # the name of a socket may not be long
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("odd")
    finally:
        os.chdir(here)


@pytest.mark.parametrize("odd", [_link, _linked_folder, _pipe, _socket])
def test_only_plain_files_are_taken(work, tmp_path, odd):
    """A link could bring in somebody else's file, and a pipe would never end."""
    odd(work)
    for take in (content_hash, lambda folder: keep(folder, tmp_path / "attempts")):
        with pytest.raises(InputError, match=r"odd: this is (a link|not a plain file)"):
            take(work)
    assert list((tmp_path / "attempts").iterdir()) == []


def test_a_file_swapped_for_a_link_is_not_followed(work):
    """Between looking and opening, the learner's folder may change."""
    (work / "a.ipynb").unlink()
    (work / "a.ipynb").symlink_to("/etc/hostname")
    with pytest.raises(InputError, match="a link to another place"):
        kept_work._opened(work / "a.ipynb")
    (work / "pipe").unlink(missing_ok=True)
    os.mkfifo(work / "pipe")
    with pytest.raises(InputError, match="not a plain file"):
        kept_work._opened(work / "pipe")


def test_a_folder_that_is_none_is_refused(work, tmp_path):
    """A file, a link to a folder, and nothing at all."""
    (tmp_path / "link").symlink_to(work)
    for odd in (work / "a.ipynb", tmp_path / "link", tmp_path / "nothing"):
        with pytest.raises(InputError, match="this is not a folder of work"):
            content_hash(odd)


def test_a_full_disk_leaves_nothing_half_kept(work, tmp_path, monkeypatch):
    """And says so."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(CentreError, match=r"cannot be kept \(No space left on device\)\. Make room"):
        keep(work, tmp_path / "attempts")
    assert list((tmp_path / "attempts").iterdir()) == []


def test_a_store_that_cannot_be_made_is_said(work, tmp_path):
    """In words."""
    (tmp_path / "attempts").write_text("a file")
    with pytest.raises(CentreError, match="nothing can be kept here"):
        keep(work, tmp_path / "attempts")


def test_kept_work_that_was_altered_is_found(work, tmp_path):
    """When the same work comes again."""
    store = tmp_path / "attempts"
    kept = store / keep(work, store)
    (kept / "a.ipynb").chmod(0o640)
    (kept / "a.ipynb").write_text("other")
    with pytest.raises(CentreError, match="this kept work was altered since"):
        keep(work, store)


def test_attempts_are_numbered_from_one(database, learner):
    """Each different hand-in is the next attempt."""
    with database.begin() as session:
        numbers = [make.hand_in(session, learner, work=work).number for work in ("one", "two", "one")]
    assert numbers == [1, 2, 3]


def test_the_same_work_again_is_no_new_attempt(database, learner):
    """Collecting twice costs nobody an attempt."""
    with database.begin() as session:
        first = make.hand_in(session, learner, work="one")
        new = NewAttempt(
            registration=first.registration,
            module=make.MODULE,
            work_hash="one",
            submitted_at=make.NOW + timedelta(days=3),
            collected_at=make.NOW + timedelta(days=3),
        )
        assert add_attempt(session, new, by="peerlab") == (first, False)
    with database.read() as session:
        attempt = session.scalars(select(Attempt)).one()
        assert attempt.submitted_at == make.NOW
        assert verify(session).events == 2


def test_work_is_late_after_the_due_time_and_the_grace(database, learner):
    """To the minute, and never without a due time."""
    with database.begin() as session:
        release = NewRelease(
            cohort="2026-autumn", module=make.MODULE, release_hash="r", released_at=make.NOW, due_at=make.NOW
        )
        add_release(session, release, by="amina-khan")
        found = latest_release(session, "2026-autumn", make.MODULE)

        def late(minutes, given=found):
            return NewAttempt(
                registration=registration_of(session, learner),
                module=make.MODULE,
                work_hash="w",
                submitted_at=make.NOW + timedelta(minutes=minutes),
                collected_at=make.NOW,
                release=given,
                grace=timedelta(minutes=5),
            ).late

        assert (late(5), late(6), late(6, given=None)) == (False, True, False)


def test_the_same_release_again_is_one_release(database, learner):
    """A new due time changes it, and is an event; another content is another release."""
    later = make.NOW + timedelta(days=7)

    def release(session, content, due, at=make.NOW):
        new = NewRelease(cohort="2026-autumn", module=make.MODULE, release_hash=content, released_at=at, due_at=due)
        return add_release(session, new, by="amina-khan")

    with database.begin() as session:
        first = release(session, "r1", make.NOW)
        assert release(session, "r1", make.NOW) is first
        assert release(session, "r1", later) is first
        assert first.due_at == later
        second = release(session, "r2", None, at=later)
        assert latest_release(session, "2026-autumn", make.MODULE) is second
        assert latest_release(session, "2026-autumn", "03-other") is None
        assert verify(session).events == 4


def test_a_release_to_no_cohort_is_refused(database, learner):
    """With the near miss."""
    new = NewRelease(cohort="2026-autum", module=make.MODULE, release_hash="r", released_at=make.NOW)
    with (
        pytest.raises(InputError, match=r"there is no such cohort\. Did you mean `2026-autumn`\?"),
        database.begin() as session,
    ):
        add_release(session, new, by="amina-khan")


def test_a_regrade_is_a_new_run_and_the_old_one_stays(database, learner):
    """Nothing that grading found is ever lost."""
    with database.begin() as session:
        attempt = make.hand_in(session, learner, make.mark("202-a1", points=3))
        again = add_evidence(session, attempt, [make.mark("202-a1", points=5)], grader="peerlab", at=make.NOW)
        assert [row.run for row in again] == [2]
    with database.read() as session:
        rows = session.execute(select(Evidence.run, Evidence.points).order_by(Evidence.run)).all()
        assert [tuple(row) for row in rows] == [(1, 3.0), (2, 5.0)]


def test_one_run_marks_a_task_once(database, learner):
    """Twice is a mistake of the grader."""
    with pytest.raises(ValueError, match="marked 202-a1 twice"), database.begin() as session:
        make.hand_in(session, learner, make.mark("202-a1"), make.mark("202-a1"))


@pytest.mark.parametrize(
    "about",
    [
        {"state": "marked"},
        {"state": "marked", "points": 7.0, "out_of": 6.0},
        {"state": "marked", "points": -1.0, "out_of": 6.0},
        {"state": "marked", "points": float("nan"), "out_of": 6.0},
        {"state": "look", "points": 0.0, "reason": "r"},
        {"state": "blank", "points": 0.0},
        {"state": "look"},
    ],
    ids=["no points", "too many", "too few", "no number", "fault with points", "blank with points", "fault, no reason"],
)
def test_a_mark_that_would_hide_a_fault_cannot_be_made(about):
    """A fault is never a zero, and never without its reason."""
    with pytest.raises(ValueError, match="202-a1"):
        TaskMark(task="202-a1", work_hash="w", **about)


def test_the_latest_attempt_is_of_that_module(database, learner):
    """Modules are counted apart."""
    with database.begin() as session:
        make.hand_in(session, learner, work="one")
        registration = registration_of(session, learner)
        assert latest_attempt(session, registration, make.MODULE).number == 1
        assert latest_attempt(session, registration, "03-other") is None
