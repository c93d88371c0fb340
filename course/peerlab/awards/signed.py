"""A credential as a signed text (VC-JWT, RS256): signing it, and opening one that a stranger handed in."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from joserfc import jws
from joserfc.errors import JoseError

from peerlab.errors import CentreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerlab.awards.keys import PublishedKey, SigningKey

State = Literal["valid", "withdrawn", "not-ours", "altered", "unchecked"]
ALGORITHM = "RS256"
MOST_LETTERS = 1 << 18
_MOST_HEADER = 1 << 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Why a credential cannot be relied on, in words for an employer."""

    state: State
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """What a signed text says, once one of our published keys has vouched for every byte of it."""

    key: PublishedKey
    payload: Mapping[str, Any]

    @property
    def issuer(self) -> str:
        """The issuer's address, as the credential itself gives it."""
        issuer = self.payload.get("issuer")
        return str(issuer.get("id") if isinstance(issuer, dict) else issuer)

    @property
    def subject(self) -> Mapping[str, Any]:
        """The part about the learner, empty when it is not an object."""
        subject = self.payload.get("credentialSubject")
        return subject if isinstance(subject, dict) else {}


def utc_text(moment: datetime) -> str:
    """Return *moment* to the second in UTC, as a credential writes it; raises CentreError when it has no time zone."""
    if moment.tzinfo is None:
        raise CentreError("completion", "its date has no time zone.", "Give the date with its time zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: object) -> datetime:
    """Return a credential's date; raises ValueError for anything but a date with a time zone."""
    moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("not a date with a time zone")
    return moment


def seconds(text: object) -> int:
    """Return a credential's date as whole seconds since 1970, as a JWT writes it; raises ValueError as `instant`."""
    return int(instant(text).timestamp())


def sign(made: Mapping[str, Any], key: SigningKey) -> str:
    """Return a credential as a VC-JWT signed with *key*; raises CentreError when the key is not its issuer's."""
    issuer = made["issuer"]["id"]
    if key.kid != f"{issuer}/keys/{key.name}.json":
        raise CentreError(
            f"key {key.name}",
            f"the key is published at {key.kid}, which does not belong to the issuer {issuer}.",
            "Make a key for the new issuer address, or put the old address back in centre.toml.",
        )
    # 1EdTech's validator refuses any other header, and any `typ` but JWT.
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}
    body = json.dumps({**made, **_claims(made)}, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact(header, body, key.private, algorithms=[ALGORITHM])


def _claims(made: Mapping[str, Any]) -> dict[str, Any]:
    """The JWT's own fields; each repeats one of the credential's, and a reader compares them."""
    claims = {
        "iss": made["issuer"]["id"],
        "jti": made["id"],
        "sub": made["credentialSubject"]["id"],
        "nbf": seconds(made["validFrom"]),
    }
    return {**claims, "exp": seconds(made["validUntil"])} if "validUntil" in made else claims


def open_signed(token: str, published: Mapping[str, PublishedKey]) -> Signed | Fault:
    """Return what *token* says if one of the *published* keys signed it and its parts agree, else the fault."""
    if len(token) > MOST_LETTERS:
        return Fault(state="not-ours", reason="It is far larger than any credential of ours.")
    header = _header(token)
    if header is None:
        return Fault(state="not-ours", reason="It is not a signed credential.")
    if set(header) != {"alg", "kid", "typ"} or header["alg"] != ALGORITHM or header["typ"] != "JWT":
        return Fault(state="not-ours", reason="It is not signed in the one way this centre signs.")
    key = published.get(header["kid"]) if isinstance(header["kid"], str) else None
    if key is None or key.alg != header["alg"]:
        return Fault(state="not-ours", reason="The key that signed it is not one this centre has published.")
    payload = _vouched(token, key)
    if payload is None:
        return Fault(
            state="altered",
            reason="It names this centre's key, but the signature does not fit: something was changed or is missing.",
        )
    opened = Signed(key=key, payload=payload)
    return _disagreement(opened) or opened


def _header(token: str) -> dict[str, Any] | None:
    first = token.partition(".")[0]
    if token.count(".") != 2 or len(first) > _MOST_HEADER:
        return None
    try:
        header = json.loads(_unpacked(first))
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def _vouched(token: str, key: PublishedKey) -> dict[str, Any] | None:
    """The payload when the key's signature fits, else None."""
    try:
        # Base64 can spell the same bytes in several ways; only one of them is the text we signed.
        _unpacked(token.rpartition(".")[2])
        body = jws.deserialize_compact(token, key.key(), algorithms=[ALGORITHM]).payload
        payload = json.loads(body)
    except (JoseError, ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _unpacked(text: str) -> bytes:
    """The bytes of base64url text; raises ValueError unless it is spelled in the one plain way."""
    try:
        content = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
    if base64.urlsafe_b64encode(content).rstrip(b"=").decode() != text:
        raise ValueError("not plain base64url")
    return content


def _disagreement(opened: Signed) -> Fault | None:
    """The fault when the JWT and the credential differ, or the key is not the issuer's or not of that date."""
    payload = opened.payload
    try:
        same = {name: payload.get(name) for name in ("iss", "jti", "sub", "nbf", "exp") if name in payload}
        agrees = same == _claims({**payload, "issuer": {"id": opened.issuer}})
        signed_at = instant(payload["validFrom"])
    except (ValueError, KeyError, TypeError):
        agrees, signed_at = False, None
    if not agrees or signed_at is None:
        return Fault(state="not-ours", reason="Its parts contradict each other, so it is not as this centre issues it.")
    if not opened.key.kid.startswith(f"{opened.issuer}/keys/"):
        return Fault(state="not-ours", reason=f"The key that signed it does not belong to {opened.issuer}.")
    if not opened.key.signs_on(signed_at):
        return Fault(state="not-ours", reason="The key that signed it was not in use on the date it gives.")
    return None
