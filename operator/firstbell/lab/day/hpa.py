"""The HorizontalPodAutoscaler of one workload, as its controller works (read in Kubernetes 1.37).

Every fifteen seconds: below its minimum or above its maximum it sets the bound at once, without a metric;
otherwise it asks the resource metric, and what that asks for is limited. Two sets of limits are in use, which
is easily missed: an HPA that has a `behavior` follows it (`core/limits.py`); one without takes the highest
recommendation of five minutes, for rises as well, and at most twice its replicas or 4 a pass.

Without a usable sample it changes nothing. What it remembers are recommendations, never bounds: when a floor
is lowered, the count falls in the next pass to what was recommended meanwhile, and waits for no window. A
`/scale` that somebody else writes is no event of its own: its rate policies count only what it did itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.instants import EPOCH
from firstbell.core.scaling import DEFAULT_BEHAVIOR, Behavior, History, behaved
from firstbell.lab.day.external_metric import HpaTolerances
from firstbell.lab.day.resource_metric import PodReadings, ResourceTarget, resource_replicas

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from firstbell.lab.day.observed import Observed
    from firstbell.lab.day.pods import Pods

SYNC_SECONDS = 15
WITHOUT_BEHAVIOR_WINDOW = timedelta(minutes=5)
WITHOUT_BEHAVIOR_TIMES, WITHOUT_BEHAVIOR_LEAST = 2, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class HpaSpec:
    """`spec` of the HPA, and the controller's tolerance. `behavior` None: the HPA has none.

    A tolerance that `behavior` gives for one direction goes before the controller's.
    """

    minimum: int
    maximum: int
    target: ResourceTarget = field(default_factory=lambda: ResourceTarget(value=60))
    behavior: Behavior | None = None
    tolerance: Fraction = Fraction(1, 10)

    @property
    def tolerances(self) -> HpaTolerances:
        """Those in force."""
        if self.behavior is None:
            return HpaTolerances(self.tolerance, self.tolerance)
        up, down = self.behavior.up.tolerance, self.behavior.down.tolerance
        return HpaTolerances(self.tolerance if up is None else up, self.tolerance if down is None else down)


class HorizontalPodAutoscaler:
    """The controller's work on one HPA. `minimum` may be raised and lowered from outside, as a floor is.

    `history` is what it remembers: whoever passes over passes in which nothing changes puts it right.
    """

    def __init__(self, spec: HpaSpec) -> None:
        self.spec = spec
        self.minimum = spec.minimum
        self.history = History()

    def sync(self, now: datetime, current: int, pods: PodReadings) -> int:
        """Return the replicas after a pass, `current` being `spec.replicas` before it."""
        spec = self.spec
        return self.follow(
            now, current, lambda: resource_replicas(current, pods, spec.target, spec.tolerances)
        )

    def follow(self, now: datetime, current: int, recommend: Callable[[], int | Unavailable]) -> int:
        """Return the same with any metric, which is asked for a count between the bounds only."""
        spec = self.spec
        if self.history.is_empty:
            self.history = History.seeded(now, current)
        if current == 0 and self.minimum > 0:
            return 0
        if current > spec.maximum:
            after = spec.maximum
        elif current < self.minimum:
            after = self.minimum
        else:
            wanted = recommend()
            if isinstance(wanted, Unavailable):
                return current
            allowed = self._limited(wanted, current, now)
            after = min(max(allowed, self.minimum), spec.maximum)
            self._remember(wanted, now)
        if after != current:
            self._remember_rescale(after - current, now)
        return after

    def _limited(self, wanted: int, current: int, now: datetime) -> int:
        """Return what the limits make of a recommendation, before the bounds."""
        if self.spec.behavior is not None:
            return behaved(wanted, current, self.history, self.spec.behavior, now)[0]
        stabilized = self.history.highest_within(WITHOUT_BEHAVIOR_WINDOW, now, wanted)
        return min(stabilized, max(WITHOUT_BEHAVIOR_TIMES * current, WITHOUT_BEHAVIOR_LEAST))

    def _remember(self, wanted: int, now: datetime) -> None:
        past = self.history
        highest, lowest = past.with_recommendation(wanted, now, self.spec.behavior or DEFAULT_BEHAVIOR)
        # Not by `replace`: a year has two million passes.
        self.history = History(highest=highest, lowest=lowest, rescales=past.rescales)

    def _remember_rescale(self, change: int, now: datetime) -> None:
        past = self.history
        rescales = past.with_rescale(change, now)
        self.history = History(highest=past.highest, lowest=past.lowest, rescales=rescales)


class HpaAlone:
    """The workload with its HPA and nothing else."""

    every = SYNC_SECONDS

    def __init__(self, hpa: HorizontalPodAutoscaler) -> None:
        self.hpa = hpa

    @property
    def floor(self) -> int:
        """The HPA's minimum."""
        return self.hpa.minimum

    def act(self, now: int, pods: Pods, observed: Observed) -> None:
        """Make a pass every fifteen seconds."""
        if now % SYNC_SECONDS == 0:
            at = EPOCH + timedelta(seconds=now)
            pods.scale(self.hpa.sync(at, pods.wanted, observed.readings(pods, now)))
