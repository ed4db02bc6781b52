"""How a HorizontalPodAutoscaler answers a resource metric: Kubernetes' rules, on counts of pods.

Read in Kubernetes 1.37 (`replica_calculator.go`) and written anew, as a function of what the controller sees.
The pods of a workload are alike here, so the counts and one mean say all that its rules ask:
  * the mean is cut to whole percent (a mean usage to whole units) before it is compared;
  * within the tolerance, of which `behavior` may give another one for each direction, nothing changes;
  * pods that are not Ready count as idle on the way up, and not at all on the way down;
  * pods without a sample count as idle on the way up, and on the way down as using their whole request (the
    target where that is higher; of a mean usage exactly the target);
  * where filling in those turns the direction around, nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.lab.day.external_metric import DEFAULT_TOLERANCES, HpaTolerances

THOUSAND = 1000
WHOLE_REQUEST = 100


class ResourceTargetType(StrEnum):
    """What the mean of the pods is held against."""

    UTILIZATION = "Utilization"
    AVERAGE_VALUE = "AverageValue"


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceTarget:
    """The target of one resource: percent of the request, or usage in whole units such as millicores."""

    value: int
    type: ResourceTargetType = ResourceTargetType.UTILIZATION

    @property
    def fallback(self) -> int:
        """What a pod without a sample is taken to use on the way down."""
        if self.type is ResourceTargetType.AVERAGE_VALUE:
            return self.value
        return max(WHOLE_REQUEST, self.value)


@dataclass(frozen=True, slots=True)
class PodReadings:
    """What is known of the pods, in thousandths of the target's unit.

    `counted` pods are Ready and have a sample, `mean` is that of theirs; `unready` pods are pending, or not
    Ready, or became Ready less than one metrics window before their sample; `missing` ones run and have none.
    """

    counted: int
    mean: int
    unready: int = 0
    missing: int = 0


def resource_replicas(
    current: int,
    pods: PodReadings,
    target: ResourceTarget,
    tolerances: HpaTolerances = DEFAULT_TOLERANCES,
) -> int | Unavailable:
    """Return the replicas that one resource metric asks for, before any limit."""
    if pods.counted == 0:
        return Unavailable(
            reason=AbsenceReason.FAILED_GET_RESOURCE_METRIC,
            message="no sample of a Ready pod: they may all be starting",
        )
    total = pods.mean * pods.counted
    ratio = _ratio(total, pods.counted, target)
    rising_unready = pods.unready if ratio > 1 else 0
    if not rising_unready and not pods.missing:
        return current if _within(ratio, tolerances) else ceil(ratio * pods.counted)
    if pods.missing and ratio < 1:
        total += pods.missing * target.fallback * THOUSAND
    filled = pods.counted + rising_unready + (pods.missing if ratio != 1 else 0)
    again = _ratio(total, filled, target)
    if _within(again, tolerances) or (ratio < 1 < again) or (again < 1 < ratio):
        return current
    wanted = ceil(again * filled)
    turned = (again < 1 and wanted > current) or (again > 1 and wanted < current)
    return current if turned else wanted


def _ratio(total: int, pods: int, target: ResourceTarget) -> float:
    return total // (THOUSAND * pods) / target.value


def _within(ratio: float, tolerances: HpaTolerances) -> bool:
    # In floating point numbers, as the controller does it.
    return 1 - float(tolerances.down) <= ratio <= 1 + float(tolerances.up)
