"""Keeps every submission for ever, once, in a folder named by the hash of what is in it."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from peerlab.errors import CentreError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader

_CHUNK = 1 << 20


def content_hash(folder: Path) -> str:
    """Return one hash for every name and byte in *folder*; raises InputError for a link or anything not a plain file.

    The names' and files' own lengths are hashed too, so that no two different folders can look the same.
    """
    total = hashlib.sha256()
    for name, path in sorted(_files(folder)):
        size, digest = _digest(path)
        total.update(f"{len(name)}:".encode() + name + f":{size}:".encode() + digest)
    return total.hexdigest()


def keep(folder: Path, store: Path, *, leave_out: frozenset[str] = frozenset()) -> str:
    """Copy *folder* into *store* under its content hash, and return the hash; the same content is kept once.

    *leave_out* names files at its top that are not the learner's work, such as a time stamp. The copy is hashed, not
    the original, and appears under its name only when whole. Raises InputError when the folder cannot be read,
    CentreError when the store cannot take it.
    """
    partial = _partial(store)
    try:
        _copy(folder, partial, leave_out)
        kept = content_hash(partial)
        _settle(partial, store / kept)
    except OSError as fault:
        raise CentreError(
            str(store), f"the work cannot be kept ({fault.strerror}).", "Make room or mend the folder, then run again."
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return kept


def _partial(store: Path) -> Path:
    try:
        store.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".partial-", dir=store))
    except OSError as fault:
        raise CentreError(str(store), f"nothing can be kept here ({fault.strerror}).", "Mend the folder.") from None


def _settle(partial: Path, place: Path) -> None:
    """Give the whole copy its name, unless the same work is there already."""
    partial.chmod(0o750)
    try:
        partial.rename(place)
    except OSError as fault:
        if fault.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
            raise
        if content_hash(place) != place.name:
            raise CentreError(
                str(place), "this kept work was altered since.", "Restore the folder from a backup, then run again."
            ) from None


def _copy(folder: Path, target: Path, leave_out: frozenset[str]) -> None:
    for name, path in _files(folder):
        if os.fsdecode(name) in leave_out:
            continue
        copy = target / os.fsdecode(name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with _opened(path) as source, copy.open("xb") as file:
            shutil.copyfileobj(source, file, _CHUNK)
            file.flush()
            os.fsync(file.fileno())
        copy.chmod(0o440)


def _files(folder: Path) -> Iterator[tuple[bytes, Path]]:
    """Yield each file's name inside *folder*, as bytes with `/` between parts, and its path."""
    try:
        if folder.is_symlink() or not folder.is_dir():
            raise InputError(str(folder), "this is not a folder of work.", "Name the folder that was handed in.")
        waiting = [folder]
        while waiting:
            for entry in list(os.scandir(waiting.pop())):
                path = Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                elif entry.is_file(follow_symlinks=False):
                    yield os.fsencode(path.relative_to(folder).as_posix()), path
                else:
                    raise _not_plain(path, link=entry.is_symlink())
    except OSError as fault:
        raise _unreadable(folder, fault) from None


def _digest(path: Path) -> tuple[int, bytes]:
    with _opened(path) as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        return file.tell(), digest


def _opened(path: Path) -> BufferedReader:
    """Open a plain file; a link put in its place since we looked is refused, and a pipe cannot make us wait."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as fault:
        raise (_not_plain(path, link=True) if fault.errno == errno.ELOOP else _unreadable(path, fault)) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_plain(path, link=False)
    return os.fdopen(descriptor, "rb")


def _not_plain(path: Path, *, link: bool) -> InputError:
    what = "a link to another place" if link else "not a plain file"
    return InputError(
        str(path), f"this is {what}, and work is kept as plain files.", "Take it out, or put a copy there."
    )


def _unreadable(path: Path, fault: OSError) -> InputError:
    return InputError(str(path), f"it cannot be read ({fault.strerror}).", "Check the folder's permissions.")
