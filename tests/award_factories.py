"""A signing key, a completion's facts and the files made from them, all real and all the same on every run."""

from __future__ import annotations

import base64
import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from peerlab.awards.certificate import render
from peerlab.awards.credential import CompletionFacts, UnitResult, credential
from peerlab.awards.keys import make_key, published_keys
from peerlab.awards.signed import sign
from peerlab.awards.status_list import status_credential
from peerlab.places import course

ISSUER = "https://example.org/peer-research"
AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LATER = AT + timedelta(days=3)
INDEX = 70_001
UNIT = UnitResult(code="PRS-202", title="Question design", credit=2, criteria_met=8)
OUTCOMES = (
    "Understand how question wording affects answers",
    "Be able to write clear questions and answer options",
    "Be able to put together and test a short questionnaire",
)


@lru_cache(maxsize=4)
def key(name="autumn-2026", issuer=ISSUER):
    """One key of the smallest safe size; making one is slow, and no test changes it."""
    with tempfile.TemporaryDirectory() as folder:
        return make_key(Path(folder), name, issuer=issuer, at=AT, bits=2048)


def published(*keys):
    return {one.kid: one.public for one in keys or (key(),)}


def facts(**changes):
    made = CompletionFacts(
        number="PRS-2026-0001",
        kind="unit",
        code="PRS-202",
        title="Question design",
        level=2,
        credit=2,
        guided_hours=15,
        total_hours=20,
        learner_name="Amina Yusuf",
        name_in_credential=True,
        centre_name="Tyneside Peer Research Centre",
        issuer=ISSUER,
        issued_by="Beth Armstrong",
        issued_at=AT,
        credential_id="urn:uuid:6f1b0f2e-1d3c-4a5b-8c7d-0123456789ab",
        subject_id="urn:uuid:0a9b8c7d-6e5f-4a3b-9c1d-ba9876543210",
        status_index=INDEX,
        verify_url=f"{ISSUER}/v/6f1b0f2e1d3c",
        units=(UNIT,),
    )
    return replace(made, **changes)


def award_facts(**changes):
    units = tuple(replace(UNIT, code=f"PRS-{201 + place}", title=f"Unit number {place}") for place in range(9))
    award = {"kind": "certificate", "code": "PRS-C", "title": "Certificate in Peer Research Skills", "units": units}
    return facts(**award, **changes)


def token(**changes):
    return sign(credential(facts(**changes)), key())


def status_list(withdrawn=(), *, at=AT, until=AT + timedelta(days=30), by=None):
    return sign(status_credential(ISSUER, withdrawn, at=at, until=until), by or key())


def pdf(made, jwt=None, outcomes=OUTCOMES):
    template = course().grading / "certificates" / "certificate.typ"
    return render(made, jwt or sign(credential(made), key()), outcomes=outcomes, template=template)


def packed(value):
    """A part of a JWT: bytes or JSON as base64url."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unpacked(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def keys_folder(folder, *names, **settings):
    for name in names:
        make_key(folder, name, issuer=ISSUER, at=AT, bits=2048, **settings)
    return published_keys(folder)
