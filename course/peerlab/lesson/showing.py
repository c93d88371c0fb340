"""Shows an activity in a lesson: live, with its static twin kept beside it; static only while nbgrader runs."""

from __future__ import annotations

from pathlib import Path

from peerlab.lesson.activities import activity
from peerlab.lesson.answerfile import Record
from peerlab.lesson.speaking import never_a_traceback, put
from peerlab.lesson.store import only_reading, store_for
from peerlab.lesson.twin import twin


def show(name: str) -> None:
    """Show the activity *name*, such as "asking-good-questions/fault-spotter", with any saved answers."""
    with never_a_traceback():
        shown = activity(name)
        if only_reading() and shown.purpose == "private":
            put(twin(shown, Record()))
            return
        store = store_for(shown, Path.cwd())
        record, notice = store.record(shown)
        if only_reading():
            put(twin(shown, record))
            return
        from peerlab.lesson.widget import ActivityView  # noqa: PLC0415 - nbgrader's runs never need the live view

        ActivityView(shown, store, record, notice).put()
