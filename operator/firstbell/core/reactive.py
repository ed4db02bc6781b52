"""What live metrics ask for, by the arithmetic that an HPA has for external metrics.

A reading is an exact number or `Unavailable`, never a zero that stands for "not known". What a metric asks
for is a whole number of replicas; the largest of several counts. Three things differ from an HPA, each so
that more load never asks for fewer replicas and ignorance never for a fall:
  * the tolerance does not hold back a rise that a metric of the type AverageValue asks for, unless one is
    given for rises alone;
  * a Value above its target never asks for fewer replicas than there are, though few of them be Ready, and
    one below it never for more;
  * where no replica is Ready, or it is not known how many are, a Value asks for no change: the HPA would
    multiply by zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from firstbell.core.absence import Unavailable
from firstbell.core.reason_words import AbsenceReason

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_REPLICAS = 2**31 - 1
"""More than this the API cannot hold; a metric that asks for more asks for this."""

DEFAULT_TOLERANCE = Fraction(1, 10)
_NOTHING = Fraction(0)

Reading: TypeAlias = Fraction | Unavailable
"""What a query gave: an exact number, or why there is none."""


class TargetType(StrEnum):
    """What the metric's value is held against."""

    AVERAGE_VALUE = "AverageValue"
    VALUE = "Value"


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricTarget:
    """What a metric should be: per replica (AverageValue) or as it is (Value). `amount` is above 0."""

    name: str
    type: TargetType
    amount: Fraction

    def __post_init__(self) -> None:
        if self.amount <= 0:
            msg = f"the target of metric {self.name!r} is {self.amount}, but must be above 0"
            raise ValueError(msg)


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveMetric:
    """A target with what was read for it last."""

    target: MetricTarget
    reading: Reading


class Tolerances(NamedTuple):
    """How far a metric may be off its target without effect, in parts of it.

    `up` and `down` are what `behavior` says of one direction alone, None where it says nothing; `common` is
    then in force, as in an HPA.
    """

    common: Fraction = DEFAULT_TOLERANCE
    up: Fraction | None = None
    down: Fraction | None = None

    @property
    def of_rises(self) -> Fraction:
        """That above the target."""
        return self.common if self.up is None else self.up

    @property
    def of_falls(self) -> Fraction:
        """That below the target."""
        return self.common if self.down is None else self.down


DEFAULT_TOLERANCES = Tolerances()


class Standing(NamedTuple):
    """What runs while a metric is looked at.

    `in_force` is the count that AverageValue's tolerance is held against: the one that this metric, with the
    others, has brought about. `current` and `ready` are the workload's own, `ready` None while unknown.
    """

    in_force: int
    current: int
    ready: int | None
    tolerances: Tolerances = DEFAULT_TOLERANCES


class Live(NamedTuple):
    """What live metrics ask for together: the most, by which of them, and the first that is missing.

    `asked` is None where none is known, or there are none.
    """

    asked: int | None
    by: LiveMetric | None
    missing: Unavailable | None
    standing: Standing


NO_METRICS = Live(None, None, None, Standing(0, 0, None))


def usable(reading: Reading) -> Reading:
    """Return the reading, if it can be one of a load."""
    if isinstance(reading, Unavailable) or reading.numerator >= 0:
        return reading
    return Unavailable(
        reason=AbsenceReason.NEGATIVE_VALUE,
        message=f"the value is {number_text(reading)}, and no load is below 0. Correct the query",
    )


def asked_for(metric: LiveMetric, standing: Standing) -> int | Unavailable:
    """Return the replicas that one metric asks for, before any limit."""
    reading = usable(metric.reading)
    if isinstance(reading, Unavailable):
        return reading
    if metric.target.type is TargetType.AVERAGE_VALUE:
        asked = _by_average(metric.target.amount, reading, standing)
    else:
        asked = _by_value(metric.target.amount, reading, standing)
    return min(asked, MOST_REPLICAS)


def _per_replica(amount: Fraction, reading: Fraction) -> int:
    """Return the value divided by what one replica carries, rounded up; in integers, which are faster."""
    return -(-reading.numerator * amount.denominator // (amount.numerator * reading.denominator))


def _by_average(amount: Fraction, reading: Fraction, standing: Standing) -> int:
    """Return the value divided by what one replica carries, rounded up; a small fall is none.

    A small rise is none only where a tolerance is given for rises alone.
    """
    asked, tolerances = _per_replica(amount, reading), standing.tolerances
    tolerance = (tolerances.up or _NOTHING) if asked > standing.in_force else tolerances.of_falls
    load, one = reading.numerator * amount.denominator, amount.numerator * reading.denominator
    near, parts = tolerance.numerator, tolerance.denominator
    off = load * parts - parts * one * standing.in_force
    return standing.in_force if abs(off) <= near * one * standing.in_force else asked


def _by_value(amount: Fraction, reading: Fraction, standing: Standing) -> int:
    """Return the Ready replicas times how far the value is from its target, rounded up.

    A small change is none.
    """
    value, target = reading.numerator * amount.denominator, amount.numerator * reading.denominator
    if standing.current == 0:
        return -(-value // target)
    tolerance = standing.tolerances.of_rises if value > target else standing.tolerances.of_falls
    near, parts = tolerance.numerator, tolerance.denominator
    off = value * parts - target * parts
    if not standing.ready or abs(off) <= near * target:
        return standing.current
    asked = -(-standing.ready * value // target)
    return max(asked, standing.current) if off > 0 else min(asked, standing.current)


def asked_by_all(metrics: Iterable[LiveMetric], standing: Standing) -> Live:
    """Return what several metrics ask for together: the most that any of them does."""
    most, by, missing = None, None, None
    for metric in metrics:
        asked = asked_for(metric, standing)
        if isinstance(asked, Unavailable):
            missing = missing or asked
        elif most is None or asked > most:
            most, by = asked, metric
    return Live(most, by, missing, standing)


def sentence(live: Live) -> str:
    """Tell why the metric that asks for most asks for that many, for people; empty where none asks."""
    if live.asked is None or live.by is None or isinstance(live.by.reading, Unavailable):
        return ""
    target, reading, standing = live.by.target, live.by.reading, live.standing
    value, amount = number_text(reading), number_text(target.amount)
    if target.type is TargetType.AVERAGE_VALUE:
        exactly = _per_replica(target.amount, reading)
        said = f"{target.name}: {value} at {amount} per replica asks for {exactly}"
        held = exactly != live.asked and live.asked == standing.in_force
        return f"{said}, within the tolerance of {live.asked}" if held else said
    said = f"{target.name}: {value} where {amount} is the target"
    if live.asked == standing.current:
        return f"{said} asks for no change from {live.asked}"
    ready = f", with {standing.ready} Ready," if standing.current else ""
    return f"{said}{ready} asks for {live.asked}"


def number_text(number: Fraction) -> str:
    """Return a number with at most three decimals, rounded, without zeros at its end."""
    if number.denominator == 1:
        return str(number.numerator)
    return f"{float(number):.3f}".rstrip("0").rstrip(".")
