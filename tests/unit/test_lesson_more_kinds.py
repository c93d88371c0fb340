"""Order, scale and checklist: what they take, what they say of it, and what an author is told."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlab.errors import CourseError
from peerlab.lesson.activities import read_activities
from peerlab.lesson.answerfile import Record
from peerlab.lesson.checking import completeness
from peerlab.lesson.practice import judge

SAMPLE = Path(__file__).parents[1] / "browser" / "activities.toml"
TEXT = SAMPLE.read_text("utf-8")
WALK = read_activities(SAMPLE)["walk"]
STEPS = ["park", "lead", "door"]


@pytest.mark.parametrize("order", [list(one) for one in permutations(STEPS)])
def test_every_order_is_taken_and_exactly_one_is_right(order):
    said = judge(WALK, {"steps": order})

    assert WALK.accepts("steps", order)
    assert [one.right for one in said] == [order == ["lead", "door", "park"]]


def test_a_slip_in_the_first_place_names_its_misconception():
    assert judge(WALK, {"steps": ["park", "door", "lead"]})[0].misconception == "begins-at-the-end"
    assert judge(WALK, {"steps": ["door", "lead", "park"]})[0].misconception is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(STEPS),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=3), inside, max_size=2),
    max_leaves=6,
)


@given(ANYTHING)
def test_only_what_the_controls_could_have_made_is_taken(value):
    assert WALK.accepts("steps", value) == (isinstance(value, list) and sorted(map(str, value)) == sorted(STEPS))
    assert WALK.accepts("sure", value) == (value in ("1", "2", "3"))
    ticks = (
        isinstance(value, list)
        and all(one in ("water", "ball") for one in value)
        and len(set(map(str, value))) == len(value)
    )
    assert WALK.accepts("packed", value) == ticks


def test_answers_are_said_in_words():
    said = WALK.said({"steps": ["lead", "door", "park"], "sure": "3", "packed": ["ball"]})

    assert [one.answer for one in said] == [
        ("1. Put on the lead", "2. Open the door", "3. Go to the park"),
        ("Very sure",),
        ("A ball",),
    ]


def test_a_checklist_is_complete_when_all_is_ticked():
    packed = WALK.fields[2]

    assert packed.missing({"packed": ["ball"]}) == ("Tick what you packed.",)
    assert packed.missing({"packed": ["ball", "water"]}) == ()


def test_the_page_is_never_given_the_order():
    assert "right" not in WALK.fields[0].public()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('right = ["lead", "door", "park"]\n', "", "no order is right"),
        ('right = ["lead", "door", "park"]', 'right = ["lead", "park"]', "does not name every item once"),
        ('right = ["lead", "door", "park"]', 'right = ["park", "lead", "door"]', "stand in the right order already"),
        ("first = {park =", "first = {cat =", '`first` names "cat"'),
        ('points = ["Not sure at all", "A little sure", "Very sure"]', 'points = ["Sure"]', "a scale of 1 is no scale"),
        (
            'title = "Walk the dog"\npurpose = "practice"',
            'title = "Walk the dog"\npurpose = "graded"',
            "`right` is one",
        ),
    ],
    ids=["no order", "half an order", "sorted already", "unknown item", "one point", "a key in a graded task"],
)
def test_an_author_is_told_what_does_not_fit(tmp_path, old, new, said):
    assert old in TEXT
    (tmp_path / "trying.toml").write_text(TEXT.replace(old, new), "utf-8")

    with pytest.raises(CourseError) as refused:
        read_activities(tmp_path / "trying.toml")

    assert "activity walk" in str(refused.value)
    assert said in str(refused.value)


def test_check_says_which_list_still_has_something_to_tick():
    record = Record(revision=1, fields={"steps": ["lead", "door", "park"], "sure": "1", "packed": ["ball"]})

    said = completeness(WALK, record)["text/plain"]

    assert "2 of 3 parts are answered and saved." in said
    assert "- Tick what you packed." in said
