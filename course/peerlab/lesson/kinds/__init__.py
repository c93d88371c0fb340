"""The kinds of question an activity can ask; a new kind is one more class in `AnyField`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from peerlab.lesson.kinds.base import Feedback, FieldBase, Said, Values, Words
from peerlab.lesson.kinds.build import Options
from peerlab.lesson.kinds.choose import ChooseMany, ChooseOne
from peerlab.lesson.kinds.match import Match
from peerlab.lesson.kinds.order import Order
from peerlab.lesson.kinds.unjudged import Checklist, Rate
from peerlab.lesson.kinds.write import Write

AnyField = Annotated[
    ChooseOne | ChooseMany | Match | Write | Options | Order | Rate | Checklist, Field(discriminator="kind")
]
KINDS = ("choose-one", "choose-many", "match", "write", "options", "order", "rate", "checklist")

__all__ = [
    "KINDS",
    "AnyField",
    "Checklist",
    "ChooseMany",
    "ChooseOne",
    "Feedback",
    "FieldBase",
    "Match",
    "Options",
    "Order",
    "Rate",
    "Said",
    "Values",
    "Words",
    "Write",
]
