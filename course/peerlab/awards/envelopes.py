"""Finds the signed credential inside a file that a stranger hands over; nothing in the file is trusted or run."""

from __future__ import annotations

import json
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pikepdf

from peerlab.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

ATTACHMENT = "credential.jwt"
MOST_BYTES = 10 << 20
_MOST_TOKEN = 1 << 18
_ASK_AGAIN = "Ask for the file again, as the centre issued it."


def read(path: Path) -> bytes:
    """Return the file's bytes; raises InputError when it is missing, empty, unreadable or far too large."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError(str(path), "there is no such file.", "Check the name, and where you saved it.") from None
    except OSError as problem:
        why = f"it cannot be read ({problem.strerror})."
        raise InputError(str(path), why, "Choose one certificate file that you may open.") from None
    if not content:
        raise InputError(str(path), "the file is empty.", _ASK_AGAIN)
    if len(content) > MOST_BYTES:
        raise InputError(str(path), "the file is far larger than any certificate of ours.", "Choose another file.")
    return content


def is_pdf(content: bytes) -> bool:
    """Say whether the bytes are a PDF, whatever the file is called."""
    return b"%PDF-" in content[:1024]


def find_credential(content: bytes, *, where: str) -> str | None:
    """Return the signed credential in a PDF, a JSON envelope or a plain text, None when it holds none.

    Raises InputError when it is a PDF that cannot be opened, because then nothing is known.
    """
    if is_pdf(content):
        return _in_pdf(content, where)
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return None
    return _in_json(text) if text[:1] in {"{", "[", '"'} else text


def _in_pdf(content: bytes, where: str) -> str | None:
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            attached = pdf.attachments.get(ATTACHMENT)
            packed = attached.get_file() if attached else None
            return _unpacked(packed.obj) if packed else None
    except pikepdf.PasswordError:
        raise InputError(where, "this PDF is locked with a password.", _ASK_AGAIN) from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError):
        raise InputError(where, "this PDF is damaged and cannot be opened.", _ASK_AGAIN) from None


def _unpacked(stream: Any) -> str | None:
    """The attachment as text, unpacked no further than a credential can reach, so that a small file stays small."""
    raw = stream.read_raw_bytes()
    packing = stream.get("/Filter")
    if packing is not None and str(packing) != "/FlateDecode":
        return None
    try:
        content = zlib.decompressobj().decompress(raw, _MOST_TOKEN) if packing is not None else raw[:_MOST_TOKEN]
        return content.decode("ascii").strip()
    except (zlib.error, UnicodeDecodeError):
        return None


def _in_json(text: str) -> str | None:
    """The token in `{"jwt": …}` or in an EnvelopedVerifiableCredential."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match held:
        case {"jwt": str(token)}:
            return token.strip()
        case {"type": kind, "id": str(address)} if "EnvelopedVerifiableCredential" in _listed(kind):
            media, comma, token = address.partition(",")
            return token.strip() if comma and media.startswith("data:application/") else None
        case _:
            return None


def _listed(kind: object) -> list[object]:
    return kind if isinstance(kind, list) else [kind]
