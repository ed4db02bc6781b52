"""A stand-in for a CapacityBuffer: a kind with a scale subresource whose scale names no pods.

Its readiness is its own condition, and what is there stands in `status.replicas`. A CapacityBuffer
(autoscaling.x-k8s.io) has these fields and conditions. It has no controller here: a test writes its status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cluster import stand_in_kinds
from tests.cluster.stage import BASELINE, NAME

if TYPE_CHECKING:
    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json
    from tests.cluster.stage import Stage

GROUP, KIND, PLURAL = "example.org", "Buffer", "buffers"
CRD = f"{PLURAL}.{GROUP}"


def install(here: ControlPlane) -> None:
    stand_in_kinds.install(here, _crd())


def uninstall(here: ControlPlane) -> None:
    stand_in_kinds.uninstall(here, CRD)


def a_buffer(name: str = NAME, replicas: int = BASELINE) -> Json:
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": KIND,
        "metadata": {"name": name},
        "spec": {"replicas": replicas},
    }


def target(name: str = NAME) -> Json:
    """What the `scaleTargetRef` of its SchoolAutoscaler is."""
    return {"apiVersion": f"{GROUP}/v1", "kind": KIND, "name": name}


def provisioned(stage: Stage, replicas: int, *, name: str = NAME, why_not: str = "") -> None:
    """Its controller says how many there are, and whether they are provisioned."""
    condition = {
        "type": "Provisioning",
        "status": "False" if why_not else "True",
        "reason": "Pending" if why_not else "Provisioned",
        "message": why_not,
    }
    status = {"replicas": replicas, "conditions": [condition]}
    stage.api.patch(KIND, name, {"status": status}, "status")


def _crd() -> Json:
    words = {field: {"type": "string"} for field in ("type", "status", "reason", "message")}
    conditions = {"type": "array", "items": {"type": "object", "properties": words}}
    return stand_in_kinds.scalable(GROUP, KIND, PLURAL, {"conditions": conditions})
