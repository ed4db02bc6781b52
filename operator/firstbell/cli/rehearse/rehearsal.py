"""What is rehearsed: how many replicas a peak of a date needs, and why not now. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from firstbell.core import PlannedPeak, Unavailable, make_plan, too_many_steps
from firstbell.core.instants import api_time, local_date, local_time, minute_of, start_of_day
from firstbell.core.reasons import visible
from firstbell.core.scaling import hold_in_force
from firstbell.engine.objects.status_values import reported_stop
from firstbell.kinds.group import API_VERSION, OVERRIDE
from firstbell.kinds.problems import nearest
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from firstbell.core import Plan, Workload
    from firstbell.engine.explaining.explanation import Explanation
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell.engine.ports import Json

REASON_CHARACTERS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """What is asked for: `replicas` from now to `end`, as `peak` needs them; `before` are asked for now.

    `target` is the workload; `warnings` are what else happens within that time.
    """

    key: str
    target: TargetRef
    peak: PlannedPeak
    replicas: int
    before: int
    start: datetime
    end: datetime
    warnings: tuple[str, ...] = ()

    def begun(self, now: datetime, *, moves: bool) -> Rehearsal:
        """Return the same begun now, after a person has thought about it; `moves`: its end as much later."""
        end = self.end + (now - self.start) if moves else self.end
        return replace(self, start=now, end=end.replace(microsecond=0))

    @property
    def namespace(self) -> str:
        """The namespace of all of it."""
        return self.key.partition("/")[0]

    @property
    def order_name(self) -> str:
        """The name of the ScalingOverride."""
        name = self.key.partition("/")[2]
        return f"rehearsal-{name[:40].rstrip('-.')}-{self.start:%Y%m%d-%H%M%S}"

    @property
    def order(self) -> Json:
        """The ScalingOverride: its end stands in it, so that nothing is left of it whatever becomes of us."""
        bell = local_time(self.peak)
        reason = f"rehearsal of {self.peak.surge.occurrence.peak.name} at {bell}, by firstbell rehearse"
        spec: dict[str, Any] = {
            "autoscalerRefs": [{"name": self.key.partition("/")[2]}],
            "floorReplicas": self.replicas,
            "endTime": api_time(self.end),
            "reason": visible(reason, REASON_CHARACTERS),
            "ttlSecondsAfterFinished": 0,
        }
        return {
            "apiVersion": API_VERSION,
            "kind": OVERRIDE,
            "metadata": {"name": self.order_name, "namespace": self.namespace},
            "spec": spec,
        }


def rehearsal_of(found: Explanation, peak: str, on: date, now: datetime, end: datetime) -> Rehearsal | str:
    """Return what is rehearsed from `now` to `end`, or in a sentence why it is not, and what to do."""
    hindrance = next(_hindrances(found, now, end), None)
    if hindrance is not None:
        return hindrance
    plan, decision = found.outcome.plan, found.outcome.decision
    if isinstance(plan, Unavailable) or isinstance(decision, Unavailable):
        return plan.message if isinstance(plan, Unavailable) else decision.message
    bell, before = _largest(plan.workload, peak, on), decision.desired
    if isinstance(bell, str):
        return bell
    if before is None:
        return decision.message
    if bell.replicas <= before:
        return (
            f"{peak} on {on} needs {bell.replicas} replicas, and {before} are asked for now anyway: there is "
            "nothing to rehearse. Try it when nothing is under way, or give another --date."
        )
    return Rehearsal(
        key=found.seen.key,
        target=found.rules.target,
        peak=bell,
        replicas=bell.replicas,
        before=before,
        start=now,
        end=end,
        warnings=tuple(_warnings(plan, now, end)),
    )


def _hindrances(found: Explanation, now: datetime, end: datetime) -> Iterator[str]:
    """Yield why nothing would be written for an order now."""
    stopped = reported_stop(found.seen.status)
    if stopped:
        yield f"{stopped.rstrip('.')}. Nothing is written until then: firstbell resume."
    if found.rules.mode is Mode.DRY_RUN:
        yield "spec.mode is DryRun: nothing would be written. Set it to Enforce first."
    held = hold_in_force(found.outcome.orders, now, end)
    if held is not None:
        yield f"{held.sentence}. Rehearse after it, or delete it: kubectl delete scalingoverride {held.name}."
    for needed in (found.outcome.situation.workload, found.outcome.situation.actuator):
        if isinstance(needed, Unavailable):
            yield needed.message


def _largest(workload: Workload, peak: str, on: date) -> PlannedPeak | str:
    """Return the largest bell of a peak on a date, or why there is none."""
    known = [one.name for one in workload.policy.peaks]
    if peak not in known:
        cure = nearest(peak, known, noun="peak")
        return f"--peak {peak}: SchoolAutoscaler {workload.policy.key} has no such peak. {cure}."
    start = start_of_day(workload.zone, on)
    end = start_of_day(workload.zone, on.fromordinal(on.toordinal() + 1))
    if (costly := too_many_steps(workload, start, end)) is not None:
        return costly.message
    bells = [
        one
        for one in make_plan(workload, start, end).peaks
        if one.surge.occurrence.peak.name == peak and local_date(one.zone, one.bell) == on
    ]
    if not bells:
        day = _days(workload, on)
        return f"--date {on}: no bell of {peak} rings on that date ({day}). Give a date with lessons."
    return max(bells, key=lambda one: (one.replicas, -one.bell))


def _days(workload: Workload, on: date) -> str:
    """Tell what kind of day it is in each calendar."""
    told = {
        f"{days.calendar.name}: {'lessons' if day.lessons else 'no lessons'}, {day.reason}"
        for days in workload.calendars
        for day in (days.day(region, on) for region in days.calendar.region_names)
    }
    return "; ".join(sorted(told))


def _warnings(plan: Plan, now: datetime, end: datetime) -> Iterator[str]:
    """Yield what is planned within the rehearsal besides."""
    first, last = minute_of(now), minute_of(end)
    bells = [one for one in plan.peaks if one.load_start <= last and first <= one.bell]
    if bells:
        one = min(bells, key=lambda each: each.bell)
        yield (
            f"a real bell is prepared or rings within the rehearsal: {one.surge.occurrence.peak.name} at "
            f"{local_time(one)}, {one.replicas} replicas"
        )
