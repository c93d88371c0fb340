"""A completion as an Open Badges 3.0 credential, made from plain facts and checked before it is signed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jsonschema import Draft201909Validator

from peerlab.awards.keys import issuer_address
from peerlab.awards.signed import seconds, utc_text
from peerlab.awards.status_list import SIZE, entry
from peerlab.errors import CentreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

Kind = Literal["unit", "award", "certificate"]
HONEST_LINE = (
    "This course is designed to be accredited. It is not accredited yet: no awarding organisation has approved it."
)
CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
_SCHEMA_ADDRESS = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
_SCHEMA_FILE = Path(__file__).parent / "schema" / "ob3-achievementcredential.schema.json"
_ACHIEVEMENT_TYPE: Mapping[Kind, str] = {"unit": "Course", "award": "Award", "certificate": "Certificate"}
_URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"sha256\$[0-9a-fA-F]{64}")
_MEND = "Correct the completion's facts, then issue it again; nothing has been issued."


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitResult:
    """One unit inside a completion, and how many of its criteria were met (all of them, or there is no completion)."""

    code: str
    title: str
    credit: int
    criteria_met: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CompletionFacts:
    """Everything a certificate and its credential say; ids, dates and the list index are chosen by the caller.

    `name_in_credential` is the learner's own choice: without it the name is printed on the page and nowhere else.
    """

    number: str
    kind: Kind
    code: str
    title: str
    level: int
    credit: int
    guided_hours: int
    total_hours: int
    learner_name: str
    name_in_credential: bool
    centre_name: str
    issuer: str
    issued_by: str
    issued_at: datetime
    credential_id: str
    subject_id: str
    status_index: int
    verify_url: str
    units: tuple[UnitResult, ...]
    wording: str = HONEST_LINE

    @property
    def size(self) -> str:
        """The level, credit and hours in one phrase."""
        credits_ = "1 credit" if self.credit == 1 else f"{self.credit} credits"
        return f"Level {self.level}, {credits_}, {self.guided_hours} guided hours, {self.total_hours} hours in all"


def credential(facts: CompletionFacts) -> dict[str, Any]:
    """Return *facts* as an Open Badges 3.0 AchievementCredential; raises CentreError when they make no valid one."""
    issuer = issuer_address(facts.issuer)
    made = {
        "@context": list(CONTEXTS),
        "id": facts.credential_id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts.title,
        "description": f"{facts.size}. {facts.wording}",
        "issuer": {
            "id": issuer,
            "type": ["Profile"],
            "name": facts.centre_name,
            "url": issuer,
            "official": facts.issued_by,
        },
        "validFrom": utc_text(facts.issued_at),
        "awardedDate": facts.issued_at.isoformat(timespec="seconds"),
        "credentialSubject": _subject(facts, issuer),
        "credentialStatus": entry(issuer, facts.status_index),
        "credentialSchema": [{"id": _SCHEMA_ADDRESS, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    check(made)
    return made


def _subject(facts: CompletionFacts, issuer: str) -> dict[str, Any]:
    subject: dict[str, Any] = {
        "id": facts.subject_id,
        "type": ["AchievementSubject"],
        "licenseNumber": facts.number,
        "creditsEarned": facts.credit,
        "achievement": _achievement(facts, issuer),
        "result": [
            {"type": ["Result"], "resultDescription": _result_id(facts, issuer, unit), "status": "Completed"}
            for unit in facts.units
        ],
    }
    if facts.name_in_credential:
        name = {"type": "IdentityObject", "hashed": False, "identityHash": facts.learner_name, "identityType": "name"}
        subject["identifier"] = [name]
    return subject


def _achievement(facts: CompletionFacts, issuer: str) -> dict[str, Any]:
    met = sum(unit.criteria_met for unit in facts.units)
    return {
        "id": f"{issuer}/achievements/{facts.code}",
        "type": ["Achievement"],
        "achievementType": _ACHIEVEMENT_TYPE[facts.kind],
        "humanCode": facts.code,
        "name": facts.title,
        "description": f"{facts.size}. {facts.wording}",
        "inLanguage": "en-GB",
        "creditsAvailable": facts.credit,
        "criteria": {"narrative": f"All {met} assessment criteria are met, each decided by a named assessor."},
        "resultDescription": [
            {
                "id": _result_id(facts, issuer, unit),
                "type": ["ResultDescription"],
                "name": f"{unit.code} {unit.title}: all {unit.criteria_met} criteria met",
                "resultType": "Status",
            }
            for unit in facts.units
        ],
    }


def _result_id(facts: CompletionFacts, issuer: str, unit: UnitResult) -> str:
    return f"{issuer}/achievements/{facts.code}#{unit.code}"


def check(made: Mapping[str, Any]) -> None:
    """Hold a credential to the official schema and to what the schema leaves out; raises CentreError, first fault."""
    faults = list(_schema_faults(made)) or list(_own_faults(made))
    if faults:
        raise CentreError(f"credential {made.get('id', 'without an id')}", faults[0], _MEND)


def _schema_faults(made: Mapping[str, Any]) -> Iterator[str]:
    for error in sorted(_validator().iter_errors(made), key=lambda error: list(map(str, error.absolute_path))):
        place = ".".join(map(str, error.absolute_path)) or "the credential"
        yield f"{place} does not follow the Open Badges schema: {error.message[:200]}."


def _own_faults(made: Mapping[str, Any]) -> Iterator[str]:
    """Faults the official schema accepts; it must be held to first, since this relies on its shape."""
    subject = made["credentialSubject"]
    for what, text in (("its id", made["id"]), ("its subject's id", subject.get("id", ""))):
        if not _URN.fullmatch(text):
            yield f"{what} is not a random urn:uuid."
    yield from _date_faults(made)
    for identity in subject.get("identifier", ()):
        if identity["hashed"] and not _HASH.fullmatch(identity["identityHash"]):
            yield "a hashed identity is not `sha256$` and 64 hexadecimal digits."
        if not identity["identityHash"].strip():
            yield "the learner's name is empty."
    offered = [one["id"] for one in subject["achievement"].get("resultDescription", ())]
    given = [one.get("resultDescription") for one in subject.get("result", ())]
    if sorted(offered) != sorted(map(str, given)) or len(set(offered)) != len(offered) or not offered:
        yield "it does not give one result for each unit."
    yield from _status_faults(made.get("credentialStatus", {}))


def _date_faults(made: Mapping[str, Any]) -> Iterator[str]:
    for field in ("validFrom", "awardedDate", "validUntil"):
        if field in made:
            try:
                seconds(made[field])
            except ValueError:
                yield f"{field} is not a date with a time zone."
                return
    if "validUntil" in made and seconds(made["validUntil"]) <= seconds(made["validFrom"]):
        yield "it would end before it begins."


def _status_faults(status: Mapping[str, Any]) -> Iterator[str]:
    index = str(status.get("statusListIndex", ""))
    if not (index.isascii() and index.isdecimal() and int(index) < SIZE):
        yield f"its place in the status list is not a number from 0 to {SIZE - 1}."


@lru_cache(maxsize=1)
def _validator() -> Draft201909Validator:
    return Draft201909Validator(json.loads(_SCHEMA_FILE.read_text(encoding="utf-8")))
