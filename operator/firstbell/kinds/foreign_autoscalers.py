"""Autoscalers of others in the same files: a plan takes the bounds from them that a policy leaves out.

Only what bounds a workload is read of a HorizontalPodAutoscaler or a KEDA ScaledObject; what else is in it
is not ours to judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from firstbell.core.behavior import Behavior
from firstbell.kinds.autoscaler_conversion import to_scaling_rules
from firstbell.kinds.behavior import Behavior as BehaviorSpec
from firstbell.kinds.model import SpecModel
from firstbell.kinds.problems import Refused
from firstbell.kinds.reading import read_spec
from firstbell.kinds.scalars import LARGEST_INT32, ReplicaCount, Replicas, Title, number

HPA_VERSIONS = frozenset({"autoscaling/v1", "autoscaling/v2"})
KEDA_VERSIONS = frozenset({"keda.sh/v1alpha1"})


@dataclass(frozen=True, kw_only=True, slots=True)
class AutoscalerBounds:
    """The bounds that a foreign autoscaler sets for a workload, with that kind's defaults filled in."""

    kind: str
    namespace: str
    name: str
    target_api_version: str
    target_kind: str
    target_name: str
    minimum: int
    maximum: int
    behavior: Behavior | None = None
    """How fast it follows its metrics, complete; None where it says nothing that can be read."""

    def scales(self, namespace: str, api_version: str, kind: str, name: str) -> bool:
        """Tell whether it scales that workload, whatever version of its group names it."""
        return (namespace, _group(api_version), kind, name) == (
            self.namespace,
            _group(self.target_api_version),
            self.target_kind,
            self.target_name,
        )


class _Foreign(SpecModel):
    model_config = ConfigDict(extra="ignore")


class _HpaTarget(_Foreign):
    api_version: Title = "apps/v1"
    """The workload's apiVersion."""
    kind: Title
    """The workload's kind."""
    name: Title
    """The workload's name."""


class _KedaTarget(_HpaTarget):
    kind: Title = "Deployment"
    """The workload's kind."""


class _Hpa(_Foreign):
    scale_target_ref: _HpaTarget
    """The workload."""
    min_replicas: ReplicaCount = 1
    """The least replicas."""
    max_replicas: Replicas
    """The most replicas."""
    behavior: Any = None
    """How fast it follows its metrics."""


class _Advanced(_Foreign):
    horizontal_pod_autoscaler_config: dict[str, Any] = Field(default_factory=dict)
    """What KEDA gives the HPA that it makes."""


class _ScaledObject(_Foreign):
    scale_target_ref: _KedaTarget
    """The workload."""
    min_replica_count: ReplicaCount = 0
    """The least replicas."""
    max_replica_count: Annotated[int, number(0, LARGEST_INT32)] = 100
    """The most replicas."""
    advanced: _Advanced = Field(default_factory=_Advanced)
    """What else it says of the HPA."""


def is_foreign_autoscaler(api_version: str, kind: str) -> bool:
    """Tell whether an object is an autoscaler whose bounds a plan may take."""
    return (kind == "HorizontalPodAutoscaler" and api_version in HPA_VERSIONS) or (
        kind == "ScaledObject" and api_version in KEDA_VERSIONS
    )


def read_bounds(kind: str, namespace: str, name: str, spec: object) -> AutoscalerBounds | Refused:
    """Return the bounds of an autoscaler of others, or what is wrong with those fields."""
    if kind == "ScaledObject":
        keda = read_spec(_ScaledObject, spec)
        if isinstance(keda, Refused):
            return keda
        target: _HpaTarget = keda.scale_target_ref
        least, most = keda.min_replica_count, keda.max_replica_count
        behavior = keda.advanced.horizontal_pod_autoscaler_config.get("behavior")
    else:
        hpa = read_spec(_Hpa, spec)
        if isinstance(hpa, Refused):
            return hpa
        target, least, most = hpa.scale_target_ref, hpa.min_replicas, hpa.max_replicas
        behavior = hpa.behavior
    return AutoscalerBounds(
        kind=kind,
        namespace=namespace,
        name=name,
        target_api_version=target.api_version,
        target_kind=target.kind,
        target_name=target.name,
        minimum=least,
        maximum=most,
        behavior=_behavior(behavior),
    )


def _behavior(written: object) -> Behavior | None:
    """Return the `behavior` of an HPA; one that cannot be read here is not ours to judge."""
    if not isinstance(written, dict):
        return None
    read = read_spec(BehaviorSpec, {name: _quoted(rules) for name, rules in written.items()})
    if isinstance(read, Refused):
        return None
    return Behavior(up=to_scaling_rules(read.up), down=to_scaling_rules(read.down))


def _quoted(rules: object) -> object:
    """Return the rules of one direction with the tolerance as text: Kubernetes takes a number, too."""
    if isinstance(rules, dict) and isinstance(rules.get("tolerance"), int | float):
        return {**rules, "tolerance": f"{rules['tolerance']:f}"}
    return rules


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]
