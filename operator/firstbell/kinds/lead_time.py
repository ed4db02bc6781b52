"""How much earlier than it is due a rise is written: what pods need to become Ready."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from firstbell.kinds.model import SpecModel
from firstbell.kinds.scalars import number

DEFAULT_MAX_MINUTES = 15
MOST_MINUTES = 60


class LeadMode(StrEnum):
    """Whether the head start of rises is fixed or follows what was measured."""

    FIXED = "Fixed"
    MEASURED = "Measured"


class LeadTimeSpec(SpecModel):
    """How much earlier than the plan needs them replicas are asked for."""

    mode: LeadMode = LeadMode.FIXED
    """Fixed asks for replicas when the plan needs them: leadMinutes of each peak is all the head start.
    Measured asks for them earlier, by what the last rises of the workload took until all were Ready."""
    max_minutes: Annotated[int, number(1, MOST_MINUTES)] = DEFAULT_MAX_MINUTES
    """Minutes: the most that Measured asks earlier, and how long it waits for a rise to become Ready."""
