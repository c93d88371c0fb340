"""A centre's settings say who may do what on which day, and refuse what does not fit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import record_factories as make
from peerlab.errors import CentreError
from peerlab.records.settings import Role, Staff, person_in_role, read_settings, write_settings

GOOD = """
name = "Tynford Centre"
issuer = "https://centre.example"

[[person]]
id = "amina-khan"
name = "Amina Khan"
roles = [{role = "assessor", since = 2026-09-01, until = 2026-12-18}]

[[person]]
id = "bo-li"
name = "Bo Li"
roles = [{role = "admin", since = 2026-09-01}, {role = "assessor", since = 2027-01-01}]

[policy]
grace_minutes = 5
"""


def read(tmp_path, text):
    path = tmp_path / "centre.toml"
    path.write_text(text, "utf-8")
    return read_settings(path)


def test_settings_read(tmp_path):
    """The names in the file are the names in the model."""
    centre = read(tmp_path, GOOD)
    assert centre.name == "Tynford Centre"
    assert [person.id for person in centre.person] == ["amina-khan", "bo-li"]
    assert centre.policy.grace_minutes == 5


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("issuer", "isuer", "`issuer`"),
        ("grace_minutes", "grace_minuts", r"`grace_minuts` is not a key we know\. Did you mean `grace_minutes`\?"),
        ("since = 2026-09-01, until", "sinse = 2026-09-01, until", "person amina-khan.*`since`"),
        ('"assessor"', '"asessor"', r"centre\.toml, person amina-khan.*'assessor', 'quality' or 'admin'"),
        ("until = 2026-12-18", "until = 2026-08-01", r"ends on 2026-08-01, before it begins on 2026-09-01"),
        ("2026-12-18", "2026-13-18", "this is not TOML"),
        ('"https://centre.example"', '"http://centre.example"', r"Give the centre's own address, such as https://"),
        ('"https://centre.example"', '"https://me@centre.example/?q"', r"Give the centre's own address"),
        ('"bo-li"', '"amina-khan"', "two people have the id `amina-khan`"),
        ('"bo-li"', '"Bo Li"', "`id` is 'Bo Li'"),
        ('"Bo Li"', '""', "`name` is ''"),
        ("grace_minutes = 5", "grace_minutes = -5", "greater than or equal to 0"),
        ('name = "Tynford Centre"\n', "", r"`name` is missing\. Add `name = …`"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, old, new, says):
    """With the place in the file, and what to do."""
    assert old in GOOD
    with pytest.raises(CentreError, match=says):
        read(tmp_path, GOOD.replace(old, new, 1))


def test_missing_settings_are_refused(tmp_path):
    """A centre without its settings is said in words."""
    with pytest.raises(CentreError, match="the file is not there"):
        read_settings(tmp_path / "centre.toml")


@pytest.mark.parametrize(
    ("person", "role", "on", "says"),
    [
        (
            "amina-kan",
            "assessor",
            date(2026, 10, 1),
            r"nobody here has the id `amina-kan`\. Did you mean `amina-khan`\?",
        ),
        ("amina-khan", "assessor", date(2026, 12, 19), r"Amina Khan is not an assessor on 2026-12-19\. Nobody holds"),
        ("amina-khan", "assessor", date(2027, 1, 1), r"On that day the role is held by Bo Li \(bo-li\)"),
        ("amina-khan", "assessor", date(2026, 8, 31), "is not an assessor on 2026-08-31"),
        ("bo-li", "quality", date(2026, 10, 1), "Bo Li is not a quality assurer"),
    ],
)
def test_a_role_not_held_that_day_is_refused(tmp_path, person, role, on, says):
    """Saying who does hold it."""
    with pytest.raises(CentreError, match=says):
        person_in_role(read(tmp_path, GOOD), person, role, on)


@pytest.mark.parametrize("on", [date(2026, 9, 1), date(2026, 12, 18)], ids=["first day", "last day"])
def test_a_role_is_held_from_its_first_to_its_last_day(tmp_path, on):
    """Both days count."""
    assert person_in_role(read(tmp_path, GOOD), "amina-khan", "assessor", on).name == "Amina Khan"


def test_a_person_without_the_role_may_not_do_the_act():
    """The records ask again, whoever called."""
    with pytest.raises(CentreError, match=r"Amina Khan is not a course admin on 2026-11-24\. Let someone who is"):
        make.TUTOR.require("admin", make.NOW.date())


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=60).filter(str.strip)


@settings(deadline=None, max_examples=40)  # it touches the disk
@given(centre=NAMES, person=NAMES, until=st.none() | st.dates(min_value=date(2026, 9, 1)))
def test_settings_read_back_as_written(tmp_path_factory, centre, person, until):
    """Quotes, backslashes and letters of any script included."""
    path = tmp_path_factory.mktemp("centre") / "centre.toml"
    roles = (Role(role="quality", since=date(2026, 9, 1), until=until), Role(role="admin", since=date(2026, 9, 1)))
    staff = [Staff(id="some-one", name=person, roles=roles), make.TUTOR]
    written = write_settings(path, name=centre, issuer="https://centre.example/a/", people=staff)
    assert read_settings(path) == written
    assert list(written.person) == staff


def test_settings_start_with_words_and_nobody(tmp_path):
    """The file tells its reader what each line is for, and shows how to add a person."""
    path = tmp_path / "centre.toml"
    centre = write_settings(path, name="Tynford Centre", issuer="https://centre.example")
    assert centre.person == ()
    assert '# id = "amina-khan"' in path.read_text("utf-8")


def test_settings_are_never_written_over(tmp_path):
    """An admin's edits survive a second `init`."""
    path = tmp_path / "centre.toml"
    path.write_text("mine", "utf-8")
    with pytest.raises(CentreError, match="has its settings already"):
        write_settings(path, name="Tynford Centre", issuer="https://centre.example")
    assert path.read_text("utf-8") == "mine"


def test_a_wrong_address_writes_nothing(tmp_path):
    """A centre begins whole or not at all."""
    with pytest.raises(CentreError, match="such as https://"):
        write_settings(tmp_path / "centre.toml", name="Tynford Centre", issuer="centre.example")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    """In words."""
    with pytest.raises(CentreError, match="cannot be written"):
        write_settings(tmp_path / "not there" / "centre.toml", name="Tynford Centre", issuer="https://centre.example")
