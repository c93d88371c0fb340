"""What a notebook cell shows: never a traceback, nothing live while marking runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from peerlab.errors import CourseError
from peerlab.lesson import Mark, check, dataset, show
from peerlab.lesson.marks import MARK_MIME

SAMPLE = Path(__file__).parents[1] / "browser" / "activities.toml"


@pytest.fixture(autouse=True)
def learner(tmp_path, monkeypatch):
    """A learner's folder and a course of its own; outputs are caught as a notebook would."""
    checkout, folder = tmp_path / "checkout", tmp_path / "lesson"
    (checkout / "course" / "activities").mkdir(parents=True)
    (checkout / "course" / "qualification.toml").touch()
    (checkout / "course" / "activities" / "trying.toml").write_text(SAMPLE.read_text("utf-8"), "utf-8")
    (checkout / "datasets" / "pets").mkdir(parents=True)
    (checkout / "datasets" / "pets" / "pets.csv").write_text("name\nRex\n")
    (checkout / "datasets" / "unmade").mkdir()
    folder.mkdir()
    monkeypatch.setenv("PEERLAB_COURSE", str(checkout))
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.chdir(folder)
    InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    yield folder
    InteractiveShell.clear_instance()


def outputs(shown, name):
    with capture_output(stdout=False, stderr=False) as caught:
        shown(name)
    return [output.data for output in caught.outputs]


def save(folder, **activities):
    records = {name: {"revision": 1, "fields": fields} for name, fields in activities.items()}
    (folder / "answers.json").write_text(json.dumps({"peerlab_answers": 1, "activities": records}))


def test_marking_sees_static_words_only(learner):
    """Under nbgrader an activity is one output of HTML and text, with the answers escaped."""
    save(learner, **{"trying/pets": {"sound": "dog", "question": "<b>Why?</b>\nAnd when?"}})

    (data,) = outputs(show, "trying/pets")

    assert set(data) == {"text/html", "text/plain"}
    assert "&lt;b&gt;Why?&lt;/b&gt;<br>And when?" in data["text/html"]
    assert "A dog" in data["text/plain"]
    assert "No answer yet" in data["text/plain"]
    assert [path.name for path in learner.iterdir()] == ["answers.json"]


def test_a_table_is_told_in_words(learner):
    """Rows of options read as a list."""
    rows = [
        {"label": "18 to 25", "role": "answer", "from": 18, "to": 25},
        {"label": "", "role": "answer", "from": 26, "to": None},
        {"label": "", "role": "answer", "from": None, "to": None},
        {"label": "Rather not", "role": "opt-out"},
    ]
    save(learner, **{"trying/ages": {"bands": rows}})

    (data,) = outputs(show, "trying/ages")

    assert "18 to 25 (from 18 to 25; an answer)" in data["text/plain"]
    assert "No words yet (from 26 and over; an answer)" in data["text/plain"]
    assert "Rather not (a way out)" in data["text/plain"]


@pytest.mark.parametrize("ask", [show, check])
def test_a_problem_is_said_in_words(ask):
    """A learner meets one calm sentence; the author's sentence is folded away for the tutor."""
    (data,) = outputs(ask, "trying/<pots>")

    assert (
        data["text/html"].count("This activity has a problem. Your tutor can fix it. Your other answers are safe.") == 1
    )
    assert "&lt;pots&gt;" in data["text/html"]
    assert "<details>" in data["text/html"]


@pytest.mark.parametrize("ask", [show, check])
def test_a_deleted_folder_is_said_in_words(ask, learner):
    """A folder that is gone is no traceback."""
    learner.rmdir()

    (data,) = outputs(ask, "trying/pets")

    assert "moved or deleted" in data["text/plain"]


def test_check_says_what_is_answered_and_what_waits(learner):
    """Completeness is told in words; the questions still waiting are named."""
    (nothing,) = outputs(check, "trying/pets")
    assert "Nothing is saved here yet." in nothing["text/plain"]

    save(learner, **{"trying/pets": {"sound": "dog", "bird-home": "nest"}})
    (some,) = outputs(check, "trying/pets")
    assert "2 of 5 parts are answered and saved." in some["text/plain"]
    assert "- Which have four legs?" in some["text/plain"]
    assert "- Which animal barks?" not in some["text/plain"]

    save(learner, **{"trying/201-a1": {"name": "Rex", "feelings": [{"label": "Happy", "role": "good"}]}})
    (whole,) = outputs(check, "trying/201-a1")
    assert "complete and saved" in whole["text/plain"]


def test_check_cannot_give_a_key_away(learner):
    """A right answer and a mistaken one are told the same."""
    save(learner, **{"trying/pets": {"sound": "dog"}})
    right = outputs(check, "trying/pets")
    save(learner, **{"trying/pets": {"sound": "cat"}})

    assert outputs(check, "trying/pets") == right


def test_a_mark_reads_as_its_points_and_carries_its_reasons():
    """Stock nbgrader reads the number; our runner reads the misconceptions beside it."""
    data, _ = InteractiveShell.instance().display_formatter.format(Mark(9, ("polite-is-not-leading",)))

    assert data == {
        "text/plain": "9.0",
        MARK_MIME: {"points": 9.0, "misconceptions": ["polite-is-not-leading"]},
    }


@pytest.mark.parametrize("made", [lambda: Mark(-1), lambda: Mark(float("nan")), lambda: Mark(1, ("Not A Code",))])
def test_a_mark_nobody_could_act_on_is_refused(made):
    """Points are a number from 0 up, and a misconception is a code."""
    with pytest.raises(CourseError):
        made()


def test_a_dataset_is_found_by_name():
    """A dataset's name gives its clean table."""
    assert dataset("pets").read_text() == "name\nRex\n"


@pytest.mark.parametrize(
    ("name", "said"), [("pest", 'Did you mean dataset("pets")?'), ("zzz", "There is: pets."), ("../pets", "pets")]
)
def test_an_unknown_dataset_is_refused_with_the_near_miss(name, said):
    """Only a listed dataset can be opened."""
    with pytest.raises(CourseError) as caught:
        dataset(name)
    assert said in str(caught.value)
