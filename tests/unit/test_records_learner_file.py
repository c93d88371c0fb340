"""A list of learners is read as it was meant, or refused with the line and the remedy; names are never guessed."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from peerlab.errors import InputError
from peerlab.records.learner_file import read_learners

HEADER = "name,reference,email\n"


@pytest.fixture(name="learners")
def _learners(tmp_path):
    """Read a CSV of this content, text or bytes."""

    def read(content, encoding=None):
        path = tmp_path / "learners.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_learners(path, encoding)

    return read


def names(found):
    return [learner.name for learner in found]


def test_a_list_reads(learners):
    """Name, reference and, where it is given, email, with the line each came from."""
    ada, bo = learners(HEADER + "Ada Obi,R-1,ada@example.org\nBo Li,R-2,\n")
    assert (ada.name, ada.reference, ada.email, ada.line) == ("Ada Obi", "R-1", "ada@example.org", 2)
    assert (bo.email, bo.line) == (None, 3)


@pytest.mark.parametrize(
    "content",
    [
        "name,reference\nZoë Łuk,R-1\n".encode("utf-8-sig"),
        "name;reference\r\nZoë Łuk;R-1\r\n",
        "name\treference\nZoë Łuk\tR-1\n",
        " Reference , NAME \nR-1,  Zoë   Łuk \n\n , \n",
        "name,reference\nZoe\u0308 Łuk,R-1",
        'name,reference\n"Zoë\nŁuk",R-1\n',
    ],
    ids=["bom", "semicolons", "tabs", "spaces and empty lines", "decomposed letters", "name on two lines"],
)
def test_what_spreadsheets_write_reads_the_same(learners, content):
    """However the same list was saved."""
    (found,) = learners(content)
    assert (found.name, found.reference) == ("Zoë Łuk", "R-1")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name,email\nAda,a@b\n", r"line 1: the column `reference` is missing\. Add it to the first line\."),
        ("name,referense\nAda,R\n", r"`reference` is missing.*Is `referense` that column\? Rename it"),
        ("name,reference,e-mail\nAda,R,x\n", r"the column `e-mail` is not one we know\. Did you mean `email`\?"),
        ("name,reference,name\nAda,R,B\n", "the column `name` is there twice"),
        ("name,reference,\nAda,R,\n", r"the column `\(empty\)` is not one we know"),
        (HEADER + "Ada,R-1,\nBo,R-2,\nCy,r-1,\n", "lines 2 and 4: both have the reference `r-1`"),
        (HEADER + "Ada,R-1,\n  ,R-2,\n", "line 3: the name is empty"),
        (HEADER + "Ada,,\n", "line 2: the reference is empty"),
        (HEADER + "Ada,R-1,ada at home\n", "line 2: `ada at home` is not an email address"),
        (HEADER, "there is no learner in this file"),
        ("", "this is not a list of learners"),
        ("dear all\nplease find\n", "this is not a list of learners"),
        (HEADER + "Ada,R-1\n", "there are 3 columns, and this line has 2 cells"),
        (HEADER + "Obi, Ada,R-1,\n", r"this line has 4 cells\. Put quotes round"),
        (HEADER + '"Ada,R-1,\n', r"line 2: this is not CSV \(unexpected end of data\)"),
        (HEADER + "A" * 201 + ",R-1,\n", "the name is longer than 200 characters"),
        (HEADER + "A\x07da,R-1,\n", "the name has a character that is not text"),
        (HEADER + "Zo\N{REPLACEMENT CHARACTER},R-1,\n", "the name has a character that is not text"),
        (b"PK\x03\x04rest", r"a spreadsheet or ZIP file, not CSV\. Open it in your spreadsheet and save it"),
        (b"\xd0\xcf\x11\xe0rest", "this is an old spreadsheet"),
        (b"%PDF-1.7", "this is a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "this is not UTF-8"),
    ],
)
def test_what_does_not_fit_is_refused(learners, content, says):
    """With the line and what to do."""
    with pytest.raises(InputError, match=says):
        learners(content)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """And so is a folder."""
    with pytest.raises(InputError, match="there is no such file"):
        read_learners(tmp_path / "learners.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_learners(tmp_path)


WINDOWS = "name,reference\nAda,R-1\nZoë “Zo” Brown,R-2\n".encode("windows-1252")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_windows_1252_is_refused_with_how_it_would_read(learners, ending):
    """Nobody's name is guessed: a person says that the reading is right."""
    with pytest.raises(InputError) as refused:
        learners(WINDOWS.replace(b"\n", ending))
    assert "line 3" in refused.value.where
    assert "Read as Windows-1252 the line has “Zoë “Zo” Brown”" in refused.value.what
    assert "--encoding windows-1252" in refused.value.remedy


@pytest.mark.parametrize("name", ["windows-1252", "cp1252", "Windows-1252"])
def test_windows_1252_reads_when_named(learners, name):
    """As its message said it would."""
    assert names(learners(WINDOWS, name)) == ["Ada", "Zoë “Zo” Brown"]


@pytest.mark.parametrize("kind", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_and_reads_when_named(learners, kind):
    """The message names the option that reads this very file."""
    content = "name,reference\nZoë,R-1\n".encode(kind)
    with pytest.raises(InputError, match="looks like UTF-16") as refused:
        learners(content)
    offered = refused.value.remedy.split("--encoding ")[1].strip("`.")
    assert names(learners(content, offered)) == ["Zoë"]


def test_bytes_that_are_no_text_at_all_are_refused(learners):
    """Neither UTF-8 nor Windows-1252."""
    with pytest.raises(InputError, match=r"line 2: this is not UTF-8 text, nor Windows-1252\. Open it"):
        learners(b"name,reference\nZo\x81\x8d,R-1\n")


@pytest.mark.parametrize("name", ["windows-1525", "rot13", "base64", "", "undefined", "\0"])
def test_an_encoding_that_is_none_is_refused(learners, name):
    """Whatever Python's own list has under the name; an empty option is no option."""
    if not name:
        assert names(learners(HEADER + "Ada,R-1,\n", name)) == ["Ada"]
        return
    with pytest.raises(InputError, match="is not a text encoding"):
        learners(HEADER + "Ada,R-1,\n", name)


def test_a_wrong_encoding_is_refused(learners):
    """Bytes that it cannot stand for."""
    with pytest.raises(InputError, match="cannot be read as ascii"):
        learners(HEADER + "Zoë,R-1,\n", "ascii")
    with pytest.raises(InputError, match="cannot be read as utf-16"):
        learners(b"name,", "utf-16-le")


def test_utf_8_named_as_windows_1252_is_refused(learners):
    """It would put `ZoÃ«` on a certificate."""
    with pytest.raises(InputError, match=r"this is UTF-8, and windows-1252 would garble the names\. Run without"):
        learners(HEADER + "Zoë,R-1,\n", "windows-1252")


CELLS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)


@settings(deadline=None, max_examples=40)  # it touches the disk
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8, unique_by=lambda row: row[1].casefold()))
def test_any_list_a_spreadsheet_writes_is_read_or_refused_in_words(tmp_path_factory, rows):
    """Every learner is read, in order, or a message says why not."""
    text = io.StringIO()
    csv.writer(text).writerows([("name", "reference"), *rows])
    path = tmp_path_factory.mktemp("list") / "learners.csv"
    path.write_text(text.getvalue(), "utf-8", newline="")
    try:
        found = read_learners(path)
    except InputError:
        return
    assert len(found) == len(rows)


@settings(deadline=None, max_examples=40)  # it touches the disk
@given(content=st.binary(max_size=200))
@example(content=b"\r\x80")
def test_any_bytes_are_read_or_refused_in_words(tmp_path_factory, content):
    """Never a traceback."""
    path = tmp_path_factory.mktemp("list") / "learners.csv"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_learners(path)
