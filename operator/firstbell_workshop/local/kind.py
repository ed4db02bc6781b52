"""A control plane made by kind, through pytest-kind's cluster class.

pytest-kind 22.11.1 is its newest release; left alone it fetches a kind and a kubectl of 2022, so both are
handed to it, and kind takes the node image that belongs to its own version. It keeps its state in the folder
that the process stands in, so for its calls that is ours.

Real kind was run with this file under podman, on cgroup v1 and with a node image of our own making; the
published node images, and Docker, were not to be had there.

kind's one node is a real one, with real kubelet and real pods. Where kwok is to be had, the nodes asked for
are made up beside it and take the pods, as on the local control plane, and hundreds of them need no machine;
else the real node takes as many as a large one does. Nothing serves `metrics.k8s.io`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

import yaml

from firstbell_workshop.local.command import last_lines, run
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.made_up_nodes import make_up_nodes
from firstbell_workshop.local.readiness import wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from firstbell_workshop.local.control_plane import ControlPlane
    from firstbell_workshop.local.programs import Programs
    from firstbell_workshop.local.spec import ControlPlaneSpec

# As many as a node's range of addresses serves.
_MOST_PODS = 250
_DELETE_SECONDS = 60.0
_CONTROL_PLANE_TAINT = "node-role.kubernetes.io/control-plane:NoSchedule"


def program_names(programs: Programs) -> tuple[str, ...]:
    """Return the programs that a kind cluster needs here, with kwok only if it can be had."""
    kwok = ("kwok",) if programs.at_hand(["kwok"]) or programs.go() is not None else ()
    return ("kind", "kubectl", *kwok)


def start(here: ControlPlane, spec: ControlPlaneSpec) -> None:
    """Create the cluster; its kubeconfig is the control plane's own file."""
    if here.folder is None:
        raise ValueError("a kind cluster has a folder")
    if spec.beyond_kind:
        raise ControlPlaneError(
            f"kind takes no {' and no '.join(spec.beyond_kind)} here: set FIRSTBELL_PROVISION=local"
        )
    if spec.metrics_server:
        here.programs.progress.say(
            "kind serves no CPU metrics here, so autoscalers on CPU hold: FIRSTBELL_PROVISION=local has them"
        )
    config = here.folder / "kind.yaml"
    config.write_text(yaml.safe_dump(configuration()))
    deadline = time.monotonic() + spec.start_seconds
    with _cluster(here.folder, here.programs) as cluster:
        try:
            cluster.create(config)
        except (subprocess.CalledProcessError, OSError) as error:
            raise ControlPlaneError(
                f"kind could not create a cluster ({error}): try docker info, or FIRSTBELL_PROVISION=local"
            ) from error
    wait_until_ready(here, nodes=1, deadline=max(deadline, time.monotonic() + 60))
    kwok = here.programs.at_hand(["kwok"]).get("kwok")
    if kwok is not None and spec.nodes:
        # What kind itself runs tolerates this taint; everybody else's pods go to the other nodes.
        here.kubectl("taint", "nodes", "--all", _CONTROL_PLANE_TAINT)
        make_up_nodes(here, kwok, spec.nodes)
        wait_until_ready(here, nodes=1 + spec.nodes, deadline=time.monotonic() + 60)


def stop(folder: Path, programs: Programs) -> None:
    """Delete the cluster of a folder, or say how to, if Docker or kind is not there any more.

    Not through pytest-kind, which would wait without end for a Docker that hangs.
    """
    kind = programs.at_hand(["kind"]).get("kind", "kind")
    argv = [kind, "delete", "cluster", "--name", folder.name, "--kubeconfig", folder / "kubeconfig"]
    try:
        finished = run(argv, seconds=_DELETE_SECONDS)
    except ControlPlaneError as error:
        complaint = str(error)
    else:
        complaint = last_lines(finished.stderr) if finished.code != 0 else ""
    if complaint:
        programs.progress.say(
            f"the kind cluster {folder.name} is still there ({complaint}): "
            f"kind delete cluster --name {folder.name}"
        )


def configuration(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return kind's configuration: one node that may carry more than the usual 110 pods.

    FIRSTBELL_KIND_IMAGE names its image, and so the version of Kubernetes; without it kind takes its own.
    """
    kubelet = {"kind": "KubeletConfiguration", "maxPods": _MOST_PODS}
    image = environ.get("FIRSTBELL_KIND_IMAGE")
    return {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "kubeadmConfigPatches": [yaml.safe_dump(kubelet)],
        "nodes": [{"role": "control-plane"} | ({"image": image} if image else {})],
    }


@contextlib.contextmanager
def _cluster(folder: Path, programs: Programs) -> Iterator[Any]:
    from pytest_kind import KindCluster  # noqa: PLC0415 - a package for development, imported where it is used

    found = programs.get(["kind", "kubectl"])
    with contextlib.chdir(folder):
        yield KindCluster(
            folder.name, folder / "kubeconfig", kind_path=found["kind"], kubectl_path=found["kubectl"]
        )
