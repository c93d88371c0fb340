"""The fonts of a certificate, and whether they can set a name: a box where a letter should be is no certificate."""

from __future__ import annotations

import struct
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fontTools.ttLib import TTCollection, TTFont, TTLibError

from peerlab.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHIPPED = Path(__file__).parent / "fonts"
#: What a certificate may use, first choice first; the template takes this list, so that nothing else is ever used.
FAMILIES = (
    "Noto Sans",
    "Noto Naskh Arabic",
    "Noto Serif Hebrew",
    "Noto Serif Devanagari",
    "Noto Serif Bengali",
    "Noto Serif Gurmukhi",
    "Noto Serif Gujarati",
    "Noto Serif Tamil",
    "Noto Serif Thai",
    "Noto Serif Ethiopic",
)
_SYSTEM_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
#: Beginnings of the file names of fonts for Chinese, Japanese and Korean, best first.
_EAST_ASIAN_FILES = ("NotoSerifCJK", "NotoSansCJK", "SourceHan", "wqy-", "NanumMyeongjo", "ipaexm", "uming", "Hiragino")
_EAST_ASIAN_NAMES = (
    "CJK ",
    "HIRAGANA ",
    "KATAKANA ",
    "HANGUL ",
    "BOPOMOFO ",
    "IDEOGRAPHIC ",
    "HALFWIDTH ",
    "FULLWIDTH ",
)
#: Marks without a shape of their own that names need: they join, part, or turn the letters beside them.
_SHAPELESS = frozenset("\u200c\u200d\u200e\u200f\u061c")


def unsettable(text: str, *, system: Sequence[Path] | None = None) -> tuple[str, ...]:
    """Return the characters of *text* that no font at hand can set, each once, in order.

    *system* are the font files used for Chinese, Japanese and Korean; by default those found on this machine.
    """
    shipped = shipped_letters()
    missing = dict.fromkeys(letter for letter in plain(text) if letter not in _SHAPELESS and ord(letter) not in shipped)
    if any(map(_is_east_asian, missing)):
        for path in system_fonts() if system is None else system:
            known = letters_of(path)
            missing = {x: None for x in missing if not (_is_east_asian(x) and ord(x) in known)}
    return tuple(missing)


def refuse_unsettable(name: str, *, system: Sequence[Path] | None = None) -> None:
    """Raise InputError naming the first character of *name* that a certificate cannot show."""
    missing = unsettable(name, system=system)
    if not missing:
        return
    letter = missing[0]
    called = f"U+{ord(letter):04X} {unicodedata.name(letter, 'a character without a name')}"
    shown = f"\u201c{letter}\u201d, {called}," if letter.isprintable() else called
    raise InputError(
        f"name {name!r}", f"the certificate's fonts cannot set {shown}.".replace(",.", "."), _remedy(letter)
    )


def _remedy(letter: str) -> str:
    if _is_east_asian(letter):
        return "Install a font for Chinese, Japanese and Korean (on Debian: fonts-noto-cjk), then try again."
    if not letter.isprintable():
        return "This is an invisible character, often copied by accident: type the name again without it."
    return "Ask the learner how else they write their name, and enter that."


def plain(text: str) -> str:
    """Return *text* with letters and their marks joined where Unicode has one character for both, as it will be set."""
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=1)
def shipped_letters() -> frozenset[int]:
    """Return the code points that the fonts in the package can set."""
    files = sorted(SHIPPED.glob("*.ttf"))
    return frozenset().union(*map(letters_of, files)) - _controls()


def _controls() -> frozenset[int]:
    """Code points some fonts list though nothing is seen: line ends, and signs that reverse the text around them."""
    return frozenset([*range(0x20), *range(0x7F, 0xA0), 0xAD, *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF])


@lru_cache(maxsize=64)
def letters_of(path: Path) -> frozenset[int]:
    """Return the code points a font file can set; an unreadable file sets none."""
    return frozenset().union(*(face.letters for face in _faces(path)))


@dataclass(frozen=True, slots=True)
class _Face:
    """One font of a file: what it is called, and the code points it can set."""

    family: str
    letters: frozenset[int]


@lru_cache(maxsize=64)
def _faces(path: Path) -> tuple[_Face, ...]:
    try:
        with path.open("rb") as file:
            collection = file.read(4) == b"ttcf"
            file.seek(0)
            fonts = TTCollection(file, lazy=True).fonts if collection else [TTFont(file, lazy=True)]
            return tuple(
                _Face(str(one["name"].getBestFamilyName()), frozenset(one.getBestCmap() or ())) for one in fonts
            )
    except (OSError, TTLibError, struct.error, KeyError):
        return ()


@lru_cache(maxsize=1)
def system_fonts() -> tuple[Path, ...]:
    """Return this machine's font files for Chinese, Japanese and Korean, best first, one face of each family."""
    return tuple(_east_asian_files())


def _east_asian_files() -> Iterator[Path]:
    files = sorted(path for folder in _SYSTEM_FOLDERS for path in folder.rglob("*.[to]t[cf]"))
    for beginning in _EAST_ASIAN_FILES:
        faces = [path for path in files if path.name.startswith(beginning)]
        yield from [path for path in faces if "Regular" in path.name] or faces[:1]


def _is_east_asian(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_EAST_ASIAN_NAMES)


def families(text: str, *, system: Sequence[Path] | None = None) -> tuple[str, ...]:
    """Return the names of the fonts needed beyond FAMILIES to set *text*: none, unless it is East Asian."""
    needed = {ord(letter) for letter in plain(text) if _is_east_asian(letter)} - shipped_letters()
    found: list[str] = []
    for path in system_fonts() if needed and system is None else system or ():
        if needed & letters_of(path):
            found.extend(face.family for face in _faces(path))
            needed -= letters_of(path)
    return tuple(dict.fromkeys(found))
