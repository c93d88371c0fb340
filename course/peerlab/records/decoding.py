"""Turns the bytes of a CSV into text without ever guessing: a wrong guess would print a wrong name on a certificate."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from peerlab.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_UTF_16 = "utf-16"
_WINDOWS = "windows-1252"
_NOT_TEXT = {
    b"PK\x03\x04": "a spreadsheet or ZIP file",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a database",
}
_LINE_END = re.compile(rb"\r\n|\r|\n")
_SAVE_AS = "Open it in your spreadsheet and save it as `CSV UTF-8`."


def decode(path: Path, encoding: str | None) -> str:
    """Return the text of the file at *path*; raises InputError with the option that would read it."""
    data = _bytes(path)
    for magic, what in _NOT_TEXT.items():
        if data.startswith(magic):
            raise InputError(str(path), f"this is {what}, not CSV.", _SAVE_AS)
    return _as_named(data, encoding, path) if encoding else _as_utf_8(data, path)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(str(path), "there is no such file.", "Check its name and folder.") from None
    except OSError as fault:
        raise InputError(str(path), f"it cannot be read ({fault.strerror}).", "Name a CSV file you may read.") from None


def _as_utf_8(data: bytes, path: Path) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        raise InputError(
            str(path), "this is not UTF-8; it looks like UTF-16.", f"Run again with `--encoding {_guess_16(data)}`."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise _perhaps_windows(data, fault.start, path) from None


def _guess_16(data: bytes) -> str:
    """Return the UTF-16 that *data* is: without a mark at its beginning, the zero of an ASCII letter tells."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _UTF_16
    return "utf-16-be" if data[:1] == b"\0" else "utf-16-le"


def _perhaps_windows(data: bytes, start: int, path: Path) -> InputError:
    line = len(_LINE_END.findall(data, 0, start)) + 1
    where = f"{path}, line {line}"
    try:
        read = _LINE_END.split(data)[line - 1].decode(_WINDOWS)
    except UnicodeDecodeError:
        return InputError(where, "this is not UTF-8 text, nor Windows-1252.", _SAVE_AS)
    cell = next(cell for cell in re.split(r"[,;\t]", read) if not cell.isascii())
    return InputError(
        where,
        f"this is not UTF-8. Read as Windows-1252 the line has “{cell.strip().strip(chr(34))}”.",
        f"If that is right, run again with `--encoding {_WINDOWS}`; if not, save the file as `CSV UTF-8`.",
    )


def _as_named(data: bytes, encoding: str, path: Path) -> str:
    try:
        codec = codecs.lookup(encoding).name
        text = data.decode("utf-8-sig" if codec == "utf-8" else codec)
    except (LookupError, ValueError) as fault:
        if isinstance(fault, UnicodeDecodeError):
            raise InputError(str(path), f"it cannot be read as {encoding} ({fault.reason}).", _SAVE_AS) from None
        raise InputError(
            "--encoding", f"`{encoding}` is not a text encoding.", f"Try utf-8, {_WINDOWS} or {_UTF_16}."
        ) from None
    if not data.isascii() and not codec.startswith("utf") and _is_utf_8(data):
        raise InputError(str(path), f"this is UTF-8, and {encoding} would garble the names.", "Run without --encoding.")
    return text


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
