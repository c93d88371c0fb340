"""Says a refused activities table in the author's words: where it is, what it is, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from peerlab.errors import CourseError
from peerlab.lesson.kinds import KINDS

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


def said_of(error: ValidationError, table: Mapping[str, Any], where: str) -> CourseError:
    """Return the first refusal of *error* as a CourseError; *table* is what was read, for the ids on the way."""
    problems = error.errors(include_url=False)
    first = problems[0]
    parts = _path_in_words(first["loc"], table)
    context = first.get("ctx", {})
    if first["type"] == "refused":
        parts += filter(None, [context["part"]])
        what, remedy = context["what"], context["remedy"]
    else:
        what, remedy = _plain(first)
    more = len(problems) - 1
    if more:
        remedy += f" ({more} more to mend after this.)"
    return CourseError(", ".join([where, *parts]), what, remedy)


def _path_in_words(path: Sequence[str | int], table: Any) -> list[str]:
    """Turn ('field', 0, 'match', 'item', 2) into "field bank", "item q3"."""
    words: list[str] = []
    here = table
    for place, step in enumerate(path):
        if isinstance(step, int) and isinstance(here, Sequence) and step < len(here):
            here = here[step]
            named = here.get("id") if isinstance(here, Mapping) else None
            words.append(f"{path[place - 1]} {named or f'number {step + 1}'}")
        elif isinstance(here, Mapping) and step in here:
            here = here[step]
            if isinstance(here, Mapping):
                words.append(str(step))
    return words


def _plain(problem: ErrorDetails) -> tuple[str, str]:
    key = next((str(step) for step in reversed(problem["loc"]) if isinstance(step, str)), "it")
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "union_tag_invalid":
        return _unknown_kind(str(context["tag"]))
    plain = {
        "missing": (f'"{key}" is missing.', "Add it."),
        "union_tag_not_found": ('"kind" is missing.', f"Add one of: {', '.join(KINDS)}."),
        "string_pattern_mismatch": (f'"{key}" is {problem["input"]!r}.', "Use lower-case words joined by dashes."),
        "string_too_short": (f'"{key}" is empty.', "Write its words."),
        "literal_error": (f'"{key}" is {problem["input"]!r}.', f"Use {context.get('expected')}."),
    }
    return plain.get(kind, (f'"{key}" does not fit: {problem["msg"]}.', "Correct it."))


def _unknown_kind(kind: str) -> tuple[str, str]:
    near = get_close_matches(kind, KINDS, n=1)
    remedy = f'Did you mean "{near[0]}"?' if near else f"Kinds are: {', '.join(KINDS)}."
    return f'there is no kind "{kind}".', remedy
