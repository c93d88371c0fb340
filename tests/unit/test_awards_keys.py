"""Signing keys: made once, kept, and refused when they could not be trusted."""

import json
import stat
from datetime import timedelta

import pytest

import award_factories as make
from peerlab.awards.keys import issuer_address, make_key, published_keys, signing_key
from peerlab.errors import CentreError, InputError


@pytest.fixture(scope="module")
def centre_keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("centre") / "keys"
    make.keys_folder(folder, "first")
    return folder


@pytest.fixture
def folder(centre_keys, tmp_path):
    """A copy of one centre's keys that a test may spoil."""
    for path in centre_keys.iterdir():
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o600)
    return tmp_path


def test_a_new_private_key_is_readable_by_its_owner_only(centre_keys):
    """The private half has mode 0600, and its folder 0700."""
    assert stat.S_IMODE((centre_keys / "first.private.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(centre_keys.stat().st_mode) == 0o700


def test_a_public_key_is_one_jwk_at_its_own_address(centre_keys):
    """The published file is a JWK without any private part, and its kid is where it is published."""
    jwk = json.loads((centre_keys / "first.jwk.json").read_text())

    assert jwk["kid"] == f"{make.ISSUER}/keys/first.json"
    assert set(jwk) == {"kty", "n", "e", "alg", "use", "kid", "notBefore", "notAfter"}


def test_nothing_is_left_beside_the_two_files(centre_keys):
    """No draft of a key stays behind."""
    assert sorted(path.name for path in centre_keys.iterdir()) == ["first.jwk.json", "first.private.pem"]


def test_a_key_is_never_overwritten(folder):
    """Making a key whose name is taken is refused, and the old files stay as they were."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    with pytest.raises(CentreError, match="a key of this name exists"):
        make_key(folder, "first", issuer=make.ISSUER, at=make.LATER, bits=2048)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_newest_usable_key_signs_and_every_public_key_is_kept(folder):
    """A newer key takes over once its day has come; the older one stays published."""
    newer = make_key(folder, "a-newer", issuer=make.ISSUER, at=make.LATER, bits=2048)

    assert signing_key(folder, on=make.AT).name == "first"
    assert signing_key(folder, on=make.LATER).name == newer.name
    assert set(published_keys(folder)) == {f"{make.ISSUER}/keys/first.json", newer.kid}


def test_a_key_past_its_last_date_does_not_sign(folder):
    """A key with a `notAfter` in the past is published still, but signs no more."""
    path = folder / "first.jwk.json"
    path.write_text(path.read_text().replace('"notAfter": null', f'"notAfter": "{make.LATER.isoformat()}"'))

    assert signing_key(folder, on=make.LATER - timedelta(seconds=1)).name == "first"
    with pytest.raises(CentreError, match="past its last date"):
        signing_key(folder, on=make.LATER)
    assert len(published_keys(folder)) == 1


def test_a_folder_without_keys_says_what_to_do(tmp_path):
    """No key at all: a message with a remedy, whether or not the folder exists."""
    with pytest.raises(CentreError, match=r"there is no signing key\. Put the folder back"):
        signing_key(tmp_path / "keys", on=make.AT)


def test_a_missing_private_key_is_named(folder):
    """A lost private key is said to be missing, with the way back."""
    (folder / "first.private.pem").unlink()

    with pytest.raises(CentreError, match=r"first\.private\.pem: the private signing key is missing.*backup"):
        signing_key(folder, on=make.AT)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_private_key_others_may_read_is_refused(folder, mode):
    """A key open to the group or to everyone is not used."""
    (folder / "first.private.pem").chmod(mode)

    with pytest.raises(CentreError, match="chmod 600"):
        signing_key(folder, on=make.AT)


def test_a_private_key_that_cannot_be_read_is_refused(folder):
    """Something unreadable in the key's place, here a folder, is a message, not a traceback."""
    (folder / "first.private.pem").unlink()
    (folder / "first.private.pem").mkdir(0o700)

    with pytest.raises(CentreError, match="cannot be read"):
        signing_key(folder, on=make.AT)


@pytest.mark.parametrize("content", [b"", b"not a key", b"\xff\xfe\x00", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_garbled_private_key_is_refused(folder, content):
    """A damaged private key is said to be damaged."""
    (folder / "first.private.pem").write_bytes(content)

    with pytest.raises(CentreError, match="damaged"):
        signing_key(folder, on=make.AT)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"kty": "oct", "k": "AAAA"}'])
def test_a_garbled_public_key_is_refused(folder, content):
    """A damaged public key is named, for signing and for publishing."""
    (folder / "first.jwk.json").write_text(content)

    for read in (published_keys, lambda place: signing_key(place, on=make.AT)):
        with pytest.raises(CentreError, match=r"first\.jwk\.json: this is not a public key"):
            read(folder)


def test_a_private_key_beside_another_public_key_is_refused(folder):
    """Two halves that do not belong together never sign."""
    jwk = json.loads((folder / "first.jwk.json").read_text())
    (folder / "first.jwk.json").write_text(json.dumps({**jwk, "n": make.key().public.n}))

    with pytest.raises(CentreError, match="does not belong to the private key"):
        signing_key(folder, on=make.AT)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    """A file where the folder should be is a message, and the file stays."""
    (tmp_path / "keys").write_text("mine")

    with pytest.raises(CentreError, match="the key cannot be written"):
        make_key(tmp_path / "keys", "first", issuer=make.ISSUER, at=make.AT, bits=2048)
    assert (tmp_path / "keys").read_text() == "mine"


def test_a_short_key_is_refused(tmp_path):
    """Fewer than 2,048 bits are refused before anything is written."""
    with pytest.raises(InputError, match="too few"):
        make_key(tmp_path / "keys", "short", issuer=make.ISSUER, at=make.AT, bits=1024)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("name", ["", "Autumn", "../up", "a b", "-a", "a" * 64])
def test_a_key_name_that_makes_no_address_is_refused(tmp_path, name):
    """A key's name is part of a file name and of an address, so it is small letters, digits and dashes."""
    with pytest.raises(InputError, match="cannot name a key"):
        make_key(tmp_path, name, issuer=make.ISSUER, at=make.AT, bits=2048)


@pytest.mark.parametrize(
    "text",
    ["", "example.org", "http://example.org", "https://", "https://a.org/?x=1", "https://a.org/#f", "https://a b"],
)
def test_an_issuer_is_a_plain_https_address(text):
    """Anything but a plain https address is refused, because credentials carry it for years."""
    with pytest.raises(CentreError, match="not a plain https address"):
        issuer_address(text)


def test_a_closing_slash_makes_no_other_issuer():
    """An issuer's address is the same with and without its closing slash."""
    assert issuer_address(make.ISSUER + "/") == make.ISSUER
