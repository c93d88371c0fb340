"""What every kind of field shares: how its table is read, and the questions each kind answers about itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import override

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Values = Mapping[str, Any]

# A learner's text may hold any letter; these are never typed, and harm whoever reads the file later.
_NEVER_TYPED = frozenset(map(chr, range(32))) - {"\n", "\t", "\r"}


def refusal(what: str, remedy: str, part: str = "") -> PydanticCustomError:
    """Return the error that the reader turns into a CourseError; *part* names the place inside the table."""
    return PydanticCustomError("refused", "{what} {remedy}", {"what": what, "remedy": remedy, "part": part})


class Part(BaseModel):
    """One table of an activities file; it refuses a key it does not know, and names the near miss."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in data if isinstance(data, dict) else ():
            if key not in known:
                near = get_close_matches(key, known, n=1)
                remedy = f'Did you mean "{near[0]}"?' if near else f"Keys here: {', '.join(known)}."
                raise refusal(f'there is no key "{key}".', remedy)
        return data


class Words(Part):
    """Feedback in three short lines: what the learner did, why it matters, one next step."""

    did: Text
    why: Text
    next: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What practice says about one answer; *field* is the key the answer is saved under."""

    field: str
    right: bool
    did: str
    why: str
    next: str
    misconception: str | None = None

    @classmethod
    def of(cls, field: str, words: Words, *, right: bool, misconception: str | None = None) -> Feedback:
        """Return *words* as feedback on the answer saved under *field*."""
        said = {"did": words.did, "why": words.why, "next": words.next}
        return cls(field=field, right=right, misconception=misconception, **said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A question and the learner's answer in words, for print, feedback and a tutor's page."""

    question: str
    answer: tuple[str, ...]


class FieldBase(Part, ABC):
    """One question of an activity. A new kind is a new class of this shape, and one line in the registry."""

    id: Slug
    label: Text
    hint: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The names its answers are saved under."""
        return (self.id,)

    @abstractmethod
    def accepts(self, key: str, value: Any) -> bool:
        """Whether *value* is something this question's own controls could have made."""

    @abstractmethod
    def said(self, values: Values) -> tuple[Said, ...]:
        """Return the question and the saved answer in words; an empty answer where there is none."""

    @abstractmethod
    def judge(self, values: Values) -> tuple[Feedback, ...]:
        """Return practice feedback on what is answered in *values*; nothing where nothing is answered."""

    @abstractmethod
    def public(self) -> dict[str, Any]:
        """Return what the page needs to draw it: never a key, never feedback."""

    @abstractmethod
    def key_material(self) -> Iterator[str]:
        """Name whatever would tell a learner the answer, such as "option leading: right"."""

    def practice_faults(self) -> Iterator[PydanticCustomError]:
        """Find what practice needs and this question lacks."""
        return iter(())

    def missing(self, values: Values) -> tuple[str, ...]:
        """Return the questions, in words, that still wait for an answer."""
        return tuple(said.question for said in self.said(values) if not said.answer)

    def drawn(self, **more: Any) -> dict[str, Any]:
        """Return what the page needs of any question, and *more* of this kind."""
        return {"id": self.id, "label": self.label, "hint": self.hint, **more}


class Unjudged(FieldBase):
    """A question that only a person, or nobody, judges: it has no key and no practice feedback."""

    @override
    def judge(self, values: Values) -> tuple[Feedback, ...]:
        return ()

    @override
    def key_material(self) -> Iterator[str]:
        return iter(())


def is_text(value: Any, most: int) -> bool:
    """Whether *value* is text a person could have typed, of at most *most* characters."""
    if not isinstance(value, str) or len(value) > most or not _NEVER_TYPED.isdisjoint(value):
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def refuse_duplicates(ids: Iterable[str], what: str) -> None:
    """Raise a refusal for the first of *ids* met twice."""
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise refusal(f'the {what} id "{one}" is used twice.', "Give each its own id.")
        seen.add(one)


def in_words(names: Iterable[str]) -> str:
    """Return the ids an author may choose from, as a list in words."""
    return ", ".join(f'"{name}"' for name in names)
