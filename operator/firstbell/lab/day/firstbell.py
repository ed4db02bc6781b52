"""firstbell at work on a simulated workload: the production plan and decision, minute by minute.

Beside an HPA a rise is written into its minimum and at once into `/scale`, and a fall into its minimum only;
without one the decision is the count itself. Writes take no time here: on a real API server they took 0.2 s.
The HPA's passes fall on whole minutes, as the decisions do, so that its own pass would raise the count in the
same second. In a cluster the write of `/scale` spares up to a pass, and a hand-written floor waits for one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import Ceiling, Pilot, Sight
from firstbell.core.instants import instant_of
from firstbell.core.reasons import LimitReason
from firstbell.lab.day.hpa import SYNC_SECONDS, HpaAlone

if TYPE_CHECKING:
    from firstbell.core import Bounds, Override, Rules
    from firstbell.lab.day.early_arrivals import CountedArrivals
    from firstbell.lab.day.hpa import HorizontalPodAutoscaler
    from firstbell.lab.day.known_plans import KnownPlans
    from firstbell.lab.day.observed import Observed
    from firstbell.lab.day.pods import Pods

SECONDS_PER_MINUTE = 60
READING_SECONDS = SYNC_SECONDS
"""The HPA's passes fall on the same seconds."""


class Operator:
    """What the operator decides on one workload; `beside_autoscaler` says what the decision is of."""

    def __init__(  # noqa: PLR0913 - what decides, each once
        self,
        plans: KnownPlans,
        bounds: Bounds,
        rules: Rules,
        *,
        beside_autoscaler: bool,
        early: CountedArrivals | None = None,
        overrides: tuple[Override, ...],
    ) -> None:
        self._plans = plans
        self._early = early
        self._overrides = overrides
        self._rules = rules
        self._beside = beside_autoscaler
        self._pilot = Pilot()
        self._baseline = bounds.minimum
        reason = LimitReason.AUTOSCALER_MAX_REPLICAS if beside_autoscaler else LimitReason.TOO_MANY_REPLICAS
        self._ceiling = None if bounds.maximum is None else Ceiling(replicas=bounds.maximum, reason=reason)

    def is_due(self, now: int) -> bool:
        """Tell whether it decides at a second: each minute, and with each reading where it reads."""
        return now % (SECONDS_PER_MINUTE if self._early is None else READING_SECONDS) == 0

    def decided(self, now: int, pods: Pods) -> int:
        """Return the floor, or the count, that is in force from a second of the plans on."""
        minute = self._plans.since[0] + now // SECONDS_PER_MINUTE
        at = instant_of(minute) + timedelta(seconds=now % SECONDS_PER_MINUTE)
        before = self._pilot.desired
        sight = Sight(
            now=at,
            acted_for=at,
            plan=self._plans.at(minute),
            baseline=self._baseline,
            ceiling=self._ceiling,
            beside_autoscaler=self._beside,
            floor=None if before == self._baseline else before,
            current=pods.wanted,
            ready=pods.ready,
            metrics=(),
            arrivals=None if self._early is None else self._early.at(now, at),
            holds=(),
            overrides=self._overrides,
            disabled_by="",
            stopped="",
        )
        look = self._pilot.look(self._rules, sight)
        self._pilot = look.carried_out()
        if look.decision.desired is not None:
            return look.decision.desired
        # An order to write nothing: what stands, stands.
        if before is not None:
            return before
        return self._baseline if self._beside else pods.wanted


class FirstbellBesideHpa:
    """The workload with its HPA, whose minimum the operator raises ahead of bells."""

    every = READING_SECONDS

    def __init__(self, operator: Operator, hpa: HorizontalPodAutoscaler) -> None:
        self._operator = operator
        self._alone = HpaAlone(hpa)

    @property
    def floor(self) -> int:
        """The HPA's minimum."""
        return self._alone.floor

    def act(self, now: int, pods: Pods, observed: Observed) -> None:
        """Carry out the operator's decisions, and the HPA's passes between."""
        if self._operator.is_due(now):
            floor = self._operator.decided(now, pods)
            self._alone.hpa.minimum = floor
            if pods.wanted < floor:
                pods.scale(floor)
        self._alone.act(now, pods, observed)


class FirstbellAlone:
    """The workload without an HPA: the operator writes its count."""

    every = READING_SECONDS

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self.floor = 0

    def act(self, now: int, pods: Pods, observed: Observed) -> None:  # noqa: ARG002 - a port's parameter
        """Carry out the operator's decisions."""
        if self._operator.is_due(now):
            self.floor = self._operator.decided(now, pods)
            pods.scale(self.floor)
