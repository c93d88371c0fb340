"""An activities file is read whole, or refused with file, activity, field and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from peerlab.errors import CourseError
from peerlab.lesson.activities import activity, read_activities

SAMPLE = Path(__file__).parents[1] / "browser" / "activities.toml"
WORDS = '{did = "a", why = "b", next = "c"}'

CHOICE = f"""
[one]
title = "One"
purpose = "practice"
minutes = 2
[[one.field]]
id = "pick"
kind = "choose-one"
label = "Pick."
[[one.field.option]]
id = "yes"
text = "Yes"
right = true
feedback = {WORDS}
[[one.field.option]]
id = "no"
text = "No"
feedback = {WORDS}
misconception = "no-is-yes"
"""
MATCH = f"""
[one]
title = "One"
purpose = "practice"
minutes = 2
[[one.field]]
id = "bank"
kind = "match"
label = "Match."
[[one.field.choice]]
id = "left"
text = "Left"
[[one.field.choice]]
id = "right"
text = "Right"
[[one.field.item]]
id = "q1"
text = "First"
right = ["left"]
feedback = {{right = {WORDS}, other = {WORDS}}}
slips = {{right = {{did = "a", why = "b", next = "c", misconception = "turned-round"}}}}
"""
GRADED = """
[one]
title = "One"
purpose = "graded"
minutes = 2
[[one.field]]
id = "pick"
kind = "choose-many"
label = "Pick."
[[one.field.option]]
id = "yes"
text = "Yes"
[[one.field.option]]
id = "no"
text = "No"
"""


def read(text, tmp_path):
    path = tmp_path / "activities" / "words.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return read_activities(path)


def test_every_kind_is_read():
    """The sample holds one question of each kind, and each names the keys its answers are saved under."""
    sample = read_activities(SAMPLE)

    assert {field.kind for one in sample.all.values() for field in one.fields} == {
        "choose-one", "choose-many", "match", "write", "options", "order", "rate", "checklist",
    }  # fmt: skip
    assert sample["pets"].keys == ("sound", "legs", "horse-home", "bird-home", "question")
    assert sample["pets"].name == "activities/pets"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(CHOICE.replace("label", "lable"), ["field pick", '"lable"', 'Did you mean "label"?'], id="near"),
        pytest.param(CHOICE.replace("title", "colour"), ['"colour"', "Keys here: "], id="unknown"),
        pytest.param(
            CHOICE.replace('id = "no"', 'id = "yes"'), ["field pick", '"yes" is used twice'], id="option-twice"
        ),
        pytest.param(MATCH + MATCH[MATCH.index("[[one.field.item") :], ['item id "q1" is used twice'], id="item-twice"),
        pytest.param(
            MATCH.replace('"right"\ntext', '"left"\ntext'), ['choice id "left" is used twice'], id="choice-twice"
        ),
        pytest.param(
            CHOICE + CHOICE[CHOICE.index("[[one.field]]") :], ['field id "pick" is used twice'], id="field-twice"
        ),
        pytest.param(CHOICE[: CHOICE.index("[[one.field.option")], ["field pick", "no options"], id="no-options"),
        pytest.param(CHOICE[: CHOICE.index("[[one.field]]")], ["no fields"], id="no-fields"),
        pytest.param(MATCH[: MATCH.index("[[one.field.item")], ["no items"], id="no-items"),
        pytest.param(CHOICE.replace("practice", "graded"), ["field pick", "option yes", "`right`"], id="graded-right"),
        pytest.param(MATCH.replace("practice", "graded"), ["field bank", "item q1", "`right`"], id="graded-match"),
        pytest.param(GRADED.replace('text = "No"', 'text = "No"\nright = false'), ["`right`"], id="graded-right-false"),
        pytest.param(GRADED.replace('"Pick."', f'"Pick."\nfeedback = {WORDS}'), ["`feedback`"], id="graded-feedback"),
        pytest.param(
            GRADED.replace('text = "No"', 'text = "No"\nmisconception = "x"'), ["`misconception`"], id="graded-slip"
        ),
        pytest.param(
            CHOICE.replace(f"feedback = {WORDS}", ""), ["field pick", "option yes", "feedback"], id="no-feedback"
        ),
        pytest.param(CHOICE.replace("right = true", ""), ["field pick", "no option is right"], id="nothing-right"),
        pytest.param(
            MATCH.replace('["left"]', '["lift"]'), ["item q1", "`right`", '"lift"', '"left"'], id="right-missing"
        ),
        pytest.param(
            MATCH.replace("slips = {right", "slips = {wright"), ["item q1", "`slips`", '"wright"'], id="slip-missing"
        ),
        pytest.param(
            CHOICE.replace("choose-one", "chose-one"), ["field pick", 'Did you mean "choose-one"?'], id="kind"
        ),
        pytest.param(CHOICE.replace('kind = "choose-one"', ""), ["field pick", '"kind" is missing'], id="no-kind"),
        pytest.param(CHOICE.replace('"Pick."', '" "'), ["field pick", '"label" is empty'], id="empty-label"),
        pytest.param(CHOICE.replace("minutes = 2", ""), ["activity one", '"minutes" is missing'], id="missing"),
        pytest.param(
            CHOICE.replace('"practice"', '"play"'),
            ["activity one", "'play'", "'practice', 'graded' or 'private'"],
            id="purpose",
        ),
        pytest.param(CHOICE.replace('"pick"', '"Pick It"'), ["lower-case words joined by dashes"], id="id-shape"),
        pytest.param(
            CHOICE.replace("[one]", "[One]").replace("[one", "[One"), ["activity One", "lower-case"], id="name"
        ),
        pytest.param('title = "alone"', ['"title" stands outside'], id="outside"),
        pytest.param("[one\n", ["not valid TOML"], id="not-toml"),
    ],
)
def test_a_faulty_file_is_refused_in_words(text, said, tmp_path):
    """Each fault is named with its place, and what to do."""
    with pytest.raises(CourseError) as caught:
        read(text, tmp_path)

    message = str(caught.value)
    assert message.startswith("activities/words.toml")
    assert all(part in message for part in said), message
    assert caught.value.remedy


def test_options_need_a_lowest_number(tmp_path):
    """A range without its lowest number cannot be judged; a rating has none."""
    text = SAMPLE.read_text("utf-8")

    with pytest.raises(CourseError, match=r"field bands.*needs `lowest`"):
        read(text.replace("lowest = 18", ""), tmp_path)
    with pytest.raises(CourseError, match=r"field feelings.*no numbers"):
        read(text.replace('scale = "rating"', 'scale = "rating"\nlowest = 1'), tmp_path)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    """Bytes that are not UTF-8 are refused in words."""
    path = tmp_path / "words.toml"
    path.write_bytes(b"[one]\ntitle = '\xff'")

    with pytest.raises(CourseError, match="UTF-8"):
        read_activities(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("trying/pots", 'Did you mean "trying/pets"'),
        ("tryin/pets", 'Did you mean "trying/pets"'),
        ("trying", "module/activity"),
        ("../../etc/passwd", "module/activity"),
        ("trying/Pets", "module/activity"),
    ],
)
def test_an_unknown_activity_is_refused_with_the_near_miss(name, said, tmp_path, monkeypatch):
    """A mistyped name is met with the one that was meant."""
    (tmp_path / "course" / "activities").mkdir(parents=True)
    (tmp_path / "course" / "qualification.toml").touch()
    (tmp_path / "course" / "activities" / "trying.toml").write_text(SAMPLE.read_text("utf-8"), "utf-8")
    monkeypatch.setenv("PEERLAB_COURSE", str(tmp_path))

    with pytest.raises(CourseError, match=said):
        activity(name)
    assert activity("trying/pets").title == "Meet the pets"
