"""`answers.json` as bytes and back, written for a file that a stranger may have made."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "answers.json"
VERSION = 1
MOST_BYTES = 1_000_000
MOST_ACTIVITIES = 500
MOST_FIELDS = 500


class DamagedAnswersError(Exception):
    """The file is there, and cannot be read as answers; the message says why, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The saved answers of one activity; *revision* counts its saves."""

    revision: int = 0
    saved_at: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the record as it stands in the file."""
        return {"revision": self.revision, "saved_at": self.saved_at, "fields": dict(self.fields)}


def read(path: Path) -> dict[str, Record]:
    """Return the record of every activity in the file at *path*, `{}` when there is no file.

    Raises DamagedAnswersError when it is not an answers file, and OSError when it cannot be opened.
    """
    try:
        # A link could point at another learner's file, and a pipe would keep us waiting for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return {}
    except OSError as error:
        if path.is_symlink():
            raise DamagedAnswersError("it is a link to another file") from error
        raise
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise DamagedAnswersError("it is not a file")
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise DamagedAnswersError("it is too big")
    return parse(raw)


def parse(raw: bytes) -> dict[str, Record]:
    """Return the records in *raw*; one record of an impossible shape is left out, the others are kept."""
    try:
        document = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise DamagedAnswersError("it is not whole") from error
    match document:
        case {"peerlab_answers": version, "activities": dict(activities)} if version is not True and version == VERSION:
            found = list(activities.items())[:MOST_ACTIVITIES]
            records = {name: _record(value) for name, value in found}
            return {name: record for name, record in records.items() if record is not None}
        case {"peerlab_answers": int()}:
            raise DamagedAnswersError("it was saved by another version of the course")
        case _:
            raise DamagedAnswersError("it does not hold answers")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _record(value: Any) -> Record | None:
    match value:
        case {"revision": int(revision), "fields": dict(fields)} if (
            0 <= revision < 2**53 and len(fields) <= MOST_FIELDS
        ):
            saved_at = value.get("saved_at")
            when = saved_at if isinstance(saved_at, str) and len(saved_at) <= 40 else None
            return Record(revision=int(revision), saved_at=when, fields=fields)
        case _:
            return None


def dump(records: Mapping[str, Record]) -> bytes:
    """Return the bytes of a file that holds *records*."""
    activities = {name: record.as_json() for name, record in records.items()}
    document = {"peerlab_answers": VERSION, "activities": activities}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
