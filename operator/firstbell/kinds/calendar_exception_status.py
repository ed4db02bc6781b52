"""What the operator reports on a CalendarException."""

from __future__ import annotations

from typing import Annotated

from firstbell.kinds.conditions import Conditions, Word
from firstbell.kinds.model import StatusModel, distinct_list, ordered_list
from firstbell.kinds.scalars import CivilDate, Generation
from firstbell.kinds.school_time import MOST_REGIONS

MOST_CHANGES = 32


class DayChangeStatus(StatusModel):
    """What is different on some days, in some regions."""

    regions: Annotated[tuple[Word, ...], distinct_list(MOST_REGIONS)] = ()
    """The regions in which it is so; none = the calendar has no regions."""
    start_date: CivilDate
    """The first of the days, YYYY-MM-DD, inclusive, a civil date in the calendar's time zone."""
    end_date: CivilDate
    """The last of the days, YYYY-MM-DD, inclusive. Days between that have no lessons either way are not
    meant."""
    before: Word
    """What the days would be without this exception, in words."""
    after: Word
    """What they are with it, in words."""


class CalendarExceptionStatus(StatusModel):
    """What the operator makes of the exception."""

    observed_generation: Generation | None = None
    """The generation of the spec that this status is about."""
    state: Word | None = None
    """Applied: it counts. Expired: its last day is over. Invalid: it does not count, and the condition says
    why."""
    conditions: Conditions = ()
    """Applied: whether the exception is laid over its calendar, and if not, why not."""
    changes: Annotated[tuple[DayChangeStatus, ...], ordered_list(MOST_CHANGES)] = ()
    """What it changes: days, and what they were and are, over all that was declared before it."""
