"""Makes a new centre whole or not at all: settings, records, signing key, and a place for what it will issue."""

from __future__ import annotations

import re
import secrets
import shutil
import unicodedata
from typing import TYPE_CHECKING

from peerlab.awards.keys import make_key
from peerlab.errors import CentreError, InputError
from peerlab.places import CentreFolder
from peerlab.records.audit import record
from peerlab.records.database import Database
from peerlab.records.settings import Role, Staff, write_settings

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def make_centre(folder: Path, *, name: str, issuer: str, admin: str, at: datetime) -> CentreFolder:
    """Make a centre in *folder*; raises CentreError when something is there, and then changes nothing."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CentreError(str(folder), "something is there already.", "Choose a folder that is new or empty.")
    whole = folder.resolve()
    partial = whole.with_name(f".{whole.name}.{secrets.token_hex(4)}")
    first = Staff(id=staff_id(admin), name=admin, roles=(Role(role="admin", since=at.date()),))
    try:
        partial.mkdir(parents=True, mode=0o750)
        half = CentreFolder(partial)
        write_settings(half.settings, name=name, issuer=issuer, people=[first])
        make_key(half.keys, f"{at:%Y-%m}", issuer=issuer, at=at)
        with Database.create(half.database) as database, database.begin() as session:
            payload = {"name": name, "issuer": issuer, "admin": first.id}
            record(session, actor=first.id, action="centre.made", subject="centre", payload=payload, at=at)
        for made in (half.attempts, half.completions):
            made.mkdir()
        if whole.exists():
            whole.rmdir()
        partial.rename(whole)
    except OSError as fault:
        raise CentreError(str(folder), f"it cannot be made ({fault.strerror}).", "Check the folder above it.") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return CentreFolder(whole)


def staff_id(name: str) -> str:
    """Return an id made from a person's *name*: `Zoë Łukasz` is `zoe-ukasz`; raises InputError when nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    if not words:
        raise InputError(f"name {name!r}", "no id can be made from it.", "Write the name in Latin letters.")
    return "-".join(words)[:64].rstrip("-")
