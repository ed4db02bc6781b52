"""The HorizontalPodAutoscaler of one workload, as its controller works.

Every fifteen seconds: below its minimum or above its maximum it sets the bound at once, without a metric;
otherwise it asks the resource metric, and what that asks for goes through `behavior` (`domain.limits`) and
the bounds. Without a usable sample it changes nothing. A `/scale` that somebody else writes is no event of
its own: its rate policies count only what it did itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.domain.absence import Unavailable
from firstbell.domain.behavior import DEFAULT_BEHAVIOR, Behavior
from firstbell.domain.bells import EPOCH
from firstbell.domain.history import History
from firstbell.domain.limits import behaved
from firstbell.simulate.resource_metric import PodReadings, ResourceTarget, resource_replicas

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.simulate.observed import Observed
    from firstbell.simulate.pods import Pods

SYNC_SECONDS = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class HpaSpec:
    """`spec` of the HPA, and the controller's tolerance."""

    minimum: int
    maximum: int
    target: ResourceTarget = field(default_factory=lambda: ResourceTarget(value=60))
    behavior: Behavior = DEFAULT_BEHAVIOR
    tolerance: float = 0.1


class HorizontalPodAutoscaler:
    """The controller's work on one HPA. `minimum` may be raised and lowered from outside, as a floor is."""

    def __init__(self, spec: HpaSpec) -> None:
        self.spec = spec
        self.minimum = spec.minimum
        self._history = History()

    def sync(self, now: datetime, current: int, pods: PodReadings) -> int:
        """The replicas after a pass, `current` being `spec.replicas` before it."""
        spec = self.spec
        if self._history.is_empty:
            self._history = History.seeded(now, current)
        if current == 0 and self.minimum > 0:
            return 0
        if current > spec.maximum:
            after = spec.maximum
        elif current < self.minimum:
            after = self.minimum
        else:
            wanted = resource_replicas(current, pods, spec.target, spec.tolerance)
            if isinstance(wanted, Unavailable):
                return current
            allowed, _ = behaved(wanted, current, self._history, spec.behavior, now)
            after = min(max(allowed, self.minimum), spec.maximum)
            highest, lowest = self._history.with_recommendation(wanted, now, spec.behavior)
            self._history = replace(self._history, highest=highest, lowest=lowest)
        if after != current:
            rescales = self._history.with_rescale(after - current, now)
            self._history = replace(self._history, rescales=rescales)
        return after


class HpaAlone:
    """The workload with its HPA and nothing else."""

    def __init__(self, hpa: HorizontalPodAutoscaler) -> None:
        self.hpa = hpa

    @property
    def floor(self) -> int:
        """The HPA's minimum."""
        return self.hpa.minimum

    def act(self, now: int, pods: Pods, observed: Observed) -> None:
        """A pass every fifteen seconds."""
        if now % SYNC_SECONDS == 0:
            at = EPOCH + timedelta(seconds=now)
            pods.scale(self.hpa.sync(at, pods.wanted, observed.readings(pods, now)))
