"""Turns any fault behind an activity into words for a learner, so that no lesson shows a traceback."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from IPython.display import display

from peerlab.errors import PeerlabError
from peerlab.lesson.twin import note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROBLEM = "This activity has a problem. Your tutor can fix it. Your other answers are safe."
FOLDER_GONE = "The lesson's folder was moved or deleted. Open the lesson again from its folder."


def put(bundle: Mapping[str, str]) -> None:
    """Put one output, given as text by MIME type, under the cell that runs."""
    display(dict(bundle), raw=True)  # type: ignore[no-untyped-call]


@contextmanager
def never_a_traceback() -> Iterator[None]:
    """Run the block; whatever stops it is said in words, with the author's sentence folded away."""
    try:
        yield
    except PeerlabError as error:
        put(note(PROBLEM, str(error)))
    except FileNotFoundError:  # the working folder itself is gone
        put(note(FOLDER_GONE))
    except Exception as error:  # noqa: BLE001 - a learner must never meet a traceback, whatever broke
        put(note(PROBLEM, f"{type(error).__name__}: {error}"))
