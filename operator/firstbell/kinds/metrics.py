"""Live metrics of a SchoolAutoscaler: Prometheus queries with the HPA's vocabulary of targets."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from pydantic import ConfigDict, Field

from firstbell.core.scaling import TargetType
from firstbell.kinds.cel import Rule, validated_by
from firstbell.kinds.model import SpecModel
from firstbell.kinds.quantities import exact
from firstbell.kinds.scalars import URL_PATTERN, Name, ObjectName, Quantity, text

NOTHING_PATTERN = r"^[0.]+[A-Za-z]*$"
"""A quantity that is 0, whatever its unit."""


def _more_than_nothing(field: str, path: str) -> Rule:
    return Rule(
        rule=f"!has(self.{field}) || !self.{field}.matches('{NOTHING_PATTERN}')",
        message=f"{path}.{field} must be more than 0",
    )


class SecretKeyRefSpec(SpecModel):
    """One key of a Secret in the same namespace."""

    name: ObjectName
    """The Secret; it must carry the label firstbell.dev/prometheus-token=true."""
    key: Annotated[
        str,
        *text(r"^[-._a-zA-Z0-9]+$", "a key of a Secret", "Use letters, digits, '-', '_', '.'", longest=253),
    ]
    """The key in the Secret's data that holds the bearer token."""


class PrometheusQuerySpec(SpecModel):
    """Where a metric is read."""

    server_address: Annotated[
        str,
        *text(URL_PATTERN, "a web address", "Write it like http://prometheus.monitoring:9090", longest=2048),
    ]
    """The address of Prometheus, without /api/v1, for example http://prometheus.monitoring:9090."""
    query: Annotated[str, Field(strict=True, min_length=1, max_length=4096)]
    """A PromQL query that gives exactly one sample."""
    bearer_token_secret_ref: SecretKeyRefSpec | None = None
    """The Secret with the token that Prometheus asks for; none = no token."""


class MetricTargetSpec(SpecModel):
    """What the metric should be."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(
            Rule(
                rule="self.type == 'AverageValue' ? has(self.averageValue) && !has(self.value)"
                " : has(self.value) && !has(self.averageValue)",
                message="spec.metrics[].target needs averageValue for the type AverageValue and value for the"
                " type Value, and not the other one",
            ),
            _more_than_nothing("averageValue", "spec.metrics[].target"),
            _more_than_nothing("value", "spec.metrics[].target"),
        )
    )

    type: TargetType
    """AverageValue: the value is divided by the replicas. Value: it is compared as it is."""
    average_value: Quantity | None = None
    """What one replica carries, a quantity in quotes such as "350" or "500m"; for AverageValue."""
    value: Quantity | None = None
    """What the query should give, a quantity in quotes; for Value."""

    @property
    def amount(self) -> Fraction:
        """The target as an exact number, whichever type it is of."""
        return exact(self.average_value or self.value or "0")


class MetricSpec(SpecModel):
    """One live metric. Of several the one that asks for most replicas counts."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(_more_than_nothing("perPupil", "spec.metrics[]"))
    )

    name: Name
    """A name that is unique among the metrics."""
    prometheus: PrometheusQuerySpec
    """Where the value is read."""
    target: MetricTargetSpec
    """What the value should be."""
    per_pupil: Quantity | None = None
    """What one pupil of a regular in-person lesson start adds to the value once logged in, a quantity in
    quotes: "1" for a count of pupils online. Only for metrics that count who is there; spec.surge compares
    them with the plan before the bell."""
