"""The list an employer's tool reads to see whether a credential was withdrawn: one bit each, and no reasons."""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from typing import TYPE_CHECKING, Any

from peerlab.awards.keys import issuer_address
from peerlab.awards.signed import utc_text
from peerlab.errors import CentreError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

#: Entries in the list; fewer would let a reader guess who is meant, and the official validator refuses it.
SIZE = 131_072
_MOST_BYTES = 1 << 20
_CONTEXT = "https://www.w3.org/ns/credentials/v2"
_PURPOSE = "revocation"


def list_address(issuer: str) -> str:
    """Return the address at which an issuer publishes its status list."""
    return f"{issuer_address(issuer)}/status/1.jwt"


def entry(issuer: str, index: int) -> dict[str, Any]:
    """Return the part of a credential that says which bit of which list is its own; raises CentreError out of range."""
    _in_range(index)
    address = list_address(issuer)
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": _PURPOSE,
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def free_index(used: Collection[int], choose: Callable[[int], int]) -> int:
    """Return an index not in *used*, any free one with equal chance; *choose(n)* gives a random number below n.

    The place is random so that a place in the list does not tell when someone finished. Raises CentreError when full.
    """
    taken = sorted(set(used))
    if len(taken) >= SIZE:
        raise CentreError(
            "status list", f"all {SIZE} places are used.", "Start a second issuer address with its own list."
        )
    index = choose(SIZE - len(taken))
    for place in taken:
        if place > index:
            break
        index += 1
    return index


def encode(withdrawn: Iterable[int]) -> str:
    """Return the list with the *withdrawn* bits set: gzip, base64url, multibase `u`; the first bit is the highest."""
    bits = bytearray(SIZE // 8)
    for index in withdrawn:
        _in_range(index)
        bits[index // 8] |= 0x80 >> index % 8
    packed = gzip.compress(bytes(bits), compresslevel=9, mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str) -> bytes:
    """Return the bits of an encoded list; raises ValueError when it is not one, too short, or absurdly large."""
    if not text.startswith("u"):
        raise ValueError("the list does not say how it is encoded")
    try:
        packed = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        bits = unpacking.decompress(packed, _MOST_BYTES)
    except (binascii.Error, zlib.error):
        raise ValueError("the list is damaged") from None
    if not unpacking.eof or len(bits) * 8 < SIZE:
        raise ValueError("the list is cut short or too large")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Say whether a bit is set; raises ValueError for an index outside the list."""
    if not 0 <= index < len(bits) * 8:
        raise ValueError(f"place {index} is not in the list")
    return bool(bits[index // 8] & 0x80 >> index % 8)


def status_credential(issuer: str, withdrawn: Iterable[int], *, at: datetime, until: datetime) -> dict[str, Any]:
    """Return the list as a credential, to be signed by `signed.sign`; an employer is told when *until* has passed."""
    address = list_address(issuer)
    return {
        "@context": [_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": issuer_address(issuer), "type": ["Profile"]},
        "validFrom": utc_text(at),
        "validUntil": utc_text(until),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": _PURPOSE,
            "encodedList": encode(withdrawn),
        },
    }


def _in_range(index: int) -> None:
    if not 0 <= index < SIZE:
        raise CentreError(
            "status list", f"place {index} is outside the list.", f"Choose one from 0 to {SIZE - 1} with `free_index`."
        )
