"""Names: every script we promise can be set, and what cannot is refused by name."""

import io

import pikepdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

import award_factories as make
from peerlab.awards import certificate, fonts
from peerlab.awards.fonts import FAMILIES, SHIPPED, families, refuse_unsettable, shipped_letters, unsettable
from peerlab.errors import InputError

NAMES = {
    "Latin": "Zoë Ní Mháille-Łukasz O\u2019Brien",
    "Vietnamese": "Nguyễn Thị Hương",
    "Yoruba": "Ọláwálé Ẹ̀bùn",
    "Turkish": "İbrahim Çağl\u0131",
    "Greek": "Ελένη Παπαδοπούλου",
    "Cyrillic": "Олександра Їжакевич",
    "Arabic": "محمد عبد الرحمن",
    "Persian": "پریسا گل\u200cمحمدی",
    "Urdu": "عائشہ ٹھاکر",
    "Hebrew": "דָּוִד בֶּן־גּוּרְיוֹן",
    "Devanagari": "श्रीकृष्ण क्षत्रिय",
    "Joined Devanagari": "क्\u200dष",
    "Bengali": "সৌরভ চট্টোপাধ্যায়",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "Gujarati": "નરેન્દ્ર પટેલ",
    "Tamil": "ஸ்ரீனிவாசன் கிருஷ்ணன்",
    "Thai": "สมชาย ใจดี",
    "Ethiopic": "ክብረት ተስፋዬ",
    "two scripts": "Sara سارة Ωmega",
    "a mark on its own": "Ame\u0301lie",
    "markup": '*bold* #panic("x") $1/0$ <a> \\ `x`',
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_in_a_promised_script_can_be_set(name):
    """The shipped fonts alone cover it, without the system's."""
    assert unsettable(name, system=()) == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("李小龍", "\u201c李\u201d, U\\+674E CJK UNIFIED IDEOGRAPH-674E.*fonts-noto-cjk"),
        ("김민준", "HANGUL SYLLABLE GIM.*fonts-noto-cjk"),
        ("Jo \U0001f600", "U\\+1F600 GRINNING FACE.*how else they write their name"),
        ("Jo\u202eeoJ", "U\\+202E RIGHT-TO-LEFT OVERRIDE.*invisible"),
        ("Jo\nLi", "U\\+000A.*invisible"),
        ("Jo\tLi", "U\\+0009.*invisible"),
        ("Jo\ud800", "U\\+D800.*invisible"),
        ("Jo\ue000", "U\\+E000 a character without a name.*invisible"),
    ],
)
def test_a_character_that_cannot_be_set_is_named(name, said):
    """The message gives the character, its Unicode name and what to do."""
    with pytest.raises(InputError, match=said):
        refuse_unsettable(name, system=())


def test_each_missing_character_is_given_once_in_order():
    """The list is short enough to read out."""
    assert unsettable("龍李龍", system=()) == ("龍", "李")


@given(st.text(max_size=20))
def test_any_text_gets_an_answer(text):
    """No text makes the check fail, and what is missing comes from the text."""
    assert all(ord(letter) not in shipped_letters() for letter in unsettable(text, system=()))


@pytest.fixture
def east_asian(tmp_path):
    """A tiny font with one Chinese letter, as the system might have one."""
    return tiny_font(tmp_path / "NotoSansCJK-Regular.ttf", "李")


def tiny_font(path, letters):
    pen = TTGlyphPen(None)
    for x, y in ((100, 0), (100, 700), (900, 700), (900, 0)):
        pen.lineTo((x, y)) if pen.points else pen.moveTo((x, y))
    pen.closePath()
    square = pen.glyph()
    names = [".notdef", *(f"uni{ord(letter):04X}" for letter in letters)]
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap(dict(zip(map(ord, letters), names[1:], strict=True)))
    font.setupGlyf(dict.fromkeys(names, square))
    font.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    font.setupHorizontalHeader(ascent=880, descent=-120)
    font.setupNameTable({"familyName": "Tiny Han", "styleName": "Regular", "psName": "TinyHan-Regular"})
    font.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    font.setupPost()
    font.save(path)
    return path


def test_the_systems_font_sets_an_east_asian_name(east_asian):
    """With a font installed the name is accepted, and the certificate is told which font to use."""
    assert unsettable("李", system=[east_asian]) == ()
    assert families("Jo 李", system=[east_asian]) == ("Tiny Han",)
    assert unsettable("李龍", system=[east_asian]) == ("龍",)


def test_the_systems_fonts_are_for_east_asian_names_only(tmp_path):
    """A letter of another script stays refused, so that a certificate looks the same on every machine."""
    font = tiny_font(tmp_path / "any.ttf", "გ")

    assert unsettable("გ", system=[font]) == ("გ",)
    assert families("Amina", system=[font]) == ()


def test_a_certificate_is_set_with_the_systems_font(east_asian, monkeypatch):
    """A name only the machine's own font can set makes a certificate, in that font."""
    monkeypatch.setattr(fonts, "_SYSTEM_FOLDERS", (east_asian.parent,))
    fonts.system_fonts.cache_clear()
    certificate._fonts.cache_clear()
    try:
        made = make.pdf(make.facts(learner_name="李 Jo"))
    finally:
        fonts.system_fonts.cache_clear()
        certificate._fonts.cache_clear()

    with pikepdf.open(io.BytesIO(made)) as pdf:
        used = [str(one.BaseFont) for one in pdf.pages[0].Resources.Font.values()]
    assert any("TinyHan" in name for name in used)


@pytest.mark.parametrize("content", [b"", b"not a font", b"ttcf\x00"])
def test_a_damaged_system_font_sets_nothing(tmp_path, content):
    """A broken font on the machine is passed over."""
    path = tmp_path / "NotoSansCJK-Regular.ttc"
    path.write_bytes(content)

    assert unsettable("李", system=[path]) == ("李",)


def test_every_shipped_font_is_free_to_pass_on():
    """Each face says it is under the Open Font License, and the licence lies beside it."""
    faces = sorted(SHIPPED.glob("*.ttf"))

    assert "SIL OPEN FONT LICENSE" in (SHIPPED / "OFL.txt").read_text()
    assert all("Open Font License" in TTFont(face)["name"].getDebugName(13) for face in faces)


def test_every_shipped_family_is_used():
    """The list the template gets names each family in the folder; the display face is the template's own choice."""
    held = {TTFont(face)["name"].getBestFamilyName() for face in SHIPPED.glob("*.ttf")}

    assert held == {*FAMILIES, "Noto Serif Display"}


def test_the_fonts_stay_small():
    """All faces together are under four megabytes, since every learner downloads the package."""
    assert sum(face.stat().st_size for face in SHIPPED.glob("*.ttf")) < 4_000_000
