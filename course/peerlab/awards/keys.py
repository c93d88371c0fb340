"""The centre's signing keys: made once, never overwritten, every public one kept for ever."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NoReturn
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from peerlab.errors import CentreError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LEAST_BITS = 2048
_PRIVATE = ".private.pem"
_PUBLIC = ".jwk.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SECRET = 0o600
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_BACKUP = "Put the file back from a backup, or make a new key with another name; never delete the public keys."


class PublishedKey(BaseModel):
    """One public key as an employer's tool fetches it: a JWK, plus the dates between which it signs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kty: Literal["RSA"]
    n: str
    e: str
    alg: Literal["RS256"]
    use: Literal["sig"]
    kid: str
    not_before: AwareDatetime = Field(alias="notBefore")
    not_after: AwareDatetime | None = Field(alias="notAfter")

    def key(self) -> RSAKey:
        """Return the key that checks a signature."""
        return RSAKey.import_key({"kty": self.kty, "n": self.n, "e": self.e})

    def signs_on(self, moment: datetime) -> bool:
        """Say whether a credential may carry this key's signature from *moment*."""
        return self.not_before <= moment and (self.not_after is None or moment < self.not_after)


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """A private key together with the public one that checks what it signs."""

    name: str
    private: RSAKey
    public: PublishedKey

    @property
    def kid(self) -> str:
        """The address at which the public key is published."""
        return self.public.kid


def issuer_address(text: str) -> str:
    """Return an issuer's https address without its closing slash; raises CentreError for any other text."""
    parts = urlsplit(text)
    plain = parts.scheme == "https" and parts.hostname and not (parts.query or parts.fragment or parts.username)
    if not plain or any(letter.isspace() for letter in text):
        raise CentreError(
            "issuer address",
            f"`{text}` is not a plain https address.",
            "Give an address such as https://example.org/peer-research, on a domain you will keep for ten years.",
        )
    return text.rstrip("/")


def make_key(folder: Path, name: str, *, issuer: str, at: datetime, bits: int = 3072) -> SigningKey:
    """Make a key pair in *folder* and return it; raises CentreError rather than overwrite a key of that name."""
    if not _NAME.fullmatch(name):
        raise InputError(
            "key name", f"`{name}` cannot name a key.", "Use small letters, digits and dashes: autumn-2026."
        )
    if bits < LEAST_BITS:
        raise InputError("key size", f"{bits} bits are too few to be safe.", f"Use {LEAST_BITS} or more.")
    private = RSAKey.generate_key(bits, private=True)
    parts = private.as_dict(private=False)
    public = PublishedKey.model_validate(
        {
            "kty": "RSA",
            "n": parts["n"],
            "e": parts["e"],
            "alg": "RS256",
            "use": "sig",
            "kid": f"{issuer_address(issuer)}/keys/{name}.json",
            "notBefore": at.astimezone(UTC).replace(microsecond=0),
            "notAfter": None,
        }
    )
    # The public half comes first: alone it is harmless; a private key alone could sign what nobody can check.
    _write_once(folder / f"{name}{_PUBLIC}", public.model_dump_json(by_alias=True, indent=2).encode() + b"\n", 0o644)
    _write_once(folder / f"{name}{_PRIVATE}", private.as_pem(private=True), _SECRET)
    return SigningKey(name=name, private=private, public=public)


def published_keys(folder: Path) -> Mapping[str, PublishedKey]:
    """Return every public key ever made in *folder*, by its `kid`; raises CentreError for one that cannot be read."""
    keys = [_public_key(path) for path in sorted(folder.glob(f"*{_PUBLIC}"))]
    return {key.kid: key for key in keys}


def signing_key(folder: Path, *, on: datetime) -> SigningKey:
    """Return the newest key that may sign *on* that date; raises CentreError when there is none."""
    found = [(_public_key(path), path) for path in sorted(folder.glob(f"*{_PUBLIC}"))]
    usable = [pair for pair in found if pair[0].signs_on(on)]
    if not usable:
        why = "every signing key is past its last date or not yet in use." if found else "there is no signing key."
        raise CentreError(
            str(folder), why, "Put the folder back from a backup; a new centre gets its first key from `peerlab init`."
        )
    public, path = max(usable, key=lambda pair: (pair[0].not_before, pair[1].name))
    name = path.name.removesuffix(_PUBLIC)
    private = _private_key(path.with_name(f"{name}{_PRIVATE}"))
    if private.as_dict(private=False)["n"] != public.n:
        raise CentreError(str(path), "this public key does not belong to the private key beside it.", _BACKUP)
    return SigningKey(name=name, private=private, public=public)


def _public_key(path: Path) -> PublishedKey:
    try:
        key = PublishedKey.model_validate_json(path.read_bytes())
        modulus = key.key().raw_value.key_size
    except OSError as problem:
        _unreadable(path, problem)
    except (ValidationError, JoseError, ValueError):
        raise CentreError(str(path), "this is not a public key as this centre writes them.", _BACKUP) from None
    if modulus < LEAST_BITS:
        raise CentreError(str(path), f"this key has {modulus} bits, too few to be safe.", _BACKUP)
    return key


def _private_key(path: Path) -> RSAKey:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_bytes()
    except FileNotFoundError:
        raise CentreError(str(path), "the private signing key is missing.", _BACKUP) from None
    except OSError as problem:
        _unreadable(path, problem)
    if mode & _OPEN_TO_OTHERS:
        raise CentreError(
            str(path),
            f"other people on this machine may read the signing key (mode {mode:04o}).",
            "Run `chmod 600` on it; if it may have been copied, make a new key.",
        )
    try:
        key = RSAKey.import_key(text)
    except (JoseError, ValueError, TypeError):
        raise CentreError(str(path), "the private signing key is damaged.", _BACKUP) from None
    if not key.is_private:
        raise CentreError(str(path), "this file holds no private key.", _BACKUP)
    return key


def _unreadable(path: Path, problem: OSError) -> NoReturn:
    reason = problem.strerror or "unknown reason"
    raise CentreError(
        str(path), f"the key cannot be read ({reason}).", "Run this as the person who owns the centre's folder."
    ) from None


def _write_once(path: Path, content: bytes, mode: int) -> None:
    """Write a whole file or none, and never over another one."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where the name is taken; a rename would replace the old key.
        path.hardlink_to(draft)
    except OSError as problem:
        if path.is_file():
            what, remedy = "a key of this name exists, and keys are kept for ever.", "Choose another name."
        else:
            what = f"the key cannot be written ({problem.strerror})."
            remedy = "Check that the folder may be written to and that the disk has room."
        raise CentreError(str(path), what, remedy) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
