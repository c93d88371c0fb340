"""What a learner's notebook imports: activities, answers, checks with feedback, and datasets."""

from __future__ import annotations

from peerlab.lesson.checking import check
from peerlab.lesson.datasets import dataset
from peerlab.lesson.marks import Mark
from peerlab.lesson.options import option_faults
from peerlab.lesson.showing import show
from peerlab.lesson.store import answers

__all__ = ["Mark", "answers", "check", "dataset", "option_faults", "show"]
