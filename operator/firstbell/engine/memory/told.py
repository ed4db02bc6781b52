"""What was told of one SchoolAutoscaler: remembered by `report`, and written by it alone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from firstbell.core import Minute, PlannedPeak
    from firstbell.engine.ports import Json

REPORTS_AT_ONCE = 5


@dataclass(kw_only=True, slots=True)
class BellRecord:
    """How ready the workload was for one bell. Times are None until they have come."""

    peak: PlannedPeak
    ready_time: datetime | None = None
    ready_at_bell: int | None = None

    @property
    def minute(self) -> Minute:
        """The bell, or the minute at which spread cohorts reach their height, if that is later."""
        return max(self.peak.bell, self.peak.ready_by)


@dataclass(kw_only=True, slots=True)
class Told:
    """The bells that are watched, and the last reports: what they said and when they were written."""

    next_bell: BellRecord | None = None
    last_bell: BellRecord | None = None
    reported: Json | None = None
    reported_at: datetime | None = None
    reports: deque[datetime] = field(default_factory=lambda: deque(maxlen=REPORTS_AT_ONCE))

    def move(self, by: timedelta) -> None:
        """Move the times of reports along with a clock that was set."""
        self.reported_at = None if self.reported_at is None else self.reported_at + by
        self.reports = deque((at + by for at in self.reports), maxlen=self.reports.maxlen)
