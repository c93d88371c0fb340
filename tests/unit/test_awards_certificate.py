"""The certificate: archival, tagged, the same every time, and the credential inside."""

import io
import re
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
import zxingcpp

import award_factories as make
from peerlab.awards.certificate import date_in_words
from peerlab.errors import CourseError, InputError

NAMES = (
    "Amina Yusuf",
    "Ελένη Παπαδοπούλου",
    "Олександра Їжакевич",
    "محمد عبد الرحمن",
    "עלמה לוי",
    "श्रीकृष्ण क्षत्रिय",
    "সৌরভ চট্টোপাধ্যায়",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "નરેન્દ્ર પટેલ",
    "ஸ்ரீனிவாசன்",
    "สมชาย ใจดี",
    "ክብረት ተስፋዬ",
)
LONG = "Wilhelmina-Alexandrina Oluwaseun Nkemdirim Featherstonehaugh-Cholmondeley de la Torre y Vásquez"
MARKUP = '*bold* #panic("x") $1/0$ _it_ <label> @ref \\ `code` = no // gone'


@pytest.fixture(scope="module")
def unit():
    return make.pdf(make.facts())


@pytest.fixture(scope="module")
def opened(unit):
    with pikepdf.open(io.BytesIO(unit)) as pdf:
        yield pdf


def text_of(pdf, page=0):
    return pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_bounded()


def words_of(pdf):
    return re.sub(r"\s+", " ", text_of(pdf))


def test_it_declares_pdf_a_and_pdf_ua(opened):
    """The metadata says PDF/A-3a and PDF/UA-1."""
    meta = opened.open_metadata()

    assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")


def test_a_screen_reader_finds_title_language_and_structure(opened):
    """Title, language, tags: all that a screen reader asks for first."""
    root = opened.Root

    assert root.Lang == "en-GB"
    assert root.MarkInfo.Marked
    assert root.ViewerPreferences.DisplayDocTitle
    assert opened.docinfo["/Title"] == "Question design: certificate PRS-2026-0001 of Amina Yusuf"
    assert {"/H1", "/H2", "/L", "/LI", "/Figure", "/Link"} <= set(_tags(root.StructTreeRoot))


def test_the_table_of_units_is_a_table():
    """A certificate of nine units has a tagged table with its header cells."""
    with pikepdf.open(io.BytesIO(make.pdf(make.award_facts()))) as pdf:
        tags = list(_tags(pdf.Root.StructTreeRoot))

    assert (tags.count("/TH"), tags.count("/TR"), tags.count("/TD")) == (3, 10, 27)


def _tags(element):
    if not isinstance(element, pikepdf.Dictionary):
        return
    if "/S" in element:
        yield str(element.S)
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        yield from _tags(child)


def _figures(element):
    if isinstance(element, pikepdf.Dictionary):
        if element.get("/S") == "/Figure":
            yield element
        children = element.get("/K", [])
        for child in children if isinstance(children, pikepdf.Array) else [children]:
            yield from _figures(child)


def test_the_qr_code_has_a_text_alternative(opened):
    """The one picture says in words what it is and where it leads."""
    alternatives = [str(figure.Alt) for figure in _figures(opened.Root.StructTreeRoot)]

    assert alternatives == [f"QR code that opens {make.facts().verify_url}"]


def test_the_credential_inside_is_the_signed_one(opened):
    """The attached file is the signed text, byte for byte, marked as the page's data."""
    attached = opened.attachments["credential.jwt"]

    assert attached.get_file().read_bytes() == make.token().encode()
    assert attached.obj.AFRelationship == "/Data"
    assert list(opened.attachments) == ["credential.jwt"]


def test_the_same_facts_give_the_same_bytes(unit):
    """Made again, the file has the same hash, so an edited one can be told."""
    assert make.pdf(make.facts()) == unit


def test_only_shipped_fonts_are_used(unit):
    """Every font in the file is a Noto face from the package, so each machine makes the same page."""
    with pikepdf.open(io.BytesIO(unit)) as pdf:
        fonts = {str(one.BaseFont).split("+")[-1] for one in pdf.pages[0].Resources.Font.values()}

    assert {name.removesuffix("-Identity-H") for name in fonts} == {
        "NotoSans-Regular",
        "NotoSans-Bold",
        "NotoSerifDisplay-Regular",
    }


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_the_qr_code_leads_to_the_check(unit, scale):
    """Read from the page as a picture, at screen and print sizes, the code is the address printed beside it."""
    picture = pypdfium2.PdfDocument(unit)[0].render(scale=scale).to_pil()

    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [make.facts().verify_url]


def test_the_page_says_who_what_when_and_by_whom(unit):
    """Everything an employer looks for is printed, and the honest line too."""
    words = words_of(unit)

    for said in (
        "Tyneside Peer Research Centre",
        "Amina Yusuf",
        "Question design",
        "PRS-202 · Level 2 · 2 credits · 15 guided hours · 20 hours in all",
        "Write clear questions and answer options",
        "Beth Armstrong",
        "24 November 2026",
        "PRS-2026-0001",
        "designed to be accredited. It is not accredited yet",
    ):
        assert said in words
    assert make.facts().verify_url in words.replace(" ", "")


@pytest.mark.parametrize("name", [*NAMES, LONG, "Jo", "Sara سارة"])
def test_a_name_is_set_on_one_page(name):
    """Names in every promised script, very long and very short ones: one page, no missing letter."""
    made = make.pdf(make.facts(learner_name=name))

    assert len(pypdfium2.PdfDocument(made)) == 1


def test_text_from_outside_is_printed_as_it_is():
    """Marks that mean something to Typst are only letters in a name, a title or an outcome."""
    made = make.pdf(make.facts(learner_name=MARKUP, title=MARKUP, centre_name=MARKUP), outcomes=(MARKUP,))

    assert words_of(made).count(MARKUP) == 5  # the centre is named twice


@pytest.mark.parametrize("field", ["learner_name", "issued_by", "centre_name"])
def test_a_name_that_cannot_be_set_is_refused(field):
    """No box is ever printed in place of a letter; the message names it."""
    with pytest.raises(InputError, match="GRINNING FACE"):
        make.pdf(make.facts(**{field: "Jo \U0001f600"}), jwt="a.b.c")


def test_a_letter_missing_elsewhere_is_the_courses_fault():
    """A title our fonts cannot set stops the certificate with a message that names it."""
    with pytest.raises(CourseError, match="could not be displayed"):
        make.pdf(make.facts(title="Smile \U0001f600"))


def test_a_full_certificate_is_one_page():
    """Nine units and nine outcomes still make one page."""
    outcomes = ("Write answer options that leave no gaps, do not overlap and let people opt out",) * 9

    assert len(pypdfium2.PdfDocument(make.pdf(make.award_facts(), outcomes=outcomes))) == 1


def test_more_than_a_page_is_refused():
    """Text that would run over is refused, because a second page gets lost."""
    with pytest.raises(CourseError, match="too long for one page"):
        make.pdf(make.facts(), outcomes=("Say one more thing, at some length, about the same matter",) * 60)


def test_without_outcomes_the_page_has_no_empty_part():
    """An award that lists its units only has no heading without a list."""
    assert "What they can do now" not in words_of(make.pdf(make.award_facts(), outcomes=()))


def test_a_missing_template_is_said(tmp_path):
    """A template that is not there, or is broken, is a message with the file's name."""
    from peerlab.awards.certificate import render

    broken = tmp_path / "broken.typ"
    broken.write_text("#nothing-of-this-name()")
    for template in (tmp_path / "none.typ", broken):
        with pytest.raises(CourseError, match=template.name):
            render(make.facts(), "a.b.c", outcomes=(), template=template)


def test_a_date_is_written_with_the_month_as_a_word():
    """Days have no leading nought, and no machine's language changes the month."""
    assert date_in_words(make.AT.replace(day=3, month=1)) == "3 January 2026"
    assert date_in_words(make.AT.replace(day=31, month=12)) == "31 December 2026"


def test_many_certificates_keep_their_own_names():
    """Nothing is carried over from one certificate to the next."""
    made = [make.pdf(replace(make.facts(), learner_name=f"Person Number {n}"), jwt="a.b.c") for n in range(20)]

    assert all(f"Person Number {n} " in words_of(one) for n, one in enumerate(made))
