"""Practice tells at once: pure judging of answers into feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peerlab.lesson.activities import Activity
    from peerlab.lesson.kinds import Feedback, Values


def judge(activity: Activity, values: Values) -> tuple[Feedback, ...]:
    """Return feedback on every answered question of a practice activity; none for a graded one, ever."""
    if activity.purpose != "practice":
        return ()
    sound = activity.sound(values)
    return tuple(feedback for field in activity.fields for feedback in field.judge(sound))
