"""What was told of one SchoolAutoscaler: remembered by `report`, and written by it alone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from firstbell.core import PlannedPeak
    from firstbell.core.capacity import Preparation
    from firstbell.core.instants import Minute
    from firstbell.core.reasons import Shortfall

REPORTS_AT_ONCE = 5


@dataclass(kw_only=True, slots=True)
class BellRecord:
    """How ready the workload was for one bell. Times are None until they have come.

    `denied` is how many more the schedule asks for than the maximum of an autoscaler allows; `written` when
    the last of its replicas were written, None where nothing had to be; `late` that the bell was missed,
    `reasons` why that was.
    """

    peak: PlannedPeak
    denied: int = 0
    written: datetime | None = None
    ready_time: datetime | None = None
    ready_at_bell: int | None = None
    late: bool = False
    reasons: tuple[Shortfall, ...] = ()

    @property
    def planned(self) -> int:
        """How many replicas the schedule asks for at the bell."""
        return self.peak.replicas + self.denied

    @property
    def minute(self) -> Minute:
        """The bell, or the minute at which spread cohorts reach their height, if that is later."""
        return max(self.peak.bell, self.peak.ready_by)

    @property
    def ready_after_seconds(self) -> int | None:
        """The seconds from the write to all Ready; None where either is not known or the other came first."""
        if self.written is None or self.ready_time is None or self.ready_time < self.written:
            return None
        return int((self.ready_time - self.written).total_seconds())


@dataclass(kw_only=True, slots=True)
class Told:
    """The bells that are watched, and the last reports: what they said and when they were written.

    `preparation` is what was written for the next bell, `short_since` since when fewer than the baseline are
    Ready outside of peaks, `reasons` those of which an event told since the workload was last well. What
    was `reported` last is packed: it is the most that is remembered of one.
    """

    next_bell: BellRecord | None = None
    last_bell: BellRecord | None = None
    preparation: Preparation | None = None
    short_since: datetime | None = None
    reasons: frozenset[str] = frozenset()
    reported: bytes | None = None
    reported_at: datetime | None = None
    reports: deque[datetime] = field(default_factory=lambda: deque(maxlen=REPORTS_AT_ONCE))

    def move(self, by: timedelta) -> None:
        """Move the times of reports and of what was seen along with a clock that was set."""
        self.preparation = None if self.preparation is None else self.preparation.moved(by)
        self.short_since = None if self.short_since is None else self.short_since + by
        self.reported_at = None if self.reported_at is None else self.reported_at + by
        self.reports = deque((at + by for at in self.reports), maxlen=self.reports.maxlen)
