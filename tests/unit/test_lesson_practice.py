"""Practice is judged by pure functions: what the learner did, why it matters, one next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from peerlab.lesson.activities import read_activities
from peerlab.lesson.practice import judge
from peerlab.lesson.widget import drawn

SAMPLE = read_activities(Path(__file__).parents[1] / "browser" / "activities.toml")
PETS = SAMPLE["pets"]


def said(values, shown=PETS):
    return [(one.field, one.right, one.did, one.misconception) for one in judge(shown, values)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"sound": "dog"}, [("sound", True, "You chose the dog.", None)]),
        ({"sound": "cat"}, [("sound", False, "You chose the cat.", "cats-bark")]),
        ({"legs": ["horse", "mouse"]}, [("legs", True, "You ticked both.", None)]),
        ({"legs": ["horse"]}, [("legs", False, "You left the mouse out.", None)]),
        (
            {"legs": ["horse", "mouse", "bird"]},
            [("legs", False, "You ticked the bird.", None)],
        ),
        ({"legs": []}, []),
        ({"horse-home": "nest"}, [("horse-home", False, "You put the horse in a tree.", "horses-fly")]),
        ({"bird-home": "stable"}, [("bird-home", False, "You chose another home.", None)]),
        ({"bird-home": "nest"}, [("bird-home", True, "You chose the nest.", None)]),
        ({"question": "Why?"}, []),
        ({"sound": "cow", "legs": "horse", "horse-home": ["nest"]}, []),
    ],
)
def test_each_answer_meets_its_own_words(values, expected):
    """Every kind says what was done; a slip names its misconception; what cannot be an answer is not judged."""
    assert said(values) == expected


def test_a_table_of_options_is_judged_in_words():
    """Each fault becomes a line of feedback, and a whole table is told so."""
    bands = [
        {"label": "18 to 25", "role": "answer", "from": 18, "to": 25},
        {"label": "25 and over", "role": "answer", "from": 25, "to": None},
        {"label": "Prefer not to say", "role": "opt-out", "from": None, "to": None},
    ]
    (overlap,) = judge(SAMPLE["ages"], {"bands": bands})
    assert (overlap.did, overlap.next) == ("Someone who says 25 fits two boxes.", "Start the second at 26.")

    bands[1] = {**bands[1], "from": 26}
    (whole,) = judge(SAMPLE["ages"], {"bands": bands})
    assert whole.right


def test_a_graded_activity_is_never_judged():
    """Feedback belongs to practice, whatever was answered."""
    assert judge(SAMPLE["201-a1"], {"name": "Rex"}) == ()


def test_the_page_is_given_no_key():
    """Nothing that is sent to the browser tells which answer is right, or says any feedback."""
    text = repr(drawn(PETS))

    assert "right" not in text.replace("'title'", "")
    assert "You chose" not in text
    assert "cats-bark" not in text
