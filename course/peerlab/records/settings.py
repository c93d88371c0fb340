"""A centre's own settings, `centre.toml`: its name, its address, who holds which role and when, and its policy."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from peerlab.errors import CentreError
from peerlab.parsing import Strict, near_miss, parse, read_toml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RoleName = Literal["assessor", "quality", "admin"]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Day = Annotated[date, Field(description="a whole day, as the centre's calendar has it")]
Id = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]

ROLES_IN_WORDS: dict[RoleName, str] = {
    "assessor": "an assessor",
    "quality": "a quality assurer",
    "admin": "a course admin",
}


class Role(Strict):
    """A role, and the days on which it is held; the last day counts."""

    role: RoleName
    since: Day
    until: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Role:
        if self.until and self.until < self.since:
            raise ValueError(f"the role ends on {self.until}, before it begins on {self.since}. | Correct one of them.")
        return self

    def covers(self, day: date) -> bool:
        """Say whether the role is held on *day*."""
        return self.since <= day and (self.until is None or day <= self.until)


class Staff(Strict):
    """Someone who works at the centre, under an id that the records keep."""

    id: Id
    name: Name
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]

    def holds(self, role: RoleName, on: date) -> bool:
        """Say whether this person holds *role* on that day."""
        return any(held.role == role and held.covers(on) for held in self.roles)

    def require(self, role: RoleName, on: date) -> None:
        """Raise CentreError unless this person holds *role* on that day."""
        if not self.holds(role, on):
            raise CentreError(
                f"centre.toml, person {self.id}",
                f"{self.name} is not {ROLES_IN_WORDS[role]} on {on}.",
                "Let someone who is do this, or give the role in centre.toml.",
            )


class Policy(Strict):
    """What the centre decided for itself; what the awarding organisation decides is in the qualification."""

    grace_minutes: Annotated[int, Field(ge=0)] = 60  # how long after the due time work is still in time


class Centre(Strict):
    """A centre: who issues, who works there, how it decided to work."""

    name: Name
    issuer: str
    person: tuple[Staff, ...] = ()
    policy: Policy = Policy()

    @field_validator("issuer")
    @classmethod
    def _is_a_web_address(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        plain = (
            parts.scheme == "https" and parts.hostname and not (parts.query or parts.fragment or "@" in parts.netloc)
        )
        if not plain or re.search(r"\s", issuer):
            raise ValueError(
                f"`issuer` is {issuer!r}. | Give the centre's own address, such as https://centre.example."
            )
        return issuer.rstrip("/")

    @model_validator(mode="after")
    def _ids_are_used_once(self) -> Centre:
        ids = [person.id for person in self.person]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueError(f"two people have the id `{name}`. | Give one of them another id.")
        return self


def read_settings(path: Path) -> Centre:
    """Return the settings at *path*; raises CentreError for the first thing that does not fit."""
    return parse(Centre, read_toml(path, error=CentreError), where=path.name, error=CentreError)


def person_in_role(centre: Centre, person_id: str, role: RoleName, on: date) -> Staff:
    """Return the person called *person_id*; raises CentreError, with who does hold the role, unless they hold it."""
    known = {person.id: person for person in centre.person}
    if person_id not in known:
        raise CentreError("centre.toml", f"nobody here has the id `{person_id}`.", near_miss(person_id, known))
    if not known[person_id].holds(role, on):
        raise CentreError(
            f"centre.toml, person {person_id}",
            f"{known[person_id].name} is not {ROLES_IN_WORDS[role]} on {on}.",
            _who_else(centre, role, on),
        )
    return known[person_id]


def _who_else(centre: Centre, role: RoleName, on: date) -> str:
    holders = [f"{person.name} ({person.id})" for person in centre.person if person.holds(role, on)]
    if not holders:
        return "Nobody holds that role on that day; give it to someone in centre.toml."
    return f"On that day the role is held by {', '.join(holders)}."


def write_settings(path: Path, *, name: str, issuer: str, people: Sequence[Staff] = ()) -> Centre:
    """Write a commented starting `centre.toml`, and return it as read; raises CentreError when one is there already."""
    listed = [person.model_dump(exclude_none=True) for person in people]
    centre = parse(Centre, {"name": name, "issuer": issuer, "person": listed}, where=path.name, error=CentreError)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_as_toml(centre))
    except FileExistsError:
        raise CentreError(str(path), "this centre has its settings already.", "Edit the file instead.") from None
    except OSError as fault:
        raise CentreError(str(path), f"it cannot be written ({fault.strerror}).", "Check the folder.") from None
    return centre


def _as_toml(centre: Centre) -> str:
    people = "\n".join(_person_as_toml(person) for person in centre.person) or _NOBODY_YET
    return _SETTINGS.format(
        name=_quoted(centre.name), issuer=_quoted(centre.issuer), people=people, grace=centre.policy.grace_minutes
    )


def _person_as_toml(person: Staff) -> str:
    roles = "".join(f"  {_role_as_toml(role)},\n" for role in person.roles)
    return f"[[person]]\nid = {_quoted(person.id)}\nname = {_quoted(person.name)}\nroles = [\n{roles}]\n"


def _role_as_toml(role: Role) -> str:
    until = f", until = {role.until}" if role.until else ""
    return f"{{role = {_quoted(role.role)}, since = {role.since}{until}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_NOBODY_YET = """\
# [[person]]
# id = "amina-khan"
# name = "Amina Khan"
# roles = [{role = "assessor", since = 2026-09-01}]
"""

_SETTINGS = """\
# This centre's settings. Mend a line, save, and the next command uses it.

# The centre's name, as certificates print it.
name = {name}
# The centre's own web address: credentials name it as their issuer, so it must stay yours.
issuer = {issuer}

# Who works here. An id is kept with every decision, so never give it to anybody else.
# Roles: "assessor" marks work, "quality" samples it, "admin" enrols and issues.
# When someone leaves, add `until` with their last day; do not delete them.
{people}
[policy]
# How many minutes after the due time work still counts as in time.
grace_minutes = {grace}
"""
