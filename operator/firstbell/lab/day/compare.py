"""One day three times: an HPA alone, an HPA with a hand-written cron floor, and firstbell."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from firstbell.core import DEFAULT_RULES, Rules
from firstbell.core.calendar import known_by
from firstbell.core.instants import Minute, instant_of, start_of_day
from firstbell.lab.day.cron import CronFloor, HpaWithCron, careful_floor
from firstbell.lab.day.crowd import Coming, Crowd, crowd
from firstbell.lab.day.day import Scaling, World, loads_of, play
from firstbell.lab.day.early_arrivals import CountedArrivals
from firstbell.lab.day.firstbell import FirstbellAlone, FirstbellBesideHpa, Operator
from firstbell.lab.day.hpa import HorizontalPodAutoscaler, HpaAlone, HpaSpec
from firstbell.lab.day.known_plans import KnownPlans, known_plans
from firstbell.lab.day.lead import with_lead
from firstbell.lab.day.least import Leads, LeastPossible, least, replicas_needed
from firstbell.lab.day.observed import FULL_PERCENT
from firstbell.lab.day.resource_metric import ResourceTarget

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from firstbell.core import Bounds, Override, Plan, Workload
    from firstbell.core.scaling import Behavior
    from firstbell.lab.day.outcome import Outcome
    from firstbell.lab.day.untried import Untried

UNBOUNDED = 100_000
"""The maximum of an HPA that nothing bounds: more than any cluster has."""


class Variant(StrEnum):
    """A way of scaling that is compared."""

    HPA_ALONE = "HpaAlone"
    HPA_WITH_CRON = "HpaWithCron"
    FIRSTBELL = "Firstbell"


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What a day is played under.

    `rules` are what the policy says of decisions. `lead_seconds` is what the last rises took, None for what
    pods take in `world`.
    `background_percent` is how busy the baseline is beside lesson starts; `hpa_target_percent` the CPU target
    of the HPA, and `hpa_behavior` its own `behavior`, where it has one. Of the hand-written floor
    `cron_hours` are its seconds of the day and `cron_replicas` its size, None for the careful team's own;
    `cron_in_utc` says in which clock that one was written. `overrides` are the orders with an end for it.
    """

    coming: Coming = field(default_factory=Coming)
    world: World = field(default_factory=World)
    background_percent: int = 20
    hpa_target_percent: int = 60
    rules: Rules = DEFAULT_RULES
    lead_seconds: int | None = None
    hpa_behavior: Behavior | None = None
    beside_autoscaler: bool = True
    cron_hours: tuple[int, int] | None = None
    cron_replicas: int | None = None
    cron_in_utc: bool = False
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Comparison:
    """The day, and what it came to under each variant.

    `load` is the highest of each minute, in replicas as busy as in their load test; `least` what would have
    been enough, of which every variant's pod-hours are told in multiples. `untried` is what of the policy
    bears on decisions and was not played.
    """

    plan: Plan
    conditions: Conditions
    crowd: Crowd
    cron: CronFloor | None
    outcomes: dict[Variant, Outcome]
    load: tuple[float, ...]
    least: LeastPossible
    untried: tuple[Untried, ...] = ()

    def cost(self, variant: Variant) -> float | None:
        """Return a variant's pod-hours over the least at the HPA's target; None where nothing was needed."""
        return self.least.at_hpa_target.cost(self.outcomes[variant].pod_hours)

    @property
    def start(self) -> Minute:
        """The first minute of the day."""
        return self.plan.start

    @property
    def quiet(self) -> bool:
        """Whether nobody comes: no bell rings and no event takes place."""
        return not any(self.crowd.users)

    @property
    def held(self) -> bool:
        """Whether firstbell kept everybody from waiting."""
        return self.outcomes[Variant.FIRSTBELL].held


def compare(
    workload: Workload, on: date, conditions: Conditions, variants: Iterable[Variant] = Variant
) -> Comparison:
    """Play a civil date in the zone of the workload's first calendar."""
    zone = workload.zone
    start = start_of_day(zone, on)
    end = start_of_day(zone, on.fromordinal(on.toordinal() + 1))
    workload = with_lead(workload, start, end, conditions.world.cluster, conditions.lead_seconds)
    plans = known_plans(workload, start, end)
    plan = plans.at(end)
    there = crowd(workload, start, end, conditions.coming)
    cron = _cron(known_by(workload, instant_of(start)), on, conditions)
    begin = max(workload.bounds.minimum, plans.at(start).write_at(start))
    world = _world(workload, conditions)
    scalings = _scalings(plans, workload.bounds, conditions, cron, there)
    loads = loads_of(there, world)
    return Comparison(
        plan=plan,
        conditions=conditions,
        crowd=there,
        cron=cron,
        outcomes={variant: play(scalings[variant], there, world, begin, loads) for variant in variants},
        load=tuple(max(loads[at : at + 60]) for at in range(0, len(loads), 60)),
        least=_least(loads, workload.bounds.minimum, world, conditions),
    )


def _least(loads: list[float], minimum: int, world: World, conditions: Conditions) -> LeastPossible:
    """Return what would have been enough for these loads."""
    leads, full = Leads.of(world.cluster, minimum), FULL_PERCENT / world.busy_percent
    at_target = full * conditions.hpa_target_percent / FULL_PERCENT
    return LeastPossible(
        at_full_use=least(replicas_needed(loads, full, minimum), leads),
        at_hpa_target=least(replicas_needed(loads, at_target, minimum), leads),
    )


def _cron(workload: Workload, on: date, conditions: Conditions) -> CronFloor | None:
    """Return the hand-written floor, as far as it is not given the careful team's."""
    careful = careful_floor(workload, on, in_utc=conditions.cron_in_utc)
    hours, replicas = conditions.cron_hours, conditions.cron_replicas
    if careful is not None:
        hours, replicas = hours or (careful.start, careful.end), replicas or careful.replicas
    if hours is None or replicas is None:
        return None
    most = workload.bounds.maximum
    return CronFloor(start=hours[0], end=hours[1], replicas=replicas if most is None else min(replicas, most))


def _world(workload: Workload, conditions: Conditions) -> World:
    """Return the world with the work that the baseline does all day."""
    world = conditions.world
    full = workload.bounds.minimum * 100 / world.busy_percent
    return World(
        cluster=world.cluster,
        delay=world.delay,
        busy_percent=world.busy_percent,
        background=full * conditions.background_percent / 100,
        faults=world.faults,
    )


def _scalings(
    plans: KnownPlans, bounds: Bounds, conditions: Conditions, cron: CronFloor | None, there: Crowd
) -> dict[Variant, Scaling]:
    spec = HpaSpec(
        minimum=bounds.minimum,
        maximum=UNBOUNDED if bounds.maximum is None else bounds.maximum,
        target=ResourceTarget(value=conditions.hpa_target_percent),
        behavior=conditions.hpa_behavior,
    )
    beside, rules = conditions.beside_autoscaler, conditions.rules
    early = None if rules.surge_max_percent is None else CountedArrivals(there.first_bells)
    operator = Operator(
        plans, bounds, rules, beside_autoscaler=beside, early=early, overrides=conditions.overrides
    )
    ours = FirstbellBesideHpa(operator, HorizontalPodAutoscaler(spec)) if beside else FirstbellAlone(operator)
    return {
        Variant.HPA_ALONE: HpaAlone(HorizontalPodAutoscaler(spec)),
        Variant.HPA_WITH_CRON: HpaWithCron(HorizontalPodAutoscaler(spec), cron),
        Variant.FIRSTBELL: ours,
    }
