"""Checks a certificate or credential that someone hands over, and says what an employer may rely on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from peerlab.awards.certificate import date_in_words
from peerlab.awards.envelopes import find_credential, is_pdf, read
from peerlab.awards.signed import Fault, Signed, State, instant, open_signed
from peerlab.awards.status_list import decode, is_set, list_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from peerlab.awards.keys import PublishedKey

_CHECKED = "The signed credential was checked"
_NOT_ON_PAGE = "other words on the page were not"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What an employer may rely on: a state, why, and the facts that the signature vouches for (none if it does not).

    Only `valid` is a yes. `unchecked` is a genuine credential of which one thing could not be found out.
    """

    state: State
    reason: str
    shown: tuple[tuple[str, str], ...] = ()


def verify_file(
    path: Path,
    *,
    published: Mapping[str, PublishedKey],
    status_list: str | None,
    on: datetime,
    known_pdfs: Mapping[str, str] | None = None,
) -> Verdict:
    """Check a PDF, JWT or JSON file against our *published* keys and the signed *status_list*, *on* a date.

    *known_pdfs* gives the SHA-256 of each PDF we issued, by credential id; with it, an edited page is found.
    Raises InputError when the file cannot be read at all.
    """
    content = read(path)
    token = find_credential(content, where=str(path))
    if token is None:
        kind = "PDF" if is_pdf(content) else "file"
        return Verdict(state="not-ours", reason=f"This {kind} holds no signed credential, so it proves nothing.")
    verdict, credential_id = _verify(token, published=published, status_list=status_list, on=on)
    if not is_pdf(content) or not verdict.shown:
        return verdict
    known = (known_pdfs or {}).get(credential_id)
    return _with_page(verdict, known, hashlib.sha256(content).hexdigest())


def verify_token(
    token: str, *, published: Mapping[str, PublishedKey], status_list: str | None, on: datetime
) -> Verdict:
    """Check a signed credential given as text."""
    return _verify(token.strip(), published=published, status_list=status_list, on=on)[0]


def _verify(
    token: str, *, published: Mapping[str, PublishedKey], status_list: str | None, on: datetime
) -> tuple[Verdict, str]:
    opened = open_signed(token, published)
    if isinstance(opened, Fault):
        return Verdict(state=opened.state, reason=opened.reason), ""
    if not _is_completion(opened):
        return Verdict(state="not-ours", reason="This is signed by the centre, but it is not a certificate."), ""
    fault = _date_fault(opened, on) or _withdrawal_fault(opened, status_list, published, on)
    shown = _facts(opened)
    credential_id = str(opened.payload["id"])
    if fault:
        return Verdict(state=fault.state, reason=fault.reason, shown=shown), credential_id
    genuine = f"It was signed by {_issuer_name(opened)}, nothing in it was changed, and it has not been withdrawn."
    return Verdict(state="valid", reason=genuine, shown=shown), credential_id


def _with_page(verdict: Verdict, known: str | None, found: str) -> Verdict:
    """Add what is known about the page around the credential; a page we did not issue outranks all but a withdrawal."""
    if known == found:
        return replace(verdict, reason=f"{verdict.reason} This PDF is the very file that was issued.")
    if known is None:
        more = f"{_CHECKED}; {_NOT_ON_PAGE}: compare them with the facts given here."
        return replace(verdict, reason=f"{verdict.reason} {more}")
    changed = (
        "This PDF is not the file that was issued: its page may have been changed. The credential inside is genuine, "
        "so rely on the facts given here and on nothing else in the PDF."
    )
    if verdict.state == "withdrawn":
        return replace(verdict, reason=f"{verdict.reason} {changed}")
    return replace(verdict, state="altered", reason=changed)


def _is_completion(opened: Signed) -> bool:
    kinds = opened.payload.get("type")
    achievement = opened.subject.get("achievement")
    return isinstance(kinds, list) and "OpenBadgeCredential" in kinds and isinstance(achievement, dict)


def _date_fault(opened: Signed, on: datetime) -> Fault | None:
    """The fault when the credential is not yet, or no longer, in force."""
    begins = instant(opened.payload["validFrom"])
    if on < begins:
        reason = f"It is dated {date_in_words(begins)}, which has not come yet by this machine's clock."
        return Fault(state="unchecked", reason=reason)
    ends = instant(opened.payload["validUntil"]) if "validUntil" in opened.payload else None
    if ends and on >= ends:
        return Fault(state="withdrawn", reason=f"It ran out on {date_in_words(ends)}.")
    return None


def _withdrawal_fault(
    opened: Signed, status_list: str | None, published: Mapping[str, PublishedKey], on: datetime
) -> Fault | None:
    """The fault when it was withdrawn, or when nobody can tell."""
    found = _withdrawn(opened, status_list, published, on)
    if found is False:
        return None
    if found is True:
        return Fault(
            state="withdrawn", reason=f"{_issuer_name(opened)} has withdrawn it. Ask them if you have questions."
        )
    genuine = f"It was signed by {_issuer_name(opened)} and nothing in it was changed"
    return Fault(state="unchecked", reason=f"{genuine}, but whether it was withdrawn could not be checked: {found}")


def _withdrawn(
    opened: Signed, status_list: str | None, published: Mapping[str, PublishedKey], on: datetime
) -> bool | str:
    """Whether its bit is set, or a sentence on why that cannot be said."""
    if status_list is None:
        return "the list of withdrawn certificates is not at hand."
    listed = open_signed(status_list.strip(), published)
    if isinstance(listed, Fault):
        return "the list of withdrawn certificates is not one this centre signed."
    status = opened.payload.get("credentialStatus")
    if not isinstance(status, dict) or status.get("statusListCredential") != list_address(opened.issuer):
        return "it does not say which list would tell."
    for holds, otherwise in _list_rules(listed, opened, on):
        if not holds():
            return otherwise
    try:
        return is_set(decode(str(listed.subject.get("encodedList"))), int(str(status.get("statusListIndex"))))
    except ValueError:
        return "its place in the list of withdrawn certificates cannot be read."


def _list_rules(listed: Signed, opened: Signed, on: datetime) -> tuple[tuple[Callable[[], bool], str], ...]:
    """What must hold of a status list before its bits mean anything, each with what to say otherwise."""
    said: Mapping[str, Any] = listed.payload
    return (
        (
            lambda: listed.issuer == opened.issuer and said.get("id") == list_address(opened.issuer),
            "the list of withdrawn certificates belongs to another issuer.",
        ),
        (
            lambda: (
                "BitstringStatusListCredential" in said.get("type", ())
                and listed.subject.get("statusPurpose") == "revocation"
            ),
            "what was given as the list of withdrawn certificates is something else.",
        ),
        (
            lambda: "validUntil" in said and instant(said["validFrom"]) <= on < instant(said["validUntil"]),
            "the list of withdrawn certificates is out of date. Fetch it again.",
        ),
    )


def _issuer_name(opened: Signed) -> str:
    issuer = opened.payload.get("issuer")
    name = issuer.get("name") if isinstance(issuer, dict) else None
    return f"{name} ({opened.issuer})" if name else opened.issuer


def _facts(opened: Signed) -> tuple[tuple[str, str], ...]:
    """The facts to compare with what the applicant says, in the order an employer asks for them."""
    payload, subject = opened.payload, opened.subject
    achievement, issuer = subject["achievement"], payload.get("issuer")
    names = [one.get("identityHash") for one in subject.get("identifier", ()) if one.get("identityType") == "name"]
    awarded = instant(payload.get("awardedDate", payload["validFrom"]))
    rows = (
        ("Name", names[0] if names else "Not in the credential, by the learner's choice; see the certificate's page"),
        ("Achievement", f"{achievement.get('name')} ({achievement.get('humanCode')})"),
        ("What it is", achievement.get("description")),
        *(("Unit", one.get("name")) for one in achievement.get("resultDescription", ())),
        ("Date of issue", date_in_words(awarded)),
        ("Certificate number", subject.get("licenseNumber")),
        ("Issued by", f"{issuer.get('official')}, for {_issuer_name(opened)}" if isinstance(issuer, dict) else None),
    )
    return tuple((label, str(value)) for label, value in rows if value)
