"""From files and options to what a backtest tries: which policy, what its load means, beside what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from firstbell.cli.output import refuse
from firstbell.cli.planned import linked_in, manifests_in, policy_errors, workload_of
from firstbell.core import Bounds, SchoolDays
from firstbell.core.scaling import Behavior, MetricTarget, TargetType
from firstbell.files.links import Linked, LinkedAutoscaler, autoscaler_beside
from firstbell.files.manifests import Manifests
from firstbell.kinds.autoscaler_conversion import to_behavior, to_rules
from firstbell.kinds.metrics import MetricSpec
from firstbell.kinds.problems import nearest
from firstbell.kinds.quantities import exact
from firstbell.kinds.scalars import QUANTITY_PATTERN
from firstbell.kinds.school_autoscaler import Actuation
from firstbell.lab.day.untried import Untried, untried
from firstbell.lab.record.trial import Trial
from firstbell.lab.record.untried import NOT_REPLAYED


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The options that say what is tried; None is not given."""

    autoscaler: str | None
    metric: str | None
    per_replica: str | None
    fixed: int | None
    start_seconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What is tried, and the query of the metric that was recorded, where it is one of the policy.

    `untried` is what of the policy bears on decisions and is not tried.
    """

    trial: Trial
    query: str | None
    untried: tuple[Untried, ...]


def trial_of(files: Sequence[Path], asked: Asked) -> Tried:
    """Return what is tried; end the command with a line per problem where that cannot be told."""
    manifests = manifests_in(files)
    return trial_in(manifests, linked_in(manifests), asked, ", ".join(map(str, files)))


def trial_in(manifests: Manifests, linked: Linked, asked: Asked, names: str) -> Tried:
    """Return the same of what was read already; `names` is what that is called where it is refused."""
    chosen = _chosen(linked, asked.autoscaler, names)
    resolved = {calendar.key: SchoolDays(calendar) for calendar in chosen.calendars}
    if errors := list(policy_errors(chosen, resolved)):
        refuse(errors)
    metric = _recorded_metric(chosen, asked)
    spec = chosen.manifest.spec
    trial = Trial(
        workload=workload_of(chosen, resolved),
        per_replica=_quantity(asked.per_replica) if metric is None else metric.target.amount,
        hpa_bounds=_hpa_bounds(chosen, manifests),
        metric=None if metric is None else _target(metric),
        rules=to_rules(spec),
        hpa_behavior=_hpa_behavior(chosen),
        beside_autoscaler=_is_beside(chosen, manifests),
        start_seconds=asked.start_seconds,
        fixed=asked.fixed,
        overrides=chosen.overrides,
        per_pupil=None if metric is None or metric.per_pupil is None else exact(metric.per_pupil),
    )
    query = None if metric is None else metric.prometheus.query
    return Tried(trial=trial, query=query, untried=untried(spec, NOT_REPLAYED))


def _hpa_behavior(chosen: LinkedAutoscaler) -> Behavior | None:
    """Return that of the HPA in the files, else of the policy; None where neither says anything."""
    theirs = None if chosen.beside is None else chosen.beside.behavior
    spec = chosen.manifest.spec
    return theirs or (to_behavior(spec) if spec.behavior else None)


def _chosen(linked: Linked, wanted: str | None, names: str) -> LinkedAutoscaler:
    """Return the autoscaler that is asked for, by `name` or `namespace/name`.

    The only one need not be asked for.
    """
    known = [one.manifest.policy.key for one in linked.autoscalers]
    if not known:
        refuse([f"{names}: no SchoolAutoscaler in here. Give the file of the policy with -f."])
    if wanted is None:
        if len(known) > 1:
            cure = f"Choose by --autoscaler {known[0]}, or try each by --all"
            refuse([f"{names}: there are {len(known)} SchoolAutoscalers. {cure}."])
        return linked.autoscalers[0]
    fitting = [key for key in known if wanted in {key, key.partition("/")[2]}]
    if len(fitting) != 1:
        cure = f"Write {fitting[0]}" if fitting else nearest(wanted, known, noun="SchoolAutoscaler")
        what = "are several" if fitting else "is none"
        refuse([f"--autoscaler {wanted}: there {what} of that name. {cure}."])
    return linked.autoscalers[known.index(fitting[0])]


def _recorded_metric(chosen: LinkedAutoscaler, asked: Asked) -> MetricSpec | None:
    """Return the metric of the policy that was recorded.

    It is None where another load was, told by `--per-replica`.
    """
    if asked.per_replica is None:
        return _metric(chosen, asked.metric)
    if asked.metric is not None:
        refuse(["--metric: --per-replica says what one replica carries already. Give one of the two."])
    return None


def _target(metric: MetricSpec) -> MetricTarget:
    return MetricTarget(name=metric.name, type=TargetType.AVERAGE_VALUE, amount=metric.target.amount)


def _quantity(text: str | None) -> Fraction:
    if text is None or re.fullmatch(QUANTITY_PATTERN, text) is None or not exact(text):
        cure = "Write a number above 0 like 350, 0.5 or 500m"
        refuse([f"--per-replica {text}: is not what a replica can carry. {cure}."])
    return exact(text)


def _metric(chosen: LinkedAutoscaler, wanted: str | None) -> MetricSpec:
    """Return the metric that was recorded.

    It is the only one with a target per replica, or the named one.
    """
    key = chosen.manifest.policy.key
    metrics = {metric.name: metric for metric in chosen.manifest.spec.metrics}
    fitting = [name for name, metric in metrics.items() if metric.target.type is TargetType.AVERAGE_VALUE]
    per_replica = "Say by --per-replica how much load one replica carries"
    if wanted is None:
        if len(fitting) == 1:
            return metrics[fitting[0]]
        if fitting:
            listing = ", ".join(fitting)
            refuse(
                [f"{key}: has several metrics: {listing}. Say which was recorded by --metric {fitting[0]}."]
            )
        refuse(
            [f"{key}: has no metric with averageValue that tells what one replica carries. {per_replica}."]
        )
    if wanted not in metrics:
        cure = nearest(wanted, fitting, noun="metric") if fitting else per_replica
        refuse([f"--metric {wanted}: is no metric of {key}. {cure}."])
    if wanted not in fitting:
        what = "has a target of the type Value, which tells nothing about one replica"
        refuse([f"--metric {wanted}: {what}. {per_replica}."])
    return metrics[wanted]


def _is_beside(chosen: LinkedAutoscaler, manifests: Manifests) -> bool:
    """Tell whether firstbell's decisions are the floor of an autoscaler, as the operator finds it."""
    match chosen.manifest.spec.actuation:
        case Actuation.SCALE:
            return False
        case Actuation.AUTOSCALER_FLOOR:
            return True
        case Actuation.AUTO:
            return autoscaler_beside(chosen.manifest, manifests.autoscaler_bounds) is not None


def _hpa_bounds(chosen: LinkedAutoscaler, manifests: Manifests) -> Bounds:
    """Return the bounds of the HPA alone: its own, or without one those of the policy."""
    theirs = autoscaler_beside(chosen.manifest, manifests.autoscaler_bounds)
    if theirs is None:
        return chosen.bounds
    # KEDA's HPA has 1 where the ScaledObject has 0: what is below is not the HPA's business.
    return Bounds(minimum=max(1, theirs.minimum), maximum=max(1, theirs.minimum, theirs.maximum))
