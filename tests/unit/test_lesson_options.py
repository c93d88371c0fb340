"""Laws of a table of answer options: every number has one box, both sides weigh the same, there is a way out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlab.lesson import option_faults

OPT_OUT = {"label": "Prefer not to say", "role": "opt-out", "from": None, "to": None}


def answer(low, high, label="A box"):
    return {"label": label, "role": "answer", "from": low, "to": high}


def label(role):
    return {"label": role, "role": role, "from": None, "to": None}


@st.composite
def tilings(draw):
    """Ranges that cover every number from a lowest one up, and a way out, in any order."""
    lowest = draw(st.integers(0, 100))
    widths = draw(st.lists(st.integers(1, 30), min_size=1, max_size=6))
    starts = [lowest + sum(widths[:place]) for place in range(len(widths) + 1)]
    ends = [*(start - 1 for start in starts[1:]), None]
    rows = [answer(low, high) for low, high in zip(starts, ends, strict=True)]
    return draw(st.permutations([*rows, OPT_OUT])), lowest


def kinds(rows, **more):
    return [fault.kind for fault in option_faults(rows, **more)]


@given(tilings())
def test_a_tiling_with_a_way_out_has_no_fault(made):
    """Boxes that meet, with an open end and a way out, leave nothing to mend, in any order."""
    rows, lowest = made

    assert option_faults(rows, scale="range", lowest=lowest) == ()


@given(tilings(), st.data())
def test_moving_one_boundary_opens_a_gap_or_an_overlap(made, data):
    """No single end of a box can move without leaving someone two boxes or none."""
    rows, lowest = made
    row = data.draw(st.sampled_from([row for row in rows if row["role"] == "answer"]))
    end = data.draw(st.sampled_from(["from", "to"] if row["to"] is not None else ["from"]))
    step = data.draw(st.integers(-20, 20).filter(bool))
    moved = {**row, end: row[end] + step}
    # A box that goes down is another fault, and the first box may start lower: nobody is left out.
    if (moved["to"] is not None and moved["to"] < moved["from"]) or (
        end == "from" and row["from"] == lowest and step < 0
    ):
        return

    found = kinds([moved if one is row else one for one in rows], scale="range", lowest=lowest)

    assert set(found) & {"gap", "overlap"}


@given(tilings(), st.lists(st.just({"label": "", "role": "answer", "from": None, "to": None}), max_size=3))
def test_blank_rows_do_not_count(made, blanks):
    """Rows nobody has filled in yet are no fault."""
    rows, lowest = made

    assert option_faults([*rows, *blanks], scale="range", lowest=lowest) == ()


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2))
def test_a_rating_is_fair_only_when_both_sides_are_equal(good, bad, middle):
    """As many good labels as bad ones, whatever is in the middle."""
    rows = [label("good")] * good + [label("middle")] * middle + [label("bad")] * bad + [OPT_OUT]

    assert ("unbalanced" in kinds(rows, scale="rating")) == (good != bad)


row = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["", "A box"]),
        "role": st.sampled_from(["", "answer", "good", "middle", "bad", "opt-out"]),
    },
    optional={"from": st.none() | st.integers(0, 60), "to": st.none() | st.integers(0, 60)},
)


@given(st.lists(row, max_size=8), st.sampled_from(["range", "rating"]))
def test_any_table_can_be_judged(rows, scale):
    """Whatever a learner builds is answered in whole sentences about rows that are there."""
    for fault in option_faults(rows, scale=scale, lowest=18 if scale == "range" else None):
        assert fault.text.endswith(".")
        assert all(0 <= place < len(rows) for place in fault.rows)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([answer(18, 25), answer(25, None)], "Someone who says 25 fits two boxes. Start the second at 26."),
        ([answer(18, 25), answer(27, None)], "Someone who says 26 has no box. Start the next box at 26."),
        ([answer(20, 25), answer(26, None)], "Someone who says 18 has no box. Start the first box at 18."),
        (
            [answer(18, 25), answer(26, 40)],
            'Someone who says 41 or more has no box. Leave the last "to" empty. It then means "and over".',
        ),
        ([answer(18, None), answer(30, 40)], 'Someone who says 30 fits two boxes. Give row 1 a "to" number.'),
        ([answer(18, None), answer(25, 20)], "Row 2 goes down, from 25 to 20. Put the lower number first."),
        ([answer(None, 25), answer(26, None)], 'Row 1 has no "from" number. Write the lowest number that fits there.'),
        ([answer(18, None)], "You have 1 answer to choose from. Make at least 2."),
        ([answer(18, 25, ""), answer(26, None)], "Row 1 has no words. Write what people will read there."),
    ],
)
def test_each_fault_says_who_is_left_out_and_one_next_step(rows, expected):
    """The words follow the pattern: what someone would meet, then one step."""
    texts = [fault.text for fault in option_faults([*rows, OPT_OUT], scale="range", lowest=18)]

    assert texts == [expected]


def test_a_missing_way_out_is_named():
    """A table without a way out says why one is needed."""
    (fault,) = option_faults([label("good"), label("bad")], scale="rating")

    assert fault.kind == "no-opt-out"
    assert 'no "prefer not to say"' in fault.text


def test_a_tilted_scale_counts_both_sides():
    """Three good labels and a bad one are counted out."""
    rows = [label("good")] * 3 + [label("bad"), OPT_OUT]

    assert [fault.text for fault in option_faults(rows, scale="rating")] == [
        "You have 3 good labels and 1 bad label. Make them equal."
    ]
