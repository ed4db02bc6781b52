"""Why a workload has the number it has: what a tick would find and decide at an instant. Pure.

The same situation, plan and decision as the operator's, without its memory: nothing of a decision needs it
but what a start or a stabilization window holds back, and that is in the operator's own report. What live
metrics ask for is taken from that report, too: whoever explains may not reach what the operator reads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.core import Unavailable, peak_at
from firstbell.core.instants import minute_of, told_instant
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.acting.commands import commands_of, unsent_of
from firstbell.engine.deciding.planning import coming_peaks
from firstbell.engine.explaining.by_report import outcome_by_report, reported_memory
from firstbell.engine.explaining.foresight import Foreseen, OrderTurn, next_change, order_turns
from firstbell.engine.explaining.instance import instance_of
from firstbell.engine.explaining.last_report import in_reported_words
from firstbell.engine.memory.kept_plans import KeptPlans
from firstbell.engine.objects.field_managers import owns
from firstbell.kinds.problems import nearest
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from firstbell.core import Plan, PlannedPeak, Run
    from firstbell.core.capacity import RegionLoad, Rises
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.ports import Json
    from firstbell.engine.requests.command import Command
    from firstbell.engine.seen.store import SeenAutoscaler, SeenSpec, Store

NONE_HERE = "There is none in it; kubectl get schoolas -A tells where they are"


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldWriter:
    """Who the API server knows to have written a field: a manager, how, and when last."""

    manager: str
    operation: str
    time: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplainedPeak:
    """A peak whose load is there now, and the pupils that make it (None where none are counted)."""

    peak: PlannedPeak
    pupils: int | None
    cohorts: int
    offsets: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Everything that explains one number.

    `wanted` is what the schedule asks for before any bound, `peaks` what it is made of, largest first;
    `following` the next write of the schedule, `upcoming` the next peaks; where orders are in force or to
    come, or an edit is held back, `following_change` is the next write with them (None: none within two
    days) and `turns` when each order begins or ends and what is decided then; `writers` those of the
    autoscaler's minimum, which are asked for apart. `writes` are the patches that are still to be
    sent for it, and in DryRun `writes_if_enforced` those that Enforce would send. `rises` are the last ones,
    as the operator measured them.
    """

    seen: SeenAutoscaler
    rules: SeenSpec
    outcome: Outcome
    rises: Rises
    wanted: int | None = None
    peaks: tuple[ExplainedPeak, ...] = ()
    following: Run | None = None
    following_change: Foreseen | None = None
    turns: tuple[OrderTurn, ...] = ()
    upcoming: tuple[PlannedPeak, ...] = ()
    writers: tuple[FieldWriter, ...] = ()
    writes: tuple[Command, ...] = ()
    writes_if_enforced: tuple[Command, ...] | None = None

    @property
    def beside_schedule(self) -> bool:
        """Whether more than the schedule bears on the next write: orders, or an edit that is held back."""
        return bool(self.turns) or self.outcome.shrunk is not None


def explain(store: Store, key: str, now: datetime, instance: str | None = None) -> Explanation | Unavailable:
    """Return the explanation of one SchoolAutoscaler.

    Unavailable where it does not exist or never was usable.

    Without an instance it is that whose floor the autoscaler holds now, or that sets the workload's count.
    """
    seen = store.current(key)
    if seen is None:
        namespace, _, name = key.partition("/")
        here = [one.partition("/")[2] for one in store.autoscalers if one.partition("/")[0] == namespace]
        cure = nearest(name, here, noun="SchoolAutoscaler") if here else NONE_HERE
        return Unavailable(
            reason=AbsenceReason.NOT_FOUND,
            message=f"there is no SchoolAutoscaler {name} in namespace {namespace}. {cure}",
        )
    rules = seen.in_force
    if rules is None:
        return (
            seen.rules
            if isinstance(seen.rules, Unavailable)
            else Unavailable(reason=AbsenceReason.INVALID_SPEC, message="the spec is not usable")
        )
    instance, memory = instance or instance_of(store, key), reported_memory(seen)
    outcome = outcome_by_report(store, seen, rules, instance, memory, now)
    held = store.floors.held_by(key)
    told = Explanation(
        seen=seen,
        rules=rules,
        outcome=replace(outcome, decision=in_reported_words(outcome.decision, seen.status)),
        rises=memory.lead.rises,
        writes=commands_of(outcome, memory, held, instance),
        writes_if_enforced=unsent_of(outcome, memory, held, instance) if rules.mode is Mode.DRY_RUN else None,
    )
    if outcome.orders or outcome.shrunk is not None:
        told = replace(
            told,
            following_change=next_change(store, key, now),
            turns=order_turns(store, key, outcome.orders, now),
        )
    plan = outcome.plan
    if isinstance(plan, Unavailable):
        return told
    minute = minute_of(now)
    return replace(
        told,
        wanted=plan.wanted_at(minute),
        peaks=tuple(_peaks(plan, minute)),
        following=plan.next_write(minute),
        upcoming=coming_peaks(plan, KeptPlans(), minute),
    )


def field_writers(managed_fields: Iterable[Json], field: str) -> tuple[FieldWriter, ...]:
    """Return the managers of `spec.FIELD` in an object's managedFields, and when each last wrote."""
    return tuple(
        FieldWriter(
            manager=entry.get("manager", ""),
            operation=entry.get("operation", ""),
            time=told_instant(entry.get("time")),
        )
        for entry in managed_fields
        if owns(entry, field)
    )


def _peaks(plan: Plan, minute: int) -> list[ExplainedPeak]:
    """Return the peaks whose load is there at a minute; else the one that a write near it is for."""
    here = [peak for peak in plan.peaks if peak.load_start <= minute < peak.load_end]
    if not here and plan.write_at(minute) > plan.workload.bounds.minimum:
        near = peak_at(plan, minute)
        here = [near] if near is not None else []
    here.sort(key=lambda peak: (-peak.wanted, abs(peak.ready_by - minute)))
    return [_explained(peak, plan.loads) for peak in here]


def _explained(peak: PlannedPeak, loads: Iterable[RegionLoad]) -> ExplainedPeak:
    occurrence, cohorts = peak.surge.occurrence, peak.school_days.calendar.cohorts
    region = occurrence.day.region
    load = next(each for each in loads if each.school_days is peak.school_days and each.region == region)
    return ExplainedPeak(
        peak=peak,
        pupils=load.pupils_of(occurrence) if cohorts else None,
        cohorts=sum(not occurrence.cohorts or one.name in occurrence.cohorts for one in load.cohorts),
        offsets=tuple(offset for offset, _ in load.offsets),
    )
