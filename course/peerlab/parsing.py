"""Files become frozen models once, at the edge; a refusal names the file, the place in it and the remedy."""

from __future__ import annotations

import difflib
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from peerlab.errors import CourseError, PeerlabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

Parsed = TypeVar("Parsed", bound="Strict")


class Strict(BaseModel):
    """A model of something a person wrote: frozen, and it refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def near_miss(name: str, known: Iterable[str]) -> str:
    """Return a sentence that offers the known name most like *name*, or lists the few there are."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Known here: {', '.join(names)}." if names else "Nothing is known here."


def read_toml(path: Path, *, error: type[PeerlabError] = CourseError) -> dict[str, Any]:
    """Return the TOML file at *path* as plain data; raises *error* when it is missing or cannot be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise error(str(path), "the file is not there.", "Put it back, or correct the name.") from None
    except UnicodeDecodeError:
        raise error(str(path), "the file is not UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as fault:
        raise error(str(path), f"the file cannot be read ({fault.strerror}).", "Check its permissions.") from None
    except tomllib.TOMLDecodeError as fault:
        raise error(str(path), f"this is not TOML: {fault}.", "Mend the line it names.") from None


def parse(
    model: type[Parsed], data: Mapping[str, Any], *, where: str, error: type[PeerlabError] = CourseError
) -> Parsed:
    """Return *data* as *model*; raises *error* for the first thing that does not fit, named by its ids."""
    try:
        return model.model_validate(data)
    except ValidationError as refused:
        # A mistyped key is both unknown and missing; only the first of these can say what was meant.
        first = min(refused.errors(include_url=False), key=lambda fault: fault["type"] != "extra_forbidden")
        raise error(_place(where, data, first["loc"]), *_sentence(model, first)) from None


def _sentence(model: type[BaseModel], fault: ErrorDetails) -> tuple[str, str]:
    key = str(fault["loc"][-1]) if fault["loc"] else ""
    match fault["type"]:
        case "extra_forbidden":
            known = _model_at(model, fault["loc"][:-1])
            return f"`{key}` is not a key we know.", near_miss(key, known.model_fields if known else ())
        case "missing":
            return f"`{key}` is missing.", f"Add `{key} = …`."
        case "value_error":
            what, _, remedy = str(fault["ctx"]["error"]).partition(" | ")
            return what, remedy or "Correct it."
        case _:
            return f"`{key}` is {fault['input']!r}: {fault['msg'].lower()}.", "Correct the value."


def _model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """Return the model that reads the place *loc*: steps into tuples, mappings and unions."""
    found: type[BaseModel] | None = model
    for step in loc:
        if found is None:
            return None
        if isinstance(step, str) and step in found.model_fields:
            inside = _models_in(found.model_fields[step].annotation)
            found = inside[0] if inside else None
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _place(where: str, data: Any, loc: tuple[int | str, ...]) -> str:
    """Return *where* with the ids along *loc*: `qualification.toml, unit PRS-202, outcome LO1`."""
    words, here, name = [where], data, ""
    for step in loc:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(step, str):
            name = step
        elif isinstance(here, dict):
            words.append(f"{name} {here.get('id') or here.get('task') or step + 1}")
    return ", ".join(words)
