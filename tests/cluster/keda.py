"""A stand-in for KEDA: its kind with its field names, and a loop that does what it does to HPAs.

A ScaledObject gets an HPA `keda-hpa-NAME` that it owns, and its bounds are copied into it about a second
after each change. The HPA of a paused one goes, and so does that of one that is deleted.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from tests.cluster import stand_in_kinds
from tests.cluster.cluster_api import ClusterApi, if_there
from tests.cluster.stage import BASELINE, NAME, NOWHERE

if TYPE_CHECKING:
    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json
    from tests.cluster.stage import Stage

GROUP, KIND, PLURAL = "keda.sh", "ScaledObject", "scaledobjects"
CRD = f"{PLURAL}.{GROUP}"
HPA, KEDAS_HPA = "HorizontalPodAutoscaler", f"keda-hpa-{NAME}"
PAUSED = "autoscaling.keda.sh/paused"
COPIES_AFTER_SECONDS = 1.0


def install(here: ControlPlane) -> None:
    stand_in_kinds.install(here, _crd())


def uninstall(here: ControlPlane) -> None:
    stand_in_kinds.uninstall(here, CRD)


def scaled_object(
    *, minimum: int | None = BASELINE, maximum: int | None = 40, kind: str = "", **annotations: str
) -> Json:
    """A ScaledObject of the workload, as its users write one: defaults are left out."""
    bounds = {"minReplicaCount": minimum, "maxReplicaCount": maximum}
    trigger = {"type": "prometheus", "metadata": {"query": "nowhere", "threshold": "1"}}
    target = {"name": NAME, "kind": kind} if kind else {"name": NAME}
    spec = {"scaleTargetRef": target, "triggers": [trigger]}
    spec |= {field: value for field, value in bounds.items() if value is not None}
    metadata = {"name": NAME, "annotations": annotations} if annotations else {"name": NAME}
    return {"apiVersion": f"{GROUP}/v1alpha1", "kind": KIND, "metadata": metadata, "spec": spec}


class Keda:
    """The loop, in a thread of its own while the block lasts."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="keda")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(timeout=10)
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        here = self._stage.control_plane
        try:
            with ClusterApi(here.kubeconfig, here.context, self._stage.namespace) as api:
                while not self._ended.is_set():
                    wanted = [_hpa_of(each) for each in api.list(KIND) if not _is_paused(each)]
                    self._ended.wait(COPIES_AFTER_SECONDS)
                    _make(api, wanted)
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            self._error = error


def _make(api: ClusterApi, wanted: list[Json]) -> None:
    """The HPAs of the ScaledObjects that were read: made, copied into, or taken away."""
    there = {body["metadata"]["name"]: body for body in api.list(HPA) if _is_kedas(body)}
    for body in wanted:
        name = body["metadata"]["name"]
        bounds = {field: body["spec"][field] for field in ("minReplicas", "maxReplicas")}
        owner = body["metadata"]["ownerReferences"][0]["name"]
        if name not in there and api.get(KIND, owner) is not None:
            # Where its owner is gone, the garbage collector was quicker than this loop: none is made anew.
            api.create(body)
        elif name in there and not bounds.items() <= there[name]["spec"].items():
            if_there(api.patch, HPA, name, {"spec": bounds})
    for name in there.keys() - {body["metadata"]["name"] for body in wanted}:
        if_there(api.delete, HPA, name)


def _hpa_of(scaled: Json) -> Json:
    metadata, spec = scaled["metadata"], scaled["spec"]
    owner = {
        "apiVersion": scaled["apiVersion"],
        "kind": scaled["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    target = {"apiVersion": "apps/v1", "kind": "Deployment", **spec["scaleTargetRef"]}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": HPA,
        "metadata": {"name": f"keda-hpa-{metadata['name']}", "ownerReferences": [owner]},
        "spec": {
            "scaleTargetRef": target,
            "minReplicas": spec.get("minReplicaCount") or 1,
            "maxReplicas": spec.get("maxReplicaCount", 100),
            "metrics": [NOWHERE],
        },
    }


def _is_kedas(body: Json) -> bool:
    return any(owner["kind"] == KIND for owner in body["metadata"].get("ownerReferences") or ())


def _is_paused(body: Json) -> bool:
    return PAUSED in (body["metadata"].get("annotations") or {})


def _crd() -> Json:
    count, text = {"type": "integer", "format": "int32"}, {"type": "string"}
    free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    target = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": text, "kind": text, "apiVersion": text, "envSourceContainerName": text},
    }
    spec = {
        "type": "object",
        "required": ["scaleTargetRef", "triggers"],
        "properties": {
            "scaleTargetRef": target,
            **dict.fromkeys(("minReplicaCount", "maxReplicaCount", "idleReplicaCount"), count),
            **dict.fromkeys(("pollingInterval", "initialCooldownPeriod", "cooldownPeriod"), count),
            "advanced": free,
            "fallback": free,
            "triggers": {"type": "array", "items": free},
        },
    }
    schema = {"type": "object", "required": ["spec"], "properties": {"spec": spec, "status": free}}
    version = {
        "name": "v1alpha1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": schema},
    }
    names = {"kind": KIND, "plural": PLURAL, "singular": "scaledobject", "shortNames": ["so"]}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": CRD},
        "spec": {"group": GROUP, "scope": "Namespaced", "names": names, "versions": [version]},
    }
