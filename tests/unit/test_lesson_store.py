"""Answers are kept whole beside the notebook, and read back as if a stranger had written them."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peerlab.lesson import answerfile, answers
from peerlab.lesson.activities import read_activities
from peerlab.lesson.store import PRIVATE_FILE, AnswerStore, NotSavedError, store_for
from peerlab.lesson.twin import twin

SAMPLE = Path(__file__).parents[1] / "browser" / "activities.toml"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def pets(tmp_path, monkeypatch):
    """The sample course, named by PEERLAB_COURSE, and its first activity."""
    checkout = tmp_path / "checkout"
    (checkout / "course" / "activities").mkdir(parents=True)
    (checkout / "course" / "qualification.toml").touch()
    (checkout / "course" / "activities" / "trying.toml").write_text(SAMPLE.read_text("utf-8"), "utf-8")
    monkeypatch.setenv("PEERLAB_COURSE", str(checkout))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return read_activities(checkout / "course" / "activities" / "trying.toml")["pets"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The learner's folder, as a kernel has it: the working folder."""
    made = tmp_path / "lesson"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def store(folder):
    return AnswerStore(folder, lambda: NOON)


def stored(folder):
    return json.loads((folder / "answers.json").read_text())


def test_an_answer_is_kept_in_the_agreed_form(store, folder, pets):
    """The file has the shape that marking reads, and nothing else lies beside it."""
    saved = store.save(pets, "sound", "dog", base=0)

    assert stored(folder) == {
        "peerlab_answers": 1,
        "activities": {
            "trying/pets": {"revision": 1, "saved_at": "2026-11-24T12:00:00.000Z", "fields": {"sound": "dog"}}
        },
    }
    assert (saved.record.revision, saved.conflict) == (1, False)
    assert [path.name for path in folder.iterdir()] == ["answers.json"]
    assert answers("trying/pets") == {"sound": "dog"}


def test_nothing_saved_reads_as_nothing(folder, pets):
    """A folder without a file holds no answers."""
    assert answers("trying/pets") == {}


VALUES = {
    "sound": st.sampled_from(["dog", "cat"]),
    "legs": st.lists(st.sampled_from(["horse", "bird", "mouse"]), unique=True),
    "horse-home": st.sampled_from(["stable", "nest"]),
    "question": st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200),
}
saves = st.lists(
    st.sampled_from(sorted(VALUES)).flatmap(
        lambda key: st.tuples(st.just(key), st.none() | VALUES[key], st.integers(0, 1), st.booleans())
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saves)
def test_in_two_windows_the_later_click_wins_and_nothing_else_moves(tmp_path_factory, pets, made):
    """Whatever two windows save in turn, each question holds its last click, and a stale window is told."""
    folder = tmp_path_factory.mktemp("windows")
    bases = [0, 0]
    expected: dict[str, object] = {}
    for key, value, window, hears in made:
        before = expected.get(key)
        saved = AnswerStore(folder, lambda: NOON).save(pets, key, value, base=bases[window])
        assert saved.conflict <= (bases[window] != saved.record.revision - 1)
        assert saved.conflict == (bases[window] != saved.record.revision - 1 and before != value)
        expected = {name: kept for name, kept in {**expected, key: value}.items() if kept is not None}
        assert dict(saved.record.fields) == expected  # the reply carries the whole record
        bases[window] = saved.record.revision
        if hears:
            bases = [saved.record.revision] * 2
    assert dict(AnswerStore(folder).record(pets)[0].fields) == expected


def test_many_savers_at_once_lose_nothing(folder, pets):
    """Four savers at the same moment take turns: every save is counted."""

    def save(value):
        for _ in range(10):
            AnswerStore(folder).save(pets, "sound", value, base=None)

    threads = [threading.Thread(target=save, args=(value,)) for value in ("dog", "cat", "dog", "cat")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert stored(folder)["activities"]["trying/pets"]["revision"] == 40


def test_a_left_over_of_a_crash_is_cleared(store, folder, pets):
    """A half-written file from a crash does not travel with the hand-in."""
    (folder / ".answers-crashed.tmp").write_text("{")

    store.save(pets, "sound", "dog", base=0)

    assert [path.name for path in folder.iterdir()] == ["answers.json"]


@pytest.mark.parametrize("value", ["cow", ["dog"], 1, True, {"a": 1}])
def test_an_impossible_answer_is_not_saved(store, folder, pets, value):
    """What the question's own controls cannot make is refused in words, and nothing is written."""
    with pytest.raises(NotSavedError, match="does not fit the question"):
        store.save(pets, "sound", value, base=0)
    assert not (folder / "answers.json").exists()


@pytest.mark.parametrize("running", ["autograde", "validate"])
def test_marking_writes_nothing(store, folder, pets, monkeypatch, running):
    """While nbgrader runs, answers are read and never written."""
    store.save(pets, "sound", "dog", base=0)
    before = (folder / "answers.json").read_bytes()
    monkeypatch.setenv("NBGRADER_EXECUTION", running)

    with pytest.raises(NotSavedError, match="copy for marking"):
        store.save(pets, "sound", "cat", base=1)
    assert (folder / "answers.json").read_bytes() == before
    assert answers("trying/pets") == {"sound": "dog"}


DAMAGED = {
    "cut": b'{"peerlab_answers": 1, "activ',
    "empty": b"",
    "not-text": b"\xff\xfe\x00",
    "a-list": b"[]",
    "no-version": b'{"activities": {}}',
    "newer": b'{"peerlab_answers": 2, "activities": {}}',
    "true-is-not-one": b'{"peerlab_answers": true, "activities": {}}',
    "endless-brackets": b"[" * 200_000,
    "not-a-number": b'{"peerlab_answers": 1, "activities": {"trying/pets": {"revision": NaN, "fields": {}}}}',
    "long-number": b'{"peerlab_answers": ' + b"1" * 5000 + b"}",
    "too-big": b'{"peerlab_answers": 1, "activities": {}, "more": "' + b"x" * answerfile.MOST_BYTES + b'"}',
}


@pytest.mark.parametrize("raw", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_kept_aside_and_work_goes_on(store, folder, pets, raw):
    """It reads as nothing; the next opening puts it aside under a dated name, and says so in words."""
    (folder / "answers.json").write_bytes(raw)
    assert answers("trying/pets") == {}

    record, notice = store.record(pets)

    assert record.fields == {}
    assert 'They are kept in "answers-damaged-2026-11-24-120000.json"' in notice
    assert (folder / "answers-damaged-2026-11-24-120000.json").read_bytes() == raw
    assert store.save(pets, "sound", "dog", base=0).notice == ""


def test_a_second_damaged_file_does_not_replace_the_first(store, folder, pets):
    """Each damaged file keeps its own name."""
    for raw in (b"one", b"two"):
        (folder / "answers.json").write_bytes(raw)
        saved = store.save(pets, "sound", "dog", base=0)
        assert "kept in" in saved.notice

    kept = sorted(path.read_bytes() for path in folder.glob("answers-damaged-*"))
    assert kept == [b"one", b"two"]


def test_a_link_is_not_followed(folder, pets, tmp_path):
    """A link to someone else's answers reads as nothing, and is put aside as it is."""
    other = tmp_path / "other.json"
    other.write_text(
        '{"peerlab_answers": 1, "activities": {"trying/pets": {"revision": 1, "fields": {"sound": "dog"}}}}'
    )
    (folder / "answers.json").symlink_to(other)

    assert answers("trying/pets") == {}
    AnswerStore(folder, lambda: NOON).save(pets, "sound", "cat", base=0)
    assert "dog" in other.read_text()
    assert answers("trying/pets") == {"sound": "cat"}


def test_a_pipe_does_not_keep_marking_waiting(folder, pets):
    """A pipe in the file's place reads as nothing, at once."""
    os.mkfifo(folder / "answers.json")

    assert answers("trying/pets") == {}


HOSTILE = {
    "unknown-choice": {"sound": "cow"},
    "list-for-one": {"sound": ["dog"]},
    "twice": {"legs": ["horse", "horse"]},
    "objects": {"legs": [{"id": "horse"}]},
    "unknown-question": {"marks": 100},
    "too-long": {"question": "x" * 201},
    "control-letters": {"question": "a\x00b"},
    "half-a-letter": {"question": "\ud800"},
    "number": {"question": 12},
}


@pytest.mark.parametrize("fields", HOSTILE.values(), ids=HOSTILE)
def test_what_no_control_could_make_is_dropped(folder, pets, fields):
    """An answer of an impossible shape is left out; sound ones beside it stay."""
    record = {"revision": 1, "saved_at": None, "fields": {**fields, "bird-home": "nest"}}
    document = {"peerlab_answers": 1, "activities": {"trying/pets": record}}
    (folder / "answers.json").write_text(json.dumps(document))

    assert answers("trying/pets") == {"bird-home": "nest"}


BAD_ROWS = {
    "no-role": {"label": "a"},
    "unknown-role": {"label": "a", "role": "boss"},
    "text-number": {"label": "a", "role": "answer", "from": "18"},
    "true-number": {"label": "a", "role": "answer", "from": True},
    "broken-number": {"label": "a", "role": "answer", "from": 18.5},
    "below-zero": {"label": "a", "role": "answer", "from": -1},
    "more": {"label": "a", "role": "answer", "points": 3},
    "a-list": ["a"],
}


@pytest.mark.parametrize("row", BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_table_with_an_impossible_row_is_dropped(folder, pets, row):
    """A table of options is sound as a whole, or it is left out."""
    record = {"revision": 1, "fields": {"bands": [row]}}
    (folder / "answers.json").write_text(json.dumps({"peerlab_answers": 1, "activities": {"trying/ages": record}}))
    assert answers("trying/ages") == {}

    record["fields"] = {"bands": [{"label": "a", "role": "answer", "from": 18, "to": None}]}
    (folder / "answers.json").write_text(json.dumps({"peerlab_answers": 1, "activities": {"trying/ages": record}}))
    assert answers("trying/ages") == record["fields"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["revision", "saved_at", "fields"]), json_values), json_values)
def test_any_record_can_be_read(record, value):
    """Whatever stands in a file, reading it gives records or a damaged file: never another error."""
    document = {"peerlab_answers": 1, "activities": {"trying/pets": record, "other": value}}
    try:
        found = answerfile.parse(json.dumps(document).encode("utf-8", "surrogatepass"))
    except answerfile.DamagedAnswersError:
        return
    assert all(isinstance(one.revision, int) for one in found.values())


@given(st.dictionaries(st.text(max_size=9), st.builds(answerfile.Record, revision=st.integers(0, 9)), max_size=3))
def test_what_was_written_is_read_back(records):
    """Reading gives back what was written."""
    assert answerfile.parse(answerfile.dump(records)) == records


def test_a_deleted_folder_is_said_in_words(store, folder, pets):
    """The learner reads what happened, and what to do."""
    folder.rmdir()

    with pytest.raises(NotSavedError, match="moved or deleted"):
        store.save(pets, "sound", "dog", base=0)


def test_a_folder_that_cannot_be_written_is_said_in_words(pets):
    """A folder that refuses new files is named as such; this one of the kernel's refuses them to root as well."""
    with pytest.raises(NotSavedError, match="not written to"):
        AnswerStore(Path("/sys/kernel")).save(pets, "sound", "dog", base=0)


def test_a_full_disk_leaves_the_old_answers_whole(store, folder, pets, monkeypatch):
    """When there is no space, the old file stays, no half file is left, and the next save works."""
    store.save(pets, "sound", "dog", base=0)

    def full(handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(NotSavedError, match="no space left"):
            store.save(pets, "sound", "cat", base=1)
    assert answers("trying/pets") == {"sound": "dog"}
    assert [path.name for path in folder.iterdir()] == ["answers.json"]
    assert store.save(pets, "sound", "cat", base=1).record.revision == 2


def test_a_private_note_is_kept_one_folder_up_and_no_test_can_read_it(pets, folder):
    """What is only for the learner is never in the lesson's folder, and `answers` does not return it."""
    diary = read_activities(SAMPLE)["diary"].model_copy(update={"name": "trying/diary"})

    store_for(diary, folder).save(diary, "note", "mine", base=0)

    assert "mine" in (folder.parent / PRIVATE_FILE).read_text("utf-8")
    assert list(folder.iterdir()) == []
    assert answers("trying/diary") == {}
    assert "mine" not in str(twin(diary, store_for(diary, folder).record(diary)[0]))
