"""From what a person wrote to an order that decisions go by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from firstbell.core import Override
from firstbell.kinds.problems import Problem, Refused
from firstbell.kinds.reading import read_spec
from firstbell.kinds.scaling_override import LONGEST, LONGEST_DAYS, ScalingOverrideSpec
from firstbell.kinds.uniqueness import repeated

FIRST_YEAR, LAST_YEAR = 1971, 2098
"""Of the times of orders; dates of calendars go to 2099."""


def read_override(spec: object, created: datetime | None = None) -> ScalingOverrideSpec | Refused:
    """Return the order of a `spec` as it comes from YAML or the API, or everything that is wrong with it.

    `created` is when the object was created, from which it counts where it names no start; None: it is not
    in a cluster yet.
    """
    model = read_spec(ScalingOverrideSpec, spec)
    if isinstance(model, Refused):
        return model
    problems = override_problems(model, created)
    return Refused(problems=problems) if problems else model


def override_problems(spec: ScalingOverrideSpec, created: datetime | None = None) -> tuple[Problem, ...]:
    """Return everything that is wrong with an order whose fields have the right shape."""
    return (*repeated(spec, ("spec",)), *_meant(spec), *_ordered(spec), *_lasting(spec, created))


def to_override(name: str, spec: ScalingOverrideSpec, created: datetime) -> Override:
    """Return the order of a spec without problems; it counts from `created` on where it names no start."""
    return Override(
        name=name,
        start=(spec.start_time or created).astimezone(UTC),
        end=spec.end_time.astimezone(UTC),
        floor=spec.floor_replicas,
        percent=spec.floor_percent,
        hold=bool(spec.hold),
        reason=spec.reason,
    )


def _meant(spec: ScalingOverrideSpec) -> Iterator[Problem]:
    if bool(spec.autoscaler_refs) == (spec.selector is not None):
        both = bool(spec.autoscaler_refs)
        message = "has both autoscalerRefs and selector" if both else "names no SchoolAutoscaler"
        cure = "Keep one of them" if both else "Add autoscalerRefs with their names, or a selector"
        yield Problem(path="spec", message=message, cure=cure)
    if spec.selector is None:
        return
    if not spec.selector.match_labels and not spec.selector.match_expressions:
        message = "is empty, and would mean every SchoolAutoscaler of the namespace"
        yield Problem(path="spec.selector", message=message, cure="Add matchLabels or matchExpressions")
    for index, one in enumerate(spec.selector.match_expressions):
        path = f"spec.selector.matchExpressions[{index}].values"
        if one.operator in {"In", "NotIn"} and not one.values:
            message = f"is missing, and the operator is {one.operator}"
            yield Problem(path=path, message=message, cure="Add the values that are meant")
        if one.operator not in {"In", "NotIn"} and one.values:
            message = f"does not go with the operator {one.operator}"
            yield Problem(path=path, message=message, cure="Remove it, or write In or NotIn")


def _ordered(spec: ScalingOverrideSpec) -> Iterator[Problem]:
    given = [
        name
        for name, value in (
            ("floorReplicas", spec.floor_replicas),
            ("floorPercent", spec.floor_percent),
            ("hold", spec.hold or None),
        )
        if value is not None
    ]
    if len(given) != 1:
        message = f"has {' and '.join(given)}" if given else "orders nothing"
        cure = "Give exactly one of floorReplicas, floorPercent and hold: true"
        yield Problem(path="spec", message=message, cure=cure)


def is_usable(at: datetime) -> bool:
    """Tell whether a time can be written in UTC and counted with, whatever its offset."""
    return FIRST_YEAR <= at.year <= LAST_YEAR


def _lasting(spec: ScalingOverrideSpec, created: datetime | None) -> Iterator[Problem]:
    odd = [
        name
        for name, at in (("startTime", spec.start_time), ("endTime", spec.end_time))
        if at is not None and not is_usable(at)
    ]
    if odd:
        message, cure = f"is not from {FIRST_YEAR} to {LAST_YEAR}", "Check the year"
        yield from (Problem(path=f"spec.{name}", message=message, cure=cure) for name in odd)
        return
    start, since = spec.start_time or created, "startTime" if spec.start_time else "it was created"
    if start is None:
        return
    if spec.end_time <= start:
        message = f"is not after {since}"
        yield Problem(path="spec.endTime", message=message, cure="Write a later time, with its offset")
    elif spec.end_time - start > LONGEST:
        message = f"is more than {LONGEST_DAYS} days after {since}"
        cure = "Write an earlier time; what is to stay belongs into the SchoolAutoscaler"
        yield Problem(path="spec.endTime", message=message, cure=cure)
