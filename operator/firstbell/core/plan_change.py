"""What an edit does to a plan, bell by bell: which it takes away, lowers, adds or raises.

The operator asks it before it follows an edit that loses a bell which is near, `lint --against` and
`plan --diff` ask it before anybody applies one. Bounds are no part of it: minimum and maximum are orders of
their own, so both plans are compared within those of the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.plan import clamp
from firstbell.core.upcoming import by_bell, local_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.core.bells import Minute
    from firstbell.core.plan import Plan, PlannedPeak

TOLD_AT_MOST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class BellChange:
    """One bell or event, and how many replicas there were and are to be for it."""

    peak: PlannedPeak
    before: int
    after: int

    @property
    def key(self) -> tuple[str, str | None, str, Minute]:
        """What a bell is told by: calendar, region, peak and when."""
        return bell_key(self.peak)


def bell_key(peak: PlannedPeak) -> tuple[str, str | None, str, Minute]:
    """Return what a bell is told by, in whatever plan it stands."""
    occurrence = peak.surge.occurrence
    return peak.calendar, occurrence.day.region, occurrence.peak.name, occurrence.bell


def lost_bells(old: Plan, new: Plan, start: Minute, end: Minute) -> tuple[BellChange, ...]:
    """Return the bells before `end` that lose replicas, also those in whose window `start` is.

    Of a bell that has reached its height the value at `start` counts, else the highest of its time: a bell
    that is moved within its own time is not lost. Both plans must reach from `start` to `end`.
    """
    lost = []
    for peak in sorted(old.peaks, key=by_bell):
        if peak.bell >= end or not start < peak.load_end:
            continue
        first = max(start, peak.load_start, old.start, new.start)
        last = first + 1 if peak.ready_by <= start else min(peak.load_end, old.end, new.end)
        before, after = (_highest(plan, new, first, last) for plan in (old, new))
        if after < before:
            lost.append(BellChange(peak=peak, before=before, after=after))
    return tuple(lost)


def _highest(plan: Plan, bounded_by: Plan, first: Minute, last: Minute) -> int:
    values = [plan.wanted_at(minute) for minute in range(first, last)]
    return clamp(max(values, default=0), bounded_by.workload.bounds)[0]


def changed_bells(old: Plan, new: Plan) -> tuple[BellChange, ...]:
    """Return every bell of either plan whose replicas differ; both must be of one interval."""
    there = {bell_key(peak): peak for peak in new.peaks}
    changes = []
    for peak in old.peaks:
        now = there.pop(bell_key(peak), None)
        after = now.replicas if now is not None else _at(new, peak)
        changes.append(BellChange(peak=peak, before=peak.replicas, after=after))
    changes += [BellChange(peak=peak, before=_at(old, peak), after=peak.replicas) for peak in there.values()]
    changed = [change for change in changes if change.before != change.after]
    return tuple(sorted(changed, key=lambda change: by_bell(change.peak)))


def _at(plan: Plan, peak: PlannedPeak) -> int:
    """Return what a plan without this bell has when all of it is to be there."""
    return plan.replicas_at(min(max(peak.ready_by, plan.start), plan.end - 1))


def change_sentence(change: BellChange) -> str:
    """Return one bell and its two numbers, for people."""
    name = change.peak.surge.occurrence.peak.name
    return f"{name} at {local_time(change.peak)}: {change.before} -> {change.after}"


def changes_sentence(changes: Iterable[BellChange]) -> str:
    """Return the first few of them, and how many more there are."""
    told = [change_sentence(change) for change in changes]
    more = f"; and {len(told) - TOLD_AT_MOST} more" if len(told) > TOLD_AT_MOST else ""
    return "; ".join(told[:TOLD_AT_MOST]) + more
