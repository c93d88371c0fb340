"""Checking: a genuine certificate is a yes, and every kind of forgery, damage or doubt has its own words."""

import hashlib
import hmac
import io
import json
from datetime import timedelta

import jwt as pyjwt
import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws

import award_factories as make
from peerlab.awards.credential import credential
from peerlab.awards.signed import sign
from peerlab.awards.status_list import SIZE, status_credential
from peerlab.awards.verify import verify_file, verify_token
from peerlab.errors import InputError

NAME = ("Name", "Amina Yusuf")


@pytest.fixture(scope="module")
def unit():
    return make.pdf(make.facts())


@pytest.fixture
def handed(tmp_path):
    """Check bytes as a file of some name, by default against our key and a list with nothing withdrawn."""

    def check(content, name="certificate.jwt", **changes):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        settings = {"published": make.published(), "status_list": make.status_list(), "on": make.LATER, **changes}
        return verify_file(path, **settings)

    return check


def judge(token, **changes):
    settings = {"published": make.published(), "status_list": make.status_list(), "on": make.LATER, **changes}
    return verify_token(token, **settings)


def test_a_genuine_credential_is_valid(handed):
    """A signed text in force is valid, and shows what an employer compares."""
    verdict = handed(make.token())

    assert verdict.state == "valid"
    assert NAME in verdict.shown
    assert ("Achievement", "Question design (PRS-202)") in verdict.shown
    assert ("Date of issue", "24 November 2026") in verdict.shown
    assert ("Certificate number", "PRS-2026-0001") in verdict.shown
    assert "Tyneside Peer Research Centre (https://example.org/peer-research)" in verdict.reason


def test_a_nameless_credential_says_why_it_has_no_name(handed):
    """Without consent the name is on the page only, and the verdict says so."""
    verdict = handed(make.token(name_in_credential=False))

    assert verdict.state == "valid"
    assert "by the learner's choice" in dict(verdict.shown)["Name"]


def test_the_pdf_we_issued_is_valid(handed, unit):
    """The very file that was issued is recognised as such."""
    known = {make.facts().credential_id: hashlib.sha256(unit).hexdigest()}

    verdict = handed(unit, "certificate.pdf", known_pdfs=known)

    assert verdict.state == "valid"
    assert "the very file that was issued" in verdict.reason


def test_a_pdf_we_keep_no_hash_of_says_what_was_checked(handed, unit):
    """Without a record of the file, the reader is told that the words on the page were not checked."""
    verdict = handed(unit, "certificate.pdf")

    assert verdict.state == "valid"
    assert "other words on the page were not" in verdict.reason


def edited(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.docinfo["/Title"] = "Question design: certificate PRS-2026-0001 of Somebody Else"
        saved = io.BytesIO()
        opened.save(saved)
    return saved.getvalue()


def test_an_edited_page_is_found(handed, unit):
    """A PDF that is not the one issued is altered, though the credential inside is genuine and its facts are shown."""
    known = {make.facts().credential_id: hashlib.sha256(unit).hexdigest()}

    verdict = handed(edited(unit), "certificate.pdf", known_pdfs=known)

    assert verdict.state == "altered"
    assert "not the file that was issued" in verdict.reason
    assert NAME in verdict.shown


def test_withdrawal_outranks_an_edited_page(handed, unit):
    """A withdrawn certificate is withdrawn, whatever was done to the page."""
    known = {make.facts().credential_id: "0" * 64}

    verdict = handed(unit, "c.pdf", known_pdfs=known, status_list=make.status_list([make.INDEX]))

    assert verdict.state == "withdrawn"
    assert "not the file that was issued" in verdict.reason


@pytest.mark.parametrize(
    "envelope",
    [
        lambda token: {"jwt": token},
        lambda token: {
            "@context": "https://www.w3.org/ns/credentials/v2",
            "type": "EnvelopedVerifiableCredential",
            "id": f"data:application/vc+jwt,{token}",
        },
        lambda token: {"type": ["EnvelopedVerifiableCredential"], "id": f"data:application/jwt,{token}"},
    ],
)
def test_a_json_envelope_is_opened(handed, envelope):
    """Both usual ways of putting a signed text into JSON are read."""
    assert handed(json.dumps(envelope(make.token())), "credential.json").state == "valid"


def test_the_name_of_the_file_does_not_matter(handed, unit):
    """A PDF is known by its bytes, a text with a byte order mark and line ends is still the text."""
    assert handed(unit, "scan.jpeg").state == "valid"
    assert handed(b"\xef\xbb\xbf" + make.token().encode() + b"\r\n", "mail.txt").state == "valid"


def test_a_withdrawn_credential_is_withdrawn(handed):
    """Its bit in the signed list is set; the reason is not given away."""
    verdict = handed(make.token(), status_list=make.status_list([make.INDEX]))

    assert verdict.state == "withdrawn"
    assert NAME in verdict.shown


def test_a_neighbours_withdrawal_is_not_its_own(handed):
    """Only its own bit counts."""
    assert handed(make.token(), status_list=make.status_list([make.INDEX - 1, make.INDEX + 1])).state == "valid"


def _with_payload(**changes):
    header, body, signature = make.token().split(".")
    said = make.unpacked(body)
    said.update(changes)
    return f"{header}.{make.packed(said)}.{signature}"


def _renamed():
    header, body, signature = make.token().split(".")
    said = make.unpacked(body)
    said["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
    return f"{header}.{make.packed(said)}.{signature}"


def _with_header(**changes):
    _, body, signature = make.token().split(".")
    return f"{make.packed({'alg': 'RS256', 'kid': make.key().kid, 'typ': 'JWT', **changes})}.{body}.{signature}"


def _without_signature():
    return _with_header(alg="none").rpartition(".")[0] + "."


def _signed_with_the_public_key():
    """The old trick: our public key, which everyone has, used as the secret of a symmetric signature."""
    public = make.key().private.raw_value.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    unsigned = _with_header(alg="HS256").rpartition(".")[0]
    return f"{unsigned}.{make.packed(hmac.digest(public, unsigned.encode(), 'sha256'))}"


def _signed_by_another_key(kid=None):
    other = make.key("other")
    header = {"alg": "RS256", "kid": kid or other.kid, "typ": "JWT"}
    body = jws.extract_compact(make.token().encode()).payload
    return jws.serialize_compact(header, body, other.private)


def _signed_another_way():
    key = make.key()
    return pyjwt.encode(credential(make.facts()), key.private.raw_value, "RS512", headers={"kid": key.kid})


def _contradicting(**claims):
    """Signed with our own key, which only a fault of ours could do, but its parts do not agree."""
    key = make.key()
    said = make.unpacked(make.token().split(".")[1]) | claims
    header = {"alg": "RS256", "kid": key.kid, "typ": "JWT"}
    return jws.serialize_compact(header, json.dumps(said).encode(), key.private)


def _malleable():
    """The same signature bytes in another spelling: the last letter carries four bits that mean nothing."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = make.token()
    return token[:-1] + letters[letters.index(token[-1]) ^ 1]


FORGERIES = {
    "altered name": (_renamed, "altered", "signature does not fit"),
    "altered date": (lambda: _with_payload(validFrom="2020-01-01T00:00:00Z"), "altered", "signature does not fit"),
    "cut short": (lambda: make.token()[:-20], "altered", "signature does not fit"),
    "another spelling": (_malleable, "altered", "signature does not fit"),
    "our kid, another key": (lambda: _signed_by_another_key(make.key().kid), "altered", "signature does not fit"),
    "another key": (_signed_by_another_key, "not-ours", "not one this centre has published"),
    "kid of the wrong kind": (lambda: _with_header(kid=["x"]), "not-ours", "not one this centre has published"),
    "no algorithm": (_without_signature, "not-ours", "one way this centre signs"),
    "public key as secret": (_signed_with_the_public_key, "not-ours", "one way this centre signs"),
    "another algorithm": (_signed_another_way, "not-ours", "one way this centre signs"),
    "key in the header": (lambda: _with_header(jwk={"kty": "RSA"}), "not-ours", "one way this centre signs"),
    "another type": (lambda: _with_header(typ="vc+jwt"), "not-ours", "one way this centre signs"),
    "other jti": (lambda: _contradicting(jti="urn:uuid:0"), "not-ours", "contradict each other"),
    "other sub": (lambda: _contradicting(sub="urn:uuid:0"), "not-ours", "contradict each other"),
    "other nbf": (lambda: _contradicting(nbf=0), "not-ours", "contradict each other"),
    "other iss": (lambda: _contradicting(iss="https://example.org/other"), "not-ours", "contradict each other"),
    "exp without end": (lambda: _contradicting(exp=1), "not-ours", "contradict each other"),
    "no date": (lambda: _contradicting(validFrom=None), "not-ours", "contradict each other"),
    "a payload that is a list": (
        lambda: jws.serialize_compact(
            {"alg": "RS256", "kid": make.key().kid, "typ": "JWT"}, b"[1]", make.key().private
        ),
        "altered",
        "signature does not fit",
    ),
    "our status list": (make.status_list, "not-ours", "it is not a certificate"),
    "two parts": (lambda: "a.b", "not-ours", "not a signed credential"),
    "header that is not JSON": (lambda: f"{make.packed(b'x')}.b.c", "not-ours", "not a signed credential"),
    "header that is a number": (lambda: f"{make.packed(1)}.b.c", "not-ours", "not a signed credential"),
    "header without end": (lambda: f"{make.packed(b'[' * 700)}.b.c", "not-ours", "not a signed credential"),
    "far too long": (lambda: "a" * 300_000, "not-ours", "far larger"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_told_and_its_claims_are_not_shown(name):
    """Each forgery has its own state and words, and nothing it claims is repeated as a fact."""
    forge, state, said = FORGERIES[name]

    verdict = judge(forge())

    assert (verdict.state, verdict.shown) == (state, ())
    assert said in verdict.reason


@given(st.data())
def test_no_changed_letter_is_ever_valid(data):
    """Whatever single character of the text is changed, it is not valid."""
    token = make.token()
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda letter: letter != token[place]))
    changed = token[:place] + other + token[place + 1 :]

    if changed.strip() != token:
        assert judge(changed).state in {"altered", "not-ours"}


def test_a_key_of_another_issuer_vouches_for_nobody_else():
    """A key we publish for one address cannot sign for another."""
    other = make.key("autumn-2026", "https://example.org/other")
    body = jws.extract_compact(make.token().encode()).payload
    forged = jws.serialize_compact({"alg": "RS256", "kid": other.kid, "typ": "JWT"}, body, other.private)

    verdict = judge(forged, published=make.published(make.key(), other))

    assert (verdict.state, verdict.shown) == ("not-ours", ())
    assert "does not belong to" in verdict.reason


@pytest.mark.parametrize("window", [{"not_before": make.LATER}, {"not_after": make.AT}])
def test_a_key_signs_only_in_its_time(window):
    """A credential dated before the key was made, or after it was put away, is not ours."""
    published = {make.key().kid: make.key().public.model_copy(update=window)}

    assert "not in use on the date" in judge(make.token(), published=published).reason


def test_a_date_to_come_is_not_valid_yet():
    """Before its first day a credential is not a yes."""
    verdict = judge(make.token(), on=make.AT - timedelta(days=1))

    assert verdict.state == "unchecked"
    assert "has not come yet" in verdict.reason


def test_a_credential_that_ran_out_says_so():
    """After its last day a credential is not a yes."""
    made = credential(make.facts()) | {"validUntil": "2026-11-25T00:00:00Z"}

    verdict = judge(sign(made, make.key()))

    assert verdict.state == "withdrawn"
    assert "ran out on 25 November 2026" in verdict.reason


def _purpose(purpose):
    made = status_credential(make.ISSUER, [], at=make.AT, until=make.AT + timedelta(days=30))
    made["credentialSubject"]["statusPurpose"] = purpose
    return sign(made, make.key())


def _short_list():
    made = status_credential(make.ISSUER, [], at=make.AT, until=make.AT + timedelta(days=30))
    made["credentialSubject"]["encodedList"] = "uAAAA"
    return sign(made, make.key())


DOUBTS = {
    "no list": (lambda: None, "not at hand"),
    "an expired list": (lambda: make.status_list(until=make.LATER), "out of date"),
    "a list from the future": (lambda: make.status_list(at=make.LATER + timedelta(days=1)), "out of date"),
    "a list signed by another key": (lambda: make.status_list(by=make.key("other")), "not one this centre signed"),
    "an altered list": (lambda: make.status_list()[:-9], "not one this centre signed"),
    "a certificate as the list": (make.token, "belongs to another issuer"),
    "a list for another purpose": (lambda: _purpose("suspension"), "something else"),
    "a damaged list": (_short_list, "cannot be read"),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_when_withdrawal_cannot_be_checked_the_verdict_says_so(name):
    """The signature is good and said to be; that nobody could look for a withdrawal is said as plainly."""
    status, said = DOUBTS[name]

    verdict = judge(make.token(), status_list=status())

    assert verdict.state == "unchecked"
    assert "whether it was withdrawn could not be checked" in verdict.reason
    assert said in verdict.reason
    assert NAME in verdict.shown


@pytest.mark.parametrize("index", [str(SIZE), "-1", "first", None])
def test_a_place_outside_the_list_is_unchecked(index):
    """A credential whose index is out of range can be neither withdrawn nor cleared."""
    made = credential(make.facts())
    made["credentialStatus"]["statusListIndex"] = index

    assert judge(sign(made, make.key())).state == "unchecked"


@pytest.mark.parametrize("status", [None, {}, {"statusListCredential": "https://example.com/list"}])
def test_a_credential_that_names_no_list_of_ours_is_unchecked(status):
    """Without our list's address nobody can tell."""
    made = credential(make.facts()) | {"credentialStatus": status}

    assert judge(sign(made, make.key())).state == "unchecked"


GARBAGE = {
    "words": b"Dear Sir, I have a certificate.",
    "bytes": bytes(range(256)),
    "zeros": bytes(5000),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "broken JSON": b'{"jwt": ',
    "deep JSON": b"[" * 200_000,
    "a JSON number": b'{"jwt": 5}',
    "a list": b'["jwt"]',
    "a long number": b'{"jwt": ' + b"9" * 10_000 + b"}",
    "an envelope that is no data": b'{"type": "EnvelopedVerifiableCredential", "id": "https://example.org"}',
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_not_ours(handed, name):
    """Any other file gets a verdict in words."""
    assert handed(GARBAGE[name], "thing.json").state == "not-ours"


def test_an_unsigned_credential_proves_nothing(handed):
    """The credential's own JSON without a signature could be written by anyone."""
    verdict = handed(json.dumps(credential(make.facts())), "credential.json")

    assert (verdict.state, verdict.shown) == ("not-ours", ())
    assert "holds no signed credential" in verdict.reason


def pdf_with(attachment=None, name="credential.jwt", **saving):
    pdf = pikepdf.new()
    pdf.add_blank_page()
    if attachment is not None:
        pdf.attachments[name] = attachment
    saved = io.BytesIO()
    pdf.save(saved, **saving)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("attachment", "name"),
    [(None, ""), (b"x.y.z", "other.txt"), (b"\xff\xfe", "credential.jwt"), (bytes(30 << 20), "credential.jwt")],
    ids=["nothing", "another file", "not text", "bomb"],
)
def test_a_pdf_without_our_credential_is_not_ours(handed, attachment, name):
    """A PDF with nothing, with something else, or with a file that unpacks without end proves nothing."""
    assert handed(pdf_with(attachment, name), "c.pdf").state == "not-ours"


def test_a_forged_page_around_a_genuine_credential_is_told(handed):
    """Someone's own PDF with our credential in it is not the file we issued."""
    known = {make.facts().credential_id: "0" * 64}

    assert handed(pdf_with(make.token().encode()), "c.pdf", known_pdfs=known).state == "altered"


def test_a_locked_pdf_is_asked_for_again(handed):
    """A password keeps us from looking, so there is a message and no verdict."""
    locked = pdf_with(b"a.b.c", encryption=pikepdf.Encryption(owner="o", user="u"))

    with pytest.raises(InputError, match=r"locked with a password\. Ask for the file again"):
        handed(locked, "c.pdf")


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.99])
def test_a_cut_pdf_is_never_valid_as_issued(handed, unit, share):
    """A download that broke off is a message or a verdict, and never taken for the file that was issued."""
    known = {make.facts().credential_id: hashlib.sha256(unit).hexdigest()}
    try:
        verdict = handed(unit[: int(len(unit) * share)] or b"%PDF-", "c.pdf", known_pdfs=known)
    except InputError as problem:
        assert "damaged" in problem.what  # noqa: PT017 - either answer is right, and both are looked at
    else:
        assert verdict.state in {"altered", "not-ours"}


@given(st.binary(min_size=1, max_size=300))
def test_random_bytes_after_a_pdf_head_never_crash(content):
    """Whatever follows the head of a PDF, the answer is a message or a verdict that says no."""
    from peerlab.awards.envelopes import find_credential

    try:
        assert find_credential(b"%PDF-1.7\n" + content, where="c.pdf") is None
    except InputError as problem:
        assert "damaged" in problem.what  # noqa: PT017 - as above


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "the file is empty"), (bytes((10 << 20) + 1), "far larger than any certificate")]
)
def test_a_file_of_an_impossible_size_is_refused(handed, content, said):
    """An empty or a huge file is a message."""
    with pytest.raises(InputError, match=said):
        handed(content)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    """A path that is no file is a message."""
    settings = {"published": {}, "status_list": None, "on": make.LATER}
    with pytest.raises(InputError, match="no such file"):
        verify_file(tmp_path / "none.pdf", **settings)
    with pytest.raises(InputError, match="cannot be read"):
        verify_file(tmp_path, **settings)


def test_another_centres_certificate_is_not_ours(handed, unit):
    """With no published key in common nothing is vouched for."""
    verdict = handed(unit, "c.pdf", published=make.published(make.key("other")))

    assert (verdict.state, verdict.shown) == ("not-ours", ())
