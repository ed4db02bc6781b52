"""The kinds of autoscalers whose floor is raised, and how each of them names its bounds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorKind:
    """Where autoscalers of a kind live, and their fields.

    The defaults stand for a field that is absent; `optional` kinds are those that a cluster need not have.
    """

    kind: str
    group: str
    version: str
    plural: str
    minimum_field: str
    maximum_field: str
    default_minimum: int
    default_maximum: int = 0
    default_target_version: str = ""
    default_target_kind: str = ""
    optional: bool = False

    def key(self, namespace: str, name: str) -> str:
        """What an autoscaler is kept by: kinds of others than Kubernetes itself have theirs in it."""
        return f"{namespace}/{self.kind}/{name}" if self.optional else f"{namespace}/{name}"


HPA = FloorKind(
    kind="HorizontalPodAutoscaler",
    group="autoscaling",
    version="v2",
    plural="horizontalpodautoscalers",
    minimum_field="minReplicas",
    maximum_field="maxReplicas",
    default_minimum=1,
)

SCALED_OBJECT = FloorKind(
    kind="ScaledObject",
    group="keda.sh",
    version="v1alpha1",
    plural="scaledobjects",
    minimum_field="minReplicaCount",
    maximum_field="maxReplicaCount",
    default_minimum=0,
    default_maximum=100,
    default_target_version="apps/v1",
    default_target_kind="Deployment",
    optional=True,
)

FLOOR_KINDS = (HPA, SCALED_OBJECT)
