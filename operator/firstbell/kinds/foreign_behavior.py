"""The `behavior` of an HPA of others: what the API server takes there is read, what it refuses is refused.

Wider than our own `behavior`: fields that are not known are not ours to judge, and a tolerance is any
quantity of Kubernetes, a number too.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict

from firstbell.kinds.behavior import BehaviorSpec, RatePolicySpec, ScalingRulesSpec
from firstbell.kinds.model import ordered_list
from firstbell.kinds.quantities import NANOS, nanos
from firstbell.kinds.scalars import LARGEST_INT32, Quantity, number, wrong
from firstbell.kinds.unquoted import Unquoted

MOST_RATE_POLICIES = 1000
TOO_MANY_NANOS = 10**18 * NANOS

_OCTAL = re.compile(r"\+?0[0-9]")


def _tolerance(value: Any) -> Any:
    """Return a quantity of Kubernetes that is not below 0, as decimals in a text."""
    found = nanos(_written(value))
    if found is None or found >= TOO_MANY_NANOS:
        message = "is not a tolerance"
        raise wrong(message, "Write in parts of a metric, and not below 0, how far it may be off, like 50m")
    return f"{found // NANOS}.{found % NANOS:09}"


def _written(value: Any) -> str:
    """Return a number or a text as it was written; nothing where readers of YAML read it differently."""
    if isinstance(value, Unquoted):
        return "" if _OCTAL.match(value.text) else value.text
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


Tolerance = Annotated[Quantity, BeforeValidator(_tolerance)]


class _ForeignRatePolicy(RatePolicySpec):
    model_config = ConfigDict(extra="ignore")

    value: Annotated[int, number(1, LARGEST_INT32)]
    """How many pods or percent may be added or removed in one period."""


class _ForeignRules(ScalingRulesSpec):
    model_config = ConfigDict(extra="ignore")

    policies: Annotated[tuple[_ForeignRatePolicy, ...], ordered_list(MOST_RATE_POLICIES)] = ()
    """How much may change in how much time."""
    tolerance: Tolerance | None = None
    """How far a metric may be off its target in this direction without effect."""


class ForeignBehaviorSpec(BehaviorSpec):
    """How fast an HPA of others follows its metrics."""

    model_config = ConfigDict(extra="ignore")

    scale_up: _ForeignRules | None = None
    """The limits of rises."""
    scale_down: _ForeignRules | None = None
    """The limits of falls."""

    @property
    def says_something(self) -> bool:
        """Whether a field that is known is given."""
        return any(rules is not None and rules.model_fields_set for rules in (self.scale_up, self.scale_down))
