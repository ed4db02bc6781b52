"""How fast replicas may follow: an HPA's `behavior`, complete, as values.

The shape and the defaults are those of autoscaling/v2: rises at once, by 4 replicas or 100 percent in 15
seconds, whichever is more; falls by the highest recommendation of the last 300 seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction


class SelectPolicy(StrEnum):
    """Which of several rate policies counts: the one that allows most, least, or no change at all."""

    MAX = "Max"
    MIN = "Min"
    DISABLED = "Disabled"


class RateType(StrEnum):
    """What a rate policy counts in."""

    PODS = "Pods"
    PERCENT = "Percent"


@dataclass(frozen=True, kw_only=True, slots=True)
class RatePolicy:
    """At most `value` replicas, or percent of those at the start of the period, within `period`."""

    type: RateType
    value: int
    period: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class ScalingRules:
    """The limits of one direction. `window` is the stabilization window; no policies: no rate limit.

    `tolerance` is how far a metric may be off its target in this direction without effect, in parts of the
    target; None: nothing is said of this direction alone.
    """

    window: timedelta
    policies: tuple[RatePolicy, ...] = ()
    select: SelectPolicy = SelectPolicy.MAX
    tolerance: Fraction | None = None


_PERIOD = timedelta(seconds=15)
_WHOLE = RatePolicy(type=RateType.PERCENT, value=100, period=_PERIOD)
_FOUR = RatePolicy(type=RateType.PODS, value=4, period=_PERIOD)

DEFAULT_UP = ScalingRules(window=timedelta(0), policies=(_FOUR, _WHOLE))
DEFAULT_DOWN = ScalingRules(window=timedelta(seconds=300), policies=(_WHOLE,))


@dataclass(frozen=True, kw_only=True, slots=True)
class Behavior:
    """The limits of rises and of falls."""

    up: ScalingRules = DEFAULT_UP
    down: ScalingRules = DEFAULT_DOWN


DEFAULT_BEHAVIOR = Behavior()
