"""A control plane made by kind, through pytest-kind's cluster class.

pytest-kind 22.11.1 is its newest release; by itself it would fetch a kind and a kubectl of 2022 from the
network, so both are handed to it. It works in the folder it stands in, so it is given ours.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import TYPE_CHECKING, Any

from firstbell.local.errors import ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from firstbell.local.control_plane import ControlPlane

IMAGE = "kindest/node:v1.34.0"


def start(control_plane: ControlPlane) -> None:
    """Creates the cluster; its kubeconfig is the control plane's own file."""
    cluster = _cluster(control_plane)
    try:
        with _standing_in(control_plane.kubeconfig.parent):
            cluster.create()
    except (subprocess.CalledProcessError, OSError) as error:
        cure = "See `docker info`, or stop Docker to use the local one."
        msg = f"kind could not create a cluster: {error}. {cure}"
        raise ControlPlaneError(msg) from error


def stop(control_plane: ControlPlane) -> None:
    """Deletes the cluster."""
    with contextlib.suppress(subprocess.CalledProcessError, OSError):
        _cluster(control_plane).delete()


def _cluster(control_plane: ControlPlane) -> Any:
    from pytest_kind.cluster import KindCluster  # noqa: PLC0415 - only where kind is used

    with _standing_in(control_plane.kubeconfig.parent):
        return KindCluster(
            control_plane.name,
            control_plane.kubeconfig,
            image=IMAGE,
            kind_path=control_plane.program("kind"),
            kubectl_path=control_plane.program("kubectl"),
        )


@contextlib.contextmanager
def _standing_in(folder: Path) -> Iterator[None]:
    before = os.getcwd()  # noqa: PTH109 - what chdir takes
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
