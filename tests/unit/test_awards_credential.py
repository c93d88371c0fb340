"""Credentials: valid by the official schema, refused with each fault, and read by another library."""

import copy
import hashlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jwt as pyjwt
import pytest
from jsonschema import Draft201909Validator

import award_factories as make
from peerlab.awards import credential as module
from peerlab.awards.credential import CONTEXTS, check, credential
from peerlab.awards.signed import sign
from peerlab.awards.status_list import SIZE
from peerlab.errors import CentreError

SCHEMA = Path(module.__file__).parent / "schema" / "ob3-achievementcredential.schema.json"


def test_the_schema_is_the_official_one_byte_for_byte():
    """The shipped schema has the hash its SOURCE.md gives."""
    digest = hashlib.sha256(SCHEMA.read_bytes()).hexdigest()

    assert digest in (SCHEMA.parent / "SOURCE.md").read_text()


@pytest.mark.parametrize("facts", [make.facts(), make.award_facts(), make.facts(name_in_credential=False)])
def test_a_credential_follows_the_official_schema(facts):
    """Unit, award and nameless credentials are valid by the schema."""
    Draft201909Validator(json.loads(SCHEMA.read_text())).validate(credential(facts))


def test_the_name_is_inside_only_by_consent():
    """Without the learner's consent no part of the credential holds the name."""
    assert "Amina" in json.dumps(credential(make.facts()))
    assert "Amina" not in json.dumps(credential(make.facts(name_in_credential=False)))


def test_it_never_claims_to_be_accredited():
    """The honest line is in the credential, where a wallet shows it."""
    made = credential(make.facts())

    assert "designed to be accredited. It is not accredited yet" in made["description"]
    assert made["credentialSubject"]["achievement"]["description"] == made["description"]


def test_each_unit_has_its_result():
    """Nine units give nine results, each pointing at its own description."""
    subject = credential(make.award_facts())["credentialSubject"]
    described = [one["id"] for one in subject["achievement"]["resultDescription"]]

    assert [one["resultDescription"] for one in subject["result"]] == described
    assert len(set(described)) == 9


def test_the_day_of_award_keeps_its_own_time_zone():
    """Just after midnight in summer the award's day is the centre's day, while validFrom is in UTC."""
    summer = timezone(timedelta(hours=1))
    made = credential(make.facts(issued_at=datetime(2027, 7, 2, 0, 30, tzinfo=summer)))

    assert made["validFrom"] == "2027-07-01T23:30:00Z"
    assert made["awardedDate"] == "2027-07-02T00:30:00+01:00"


def _spoil(path, value):
    """Return a valid credential with one place changed, or taken out when *value* is None."""
    made = copy.deepcopy(credential(make.facts()))
    *above, last = path
    place = made
    for step in above:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return made


ACHIEVEMENT = ("credentialSubject", "achievement")
HASHED = [{"type": "IdentityObject", "hashed": True, "identityHash": "sha256$12", "identityType": "emailAddress"}]
FAULTS = {
    "no criteria": ((*ACHIEVEMENT, "criteria"), None, "schema"),
    "no validFrom": (("validFrom",), None, "schema"),
    "reversed contexts": (("@context",), list(reversed(CONTEXTS)), "schema"),
    "wrong result type": ((*ACHIEVEMENT, "resultDescription", 0, "resultType"), "Grade", "schema"),
    "issuer without type": (("issuer",), {"id": make.ISSUER}, "schema"),
    "proof not in a list": (("proof",), {"type": "DataIntegrityProof"}, "schema"),
    "date without zone": (("validFrom",), "2026-11-24T10:00:00", "validFrom is not a date with a time zone"),
    "date in words": (("awardedDate",), "yesterday", "awardedDate is not a date"),
    "ends before it begins": (("validUntil",), "2026-11-24T09:00:00Z", "end before it begins"),
    "malformed identity hash": (("credentialSubject", "identifier"), HASHED, "64 hexadecimal digits"),
    "empty name": (("credentialSubject", "identifier", 0, "identityHash"), " ", "name is empty"),
    "subject without id": (("credentialSubject", "id"), None, "subject's id"),
    "id that is not random": (("id",), "https://example.org/1", "its id is not a random urn:uuid"),
    "missing result": (("credentialSubject", "result"), [], "one result for each unit"),
    "no status": (("credentialStatus",), None, "status list"),
    "index out of range": (("credentialStatus", "statusListIndex"), str(SIZE), "status list"),
    "index in other digits": (("credentialStatus", "statusListIndex"), "\u0663", "status list"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_credential_is_refused(name):
    """Each fault is found, by the schema or by our own checks, and named."""
    path, value, said = FAULTS[name]

    with pytest.raises(CentreError, match=said):
        check(_spoil(path, value))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"issuer": "http://example.org"}, "https"),
        ({"status_index": SIZE}, "outside the list"),
        ({"status_index": -1}, "outside the list"),
        ({"issued_at": datetime(2026, 11, 24)}, "time zone"),  # noqa: DTZ001
        ({"credential_id": "1"}, "urn:uuid"),
        ({"units": ()}, "one result for each unit"),
        ({"units": (make.UNIT, make.UNIT)}, "one result for each unit"),
        ({"learner_name": ""}, "name is empty"),
    ],
)
def test_facts_that_make_no_credential_are_refused(changes, said):
    """Wrong facts stop before anything is signed."""
    with pytest.raises(CentreError, match=said):
        credential(make.facts(**changes))


def test_another_library_verifies_the_signature():
    """PyJWT, given the published key, accepts the token and sees each claim equal to the credential's field."""
    key, made = make.key(), credential(make.facts())
    jwk = pyjwt.PyJWK(key.public.model_dump(include={"kty", "n", "e"}), algorithm="RS256")

    said = pyjwt.decode(sign(made, key), jwk, algorithms=["RS256"], issuer=make.ISSUER, options={"verify_nbf": False})

    claims = {name: said.pop(name) for name in ("iss", "jti", "sub", "nbf")}
    assert said == made
    assert claims == {
        "iss": made["issuer"]["id"],
        "jti": made["id"],
        "sub": made["credentialSubject"]["id"],
        "nbf": int(make.AT.timestamp()),
    }


def test_the_header_holds_three_fields_and_no_more():
    """The official validator refuses any other header, and any type but JWT."""
    header = pyjwt.get_unverified_header(make.token())

    assert header == {"alg": "RS256", "kid": f"{make.ISSUER}/keys/autumn-2026.json", "typ": "JWT"}


def test_signing_twice_gives_the_same_text():
    """RS256 has no randomness, so an issue that is run again makes the same file."""
    assert make.token() == make.token()


def test_a_key_of_another_issuer_does_not_sign():
    """After the issuer's address changed, the old key is refused with what to do."""
    with pytest.raises(CentreError, match="Make a key for the new issuer address"):
        sign(credential(make.facts(issuer="https://example.org/other")), make.key())
