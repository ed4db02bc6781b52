"""The bells that a recording can be held against, each with the stretch in which its load is expected.

The stretch is from the minute by which the plan is ready for the bell to the end of its hold, for the last
cohort of its region. Bells are those that rang in the end: of what was announced late, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core import by_bell, make_plan
from firstbell.core.capacity import offsets_by_region
from firstbell.lab.record.recording import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    from firstbell.core import PlannedPeak, Workload


@dataclass(frozen=True, slots=True, eq=False)
class BellWindow:
    """One occurrence of a peak, and its stretch [start, end) in seconds since 1970."""

    peak: PlannedPeak
    start: int
    end: int


def bell_windows(workload: Workload, start: int, end: int) -> tuple[BellWindow, ...]:
    """Return every occurrence whose stretch lies in [start, end), in seconds since 1970, by its bell."""
    plan = make_plan(workload, start // SECONDS_PER_MINUTE, -(-end // SECONDS_PER_MINUTE))
    latest = {
        (days.calendar.key, region): offsets[-1][0] if offsets else 0
        for days in workload.calendars
        for region, offsets in offsets_by_region(days).items()
    }
    windows = []
    for peak in sorted(plan.peaks, key=by_bell):
        occurrence = peak.surge.occurrence
        offset = latest[peak.calendar, occurrence.day.region] if occurrence.shifts_with_cohorts else 0
        first = peak.ready_by * SECONDS_PER_MINUTE
        last = max(occurrence.full_end + offset, peak.ready_by + 1) * SECONDS_PER_MINUTE
        if start <= first and last <= end:
            windows.append(BellWindow(peak, first, last))
    return tuple(windows)
