"""Says in words how complete a saved answer is, and never whether it is right."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from peerlab.lesson.activities import Activity, activity
from peerlab.lesson.speaking import never_a_traceback, put
from peerlab.lesson.store import store_for

if TYPE_CHECKING:
    from peerlab.lesson.answerfile import Record


def check(name: str) -> None:
    """Show which questions of the activity *name* have a saved answer; it holds no key, so it cannot give one away."""
    with never_a_traceback():
        shown = activity(name)
        record, notice = store_for(shown, Path.cwd()).record(shown)
        put(completeness(shown, record, notice))


def completeness(shown: Activity, record: Record, notice: str = "") -> dict[str, str]:
    """Return, as `text/html` and `text/plain`, how much is answered and what still waits."""
    said = shown.said(record.fields)
    waiting = [question for field in shown.fields for question in field.missing(record.fields)]
    done = len(said) - len(waiting)
    if not waiting:
        first = "Your answer is complete and saved."
        last = "You can still change it until you hand in."
    elif done:
        first = f"{done} of {len(said)} parts are answered and saved."
        last = "You can do them in any order."
    else:
        first = "Nothing is saved here yet."
        last = "Answer the first part when you are ready."
    lines = [line for line in (notice, first) if line]
    items = "".join(f"<li>{escape(question)}</li>" for question in waiting)
    wait = f"<p>Still to do:</p><ul>{items}</ul>" if waiting else ""
    page = "".join(f"<p><strong>{escape(line)}</strong></p>" for line in lines) + wait + f"<p>{escape(last)}</p>"
    text = "\n".join([*lines, *(["Still to do:"] if waiting else []), *(f"- {one}" for one in waiting), last])
    return {"text/html": f'<section class="pl-check">{page}</section>', "text/plain": text}
