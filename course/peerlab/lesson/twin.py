"""An activity as plain HTML and text: for print, feedback pages, marking, and when the lesson is not running."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peerlab.lesson.activities import Activity
    from peerlab.lesson.answerfile import Record
    from peerlab.lesson.kinds import Said

NO_ANSWER = "No answer yet"
KEPT_APART = "What you write here is only for you. It is kept apart and never handed in."


def twin(shown: Activity, record: Record) -> dict[str, str]:
    """Return the activity with its saved answers, as `text/html` and `text/plain`; never what a private one holds.

    The notebook keeps this text, and travels with the hand-in.
    """
    if shown.purpose == "private":
        return note(f"{shown.title}. {KEPT_APART}")
    said = shown.said(record.fields)
    return {"text/html": _page(shown, said), "text/plain": _text(shown, said)}


def note(text: str, details: str = "") -> dict[str, str]:
    """Return a short message, as `text/html` and `text/plain`; *details* are folded away."""
    more = f"<details><summary>For your tutor</summary><p>{escape(details)}</p></details>" if details else ""
    page = f'<div class="pl-note" role="note"><p><strong>{escape(text)}</strong></p>{more}</div>'
    return {"text/html": page, "text/plain": "\n".join(filter(None, (text, details)))}


def _page(shown: Activity, said: tuple[Said, ...]) -> str:
    # Plain headings and paragraphs: pages that show notebooks lay definition lists out side by side.
    intro = "".join(f"<p>{escape(text)}</p>" for text in paragraphs(shown.intro))
    answers = "".join(f"<h3>{escape(one.question)}</h3>{_answer(one)}" for one in said)
    return f'<section class="pl-static"><h2>{escape(shown.title)}</h2>{intro}{answers}</section>'


def _answer(said: Said) -> str:
    lines = said.answer or (NO_ANSWER,)
    return "".join(f"<p>{escape(line).replace(chr(10), '<br>')}</p>" for line in lines)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of *text*, which blank lines part."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _text(shown: Activity, said: tuple[Said, ...]) -> str:
    lines = [shown.title, *paragraphs(shown.intro)]
    for one in said:
        lines += ["", one.question, *(f"  {line}" for line in one.answer or (NO_ANSWER,))]
    return "\n".join(lines)
