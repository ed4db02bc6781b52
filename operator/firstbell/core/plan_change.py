"""What an edit does to a plan, bell by bell: which it takes away, lowers, adds or raises.

The operator asks it before it follows an edit that loses a bell which is near, `lint --against` and
`plan --diff` ask it before anybody applies one. Bounds are no part of it: minimum and maximum are orders of
their own, so both plans are compared within those of the new one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.core.plan import clamp
from firstbell.core.upcoming import by_bell, local_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from firstbell.core.bells import Minute
    from firstbell.core.plan import Plan, PlannedPeak

TOLD_AT_MOST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class BellChange:
    """One bell or event, and how many replicas there were and are to be for it.

    `moved_to` is the bell of the same day that is new in its place; None where there is none.
    """

    peak: PlannedPeak
    before: int
    after: int
    moved_to: PlannedPeak | None = None

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

    Of a bell that has reached its height the value at `start` counts, else what there is when all of it is to
    be there. So a bell that is moved to where fewer are there at its old time is lost, and `moved_to` says
    where it is now. Both plans must reach from `start` to `end`.
    """
    there = {bell_key(peak): peak for peak in new.peaks}
    lost = []
    for peak in sorted(old.peaks, key=by_bell):
        if peak.bell >= end or not start < peak.load_end:
            continue
        now = there.get(bell_key(peak), peak) if peak.ready_by > start else peak
        before = _within(old, new, max(start, peak.ready_by))
        after = _within(new, new, max(start, now.ready_by))
        if after < before:
            lost.append(BellChange(peak=peak, before=before, after=after))
    return tuple(_with_moves(lost, old, new)) if lost else ()


def _within(plan: Plan, bounded_by: Plan, minute: Minute) -> int:
    """Return what a plan wants at a minute, or at the nearest that it has, within the bounds of another."""
    nearest = min(max(minute, plan.start), plan.end - 1)
    return clamp(plan.wanted_at(nearest), bounded_by.workload.bounds)[0]


def _with_moves(lost: Iterable[BellChange], old: Plan, new: Plan) -> Iterator[BellChange]:
    """Yield the bells, each with the nearest bell of its day that was not there before, each told once."""
    known, added = {bell_key(peak) for peak in old.peaks}, defaultdict(list)
    kept = {bell_key(peak) for peak in new.peaks}
    for peak in new.peaks:
        if bell_key(peak) not in known:
            added[_day_key(peak)].append(peak)
    for change in lost:
        others = added[_day_key(change.peak)]
        if change.key in kept or not others:
            yield change
            continue
        nearest = min(others, key=lambda other: abs(other.bell - change.peak.bell))
        others.remove(nearest)
        yield replace(change, moved_to=nearest)


def _day_key(peak: PlannedPeak) -> tuple[str, str | None, str, date]:
    occurrence = peak.surge.occurrence
    return peak.calendar, occurrence.day.region, occurrence.peak.name, occurrence.day.date


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
    told = {change.key for change in changed}
    moved = _with_moves(sorted(changed, key=lambda change: by_bell(change.peak)), old, new)
    # Where the new bell has a line of its own, this says it.
    return tuple(
        replace(change, moved_to=None)
        if change.moved_to is not None and bell_key(change.moved_to) in told
        else change
        for change in moved
    )


def _at(plan: Plan, peak: PlannedPeak) -> int:
    """Return what a plan without this bell has when all of it is to be there."""
    return plan.replicas_at(min(max(peak.ready_by, plan.start), plan.end - 1))


def bell_words(peak: PlannedPeak) -> str:
    """Return a bell's name and time, for people."""
    return f"{peak.surge.occurrence.peak.name} at {local_time(peak)}"


def change_sentence(change: BellChange) -> str:
    """Return one bell and its two numbers, for people, and where it is now if it was moved."""
    told = f"{bell_words(change.peak)}: {change.before} -> {change.after}"
    return told if change.moved_to is None else f"{told}, moved to {local_time(change.moved_to)}"


def changes_sentence(changes: Iterable[BellChange]) -> str:
    """Return the first few of them, and how many more there are."""
    told = [change_sentence(change) for change in changes]
    more = f"; and {len(told) - TOLD_AT_MOST} more" if len(told) > TOLD_AT_MOST else ""
    return "; ".join(told[:TOLD_AT_MOST]) + more
