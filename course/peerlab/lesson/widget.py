"""The live view of an activity: an anywidget whose every save is answered by name."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets
from IPython.display import DisplayHandle, display

from peerlab.lesson.answerfile import Record
from peerlab.lesson.practice import judge
from peerlab.lesson.store import AnswerStore, NotSavedError
from peerlab.lesson.twin import twin

if TYPE_CHECKING:
    from peerlab.lesson.activities import Activity

_STATIC = Path(__file__).parent / "static"


class ActivityView(anywidget.AnyWidget):
    """One activity on the page.

    The page sends {type: "save", view, seq, field, value, base}; the answer carries the same *view* and *seq*
    (messages reach every window) and is {type: "saved", record, conflict, feedback, notice}
    or {type: "failed", why}.
    """

    _esm: ClassVar[Path] = _STATIC / "activity.js"
    _css: ClassVar[Path] = _STATIC / "activity.css"
    activity = traitlets.Dict().tag(sync=True)
    place = traitlets.Unicode().tag(sync=True)
    record = traitlets.Dict().tag(sync=True)
    feedback: Any = traitlets.List().tag(sync=True)
    notice = traitlets.Unicode().tag(sync=True)

    def __init__(self, shown: Activity, store: AnswerStore, record: Record, notice: str) -> None:
        self._shown = shown
        self._store = store
        self._twin: DisplayHandle | None = None
        super().__init__(
            activity=drawn(shown),
            place=_place(Path.cwd(), shown.name),
            record=record.as_json(),
            feedback=[asdict(said) for said in judge(shown, record.fields)],
            notice=notice,
        )
        self.on_msg(self._answer)

    def put(self) -> None:
        """Put the live view on the page, and its twin under it: one output with both would go stale at once."""
        display(self)  # type: ignore[no-untyped-call]
        bundle = twin(self._shown, Record(**self.record))
        self._twin = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]

    def _repr_mimebundle_(self, **asked: Any) -> Any:
        made = super()._repr_mimebundle_(**asked)
        data, metadata = made if isinstance(made, tuple) else (made, {})
        return {**(data or {}), "text/plain": "", "text/html": ""}, metadata

    def _answer(self, _widget: Any, message: Any, _buffers: Any) -> None:
        match message:
            case {"type": "save", "view": str(view), "seq": int(seq), "field": str(field)}:
                self.send({**self._save(field, message.get("value"), message.get("base")), "view": view, "seq": seq})

    def _save(self, field: str, value: Any, base: Any) -> dict[str, Any]:
        try:
            saved = self._store.save(self._shown, field, value, base=base if isinstance(base, int) else None)
        except NotSavedError as error:
            return {"type": "failed", "field": field, "why": str(error)}
        except Exception:  # noqa: BLE001 - an unanswered save would leave the learner waiting
            return {"type": "failed", "field": field, "why": "The lesson has a problem. Tell your tutor."}
        said = [asdict(feedback) for feedback in judge(self._shown, saved.record.fields)]
        self.record, self.feedback = saved.record.as_json(), said
        if self._twin is not None:
            self._twin.update(twin(self._shown, saved.record), raw=True)  # type: ignore[no-untyped-call]
        return {
            "type": "saved",
            "field": field,
            "record": saved.record.as_json(),
            "conflict": saved.conflict,
            "feedback": said,
            "notice": saved.notice,
        }


def drawn(shown: Activity) -> dict[str, Any]:
    """Return what the page needs to draw the activity: its words and controls, no key and no feedback."""
    return {
        "name": shown.name,
        "title": shown.title,
        "purpose": shown.purpose,
        "minutes": shown.minutes,
        "intro": [part.strip() for part in shown.intro.split("\n\n") if part.strip()],
        "fields": [field.public() for field in shown.fields],
    }


def _place(folder: Path, name: str) -> str:
    """Name this activity in this folder without saying where the folder is."""
    return hashlib.sha256(f"{folder}\0{name}".encode()).hexdigest()[:16]
