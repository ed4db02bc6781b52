"""How people and pipelines write an HPA: helm 4, kubectl apply, and kubectl apply --server-side.

Each writes the HPA of `stage.py` with a minimum of their choice, or None for a manifest that leaves it out.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import yaml

from tests.cluster.stage import hpa

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.stage import Stage

RELEASE = "shop"
CHART = {"apiVersion": "v2", "name": "shop", "version": "0.1.0"}


def apply_as(stage: Stage, manager: str, minimum: int) -> None:
    """A server-side apply without force: it fails where it would take the field from somebody."""
    flags = ("--server-side", f"--field-manager={manager}")
    stage.kubectl("apply", *flags, "-f", "-", stdin=yaml.safe_dump(hpa(minimum=minimum)))


def helm_upgrade(stage: Stage, folder: Path, minimum: int | None, *flags: str) -> None:
    """`helm upgrade --install` of a chart that is nothing but the HPA; raises with helm's own words."""
    chart = folder / "chart"
    (chart / "templates").mkdir(parents=True, exist_ok=True)
    (chart / "Chart.yaml").write_text(yaml.safe_dump(CHART))
    (chart / "templates" / "hpa.yaml").write_text(yaml.safe_dump(hpa(minimum=minimum)))
    helm(stage, folder, "upgrade", "--install", *flags, RELEASE, str(chart))


def helm(stage: Stage, folder: Path, *args: str) -> None:
    """Runs helm against the stage's namespace, with all that it keeps in `folder`."""
    here = stage.control_plane
    homes = {f"HELM_{kind}_HOME": str(folder / "helm") for kind in ("CACHE", "CONFIG", "DATA")}
    context = ("--kube-context", here.context) if here.context else ()
    argv = [
        str(here.program("helm")),
        "--kubeconfig",
        str(here.kubeconfig),
        *context,
        "-n",
        stage.namespace,
        *args,
    ]
    done = subprocess.run(argv, capture_output=True, text=True, env=os.environ | homes, check=False)
    assert done.returncode == 0, f"helm {' '.join(args)}: {done.stderr}"


def apply(stage: Stage, folder: Path, minimum: int | None) -> None:  # noqa: ARG001 - one shape for all
    stage.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(hpa(minimum=minimum)))


def apply_server_side(stage: Stage, folder: Path, minimum: int | None) -> None:  # noqa: ARG001
    stage.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump(hpa(minimum=minimum)))


def apply_by_force(stage: Stage, folder: Path, minimum: int | None) -> None:  # noqa: ARG001
    """As a GitOps controller does: under a name of its own, and taking what is in conflict."""
    flags = ("--server-side", "--force-conflicts", "--field-manager=gitops")
    stage.kubectl("apply", *flags, "-f", "-", stdin=yaml.safe_dump(hpa(minimum=minimum)))


def replace(stage: Stage, folder: Path, minimum: int | None) -> None:  # noqa: ARG001
    """The whole object, annotations of others included."""
    verb = "replace" if stage.autoscaler else "create"
    stage.kubectl(verb, "-f", "-", stdin=yaml.safe_dump(hpa(minimum=minimum)))


def helm_client_side(stage: Stage, folder: Path, minimum: int | None) -> None:
    """As Helm 3 writes: a three-way merge from the client."""
    helm_upgrade(stage, folder, minimum, "--server-side=false")


CLIENTS: dict[str, Callable[[Stage, Path, int | None], None]] = {
    "helm": helm_upgrade,
    "helm-client-side": helm_client_side,
    "apply": apply,
    "server-side": apply_server_side,
    "by-force": apply_by_force,
    "replace": replace,
}
