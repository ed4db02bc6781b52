"""Nodes that are no machines, in a cluster that is not kwok's own.

kwok's controller runs beside the cluster, as a process of the control plane's folder, and plays the kubelet
of the nodes that carry its annotation; all others it leaves alone. It outlives this process, as a kind
cluster does, and ends with the folder (`processes`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import yaml

from firstbell_workshop.local.cache import make_folder
from firstbell_workshop.local.processes import path_inside

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell_workshop.local.control_plane import ControlPlane

_ANNOTATION = "kwok.x-k8s.io/node"
_ROOM = {"cpu": "32", "memory": "256Gi", "pods": "110"}


def make_up_nodes(here: ControlPlane, kwok: Path, count: int) -> None:
    """Start kwok's controller beside the cluster and register the nodes."""
    if here.folder is None:
        raise ValueError("made-up nodes belong to a control plane of ours")
    program = path_inside(here.folder, kwok)
    argv = [
        str(program),
        f"--kubeconfig={here.kubeconfig}",
        "--manage-all-nodes=false",
        f"--manage-nodes-with-annotation-selector={_ANNOTATION}=fake",
        "--node-lease-duration-seconds=40",
    ]
    log = os.open(here.folder / "kwok.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        os.posix_spawn(
            program,
            argv,
            {**os.environ, "KWOK_WORKDIR": str(make_folder(here.folder / "kwok"))},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, log, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
            ],
            setsid=True,
        )
    finally:
        os.close(log)
    here.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(node(number) for number in range(count)))


def node(number: int) -> dict[str, Any]:
    """Return one node, as large as those of the local control plane."""
    name = f"made-up-{number:03d}"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {_ANNOTATION: "fake"},
            "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "type": "kwok"},
        },
        "status": {"capacity": _ROOM, "allocatable": _ROOM},
    }
