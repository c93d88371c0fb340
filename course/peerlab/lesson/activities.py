"""The activities of a module: read once from `course/activities/<slug>.toml`, checked, and frozen."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError, model_validator

from peerlab.errors import CourseError
from peerlab.lesson.kinds import AnyField  # noqa: TC001 - pydantic reads it at run time
from peerlab.lesson.kinds.base import Part, Said, Text, Values, refusal, refuse_duplicates
from peerlab.lesson.refusals import said_of
from peerlab.places import course

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic_core import PydanticCustomError

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Activity(Part):
    """What one notebook cell shows: a title, a few words, and questions."""

    name: str = Field(exclude=True)
    title: Text
    purpose: Literal["practice", "graded", "private"]
    minutes: int = Field(ge=1, le=120)
    intro: str = ""
    fields: tuple[AnyField, ...] = Field(default=(), alias="field")

    @model_validator(mode="after")
    def _is_whole(self) -> Activity:
        if not self.fields:
            raise refusal("it has no fields.", "Add at least one `field` table.")
        refuse_duplicates((field.id for field in self.fields), "field")
        refuse_duplicates((key for field in self.fields for key in field.keys), "answer's")
        for fault in self._practice_faults() if self.purpose == "practice" else self._key_faults():
            raise fault
        return self

    def _key_faults(self) -> Iterator[PydanticCustomError]:
        for field in self.fields:
            for named in field.key_material():
                remedy = f'Take it out of {named.rpartition(": ")[0] or "the field"}, or make the purpose "practice".'
                what = f"a {self.purpose} activity holds no key, and `{named.rpartition(': ')[2]}` is one."
                yield refusal(what, remedy, f"field {field.id}")

    def _practice_faults(self) -> Iterator[PydanticCustomError]:
        for field in self.fields:
            for fault in field.practice_faults():
                known = fault.context or {}
                part = ", ".join(filter(None, (f"field {field.id}", str(known["part"]))))
                yield refusal(str(known["what"]), str(known["remedy"]), part)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names its answers are saved under, in the order they are met."""
        return tuple(key for field in self.fields for key in field.keys)

    def accepts(self, key: str, value: Any) -> bool:
        """Whether *value* is something the controls of the question *key* could have made."""
        return any(field.accepts(key, value) for field in self.fields if key in field.keys)

    def sound(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of *values* that these questions could have made, and no others."""
        return {key: values[key] for key in self.keys if key in values and self.accepts(key, values[key])}

    def said(self, values: Values) -> tuple[Said, ...]:
        """Return every question with its saved answer in words."""
        return tuple(said for field in self.fields for said in field.said(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Activities:
    """All activities of one module."""

    slug: str
    where: str
    all: Mapping[str, Activity]

    def __getitem__(self, name: str) -> Activity:
        """Return the activity called *name* in this module; raises CourseError with the near miss."""
        if name in self.all:
            return self.all[name]
        near = get_close_matches(name, self.all, n=1)
        remedy = f'Did you mean "{self.slug}/{near[0]}"?' if near else f"There is: {', '.join(self.all) or 'none'}."
        raise CourseError(self.where, f'there is no activity called "{name}".', remedy)


def activity(name: str) -> Activity:
    """Return the activity called *name*, such as "asking-good-questions/fault-spotter"; raises CourseError."""
    slug, slash, short = name.partition("/")
    if not (slash and _SLUG.fullmatch(slug) and _SLUG.fullmatch(short)):
        raise CourseError(f'"{name}"', "this is not an activity's name.", 'Write it as "module/activity".')
    folder = course().activities
    path = folder / f"{slug}.toml"
    if not path.is_file():
        known = sorted(path.stem for path in folder.glob("*.toml"))
        near = get_close_matches(slug, known, n=1)
        remedy = f'Did you mean "{near[0]}/{short}"?' if near else f"There is: {', '.join(known) or 'none'}."
        raise CourseError("activities", f'there is no module called "{slug}".', remedy)
    return read_activities(path)[short]


def read_activities(path: Path) -> Activities:
    """Return the checked activities of the file at *path*; raises CourseError with file, activity, field and remedy."""
    where = f"{path.parent.name}/{path.name}"
    if not _SLUG.fullmatch(path.stem):
        raise CourseError(where, "a module's name is lower-case words joined by dashes.", "Rename the file.")
    tables = _read_toml(path, where)
    found = {name: _read_activity(f"{path.stem}/{name}", table, where) for name, table in tables.items()}
    return Activities(slug=path.stem, where=where, all=found)


def _read_toml(path: Path, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CourseError(where, f"it cannot be read ({error.strerror}).", "Check that the file is there.") from error
    except UnicodeDecodeError as error:
        raise CourseError(where, "it is not saved as UTF-8.", "Save it again as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise CourseError(where, f"it is not valid TOML: {error}.", "Mend that line.") from error


def _read_activity(name: str, table: Any, where: str) -> Activity:
    short = name.partition("/")[2]
    if not isinstance(table, dict):
        raise CourseError(where, f'"{short}" stands outside any activity.', "Put it inside an activity's table.")
    place = f"{where}, activity {short}"
    if not _SLUG.fullmatch(short):
        raise CourseError(place, "its name is not lower-case words joined by dashes.", "Rename the table.")
    if "name" in table:
        raise CourseError(place, 'there is no key "name".', "The name is the table's own: rename the table.")
    try:
        return Activity.model_validate({"name": name, **table})
    except ValidationError as error:
        raise said_of(error, table, place) from None
