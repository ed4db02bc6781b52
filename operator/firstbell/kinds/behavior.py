"""How fast replicas may follow live metrics: the HPA's own `behavior`, shape and defaults.

What is left out is filled in as the HPA fills it in, when it is read: an absent direction is the default
one, and within a direction each absent field is.
"""

from __future__ import annotations

from typing import Annotated

from firstbell.core.scaling import RateType, SelectPolicy
from firstbell.kinds.model import SpecModel, ordered_list
from firstbell.kinds.scalars import Quantity, number

SECONDS_PER_HOUR = 3600


class RatePolicySpec(SpecModel):
    """At most this much change within this time."""

    type: RateType
    """Pods: replicas. Percent: percent of the replicas at the start of the period."""
    value: Annotated[int, number(1, 1_000_000)]
    """How many pods or percent may be added or removed in one period."""
    period_seconds: Annotated[int, number(1, SECONDS_PER_HOUR // 2)]
    """The period in seconds, at most 1800."""


class ScalingRulesSpec(SpecModel):
    """The limits of one direction."""

    stabilization_window_seconds: Annotated[int, number(0, SECONDS_PER_HOUR)] | None = None
    """Seconds for which the safest of the recent recommendations counts. Default 0 up, 300 down."""
    select_policy: SelectPolicy | None = None
    """Which policy counts: Max (default) allows the largest change, Min the smallest, Disabled none."""
    policies: Annotated[tuple[RatePolicySpec, ...], ordered_list(20)] = ()
    """How much may change in how much time. Default up: 4 pods or 100 percent in 15 seconds; down: 100
    percent in 15 seconds."""
    tolerance: Quantity | None = None
    """How far a metric may be off its target in this direction without effect, in parts of it, as in an HPA:
    a quantity in quotes. Default the tolerance of the policy."""

    def completed(self, default: ScalingRulesSpec) -> ScalingRulesSpec:
        """Return these rules with what is absent taken from `default`."""
        window, select = self.stabilization_window_seconds, self.select_policy
        return ScalingRulesSpec(
            stabilization_window_seconds=default.stabilization_window_seconds if window is None else window,
            select_policy=select or default.select_policy,
            policies=self.policies or default.policies,
            tolerance=self.tolerance,
        )


_WHOLE = RatePolicySpec(type=RateType.PERCENT, value=100, period_seconds=15)
_FOUR = RatePolicySpec(type=RateType.PODS, value=4, period_seconds=15)

DEFAULT_SCALE_UP = ScalingRulesSpec(
    stabilization_window_seconds=0, select_policy=SelectPolicy.MAX, policies=(_FOUR, _WHOLE)
)
DEFAULT_SCALE_DOWN = ScalingRulesSpec(
    stabilization_window_seconds=300, select_policy=SelectPolicy.MAX, policies=(_WHOLE,)
)


class BehaviorSpec(SpecModel):
    """Limits on rises and falls that live metrics ask for; a scheduled rise bypasses them."""

    scale_up: ScalingRulesSpec | None = None
    """The limits of rises."""
    scale_down: ScalingRulesSpec | None = None
    """The limits of falls."""

    @property
    def up(self) -> ScalingRulesSpec:
        """The limits of rises, complete."""
        return (self.scale_up or DEFAULT_SCALE_UP).completed(DEFAULT_SCALE_UP)

    @property
    def down(self) -> ScalingRulesSpec:
        """The limits of falls, complete."""
        return (self.scale_down or DEFAULT_SCALE_DOWN).completed(DEFAULT_SCALE_DOWN)
