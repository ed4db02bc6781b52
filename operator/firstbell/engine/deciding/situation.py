"""Observe: what one SchoolAutoscaler stands before, from the store alone. Pure and without requests.

Whatever is missing or ambiguous is an `Unavailable` with the sentence that its condition will carry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason, Severity, pupil_findings
from firstbell.core.scaling import FloorMemory, FloorReading, FloorState, read_floor
from firstbell.engine.deciding.readings import live_metrics
from firstbell.engine.floor.choice import FloorChoice, floor_choice
from firstbell.engine.floor.marks import floor_from_status
from firstbell.kinds.calendar_refs import CalendarKind, calendar_kind, calendar_title
from firstbell.kinds.foreign_autoscalers import HPA
from firstbell.kinds.school_autoscaler import Actuation, Mode

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.core import Override, SchoolDays
    from firstbell.core.scaling import LiveMetric
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.seen.store import (
        SeenAutoscaler,
        SeenSpec,
        SeenWorkload,
        Store,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ByFloor:
    """The workload has an autoscaler, whose floor is raised.

    `follower` is the HPA that copies its bounds, a little later; None where it scales the workload itself.
    """

    seen: SeenFloor
    reading: FloorReading
    follower: SeenFloor | None = None

    @property
    def baseline(self) -> int:
        """The minimum that the autoscaler's owner wants."""
        return self.reading.baseline

    @property
    def held(self) -> int | None:
        """The floor of ours that stands there now, or None."""
        return self.seen.autoscaler.minimum if self.reading.state is FloorState.OURS else None

    @property
    def lowest(self) -> int:
        """The count that the workload comes back to by itself: an HPA that follows has its own least."""
        return self.baseline if self.follower is None else max(self.baseline, HPA.default_minimum)

    def shows(self, floor: int) -> bool:
        """Tell whether what scales the workload knows of the floor: it would undo a count below its own."""
        return self.follower is None or self.follower.autoscaler.minimum >= floor


@dataclass(frozen=True, kw_only=True, slots=True)
class ByScale:
    """The workload has no autoscaler and is scaled itself, between the bounds of the spec."""

    minimum: int
    maximum: int

    @property
    def baseline(self) -> int:
        """The spec's own minimum."""
        return self.minimum


Actuator = ByFloor | ByScale | Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """Everything a tick works from. `rival` is another installation that sets the workload's count.

    `orders` are the ScalingOverrides that are for it, over or not.
    """

    seen: SeenAutoscaler
    rules: SeenSpec
    calendars: tuple[SchoolDays, ...] | Unavailable
    calendar_generations: tuple[int, ...]
    actuator: Actuator
    workload: SeenWorkload | Unavailable
    live: tuple[LiveMetric, ...] = ()
    rival: str = ""
    orders: tuple[Override, ...] = ()


def situation(  # noqa: PLR0913 - what a tick knows
    store: Store,
    seen: SeenAutoscaler,
    rules: SeenSpec,
    instance: str,
    now: datetime,
    *,
    floored: FloorMemory | None = None,
) -> Situation:
    """Return the situation of one autoscaler at `now`, as the store has it.

    `floored` is what this process wrote last, where it has: the status tells of it only a little later.
    """
    key = rules.target.key
    workload: SeenWorkload | Unavailable | None = store.workloads.get(key) or store.unreadable.get(key)
    if workload is None:
        workload = Unavailable(
            reason=AbsenceReason.TARGET_NOT_FOUND,
            message=f"{rules.target.kind} {rules.target.name} does not exist in namespace "
            f"{rules.target.namespace}; it is scaled as soon as it is created",
        )
    actuator = _actuator(store, seen, rules, instance, workload, floored=floored)
    rival = _rival(seen, rules, actuator, instance)
    return Situation(
        seen=seen,
        rules=rules,
        calendars=_calendars(store, rules),
        calendar_generations=tuple(
            store.calendars[key].generation for key in rules.calendar_keys if key in store.calendars
        ),
        actuator=_taken(rules, rival) if rival else actuator,
        workload=workload,
        live=live_metrics(store, rules, now),
        rival=rival,
        orders=tuple(one.in_force.override for one in store.overrides.of(seen.key) if one.in_force),
    )


def _rival(seen: SeenAutoscaler, rules: SeenSpec, actuator: Actuator, instance: str) -> str:
    """Return the other installation that sets the workload's count.

    Empty where there is none, or we would not.
    """
    ours = not isinstance(actuator, ByScale) or rules.mode is Mode.DRY_RUN
    return "" if ours or seen.count_mark.instance == instance else seen.count_mark.instance


def _taken(rules: SeenSpec, rival: str) -> Unavailable:
    return Unavailable(
        reason=AbsenceReason.ANOTHER_INSTANCE,
        message=f"the firstbell installation {rival} sets the replicas of {rules.target.kind} "
        f"{rules.target.name}. Let only one of the two watch this namespace. If {rival} is gone, this one "
        "takes over in a minute.",
    )


def _calendars(store: Store, rules: SeenSpec) -> tuple[SchoolDays, ...] | Unavailable:
    """Return the calendars of the policy, all or none: half a demand would be a wrong one."""
    found = []
    for index, key in enumerate(rules.calendar_keys):
        laid = store.laid(key)
        if laid is None:
            return _no_calendar(store, rules, index, key)
        if isinstance(laid, Unavailable):
            return Unavailable(reason=laid.reason, message=f"{calendar_title(key)}: {laid.message}")
        found.append(laid.days)
    for finding in pupil_findings(rules.policy, found):
        if finding.severity is Severity.ERROR:
            return Unavailable(reason=finding.kind, message=f"{finding.path}: {finding.text}")
    return tuple(found)


def _no_calendar(store: Store, rules: SeenSpec, index: int, key: str) -> Unavailable:
    """Tell of a reference to a calendar that is not there, or not for us to see."""
    where = f"spec.calendarRefs[{index}].name: {calendar_title(key)}"
    if calendar_kind(key) is CalendarKind.SCHOOL_CALENDAR:
        where += f" does not exist in namespace {rules.policy.namespace}"
    elif store.cluster_unseen is not None:
        return Unavailable(
            reason=store.cluster_unseen.reason, message=f"{where} is not seen: {store.cluster_unseen.message}"
        )
    else:
        where += " does not exist"
    return Unavailable(
        reason=AbsenceReason.CALENDAR_NOT_FOUND, message=f"{where}. Create it or correct the name."
    )


def _actuator(  # noqa: PLR0913 - as above
    store: Store,
    seen: SeenAutoscaler,
    rules: SeenSpec,
    instance: str,
    workload: SeenWorkload | Unavailable,
    *,
    floored: FloorMemory | None,
) -> Actuator:
    first = store.first_on(rules.target.key)
    if first is not None and first.key != seen.key:
        return Unavailable(
            reason=AbsenceReason.TARGET_CONFLICT,
            message=f"SchoolAutoscaler {first.key} already scales "
            f"{rules.target.kind} {rules.target.name}. "
            "Delete one of the two, or join their calendars and peaks in one.",
        )
    choice = None if rules.actuation is Actuation.SCALE else floor_choice(store.floors, rules.target)
    if isinstance(choice, Unavailable):
        return choice
    if choice is not None:
        return _by_floor(choice, seen, instance, floored)
    if rules.actuation is Actuation.AUTOSCALER_FLOOR:
        return Unavailable(
            reason=AbsenceReason.AUTOSCALER_NOT_FOUND,
            message=f"no autoscaler targets {rules.target.kind} {rules.target.name}. Create a "
            "HorizontalPodAutoscaler for it, or set spec.actuation to Auto or Scale.",
        )
    return _by_scale(rules, workload)


def _by_scale(rules: SeenSpec, workload: SeenWorkload | Unavailable) -> Actuator:
    """Return the workload itself, where the spec has bounds for it.

    Else what is missing, the workload first.
    """
    if rules.minimum is None or rules.maximum is None:
        if isinstance(workload, Unavailable):
            return workload
        bounds = {"spec.minReplicas": rules.minimum, "spec.maxReplicas": rules.maximum}
        missing = [name for name, value in bounds.items() if value is None]
        needed, them = ("are needed", "them") if len(missing) > 1 else ("is needed", "it")
        return Unavailable(
            reason=AbsenceReason.BOUNDS_MISSING,
            message=f"{' and '.join(missing)} {needed}, because no autoscaler targets {rules.target.kind} "
            f"{rules.target.name} that could bring {them}.",
        )
    return ByScale(minimum=rules.minimum, maximum=rules.maximum)


def _by_floor(
    choice: FloorChoice, seen: SeenAutoscaler, instance: str, floored: FloorMemory | None
) -> Actuator:
    floor, follower = choice.seen, choice.follower
    # Nobody older is on the workload: a foreign mark is of one that is gone, has moved to another
    # workload or is younger, and its floor is taken over with the baseline under it.
    mark = floor.autoscaler.mark
    owner = mark.owner if mark is not None else seen.key
    known = floored is not None and floored.uid == floor.autoscaler.uid
    memory = floored if known else floor_from_status(seen.status)
    reading = read_floor(floor.autoscaler, memory, owner, instance)
    if reading.state is FloorState.ANOTHER_INSTANCE:
        return Unavailable(
            reason=AbsenceReason.ANOTHER_INSTANCE,
            message=f"{floor.autoscaler.kind} {floor.autoscaler.name} carries the floor of another firstbell "
            "installation. Let only one of the two watch this namespace.",
        )
    if follower is not None:  # its word on the metrics is that of the two
        floor = replace(
            floor,
            scaling_active=follower.scaling_active,
            inactive_message=follower.inactive_message,
            scale_down_window_seconds=follower.scale_down_window_seconds,
        )
    return ByFloor(seen=floor, reading=reading, follower=follower)


def still_held(store: Store, stands: Situation, instance: str) -> ByFloor | None:
    """Return a floor of ours on the workload, where it cannot be told which autoscaler to write."""
    for seen in store.floors.held_by(stands.seen.key):
        mark = seen.autoscaler.mark
        if mark is not None and mark.instance == instance and seen.target.key == stands.rules.target.key:
            return ByFloor(seen=seen, reading=read_floor(seen.autoscaler, None, stands.seen.key, instance))
    return None
