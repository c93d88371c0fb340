"""Keeps a learner's answers beside the notebook: whole or not at all, one question at a time."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from peerlab.lesson import answerfile
from peerlab.lesson.activities import Activity, activity
from peerlab.lesson.answerfile import FILE, DamagedAnswersError, Record

Clock = Callable[[], datetime]
PRIVATE_FILE = "my-private-notes.json"
_LOCK_WAIT_SECONDS = 3.0
_NO_LOCKS_HERE = {errno.ENOLCK, errno.EBADF, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
_WHY = {
    errno.ENOSPC: "There is no space left to save in. Tell your tutor.",
    errno.EDQUOT: "There is no space left to save in. Tell your tutor.",
    errno.EROFS: "This folder can be read, but not written to. Tell your tutor.",
    errno.EACCES: "This folder can be read, but not written to. Tell your tutor.",
    errno.EPERM: "This folder can be read, but not written to. Tell your tutor.",
    errno.ENOENT: "The lesson's folder was moved or deleted. Open the lesson again from its folder.",
    errno.ESTALE: "The lesson's folder was moved or deleted. Open the lesson again from its folder.",
}


class NotSavedError(Exception):
    """An answer could not be kept; the message is for the learner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What the file holds after a save, and whether another window had saved in between."""

    record: Record
    conflict: bool
    notice: str = ""


def only_reading() -> bool:
    """Whether nbgrader is running the notebook: then nothing is written, and nothing live is shown."""
    return os.environ.get("NBGRADER_EXECUTION") in {"autograde", "validate"}


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def store_for(shown: Activity, folder: Path) -> AnswerStore:
    """Return where the answers to *shown* are kept for a lesson in *folder*.

    Private notes lie one folder up: hand-ins and collections take the lesson's folder, so they never take those.
    """
    return AnswerStore(folder.parent, file=PRIVATE_FILE) if shown.purpose == "private" else AnswerStore(folder)


def answers(name: str) -> dict[str, Any]:
    """Return the saved answers of the activity *name*, by question; `{}` when there are none.

    Private notes are nobody else's to read, and are never returned. The file is a learner's: whatever this activity's
    own controls could not have made is left out. Raises CourseError when the course has no such activity.
    """
    shown = activity(name)
    if shown.purpose == "private":
        return {}
    try:
        record = answerfile.read(Path.cwd() / FILE).get(name, Record())
    except (OSError, DamagedAnswersError):
        return {}
    return shown.sound(record.fields)


class AnswerStore:
    """The answers of one folder; every method leaves the file whole, whatever happens."""

    def __init__(self, folder: Path, clock: Clock = now, *, file: str = FILE) -> None:
        self._folder = folder
        self._path = folder / file
        self._clock = clock

    def record(self, shown: Activity) -> tuple[Record, str]:
        """Return the saved record of *shown*, and a notice when a damaged file was put aside."""
        try:
            return _sound(shown, answerfile.read(self._path).get(shown.name, Record())), ""
        except DamagedAnswersError as damage:
            if only_reading():
                return Record(), ""
            with suppress(OSError, NotSavedError), self._locked():
                records, notice = self._read_or_put_aside()
                return _sound(shown, records.get(shown.name, Record())), notice
            return Record(), f"Your saved answers could not be read: {damage}. Tell your tutor."
        except OSError:
            return Record(), "Your saved answers could not be read. Tell your tutor before you go on."

    def save(self, shown: Activity, key: str, value: Any, *, base: int | None) -> Saved:
        """Keep *value* as the answer to *key*, or take the answer away when *value* is None.

        *base* is the revision the learner was looking at. The later click wins; `conflict` says that another
        window saved something else since. Raises NotSavedError, with words for the learner.
        """
        if only_reading():
            raise NotSavedError("This is a copy for marking. Nothing is saved here.")
        if key not in shown.keys or (value is not None and not shown.accepts(key, value)):
            raise NotSavedError("This answer does not fit the question. Open the lesson again.")
        try:
            with self._locked():
                return self._change(shown, key, value, base)
        except OSError as error:
            raise NotSavedError(_WHY.get(error.errno or 0, "The lesson could not write its file.")) from error

    def _change(self, shown: Activity, key: str, value: Any, base: int | None) -> Saved:
        records, notice = self._read_or_put_aside()
        before = records.get(shown.name, Record())
        moved_on = base is not None and base != before.revision
        conflict = moved_on and before.fields.get(key) != value
        kept = {name: kept for name, kept in before.fields.items() if name != key}
        fields = kept if value is None else {**kept, key: value}
        after = Record(revision=before.revision + 1, saved_at=_stamp(self._clock()), fields=fields)
        self._write(answerfile.dump({**records, shown.name: after}))
        return Saved(record=_sound(shown, after), conflict=conflict, notice=notice)

    def _read_or_put_aside(self) -> tuple[Mapping[str, Record], str]:
        """Return every record; a damaged file is first kept under another name. Call while locked."""
        try:
            return answerfile.read(self._path), ""
        except DamagedAnswersError as damage:
            aside = self._free_name(f"answers-damaged-{self._clock():%Y-%m-%d-%H%M%S}")
            self._path.rename(aside)
            why = f"Your earlier answers could not be read: {damage}."
            return {}, f'{why} They are kept in "{aside.name}". Tell your tutor. New answers are saved as usual.'

    def _free_name(self, stem: str) -> Path:
        names = (self._folder / f"{stem}{suffix}.json" for suffix in ("", *(f"-{n}" for n in range(2, 100))))
        return next(path for path in names if not os.path.lexists(path))

    def _write(self, raw: bytes) -> None:
        """Replace the file by *raw* in one step, and make both the file and its name last a power cut."""
        if len(raw) > answerfile.MOST_BYTES:
            raise NotSavedError("Your answers file is full. Tell your tutor.")
        for left_over in self._folder.glob(".answers-*.tmp"):
            left_over.unlink(missing_ok=True)  # a crash in mid-save left it; it must not travel with the hand-in
        handle, temporary = tempfile.mkstemp(prefix=".answers-", suffix=".tmp", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fchmod(handle, 0o644)
                os.fsync(handle)
            Path(temporary).replace(self._path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        with _opened(self._folder) as folder, suppress(OSError):
            os.fsync(folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder itself, so that no lock file lies there to travel with the hand-in."""
        with _opened(self._folder) as folder:
            _lock(folder)
            yield  # closing the folder lets go of it


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def _lock(folder: int) -> None:
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock  # noqa: PLC0415 - Pyodide has no flock
    except ImportError:
        return None
    give_up = time.monotonic() + _LOCK_WAIT_SECONDS
    while True:
        try:
            return flock(folder, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise NotSavedError("Another window is saving. Wait a moment, then try again.") from None
            time.sleep(0.01)
        except OSError as error:
            if error.errno in _NO_LOCKS_HERE:  # some network folders cannot lock; saving still replaces in one step
                return None
            raise


def _sound(shown: Activity, record: Record) -> Record:
    return Record(revision=record.revision, saved_at=record.saved_at, fields=shown.sound(record.fields))


def _stamp(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
