"""The kinds of autoscalers of others: all that differs between them, in one table.

A plan takes bounds from them, their floor is raised, people are told of them in their users' words: whatever
does so reads this table, the list of watched kinds too (`engine/seen/watched_kinds.py`). A kind more is an
entry more, and its right in the chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignAutoscaler:
    """Where autoscalers of a kind live, how they name what bounds a workload, and what a missing field means.

    `version` is the one of the API server that is read and written, `older_versions` those that a file may
    have besides. Of a `default_maximum` or `default_target_kind` of None there is no default: the API server
    does not take an object without. `optional` kinds are those that a cluster need not have.
    """

    kind: str
    group: str
    version: str
    plural: str
    kubectl_name: str
    minimum_field: str
    maximum_field: str
    default_minimum: int
    older_versions: tuple[str, ...] = ()
    default_maximum: int | None = None
    least_maximum: int = 1
    default_target_version: str = ""
    default_target_kind: str | None = None
    optional: bool = False
    behavior_path: tuple[str, ...] = ("behavior",)
    """Where in the spec its own limits of speed stand, as an HPA writes them."""
    last_acted_field: str = "lastScaleTime"
    """When it last scaled or saw load, in its status."""
    idle_field: str = ""
    """A count below the minimum to which it goes while there is no load; empty where it has none."""
    pausing: tuple[str, ...] = ()
    """Annotations that keep it from rising, whatever they hold."""
    pausing_unless_false: tuple[str, ...] = ()
    """The same, but for the value "false"."""
    hpa_prefix: str = ""
    """What stands before its own name in that of the HPA that it makes and copies its bounds into; empty
    where it makes none."""

    @property
    def api_version(self) -> str:
        """The group and version that are read and written."""
        return f"{self.group}/{self.version}"

    @property
    def resource(self) -> str:
        """What kubectl and roles call it in full: `plural.group`."""
        return f"{self.plural}.{self.group}"

    def is_of(self, api_version: str, kind: str) -> bool:
        """Tell whether an object in a file is one of these."""
        versions = (self.version, *self.older_versions)
        return kind == self.kind and api_version in {f"{self.group}/{version}" for version in versions}

    def key(self, namespace: str, name: str) -> str:
        """Return what an autoscaler is kept by: kinds of others than Kubernetes itself have theirs in it."""
        return f"{namespace}/{self.kind}/{name}" if self.optional else f"{namespace}/{name}"


HPA = ForeignAutoscaler(
    kind="HorizontalPodAutoscaler",
    group="autoscaling",
    version="v2",
    older_versions=("v1",),
    plural="horizontalpodautoscalers",
    kubectl_name="hpa",
    minimum_field="minReplicas",
    maximum_field="maxReplicas",
    default_minimum=1,
)

SCALED_OBJECT = ForeignAutoscaler(
    kind="ScaledObject",
    group="keda.sh",
    version="v1alpha1",
    plural="scaledobjects",
    kubectl_name="scaledobject",
    minimum_field="minReplicaCount",
    maximum_field="maxReplicaCount",
    default_minimum=0,
    default_maximum=100,
    least_maximum=0,
    default_target_version="apps/v1",
    default_target_kind="Deployment",
    optional=True,
    behavior_path=("advanced", "horizontalPodAutoscalerConfig", "behavior"),
    last_acted_field="lastActiveTime",
    idle_field="idleReplicaCount",
    # What pauses falls alone lets it rise.
    pausing=("autoscaling.keda.sh/paused-replicas",),
    pausing_unless_false=("autoscaling.keda.sh/paused", "autoscaling.keda.sh/paused-scale-out"),
    hpa_prefix="keda-hpa-",
)

FOREIGN_AUTOSCALERS = (HPA, SCALED_OBJECT)


def foreign_autoscaler(
    api_version: str, kind: str, among: Iterable[ForeignAutoscaler] = FOREIGN_AUTOSCALERS
) -> ForeignAutoscaler | None:
    """Return the kind of an object in a file or a list; None where it is no autoscaler that is known."""
    return next((of for of in among if of.is_of(api_version, kind)), None)
