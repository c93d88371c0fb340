"""The status list: bits go in, the same bits come out, and damage is noticed."""

import base64
import gzip
import random

import jwt as pyjwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import award_factories as make
from peerlab.awards.status_list import SIZE, decode, encode, free_index, is_set
from peerlab.errors import CentreError

indices = st.integers(min_value=0, max_value=SIZE - 1)


@given(st.sets(indices, max_size=30), indices)
def test_what_was_set_reads_back(withdrawn, other):
    """Exactly the bits that were set are read as set."""
    bits = decode(encode(withdrawn))

    assert len(bits) * 8 == SIZE
    assert all(is_set(bits, index) for index in withdrawn)
    assert is_set(bits, other) == (other in withdrawn)


def test_the_first_entry_is_the_highest_bit():
    """The order of bits is the standard's, so that other people's tools read the same."""
    assert decode(encode([0]))[0] == 0b1000_0000
    assert decode(encode([9]))[1] == 0b0100_0000


def test_the_same_list_is_the_same_text():
    """No clock is packed into the list."""
    assert encode([5, 3]) == encode([3, 5])


@pytest.mark.parametrize("index", [-1, SIZE])
def test_an_index_out_of_range_is_refused(index):
    """An index outside the list can be neither set nor read."""
    with pytest.raises(CentreError, match="outside the list"):
        encode([index])
    with pytest.raises(ValueError, match="not in the list"):
        is_set(decode(encode([])), index)


def _list(content):
    return "u" + base64.urlsafe_b64encode(content).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "u",
        "zAAAA",
        "u!!!!",
        _list(b"not gzip"),
        _list(gzip.compress(bytes(SIZE // 8))[:-9]),
        _list(gzip.compress(bytes(8))),
        _list(gzip.compress(bytes(4 << 20))),
    ],
    ids=["empty", "bare", "other base", "not base64", "not gzip", "cut", "short", "bomb"],
)
def test_a_damaged_list_is_refused(text):
    """A list that is damaged, short or absurdly large gives an error, never bits."""
    with pytest.raises(ValueError, match="the list"):
        decode(text)


@given(st.sets(indices, max_size=50), st.integers())
def test_a_free_index_is_never_a_used_one(used, seed):
    """The chosen place is in the list and not taken."""
    index = free_index(used, random.Random(seed).randrange)  # noqa: S311 - a law, not a secret

    assert 0 <= index < SIZE
    assert index not in used


def test_every_free_index_can_be_chosen():
    """Of four free places each is reached by one of the four choices."""
    used = set(range(SIZE)) - {0, 17, 18, SIZE - 1}

    assert [free_index(used, lambda _n, k=k: k) for k in range(4)] == [0, 17, 18, SIZE - 1]


def test_a_full_list_is_refused():
    """When every place is used, the message says what to do."""
    with pytest.raises(CentreError, match="all 131072 places are used"):
        free_index(range(SIZE), lambda _n: 0)


def test_another_library_reads_the_signed_list():
    """PyJWT verifies the list, and it holds no reason and no name."""
    key = make.key()
    said = pyjwt.decode(
        make.status_list([make.INDEX]),
        pyjwt.PyJWK(key.public.model_dump(include={"kty", "n", "e"}), algorithm="RS256"),
        algorithms=["RS256"],
        issuer=make.ISSUER,
        options={"verify_exp": False, "verify_nbf": False},
    )

    assert said["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert set(said["credentialSubject"]) == {"id", "type", "statusPurpose", "encodedList"}
    assert is_set(decode(said["credentialSubject"]["encodedList"]), make.INDEX)
