"""Policies in files that ask for more than their workload may have: it gets the maximum, at the bell too.

The operator tells it in each decision that is cut (`maxReplicas` in conditions and in `explain`); here it is
told before the first bell. Where the maximum comes from, files say: the policy, or the autoscaler beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Workload
from firstbell.core.capacity import NO_RISES, most_wanted
from firstbell.core.reasons import Finding, FindingKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstbell.core import SchoolDays
    from firstbell.files.links import LinkedAutoscaler


def above_maximum(autoscaler: LinkedAutoscaler, calendars: Sequence[SchoolDays]) -> Iterator[Finding]:
    """Yield, once, that the most which a policy asks for on any day is above its maximum."""
    policy, bounds = autoscaler.manifest.policy, autoscaler.bounds
    if bounds.maximum is None:
        return
    workload = Workload(policy=policy, bounds=bounds, calendars=tuple(calendars), rises=NO_RISES)
    most = most_wanted(workload, bounds.maximum)
    if most is None:
        return
    path, whose = _maximum(autoscaler)
    yield Finding(
        kind=FindingKind.PLAN_ABOVE_MAXIMUM,
        severity=Severity.WARNING,
        path=path,
        message=f'Peak "{most.peak}" asks for {most.replicas} replicas'
        f"{'' if most.on is None else f' on {most.on}'}, and {whose} is {bounds.maximum}",
        cure=f"Raise it to {most.replicas} if the load is real, or correct what the peak is sized by",
    )


def _maximum(autoscaler: LinkedAutoscaler) -> tuple[str, str]:
    """Return where the maximum in force is told in the policy, and in words."""
    beside, own = autoscaler.beside, autoscaler.manifest.spec.max_replicas
    if own == autoscaler.bounds.maximum or beside is None:
        return "spec.maxReplicas", "maxReplicas"
    return "spec.scaleTargetRef", f"the maximum of {beside.kind} {beside.name}"
