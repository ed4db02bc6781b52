"""From what a person wrote to the policy that the core plans with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache

from firstbell.core import Policy, Rules
from firstbell.core.scaling import (
    Behavior,
    DayFactor,
    Match,
    MetricTarget,
    Peak,
    RatePolicy,
    ScalingRules,
    SelectPolicy,
    Shape,
)
from firstbell.kinds.behavior import BehaviorSpec, ScalingRulesSpec
from firstbell.kinds.peak import (
    DEFAULT_HOLD_MINUTES,
    DEFAULT_LEAD_MINUTES,
    DayFactorSpec,
    DayMatchSpec,
    PeakSpec,
)
from firstbell.kinds.problems import Problem, Refused
from firstbell.kinds.quantities import exact
from firstbell.kinds.reading import read_spec
from firstbell.kinds.school_autoscaler import Actuation, OnCalendarError, SchoolAutoscalerSpec
from firstbell.kinds.uniqueness import repeated

_DEFAULT_SHAPE = Shape()
_DEFAULT_MIN_BREAK_MINUTES = 10
_DEFAULT_LOAD_PERCENT = 100
DEFAULT_MAX_FACTOR_PERCENT, DEFAULT_HOLD_GAP_MINUTES = 5000, 30
ALIKE = 256
"""So many different lists of peaks, of day factors, and behaviors are kept as values."""


def read_autoscaler(spec: object) -> SchoolAutoscalerSpec | Refused:
    """Return the policy of a `spec` as it comes from YAML or the API, or everything that is wrong with it.

    One that names a profile is still to be completed by it (`profile_over`). What planning needs of a whole
    one is `to_policy`, which cannot fail for a spec that was read here.
    """
    model = read_spec(SchoolAutoscalerSpec, spec)
    if isinstance(model, Refused):
        return model
    problems = autoscaler_problems(model)
    return Refused(problems=problems) if problems else model


def autoscaler_problems(spec: SchoolAutoscalerSpec) -> tuple[Problem, ...]:
    """Return everything that is wrong with a policy whose fields have the right shape."""
    return (
        *repeated(spec, ("spec",)),
        *_replicas(spec),
        *_capacity(spec),
        *peak_problems(spec.peaks),
        *_targets(spec),
        *_surge(spec),
        *(fitting_problems(spec) if spec.profile_ref is None else _sizes(spec)),
    )


def fitting_problems(spec: SchoolAutoscalerSpec) -> tuple[Problem, ...]:
    """Return what a whole policy lacks, of whatever could come from a profile."""
    return (*_calendars(spec), *_sizes(spec))


def to_policy(namespace: str, name: str, spec: SchoolAutoscalerSpec) -> Policy:
    """Return what planning needs of a spec without problems."""
    return Policy(
        namespace=namespace,
        name=name,
        calendar_names=tuple(ref.name for ref in spec.calendar_refs),
        peaks=_peaks(spec.peaks),
        pupils_per_replica=spec.capacity.pupils_per_replica if spec.capacity else None,
        replicas_at_peak=spec.capacity.replicas_at_peak if spec.capacity else None,
        day_factors=_day_factors(spec.day_factors),
        max_factor_percent=_or(spec.max_factor_percent, DEFAULT_MAX_FACTOR_PERCENT),
        hold_gap_minutes=_or(spec.hold_gap_minutes, DEFAULT_HOLD_GAP_MINUTES),
        longest_lead_minutes=spec.longest_lead_minutes,
    )


def to_rules(spec: SchoolAutoscalerSpec) -> Rules:
    """Resolve what a spec without problems says of decisions, for the operator and for all who show it."""
    return Rules(
        tolerance=spec.tolerance_ratio,
        behavior=to_behavior(spec),
        surge_max_percent=spec.surge.max_percent if spec.surge else None,
        reactive_only=spec.on_calendar_error is OnCalendarError.REACTIVE_ONLY,
    )


def to_metric_targets(spec: SchoolAutoscalerSpec) -> tuple[MetricTarget, ...]:
    """Return what the live metrics of a spec without problems should be, in spec order."""
    return tuple(
        MetricTarget(name=metric.name, type=metric.target.type, amount=metric.target.amount)
        for metric in spec.metrics
    )


def to_behavior(spec: SchoolAutoscalerSpec) -> Behavior:
    """Tell how fast replicas may follow, complete, of a spec without problems."""
    return _behavior(spec.behavior or BehaviorSpec())


def to_scaling_rules(rules: ScalingRulesSpec) -> ScalingRules:
    """Return the limits of one direction, of rules that are complete."""
    return ScalingRules(
        window=timedelta(seconds=rules.stabilization_window_seconds or 0),
        policies=tuple(
            RatePolicy(type=policy.type, value=policy.value, period=timedelta(seconds=policy.period_seconds))
            for policy in rules.policies
        ),
        select=rules.select_policy or SelectPolicy.MAX,
        tolerance=None if rules.tolerance is None else exact(rules.tolerance),
    )


def _replicas(spec: SchoolAutoscalerSpec) -> Iterator[Problem]:
    least, most = spec.min_replicas, spec.max_replicas
    if least is not None and most is not None and least > most:
        message = f"{least} is above spec.maxReplicas {most}"
        yield Problem(path="spec.minReplicas", message=message, cure="Lower it, or raise maxReplicas")
    if spec.actuation is Actuation.SCALE:
        for field, value in (("minReplicas", least), ("maxReplicas", most)):
            if value is None:
                message = "is missing, and with actuation Scale there is no autoscaler to take it from"
                yield Problem(path=f"spec.{field}", message=message, cure=f"Add {field}")


def _capacity(spec: SchoolAutoscalerSpec) -> Iterator[Problem]:
    if spec.capacity is None:
        return
    given = [spec.capacity.pupils_per_replica, spec.capacity.replicas_at_peak]
    if given == [None, None]:
        message = "has neither pupilsPerReplica nor replicasAtPeak"
        yield Problem(path="spec.capacity", message=message, cure="Add one of the two")
    elif None not in given:
        message = "pupilsPerReplica and replicasAtPeak are both given"
        yield Problem(path="spec.capacity", message=message, cure="Keep one of the two")


def peak_problems(peaks: Iterable[PeakSpec]) -> Iterator[Problem]:
    """Yield what is wrong with peaks, whoever gives them."""
    for index, peak in enumerate(peaks):
        path = f"spec.peaks[{index}]"
        if peak.load_percent is not None and peak.replicas is not None:
            message = "loadPercent and replicas are both given"
            yield Problem(path=path, message=message, cure="Keep one of them")
        if _or(peak.lead_minutes, DEFAULT_LEAD_MINUTES) + _or(peak.hold_minutes, DEFAULT_HOLD_MINUTES) < 1:
            message = "leadMinutes and holdMinutes are both 0"
            yield Problem(path=path, message=message, cure="Give one of them at least 1 minute")


def _calendars(spec: SchoolAutoscalerSpec) -> Iterator[Problem]:
    if not spec.calendar_refs:
        cure = "Add it: The calendars whose pupils use the workload"
        yield Problem(path="spec.calendarRefs", message="is missing", cure=cure)


def _sizes(spec: SchoolAutoscalerSpec) -> Iterator[Problem]:
    """Yield the peaks that nothing sizes."""
    for index, peak in enumerate(spec.peaks if spec.capacity is None else ()):
        if peak.replicas is None:
            message = "has no replicas, and there is no capacity to compute them from"
            cure = "Add spec.capacity with pupilsPerReplica or replicasAtPeak, or replicas to this peak"
            yield Problem(path=f"spec.peaks[{index}]", message=message, cure=cure)


def _targets(spec: SchoolAutoscalerSpec) -> Iterator[Problem]:
    for index, metric in enumerate(spec.metrics):
        target, path = metric.target, f"spec.metrics[{index}].target"
        given = {"AverageValue": target.average_value, "Value": target.value}
        fields = {"AverageValue": "averageValue", "Value": "value"}
        for kind, field in fields.items():
            if kind == target.type and given[kind] is None:
                message = f"is missing, and the type is {kind}"
                yield Problem(path=f"{path}.{field}", message=message, cure=f'Add {field}, like "350"')
            if kind != target.type and given[kind] is not None:
                message = f"does not go with the type {target.type}"
                yield Problem(path=f"{path}.{field}", message=message, cure="Remove it, or change the type")
        for kind, field in fields.items():
            yield from _more_than_nothing(given[kind], f"{path}.{field}")


def _surge(spec: SchoolAutoscalerSpec) -> Iterator[Problem]:
    if spec.surge is not None and all(metric.per_pupil is None for metric in spec.metrics):
        message = "is given, and no metric says what one pupil adds to it"
        cure = 'Add perPupil, like "1", to a metric that counts pupils online'
        yield Problem(path="spec.surge", message=message, cure=cure)
    for index, metric in enumerate(spec.metrics):
        yield from _more_than_nothing(metric.per_pupil, f"spec.metrics[{index}].perPupil")


def _more_than_nothing(quantity: str | None, path: str) -> Iterator[Problem]:
    """Yield what is wrong with a value that is divided by."""
    if quantity is not None and not exact(quantity):
        yield Problem(path=path, message="is 0", cure='Write more than 0, like "1"')


@lru_cache(maxsize=ALIKE)
def _behavior(spec: BehaviorSpec) -> Behavior:
    return Behavior(up=to_scaling_rules(spec.up), down=to_scaling_rules(spec.down))


@lru_cache(maxsize=ALIKE)
def _peaks(peaks: tuple[PeakSpec, ...]) -> tuple[Peak, ...]:
    """Return peaks as values: of equal ones the very same, as thousands of workloads of one profile have."""
    return tuple(_peak(peak) for peak in peaks)


@lru_cache(maxsize=ALIKE)
def _day_factors(factors: tuple[DayFactorSpec, ...]) -> tuple[DayFactor, ...]:
    return tuple(
        DayFactor(name=factor.name, match=_match(factor.match), percent=factor.percent) for factor in factors
    )


def _peak(peak: PeakSpec) -> Peak:
    return Peak(
        name=peak.name,
        anchor=peak.anchor,
        shape=Shape(
            lead=_or(peak.lead_minutes, _DEFAULT_SHAPE.lead),
            ramp=_or(peak.ramp_minutes, _DEFAULT_SHAPE.ramp),
            hold=_or(peak.hold_minutes, _DEFAULT_SHAPE.hold),
            decay=_or(peak.decay_minutes, _DEFAULT_SHAPE.decay),
        ),
        demand_event_types=frozenset(peak.demand_event_types),
        min_break_minutes=_or(peak.min_break_minutes, _DEFAULT_MIN_BREAK_MINUTES),
        load_percent=_or(peak.load_percent, _DEFAULT_LOAD_PERCENT),
        replicas=peak.replicas,
    )


def _match(match: DayMatchSpec) -> Match:
    return Match(
        day_classes=frozenset(match.day_classes),
        instruction_modes=frozenset(match.instruction_modes),
        transitions=frozenset(match.transitions),
        events=frozenset(match.events),
        labels=frozenset(match.labels),
        regions=match.regions,
    )


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
