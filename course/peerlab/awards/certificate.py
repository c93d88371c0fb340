"""A completion as a PDF a person would frame and a machine can check: tagged, archival, the credential inside."""

from __future__ import annotations

import io
import json
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import segno
import typst

from peerlab.awards.fonts import FAMILIES, SHIPPED, families, plain, refuse_unsettable, system_fonts
from peerlab.errors import CourseError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from peerlab.awards.credential import CompletionFacts

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]


def render(facts: CompletionFacts, jwt: str, *, outcomes: tuple[str, ...], template: Path) -> bytes:
    """Return the certificate as PDF/A-3 and PDF/UA-1 with *jwt* attached; the same facts give the same bytes.

    *outcomes* say in plain words what the learner can now do. Raises InputError for a name our fonts cannot set, and
    CourseError when the template or the texts do not make one page.
    """
    for text in (facts.learner_name, facts.issued_by, facts.centre_name):
        refuse_unsettable(text)
    shown = _shown(facts, outcomes)
    inputs = {"facts": json.dumps(shown), "credential": jwt, "qr": qr_code(facts.verify_url)}
    beyond = families(f"{facts.learner_name}{facts.issued_by}{facts.centre_name}")
    try:
        compiler = typst.Compiler(template, root=template.parent, font_paths=_fonts(system=bool(beyond)))
        made = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=_STANDARDS, timestamp=facts.issued_at)
    except RuntimeError as problem:  # TypstError is one; a template that is not there is a bare one
        raise CourseError(
            str(template),
            f"the certificate {facts.number} could not be set: {str(problem).splitlines()[0].rstrip('.')}.",
            "Shorten the outcomes in the qualification, or mend the template.",
        ) from None
    if not isinstance(made, bytes):
        raise CourseError(str(template), "the template made no PDF.", "Put the template back as it was.")
    return made


def qr_code(address: str) -> str:
    """Return the QR code of an address as SVG."""
    drawn = io.BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", xmldecl=False, border=0, dark="#12343b")
    return drawn.getvalue().decode()


def date_in_words(moment: datetime) -> str:
    """Return a date as people write it, the month as a word: 24 November 2026."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def _shown(facts: CompletionFacts, outcomes: tuple[str, ...]) -> dict[str, Any]:
    """What the template is given, all of it text to be set as it is."""
    name = plain(facts.learner_name)
    return {
        "kind": facts.kind,
        "document-title": f"{facts.title}: certificate {facts.number} of {name}",
        "fonts": [*FAMILIES, *families(name + facts.issued_by + facts.centre_name)],
        "centre": plain(facts.centre_name),
        "name": name,
        "right-to-left": _starts_right(name),
        "title": facts.title,
        "code": facts.code,
        "size": [facts.code, *facts.size.split(", ")],
        "units": [{"code": unit.code, "title": unit.title, "credit": unit.credit} for unit in facts.units],
        "outcomes": [_as_skill(outcome) for outcome in outcomes],
        "issued-on": date_in_words(facts.issued_at),
        "issued-by": plain(facts.issued_by),
        "number": facts.number,
        "verify-address": facts.verify_url,
        "wording": facts.wording,
    }


def _as_skill(outcome: str) -> str:
    """An outcome as an employer would say it: units are written "Be able to write ...", people say "Write ..."."""
    skill = outcome.removeprefix("Be able to ")
    return skill[:1].upper() + skill[1:]


def _starts_right(name: str) -> bool:
    """Say whether a name reads from right to left, by its first letter that has a direction."""
    directions = (unicodedata.bidirectional(letter) for letter in name)
    return next((direction != "L" for direction in directions if direction in {"L", "R", "AL"}), False)


@lru_cache(maxsize=2)
def _fonts(*, system: bool) -> typst.Fonts:
    """The shipped fonts, and the folders of the system's East Asian ones when a name needs them."""
    folders = sorted({path.parent for path in system_fonts()}) if system else []
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[SHIPPED, *folders])
