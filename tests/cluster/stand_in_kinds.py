"""Definitions of kinds that tests bring: marked, so that nobody's real one is written over or deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json

MARK, MARKED = "firstbell.dev/stand-in", "true"


def install(here: ControlPlane, definition: Json) -> None:
    """Makes the kind, or skips the test where the cluster has one of that name that is no stand-in."""
    name = definition["metadata"]["name"]
    there = here.kubectl("get", "crd", name, "--ignore-not-found", "-o", "json")
    if there and json.loads(there)["metadata"].get("labels", {}).get(MARK) != MARKED:
        pytest.skip(f"this cluster has {name} itself, which is left alone")
    definition["metadata"]["labels"] = {MARK: MARKED}
    here.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump(definition))
    here.kubectl("wait", "--for=condition=Established", f"crd/{name}")


def uninstall(here: ControlPlane, name: str) -> None:
    """Deletes the stand-in, if it is there."""
    which = ("--selector", f"{MARK}={MARKED}", "--field-selector", f"metadata.name={name}")
    here.kubectl("delete", "crd", *which, "--timeout=30s", seconds=40)


def scalable(group: str, kind: str, plural: str, status: Json, **scale: str) -> Json:
    """A kind with `spec.replicas` and `status.replicas`, which its scale subresource gives.

    `status` is what else its status has, `scale` what else its scale tells.
    """
    count = {"type": "integer", "format": "int32"}
    schema = {
        "type": "object",
        "properties": {
            "spec": {"type": "object", "properties": {"replicas": count}},
            "status": {"type": "object", "default": {}, "properties": {"replicas": count, **status}},
        },
    }
    paths = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", **scale}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}, "scale": paths},
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [version],
        },
    }
