"""What would change the number that is explained: one sentence for each thing that somebody can do. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Decision, Unavailable
from firstbell.core.reasons import DecisionReason, LimitReason
from firstbell.core.scaling import SLOWING
from firstbell.engine.deciding.shrinking import confirmation
from firstbell.engine.deciding.situation import ByFloor, ByScale
from firstbell.kinds.calendar_refs import calendar_title
from firstbell.kinds.group import PROFILE
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.engine.explaining.explanation import Explanation

EDITS_SHOWN = 2


def levers(of: Explanation) -> tuple[str, ...]:
    """Return what can be done to get another number, the nearest first."""
    return (*_hindrances(of), *_losses(of), *_limits(of), *_demand(of), *_minimum(of))


def _hindrances(of: Explanation) -> Iterator[str]:
    decision = of.outcome.decision
    if of.outcome.invalid is not None:
        yield f"The spec is not usable, and the last good one is followed: {of.outcome.invalid.message}"
    if of.rules.mode is Mode.DRY_RUN:
        wanted = f" {decision.desired}" if isinstance(decision, Decision) and decision.desired else " it"
        yield f"spec.mode is DryRun: nothing is written. With Enforce{wanted} would be."
    for needed in (of.outcome.situation.workload, of.outcome.situation.calendars):
        if isinstance(needed, Unavailable):
            yield needed.message
    if of.outcome.stopped:
        yield "firstbell resume has it go on: then what the schedule asks for is written within seconds."
    elif of.outcome.held_by is not None:
        held_by = of.outcome.held_by
        yield _ended(held_by.sentence, held_by.name, of)
    elif isinstance(decision, Decision) and decision.reason is DecisionReason.SCALING_OVERRIDE:
        largest = max(of.outcome.floors, key=lambda one: one.replicas, default=None)
        if largest is not None:
            yield _ended(largest.message, largest.by, of)
    elif isinstance(decision, Decision) and decision.desired is None:
        yield "Scale the workload to 1 or more, and firstbell takes it up again."


def _ended(sentence: str, name: str, of: Explanation) -> str:
    namespace = of.seen.key.partition("/")[0]
    return f"{sentence}. To end it now: firstbell override --end {name} -n {namespace}"


def _losses(of: Explanation) -> Iterator[str]:
    shrunk = of.outcome.shrunk
    if shrunk is None:
        return
    edits = ", and of ".join(each.edited for each in shrunk.told[:EDITS_SHOWN])
    more = len(shrunk.told) - EDITS_SHOWN
    before = f", and {more} more" if more > 0 else ""
    yield f"Undo the edit of {edits}{before}: what it took of the plan is back at once."
    yield f"To have it followed at once: {confirmation(shrunk, of.seen)}"


def _limits(of: Explanation) -> Iterator[str]:
    decision, actuator = of.outcome.decision, of.outcome.situation.actuator
    if not isinstance(decision, Decision):
        return
    wanted = of.wanted or 0
    for limit in decision.limits:
        if limit.reason is LimitReason.HELD_WITHOUT_PLAN:
            yield "As soon as the calendar can be used again, the plan decides."
        if limit.reason in SLOWING:
            yield f"spec.behavior, its windows and policies, says how fast: {limit.reason} holds it back now."
    ceiling = (
        of.outcome.plan.workload.bounds.maximum if not isinstance(of.outcome.plan, Unavailable) else None
    )
    if ceiling is None or wanted <= ceiling:
        return
    whose = "spec.maxReplicas"
    if isinstance(actuator, ByFloor) and actuator.seen.autoscaler.maximum <= ceiling:
        whose = f"maxReplicas of {actuator.seen.autoscaler.kind} {actuator.seen.autoscaler.name}"
    yield f"{whose} allows {ceiling} of the {wanted} that are wanted: raise it to get them."


def _demand(of: Explanation) -> Iterator[str]:
    calendars = of.outcome.situation.calendars
    if isinstance(calendars, Unavailable):
        return
    for days in calendars:
        if days.calendar.suspended:
            title = calendar_title(days.calendar.key)
            yield f"{title} is suspended: no load of it until spec.suspend is false."
    for key in dict.fromkeys(one.peak.school_days.calendar.key for one in of.peaks):
        yield (
            f"{calendar_title(key)}: an entry in calendarDates (closed, remote, other bells) changes the "
            "day; spec.suspend: true takes its load away."
        )
    if of.peaks:
        peak = of.peaks[0].peak.surge.occurrence.peak
        named = f"peak {peak.name}"
        if "peaks" in of.rules.from_profile:
            named += f" of {PROFILE} {of.rules.profile}"
        how = f"replicas of {named} sets"
        if peak.replicas is None:
            of_capacity = "pupilsPerReplica" if of.rules.policy.counts_pupils(peak) else "replicasAtPeak"
            how = f"loadPercent of {named} and capacity.{of_capacity} set"
        yield f"SchoolAutoscaler: {how} the height, dayFactors multiply it."
    elif not any(days.calendar.suspended for days in calendars):
        yield "No bell or event asks for more now; the next one is under NEXT."


def _minimum(of: Explanation) -> Iterator[str]:
    actuator = of.outcome.situation.actuator
    if isinstance(actuator, Unavailable):
        yield actuator.message
    elif isinstance(actuator, ByFloor):
        name = f"{actuator.seen.autoscaler.kind} {actuator.seen.autoscaler.name}"
        yield f"The minimum in {name} is the baseline, now {actuator.baseline}: never less than that."
        yield f"{name} itself goes above the floor by its own metrics."
    elif isinstance(actuator, ByScale):
        yield f"spec.minReplicas, now {actuator.minimum}, is the least."
