"""What the morning needs on the cluster: our kinds, the example, and a workload with an HPA of its own.

The workload uses next to no CPU (kwok's usage annotation), so that its HPA, once the floor is back, comes
down by its own rules; its stabilization window is shortened through its own `behavior`, because the clock
runs fast and the HPA's does not. The live metrics of the example are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from firstbell.kinds.crds import RENDERED_KINDS, render
from firstbell.kinds.group import GROUP

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell.core import Workload
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell_workshop.local.control_plane import ControlPlane

CPU_TARGET_PERCENT = 60
STABILIZATION_SECONDS = 1


def set_stage(control_plane: ControlPlane, example: Path, workload: Workload, target: TargetRef) -> None:
    """Apply everything, and wait until the workload's baseline is Ready."""
    crds = "".join(render(kind) for kind in RENDERED_KINDS)
    control_plane.kubectl("apply", "--server-side", "-f", "-", stdin=crds)
    names = [f"crd/{kind.plural}.{GROUP}" for kind in RENDERED_KINDS]
    control_plane.kubectl("wait", "--for=condition=Established", *names)
    objects = [namespace(target), deployment(target, workload.bounds.minimum), autoscaler(target, workload)]
    control_plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(objects, sort_keys=False))
    control_plane.kubectl("apply", "-f", str(example))
    # No Prometheus plays here, and a metric that cannot be read holds what the schedule has raised.
    control_plane.kubectl(
        "patch",
        "schoolautoscaler",
        workload.policy.name,
        f"--namespace={target.namespace}",
        "--type=merge",
        '--patch={"spec":{"metrics":null}}',
    )
    control_plane.kubectl(
        "rollout", "status", "-n", target.namespace, f"deployment/{target.name}", "--timeout=60s", seconds=70
    )


def namespace(target: TargetRef) -> dict[str, Any]:
    """Return the namespace that the example lives in."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": target.namespace}}


def deployment(target: TargetRef, replicas: int) -> dict[str, Any]:
    """Return the workload; its image is never pulled, since the nodes are made up."""
    labels = {"app": target.name}
    container = {
        "name": "web",
        "image": f"{target.name}:demo",
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": target.name, "namespace": target.namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": {"kwok.x-k8s.io/usage-cpu": "100u"}},
                "spec": {"containers": [container]},
            },
        },
    }


def autoscaler(target: TargetRef, workload: Workload) -> dict[str, Any]:
    """Return the HPA that the workload has without firstbell."""
    metric = {
        "type": "Resource",
        "resource": {
            "name": "cpu",
            "target": {"type": "Utilization", "averageUtilization": CPU_TARGET_PERCENT},
        },
    }
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": target.name, "namespace": target.namespace},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": target.kind, "name": target.name},
            "minReplicas": workload.bounds.minimum,
            "maxReplicas": workload.bounds.maximum,
            "metrics": [metric],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": STABILIZATION_SECONDS}},
        },
    }
